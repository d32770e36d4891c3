/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the workers see, taken into core's tunnels and judged; changes of verdict go to the journal. One thread's. */
#ifndef ASAPHASE_DAEMON_MONITOR_H
#define ASAPHASE_DAEMON_MONITOR_H

#include "core/tunnel/tunnel.h"
#include "nfq-daemon/config.h"
#include "nfq-daemon/ledger.h"
#include "nfq-daemon/packet_ring.h"
#include "nfq-daemon/state_file.h"

struct monitor;

/* config must outlive it. NULL when memory is short. */
struct monitor *monitor_new(const struct config *config);
void monitor_free(struct monitor *monitor);

/* From now on this config holds; the one before may go. */
void monitor_reconfigure(struct monitor *monitor, const struct config *config);

/* Goes on from what an earlier run had; and what a later one goes on from. */
void monitor_restore(struct monitor *monitor, const struct state *state);
void monitor_save(struct monitor *monitor, struct state *state);

/* Takes at most so many packets (IKE and the like). Returns whether there are more. */
bool monitor_take_packets(struct monitor *monitor, struct packet_ring *ring, unsigned most);

/* Takes one SPI's counts: a shard_take_counts whose context is the monitor. */
void monitor_take_counts(const struct spi_counts *counts, void *monitor);

/* All workers have told what they counted until now: judges. */
void monitor_settle(struct monitor *monitor);

/* Forgets SPIs that were not used for long. */
void monitor_retire(struct monitor *monitor);

struct tunnels *monitor_tunnels(struct monitor *monitor);
struct ledger *monitor_ledger(struct monitor *monitor);

#endif
