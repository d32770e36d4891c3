/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IKE messages of a tunnel as a ladder: the ASA's side on the left, the peer's on the right, time downwards. */
#ifndef ASAPHASE_CLI_REPORT_LADDER_H
#define ASAPHASE_CLI_REPORT_LADDER_H

#include "cli/report_html.h"
#include "cli/report_record.h"
#include "core/verdict/words.h"

/* The diagram, and the same as a table. start is when the capture begins. Nothing where there are no messages. */
void report_ladder_append(const struct html *html, const struct tunnel *tunnel, const struct verdict_words *words,
                          const struct tunnel_record *record, int64_t start);

/* The heads of its arrows: once in a page, before the first ladder. */
void report_ladder_append_heads(const struct html *html);

#endif
