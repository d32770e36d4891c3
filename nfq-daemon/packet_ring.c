/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/packet_ring.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define CACHE_LINE 64
#define RECORD_ALIGNMENT sizeof(struct packet_record)

/* A record with this size stands for the rest of the ring, left empty: no record is cut in two. */
#define REST UINT32_MAX

/* Positions only grow; the place in bytes is position & mask. */
struct packet_ring {
	_Alignas(CACHE_LINE) _Atomic uint64_t written;
	_Alignas(CACHE_LINE) _Atomic uint64_t read;
	_Alignas(CACHE_LINE) uint32_t mask;
	uint8_t *bytes;
};

struct packet_ring *packet_ring_new(uint32_t size)
{
	struct packet_ring *ring = aligned_alloc(CACHE_LINE, sizeof *ring);

	if (ring == NULL)
		return NULL;
	memset(ring, 0, sizeof *ring);
	ring->mask = size - 1;
	ring->bytes = malloc(size);
	if (ring->bytes == NULL) {
		free(ring);
		return NULL;
	}
	return ring;
}

void packet_ring_free(struct packet_ring *ring)
{
	if (ring == NULL)
		return;
	free(ring->bytes);
	free(ring);
}

static uint64_t room_of(uint32_t size)
{
	return sizeof(struct packet_record) + (size + RECORD_ALIGNMENT - 1) / RECORD_ALIGNMENT * RECORD_ALIGNMENT;
}

bool packet_ring_put(struct packet_ring *ring, const struct packet_record *record, const uint8_t *bytes)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_relaxed);
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_acquire);
	uint64_t capacity = (uint64_t)ring->mask + 1, to_end = capacity - (written & ring->mask);
	uint64_t room = room_of(record->size), rest = room > to_end ? to_end : 0;

	if (rest + room > capacity - (written - read))
		return false;
	if (rest != 0) {
		const struct packet_record end = {.size = REST};
		memcpy(ring->bytes + (written & ring->mask), &end, sizeof end);
		written += rest;
	}
	uint8_t *place = ring->bytes + (written & ring->mask);
	memcpy(place, record, sizeof *record);
	memcpy(place + sizeof *record, bytes, record->size);
	atomic_store_explicit(&ring->written, written + room, memory_order_release);
	return true;
}

const uint8_t *packet_ring_peek(struct packet_ring *ring, struct packet_record *record)
{
	uint64_t written = atomic_load_explicit(&ring->written, memory_order_acquire);
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);

	if (read == written)
		return NULL;
	const uint8_t *place = ring->bytes + (read & ring->mask);
	memcpy(record, place, sizeof *record);
	if (record->size == REST) {
		read += (uint64_t)ring->mask + 1 - (read & ring->mask);
		atomic_store_explicit(&ring->read, read, memory_order_release);
		place = ring->bytes;
		memcpy(record, place, sizeof *record);
	}
	return place + sizeof *record;
}

void packet_ring_drop(struct packet_ring *ring)
{
	uint64_t read = atomic_load_explicit(&ring->read, memory_order_relaxed);
	struct packet_record record;

	memcpy(&record, ring->bytes + (read & ring->mask), sizeof record);
	atomic_store_explicit(&ring->read, read + room_of(record.size), memory_order_release);
}
