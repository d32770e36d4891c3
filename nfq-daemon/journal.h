/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon says: to the journal with fields where systemd started it, else to standard error. One line a
 * message.
 */
#ifndef ASAPHASE_DAEMON_JOURNAL_H
#define ASAPHASE_DAEMON_JOURNAL_H

#include <glib.h>

#include "core/tunnel/tunnel.h"

void journal_error(const char *format, ...) G_GNUC_PRINTF(1, 2);
void journal_warning(const char *format, ...) G_GNUC_PRINTF(1, 2);
void journal_notice(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* A tunnel's verdict is another now: what it is, in the catalogue's words. Too many at a time are only counted. */
void journal_verdict(struct tunnels *tunnels, const struct tunnel *tunnel);

/* Verdicts that were not written. */
uint64_t journal_suppressed(void);

#endif
