/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to count one ESP packet: read its headers, find its SPI, count. Our table against GLib's GHashTable
 * doing the same with the same packets, turn by turn, for so many SPIs in random order.
 *
 * usage: count_spis SPIS [ROUNDS]
 *        count_spis --once SPIS PACKETS         counts with our table in batches and nothing else: for callgrind
 *        count_spis --once-hashed SPIS PACKETS  the same with GHashTable
 *
 * The first prints a line: resident KiB of our table; ns a packet of ours in batches, ours one by one, GHashTable, and
 * the limit, which knows each packet's entry; how many times faster than GHashTable ours in batches and the limit are.
 * Each is a median of the rounds, and their least and most.
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/count/spi_table.h"
#include "core/wire/esp_packet.h"

#define PACKET_SIZE 28
#define PACKETS (UINT32_C(1) << 21)
#define BATCH 64
#define KNOWN_AHEAD 16
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

/* Part of its callers, as it would be if it had one: GHashTable shall not pay for being written down once. */
static inline __attribute__((always_inline)) struct spi_entry *find_in_hash_table(GHashTable *table,
                                                                                  const struct esp_packet *packet)
{
	struct key key = {packet->source, packet->destination, packet->spi, packet->encapsulation};
	struct spi_entry *entry = g_hash_table_lookup(table, &key);

	if (entry == NULL) {
		entry = g_new0(struct spi_entry, 1);
		g_hash_table_insert(table, g_memdup2(&key, sizeof key), entry);
	}
	return entry;
}

/* The same counters, kept by the same rules; only where they are and how they are found is GHashTable's. */
static void count_into_entry(struct spi_entry *entry, const struct esp_packet *packet)
{
	entry->packets++;
	entry->bytes += packet->bytes;
	entry->last_time = packet->time;
	entry->last_frame = packet->frame;
	spi_entry_take_sequence(entry, packet->sequence);
}

static void count_with_hash_table(GHashTable *table, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct esp_packet packet;
		read_packet(i, &packet);
		count_into_entry(find_in_hash_table(table, &packet), &packet);
	}
}

/*
 * The limit: no finding at all, as if each packet came with its entry, and the entry's memory always on its way. Both
 * contestants do the rest as well.
 */
static void count_what_is_known(struct spi_entry *const *entries, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct esp_packet packet;
		const char *later = (const char *)entries[MIN(i + KNOWN_AHEAD, count - 1)];
		__builtin_prefetch(later, 1);
		__builtin_prefetch(later + sizeof **entries - 1, 1);
		read_packet(i, &packet);
		count_into_entry(entries[i], &packet);
	}
}

static struct spi_entry **find_all_in_hash_table(GHashTable *table, uint32_t count)
{
	struct spi_entry **entries = g_new(struct spi_entry *, count);

	for (uint32_t i = 0; i < count; i++) {
		struct esp_packet packet;
		read_packet(i, &packet);
		entries[i] = find_in_hash_table(table, &packet);
	}
	return entries;
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

/* Median, least and most. */
static void print_figures(double *values, unsigned count)
{
	qsort(values, count, sizeof *values, compare);
	printf(" %.1f %.1f %.1f", values[count / 2], values[0], values[count - 1]);
}

struct tables {
	struct spi_table *ours;
	GHashTable *hashed;
	struct spi_entry **entries; /* of each packet, in hashed */
};

static void in_batches(const struct tables *tables)
{
	count_in_batches(tables->ours, PACKETS);
}

static void one_by_one(const struct tables *tables)
{
	count_one_by_one(tables->ours, PACKETS);
}

static void with_hash_table(const struct tables *tables)
{
	count_with_hash_table(tables->hashed, PACKETS);
}

static void knowing(const struct tables *tables)
{
	count_what_is_known(tables->entries, PACKETS);
}

enum { IN_BATCHES, ONE_BY_ONE, HASHED, KNOWING, CONTESTANTS };

static void (*const contestants[CONTESTANTS])(const struct tables *) = {
        [IN_BATCHES] = in_batches,
        [ONE_BY_ONE] = one_by_one,
        [HASHED] = with_hash_table,
        [KNOWING] = knowing,
};

/* Nanoseconds a packet: rounds figures of each contestant, turn by turn. */
static void measure(const struct tables *tables, unsigned rounds, double *figures[CONTESTANTS])
{
	for (unsigned round = 0; round < rounds; round++) {
		for (unsigned i = 0; i < CONTESTANTS; i++) {
			double start = now();
			contestants[i](tables);
			figures[i][round] = (now() - start) / PACKETS;
		}
	}
}

static void print_all(double *figures[CONTESTANTS], unsigned rounds)
{
	double *faster = g_new(double, rounds), *possible = g_new(double, rounds);

	for (unsigned round = 0; round < rounds; round++) {
		faster[round] = figures[HASHED][round] / figures[IN_BATCHES][round];
		possible[round] = figures[HASHED][round] / figures[KNOWING][round];
	}
	for (unsigned i = 0; i < CONTESTANTS; i++)
		print_figures(figures[i], rounds);
	print_figures(faster, rounds);
	print_figures(possible, rounds);
	putchar('\n');
	g_free(faster);
	g_free(possible);
}

static void compare_for(uint32_t spis, unsigned rounds)
{
	double *figures[CONTESTANTS];

	for (unsigned i = 0; i < CONTESTANTS; i++)
		figures[i] = g_new(double, rounds);
	make_packets(PACKETS, spis);
	long before = resident_kib();
	struct tables tables = {.ours = spi_table_new(spis)};
	count_in_batches(tables.ours, PACKETS); /* all SPIs are known from here on */
	printf("%ld", resident_kib() - before);
	tables.hashed = g_hash_table_new_full(hash_key, keys_equal, g_free, g_free);
	count_with_hash_table(tables.hashed, PACKETS);
	tables.entries = find_all_in_hash_table(tables.hashed, PACKETS);
	measure(&tables, rounds, figures);
	print_all(figures, rounds);
	if (spi_table_size(tables.ours) != g_hash_table_size(tables.hashed))
		fprintf(stderr, "the two tables disagree\n");
	g_free(tables.entries);
	g_hash_table_destroy(tables.hashed);
	spi_table_free(tables.ours);
	for (unsigned i = 0; i < CONTESTANTS; i++)
		g_free(figures[i]);
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
