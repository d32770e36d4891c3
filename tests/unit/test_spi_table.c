/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting ESP per SPI: counts, sequence numbers, growth, bounds. */
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "core/count/spi_table.h"

static struct esp_packet packet_of(uint32_t spi, uint32_t sequence)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

	return (struct esp_packet){
	        .source = ip_address_from_ipv4(here),
	        .destination = ip_address_from_ipv4(there),
	        .spi = spi,
	        .sequence = sequence,
	        .bytes = 100,
	        .frame = 1,
	        .time = 1000,
	};
}

static struct spi_entry *count(struct spi_table *table, uint32_t spi, uint32_t sequence)
{
	struct esp_packet packet = packet_of(spi, sequence);
	uint32_t number = spi_table_count(table, &packet);

	g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
	return spi_table_entry(table, number);
}

/* All memory holds this, as what another table gave back would. */
static struct spi_entry stale;

void *stale_aligned_alloc(size_t alignment, size_t size);

void *stale_aligned_alloc(size_t alignment, size_t size)
{
	void *memory;

	if (posix_memalign(&memory, alignment, size) != 0)
		return NULL;
	for (size_t at = 0; at + sizeof stale <= size; at += sizeof stale)
		memcpy((char *)memory + at, &stale, sizeof stale);
	return memory;
}

static void a_table_knows_nothing_of_one_before_it(void)
{
	const struct esp_packet packet = packet_of(7, 1);
	struct spi_table *table = spi_table_new(16);
	struct spi_hint hint;

	stale = *count(table, 7, 1);
	spi_table_free(table);
	table = spi_table_new(16);
	spi_table_fetch(table, &packet, 1, &hint);
	struct spi_entry *entry = spi_table_entry(table, spi_table_count_hinted(table, &packet, &hint));
	g_assert_nonnull(entry);
	g_assert_cmpuint(entry->packets, ==, 1);
	g_assert_cmpuint(spi_table_size(table), ==, 1);
	spi_table_free(table);
	stale = (struct spi_entry){0};
}

/* Not even where all of the packet's key is zero, as in an entry that was removed. */
static void a_removed_entry_is_nobodys(void)
{
	const struct esp_packet packet = {.bytes = 100};
	struct spi_table *table = spi_table_new(16);
	struct spi_hint hint;

	count(table, 7, 1);
	spi_table_remove(table, 0);
	spi_table_fetch(table, &packet, 1, &hint);
	g_assert_cmpuint(hint.number, ==, 0);
	g_assert_cmpuint(spi_table_count_hinted(table, &packet, &hint), ==, 0);
	g_assert_cmpuint(spi_table_size(table), ==, 1);
	g_assert_cmpuint(spi_table_entry(table, 0)->owner, ==, UINT32_MAX);
	spi_table_free(table);
}

static void packets_and_bytes_add_up(void)
{
	struct spi_table *table = spi_table_new(16);

	for (uint32_t sequence = 1; sequence <= 5; sequence++)
		count(table, 7, sequence);
	const struct spi_entry *entry = count(table, 7, 6);
	g_assert_cmpuint(entry->packets, ==, 6);
	g_assert_cmpuint(entry->bytes, ==, 600);
	g_assert_cmpuint(entry->first_sequence, ==, 1);
	g_assert_cmpuint(entry->last_sequence, ==, 6);
	g_assert_cmpuint(entry->lost + entry->duplicate + entry->reordered, ==, 0);
	spi_table_free(table);
}

static void the_key_is_all_of_addresses_spi_and_encapsulation(void)
{
	struct spi_table *table = spi_table_new(16);
	struct esp_packet packet = packet_of(7, 1), other = packet;

	spi_table_count(table, &packet);
	other.encapsulation = ENCAPSULATION_UDP;
	spi_table_count(table, &other);
	other = packet;
	other.source = packet.destination;
	other.destination = packet.source;
	spi_table_count(table, &other);
	other = packet;
	other.spi = 8;
	spi_table_count(table, &other);
	g_assert_cmpuint(spi_table_size(table), ==, 4);
	spi_table_count(table, &packet);
	g_assert_cmpuint(spi_table_size(table), ==, 4);
	spi_table_free(table);
}

static void gaps_are_lost_until_they_arrive(void)
{
	struct spi_table *table = spi_table_new(16);

	count(table, 7, 1);
	g_assert_cmpuint(count(table, 7, 5)->lost, ==, 3);
	const struct spi_entry *entry = count(table, 7, 3);
	g_assert_cmpuint(entry->lost, ==, 2);
	g_assert_cmpuint(entry->reordered, ==, 1);
	entry = count(table, 7, 3);
	g_assert_cmpuint(entry->duplicate, ==, 1);
	g_assert_cmpuint(entry->lost, ==, 2);
	spi_table_free(table);
}

/* 32 bits on the wire; the upper half of an extended sequence number is inferred from the wrap (RFC 4303 sec. 2.2.1).
 */
static void a_wrap_is_no_loss(void)
{
	struct spi_table *table = spi_table_new(16);

	count(table, 7, UINT32_MAX - 1);
	count(table, 7, UINT32_MAX);
	count(table, 7, 0);
	const struct spi_entry *entry = count(table, 7, 1);
	g_assert_cmpuint(entry->lost, ==, 0);
	g_assert_cmpuint(entry->highest_sequence, ==, UINT64_C(0x100000001));
	spi_table_free(table);
}

static void one_forged_number_makes_no_loss(void)
{
	struct spi_table *table = spi_table_new(16);

	for (uint32_t sequence = 1; sequence <= 10; sequence++)
		count(table, 7, sequence);
	count(table, 7, 3000000000U);
	const struct spi_entry *entry = count(table, 7, 11);
	g_assert_cmpuint(entry->lost, ==, 0);
	spi_table_free(table);
}

static void an_sa_set_up_again_makes_no_loss(void)
{
	struct spi_table *table = spi_table_new(16);

	for (uint32_t sequence = 100000; sequence < 100010; sequence++)
		count(table, 7, sequence);
	for (uint32_t sequence = 1; sequence <= 10; sequence++)
		count(table, 7, sequence);
	g_assert_cmpuint(count(table, 7, 11)->lost, ==, 0);
	spi_table_free(table);
}

static void a_full_table_counts_what_it_cannot_hold(void)
{
	struct spi_table *table = spi_table_new(8);
	unsigned full = 0;

	for (uint32_t spi = 1; spi <= 100; spi++) {
		struct esp_packet packet = packet_of(spi, 1);
		full += spi_table_count(table, &packet) == SPI_TABLE_FULL;
	}
	g_assert_cmpuint(spi_table_size(table), ==, 8);
	g_assert_cmpuint(full, ==, 92);
	g_assert_cmpuint(spi_table_overflow(table), ==, 92);
	g_assert_cmpuint(count(table, 1, 2)->packets, ==, 2);
	spi_table_free(table);
}

static void removed_entries_make_room(void)
{
	struct spi_table *table = spi_table_new(8);

	for (uint32_t round = 0; round < 1000; round++) {
		struct esp_packet packet = packet_of(round + 1, 1);
		uint32_t number = spi_table_count(table, &packet);
		g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
		if (round >= 4) {
			struct esp_packet old = packet_of(round - 3, 1);
			uint32_t gone = spi_table_find(table, &old.source, &old.destination, old.spi, 0);
			g_assert_cmpuint(gone, !=, SPI_TABLE_FULL);
			spi_table_remove(table, gone);
			g_assert_null(spi_table_entry(table, gone));
		}
	}
	g_assert_cmpuint(spi_table_size(table), ==, 4);
	spi_table_free(table);
}

/* Against a GHashTable that is trusted: the same counts for many SPIs in random order, one by one and in batches. */
static void many_spis_agree_with_a_hash_table(void)
{
	enum { PACKETS = 200000, SPIS = 30000, BATCH = 65 }; /* no multiple of what is fetched at a time */
	struct spi_table *table = spi_table_new(SPIS);
	GHashTable *trusted = g_hash_table_new(NULL, NULL);
	struct esp_packet batch[BATCH];
	uint32_t numbers[BATCH];
	unsigned filled = 0;

	for (unsigned i = 0; i < PACKETS; i++) {
		uint32_t spi = 1 + (uint32_t)g_test_rand_int_range(0, SPIS);
		gpointer key = GUINT_TO_POINTER(spi);
		g_hash_table_insert(trusted, key,
		                    GUINT_TO_POINTER(GPOINTER_TO_UINT(g_hash_table_lookup(trusted, key)) + 1));
		batch[filled++] = packet_of(spi, i);
		if (filled == BATCH || i + 1 == PACKETS) {
			spi_table_count_all(table, batch, filled, numbers);
			filled = 0;
		}
	}
	g_assert_cmpuint(spi_table_size(table), ==, g_hash_table_size(trusted));
	for (uint32_t number = 0; number < spi_table_limit(table); number++) {
		const struct spi_entry *entry = spi_table_entry(table, number);
		g_assert_cmpuint(entry->packets, ==,
		                 GPOINTER_TO_UINT(g_hash_table_lookup(trusted, GUINT_TO_POINTER(entry->spi))));
	}
	g_hash_table_destroy(trusted);
	spi_table_free(table);
}

/* ---- sequence numbers, to each side of each bound ---- */

/* As one entry sees them, without a table around it. */
static struct spi_entry entry_after(const uint32_t *sequences, size_t count)
{
	struct spi_entry entry = {0};

	for (size_t i = 0; i < count; i++) {
		spi_entry_take_sequence(&entry, sequences[i]);
		g_assert_cmpuint(entry.last_sequence, ==, sequences[i]);
	}
	return entry;
}

#define MOST_SEQUENCES 4
#define LOSS_LIMIT (UINT32_C(1) << 20)

/* What each row's last number does, after the ones before it. */
static const struct {
	const char *what;
	uint32_t sequences[MOST_SEQUENCES]; /* 0 ends them */
	enum sequence_step step;
	uint32_t lost, reordered, duplicate;
	uint64_t first, highest;
} sequences[] = {
        {"the first number", {9}, SEQUENCE_NEXT, 0, 0, 0, 9, 9},
        {"the next one", {9, 10}, SEQUENCE_NEXT, 0, 0, 0, 9, 10},
        {"the next but one", {9, 11}, SEQUENCE_AFTER_GAP, 1, 0, 0, 9, 11},
        {"the same again", {9, 9}, SEQUENCE_DUPLICATE, 0, 0, 1, 9, 9},
        {"one before the first", {9, 8}, SEQUENCE_LATE, 0, 1, 0, 9, 9},

        {"1024 ahead is loss", {9, 9 + 1024}, SEQUENCE_AFTER_GAP, 1023, 0, 0, 9, 9 + 1024},
        {"1024 ahead of the highest, too, whatever came last",
         {9, 10, 9, 10 + 1024},
         SEQUENCE_AFTER_GAP,
         1023,
         0,
         1,
         9,
         10 + 1024},
        {"1025 ahead is too far", {9, 9 + 1025}, SEQUENCE_FAR, 0, 0, 0, 9, 9},
        {"1023 behind is late", {5000, 5000 - 1023}, SEQUENCE_LATE, 0, 1, 0, 5000, 5000},
        {"1024 behind is too far", {5000, 5000 - 1024}, SEQUENCE_FAR, 0, 1, 0, 5000, 5000},

        {"a number in a gap comes late", {9, 20, 15}, SEQUENCE_LATE, 9, 1, 0, 9, 20},
        {"and again", {9, 20, 15, 15}, SEQUENCE_DUPLICATE, 9, 1, 1, 9, 20},
        {"one before the gap's beginning", {9, 20, 8}, SEQUENCE_LATE, 10, 1, 0, 9, 20},
        {"63 behind is still known", {9, 9 + 63, 9}, SEQUENCE_DUPLICATE, 62, 0, 1, 9, 9 + 63},
        {"64 behind is not", {9, 9 + 64, 9}, SEQUENCE_LATE, 63, 1, 0, 9, 9 + 64},
        {"a gap of 64 has nothing in it yet", {8, 9, 9 + 64, 8 + 64}, SEQUENCE_LATE, 62, 1, 0, 8, 9 + 64},
        {"63 behind in that gap", {8, 9, 9 + 64, 9 + 1}, SEQUENCE_LATE, 62, 1, 0, 8, 9 + 64},
        {"the first number itself, long ago", {9, 9 + 100, 9}, SEQUENCE_LATE, 99, 1, 0, 9, 9 + 100},
        {"the one behind it", {9, 9 + 100, 9 + 1}, SEQUENCE_LATE, 98, 1, 0, 9, 9 + 100},

        {"two far ones confirm each other", {9, 9 + 2000, 9 + 2001}, SEQUENCE_AFTER_GAP, 1999, 0, 0, 9, 9 + 2001},
        {"with a gap of 1024 between them", {9, 9 + 2000, 9 + 3024}, SEQUENCE_AFTER_GAP, 3022, 0, 0, 9, 9 + 3024},
        {"but not of 1025", {9, 9 + 2000, 9 + 3025}, SEQUENCE_FAR, 0, 0, 0, 9, 9},
        {"nor one and the same", {9, 9 + 2000, 9 + 2000}, SEQUENCE_FAR, 0, 0, 0, 9, 9},
        {"nor one before it", {9, 9 + 2000, 9 + 1999}, SEQUENCE_FAR, 0, 0, 0, 9, 9},
        {"after one between, that is near", {9, 9 + 2000, 10, 9 + 2001}, SEQUENCE_FAR, 0, 0, 0, 9, 10},
        {"2^20 ahead is loss",
         {9, 9 + LOSS_LIMIT - 1, 9 + LOSS_LIMIT},
         SEQUENCE_AFTER_GAP,
         LOSS_LIMIT - 2,
         0,
         0,
         9,
         9 + LOSS_LIMIT},
        {"more is a restart",
         {9, 9 + LOSS_LIMIT, 9 + LOSS_LIMIT + 1},
         SEQUENCE_ANEW,
         0,
         0,
         0,
         9 + LOSS_LIMIT + 1,
         9 + LOSS_LIMIT + 1},
        {"far behind is a restart", {5000, 1, 2}, SEQUENCE_ANEW, 0, 1, 0, 2, 2},
        {"that goes on", {5000, 1, 2, 4}, SEQUENCE_AFTER_GAP, 1, 1, 0, 2, 4},
        {"and forgets what was seen", {5000, 1, 2, 1}, SEQUENCE_LATE, 0, 2, 0, 2, 2},

        {"the lower half wraps", {UINT32_MAX, 1}, SEQUENCE_AFTER_GAP, 1, 0, 0, UINT32_MAX, UINT64_C(0x100000001)},
        {"and comes late from before that",
         {UINT32_MAX - 5, 1, UINT32_MAX},
         SEQUENCE_LATE,
         5,
         1,
         0,
         UINT32_MAX - 5,
         UINT64_C(0x100000001)},
        {"half of all numbers ahead", {9, 9 + UINT32_C(0x7fffffff)}, SEQUENCE_FAR, 0, 0, 0, 9, 9},
        {"half of all numbers behind", {9, 9 + UINT32_C(0x80000000)}, SEQUENCE_FAR, 0, 1, 0, 9, 9},
};

static void each_number_is_what_its_distance_says(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sequences); i++) {
		size_t count = 0;

		while (count < MOST_SEQUENCES && sequences[i].sequences[count] != 0)
			count++;
		struct spi_entry entry = entry_after(sequences[i].sequences, count);
		g_test_message("%s", sequences[i].what);
		g_assert_cmpint(entry.step, ==, sequences[i].step);
		g_assert_cmpuint(entry.lost, ==, sequences[i].lost);
		g_assert_cmpuint(entry.reordered, ==, sequences[i].reordered);
		g_assert_cmpuint(entry.duplicate, ==, sequences[i].duplicate);
		g_assert_cmpuint(entry.first_sequence, ==, sequences[i].first);
		g_assert_cmpuint(entry.highest_sequence, ==, sequences[i].highest);
	}
}

/* All of the last 64 are known, however they came: one by one, or some of them over a gap. */
static void the_window_holds_the_last_64_numbers(void)
{
	struct spi_entry entry = {0};

	for (uint32_t sequence = 1; sequence <= 100; sequence++)
		spi_entry_take_sequence(&entry, sequence);
	for (uint32_t sequence = 37; sequence <= 100; sequence++)
		spi_entry_take_sequence(&entry, sequence);
	g_assert_cmpuint(entry.duplicate, ==, 64);
	g_assert_cmpuint(entry.reordered, ==, 0);
	spi_entry_take_sequence(&entry, 36);
	g_assert_cmpuint(entry.duplicate, ==, 64);
	g_assert_cmpuint(entry.reordered, ==, 1);
	spi_entry_take_sequence(&entry, 110);
	for (uint32_t sequence = 47; sequence <= 100; sequence++)
		spi_entry_take_sequence(&entry, sequence);
	g_assert_cmpuint(entry.duplicate, ==, 64 + 54);
	g_assert_cmpuint(entry.lost, ==, 9);
}

/* A restart keeps what was counted until then. */
static void counters_go_on_when_numbers_start_anew(void)
{
	static const uint32_t numbers[] = {100000, 100003, 100003, 100002, 1, 2, 4};
	struct spi_entry entry = entry_after(numbers, G_N_ELEMENTS(numbers));

	g_assert_cmpuint(entry.lost, ==, 1 + 1);
	g_assert_cmpuint(entry.duplicate, ==, 1);
	g_assert_cmpuint(entry.reordered, ==, 1 + 1);
	/* What was lost before does not come late in what is new. */
	spi_entry_take_sequence(&entry, 1);
	g_assert_cmpuint(entry.lost, ==, 2);
}

/* ---- the table ---- */

static void a_table_is_for_one_spi_to_2_to_the_30(void)
{
	struct spi_table *table = spi_table_new(1);

	g_assert_null(spi_table_new(0));
	g_assert_nonnull(table);
	g_assert_cmpuint(count(table, 7, 1)->packets, ==, 1);
	spi_table_free(table);
	table = spi_table_new(UINT32_C(1) << 30);
	g_assert_nonnull(table);
	g_assert_cmpuint(count(table, 7, 1)->packets, ==, 1);
	spi_table_free(table);
	g_assert_null(spi_table_new((UINT32_C(1) << 30) + 1));
	spi_table_free(NULL);
}

static void an_entry_begins_with_its_first_packet(void)
{
	struct spi_table *table = spi_table_new(16);
	struct esp_packet packet = packet_of(7, 5);

	packet.encapsulation = ENCAPSULATION_UDP;
	packet.frame = 77;
	uint32_t number = spi_table_count(table, &packet);
	packet.frame = 78;
	packet.time = 2000;
	packet.sequence = 6;
	packet.bytes = 50;
	g_assert_cmpuint(spi_table_count(table, &packet), ==, number);
	const struct spi_entry *entry = spi_table_entry(table, number);
	g_assert_true(ip_address_equal(&entry->source, &packet.source));
	g_assert_true(ip_address_equal(&entry->destination, &packet.destination));
	g_assert_cmpuint(entry->spi, ==, 7);
	g_assert_cmpuint(entry->encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_cmpuint(entry->owner, ==, UINT32_MAX);
	g_assert_cmpuint(entry->next_of_owner, ==, UINT32_MAX);
	g_assert_cmpuint(entry->first_frame, ==, 77);
	g_assert_cmpuint(entry->last_frame, ==, 78);
	g_assert_cmpint(entry->first_time, ==, 1000);
	g_assert_cmpint(entry->last_time, ==, 2000);
	g_assert_cmpuint(entry->bytes, ==, 150);
	g_assert_cmpuint(entry->trusted, ==, 0);
	spi_table_free(table);
}

static void numbers_in_use_are_below_the_limit(void)
{
	struct spi_table *table = spi_table_new(16);

	g_assert_cmpuint(spi_table_limit(table), ==, 0);
	g_assert_null(spi_table_entry(table, 0));
	for (uint32_t spi = 1; spi <= 3; spi++)
		count(table, spi, 1);
	g_assert_cmpuint(spi_table_limit(table), ==, 3);
	g_assert_cmpuint(spi_table_entry(table, 2)->spi, ==, 3);
	g_assert_null(spi_table_entry(table, 3));
	spi_table_remove(table, 1);
	spi_table_remove(table, 1);
	spi_table_remove(table, 9);
	g_assert_cmpuint(spi_table_size(table), ==, 2);
	g_assert_cmpuint(spi_table_limit(table), ==, 3);
	spi_table_remove(table, 0);
	/* Numbers that are free are taken again, the last one freed first, before there are new ones. */
	g_assert_true(count(table, 11, 1) == spi_table_entry(table, 0));
	g_assert_true(count(table, 12, 1) == spi_table_entry(table, 1));
	g_assert_true(count(table, 13, 1) == spi_table_entry(table, 3));
	g_assert_cmpuint(spi_table_size(table), ==, 4);
	spi_table_free(table);
}

static void lost_before_is_what_the_last_packet_found(void)
{
	struct spi_table *table = spi_table_new(16);

	count(table, 7, 1);
	g_assert_cmpuint(spi_table_lost_before(table), ==, 0);
	count(table, 7, 5);
	g_assert_cmpuint(spi_table_lost_before(table), ==, 0);
	count(table, 7, 6);
	g_assert_cmpuint(spi_table_lost_before(table), ==, 3);
	count(table, 8, 1);
	g_assert_cmpuint(spi_table_lost_before(table), ==, 0);
	spi_table_free(table);
}

/* The entry of nearly every packet is on its way by then: the hint names it. */
static void hints_lead_to_the_entries(void)
{
	enum { SPIS = 4096 };
	struct spi_table *table = spi_table_new(SPIS);
	unsigned right = 0;

	for (uint32_t spi = 1; spi <= SPIS; spi++)
		count(table, spi, 1);
	for (uint32_t spi = 1; spi <= SPIS; spi++) {
		struct esp_packet packet = packet_of(spi, 2);
		struct spi_hint hint;
		spi_table_fetch(table, &packet, 1, &hint);
		right += hint.number == spi - 1;
		g_assert_cmpuint(spi_table_count_hinted(table, &packet, &hint), ==, spi - 1);
	}
	g_assert_cmpuint(right, >, SPIS / 2);
	spi_table_free(table);
}

/* What happened to the table since makes a hint useless, never wrong. */
static void a_hint_may_be_out_of_date(void)
{
	struct spi_table *table = spi_table_new(16);
	struct esp_packet packets[] = {packet_of(1, 1), packet_of(2, 1), packet_of(3, 1)};
	struct spi_hint hints[G_N_ELEMENTS(packets)];

	for (size_t i = 0; i < G_N_ELEMENTS(packets); i++)
		spi_table_count(table, &packets[i]);
	spi_table_fetch(table, packets, G_N_ELEMENTS(packets), hints);
	spi_table_remove(table, 1);
	spi_table_remove(table, 2);
	count(table, 4, 1); /* has number 2 now */
	g_assert_cmpuint(spi_table_count_hinted(table, &packets[2], &hints[2]), ==, 1);
	g_assert_cmpuint(spi_table_count_hinted(table, &packets[1], &hints[1]), ==, 3);
	for (uint32_t number = 1; number <= 3; number++)
		g_assert_cmpuint(spi_table_entry(table, number)->packets, ==, 1);
	hints[0].number = 1000; /* as of another table */
	g_assert_cmpuint(spi_table_count_hinted(table, &packets[0], &hints[0]), ==, 0);
	g_assert_cmpuint(spi_table_entry(table, 0)->packets, ==, 2);
	spi_table_free(table);
}

/* Against a GHashTable that is trusted: SPIs come and go, the index is full to its limit and wraps around. */
static void spis_that_come_and_go_agree_with_a_hash_table(void)
{
	enum { ROUNDS = 60000, SPIS = 3000, MOST = 1000 };
	struct spi_table *table = spi_table_new(MOST);
	GHashTable *trusted = g_hash_table_new(NULL, NULL); /* SPI → its number + 1 */
	uint64_t refused = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint32_t spi = 1 + (uint32_t)g_test_rand_int_range(0, SPIS);
		struct esp_packet packet = packet_of(spi, i);
		uint32_t known = GPOINTER_TO_UINT(g_hash_table_lookup(trusted, GUINT_TO_POINTER(spi)));
		g_assert_cmpuint(spi_table_find(table, &packet.source, &packet.destination, spi, 0) + 1, ==, known);
		if (known != 0) {
			spi_table_remove(table, known - 1);
			g_hash_table_remove(trusted, GUINT_TO_POINTER(spi));
			continue;
		}
		uint32_t number = spi_table_count(table, &packet);
		refused += number == SPI_TABLE_FULL;
		if (number != SPI_TABLE_FULL)
			g_hash_table_insert(trusted, GUINT_TO_POINTER(spi), GUINT_TO_POINTER(number + 1));
		g_assert_cmpuint(spi_table_size(table), ==, g_hash_table_size(trusted));
	}
	g_assert_cmpuint(refused, >, 0);
	g_assert_cmpuint(spi_table_overflow(table), ==, refused);
	g_hash_table_destroy(trusted);
	spi_table_free(table);
}

/* ---- counts from elsewhere ---- */

static struct spi_counts counts_of(uint32_t spi, uint64_t packets)
{
	struct esp_packet packet = packet_of(spi, 1);

	return (struct spi_counts){.source = packet.source,
	                           .destination = packet.destination,
	                           .spi = spi,
	                           .encapsulation = ENCAPSULATION_UDP,
	                           .packets = packets,
	                           .bytes = packets * 100};
}

static void counts_of_a_new_spi_bring_what_was_told_before(void)
{
	struct spi_table *table = spi_table_new(16);
	struct spi_counts counts = counts_of(7, 3);

	counts.earlier_packets = 40;
	counts.earlier_bytes = 4000;
	counts.first_time = 500;
	counts.last_time = 900;
	uint32_t number = spi_table_add_counts(table, &counts);
	const struct spi_entry *entry = spi_table_entry(table, number);
	g_assert_cmpuint(entry->packets, ==, 43);
	g_assert_cmpuint(entry->bytes, ==, 4300);
	g_assert_cmpint(entry->first_time, ==, 500);
	g_assert_cmpint(entry->last_time, ==, 900);
	g_assert_cmpuint(entry->encapsulation, ==, ENCAPSULATION_UDP);
	/* Once it is known, they are in it. */
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, number);
	g_assert_cmpuint(entry->packets, ==, 46);
	g_assert_cmpuint(entry->bytes, ==, 4600);
	spi_table_free(table);
}

static void the_times_of_counts_are_their_earliest_and_latest(void)
{
	/* Of the counts that follow, and the entry's then. 0 is not known. */
	static const struct {
		int64_t first, last, entry_first, entry_last;
	} times[] = {
	        {0, 900, 0, 900}, {600, 800, 600, 900}, {700, 901, 600, 901}, {500, 0, 500, 901}, {0, 0, 500, 901},
	};
	struct spi_table *table = spi_table_new(16);

	for (size_t i = 0; i < G_N_ELEMENTS(times); i++) {
		struct spi_counts counts = counts_of(7, 1);
		counts.first_time = times[i].first;
		counts.last_time = times[i].last;
		const struct spi_entry *entry = spi_table_entry(table, spi_table_add_counts(table, &counts));
		g_assert_cmpint(entry->first_time, ==, times[i].entry_first);
		g_assert_cmpint(entry->last_time, ==, times[i].entry_last);
	}
	spi_table_free(table);
}

static void sequence_numbers_of_counts_are_taken_where_they_are_known(void)
{
	struct spi_table *table = spi_table_new(16);
	struct spi_counts counts = counts_of(7, 5);

	counts.first_sequence = 100;
	counts.highest_sequence = 200;
	counts.last_sequence = 199;
	counts.lost = 9;
	counts.duplicate = 3;
	counts.reordered = 4;
	const struct spi_entry *entry = spi_table_entry(table, spi_table_add_counts(table, &counts));
	g_assert_cmpuint(entry->highest_sequence, ==, 0);
	g_assert_cmpuint(entry->lost + entry->duplicate + entry->reordered, ==, 0);
	counts.sequences_known = true;
	for (unsigned times = 1; times <= 2; times++) {
		spi_table_add_counts(table, &counts);
		g_assert_cmpuint(entry->first_sequence, ==, 100);
		g_assert_cmpuint(entry->highest_sequence, ==, 200);
		g_assert_cmpuint(entry->last_sequence, ==, 199);
		g_assert_cmpuint(entry->lost, ==, 9 * times);
		g_assert_cmpuint(entry->duplicate, ==, 3 * times);
		g_assert_cmpuint(entry->reordered, ==, 4 * times);
	}
	counts.lost = -17;
	spi_table_add_counts(table, &counts);
	g_assert_cmpuint(entry->lost, ==, 1);
	spi_table_add_counts(table, &counts);
	g_assert_cmpuint(entry->lost, ==, 0);
	/* The counter stops at its end. */
	counts.lost = INT32_MAX;
	for (unsigned times = 0; times < 2; times++)
		spi_table_add_counts(table, &counts);
	g_assert_cmpuint(entry->lost, ==, UINT32_MAX - 1);
	spi_table_add_counts(table, &counts);
	g_assert_cmpuint(entry->lost, ==, UINT32_MAX);
	spi_table_free(table);
}

static void counts_of_no_packet_make_no_entry(void)
{
	struct spi_table *table = spi_table_new(16);
	struct spi_counts counts = counts_of(7, 0);

	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, SPI_TABLE_FULL);
	g_assert_cmpuint(spi_table_size(table), ==, 0);
	counts.packets = 1;
	uint32_t number = spi_table_add_counts(table, &counts);
	counts.packets = 0;
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, number);
	g_assert_cmpuint(spi_table_overflow(table), ==, 0);
	spi_table_free(table);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/spi-table/" #function, function                                                                      \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(a_table_knows_nothing_of_one_before_it),
        TEST(a_removed_entry_is_nobodys),
        TEST(packets_and_bytes_add_up),
        TEST(the_key_is_all_of_addresses_spi_and_encapsulation),
        TEST(gaps_are_lost_until_they_arrive),
        TEST(a_wrap_is_no_loss),
        TEST(one_forged_number_makes_no_loss),
        TEST(an_sa_set_up_again_makes_no_loss),
        TEST(a_full_table_counts_what_it_cannot_hold),
        TEST(removed_entries_make_room),
        TEST(many_spis_agree_with_a_hash_table),
        TEST(each_number_is_what_its_distance_says),
        TEST(the_window_holds_the_last_64_numbers),
        TEST(counters_go_on_when_numbers_start_anew),
        TEST(a_table_is_for_one_spi_to_2_to_the_30),
        TEST(an_entry_begins_with_its_first_packet),
        TEST(numbers_in_use_are_below_the_limit),
        TEST(lost_before_is_what_the_last_packet_found),
        TEST(hints_lead_to_the_entries),
        TEST(a_hint_may_be_out_of_date),
        TEST(spis_that_come_and_go_agree_with_a_hash_table),
        TEST(counts_of_a_new_spi_bring_what_was_told_before),
        TEST(the_times_of_counts_are_their_earliest_and_latest),
        TEST(sequence_numbers_of_counts_are_taken_where_they_are_known),
        TEST(counts_of_no_packet_make_no_entry),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
