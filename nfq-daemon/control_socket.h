/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Unix socket that `asaphase show` and `asaphase diagnose --live` ask; see control_answer.h for what is said. A
 * connection has one request and its answer. Whoever asks slowly, reads slowly or comes in crowds is cut off; no
 * answer takes more memory than a few of its lines.
 */
#ifndef ASAPHASE_DAEMON_CONTROL_SOCKET_H
#define ASAPHASE_DAEMON_CONTROL_SOCKET_H

#include <sys/types.h>

#include "nfq-daemon/control_answer.h"

struct control_socket;

/*
 * Makes the socket, for its owner and group (mode 0660), and listens. The path's lock is the caller's: what is left
 * there from before is removed. owner, group: (uid_t)-1 and (gid_t)-1 for the process's own. Returns the descriptor,
 * or a negative errno with a sentence in *error (to be freed).
 */
int control_socket_listen(const char *path, uid_t owner, gid_t group, char **error);

/* Answers from now on, in the default main context. subject must outlive it. The descriptor stays the caller's to
 * close. */
struct control_socket *control_socket_new(int listener, const struct control_subject *subject);

/* Ends all connections. The path is left to whoever listens next. */
void control_socket_free(struct control_socket *control);

#endif
