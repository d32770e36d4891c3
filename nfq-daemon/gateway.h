/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running daemon: queues, workers, the tunnels they feed, and what is written of them. */
#ifndef ASAPHASE_DAEMON_GATEWAY_H
#define ASAPHASE_DAEMON_GATEWAY_H

/*
 * Runs until SIGTERM or SIGINT. config_file is read again at SIGHUP. user: whom to become once all is open that needs
 * root, or NULL. Returns the exit status; what went wrong has been said.
 */
int gateway_run(const char *config_file, const char *user);

#endif
