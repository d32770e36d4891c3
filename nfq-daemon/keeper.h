/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When a process that reads queues dies, the kernel drops what is in them; when it hangs, packets wait. The keeper is a
 * small process of its own that shares the queues' sockets and does nothing but let packets go in either case: so that
 * the daemon, whatever becomes of it, costs the gateway no packet.
 */
#ifndef ASAPHASE_DAEMON_KEEPER_H
#define ASAPHASE_DAEMON_KEEPER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "nfq-daemon/queue_socket.h"

/* One queue as its worker and the keeper see it: in memory that both processes share. */
struct keeper_watch {
	_Atomic uint32_t loops; /* the worker's rounds: that it goes on */
	_Atomic bool let_go;    /* set by the keeper: the queue was suspended and emptied; the worker resumes it */
};

struct keeper {
	pid_t process;
	int life; /* pipe that the keeper sees closed when this process ends */
	struct keeper_watch *watches;
	unsigned count;
};

/*
 * Starts the keeper of these open queues. Before any thread starts. Returns 0 or a negative errno. sockets must stay
 * open for as long as the keeper is wanted.
 */
int keeper_start(struct keeper *keeper, const struct queue_socket *sockets, unsigned count);

/* Ends the keeper, which lets go of what is in the queues. */
void keeper_stop(struct keeper *keeper);

#endif
