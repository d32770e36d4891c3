/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "nfq-daemon/queue_worker.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/wire/esp.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/gso_segments.h"

#define BATCH 64
/* One packet at most with what netlink says about it; only what is used of it takes memory. */
#define MESSAGE_SIZE (QUEUE_COPY_ALL + 1 + 4096)
/* The keeper's word is heard after this, also where no packets come. */
#define WAIT_MILLISECONDS 1000
#define RING_SIZE (UINT32_C(1) << 20)

/* A packet as the kernel tells it: in the buffers, until the next batch. */
struct told_packet {
	uint32_t id;
	uint32_t size;
	uint32_t wire_length;
	bool gso;
	const uint8_t *bytes;
};

struct queue_worker {
	struct queue_worker_options options;
	struct shard *shard;
	struct packet_ring *ring;
	int wake; /* eventfd */
	pthread_t thread;
	bool running;
	_Atomic bool stopping;
	_Atomic uint64_t statistics[sizeof(struct queue_statistics) / sizeof(uint64_t)];

	/* The thread's own. */
	uint32_t last_id;
	bool copies_all;
	bool has_news; /* the ring was written to in this batch */
	int64_t now;
	struct mmsghdr messages[BATCH];
	struct iovec buffers[BATCH];
	uint8_t *memory;
	struct esp_packet esp[BATCH + GSO_SEGMENTS_MOST];
	size_t esp_count;
};

/* ---- statistics: written by the thread alone ---- */

#define COUNT(worker, name, number) add_statistic(worker, offsetof(struct queue_statistics, name), number)

static void add_statistic(struct queue_worker *worker, size_t offset, uint64_t number)
{
	_Atomic uint64_t *statistic = &worker->statistics[offset / sizeof(uint64_t)];

	atomic_store_explicit(statistic, atomic_load_explicit(statistic, memory_order_relaxed) + number,
	                      memory_order_relaxed);
}

void queue_worker_statistics(struct queue_worker *worker, struct queue_statistics *statistics)
{
	uint64_t *values = (uint64_t *)statistics;

	for (size_t i = 0; i < sizeof *statistics / sizeof *values; i++)
		values[i] = atomic_load_explicit(&worker->statistics[i], memory_order_relaxed);
}

/* ---- one packet ---- */

static void count_esp(struct queue_worker *worker)
{
	uint64_t uncounted = shard_uncounted(worker->shard);

	shard_count(worker->shard, worker->esp, worker->esp_count);
	worker->esp_count = 0;
	uncounted = shard_uncounted(worker->shard) - uncounted;
	if (uncounted != 0)
		COUNT(worker, uncounted, uncounted);
}

/*
 * Only whole can a GSO packet be told apart: from the first on, whole packets are asked for. Those that were cut count
 * as one; the numbers that follow tell nothing about losses then.
 */
static void take_gso(struct queue_worker *worker, const struct datagram *datagram)
{
	size_t count = gso_segments(datagram, &worker->esp[worker->esp_count]);

	if (!worker->copies_all) {
		worker->copies_all = true;
		queue_socket_set_copy_range(&worker->options.socket, QUEUE_COPY_ALL);
	}
	if (count != 0) {
		COUNT(worker, segments, count - 1);
		worker->esp_count += count;
		return;
	}
	COUNT(worker, unsplit, 1);
	worker->esp_count++;
	count_esp(worker);
	shard_note_interruption(worker->shard);
}

static void take_esp(struct queue_worker *worker, const struct datagram *datagram, bool gso)
{
	struct esp_header header;
	struct esp_packet *packet = &worker->esp[worker->esp_count];

	if (!esp_header_read(datagram->payload, datagram->captured, &header)) {
		COUNT(worker, unread, 1);
		return;
	}
	*packet = (struct esp_packet){
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .spi = header.spi,
	        .sequence = header.sequence,
	        .bytes = datagram->ip_length,
	        .time = worker->now,
	        .encapsulation = (uint8_t)datagram->encapsulation,
	};
	if (gso)
		take_gso(worker, datagram);
	else
		worker->esp_count++;
	if (worker->esp_count >= BATCH)
		count_esp(worker);
}

static void keep_esp(struct queue_worker *worker)
{
	worker->esp[worker->esp_count++].time = worker->now;
	if (worker->esp_count >= BATCH)
		count_esp(worker);
}

static void pass_on(struct queue_worker *worker, const struct told_packet *packet)
{
	const struct packet_record record = {
	        .time = worker->now, .size = packet->size, .wire_length = packet->wire_length};

	if (packet_ring_put(worker->ring, &record, packet->bytes))
		worker->has_news = true;
	else
		COUNT(worker, refused, 1);
}

/* Numbers that are not told were packets that passed at once, as the socket's buffer was full. */
static void note_missed(struct queue_worker *worker, uint32_t id)
{
	uint32_t missed = id - worker->last_id - 1;

	worker->last_id = id;
	if (missed == 0)
		return;
	count_esp(worker);
	shard_note_interruption(worker->shard);
	COUNT(worker, missed, missed);
	COUNT(worker, outages, 1);
}

static void take_packet(struct queue_worker *worker, const struct told_packet *packet)
{
	struct datagram datagram;

	note_missed(worker, packet->id);
	/* Only now: what came before it may have been counted there. */
	struct esp_packet *esp = &worker->esp[worker->esp_count];
	esp->frame = 0;
	if (!packet->gso &&
	    esp_packet_read(packet->bytes, packet->size, packet->wire_length, worker->options.ports, esp)) {
		keep_esp(worker);
		return;
	}
	if (datagram_read(packet->bytes, packet->size, packet->wire_length, worker->options.ports, &datagram) != 0) {
		COUNT(worker, unread, 1);
		return;
	}
	switch (datagram.kind) {
	case DATAGRAM_ESP:
		take_esp(worker, &datagram, packet->gso);
		break;
	case DATAGRAM_IKE:
	case DATAGRAM_NAT_KEEPALIVE:
	case DATAGRAM_ICMP_ERROR:
		pass_on(worker, packet);
		break;
	default:
		break;
	}
}

/* ---- a batch ---- */

/* Returns whether the message is a packet of the queue. */
static bool read_message(const struct nlmsghdr *message, struct told_packet *packet)
{
	struct nlattr *attributes[NFQA_MAX + 1] = {NULL};

	if (message->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	    nfq_nlmsg_parse(message, attributes) < 0 || attributes[NFQA_PACKET_HDR] == NULL)
		return false;
	const struct nfqnl_msg_packet_hdr *header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	packet->id = ntohl(header->packet_id);
	packet->bytes = NULL;
	packet->size = 0;
	if (attributes[NFQA_PAYLOAD] != NULL) {
		packet->bytes = mnl_attr_get_payload(attributes[NFQA_PAYLOAD]);
		packet->size = mnl_attr_get_payload_len(attributes[NFQA_PAYLOAD]);
	}
	packet->wire_length =
	        attributes[NFQA_CAP_LEN] != NULL ? ntohl(mnl_attr_get_u32(attributes[NFQA_CAP_LEN])) : packet->size;
	packet->gso = attributes[NFQA_SKB_INFO] != NULL &&
	              (ntohl(mnl_attr_get_u32(attributes[NFQA_SKB_INFO])) & NFQA_SKB_GSO) != 0;
	return true;
}

static unsigned read_messages(struct queue_worker *worker, unsigned received, struct told_packet packets[BATCH])
{
	unsigned count = 0;

	for (unsigned i = 0; i < received; i++) {
		const struct nlmsghdr *message = worker->buffers[i].iov_base;
		if (mnl_nlmsg_ok(message, (int)worker->messages[i].msg_len) && read_message(message, &packets[count]))
			count++;
	}
	return count;
}

static void take_batch(struct queue_worker *worker, unsigned received)
{
	struct told_packet packets[BATCH];
	unsigned count = read_messages(worker, received, packets);

	if (count == 0)
		return;
	/* They go on their way before they are looked at. */
	queue_socket_accept(&worker->options.socket, packets[count - 1].id);
	worker->now = clock_now();
	for (unsigned i = 0; i < count; i++)
		take_packet(worker, &packets[i]);
	count_esp(worker);
	COUNT(worker, packets, count);
}

/* ---- the thread ---- */

static void notify(const struct queue_worker *worker)
{
	eventfd_write(worker->options.notify, 1);
}

/*
 * The keeper found this thread hanging and suspended the queue. What is still to be read came before that; how many
 * packets passed since, nobody knows.
 */
static void take_up_again(struct queue_worker *worker)
{
	struct keeper_watch *watch = worker->options.watch;

	if (!atomic_load_explicit(&watch->let_go, memory_order_acquire))
		return;
	shard_note_interruption(worker->shard);
	COUNT(worker, outages, 1);
	atomic_store_explicit(&watch->let_go, false, memory_order_release);
	queue_socket_resume(&worker->options.socket);
}

static void wait_for_packets(const struct queue_worker *worker)
{
	eventfd_t value;
	struct pollfd files[] = {
	        {.fd = mnl_socket_get_fd(worker->options.socket.netlink), .events = POLLIN},
	        {.fd = worker->wake, .events = POLLIN},
	};

	if (poll(files, sizeof files / sizeof files[0], WAIT_MILLISECONDS) > 0 && (files[1].revents & POLLIN) != 0)
		eventfd_read(worker->wake, &value);
}

static void *run(void *argument)
{
	struct queue_worker *worker = argument;
	int netlink = mnl_socket_get_fd(worker->options.socket.netlink);
	bool suspended = false;

	for (;;) {
		atomic_fetch_add_explicit(&worker->options.watch->loops, 1, memory_order_relaxed);
		bool stopping = atomic_load_explicit(&worker->stopping, memory_order_acquire);
		if (stopping && !suspended)
			suspended = queue_socket_suspend(&worker->options.socket) == 0;
		int received = recvmmsg(netlink, worker->messages, BATCH, MSG_DONTWAIT, NULL);
		if (received > 0)
			take_batch(worker, (unsigned)received);
		else if (stopping)
			return NULL;
		if (shard_hand_over(worker->shard, clock_now() - worker->options.spi_idle) || worker->has_news)
			notify(worker);
		worker->has_news = false;
		if (received <= 0) {
			take_up_again(worker);
			wait_for_packets(worker);
		}
	}
}

static bool prepare(struct queue_worker *worker)
{
	worker->shard = shard_new(worker->options.spi_capacity);
	worker->ring = packet_ring_new(RING_SIZE);
	worker->memory = calloc(BATCH, MESSAGE_SIZE);
	worker->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (worker->shard == NULL || worker->ring == NULL || worker->memory == NULL || worker->wake < 0)
		return false;
	for (unsigned i = 0; i < BATCH; i++) {
		worker->buffers[i] = (struct iovec){worker->memory + (size_t)i * MESSAGE_SIZE, MESSAGE_SIZE};
		worker->messages[i].msg_hdr = (struct msghdr){.msg_iov = &worker->buffers[i], .msg_iovlen = 1};
	}
	return true;
}

/* Signals are the main thread's. */
static int start_thread(struct queue_worker *worker)
{
	sigset_t all, before;
	char name[16];

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int result = pthread_create(&worker->thread, NULL, run, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	snprintf(name, sizeof name, "queue-%u", worker->options.socket.queue);
	worker->running = result == 0;
	if (result == 0)
		pthread_setname_np(worker->thread, name);
	return result;
}

struct queue_worker *queue_worker_start(const struct queue_worker_options *options)
{
	struct queue_worker *worker = calloc(1, sizeof *worker);

	if (worker == NULL)
		return NULL;
	worker->options = *options;
	worker->wake = -1;
	int result = prepare(worker) ? start_thread(worker) : ENOMEM;
	if (result == 0)
		return worker;
	queue_worker_free(worker);
	errno = result;
	return NULL;
}

void queue_worker_stop(struct queue_worker *worker)
{
	if (!worker->running)
		return;
	atomic_store_explicit(&worker->stopping, true, memory_order_release);
	eventfd_write(worker->wake, 1);
	pthread_join(worker->thread, NULL);
	worker->running = false;
}

void queue_worker_free(struct queue_worker *worker)
{
	if (worker == NULL)
		return;
	if (worker->wake >= 0)
		close(worker->wake);
	shard_free(worker->shard);
	packet_ring_free(worker->ring);
	free(worker->memory);
	free(worker);
}

uint16_t queue_worker_queue(const struct queue_worker *worker)
{
	return worker->options.socket.queue;
}

void queue_worker_ask(struct queue_worker *worker)
{
	shard_ask(worker->shard);
	eventfd_write(worker->wake, 1);
}

struct shard *queue_worker_shard(struct queue_worker *worker)
{
	return worker->shard;
}

struct packet_ring *queue_worker_ring(struct queue_worker *worker)
{
	return worker->ring;
}
