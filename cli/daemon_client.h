/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking a running asaphased over its control socket. What is said there: nfq-daemon/control_answer.h. */
#ifndef ASAPHASE_CLI_DAEMON_CLIENT_H
#define ASAPHASE_CLI_DAEMON_CLIENT_H

#include <json-glib/json-glib.h>

/* Takes one line of an answer: as it came, and read. */
typedef void daemon_client_take(const char *line, JsonObject *object, void *context);

/*
 * Sends a request (one line of JSON, without line feed) and hands out each line of the answer but the last.
 * socket_path NULL: the default one. Returns 0; or -ENOENT or -EINVAL where the daemon says so, another negative errno
 * where it cannot be asked or answers nonsense; then with a sentence in *error (to be freed).
 */
int daemon_client_ask(const char *socket_path, const char *request, daemon_client_take *take, void *context,
                      char **error);

/*
 * What `show` followed by these words prints for the daemon's tunnels: see asa_show_append() in core/asa/show.h.
 * Appends to text and returns 0; or returns -ENOENT or -EINVAL as asa_show_append() does (*error is NULL then), another
 * negative errno where the daemon cannot be asked, with a sentence in *error (to be freed) and text unchanged.
 */
int daemon_client_show(const char *socket_path, const char *const *words, size_t count, GString *text, char **error);

#endif
