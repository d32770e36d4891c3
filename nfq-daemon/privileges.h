/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Root is given up but for CAP_NET_ADMIN, which the queues need for as long as they are read. */
#ifndef ASAPHASE_DAEMON_PRIVILEGES_H
#define ASAPHASE_DAEMON_PRIVILEGES_H

#include <stdbool.h>
#include <sys/types.h>

#define PRIVILEGES_MESSAGE_SIZE 256

/* Whether this process has CAP_NET_ADMIN. */
bool privileges_net_admin(void);

/* Who a name is. Returns 0, or -ENOENT with a sentence in message. */
int privileges_user(const char *name, uid_t *user, gid_t *group, char message[PRIVILEGES_MESSAGE_SIZE]);

/*
 * From root to this user and group, for good, keeping CAP_NET_ADMIN alone. extra_group: one more group to be in, or
 * (gid_t)-1. Before any thread starts. Returns 0, or a negative errno with a sentence in message: then the process must
 * end.
 */
int privileges_drop(uid_t user, gid_t group, gid_t extra_group, char message[PRIVILEGES_MESSAGE_SIZE]);

/* No exec gains privileges from now on. */
void privileges_forbid_new(void);

#endif
