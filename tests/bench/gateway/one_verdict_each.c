// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What queue mode is compared with: a program that reads one packet a call and gives one verdict each, in the plain way
 * that libnetfilter_queue's documentation shows. Usage: one_verdict_each QUEUE [QUEUES]; a thread for each queue.
 * Prints "ready".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COPY_RANGE 128
#define BUFFER_SIZE 65536

struct reader {
	struct mnl_socket *socket;
	unsigned queue;
};

static void send_message(struct reader *reader, struct nlmsghdr *message)
{
	if (mnl_socket_sendto(reader->socket, message, message->nlmsg_len) < 0) {
		perror("one_verdict_each: send");
		exit(2);
	}
}

static void accept_packet(struct reader *reader, uint32_t id)
{
	char buffer[256];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_VERDICT, reader->queue);

	nfq_nlmsg_verdict_put(message, (int)id, NF_ACCEPT);
	send_message(reader, message);
}

static int take(const struct nlmsghdr *message, void *context)
{
	struct nlattr *attributes[NFQA_MAX + 1] = {NULL};
	const struct nfqnl_msg_packet_hdr *header;

	if (nfq_nlmsg_parse(message, attributes) < 0 || attributes[NFQA_PACKET_HDR] == NULL)
		return MNL_CB_ERROR;
	header = mnl_attr_get_payload(attributes[NFQA_PACKET_HDR]);
	accept_packet(context, ntohl(header->packet_id));
	return MNL_CB_OK;
}

static void bind_queue(struct reader *reader, unsigned queue)
{
	char buffer[256];
	struct nlmsghdr *message;

	reader->queue = queue;
	reader->socket = mnl_socket_open(NETLINK_NETFILTER);
	if (reader->socket == NULL || mnl_socket_bind(reader->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		perror("one_verdict_each: socket");
		exit(2);
	}
	message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_cmd(message, AF_INET, NFQNL_CFG_CMD_BIND);
	send_message(reader, message);
	message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, queue);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, COPY_RANGE);
	send_message(reader, message);
}

static void *read_queue(void *context)
{
	struct reader *reader = context;
	char *buffer = malloc(BUFFER_SIZE);

	while (buffer != NULL) {
		ssize_t length = mnl_socket_recvfrom(reader->socket, buffer, BUFFER_SIZE);

		if (length < 0 && errno == ENOBUFS)
			continue; /* packets were lost; the next are there */
		if (length < 0)
			break;
		mnl_cb_run(buffer, (size_t)length, 0, mnl_socket_get_portid(reader->socket), take, reader);
	}
	free(buffer);
	return NULL;
}

int main(int argc, char **argv)
{
	unsigned first = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
	unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 1;
	struct reader *readers = calloc(count, sizeof *readers);
	pthread_t thread = pthread_self();

	if (readers == NULL || count == 0)
		return 2;
	for (unsigned i = 0; i < count; i++)
		bind_queue(&readers[i], first + i);
	puts("ready");
	fflush(stdout);
	for (unsigned i = 0; i < count; i++) {
		if (pthread_create(&thread, NULL, read_queue, &readers[i]) != 0)
			return 2;
	}
	pthread_join(thread, NULL);
	free(readers);
	return 0;
}
