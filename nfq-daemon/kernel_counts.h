/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Offload mode: ESP as the kernel counts it, taken into core's tunnels. The workers see IKE, first packets and a
 * sample; of these only the sequence numbers are used, for loss.
 */
#ifndef ASAPHASE_DAEMON_KERNEL_COUNTS_H
#define ASAPHASE_DAEMON_KERNEL_COUNTS_H

#include "core/tunnel/tunnel.h"
#include "nfq-daemon/state_file.h"

struct kernel_counts;

/*
 * Goes on from where state says an earlier run stopped, if the kernel's counters are still the same ones. Before any
 * worker starts, as the first reading tells what was there before. Returns NULL with a sentence in *error (to be freed)
 * where the kernel cannot be asked; without rules there it is tried again at each reading.
 */
struct kernel_counts *kernel_counts_new(struct tunnels *tunnels, const struct state *state, char **error);
void kernel_counts_free(struct kernel_counts *counts);

/* Takes what a worker saw of one SPI: a shard_take_counts whose context is the struct kernel_counts. */
void kernel_counts_take_sample(const struct spi_counts *sample, void *counts);

/* From now on samples tell nothing of loss: the kernel counts GSO packets as one, and there are some. */
void kernel_counts_give_up_loss(struct kernel_counts *counts);

/* A worker stood still: the samples since the last reading may be old, and are not used. */
void kernel_counts_note_interruption(struct kernel_counts *counts);

/* Whether it is time for another reading: they are made as often as they cost little. */
bool kernel_counts_is_due(const struct kernel_counts *counts, int64_t now);

/* Reads the kernel's counters into the tunnels, which the caller then settles. What goes wrong is said, once. */
void kernel_counts_read(struct kernel_counts *counts);

/* What a later run goes on from. */
void kernel_counts_save(const struct kernel_counts *counts, struct state *state);

/* Forgets SPIs that the kernel has forgotten. */
void kernel_counts_retire(struct kernel_counts *counts, int64_t now);

/* ESP packets that found no room in the kernel's sets. */
uint64_t kernel_counts_uncounted(const struct kernel_counts *counts);

#endif
