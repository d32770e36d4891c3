/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's time, while somebody sets the machine's clock. clock.c is compiled to ask fake_clock_gettime(). */
#include "nfq-daemon/clock.h"

#include <glib.h>
#include <time.h>

#include "fake_clock.h"

static void pass(int64_t time)
{
	real += time;
	since_boot += time;
}

static void begin(void)
{
	real = NOON;
	since_boot = 500 * NANOSECONDS;
	clock_begin();
}

static void test_without_a_step(void)
{
	begin();
	g_assert_cmpint(clock_now(), ==, NOON);
	pass(10 * NANOSECONDS + 1);
	g_assert_cmpint(clock_now(), ==, NOON + 10 * NANOSECONDS + 1);
	g_assert_cmpint(clock_to_realtime(clock_now()), ==, NOON + 10 * NANOSECONDS + 1);
	g_assert_cmpint(clock_to_realtime(0), ==, 0);
	g_assert_cmpint(clock_from_realtime(0), ==, 0);
}

/* Spans stay true; what was seen before the step is told by the clock as it is set now, and so goes on. */
static void test_a_step(int64_t step)
{
	begin();
	pass(5 * NANOSECONDS);
	int64_t packet = clock_now();
	real += step;
	g_assert_cmpint(clock_now(), ==, packet);
	pass(7 * NANOSECONDS);
	g_assert_cmpint(clock_now() - packet, ==, 7 * NANOSECONDS);
	g_assert_cmpint(clock_to_realtime(clock_now()), ==, real);
	g_assert_cmpint(clock_to_realtime(packet), ==, real - 7 * NANOSECONDS);
	g_assert_cmpint(clock_from_realtime(clock_to_realtime(packet)), ==, packet);
	/* What the kernel or a state file tells by the machine's clock. */
	g_assert_cmpint(clock_from_realtime(real - 2 * NANOSECONDS), ==, clock_now() - 2 * NANOSECONDS);
}

static void test_a_step_forward(void)
{
	test_a_step(86400 * NANOSECONDS);
}

static void test_a_step_back(void)
{
	test_a_step(-3 * 86400 * NANOSECONDS);
}

/* To before the machine was started, as from a clock without battery. */
static void test_a_step_to_the_beginning_of_time(void)
{
	test_a_step(-NOON + 100 * NANOSECONDS);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/clock/without_a_step", test_without_a_step);
	g_test_add_func("/clock/a_step_forward", test_a_step_forward);
	g_test_add_func("/clock/a_step_back", test_a_step_back);
	g_test_add_func("/clock/a_step_to_the_beginning_of_time", test_a_step_to_the_beginning_of_time);
	return g_test_run();
}
