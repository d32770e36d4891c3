/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the state file and the metrics. The state goes first: what was exported is never more than what a restart
 * goes on from, so counters never go back.
 */
#ifndef ASAPHASE_DAEMON_EXPORTER_H
#define ASAPHASE_DAEMON_EXPORTER_H

#include "nfq-daemon/config.h"
#include "nfq-daemon/kernel_counts.h"
#include "nfq-daemon/metrics.h"
#include "nfq-daemon/monitor.h"

struct exporter;

struct exporter *exporter_new(void);
void exporter_free(struct exporter *exporter);

/* What is written about. */
struct export
{
	const struct config *config;
	struct monitor *monitor;
	const struct kernel_counts *kernel; /* NULL in queue mode */
	const struct metrics_queue *queues;
	unsigned queue_count;
};

/* A file that cannot be written is said once, and once more when it can be again; the next call tries anew. */
void exporter_write(struct exporter *exporter, const struct export *export);

#endif
