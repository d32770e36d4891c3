/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/shard.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "core/base/time.h"

/* SPIs in one handover. */
#define HANDOVER 4096

/* Entries looked at for one that can be forgotten: at each handover, and for a packet that finds the table full. */
#define LOOKS_AT_HANDOVER 1024
#define LOOKS_WHEN_FULL 64

/* When the table is full, SPIs of fewer packets than this that are silent for so long give way: a flood's. */
#define STRAY_PACKETS 3
#define STRAY_IDLE NANOSECONDS
#define FULL_IDLE (60 * NANOSECONDS)

/* In spi_entry.owner, which is the counting thread's to use: whether the entry is in the list of the changed. */
#define LISTED 1
#define UNLISTED 0

/* What was handed over of an entry so far. */
struct told {
	uint64_t packets;
	uint64_t bytes;
	uint32_t lost;
	uint32_t duplicate;
	uint32_t reordered;
};

struct changed {
	uint32_t number;
	int64_t since; /* time of its first packet since it was last handed over */
};

enum turn { TURN_TAKER, TURN_COUNTER, TURN_FULL };

struct shard {
	struct spi_table *table;
	struct told *told; /* by entry number; memory is only used as far as the table is */
	struct changed *changed;
	uint32_t changed_count;
	uint32_t hand; /* entry to look at next for forgetting */
	uint64_t uncounted;

	_Atomic int turn; /* enum turn: whose the handover is */
	bool more;
	uint32_t count;
	struct spi_counts handover[HANDOVER];
};

struct shard *shard_new(uint32_t capacity)
{
	struct shard *shard = calloc(1, sizeof *shard);

	if (shard == NULL)
		return NULL;
	shard->table = spi_table_new(capacity);
	shard->told = calloc(capacity, sizeof *shard->told);
	shard->changed = calloc(capacity, sizeof *shard->changed);
	if (shard->table == NULL || shard->told == NULL || shard->changed == NULL) {
		shard_free(shard);
		return NULL;
	}
	return shard;
}

void shard_free(struct shard *shard)
{
	if (shard == NULL)
		return;
	spi_table_free(shard->table);
	free(shard->told);
	free(shard->changed);
	free(shard);
}

/* ---- forgetting ---- */

/* Only what is handed over already. */
static void forget_if(struct shard *shard, uint32_t number, int64_t idle_before, int64_t stray_before)
{
	const struct spi_entry *entry = spi_table_entry(shard->table, number);

	if (entry == NULL || entry->owner == LISTED)
		return;
	if (entry->last_time >= (entry->packets < STRAY_PACKETS ? stray_before : idle_before))
		return;
	spi_table_remove(shard->table, number);
	shard->told[number] = (struct told){0};
}

static void look_for_idle(struct shard *shard, unsigned looks, int64_t idle_before, int64_t stray_before)
{
	uint32_t limit = spi_table_limit(shard->table);

	for (unsigned i = 0; i < looks && i < limit; i++) {
		shard->hand = shard->hand + 1 < limit ? shard->hand + 1 : 0;
		forget_if(shard, shard->hand, idle_before, stray_before);
	}
}

/* ---- counting ---- */

static void list_changed(struct shard *shard, uint32_t number, int64_t time)
{
	struct spi_entry *entry = spi_table_entry(shard->table, number);

	if (entry->owner == LISTED)
		return;
	entry->owner = LISTED;
	shard->changed[shard->changed_count++] = (struct changed){number, time};
}

static void count_into_full(struct shard *shard, const struct esp_packet *packet)
{
	look_for_idle(shard, LOOKS_WHEN_FULL, packet->time - FULL_IDLE, packet->time - STRAY_IDLE);

	uint32_t number = spi_table_count(shard->table, packet);

	if (number != SPI_TABLE_FULL)
		list_changed(shard, number, packet->time);
	else
		shard->uncounted++;
}

#define BATCH 64

void shard_count(struct shard *shard, const struct esp_packet *packets, size_t count)
{
	uint32_t numbers[BATCH];

	while (count > 0) {
		size_t now = count < BATCH ? count : BATCH;
		spi_table_count_all(shard->table, packets, now, numbers);
		for (size_t i = 0; i < now; i++) {
			if (numbers[i] != SPI_TABLE_FULL)
				list_changed(shard, numbers[i], packets[i].time);
			else
				count_into_full(shard, &packets[i]);
		}
		packets += now;
		count -= now;
	}
}

void shard_note_interruption(struct shard *shard)
{
	spi_table_note_interruption(shard->table);
}

uint64_t shard_uncounted(const struct shard *shard)
{
	return shard->uncounted;
}

/* ---- handing over ---- */

static struct spi_counts counts_of(const struct spi_entry *entry, const struct told *told, int64_t since)
{
	return (struct spi_counts){
	        .source = entry->source,
	        .destination = entry->destination,
	        .spi = entry->spi,
	        .encapsulation = entry->encapsulation,
	        .sequences_known = true,
	        .packets = entry->packets - told->packets,
	        .bytes = entry->bytes - told->bytes,
	        .earlier_packets = told->packets,
	        .earlier_bytes = told->bytes,
	        .since_time = since,
	        .first_time = entry->first_time,
	        .last_time = entry->last_time,
	        .first_sequence = entry->first_sequence,
	        .highest_sequence = entry->highest_sequence,
	        .last_sequence = entry->last_sequence,
	        .lost = (int32_t)(entry->lost - told->lost),
	        .duplicate = entry->duplicate - told->duplicate,
	        .reordered = entry->reordered - told->reordered,
	};
}

static void tell(struct shard *shard, const struct changed *changed)
{
	struct spi_entry *entry = spi_table_entry(shard->table, changed->number);
	struct told *told = &shard->told[changed->number];

	shard->handover[shard->count++] = counts_of(entry, told, changed->since);
	*told = (struct told){entry->packets, entry->bytes, entry->lost, entry->duplicate, entry->reordered};
	entry->owner = UNLISTED;
}

bool shard_hand_over(struct shard *shard, int64_t idle_before)
{
	if (atomic_load_explicit(&shard->turn, memory_order_acquire) != TURN_COUNTER)
		return false;
	shard->count = 0;
	while (shard->changed_count > 0 && shard->count < HANDOVER)
		tell(shard, &shard->changed[--shard->changed_count]);
	shard->more = shard->changed_count > 0;
	atomic_store_explicit(&shard->turn, TURN_FULL, memory_order_release);
	look_for_idle(shard, LOOKS_AT_HANDOVER, idle_before, idle_before);
	return true;
}

/* ---- taking ---- */

void shard_ask(struct shard *shard)
{
	int taker = TURN_TAKER;

	atomic_compare_exchange_strong_explicit(&shard->turn, &taker, TURN_COUNTER, memory_order_release,
	                                        memory_order_relaxed);
}

bool shard_is_asked(struct shard *shard)
{
	return atomic_load_explicit(&shard->turn, memory_order_relaxed) != TURN_TAKER;
}

bool shard_take(struct shard *shard, shard_take_counts *take, void *context, bool *more)
{
	if (atomic_load_explicit(&shard->turn, memory_order_acquire) != TURN_FULL)
		return false;
	for (uint32_t i = 0; i < shard->count; i++)
		take(&shard->handover[i], context);
	*more = shard->more;
	atomic_store_explicit(&shard->turn, *more ? TURN_COUNTER : TURN_TAKER, memory_order_release);
	return true;
}
