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
	enum { PACKETS = 200000, SPIS = 30000, BATCH = 64 };
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

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/spi-table/anew", a_table_knows_nothing_of_one_before_it);
	g_test_add_func("/spi-table/counts", packets_and_bytes_add_up);
	g_test_add_func("/spi-table/key", the_key_is_all_of_addresses_spi_and_encapsulation);
	g_test_add_func("/spi-table/gaps", gaps_are_lost_until_they_arrive);
	g_test_add_func("/spi-table/wrap", a_wrap_is_no_loss);
	g_test_add_func("/spi-table/forged", one_forged_number_makes_no_loss);
	g_test_add_func("/spi-table/restart", an_sa_set_up_again_makes_no_loss);
	g_test_add_func("/spi-table/full", a_full_table_counts_what_it_cannot_hold);
	g_test_add_func("/spi-table/remove", removed_entries_make_room);
	g_test_add_func("/spi-table/many", many_spis_agree_with_a_hash_table);
	return g_test_run();
}
