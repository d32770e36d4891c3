/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel counts of each queue: /proc/net/netfilter/nfnetlink_queue, which only root may open. */
#ifndef ASAPHASE_DAEMON_QUEUE_COUNTERS_H
#define ASAPHASE_DAEMON_QUEUE_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

struct queue_counters {
	bool known;
	uint32_t waiting;      /* packets in the queue now */
	uint64_t dropped;      /* as the queue was full */
	uint64_t user_dropped; /* as the socket's buffer was full */
};

/* Opens the file, before root is given up. Returns its descriptor, or a negative errno. */
int queue_counters_open(void);

/* Reads the counters of one queue; known is false where that cannot be done. file may be negative. */
struct queue_counters queue_counters_read(int file, uint16_t queue);

#endif
