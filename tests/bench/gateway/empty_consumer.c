// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The limit of queue mode: a program that receives as the daemon does, in batches from sockets that are set up by the
 * daemon's own code, and accepts each batch with one verdict, without a look at what is in it. Usage: empty_consumer
 * QUEUE [QUEUES]; a thread for each queue. Prints "ready".
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "nfq-daemon/queue_socket.h"
#include "nfq-daemon/queue_worker.h"

/* As nfq-daemon/queue_worker.c. */
#define BATCH 64
#define MESSAGE_SIZE (QUEUE_COPY_ALL + 1 + 4096)

#define QUEUES_MOST 64
#define RECEIVE_BUFFER (UINT32_C(64) << 20) /* the daemon's default */

struct reader {
	struct queue_socket socket;
	struct mmsghdr messages[BATCH];
	struct iovec buffers[BATCH];
	uint8_t *memory;
	pthread_t thread;
};

/* Returns whether the message is a packet of the queue. */
static bool read_id(const struct nlmsghdr *message, uint32_t *id)
{
	struct nlattr *attributes[NFQA_MAX + 1] = {NULL};

	if (message->nlmsg_type != (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET) ||
	    nfq_nlmsg_parse(message, attributes) < 0 || attributes[NFQA_PACKET_HDR] == NULL)
		return false;
	const struct nfqnl_msg_packet_hdr *header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	*id = ntohl(header->packet_id);
	return true;
}

/* The last packet's number stands for all before it. */
static void accept_batch(struct reader *reader, unsigned received)
{
	uint32_t id = 0;

	for (unsigned i = received; i > 0; i--) {
		const struct nlmsghdr *message = reader->buffers[i - 1].iov_base;
		if (mnl_nlmsg_ok(message, (int)reader->messages[i - 1].msg_len) && read_id(message, &id)) {
			queue_socket_accept(&reader->socket, id);
			return;
		}
	}
}

static void *run(void *argument)
{
	struct reader *reader = argument;
	int netlink = mnl_socket_get_fd(reader->socket.netlink);
	struct pollfd file = {.fd = netlink, .events = POLLIN};

	for (;;) {
		int received = recvmmsg(netlink, reader->messages, BATCH, MSG_DONTWAIT, NULL);
		if (received > 0)
			accept_batch(reader, (unsigned)received);
		else
			poll(&file, 1, -1);
	}
	return NULL;
}

static bool begin(struct reader *reader, uint16_t queue)
{
	char message[QUEUE_MESSAGE_SIZE];

	reader->memory = calloc(BATCH, MESSAGE_SIZE);
	if (reader->memory == NULL) {
		perror("empty_consumer");
		return false;
	}
	for (unsigned i = 0; i < BATCH; i++) {
		reader->buffers[i] = (struct iovec){reader->memory + (size_t)i * MESSAGE_SIZE, MESSAGE_SIZE};
		reader->messages[i].msg_hdr = (struct msghdr){.msg_iov = &reader->buffers[i], .msg_iovlen = 1};
	}
	if (queue_socket_open(&reader->socket, queue, QUEUE_COPY_ESP, RECEIVE_BUFFER, message) != 0) {
		fprintf(stderr, "empty_consumer: %s\n", message);
		return false;
	}
	return pthread_create(&reader->thread, NULL, run, reader) == 0;
}

int main(int argc, char **argv)
{
	static struct reader readers[QUEUES_MOST];
	unsigned long first = argc > 1 ? strtoul(argv[1], NULL, 0) : UINT16_MAX + 1UL;
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;

	if (argc > 3 || count == 0 || count > QUEUES_MOST || first + count > UINT16_MAX + 1UL) {
		fprintf(stderr, "usage: empty_consumer QUEUE [QUEUES]\n");
		return 2;
	}
	for (unsigned i = 0; i < count; i++) {
		if (!begin(&readers[i], (uint16_t)(first + i)))
			return 2;
	}
	puts("ready");
	fflush(stdout);
	pthread_join(readers[0].thread, NULL);
	return 0;
}
