/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The three answers that a verdict gives, for Phase 1, Phase 2 and data: what each rests on, and what would tell where
 * it is unknown.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_ANSWERS_H
#define ASAPHASE_CORE_CATALOGUE_ANSWERS_H

#include "core/catalogue/cause.h"

enum answer {
	ANSWER_UNKNOWN,
	ANSWER_OK,
	ANSWER_FAILED,
};

/* What an answer rests on. Each has its sentence in answers.c. */
enum answer_reason {
	REASON_NONE,
	REASON_CAUSE, /* the cause of the failure says it */
	/* ok */
	REASON_AUTHENTICATED, /* read, decrypted or in the clear */
	REASON_AUTHENTICATION_INFERRED,
	REASON_AUTHENTICATION_AND_ESP,
	REASON_IKE_SA_ANSWERS, /* encrypted requests on it are answered */
	REASON_ESP_SHOWS_KEYS, /* ESP both ways */
	REASON_CHILD_AGREED,   /* read */
	REASON_CHILD_INFERRED,
	REASON_CHILD_CARRIES_ESP,
	REASON_ESP_BOTH_WAYS,
	/* unknown */
	REASON_NOTHING_SEEN,
	REASON_NOT_REACHED,
	REASON_NO_IKE,
	REASON_UNDER_WAY,
	REASON_ONE_DIRECTION,
	REASON_MIDSTREAM,
	REASON_REFUSED_UNEXPLAINED,
	REASON_ANSWER_UNREAD,
	REASON_DELETED,
	REASON_NO_CHILD,
	REASON_NO_ESP,
	REASON_NO_ESP_YET,
	REASON_FEW_PACKETS,
	REASON_ONE_WAY_UNPROVEN,
	REASON_LAST,
};

struct phase_answer {
	enum answer answer;
	enum confidence confidence; /* of ok and failed */
	enum answer_reason reason;
};

struct reason_words {
	const char *why; /* a clause: "no ESP in the capture" */
	const char
	        *to_know; /* what would tell: "capture esp or udp port 4500 too"; NULL: nothing that can be asked for */
};

const char *answer_name(enum answer answer); /* "ok", "failed", "unknown" */

/* Never NULL for a reason below REASON_LAST. */
const struct reason_words *catalogue_reason(enum answer_reason reason);

#endif
