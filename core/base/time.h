/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times and spans: nanoseconds in an int64_t, times since the epoch; in the state, 0 stands for "never". */
#ifndef ASAPHASE_CORE_BASE_TIME_H
#define ASAPHASE_CORE_BASE_TIME_H

#include <stdint.h>

/* In one second, and in one millisecond. */
#define NANOSECONDS INT64_C(1000000000)
#define NANOSECONDS_PER_MILLISECOND INT64_C(1000000)

/* From one time to a later one; 0 where they are out of order; saturates. */
static inline uint32_t milliseconds_between(int64_t from, int64_t to)
{
	if (to <= from)
		return 0;
	int64_t milliseconds = (to - from) / NANOSECONDS_PER_MILLISECOND;
	return milliseconds > UINT32_MAX ? UINT32_MAX : (uint32_t)milliseconds;
}

/* A packet's time as the state keeps it, where 0 stands for "never". */
static inline int64_t time_in_state(int64_t time)
{
	return time > 0 ? time : 1;
}

#endif
