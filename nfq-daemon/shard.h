/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One thread's share of the ESP counters. The thread counts into a table of its own; what is new there it puts into a
 * handover when it is asked to, and another thread takes it from there. No locks: at each moment the handover belongs
 * to one of the two.
 */
#ifndef ASAPHASE_DAEMON_SHARD_H
#define ASAPHASE_DAEMON_SHARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/count/spi_table.h"

struct shard;

/* capacity: SPIs. NULL when memory is short. */
struct shard *shard_new(uint32_t capacity);
void shard_free(struct shard *shard);

/* ---- the counting thread's ---- */

/* Counts packets in their order. */
void shard_count(struct shard *shard, const struct esp_packet *packets, size_t count);

/* Packets were missed: the next number of each SPI tells nothing about losses. */
void shard_note_interruption(struct shard *shard);

/* Hands over what is new, if that was asked for. SPIs not used since idle_before are forgotten. Returns whether it did.
 */
bool shard_hand_over(struct shard *shard, int64_t idle_before);

/* Packets so far that found no room, and so are in no entry. */
uint64_t shard_uncounted(const struct shard *shard);

/* ---- the taking thread's ---- */

/* Asks for a handover; it is the counting thread's turn then. */
void shard_ask(struct shard *shard);

/* Whether a handover was asked for and has not been taken. */
bool shard_is_asked(struct shard *shard);

typedef void shard_take_counts(const struct spi_counts *counts, void *context);

/*
 * Takes a handover if there is one: take is called for each SPI that counted. *more becomes whether another is asked
 * for already, as not all fit into this one. Returns whether there was one.
 */
bool shard_take(struct shard *shard, shard_take_counts *take, void *context, bool *more);

#endif
