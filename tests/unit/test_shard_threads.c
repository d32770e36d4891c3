/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts on their way from the thread that counts to the one that takes. With the preset tsan a race is found. */
#include "nfq-daemon/shard.h"

#include <glib.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define CAPACITY 8192
#define SPIS 5000 /* more than one handover holds */
#define BATCH 50
#define ROUNDS 4 /* packets of each SPI */
#define PACKET_BYTES 100
#define FIRST_SPI 0x1000

struct taken {
	uint64_t packets[SPIS];
	uint64_t bytes[SPIS];
	uint64_t earlier_wrong; /* times that what was told before was not what was taken */
};

struct counting {
	struct shard *shard;
	_Atomic bool ended;  /* all is counted */
	_Atomic bool enough; /* all is taken */
};

static void count_round(struct counting *counting, uint32_t round)
{
	struct esp_packet packets[BATCH];

	for (uint32_t spi = 0; spi < SPIS; spi += BATCH) {
		for (uint32_t i = 0; i < BATCH; i++)
			packets[i] = (struct esp_packet){.spi = FIRST_SPI + spi + i,
			                                 .sequence = round + 1,
			                                 .bytes = PACKET_BYTES,
			                                 .time = round + 1};
		shard_count(counting->shard, packets, BATCH);
		shard_hand_over(counting->shard, 0);
	}
}

static void *count_all(void *data)
{
	struct counting *counting = data;

	for (uint32_t round = 0; round < ROUNDS; round++)
		count_round(counting, round);
	atomic_store(&counting->ended, true);
	while (!atomic_load(&counting->enough)) {
		shard_hand_over(counting->shard, 0);
		sched_yield();
	}
	return NULL;
}

static void take(const struct spi_counts *counts, void *context)
{
	struct taken *taken = context;
	uint32_t number = counts->spi - FIRST_SPI;

	g_assert_cmpuint(number, <, SPIS);
	taken->earlier_wrong += counts->earlier_packets != taken->packets[number];
	taken->packets[number] += counts->packets;
	taken->bytes[number] += counts->bytes;
}

/* One handover, asked for and waited for; of more than one where not all fits. */
static void take_handover(struct shard *shard, struct taken *taken)
{
	bool more = true;

	shard_ask(shard);
	while (more) {
		while (!shard_take(shard, take, taken, &more))
			sched_yield();
	}
	g_assert_false(shard_is_asked(shard));
}

static void each_packet_is_taken_once_by_another_thread(void)
{
	struct counting counting = {.shard = shard_new(CAPACITY)};
	struct taken *taken = g_new0(struct taken, 1);
	pthread_t thread;
	bool last = false;

	g_assert_cmpint(pthread_create(&thread, NULL, count_all, &counting), ==, 0);
	/* One more after the last was counted. */
	while (!last) {
		last = atomic_load(&counting.ended);
		take_handover(counting.shard, taken);
	}
	atomic_store(&counting.enough, true);
	pthread_join(thread, NULL);
	for (uint32_t number = 0; number < SPIS; number++) {
		g_assert_cmpuint(taken->packets[number], ==, ROUNDS);
		g_assert_cmpuint(taken->bytes[number], ==, ROUNDS * PACKET_BYTES);
	}
	g_assert_cmpuint(taken->earlier_wrong, ==, 0);
	g_assert_cmpuint(shard_uncounted(counting.shard), ==, 0);
	g_free(taken);
	shard_free(counting.shard);
}

static void nothing_is_handed_over_unasked(void)
{
	const struct esp_packet packet = {.spi = FIRST_SPI, .sequence = 1, .bytes = PACKET_BYTES, .time = 1};
	struct shard *shard = shard_new(CAPACITY);
	struct taken *taken = g_new0(struct taken, 1);
	bool more;

	shard_count(shard, &packet, 1);
	g_assert_false(shard_hand_over(shard, 0));
	g_assert_false(shard_take(shard, take, taken, &more));
	shard_ask(shard);
	g_assert_true(shard_is_asked(shard));
	g_assert_false(shard_take(shard, take, taken, &more));
	g_assert_true(shard_hand_over(shard, 0));
	g_assert_false(shard_hand_over(shard, 0));
	g_assert_true(shard_take(shard, take, taken, &more));
	g_assert_false(more);
	g_assert_cmpuint(taken->packets[0], ==, 1);
	g_free(taken);
	shard_free(shard);
}

int main(int argument_count, char **arguments)
{
	g_test_init(&argument_count, &arguments, NULL);
	g_test_add_func("/shard/asked", nothing_is_handed_over_unasked);
	g_test_add_func("/shard/two-threads", each_packet_is_taken_once_by_another_thread);
	return g_test_run();
}
