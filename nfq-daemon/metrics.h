/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The metrics, in Prometheus' text format. docs/operator.md describes each. */
#ifndef ASAPHASE_DAEMON_METRICS_H
#define ASAPHASE_DAEMON_METRICS_H

#include <glib.h>

#include "core/tunnel/tunnel.h"
#include "nfq-daemon/config.h"
#include "nfq-daemon/ledger.h"
#include "nfq-daemon/queue_counters.h"
#include "nfq-daemon/queue_worker.h"

struct metrics_queue {
	uint16_t queue;
	struct queue_statistics seen;
	struct queue_counters kernel; /* known false where the kernel's cannot be read */
};

struct metrics {
	struct tunnels *tunnels;
	struct ledger *ledger;
	const struct config *config;
	const struct metrics_queue *queues;
	unsigned queue_count;
	uint64_t journal_suppressed;
	uint64_t offload_uncounted;
	double time; /* seconds since the epoch, of this export */
};

void metrics_append(GString *text, const struct metrics *metrics);

#endif
