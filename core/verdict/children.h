/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict of each child SA by itself. */
#ifndef ASAPHASE_CORE_VERDICT_CHILDREN_H
#define ASAPHASE_CORE_VERDICT_CHILDREN_H

#include "core/catalogue/answers.h"
#include "core/tunnel/tunnel.h"

struct child_verdict {
	const struct child_sa *child; /* valid until the tunnel has another packet */
	bool carries[2];              /* packets of that side were seen on it; neither: it is not in use */
	int silent_side;              /* that does not answer; -1: neither */
	enum cause cause;             /* CAUSE_NONE, CAUSE_ONE_WAY or CAUSE_UNDETERMINED */
	enum confidence confidence;   /* of one-way and of none */
	struct phase_answer phase_2;
	struct phase_answer data;
};

/* Judges the children that are up now, oldest first; returns how many. */
unsigned tunnel_judge_children(struct tunnels *tunnels, const struct tunnel *tunnel,
                               struct child_verdict verdicts[TUNNEL_CHILDREN]);

/*
 * The side from which nothing comes back while the other goes on: of the whole tunnel, with *child NULL, or of one of
 * its children; -1 where that is not so. *never: it never did answer.
 */
int tunnel_silent_side(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa **child,
                       bool *never);

#endif
