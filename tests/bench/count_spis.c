/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to count one ESP packet: read its headers, find its SPI, count. Our table against GLib's GHashTable
 * doing the same with the same packets, turn by turn, for so many SPIs in random order.
 *
 * usage: count_spis SPIS [ROUNDS]       a line: SPIs, then ns a packet: ours in batches, ours one by one, GHashTable;
 *                                       resident KiB of our table
 *        count_spis --once SPIS PACKETS counts PACKETS with our table in batches and nothing else: for callgrind
 *        count_spis --once-hashed SPIS PACKETS   the same with GHashTable
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/esp_packet.h"
#include "core/spi_table.h"

#define PACKET_SIZE 28
#define PACKETS (UINT32_C(1) << 21)
#define BATCH 64
#define DEFAULT_ROUNDS 5
#define WIRE_LENGTH 128

static uint8_t (*packets)[PACKET_SIZE];

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void make_packets(uint32_t count, uint32_t spis)
{
	static const uint8_t header[PACKET_SIZE] = {0x45, [3] = WIRE_LENGTH, [8] = 64, 50};
	uint64_t state = 88172645463325252u;
	uint32_t *sequences = g_new0(uint32_t, spis);

	packets = g_malloc_n(count, PACKET_SIZE);
	for (uint32_t i = 0; i < count; i++) {
		/* Each SPI once at first, so that all are there whatever chance does. */
		uint32_t index = i < spis ? i : (uint32_t)(next_random(&state) >> 32) % spis;
		memcpy(packets[i], header, sizeof header);
		put32(packets[i] + 12, (UINT32_C(10) << 24) + (index >> 1));
		put32(packets[i] + 16, (UINT32_C(11) << 24) + (index >> 1));
		put32(packets[i] + 20, 0x10000000 + index * 2654435761u);
		put32(packets[i] + 24, ++sequences[index]);
	}
	g_free(sequences);
}

static void read_packet(uint32_t i, struct esp_packet *packet)
{
	esp_packet_read(packets[i], PACKET_SIZE, WIRE_LENGTH, NULL, packet);
	packet->frame = i;
	packet->time = i;
}

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* ---- the contestants: each counts all packets ---- */

static void count_in_batches(struct spi_table *table, uint32_t count)
{
	struct esp_packet batch[BATCH];
	uint32_t numbers[BATCH];

	for (uint32_t i = 0; i < count; i += BATCH) {
		uint32_t size = MIN(BATCH, count - i);
		for (uint32_t j = 0; j < size; j++)
			read_packet(i + j, &batch[j]);
		spi_table_count_all(table, batch, size, numbers);
	}
}

static void count_one_by_one(struct spi_table *table, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct esp_packet packet;
		read_packet(i, &packet);
		spi_table_count(table, &packet);
	}
}

struct key {
	struct ip_address source, destination;
	uint32_t spi;
	uint32_t encapsulation;
};

/* FNV-1a over the words of the key, as one would write it for GHashTable. */
static guint hash_key(gconstpointer data)
{
	uint64_t words[5], hash = UINT64_C(0xcbf29ce484222325);
	memcpy(words, data, sizeof words);
	for (unsigned i = 0; i < 5; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x100000001b3);
	return (guint)(hash ^ (hash >> 32));
}

static gboolean keys_equal(gconstpointer a, gconstpointer b)
{
	return memcmp(a, b, sizeof(struct key)) == 0;
}

/* The same counters, kept by the same rules; only where they are and how they are found is GHashTable's. */
static void count_with_hash_table(GHashTable *table, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct esp_packet packet;
		read_packet(i, &packet);
		struct key key = {packet.source, packet.destination, packet.spi, packet.encapsulation};
		struct spi_entry *entry = g_hash_table_lookup(table, &key);
		if (entry == NULL) {
			entry = g_new0(struct spi_entry, 1);
			g_hash_table_insert(table, g_memdup2(&key, sizeof key), entry);
		}
		entry->packets++;
		entry->bytes += packet.bytes;
		entry->last_time = packet.time;
		entry->last_frame = packet.frame;
		spi_entry_take_sequence(entry, packet.sequence);
	}
}

/* ---- measuring ---- */

static long resident_kib(void)
{
	long pages = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "r");

	if (file == NULL || fscanf(file, "%ld %ld", &pages, &resident) != 2)
		resident = 0;
	if (file != NULL)
		fclose(file);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *values, unsigned count)
{
	qsort(values, count, sizeof *values, compare);
	return values[count / 2];
}

static double batches_took(struct spi_table *table)
{
	double start = now();
	count_in_batches(table, PACKETS);
	return (now() - start) / PACKETS;
}

static double one_by_one_took(struct spi_table *table)
{
	double start = now();
	count_one_by_one(table, PACKETS);
	return (now() - start) / PACKETS;
}

static double hash_table_took(GHashTable *table)
{
	double start = now();
	count_with_hash_table(table, PACKETS);
	return (now() - start) / PACKETS;
}

static void compare_for(uint32_t spis, unsigned rounds)
{
	double *batches = g_new(double, rounds), *singles = g_new(double, rounds), *hashed = g_new(double, rounds);

	make_packets(PACKETS, spis);
	long before = resident_kib();
	struct spi_table *table = spi_table_new(spis);
	count_in_batches(table, PACKETS); /* all SPIs are known from here on */
	long ours = resident_kib() - before;
	GHashTable *trusted = g_hash_table_new_full(hash_key, keys_equal, g_free, g_free);
	count_with_hash_table(trusted, PACKETS);
	for (unsigned round = 0; round < rounds; round++) {
		batches[round] = batches_took(table);
		singles[round] = one_by_one_took(table);
		hashed[round] = hash_table_took(trusted);
	}
	printf("%" PRIu32 " %.1f %.1f %.1f %ld\n", spis, median(batches, rounds), median(singles, rounds),
	       median(hashed, rounds), ours);
	if (spi_table_size(table) != g_hash_table_size(trusted))
		fprintf(stderr, "the two tables disagree\n");
	g_hash_table_destroy(trusted);
	spi_table_free(table);
	g_free(batches);
	g_free(singles);
	g_free(hashed);
}

static void count_once(bool hashed, uint32_t spis, uint32_t count)
{
	GHashTable *trusted = g_hash_table_new_full(hash_key, keys_equal, g_free, g_free);
	struct spi_table *table = spi_table_new(spis);

	make_packets(count, spis);
	if (hashed)
		count_with_hash_table(trusted, count);
	else
		count_in_batches(table, count);
	spi_table_free(table);
	g_hash_table_destroy(trusted);
	g_free(packets);
}

int main(int argument_count, char **arguments)
{
	if (argument_count == 4 && g_str_has_prefix(arguments[1], "--once")) {
		count_once(strcmp(arguments[1], "--once-hashed") == 0, (uint32_t)strtoul(arguments[2], NULL, 10),
		           (uint32_t)strtoul(arguments[3], NULL, 10));
		return 0;
	}
	if (argument_count < 2) {
		fprintf(stderr, "usage: count_spis SPIS [ROUNDS] | count_spis --once|--once-hashed SPIS PACKETS\n");
		return 2;
	}
	compare_for((uint32_t)strtoul(arguments[1], NULL, 10),
	            argument_count > 2 ? (unsigned)strtoul(arguments[2], NULL, 10) : DEFAULT_ROUNDS);
	g_free(packets);
	return 0;
}
