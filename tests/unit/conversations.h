/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests that are conversations: each is played in a scene of its own, under CBC and under GCM, and says itself what has
 * to be concluded from it. */
#ifndef ASAPHASE_TESTS_CONVERSATIONS_H
#define ASAPHASE_TESTS_CONVERSATIONS_H

#include "core/verdict/diagnose.h"
#include "scene.h"

/* Payload bytes of messages that are told apart by their length. */
#define REFUSED 8        /* one bare notify */
#define CHILD_REFUSED 64 /* IDr, AUTH, one notify */
#define CHILD_UP 180
#define AUTH_REQUEST 200
#define CERTIFICATE_REQUEST 1400
#define CHILD_REQUEST 130
#define CHILD_REQUEST_PFS 400
#define LIVENESS 0

typedef void conversation(struct scene *scene);

struct conversation_test {
	const char *name;
	conversation *play;
};

#define CONVERSATION(name)                                                                                             \
	{                                                                                                              \
#name, name                                                                                            \
	}

/* Plays them all as "/subject/suite/name"; what main returns. */
int conversations_run(int argc, char **argv, const char *subject, const struct conversation_test *tests, size_t count);

/* Nothing failed: the verdict is `none` or `undetermined`. */
void assert_no_fault(const struct scene *scene);

void assert_cause(const struct scene *scene, enum cause cause);
void assert_verdict(const struct scene *scene, enum cause cause, enum confidence confidence);

/* Nothing failed, and this is what is not known of the phase. */
void assert_undetermined(const struct scene *scene, enum phase phase, enum answer_reason reason);

/* How often the verdict's evidence has this kind. */
unsigned count_evidence(const struct scene *scene, enum evidence_kind kind);

/* The newest piece of evidence of this kind; the test fails where there is none. */
struct evidence evidence_of(const struct scene *scene, enum evidence_kind kind);

/* IKE_SA_INIT, and IKE_AUTH with an answer of so many bytes. */
void authenticate(struct scene *scene, uint32_t answer);

#endif
