/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time that packets get: nanoseconds since the epoch that never jump. When somebody sets the machine's clock, spans
 * between packets stay true; what is written for people and Prometheus is corrected by clock_to_realtime().
 */
#ifndef ASAPHASE_DAEMON_CLOCK_H
#define ASAPHASE_DAEMON_CLOCK_H

#include <stdint.h>

/* Takes the machine's time as of now. Call once, before any thread starts. */
void clock_begin(void);

int64_t clock_now(void);

/* From clock_now()'s time to the machine's, and back. 0 (never) stays 0. */
int64_t clock_to_realtime(int64_t time);
int64_t clock_from_realtime(int64_t time);

#endif
