/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thread's share of the counters: what it hands over, when, and what it forgets. */
#include "nfq-daemon/shard.h"

#include <glib.h>

#include "core/base/time.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define START SECONDS(1000)
#define NEVER_IDLE INT64_MIN
#define HANDOVER 4096      /* SPIs in one */
#define LOOKS 1024         /* at SPIs to forget, at each handover */
#define LOOKS_WHEN_FULL 64 /* for a packet that finds no room */
#define STRAY_PACKETS 3    /* fewer are a flood's */

static struct esp_packet packet_of(uint32_t spi, uint32_t sequence, int64_t time)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

	return (struct esp_packet){.source = ip_address_from_ipv4(here),
	                           .destination = ip_address_from_ipv4(there),
	                           .spi = spi,
	                           .sequence = sequence,
	                           .bytes = 100,
	                           .time = time,
	                           .encapsulation = ENCAPSULATION_UDP};
}

static void count(struct shard *shard, uint32_t spi, uint32_t sequence, int64_t time)
{
	const struct esp_packet packet = packet_of(spi, sequence, time);

	shard_count(shard, &packet, 1);
}

/* ---- the one who takes ---- */

static void keep(const struct spi_counts *counts, void *taken)
{
	g_array_append_val((GArray *)taken, *counts);
}

static GArray *new_taken(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct spi_counts));
}

/* All that is new, in as many handovers as it takes. */
static GArray *take_all(struct shard *shard, int64_t idle_before)
{
	GArray *taken = new_taken();
	bool more;

	shard_ask(shard);
	do {
		g_assert_true(shard_hand_over(shard, idle_before));
		g_assert_true(shard_take(shard, keep, taken, &more));
	} while (more);
	return taken;
}

/* Of this SPI, in what was taken; all zero where it is not there. */
static struct spi_counts counts_of(const GArray *taken, uint32_t spi)
{
	for (guint i = 0; i < taken->len; i++)
		if (g_array_index(taken, struct spi_counts, i).spi == spi)
			return g_array_index(taken, struct spi_counts, i);
	return (struct spi_counts){0};
}

/* Takes all, and returns what was told of the SPI now. */
static struct spi_counts take_one(struct shard *shard, uint32_t spi, int64_t idle_before)
{
	GArray *taken = take_all(shard, idle_before);
	struct spi_counts counts = counts_of(taken, spi);

	g_array_free(taken, TRUE);
	return counts;
}

/* ---- whose turn it is ---- */

static void nothing_is_handed_over_unasked(void)
{
	struct shard *shard = shard_new(16);
	GArray *taken = new_taken();
	bool more = true;

	count(shard, 7, 1, START);
	g_assert_false(shard_is_asked(shard));
	g_assert_false(shard_hand_over(shard, NEVER_IDLE));
	g_assert_false(shard_take(shard, keep, taken, &more));
	shard_ask(shard);
	g_assert_true(shard_is_asked(shard));
	g_assert_false(shard_take(shard, keep, taken, &more));
	g_assert_true(shard_hand_over(shard, NEVER_IDLE));
	/* Now it is the taker's turn, whatever is asked or counted. */
	shard_ask(shard);
	count(shard, 8, 1, START);
	g_assert_false(shard_hand_over(shard, NEVER_IDLE));
	g_assert_true(shard_is_asked(shard));
	g_assert_true(shard_take(shard, keep, taken, &more));
	g_assert_false(more);
	g_assert_false(shard_is_asked(shard));
	g_assert_false(shard_take(shard, keep, taken, &more));
	g_assert_cmpuint(taken->len, ==, 1);
	g_assert_cmpuint(counts_of(taken, 7).packets, ==, 1);
	g_array_free(taken, TRUE);
	shard_free(shard);
}

static void what_does_not_fit_comes_with_the_next_handover(void)
{
	for (uint32_t spis = HANDOVER; spis <= HANDOVER + 1; spis++) {
		struct shard *shard = shard_new(HANDOVER + 1);
		GArray *taken = new_taken();
		bool more;
		for (uint32_t spi = 1; spi <= spis; spi++)
			count(shard, spi, 1, START);
		shard_ask(shard);
		g_assert_true(shard_hand_over(shard, NEVER_IDLE));
		g_assert_true(shard_take(shard, keep, taken, &more));
		g_assert_cmpuint(taken->len, ==, HANDOVER);
		g_assert_cmpint(more, ==, spis > HANDOVER);
		g_assert_cmpint(shard_is_asked(shard), ==, more);
		if (more) {
			g_assert_true(shard_hand_over(shard, NEVER_IDLE));
			g_assert_true(shard_take(shard, keep, taken, &more));
			g_assert_false(more);
		}
		g_assert_cmpuint(taken->len, ==, spis);
		for (uint32_t spi = 1; spi <= spis; spi++)
			g_assert_cmpuint(counts_of(taken, spi).packets, ==, 1);
		g_array_free(taken, TRUE);
		shard_free(shard);
	}
}

/* ---- what is told ---- */

static void each_handover_tells_what_is_new(void)
{
	static const uint32_t first[] = {10, 13, 13, 12, 14}, second[] = {17, 15, 17, 18};
	struct shard *shard = shard_new(16);

	for (size_t i = 0; i < G_N_ELEMENTS(first); i++)
		count(shard, 7, first[i], START + (int64_t)i);
	struct spi_counts counts = take_one(shard, 7, NEVER_IDLE);
	const struct esp_packet packet = packet_of(7, 0, 0);
	g_assert_true(ip_address_equal(&counts.source, &packet.source));
	g_assert_true(ip_address_equal(&counts.destination, &packet.destination));
	g_assert_cmpuint(counts.encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_true(counts.sequences_known);
	g_assert_cmpuint(counts.packets, ==, 5);
	g_assert_cmpuint(counts.bytes, ==, 500);
	g_assert_cmpuint(counts.earlier_packets, ==, 0);
	g_assert_cmpuint(counts.earlier_bytes, ==, 0);
	g_assert_cmpint(counts.since_time, ==, START);
	g_assert_cmpint(counts.first_time, ==, START);
	g_assert_cmpint(counts.last_time, ==, START + 4);
	g_assert_cmpuint(counts.first_sequence, ==, 10);
	g_assert_cmpuint(counts.highest_sequence, ==, 14);
	g_assert_cmpuint(counts.last_sequence, ==, 14);
	g_assert_cmpint(counts.lost, ==, 1);
	g_assert_cmpuint(counts.duplicate, ==, 1);
	g_assert_cmpuint(counts.reordered, ==, 1);
	g_assert_cmpint(counts.lost_uncertain, ==, 0);

	for (size_t i = 0; i < G_N_ELEMENTS(second); i++)
		count(shard, 7, second[i], START + 100 + (int64_t)i);
	counts = take_one(shard, 7, NEVER_IDLE);
	g_assert_cmpuint(counts.packets, ==, 4);
	g_assert_cmpuint(counts.bytes, ==, 400);
	g_assert_cmpuint(counts.earlier_packets, ==, 5);
	g_assert_cmpuint(counts.earlier_bytes, ==, 500);
	g_assert_cmpint(counts.since_time, ==, START + 100);
	g_assert_cmpint(counts.first_time, ==, START);
	g_assert_cmpint(counts.lost, ==, 1);
	g_assert_cmpuint(counts.duplicate, ==, 1);
	g_assert_cmpuint(counts.reordered, ==, 1);
	g_assert_cmpuint(counts.last_sequence, ==, 18);
	/* One that was lost comes late. */
	count(shard, 7, 16, START + 200);
	counts = take_one(shard, 7, NEVER_IDLE);
	g_assert_cmpint(counts.lost, ==, -1);
	g_assert_cmpuint(counts.duplicate, ==, 0);
	g_assert_cmpuint(counts.earlier_packets, ==, 9);
	/* Nothing more: nothing told. */
	g_assert_cmpuint(take_one(shard, 7, NEVER_IDLE).packets, ==, 0);
	shard_free(shard);
}

/* More than are counted at a time. */
static void packets_may_come_in_any_number(void)
{
	static const size_t numbers[] = {0, 1, 63, 64, 65, 127, 128, 129, 200};
	struct esp_packet packets[200];

	for (size_t i = 0; i < G_N_ELEMENTS(packets); i++)
		packets[i] = packet_of(1 + (uint32_t)i % 3, 1 + (uint32_t)i / 3, START + (int64_t)i);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		struct shard *shard = shard_new(16);
		shard_count(shard, packets, numbers[i]);
		GArray *taken = take_all(shard, NEVER_IDLE);
		for (uint32_t spi = 1; spi <= 3; spi++) {
			struct spi_counts counts = counts_of(taken, spi);
			g_assert_cmpuint(counts.packets, ==, (numbers[i] + 3 - spi) / 3);
			g_assert_cmpint(counts.lost, ==, 0);
			if (counts.packets != 0)
				g_assert_cmpint(counts.since_time, ==, START + spi - 1);
		}
		g_array_free(taken, TRUE);
		shard_free(shard);
	}
}

static void numbers_after_an_interruption_of_the_counting_lose_nothing(void)
{
	struct shard *shard = shard_new(16);

	count(shard, 7, 1, START);
	shard_note_interruption(shard);
	count(shard, 7, 100, START);
	count(shard, 7, 102, START);
	g_assert_cmpint(take_one(shard, 7, NEVER_IDLE).lost, ==, 1);
	shard_free(shard);
}

/* ---- what is forgotten ---- */

/* Whether the SPI has been forgotten: then its next packet is told as its first. */
static bool is_forgotten(struct shard *shard, uint32_t spi)
{
	count(shard, spi, 1, START);
	return take_one(shard, spi, NEVER_IDLE).earlier_packets == 0;
}

static void a_handover_forgets_what_was_not_used_since(void)
{
	for (unsigned packets = 1; packets <= STRAY_PACKETS + 1; packets++) {
		for (int64_t idle = 9; idle <= 11; idle++) {
			struct shard *shard = shard_new(16);
			for (uint32_t sequence = 1; sequence <= packets; sequence++)
				count(shard, 7, sequence, START - idle);
			take_one(shard, 7, START - 10);
			g_assert_cmpint(is_forgotten(shard, 7), ==, idle > 10);
			shard_free(shard);
		}
	}
}

/* Only what has been handed over: what waits for the next one is in the list of that. */
static void what_waits_to_be_handed_over_is_not_forgotten(void)
{
	struct shard *shard = shard_new(HANDOVER + 1);
	GArray *taken = new_taken();
	bool more;

	for (uint32_t spi = 1; spi <= HANDOVER + 1; spi++)
		count(shard, spi, 1, START);
	shard_ask(shard);
	for (unsigned i = 0; i < 2; i++) {
		g_assert_true(shard_hand_over(shard, INT64_MAX));
		g_assert_true(shard_take(shard, keep, taken, &more));
	}
	g_assert_cmpuint(taken->len, ==, HANDOVER + 1);
	g_array_free(taken, TRUE);
	shard_free(shard);
}

/* 1,024 at a time, by turns. */
static void a_handover_looks_at_so_many_to_forget(void)
{
	struct shard *shard = shard_new(2 * LOOKS);
	unsigned forgotten = 0;

	for (uint32_t spi = 1; spi <= LOOKS + 1; spi++)
		count(shard, spi, 1, START);
	take_one(shard, 1, INT64_MAX);
	/* The first is looked at last. */
	for (uint32_t spi = 1; spi <= LOOKS + 1; spi++)
		forgotten += is_forgotten(shard, spi);
	g_assert_cmpuint(forgotten, ==, LOOKS);
	shard_free(shard);

	shard = shard_new(2 * LOOKS);
	for (uint32_t spi = 1; spi <= LOOKS + 1; spi++)
		count(shard, spi, 1, START);
	for (unsigned i = 0; i < 2; i++)
		take_one(shard, 1, INT64_MAX);
	for (uint32_t spi = 1; spi <= LOOKS + 1; spi++)
		g_assert_true(is_forgotten(shard, spi));
	shard_free(shard);
}

/* In a table for one SPI, which had so many packets, the last of them so long ago, when another comes. */
static const struct {
	unsigned packets;
	int64_t idle;
	bool handed_over, gives_way;
} claims[] = {
        {2, SECONDS(1), true, false},       {2, SECONDS(1) + 1, true, true}, {2, SECONDS(1) + 1, false, false},
        {3, SECONDS(1) + 1, true, false},   {3, SECONDS(60), true, false},   {3, SECONDS(60) + 1, true, true},
        {3, SECONDS(60) + 1, false, false},
};

static void in_a_full_table_spis_give_way(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(claims); i++) {
		struct shard *shard = shard_new(1);
		for (uint32_t sequence = 1; sequence <= claims[i].packets; sequence++)
			count(shard, 7, sequence, START - claims[i].idle);
		if (claims[i].handed_over)
			take_one(shard, 7, NEVER_IDLE);
		count(shard, 8, 1, START);
		g_assert_cmpuint(shard_uncounted(shard), ==, !claims[i].gives_way);
		struct spi_counts counts = take_one(shard, 8, NEVER_IDLE);
		g_assert_cmpuint(counts.packets, ==, claims[i].gives_way);
		g_assert_cmpuint(counts.earlier_packets, ==, 0);
		g_assert_cmpint(counts.since_time, ==, claims[i].gives_way ? START : 0);
		shard_free(shard);
	}
}

static void a_packet_looks_at_so_many_to_find_room(void)
{
	for (uint32_t capacity = LOOKS_WHEN_FULL; capacity <= LOOKS_WHEN_FULL + 1; capacity++) {
		struct shard *shard = shard_new(capacity);
		for (uint32_t spi = 1; spi <= capacity; spi++)
			count(shard, spi, 1, spi == 1 ? START - SECONDS(100) : START);
		/* A handover looks at as many as there are: the first one then comes last again. */
		take_one(shard, 1, NEVER_IDLE);
		count(shard, 1001, 1, START);
		g_assert_cmpuint(shard_uncounted(shard), ==, capacity > LOOKS_WHEN_FULL);
		count(shard, 1002, 1, START);
		g_assert_cmpuint(shard_uncounted(shard), ==, 1);
		shard_free(shard);
	}
}

static void a_shard_needs_room(void)
{
	g_assert_null(shard_new(0));
	shard_free(NULL);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/shard/" #function, function                                                                          \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(nothing_is_handed_over_unasked),
        TEST(what_does_not_fit_comes_with_the_next_handover),
        TEST(each_handover_tells_what_is_new),
        TEST(packets_may_come_in_any_number),
        TEST(numbers_after_an_interruption_of_the_counting_lose_nothing),
        TEST(a_handover_forgets_what_was_not_used_since),
        TEST(what_waits_to_be_handed_over_is_not_forgotten),
        TEST(a_handover_looks_at_so_many_to_forget),
        TEST(in_a_full_table_spis_give_way),
        TEST(a_packet_looks_at_so_many_to_find_room),
        TEST(a_shard_needs_room),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
