/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One NFQUEUE, bound to one netlink socket: setting it up, and letting packets go. All functions but the first may be
 * called in a forked process that shares the socket.
 *
 * The queue itself has no bound that matters: what bounds it is the socket's receive buffer. A packet that finds the
 * buffer full passes at once (fail-open), and as its number is missing afterwards, it is known how many did.
 */
#ifndef ASAPHASE_DAEMON_QUEUE_SOCKET_H
#define ASAPHASE_DAEMON_QUEUE_SOCKET_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#define QUEUE_MESSAGE_SIZE 256
#define QUEUE_COPY_ALL 0xffff

struct queue_socket {
	struct mnl_socket *netlink;
	uint16_t queue;
};

/*
 * Binds the queue. copy_range: bytes of each packet to be told. Returns 0; or -EPERM, -EBUSY (somebody else reads it),
 * -EPROTONOSUPPORT (no NFQUEUE in this kernel) or another negative errno, and a sentence in message.
 */
int queue_socket_open(struct queue_socket *socket, uint16_t queue, uint32_t copy_range, uint32_t receive_buffer,
                      char message[QUEUE_MESSAGE_SIZE]);

/* Packets in the queue are dropped by the kernel when the last copy of the socket is closed: first queue_socket_let_go.
 */
void queue_socket_close(struct queue_socket *socket);

/* From now on so many bytes of each packet are told. */
int queue_socket_set_copy_range(const struct queue_socket *socket, uint32_t copy_range);

/* From now on packets pass the queue by, until queue_socket_resume(). Those that are in it stay. */
int queue_socket_suspend(const struct queue_socket *socket);
int queue_socket_resume(const struct queue_socket *socket);

/* Accepts every packet up to and including this number. */
int queue_socket_accept(const struct queue_socket *socket, uint32_t last_id);

/* Suspends the queue and accepts all that is in it. */
int queue_socket_let_go(const struct queue_socket *socket);

#endif
