/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clocks that a test sets. The file under test is compiled to ask fake_clock_gettime(). */
#ifndef ASAPHASE_TESTS_UNIT_FAKE_CLOCK_H
#define ASAPHASE_TESTS_UNIT_FAKE_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "core/base/time.h"

#define NOON (INT64_C(1700000000) * NANOSECONDS)

/* Nanoseconds: CLOCK_REALTIME, CLOCK_THREAD_CPUTIME_ID, and every other clock. */
static int64_t real, used, since_boot;

int fake_clock_gettime(clockid_t clock, struct timespec *now);

int fake_clock_gettime(clockid_t clock, struct timespec *now)
{
	int64_t time = clock == CLOCK_REALTIME ? real : clock == CLOCK_THREAD_CPUTIME_ID ? used : since_boot;

	*now = (struct timespec){.tv_sec = time / NANOSECONDS, .tv_nsec = time % NANOSECONDS};
	return 0;
}

#endif
