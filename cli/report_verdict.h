/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page says of a verdict in a word or two: whether it is a failure, and the answer of each phase. */
#ifndef ASAPHASE_CLI_REPORT_VERDICT_H
#define ASAPHASE_CLI_REPORT_VERDICT_H

#include "cli/report_html.h"
#include "core/verdict/children.h"
#include "core/verdict/diagnose.h"

struct report_look {
	const char *class; /* of a card or a row: fault, fine or unknown */
	const char *paint; /* bad, good or unknown */
	const char *mark;
};

struct report_look report_look_of(enum cause cause);

/* "Phase 1 failed", "Works", "Undetermined". */
const char *report_verdict_words(enum cause cause, enum phase failed);

/* The three answers, and what would tell where one is unknown. */
void report_answers_append(const struct html *html, const struct verdict *verdict);

/* <td>ok</td>, painted. */
void report_answer_cell(const struct html *html, const struct phase_answer *answer);

/* A table of the children that are up, each with its own verdict; nothing where there are none. */
void report_children_append(const struct html *html, struct tunnels *tunnels, const struct tunnel *tunnel);

#endif
