/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two parts. The index: open addressing with linear probing, at most half full. The entries: 128 bytes each in chunks
 * that never move, so that a pointer to one stays good while the index grows.
 *
 * With many SPIs the time goes into waiting for memory, so all is done to have one packet's memory on its way while
 * another's is waited for. Probing starts at the beginning of a cache line of eight slots and compares the eight tags
 * at once: the right slot is found in few instructions and without a branch that would be mispredicted. A tag is a byte
 * of the hash; it spares touching the entries of nearly all other slots.
 */
#include "core/count/spi_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/base/keyed_hash.h"

#define LANES 8
#define FIRST_LINES 8
#define CHUNK_SHIFT 14
#define CHUNK_ENTRIES (UINT32_C(1) << CHUNK_SHIFT)
#define CAPACITY_LIMIT (UINT32_C(1) << 30)
#define CACHE_LINE 64
#define HUGE_PAGE ((size_t)2 << 20)

/* Slots are numbered through all lines: slot n is lane n % LANES of line n / LANES. */
struct line {
	uint64_t tags; /* lane n: byte n from the least significant; 0: the slot is empty */
	uint32_t numbers[LANES];
	uint8_t padding[CACHE_LINE - sizeof(uint64_t) - LANES * sizeof(uint32_t)];
};

_Static_assert(sizeof(struct line) == CACHE_LINE, "a cache line");

struct spi_table {
	struct line *lines;
	uint32_t mask; /* number of slots - 1 */
	uint32_t size;
	uint32_t limit;
	uint32_t first_free; /* chained by next_of_owner; SPI_TABLE_FULL ends */
	uint32_t capacity;
	uint64_t hash_key[4];
	uint64_t overflow;
	uint32_t lost_before;
	uint16_t interruptions;
	struct spi_entry **chunks;
};

/* ---- memory: only where the table grows ---- */

/*
 * At a million SPIs nearly every packet touches memory that no cache holds. With huge pages it at least need not look
 * up the page as well.
 */
static void *allocate(size_t size)
{
	size_t alignment = size < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
	void *memory = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);

	if (memory && alignment == HUGE_PAGE)
		madvise(memory, size, MADV_HUGEPAGE); /* where it is refused, small pages do */
	return memory;
}

static struct line *allocate_lines(size_t slots)
{
	struct line *lines = allocate(slots / LANES * sizeof *lines);

	return lines ? memset(lines, 0, slots / LANES * sizeof *lines) : NULL;
}

/* Not cleared: an entry is, when its number is taken. */
static struct spi_entry *allocate_chunk(uint32_t capacity)
{
	return allocate((capacity < CHUNK_ENTRIES ? capacity : CHUNK_ENTRIES) * sizeof(struct spi_entry));
}

/* ---- what an SA is known by ---- */

struct key {
	const struct ip_address *source;
	const struct ip_address *destination;
	uint32_t spi;
	uint8_t encapsulation;
};

static inline struct key packet_key(const struct esp_packet *packet)
{
	return (struct key){&packet->source, &packet->destination, packet->spi, packet->encapsulation};
}

static inline struct key entry_key(const struct spi_entry *entry)
{
	return (struct key){&entry->source, &entry->destination, entry->spi, entry->encapsulation};
}

/* 0 where the two are the same; no branch between the halves. */
static inline uint64_t difference(const struct ip_address *a, const struct ip_address *b)
{
	uint64_t x[2], y[2];

	memcpy(x, a->bytes, sizeof x);
	memcpy(y, b->bytes, sizeof y);
	return (x[0] ^ y[0]) | (x[1] ^ y[1]);
}

static inline bool is_of(const struct spi_entry *entry, const struct key *key)
{
	return (difference(&entry->source, key->source) | difference(&entry->destination, key->destination) |
	        (entry->spi ^ key->spi) | (uint64_t)(entry->encapsulation ^ key->encapsulation)) == 0;
}

static inline uint64_t hash_of(const struct spi_table *table, const struct key *key)
{
	return hash_of_esp_sa(key->source, key->destination, key->spi, key->encapsulation, table->hash_key);
}

/* ---- entries ---- */

static inline struct spi_entry *entry_at(const struct spi_table *table, uint32_t number)
{
	return &table->chunks[number >> CHUNK_SHIFT][number & (CHUNK_ENTRIES - 1)];
}

/* A free number, its chunk allocated; SPI_TABLE_FULL where memory is short. The table is not full. */
static uint32_t take_number(struct spi_table *table)
{
	uint32_t number = table->first_free;

	if (number != SPI_TABLE_FULL) {
		table->first_free = entry_at(table, number)->next_of_owner;
		return number;
	}

	struct spi_entry **chunk = &table->chunks[table->limit >> CHUNK_SHIFT];

	if (!*chunk)
		*chunk = allocate_chunk(table->capacity);
	return *chunk ? table->limit++ : SPI_TABLE_FULL;
}

/* ---- index ---- */

/* Where probing starts: the first slot of a line. */
static inline uint32_t home_of(const struct spi_table *table, uint64_t hash)
{
	return (uint32_t)hash & table->mask & ~(uint32_t)(LANES - 1);
}

/* The byte that goes into the index: not from the bits that say where, and never 0. */
static inline uint8_t tag_of(uint64_t hash)
{
	uint8_t tag = (uint8_t)(hash >> 56);

	return tag != 0 ? tag : 1;
}

static inline uint8_t tag_at(const struct spi_table *table, uint32_t slot)
{
	return (uint8_t)(table->lines[slot / LANES].tags >> (slot % LANES * 8));
}

static inline uint32_t number_at(const struct spi_table *table, uint32_t slot)
{
	return table->lines[slot / LANES].numbers[slot % LANES];
}

static void set_slot(struct spi_table *table, uint32_t slot, uint8_t tag, uint32_t number)
{
	struct line *line = &table->lines[slot / LANES];
	uint32_t shift = slot % LANES * 8;

	line->tags = (line->tags & ~(UINT64_C(0xff) << shift)) | ((uint64_t)tag << shift);
	line->numbers[slot % LANES] = number;
}

/* The topmost bit of every byte that equals tag. */
static inline uint64_t bytes_with(uint64_t tags, uint8_t tag)
{
	const uint64_t low_bits = UINT64_C(0x7f7f7f7f7f7f7f7f);
	uint64_t zero_where_equal = tags ^ (tag * UINT64_C(0x0101010101010101));

	return ~(((zero_where_equal & low_bits) + low_bits) | zero_where_equal | low_bits);
}

static inline uint32_t first_lane(uint64_t bytes)
{
	return (uint32_t)__builtin_ctzll(bytes) / 8;
}

/* The slot of this SA, or SPI_TABLE_FULL. There is always an empty slot for the search to end at. */
static inline uint32_t find_slot(const struct spi_table *table, const struct key *key, uint64_t hash)
{
	for (uint32_t slot = home_of(table, hash);; slot = (slot + LANES) & table->mask) {
		const struct line *line = &table->lines[slot / LANES];

		for (uint64_t bytes = bytes_with(line->tags, tag_of(hash)); bytes != 0; bytes &= bytes - 1)
			if (is_of(entry_at(table, line->numbers[first_lane(bytes)]), key))
				return slot + first_lane(bytes);
		if (line->tags >> (LANES - 1) * 8 == 0) /* lines fill from the lowest lane */
			return SPI_TABLE_FULL;
	}
}

static void put(struct spi_table *table, uint64_t hash, uint32_t number)
{
	uint32_t slot = home_of(table, hash);

	while (tag_at(table, slot) != 0)
		slot = (slot + 1) & table->mask;
	set_slot(table, slot, tag_of(hash), number);
}

static bool is_free(const struct spi_entry *entry)
{
	return entry->packets == 0; /* every other has counted at least the packet that made it */
}

static bool grow_index(struct spi_table *table)
{
	struct line *lines = allocate_lines(((size_t)table->mask + 1) * 2);

	if (!lines)
		return false;
	free(table->lines);
	table->lines = lines;
	table->mask = table->mask * 2 + 1;
	for (uint32_t number = 0; number < table->limit; number++) {
		struct key key = entry_key(entry_at(table, number));

		if (!is_free(entry_at(table, number)))
			put(table, hash_of(table, &key), number);
	}
	return true;
}

/* A new entry for the packet's SA, not yet counted. */
static uint32_t add_entry(struct spi_table *table, const struct esp_packet *packet, uint64_t hash)
{
	if (table->size == table->capacity)
		return SPI_TABLE_FULL;
	if (table->size > table->mask / 2 && !grow_index(table))
		return SPI_TABLE_FULL;

	uint32_t number = take_number(table);

	if (number == SPI_TABLE_FULL)
		return SPI_TABLE_FULL;
	*entry_at(table, number) = (struct spi_entry){
	        .source = packet->source,
	        .destination = packet->destination,
	        .spi = packet->spi,
	        .owner = UINT32_MAX,
	        .first_time = packet->time,
	        .first_frame = packet->frame,
	        .next_of_owner = UINT32_MAX,
	        .encapsulation = packet->encapsulation,
	        .interruptions = table->interruptions,
	};
	put(table, hash, number);
	table->size++;
	return number;
}

static uint32_t home_of_slot(const struct spi_table *table, uint32_t slot)
{
	struct key key = entry_key(entry_at(table, number_at(table, slot)));

	return home_of(table, hash_of(table, &key));
}

/* Slots after a hole move back into it where their probing passes it, so that none ends too early. */
static void close_hole(struct spi_table *table, uint32_t hole)
{
	uint32_t mask = table->mask;

	for (uint32_t slot = (hole + 1) & mask; tag_at(table, slot) != 0; slot = (slot + 1) & mask) {
		if (((slot - home_of_slot(table, slot)) & mask) < ((slot - hole) & mask))
			continue;
		set_slot(table, hole, tag_at(table, slot), number_at(table, slot));
		hole = slot;
	}
	set_slot(table, hole, 0, 0);
}

/* ---- sequence numbers ---- */

#define WINDOW 64

/*
 * A number further than this from the highest, either way, is not believed alone: it may be forged, replayed or
 * from before a restart. 1024 is the widest anti-replay window an ASA offers; behind it a receiver drops the packet
 * anyway.
 */
#define FAR 1024

/* A confirmed jump ahead by more is no loss: the sender skipped (as after a failover) or started anew. */
#define LOSS_LIMIT (INT64_C(1) << 20)

static inline void add_lost(struct spi_entry *entry, int64_t count)
{
	entry->lost = (uint64_t)count < UINT32_MAX - entry->lost ? entry->lost + (uint32_t)count : UINT32_MAX;
}

/* ahead > 0: the numbers between are lost until they arrive late. */
static inline void advance(struct spi_entry *entry, int64_t ahead)
{
	entry->window = ahead < WINDOW ? entry->window << ahead | 1 : 1;
	entry->highest_sequence += (uint64_t)ahead;
	entry->step = ahead > 1 ? SEQUENCE_AFTER_GAP : SEQUENCE_NEXT;
	if (ahead > 1)
		add_lost(entry, ahead - 1);
}

/* behind < FAR. Behind the window it is not known whether the number was seen before: it is taken to be late. */
static void take_late(struct spi_entry *entry, int64_t behind)
{
	uint64_t bit = behind < WINDOW ? UINT64_C(1) << behind : 0;

	if (entry->window & bit) {
		entry->duplicate++;
		entry->step = SEQUENCE_DUPLICATE;
		return;
	}
	entry->step = SEQUENCE_LATE;
	entry->window |= bit;
	entry->reordered++;
	/* A number before the first one seen never was in a gap. */
	if (entry->lost > 0 && (uint64_t)behind < entry->highest_sequence - entry->first_sequence)
		entry->lost--;
}

/* The numbers start anew; the counters go on. */
static void restart(struct spi_entry *entry, uint32_t sequence)
{
	entry->first_sequence = sequence;
	entry->highest_sequence = sequence;
	entry->window = 1;
	entry->step = SEQUENCE_ANEW;
}

/*
 * Two packets in a row that are far away but near each other confirm each other (as in RFC 3550 appendix A.1). That is
 * loss if it leads a plausible distance ahead, else a restart: an SA made again under the same SPI, whose numbers begin
 * at 1. A far number alone changes nothing; a lower one counts as reordered.
 */
static void take_far(struct spi_entry *entry, uint32_t sequence, int64_t ahead)
{
	uint32_t step = sequence - entry->last_sequence;

	if (step == 0 || step > FAR) {
		entry->reordered += ahead < 0;
		entry->step = SEQUENCE_FAR;
	} else if (ahead > 0 && ahead <= LOSS_LIMIT) {
		advance(entry, ahead - step);
		advance(entry, step);
		entry->step = SEQUENCE_AFTER_GAP;
	} else {
		restart(entry, sequence);
	}
}

static inline void take_sequence(struct spi_entry *entry, uint32_t sequence)
{
	/* Of the 64-bit numbers with these lower bits, the nearest to the highest is meant (RFC 4303 appendix A2). */
	int64_t ahead = (int32_t)(sequence - (uint32_t)entry->highest_sequence);

	if (entry->window == 0) { /* the very first, or the first after an interruption of the counting */
		restart(entry, sequence);
		entry->step = SEQUENCE_NEXT;
	} else if (ahead == 1) { /* nearly always */
		entry->window = entry->window << 1 | 1;
		entry->highest_sequence++;
		entry->step = SEQUENCE_NEXT;
	} else if (ahead > 0 && ahead <= FAR) {
		advance(entry, ahead);
	} else if (ahead <= 0 && ahead > -FAR) {
		take_late(entry, -ahead);
	} else {
		take_far(entry, sequence, ahead);
	}
	entry->last_sequence = sequence;
}

void spi_entry_take_sequence(struct spi_entry *entry, uint32_t sequence)
{
	take_sequence(entry, sequence);
}

/* ---- the table ---- */

struct spi_table *spi_table_new(uint32_t capacity)
{
	if (capacity == 0 || capacity > CAPACITY_LIMIT)
		return NULL;

	struct spi_table *table = calloc(1, sizeof *table);

	if (!table)
		return NULL;
	table->capacity = capacity;
	table->mask = FIRST_LINES * LANES - 1;
	table->first_free = SPI_TABLE_FULL;
	table->lines = allocate_lines(FIRST_LINES * LANES);
	table->chunks = calloc((capacity >> CHUNK_SHIFT) + 1, sizeof *table->chunks);
	if (table->chunks)
		table->chunks[0] = allocate_chunk(capacity); /* always there: see likely_number */
	if (!table->lines || !table->chunks || !table->chunks[0]) {
		spi_table_free(table);
		return NULL;
	}
	hash_key_draw(table->hash_key, 4);
	return table;
}

void spi_table_free(struct spi_table *table)
{
	if (!table)
		return;
	for (uint32_t chunk = 0; table->chunks && chunk <= table->capacity >> CHUNK_SHIFT; chunk++)
		free(table->chunks[chunk]);
	free(table->chunks);
	free(table->lines);
	free(table);
}

static inline uint32_t find_number(const struct spi_table *table, const struct key *key, uint64_t hash)
{
	uint32_t slot = find_slot(table, key, hash);

	return slot != SPI_TABLE_FULL ? number_at(table, slot) : SPI_TABLE_FULL;
}

static inline void count_into(struct spi_table *table, struct spi_entry *entry, const struct esp_packet *packet)
{
	entry->packets++;
	entry->bytes += packet->bytes;
	entry->last_time = packet->time;
	entry->last_frame = packet->frame;
	table->lost_before = entry->lost;
	if (entry->interruptions != table->interruptions) {
		entry->interruptions = table->interruptions;
		entry->window = 0;
	}
	take_sequence(entry, packet->sequence);
}

static uint32_t count(struct spi_table *table, const struct esp_packet *packet, uint64_t hash)
{
	struct key key = packet_key(packet);
	uint32_t number = find_number(table, &key, hash);

	if (number == SPI_TABLE_FULL)
		number = add_entry(table, packet, hash);
	if (number == SPI_TABLE_FULL)
		table->overflow++;
	else
		count_into(table, entry_at(table, number), packet);
	return number;
}

uint32_t spi_table_count(struct spi_table *table, const struct esp_packet *packet)
{
	struct key key = packet_key(packet);

	return count(table, packet, hash_of(table, &key));
}

/* The entry that the hash most likely means; any other, or a free one, where the SA is new. */
static inline uint32_t likely_number(const struct spi_table *table, uint64_t hash)
{
	const struct line *line = &table->lines[home_of(table, hash) / LANES];
	uint64_t bytes = bytes_with(line->tags, tag_of(hash));

	return line->numbers[first_lane(bytes | UINT64_C(1) << 63)];
}

void spi_table_fetch(const struct spi_table *table, const struct esp_packet *packets, size_t packet_count,
                     struct spi_hint *hints)
{
	for (size_t i = 0; i < packet_count; i++) {
		struct key key = packet_key(&packets[i]);

		hints[i].hash = hash_of(table, &key);
		__builtin_prefetch(&table->lines[home_of(table, hints[i].hash) / LANES]);
	}
	for (size_t i = 0; i < packet_count; i++) {
		hints[i].number = likely_number(table, hints[i].hash);
		const char *entry = (const char *)entry_at(table, hints[i].number);
		__builtin_prefetch(entry, 1);
		__builtin_prefetch(entry + CACHE_LINE, 1);
	}
}

static inline uint32_t count_hinted(struct spi_table *table, const struct esp_packet *packet,
                                    const struct spi_hint *hint)
{
	struct key key = packet_key(packet);
	struct spi_entry *entry = entry_at(table, hint->number);

	/* In a table that never had any, hints lead to the first entry, which is not cleared: that would cost a page.
	 */
	if (hint->number >= table->limit || !is_of(entry, &key) || is_free(entry))
		return count(table, packet, hint->hash);
	count_into(table, entry, packet);
	return hint->number;
}

uint32_t spi_table_count_hinted(struct spi_table *table, const struct esp_packet *packet, const struct spi_hint *hint)
{
	return count_hinted(table, packet, hint);
}

void spi_table_count_all(struct spi_table *table, const struct esp_packet *packets, size_t packet_count,
                         uint32_t *numbers)
{
	struct spi_hint hints[SPI_BATCH];

	for (size_t done = 0; done < packet_count; done += SPI_BATCH) {
		size_t batch = packet_count - done < SPI_BATCH ? packet_count - done : SPI_BATCH;
		spi_table_fetch(table, packets + done, batch, hints);
		for (size_t i = 0; i < batch; i++)
			numbers[done + i] = count_hinted(table, &packets[done + i], &hints[i]);
	}
}

void spi_table_note_interruption(struct spi_table *table)
{
	table->interruptions++;
}

/* ---- counts from elsewhere ---- */

static uint32_t find_or_add(struct spi_table *table, const struct spi_counts *counts)
{
	const struct esp_packet first = {
	        .source = counts->source,
	        .destination = counts->destination,
	        .spi = counts->spi,
	        .encapsulation = counts->encapsulation,
	        .time = counts->first_time,
	};
	struct key key = packet_key(&first);
	uint64_t hash = hash_of(table, &key);
	uint32_t number = find_number(table, &key, hash);

	if (number != SPI_TABLE_FULL || counts->packets == 0)
		return number;
	number = add_entry(table, &first, hash);
	if (number != SPI_TABLE_FULL) {
		entry_at(table, number)->packets = counts->earlier_packets;
		entry_at(table, number)->bytes = counts->earlier_bytes;
	}
	return number;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static void add_sequences(struct spi_entry *entry, const struct spi_counts *counts)
{
	entry->first_sequence = counts->first_sequence;
	entry->highest_sequence = counts->highest_sequence;
	entry->last_sequence = counts->last_sequence;
	if (counts->lost >= 0)
		add_lost(entry, counts->lost);
	else
		entry->lost -= least(entry->lost, (uint32_t) - (int64_t)counts->lost);
	entry->duplicate += counts->duplicate;
	entry->reordered += counts->reordered;
}

uint32_t spi_table_add_counts(struct spi_table *table, const struct spi_counts *counts)
{
	uint32_t number = find_or_add(table, counts);

	if (number == SPI_TABLE_FULL) {
		table->overflow += counts->packets;
		return SPI_TABLE_FULL;
	}

	struct spi_entry *entry = entry_at(table, number);

	entry->packets += counts->packets;
	entry->bytes += counts->bytes;
	if (counts->last_time > entry->last_time)
		entry->last_time = counts->last_time;
	if (counts->first_time != 0 && (entry->first_time == 0 || counts->first_time < entry->first_time))
		entry->first_time = counts->first_time;
	if (counts->sequences_known)
		add_sequences(entry, counts);
	return number;
}

uint32_t spi_table_find(const struct spi_table *table, const struct ip_address *source,
                        const struct ip_address *destination, uint32_t spi, uint8_t encapsulation)
{
	struct key key = {source, destination, spi, encapsulation};

	return find_number(table, &key, hash_of(table, &key));
}

struct spi_entry *spi_table_entry(struct spi_table *table, uint32_t number)
{
	if (number >= table->limit)
		return NULL;

	struct spi_entry *entry = entry_at(table, number);

	return is_free(entry) ? NULL : entry;
}

uint32_t spi_table_limit(const struct spi_table *table)
{
	return table->limit;
}

uint32_t spi_table_size(const struct spi_table *table)
{
	return table->size;
}

uint32_t spi_table_lost_before(const struct spi_table *table)
{
	return table->lost_before;
}

uint64_t spi_table_overflow(const struct spi_table *table)
{
	return table->overflow;
}

void spi_table_remove(struct spi_table *table, uint32_t number)
{
	struct spi_entry *entry = spi_table_entry(table, number);

	if (!entry)
		return;

	struct key key = entry_key(entry);

	close_hole(table, find_slot(table, &key, hash_of(table, &key)));
	*entry = (struct spi_entry){.next_of_owner = table->first_free};
	table->first_free = number;
	table->size--;
}
