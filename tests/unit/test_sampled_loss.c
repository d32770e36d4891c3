// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/count/sampled_loss.h"

#include <glib.h>

/* An SA whose packets are lost by a rule, and whose count is read with some slack around the truth. */
struct stream {
	struct sampled_loss loss;
	uint64_t sequence; /* last sent */
	uint64_t arrived;
	uint64_t lost; /* since the first sample */
	uint64_t slack_below, slack_above;
};

static void sample(struct stream *stream, uint64_t sequence)
{
	uint64_t low = stream->arrived > stream->slack_below ? stream->arrived - stream->slack_below : 0;

	sampled_loss_take(&stream->loss, (uint32_t)sequence, low, stream->arrived + stream->slack_above);
}

/* Sends packets, losing one in lose_one_in (0 none) after the first sample, and samples one in sample_one_in. */
static void send(struct stream *stream, uint64_t packets, uint64_t lose_one_in, uint64_t sample_one_in)
{
	for (uint64_t i = 0; i < packets; i++) {
		stream->sequence++;
		if (lose_one_in != 0 && stream->sequence % lose_one_in == 1 && stream->arrived > 0) {
			stream->lost++;
			continue;
		}
		stream->arrived++;
		if (stream->arrived == 1 || stream->arrived % sample_one_in == 0)
			sample(stream, stream->sequence);
	}
}

static void assert_holds(const struct stream *stream, uint64_t width)
{
	struct sampled_loss_estimate estimate = sampled_loss_estimate(&stream->loss);
	uint64_t since = stream->lost; /* what was lost after the last sample is not known yet */

	g_assert_cmpuint(estimate.lost, <=, since);
	g_assert_cmpuint(estimate.lost + estimate.uncertainty + width, >=, since);
	g_assert_cmpuint(estimate.uncertainty, <=, width);
}

static void test_nothing_is_known_before_two_samples(void)
{
	struct sampled_loss loss = {0};
	struct sampled_loss_estimate estimate = sampled_loss_estimate(&loss);

	g_assert_cmpuint(estimate.sent + estimate.lost + estimate.uncertainty, ==, 0);
	sampled_loss_take(&loss, 77, 1, 1);
	estimate = sampled_loss_estimate(&loss);
	g_assert_cmpuint(estimate.sent + estimate.lost + estimate.uncertainty, ==, 0);
}

static void test_exact_counts_give_exact_loss(void)
{
	struct stream stream = {0};
	struct sampled_loss_estimate estimate;

	send(&stream, 100000, 50, 1000);
	estimate = sampled_loss_estimate(&stream.loss);
	g_assert_cmpuint(estimate.uncertainty, ==, 0);
	/* Numbers 51, 101 … 99,951; the last sample is number 99,999. */
	g_assert_cmpuint(estimate.lost, ==, 1999);
	g_assert_cmpuint(estimate.sent, ==, 99998);
}

static void test_no_loss_is_never_made_of_slack(void)
{
	struct stream stream = {.slack_below = 300, .slack_above = 500};

	for (unsigned i = 0; i < 200; i++) {
		send(&stream, 997, 0, 1000);
		g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 0);
	}
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).uncertainty, <=, 800 + 300 + 500);
}

static void test_bounds_hold_the_truth(void)
{
	struct stream stream = {.slack_below = 40, .slack_above = 60};

	send(&stream, 1000000, 100, 1000);
	assert_holds(&stream, 200);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, >=, 9800);
	/* Loss ends: what was lost stays lost. */
	send(&stream, 1000000, 0, 1000);
	assert_holds(&stream, 200);
}

static void test_most_packets_lost(void)
{
	struct stream stream = {.slack_above = 10};

	for (unsigned i = 0; i < 1000; i++) {
		send(&stream, 1, 0, 1);
		if (i > 0)
			stream.lost += 20000;
		stream.sequence += i > 0 ? 20000 : 0;
	}
	/* Each sample is far from the one before it; they go on from each other all the same. */
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, >=, stream.lost - 2 * 20000 - 20);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, <=, stream.lost);
}

static void test_wrap_of_the_lower_half(void)
{
	struct stream stream = {.sequence = UINT32_MAX - 50000};

	send(&stream, 100000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 0);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).sent, ==, 99999);
	send(&stream, 100000, 10, 1000);
	assert_holds(&stream, 150);
}

static void test_a_forged_number_makes_no_loss(void)
{
	static const uint32_t forged[] = {5, 0x7fffffff, 0xfffffff0, 600000, 0x80000000};
	struct stream stream = {.slack_above = 10};

	for (unsigned i = 0; i < G_N_ELEMENTS(forged); i++) {
		send(&stream, 20000, 0, 1000);
		sample(&stream, forged[i]);
	}
	send(&stream, 20000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 0);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).sent, ==, 119999);
}

static void test_an_outage_counts_once_it_is_confirmed(void)
{
	struct stream stream = {0};

	send(&stream, 10000, 0, 1000);
	stream.sequence += 50000;
	send(&stream, 1000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 0);
	send(&stream, 1000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 50000);
}

static void test_numbers_that_start_anew_lose_nothing(void)
{
	struct stream stream = {0};

	send(&stream, 100000, 100, 1000);
	stream.sequence = 0;
	send(&stream, 100000, 100, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, >=, 1900);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, <=, stream.lost);
}

static void test_a_counter_that_starts_anew_loses_nothing(void)
{
	struct stream stream = {0};

	send(&stream, 100000, 100, 1000);
	stream.arrived = 0;
	send(&stream, 100000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 999);
}

static void test_lost_never_goes_back(void)
{
	struct stream stream = {0};
	uint64_t before = 0;

	for (unsigned i = 0; i < 100; i++) {
		uint64_t lost;

		send(&stream, 3000, i % 10 == 0 ? 20 : 0, 1000);
		stream.arrived += 50; /* duplicates */
		if (i % 30 == 29)
			sampled_loss_start_anew(&stream.loss);
		lost = sampled_loss_estimate(&stream.loss).lost;
		g_assert_cmpuint(lost, >=, before);
		g_assert_cmpuint(lost, <=, stream.lost);
		before = lost;
	}
}

static void test_what_is_settled_is_certain(void)
{
	struct stream stream = {.slack_below = 100, .slack_above = 100};
	uint64_t lost;

	send(&stream, 100000, 50, 1000);
	lost = sampled_loss_estimate(&stream.loss).lost;
	sampled_loss_settle(&stream.loss);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, lost);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).uncertainty, ==, 0);
	send(&stream, 100000, 50, 1000);
	assert_holds(&stream, 600);
}

static void test_late_samples_change_nothing(void)
{
	struct stream stream = {0};

	send(&stream, 5000, 0, 1000);
	sample(&stream, stream.sequence - 30);
	sample(&stream, stream.sequence - 1000);
	send(&stream, 5000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, ==, 0);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).uncertainty, ==, 0);
}

static void test_duplicates_hide_loss_but_make_none(void)
{
	struct stream stream = {0};

	send(&stream, 10000, 100, 1000);
	stream.arrived += 5000;
	send(&stream, 10000, 0, 1000);
	g_assert_cmpuint(sampled_loss_estimate(&stream.loss).lost, <=, stream.lost);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sampled_loss/nothing_is_known_before_two_samples", test_nothing_is_known_before_two_samples);
	g_test_add_func("/sampled_loss/exact_counts_give_exact_loss", test_exact_counts_give_exact_loss);
	g_test_add_func("/sampled_loss/no_loss_is_never_made_of_slack", test_no_loss_is_never_made_of_slack);
	g_test_add_func("/sampled_loss/bounds_hold_the_truth", test_bounds_hold_the_truth);
	g_test_add_func("/sampled_loss/most_packets_lost", test_most_packets_lost);
	g_test_add_func("/sampled_loss/wrap_of_the_lower_half", test_wrap_of_the_lower_half);
	g_test_add_func("/sampled_loss/a_forged_number_makes_no_loss", test_a_forged_number_makes_no_loss);
	g_test_add_func("/sampled_loss/an_outage_counts_once_it_is_confirmed",
	                test_an_outage_counts_once_it_is_confirmed);
	g_test_add_func("/sampled_loss/numbers_that_start_anew_lose_nothing",
	                test_numbers_that_start_anew_lose_nothing);
	g_test_add_func("/sampled_loss/a_counter_that_starts_anew_loses_nothing",
	                test_a_counter_that_starts_anew_loses_nothing);
	g_test_add_func("/sampled_loss/lost_never_goes_back", test_lost_never_goes_back);
	g_test_add_func("/sampled_loss/what_is_settled_is_certain", test_what_is_settled_is_certain);
	g_test_add_func("/sampled_loss/late_samples_change_nothing", test_late_samples_change_nothing);
	g_test_add_func("/sampled_loss/duplicates_hide_loss_but_make_none", test_duplicates_hide_loss_but_make_none);
	return g_test_run();
}
