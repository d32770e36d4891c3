/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long one way may be silent while the other speaks: each limit from both sides. */
#include <glib.h>

#include "core/base/time.h"
#include "core/tunnel/silence.h"

#define START (1000 * NANOSECONDS)
#define SECONDS(count) ((int64_t)(count)*NANOSECONDS)

/* 8 packets, 5 seconds. */
static struct tunnel_options options_of(bool gateway)
{
	struct tunnel_options options = tunnel_options_default();

	options.sees_both_ways = gateway;
	return options;
}

static struct esp_silence silence_of(uint64_t packets, int64_t span, int64_t longest)
{
	return (struct esp_silence){.packets = packets, .start = START, .last = START + span, .longest = longest};
}

static bool is_one_way(uint64_t packets, int64_t span, int64_t longest)
{
	struct tunnel_options options = options_of(false);
	struct esp_silence silence = silence_of(packets, span, longest);

	return esp_silence_is_one_way(&options, &silence);
}

static void a_way_that_answered_is_silent_from_8_packets_and_5_seconds_on(void)
{
	g_assert_true(is_one_way(8, SECONDS(5), 0));
	g_assert_false(is_one_way(7, SECONDS(5), 0));
	g_assert_false(is_one_way(8, SECONDS(5) - 1, 0));
}

static void its_silence_lasts_more_than_three_times_the_longest(void)
{
	g_assert_false(is_one_way(1000, SECONDS(30), SECONDS(10)));
	g_assert_true(is_one_way(1000, SECONDS(30) + 1, SECONDS(10)));
}

static void of_the_longest_no_more_than_a_minute_counts(void)
{
	g_assert_false(is_one_way(1000, SECONDS(180), SECONDS(60)));
	g_assert_false(is_one_way(1000, SECONDS(180), SECONDS(3600)));
	g_assert_true(is_one_way(1000, SECONDS(180) + 1, SECONDS(3600)));
	g_assert_true(is_one_way(1000, SECONDS(180), SECONDS(60) - 1));
}

static bool was_never_answered(bool gateway, uint64_t packets, int64_t span)
{
	struct tunnel_options options = options_of(gateway);
	struct esp_silence silence = silence_of(packets, span, 0);

	return esp_silence_was_never_answered(&options, &silence);
}

static void in_a_capture_5_packets_over_a_second_were_never_answered(void)
{
	g_assert_true(was_never_answered(false, 5, SECONDS(1)));
	g_assert_false(was_never_answered(false, 4, SECONDS(1)));
	g_assert_false(was_never_answered(false, 5, SECONDS(1) - 1));
}

static void who_sees_both_ways_waits_as_long_as_for_one_way(void)
{
	g_assert_false(was_never_answered(true, 5, SECONDS(1)));
	g_assert_false(was_never_answered(true, 7, SECONDS(5)));
	g_assert_false(was_never_answered(true, 8, SECONDS(5) - 1));
	g_assert_true(was_never_answered(true, 8, SECONDS(5)));
}

/* What is known to be usual after a silence of so many packets ended when it had lasted so long. */
static int64_t learned(uint64_t packets, int64_t longest, int64_t lasted)
{
	struct tunnel_options options = options_of(false);
	struct esp_silence silence = silence_of(packets, 0, longest);

	esp_silence_learn(&options, &silence, START + lasted);
	return silence.longest;
}

static void a_silence_that_ended_is_usual_up_to_three_times_the_seconds_asked_for(void)
{
	g_assert_cmpint(learned(8, 0, SECONDS(15)), ==, SECONDS(15));
	g_assert_cmpint(learned(8, 0, SECONDS(15) + 1), ==, 0);
	g_assert_cmpint(learned(7, 0, SECONDS(15)), ==, 0);
}

static void it_is_usual_up_to_three_times_what_was_usual(void)
{
	g_assert_cmpint(learned(8, SECONDS(10), SECONDS(30)), ==, SECONDS(30));
	g_assert_cmpint(learned(8, SECONDS(10), SECONDS(30) + 1), ==, SECONDS(10));
	g_assert_cmpint(learned(8, SECONDS(10), SECONDS(9)), ==, SECONDS(10));
	g_assert_cmpint(learned(8, SECONDS(60), SECONDS(180)), ==, SECONDS(180));
	g_assert_cmpint(learned(8, SECONDS(70), SECONDS(180) + 1), ==, SECONDS(70));
}

static void without_packets_there_was_no_silence(void)
{
	struct tunnel_options options = options_of(false);
	struct esp_silence silence = silence_of(0, 0, 0);

	options.one_way_packets = 0;
	esp_silence_learn(&options, &silence, START + SECONDS(3));
	g_assert_cmpint(silence.longest, ==, 0);
}

static void packets_end_the_silence_of_the_other_way_and_may_teach_how_long_it_was(void)
{
	struct tunnel_options options = options_of(false);

	for (unsigned learn = 0; learn < 2; learn++) {
		struct esp_silence own = {0}, other = silence_of(8, SECONDS(3), 0);
		g_assert_true(
		        esp_silence_add(&options, &own, &other, 1, START + SECONDS(4), START + SECONDS(4), learn == 1));
		g_assert_cmpuint(other.packets, ==, 0);
		g_assert_cmpint(other.longest, ==, learn == 1 ? SECONDS(4) : 0);
	}
}

static void a_silence_of_four_packets_was_none(void)
{
	struct tunnel_options options = options_of(false);

	for (uint64_t packets = 4; packets <= 5; packets++) {
		struct esp_silence own = {0}, other = silence_of(packets, SECONDS(3), 0);
		g_assert_true(esp_silence_add(&options, &own, &other, 1, START + SECONDS(4), START + SECONDS(4),
		                              true) == (packets == 5));
	}
}

#define TEST(name) g_test_add_func("/silence/" #name, name)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	TEST(a_way_that_answered_is_silent_from_8_packets_and_5_seconds_on);
	TEST(its_silence_lasts_more_than_three_times_the_longest);
	TEST(of_the_longest_no_more_than_a_minute_counts);
	TEST(in_a_capture_5_packets_over_a_second_were_never_answered);
	TEST(who_sees_both_ways_waits_as_long_as_for_one_way);
	TEST(a_silence_that_ended_is_usual_up_to_three_times_the_seconds_asked_for);
	TEST(it_is_usual_up_to_three_times_what_was_usual);
	TEST(without_packets_there_was_no_silence);
	TEST(packets_end_the_silence_of_the_other_way_and_may_teach_how_long_it_was);
	TEST(a_silence_of_four_packets_was_none);
	return g_test_run();
}
