/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/clock.h"

#include <time.h>

#include "core/base/time.h"

static int64_t offset; /* from the time since boot to the epoch, as it was at the start */

static int64_t read_clock(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

void clock_begin(void)
{
	offset = read_clock(CLOCK_REALTIME) - read_clock(CLOCK_BOOTTIME);
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_BOOTTIME) + offset;
}

static int64_t set_since_start(void)
{
	return read_clock(CLOCK_REALTIME) - clock_now();
}

int64_t clock_to_realtime(int64_t time)
{
	return time == 0 ? 0 : time + set_since_start();
}

int64_t clock_from_realtime(int64_t time)
{
	return time == 0 ? 0 : time - set_since_start();
}
