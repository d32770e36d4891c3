/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets through the ring, from one thread and between two. Built with the preset tsan, a race in it is found. */
#include "nfq-daemon/packet_ring.h"

#include <glib.h>
#include <pthread.h>
#include <sched.h>

#define RING_SIZE 1024
#define PACKETS 20000
#define LARGEST 300

/* Each number has a size and bytes of its own, so that a packet out of place is noticed. */
static uint32_t size_of(uint32_t number)
{
	return number * 37 % LARGEST;
}

static bool put(struct packet_ring *ring, uint32_t number)
{
	const struct packet_record record = {
	        .time = (int64_t)number * 1000, .size = size_of(number), .wire_length = number + 1};
	uint8_t bytes[LARGEST];

	for (uint32_t i = 0; i < record.size; i++)
		bytes[i] = (uint8_t)(number + i);
	return packet_ring_put(ring, &record, bytes);
}

/* Returns whether there was a packet, which is this one then. */
static bool take(struct packet_ring *ring, uint32_t number)
{
	struct packet_record record;
	const uint8_t *bytes = packet_ring_peek(ring, &record);

	if (bytes == NULL)
		return false;
	g_assert_cmpint(record.time, ==, (int64_t)number * 1000);
	g_assert_cmpuint(record.size, ==, size_of(number));
	g_assert_cmpuint(record.wire_length, ==, number + 1);
	for (uint32_t i = 0; i < record.size; i++)
		g_assert_cmpuint(bytes[i], ==, (uint8_t)(number + i));
	packet_ring_drop(ring);
	return true;
}

static void what_does_not_fit_is_refused_and_the_rest_stays_whole(void)
{
	struct packet_ring *ring = packet_ring_new(RING_SIZE);
	uint32_t written = 0, taken = 0;

	/* Often enough that packets of each size meet each place in the ring. */
	for (unsigned round = 0; round < LARGEST; round++) {
		while (put(ring, written))
			written++;
		g_assert_cmpuint(written - taken, >=, RING_SIZE / (LARGEST + sizeof(struct packet_record)) - 1);
		while (take(ring, taken))
			taken++;
		g_assert_cmpuint(taken, ==, written);
	}
	packet_ring_free(ring);
}

static void a_packet_is_there_until_it_is_dropped(void)
{
	struct packet_ring *ring = packet_ring_new(RING_SIZE);
	struct packet_record record;

	g_assert_null(packet_ring_peek(ring, &record));
	g_assert_true(put(ring, 7));
	g_assert_nonnull(packet_ring_peek(ring, &record));
	g_assert_true(take(ring, 7));
	g_assert_null(packet_ring_peek(ring, &record));
	packet_ring_free(ring);
}

static void *write_all(void *ring)
{
	for (uint32_t number = 0; number < PACKETS;)
		if (put(ring, number))
			number++;
		else
			sched_yield();
	return NULL;
}

static void all_arrive_in_order_from_another_thread(void)
{
	struct packet_ring *ring = packet_ring_new(RING_SIZE);
	pthread_t writer;

	g_assert_cmpint(pthread_create(&writer, NULL, write_all, ring), ==, 0);
	for (uint32_t number = 0; number < PACKETS;)
		if (take(ring, number))
			number++;
		else
			sched_yield();
	pthread_join(writer, NULL);
	g_assert_false(take(ring, PACKETS));
	packet_ring_free(ring);
}

int main(int argument_count, char **arguments)
{
	g_test_init(&argument_count, &arguments, NULL);
	g_test_add_func("/packet_ring/full", what_does_not_fit_is_refused_and_the_rest_stays_whole);
	g_test_add_func("/packet_ring/drop", a_packet_is_there_until_it_is_dropped);
	g_test_add_func("/packet_ring/two-threads", all_arrive_in_order_from_another_thread);
	return g_test_run();
}
