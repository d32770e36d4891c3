/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the control socket answers. A request is one line of JSON, an answer several:
 *
 *     {"request":"diagnose"}                      → a head, one line a tunnel as in diagnose --json, an end
 *     {"request":"diagnose","as":"text",          → a head, {"text":"…"} a tunnel, an end
 *      "color":true,"width":100}
 *     {"request":"diagnose","as":"brief"}         → the same with one line of text a tunnel
 *     {"request":"show","words":["crypto","ipsec","sa"]}   → a head, one {"text":"…"}, an end
 *
 * "peer":"ADDRESS" in a diagnose request leaves out all other tunnels. The head is {"format":1,"daemon":{…}}, the end
 * {"end":true}. Where a request cannot be answered there is one line, {"error":"…","code":"…"}.
 */
#ifndef ASAPHASE_DAEMON_CONTROL_ANSWER_H
#define ASAPHASE_DAEMON_CONTROL_ANSWER_H

#include <glib.h>

#include "core/base/text_style.h"
#include "core/tunnel/tunnel.h"

struct control_subject {
	struct tunnels *tunnels;
	const char *mode;
	int64_t started; /* clock_now() */
};

enum control_form { CONTROL_DONE, CONTROL_JSON, CONTROL_TEXT, CONTROL_BRIEF };

/* An answer under way. */
struct control_answer {
	const struct control_subject *subject;
	enum control_form form;
	struct text_style style;
	bool has_peer;
	struct ip_address peer;
	uint32_t next; /* number of the tunnel that comes next */
};

/* Takes a request (zero-terminated, without line feed) and appends the first lines of the answer to it. */
void control_answer_begin(struct control_answer *answer, const struct control_subject *subject, const char *request,
                          GString *output);

/* Appends the next lines, a few at a time. Returns false when there are no more. */
bool control_answer_continue(struct control_answer *answer, GString *output);

#endif
