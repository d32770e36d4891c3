/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole packets from one thread to another, in order, without locks: one writes, one reads. Bounded: a packet that does
 * not fit is refused.
 */
#ifndef ASAPHASE_DAEMON_PACKET_RING_H
#define ASAPHASE_DAEMON_PACKET_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct packet_ring;

struct packet_record {
	int64_t time;  /* clock_now() */
	uint32_t size; /* bytes that follow */
	uint32_t wire_length;
};

/* size: bytes, a power of two. NULL when memory is short. */
struct packet_ring *packet_ring_new(uint32_t size);
void packet_ring_free(struct packet_ring *ring);

/* The writer's. False where it does not fit. */
bool packet_ring_put(struct packet_ring *ring, const struct packet_record *record, const uint8_t *bytes);

/* The reader's: the oldest packet, good until packet_ring_drop(); NULL where there is none. */
const uint8_t *packet_ring_peek(struct packet_ring *ring, struct packet_record *record);
void packet_ring_drop(struct packet_ring *ring);

#endif
