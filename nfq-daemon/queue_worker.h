/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A thread that reads one NFQUEUE: lets every packet go, counts ESP, and passes whole what else speaks of IPsec (IKE,
 * NAT keepalives, ICMP errors) to the thread that judges.
 */
#ifndef ASAPHASE_DAEMON_QUEUE_WORKER_H
#define ASAPHASE_DAEMON_QUEUE_WORKER_H

#include <stdatomic.h>
#include <stdint.h>

#include "core/wire/datagram.h"
#include "nfq-daemon/keeper.h"
#include "nfq-daemon/packet_ring.h"
#include "nfq-daemon/queue_socket.h"
#include "nfq-daemon/shard.h"

/* Holds the outer headers, IP options among them, UDP and the first 8 bytes of ESP. */
#define QUEUE_COPY_ESP 128

struct queue_worker;

struct queue_worker_options {
	struct queue_socket socket; /* open; the worker does not close it */
	struct keeper_watch *watch;
	const struct datagram_ports *ports;
	uint32_t spi_capacity;
	int64_t spi_idle; /* nanoseconds after which an unused SPI is forgotten */
	int notify;       /* eventfd written to when there is something to take */
};

/* What a worker has done since it started. */
struct queue_statistics {
	uint64_t packets;   /* taken from the queue; a GSO packet is one */
	uint64_t segments;  /* wire packets beyond these, that GSO packets stood for */
	uint64_t unsplit;   /* GSO packets whose wire packets could not be told apart: counted as one */
	uint64_t missed;    /* passed without being seen, as the socket's buffer was full */
	uint64_t outages;   /* times that some were missed */
	uint64_t unread;    /* malformed */
	uint64_t uncounted; /* ESP that found the SPI table full */
	uint64_t refused;   /* IKE that found the ring full */
};

/* Starts the thread. NULL with errno set where that fails. */
struct queue_worker *queue_worker_start(const struct queue_worker_options *options);

/*
 * Lets the queue's packets pass by, lets go and counts what is in it, and ends the thread. What is in ring and shard
 * can still be taken, as one last handover.
 */
void queue_worker_stop(struct queue_worker *worker);
void queue_worker_free(struct queue_worker *worker);

uint16_t queue_worker_queue(const struct queue_worker *worker);
void queue_worker_statistics(struct queue_worker *worker, struct queue_statistics *statistics);

/* Asks for a handover of counts; notify is written to when it is there. */
void queue_worker_ask(struct queue_worker *worker);
struct shard *queue_worker_shard(struct queue_worker *worker);
struct packet_ring *queue_worker_ring(struct queue_worker *worker);

#endif
