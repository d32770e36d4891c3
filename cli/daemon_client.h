/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asking a running asaphased over its control socket. */
#ifndef ASAPHASE_CLI_DAEMON_CLIENT_H
#define ASAPHASE_CLI_DAEMON_CLIENT_H

#include <glib.h>

/*
 * What `show` followed by these words prints for the daemon's tunnels: see asa_show_append() in core/asa_show.h.
 * socket_path NULL: the default one. Appends to text and returns 0; or returns -ENOENT or -EINVAL as asa_show_append()
 * does, another negative errno where the daemon cannot be asked, with a sentence in *error (to be freed) and text
 * unchanged.
 */
int daemon_client_show(const char *socket_path, const char *const *words, size_t count, GString *text, char **error);

#endif
