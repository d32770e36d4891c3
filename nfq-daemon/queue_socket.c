/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/queue_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nfq-daemon/privileges.h"

/* Never reached: see the header. */
#define QUEUE_LENGTH (UINT32_C(1) << 30)

/* Holds each of our messages, and the head of one of the kernel's. */
#define MESSAGE_SIZE 512

#define CONFIG_FLAGS (NFQA_CFG_F_GSO | NFQA_CFG_F_FAIL_OPEN)

/* Who held the queue before may need a moment to let go of it. */
#define BIND_TRIES 20
#define BIND_PAUSE_MICROSECONDS 100000

/* ---- messages: no acknowledgement is asked for, as packets may come before it ---- */

static int send_message(const struct queue_socket *socket, const struct nlmsghdr *message)
{
	return mnl_socket_sendto(socket->netlink, message, message->nlmsg_len) < 0 ? -errno : 0;
}

static int send_length(const struct queue_socket *socket, uint32_t length)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, socket->queue);

	mnl_attr_put_u32(message, NFQA_CFG_QUEUE_MAXLEN, htonl(length));
	return send_message(socket, message);
}

int queue_socket_suspend(const struct queue_socket *socket)
{
	return send_length(socket, 0);
}

int queue_socket_resume(const struct queue_socket *socket)
{
	return send_length(socket, QUEUE_LENGTH);
}

int queue_socket_set_copy_range(const struct queue_socket *socket, uint32_t copy_range)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, socket->queue);

	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, (int)copy_range);
	return send_message(socket, message);
}

int queue_socket_accept(const struct queue_socket *socket, uint32_t last_id)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_VERDICT_BATCH, socket->queue);

	nfq_nlmsg_verdict_put(message, (int)last_id, NF_ACCEPT);
	return send_message(socket, message);
}

/* Numbers are compared modulo 2^32, so two verdicts reach all: up to the middle, and up to the end. */
int queue_socket_let_go(const struct queue_socket *socket)
{
	int result = queue_socket_suspend(socket);
	int first = queue_socket_accept(socket, INT32_MAX);
	int second = queue_socket_accept(socket, UINT32_MAX);

	return result != 0 ? result : first != 0 ? first : second;
}

/* ---- setting up ---- */

static void set_buffer(int descriptor, uint32_t size)
{
	int bytes = (int)size;

	/* Beyond the machine's limit where that is allowed. */
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) != 0)
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

/* All in one message: a queue that is bound but has no copy mode yet drops what it gets. */
static int send_bind(const struct queue_socket *socket, uint32_t copy_range)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	struct nlmsghdr *message = nfq_nlmsg_put(buffer, NFQNL_MSG_CONFIG, socket->queue);

	nfq_nlmsg_cfg_put_cmd(message, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(message, NFQNL_COPY_PACKET, (int)copy_range);
	mnl_attr_put_u32(message, NFQA_CFG_QUEUE_MAXLEN, htonl(QUEUE_LENGTH));
	mnl_attr_put_u32(message, NFQA_CFG_FLAGS, htonl(CONFIG_FLAGS));
	mnl_attr_put_u32(message, NFQA_CFG_MASK, htonl(CONFIG_FLAGS));
	return send_message(socket, message);
}

/* The kernel has answered when the sending returns: an error is the first message, else there are packets or none. */
static int take_error(const struct queue_socket *socket)
{
	_Alignas(struct nlmsghdr) char buffer[MESSAGE_SIZE];
	int descriptor = mnl_socket_get_fd(socket->netlink);
	ssize_t size = recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT | MSG_PEEK);
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)buffer;

	if (size < (ssize_t)(sizeof *message + sizeof(int)) || message->nlmsg_type != NLMSG_ERROR)
		return 0;
	recv(descriptor, buffer, sizeof buffer, MSG_DONTWAIT);
	const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
	return error->error;
}

static int bind_queue(const struct queue_socket *socket, uint32_t copy_range)
{
	int result = -EBUSY;

	for (unsigned i = 0; i < BIND_TRIES && (result == -EBUSY || result == -EPERM); i++) {
		if (i > 0)
			usleep(BIND_PAUSE_MICROSECONDS);
		result = send_bind(socket, copy_range);
		if (result == 0)
			result = take_error(socket);
		if (result == -EPERM && !privileges_net_admin())
			return -EPERM;
	}
	return result == -EPERM ? -EBUSY : result; /* it is another socket's */
}

static int explain(int error, uint16_t queue, char message[QUEUE_MESSAGE_SIZE])
{
	switch (error) {
	case 0:
		break;
	case -EPERM:
		snprintf(message, QUEUE_MESSAGE_SIZE, "queue %u: not allowed: CAP_NET_ADMIN is missing (start as root)",
		         queue);
		break;
	case -EBUSY:
		snprintf(message, QUEUE_MESSAGE_SIZE,
		         "queue %u: another program reads it; choose others with [queues] first", queue);
		break;
	case -EINVAL:
	case -EPROTONOSUPPORT:
	case -EOPNOTSUPP:
		error = -EPROTONOSUPPORT;
		snprintf(message, QUEUE_MESSAGE_SIZE,
		         "queue %u: this kernel has no NFQUEUE: load the module nfnetlink_queue, or use a kernel with "
		         "CONFIG_NETFILTER_NETLINK_QUEUE",
		         queue);
		break;
	default:
		snprintf(message, QUEUE_MESSAGE_SIZE, "queue %u: %s", queue, strerror(-error));
	}
	return error;
}

int queue_socket_open(struct queue_socket *socket, uint16_t queue, uint32_t copy_range, uint32_t receive_buffer,
                      char message[QUEUE_MESSAGE_SIZE])
{
	int on = 1;

	*socket = (struct queue_socket){.netlink = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC), .queue = queue};
	if (socket->netlink == NULL)
		return explain(-errno, queue, message);
	int result = mnl_socket_bind(socket->netlink, 0, MNL_SOCKET_AUTOPID) < 0 ? -errno : 0;
	mnl_socket_setsockopt(socket->netlink, NETLINK_NO_ENOBUFS, &on, sizeof on);
	set_buffer(mnl_socket_get_fd(socket->netlink), receive_buffer);
	if (result == 0)
		result = bind_queue(socket, copy_range);
	if (result != 0)
		queue_socket_close(socket);
	return explain(result, queue, message);
}

void queue_socket_close(struct queue_socket *socket)
{
	if (socket->netlink != NULL)
		mnl_socket_close(socket->netlink);
	socket->netlink = NULL;
}
