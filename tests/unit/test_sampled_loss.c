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

/* ---- samples one by one, to each side of each bound ---- */

#define NEAR 1024
#define FAR (UINT32_C(1) << 20)
#define MOST_SAMPLES 6

/* Each sample: its number, and the packets counted by then for certain and at most. What is known after the last. */
static const struct {
	const char *what;
	struct {
		uint32_t sequence;
		uint64_t low, high;
	} samples[MOST_SAMPLES]; /* high 0 ends them */
	uint64_t sent, lost, uncertainty;
	bool doubtful;
} runs[] = {
        {"all arrive", {{1000, 10, 10}, {1010, 20, 20}}, 10, 0, 0, false},
        {"one is lost", {{1000, 10, 10}, {1011, 20, 20}}, 11, 1, 0, false},
        {"the counts' slack is uncertain", {{1000, 8, 12}, {1020, 17, 21}}, 20, 7, 8, false},
        {"or hides all", {{1000, 8, 12}, {1012, 17, 21}}, 12, 0, 7, false},
        {"more arrived than were sent", {{1000, 10, 10}, {1005, 20, 20}}, 5, 0, 0, false},

        {"1024 more than arrived are lost", {{1000, 10, 10}, {1010 + NEAR, 20, 20}}, 10 + NEAR, NEAR, 0, false},
        {"1025 more are doubted", {{1000, 10, 10}, {1010 + NEAR + 1, 20, 20}}, 0, 0, 0, true},
        {"what arrived at most counts", {{1000, 10, 15}, {1015 + NEAR, 20, 25}}, 15 + NEAR, NEAR, 10, false},
        {"1024 behind is late", {{5000, 10, 10}, {5000 - NEAR, 11, 11}}, 0, 0, 0, false},
        {"1025 behind is doubted", {{5000, 10, 10}, {5000 - NEAR - 1, 11, 11}}, 0, 0, 0, true},
        {"what is late changes nothing",
         {{5000, 10, 10}, {5010, 20, 20}, {5005, 21, 21}, {5012, 23, 23}},
         12,
         0,
         0,
         false},
        {"nor does the same number again",
         {{5000, 10, 10}, {5010, 20, 20}, {5010, 25, 25}, {5025, 35, 35}},
         25,
         0,
         0,
         false},
        {"a near one clears the doubt",
         {{5000, 10, 10}, {90000, 11, 11}, {5002, 12, 12}, {90002, 13, 13}},
         2,
         0,
         0,
         true},

        {"the next one confirms it", {{1000, 10, 10}, {9000, 20, 20}, {9005, 25, 25}}, 8005, 7990, 0, false},
        {"the same one does not", {{1000, 10, 10}, {9000, 20, 20}, {9000, 25, 25}}, 0, 0, 0, true},
        {"nor one before it", {{1000, 10, 10}, {9000, 20, 20}, {8999, 25, 25}}, 0, 0, 0, true},
        {"2^20 lost on the way to it are believed",
         {{1000, 10, 10}, {1010 + FAR, 20, 20}, {1015 + FAR, 25, 25}},
         15 + FAR,
         FAR,
         0,
         false},
        {"more are a restart", {{1000, 10, 10}, {1011 + FAR, 20, 20}, {1016 + FAR, 25, 25}}, 5, 0, 0, false},
        {"so is what is behind", {{100000, 10, 10}, {1, 20, 20}, {7, 25, 25}}, 6, 1, 0, false},
        {"2^20 lost after it are believed",
         {{1000, 10, 10}, {9000, 20, 20}, {9005 + FAR, 25, 25}},
         8005 + FAR,
         7990 + FAR,
         0,
         false},
        {"more are doubted again", {{1000, 10, 10}, {9000, 20, 20}, {9006 + FAR, 25, 25}}, 0, 0, 0, true},
        {"and the last doubt is what counts",
         {{1000, 10, 10}, {9000, 20, 20}, {9006 + FAR, 25, 25}, {9007 + FAR, 26, 26}},
         1,
         0,
         0,
         false},

        {"numbers wrap", {{UINT32_MAX - 4, 10, 10}, {5, 20, 20}}, 10, 0, 0, false},
        {"and what is late is before that",
         {{UINT32_MAX - 4, 10, 10}, {5, 20, 20}, {UINT32_MAX, 21, 21}},
         10,
         0,
         0,
         false},
        {"what is doubted wraps, too",
         {{UINT32_MAX - 5000, 10, 10}, {UINT32_MAX - 1, 20, 20}, {4, 26, 26}},
         5005,
         5000 - 11,
         0,
         false},
        {"no number is before the first of all", {{5000, 10, 10}, {UINT32_MAX, 20, 20}, {3, 24, 24}}, 4, 0, 0, false},

        {"the same number again is not the last one",
         {{5000, 10, 10}, {5010, 20, 20}, {5010, 25, 25}, {5010 + 15 + NEAR, 35, 35}},
         25 + NEAR,
         NEAR,
         0,
         false},
        {"what was lost stays lost, and is certain",
         {{1000, 10, 10}, {1030, 30, 30}, {1040, 60, 60}},
         40,
         10,
         0,
         false},
        {"also what an outage cost", {{1000, 10, 10}, {9000, 20, 20}, {9005, 50, 50}}, 8005, 7990, 0, false},
        {"a wrap may come with losses", {{UINT32_MAX - 20, 10, 10}, {5, 20, 20}}, 26, 16, 0, false},
        {"an outage may be confirmed much later",
         {{1000, 10, 10}, {9000, 20, 20}, {9000 + 0x50000000, 20 + 0x50000000, 20 + 0x50000000}},
         8000 + 0x50000000,
         7990,
         0,
         false},
        {"runs add up", {{1000, 10, 10}, {1015, 20, 22}, {1020, 1, 5}, {1025, 6, 10}}, 15 + 5, 3, (5 - 3) + 4, false},
        {"however many there are",
         {{1000, 10, 10}, {1010, 20, 20}, {1, 1, 1}, {8, 8, 8}, {1, 1, 1}, {4, 4, 4}},
         10 + 7 + 3,
         0,
         0,
         false},
        {"a counter that is behind starts anew",
         {{1000, 10, 10}, {1010, 20, 20}, {1020, 5, 19}, {1025, 10, 24}},
         15,
         0,
         5,
         false},
        {"one that may be where it was does not", {{1000, 10, 10}, {1010, 20, 20}, {1020, 5, 20}}, 20, 10, 10, false},
};

static struct sampled_loss take_run(size_t run)
{
	struct sampled_loss loss = {0};

	for (size_t i = 0; i < MOST_SAMPLES && runs[run].samples[i].high != 0; i++)
		sampled_loss_take(&loss, runs[run].samples[i].sequence, runs[run].samples[i].low,
		                  runs[run].samples[i].high);
	return loss;
}

static void test_each_bound_is_where_it_is_said_to_be(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		struct sampled_loss loss = take_run(i);
		struct sampled_loss_estimate estimate = sampled_loss_estimate(&loss);

		g_test_message("%s", runs[i].what);
		g_assert_cmpuint(estimate.sent, ==, runs[i].sent);
		g_assert_cmpuint(estimate.lost, ==, runs[i].lost);
		g_assert_cmpuint(estimate.uncertainty, ==, runs[i].uncertainty);
		g_assert_cmpint(loss.doubtful, ==, runs[i].doubtful);
	}
}

/* Of the numbers with the same lower half the nearest to what is expected is meant: to each side of half the way. */
static void test_the_nearest_number_is_meant(void)
{
	static const struct {
		uint32_t begin,
		        end; /* of a run with 2^30 packets and more in it; the next sample is expected 10 later */
		uint32_t sequence;
		uint64_t meant;
	} samples[] = {
	        {0x70000000, 0xc0000000, 0x4000000b, 0x4000000b},  {0x70000000, 0xc0000000, 0x4000000a, 0x14000000a},
	        {0xf0000000, 0x40000000, 0xc0000009, 0x1c0000009}, {0xf0000000, 0x40000000, 0xc000000a, 0xc000000a},
	        {0, 0x50000000, 0xf0000000, 0xf0000000},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
		struct sampled_loss loss = {0};
		sampled_loss_take(&loss, samples[i].begin, 1, 1);
		sampled_loss_take(&loss, samples[i].end, 0x60000000, 0x60000000);
		g_assert_false(loss.doubtful);
		sampled_loss_take(&loss, samples[i].sequence, 0x6000000a, 0x6000000a);
		g_assert_true(loss.doubtful);
		g_assert_cmphex(loss.doubted.sequence, ==, samples[i].meant);
	}
}

static void test_starting_anew_twice_adds_nothing(void)
{
	struct sampled_loss loss = {0};

	sampled_loss_take(&loss, 1000, 10, 10);
	sampled_loss_take(&loss, 1020, 20, 24);
	for (unsigned times = 0; times < 3; times++) {
		struct sampled_loss_estimate estimate = sampled_loss_estimate(&loss);
		g_assert_cmpuint(estimate.sent, ==, 20);
		g_assert_cmpuint(estimate.lost, ==, 6);
		g_assert_cmpuint(estimate.uncertainty, ==, 4);
		sampled_loss_start_anew(&loss);
	}
	/* Nor does a doubt live on. */
	sampled_loss_take(&loss, 1, 30, 30);
	sampled_loss_take(&loss, 90000, 31, 31);
	sampled_loss_start_anew(&loss);
	sampled_loss_take(&loss, 2, 32, 32);
	sampled_loss_take(&loss, 90002, 33, 33);
	g_assert_cmpuint(sampled_loss_estimate(&loss).sent, ==, 20);
	g_assert_cmpuint(sampled_loss_estimate(&loss).lost, ==, 6);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/sampled_loss/" #function, test_##function                                                            \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(nothing_is_known_before_two_samples),
        TEST(exact_counts_give_exact_loss),
        TEST(no_loss_is_never_made_of_slack),
        TEST(bounds_hold_the_truth),
        TEST(most_packets_lost),
        TEST(wrap_of_the_lower_half),
        TEST(a_forged_number_makes_no_loss),
        TEST(an_outage_counts_once_it_is_confirmed),
        TEST(numbers_that_start_anew_lose_nothing),
        TEST(a_counter_that_starts_anew_loses_nothing),
        TEST(lost_never_goes_back),
        TEST(what_is_settled_is_certain),
        TEST(late_samples_change_nothing),
        TEST(duplicates_hide_loss_but_make_none),
        TEST(each_bound_is_where_it_is_said_to_be),
        TEST(the_nearest_number_is_meant),
        TEST(starting_anew_twice_adds_nothing),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
