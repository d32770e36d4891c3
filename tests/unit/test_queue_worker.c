/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The thread of a queue, whose kernel is a pair of local sockets: what is written to the one end as NFQUEUE would tell
 * it arrives in the ring and in the shard. Its verdicts go nowhere. Built with the preset tsan, a race is found.
 */
#include "nfq-daemon/queue_worker.h"

#include <arpa/inet.h>
#include <glib.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/bytes.h"

#define SPIS 16
#define FIRST_SPI 0x1000
#define PACKETS 4000
#define IKE_EACH 50 /* one packet in so many is IKE */
#define IKE_HEADER 28
#define ESP_BYTES 80
#define MISSED 3
#define HOUR (3600 * INT64_C(1000000000))

struct queue {
	int kernel; /* the end that stands for it */
	struct queue_socket socket;
	struct keeper_watch watch;
	struct datagram_ports ports;
	int notify;
	uint32_t last_id;
	struct queue_worker *worker;
};

static void begin(struct queue *queue)
{
	int ends[2];

	*queue = (struct queue){.notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
	g_assert_cmpint(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), ==, 0);
	queue->kernel = ends[0];
	queue->socket.netlink = mnl_socket_fdopen(ends[1]);
	const struct queue_worker_options options = {
	        .socket = queue->socket,
	        .watch = &queue->watch,
	        .ports = &queue->ports,
	        .spi_capacity = 64,
	        .spi_idle = HOUR,
	        .notify = queue->notify,
	};
	queue->worker = queue_worker_start(&options);
	g_assert_nonnull(queue->worker);
}

static void end(struct queue *queue)
{
	queue_worker_free(queue->worker);
	mnl_socket_close(queue->socket.netlink);
	close(queue->kernel);
	close(queue->notify);
}

/* ---- what the kernel tells ---- */

static void put_ipv4(struct bytes *packet, unsigned protocol, size_t payload)
{
	put8(packet, 0x45);
	put8(packet, 0);
	put16(packet, (unsigned)(20 + payload));
	put32(packet, 0);
	put8(packet, 64);
	put8(packet, protocol);
	put16(packet, 0);
	put32(packet, 0x0a010001);
	put32(packet, 0x0a020001);
}

static void make_esp(struct bytes *packet, uint32_t spi, uint32_t sequence)
{
	put_ipv4(packet, IPPROTO_ESP, ESP_BYTES);
	put32(packet, spi);
	put32(packet, sequence);
	put_zeros(packet, ESP_BYTES - 8);
}

/* Its initiator's SPI is its number. */
static void make_ike(struct bytes *packet, uint32_t number)
{
	put_ipv4(packet, IPPROTO_UDP, 8 + IKE_HEADER);
	put16(packet, IKE_PORT);
	put16(packet, IKE_PORT);
	put16(packet, 8 + IKE_HEADER);
	put16(packet, 0);
	put32(packet, number);
	put_zeros(packet, IKE_HEADER - 4);
}

static void tell(struct queue *queue, const struct bytes *packet)
{
	_Alignas(struct nlmsghdr) char buffer[4096];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	const struct nfqnl_msg_packet_hdr header = {.packet_id = htonl(++queue->last_id)};

	message->nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET;
	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	mnl_attr_put(message, NFQA_PACKET_HDR, sizeof header, &header);
	mnl_attr_put(message, NFQA_PAYLOAD, packet->length, packet->at);
	g_assert_cmpint(send(queue->kernel, buffer, message->nlmsg_len, 0), ==, message->nlmsg_len);
}

/* ---- what the thread that judges takes ---- */

struct taken {
	uint64_t packets[SPIS];
	uint64_t lost;
	uint32_t ike; /* the number that comes next */
};

static void take(const struct spi_counts *counts, void *context)
{
	struct taken *taken = context;

	g_assert_cmpuint(counts->spi, >=, FIRST_SPI);
	g_assert_cmpuint(counts->spi, <, FIRST_SPI + SPIS);
	g_assert_cmpuint(counts->bytes, ==, counts->packets * (20 + ESP_BYTES));
	taken->packets[counts->spi - FIRST_SPI] += counts->packets;
	taken->lost += (uint64_t)counts->lost;
}

static void take_ike(struct queue_worker *worker, struct taken *taken)
{
	struct packet_ring *ring = queue_worker_ring(worker);
	struct packet_record record;
	const uint8_t *bytes;

	while ((bytes = packet_ring_peek(ring, &record)) != NULL) {
		uint32_t number;
		g_assert_cmpuint(record.size, ==, 20 + 8 + IKE_HEADER);
		memcpy(&number, bytes + 20 + 8, sizeof number);
		g_assert_cmpuint(ntohl(number), ==, taken->ike);
		taken->ike++;
		packet_ring_drop(ring);
	}
}

static void take_news(struct queue *queue, struct taken *taken)
{
	struct pollfd file = {.fd = queue->notify, .events = POLLIN};
	eventfd_t value;
	bool more = true;

	queue_worker_ask(queue->worker);
	while (more || shard_is_asked(queue_worker_shard(queue->worker))) {
		poll(&file, 1, -1);
		eventfd_read(queue->notify, &value);
		take_ike(queue->worker, taken);
		if (shard_take(queue_worker_shard(queue->worker), take, taken, &more) && more)
			queue_worker_ask(queue->worker);
	}
}

static struct queue_statistics statistics_of(const struct queue *queue)
{
	struct queue_statistics statistics;

	queue_worker_statistics(queue->worker, &statistics);
	return statistics;
}

/* Until the worker has taken all that was told. */
static void take_all(struct queue *queue, uint64_t told, struct taken *taken)
{
	bool last = false;

	while (!last) {
		last = statistics_of(queue).packets == told;
		take_news(queue, taken);
	}
}

/* ---- tests ---- */

static void tell_mixed(struct queue *queue, uint32_t number)
{
	struct bytes packet = {.length = 0};

	if (number % IKE_EACH == 0)
		make_ike(&packet, number / IKE_EACH);
	else
		make_esp(&packet, FIRST_SPI + number % SPIS, number / SPIS + 1);
	tell(queue, &packet);
}

static void all_that_the_kernel_tells_is_counted_or_passed_on(void)
{
	struct queue queue;
	struct taken taken = {.ike = 0};
	uint64_t esp = 0;

	begin(&queue);
	for (uint32_t number = 0; number < PACKETS; number++) {
		tell_mixed(&queue, number);
		if (number % 100 == 99)
			take_news(&queue, &taken);
	}
	take_all(&queue, PACKETS, &taken);
	queue_worker_stop(queue.worker);
	g_assert_cmpuint(taken.ike, ==, PACKETS / IKE_EACH);
	for (unsigned i = 0; i < SPIS; i++)
		esp += taken.packets[i];
	g_assert_cmpuint(esp, ==, PACKETS - PACKETS / IKE_EACH);
	const struct queue_statistics statistics = statistics_of(&queue);
	g_assert_cmpuint(statistics.packets, ==, PACKETS);
	g_assert_cmpuint(statistics.missed + statistics.unread + statistics.uncounted + statistics.refused, ==, 0);
	end(&queue);
}

/* Packet numbers that the kernel did not tell: packets missed, and no losses of the SPIs. */
static void what_the_kernel_did_not_tell_is_missed_and_not_lost(void)
{
	struct queue queue;
	struct taken taken = {.ike = 0};

	begin(&queue);
	for (uint32_t sequence = 1; sequence <= 20; sequence++) {
		struct bytes packet = {.length = 0};
		make_esp(&packet, FIRST_SPI, sequence <= 10 ? sequence : sequence + MISSED);
		if (sequence == 11)
			queue.last_id += MISSED;
		tell(&queue, &packet);
	}
	take_all(&queue, 20, &taken);
	queue_worker_stop(queue.worker);
	g_assert_cmpuint(taken.packets[0], ==, 20);
	g_assert_cmpuint(taken.lost, ==, 0);
	g_assert_cmpuint(statistics_of(&queue).missed, ==, MISSED);
	g_assert_cmpuint(statistics_of(&queue).outages, ==, 1);
	end(&queue);
}

/* As gateway.c does at the end: what was told before it is stopped can be taken after that. */
static void what_is_in_ring_and_shard_outlives_the_thread(void)
{
	struct queue queue;
	struct taken taken = {.ike = 0};
	bool more;

	begin(&queue);
	for (uint32_t number = 0; number < IKE_EACH; number++)
		tell_mixed(&queue, number);
	queue_worker_stop(queue.worker);
	take_ike(queue.worker, &taken);
	g_assert_cmpuint(taken.ike, ==, 1);
	shard_ask(queue_worker_shard(queue.worker));
	g_assert_true(shard_hand_over(queue_worker_shard(queue.worker), 0));
	g_assert_true(shard_take(queue_worker_shard(queue.worker), take, &taken, &more));
	g_assert_false(more);
	g_assert_cmpuint(statistics_of(&queue).packets, ==, IKE_EACH);
	g_assert_cmpuint(taken.packets[1], >, 0);
	end(&queue);
}

int main(int argument_count, char **arguments)
{
	g_test_init(&argument_count, &arguments, NULL);
	g_test_add_func("/queue_worker/all", all_that_the_kernel_tells_is_counted_or_passed_on);
	g_test_add_func("/queue_worker/missed", what_the_kernel_did_not_tell_is_missed_and_not_lost);
	g_test_add_func("/queue_worker/end", what_is_in_ring_and_shard_outlives_the_thread);
	return g_test_run();
}
