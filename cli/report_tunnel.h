/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One tunnel's part of a page: its verdict, what it rests on, what to type, its packets, what an ASA would show. */
#ifndef ASAPHASE_CLI_REPORT_TUNNEL_H
#define ASAPHASE_CLI_REPORT_TUNNEL_H

#include "cli/report_html.h"
#include "cli/report_record.h"

/* Appends <article id="tN">. start is when the capture begins. */
void report_tunnel_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel,
                          const struct record *record, int64_t start);

/* What `show WORDS` prints, folded; at most so many bytes of it. Nothing where there is no such command. */
void report_show_append(const struct html *html, struct tunnels *tunnels, const char *words, size_t most);

#endif
