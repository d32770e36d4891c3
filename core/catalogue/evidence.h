/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Evidence is one thing that was seen, at one frame, that bears on a verdict. It is kept as numbers; its sentence is
 * written from the catalogue's template only when somebody reads it.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_EVIDENCE_H
#define ASAPHASE_CORE_CATALOGUE_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

enum evidence_kind {
	EVIDENCE_NONE,
	/* IKE_SA_INIT and its IKEv1 equivalents */
	EVIDENCE_INIT_REQUEST,        /* a: copies so far */
	EVIDENCE_INIT_RESPONSE,       /* a: DH group chosen, 0 not known */
	EVIDENCE_INIT_UNANSWERED,     /* a: copies, b: milliseconds from first to last */
	EVIDENCE_INIT_ERROR,          /* a: notify type */
	EVIDENCE_INVALID_KE,          /* a: group sent, b: group wanted */
	EVIDENCE_INVALID_KE_SAME,     /* a: group sent, and wanted or none named */
	EVIDENCE_INVALID_VERSION,     /* a: major version refused */
	EVIDENCE_OTHER_VERSION_TRIED, /* a: version unanswered, b: version tried */
	EVIDENCE_COOKIE,
	EVIDENCE_REDIRECT,
	/* IKE_AUTH */
	EVIDENCE_AUTH_REQUEST,              /* a: least plaintext bytes, b: destination port */
	EVIDENCE_AUTH_REQUEST_CERTIFICATE,  /* a: bytes, b: fragments */
	EVIDENCE_AUTH_UNANSWERED,           /* a: copies, b: destination port */
	EVIDENCE_ANSWER_LOST,               /* a: copies of the request after its answer, b: destination port */
	EVIDENCE_AUTH_REFUSED_ANY_SUITE,    /* a: message length */
	EVIDENCE_AUTH_REFUSED,              /* a: message length, b: most plaintext bytes */
	EVIDENCE_AUTH_REFUSED_BY_INITIATOR, /* a: least plaintext bytes, b: most */
	EVIDENCE_CHILD_REFUSED,             /* a: least plaintext bytes, b: least that success needs */
	EVIDENCE_CHILD_UP,                  /* a: least plaintext bytes */
	EVIDENCE_DECRYPTED_ERROR,           /* a: notify type */
	EVIDENCE_EAP,                       /* a: message ID of the later IKE_AUTH */
	EVIDENCE_NEW_ATTEMPT,               /* a: milliseconds since the last message of the failed attempt */
	EVIDENCE_REFUSED_BEFORE,            /* an earlier attempt ended in the same way */
	/* CREATE_CHILD_SA and INFORMATIONAL */
	EVIDENCE_CREATE_CHILD_REFUSED,     /* a: least plaintext bytes of the request, b: of the response */
	EVIDENCE_CREATE_CHILD_REFUSED_PFS, /* the same, and the request had room for a key exchange */
	EVIDENCE_CHILD_REKEYED,            /* a: milliseconds since the child before */
	EVIDENCE_REKEY_COUNT,              /* a: rekeys, b: milliseconds they took */
	EVIDENCE_LIVENESS_UNANSWERED,      /* a: copies, b: milliseconds from first to last */
	EVIDENCE_DELETED, /* a: by the initiator 0, the responder 1; b: milliseconds since it came up */
	/* IKEv1 */
	EVIDENCE_MAIN_MODE_STUCK, /* a: messages seen, b: copies of the last */
	EVIDENCE_MM5_REFUSED,     /* a: encrypted Informationals that answered it */
	EVIDENCE_AGGRESSIVE_REFUSED,
	EVIDENCE_QUICK_MODE_REFUSED,
	EVIDENCE_QUICK_MODE_UNANSWERED, /* a: copies */
	EVIDENCE_PHASE_1_UP,
	EVIDENCE_QUICK_MODE_UP,
	/* ESP and ICMP */
	EVIDENCE_ESP_FIRST,         /* a: SPI, b: side that sends */
	EVIDENCE_ESP_ONE_WAY,       /* a: packets since the other side's last, b: milliseconds */
	EVIDENCE_CHILD_ONE_WAY,     /* a: SPI that goes on, b: SPI that is silent, 0 not known */
	EVIDENCE_ESP_UNCOUNTED,     /* some of what is missing may have passed so */
	EVIDENCE_ESP_NONE,          /* a: seconds watched */
	EVIDENCE_ESP_LOST,          /* a: lost, b: received */
	EVIDENCE_ESP_AFTER_FAILURE, /* a: SPI */
	EVIDENCE_INVALID_SPI,       /* a: SPI named */
	EVIDENCE_TOO_BIG,           /* a: MTU */
	/* What the ASA logged */
	EVIDENCE_LOGGED,         /* a: message number */
	EVIDENCE_LOGGED_IN_FILE, /* a: message number, b: line of the log */
	/* What the capture cannot show */
	EVIDENCE_ONE_DIRECTION_CAPTURED, /* a: side seen */
	EVIDENCE_STARTS_MIDSTREAM,
	EVIDENCE_NOTHING_SEEN,
	EVIDENCE_LAST,
};

struct evidence {
	enum evidence_kind kind;
	uint32_t frame; /* 0 where frames have no numbers */
	int64_t time;   /* nanoseconds since the epoch */
	uint32_t a, b;  /* as the kind says */
};

#define EVIDENCE_MOST 12

/* A bounded list in order of frames: when full, the oldest after the first two gives way. */
struct evidence_list {
	struct evidence items[EVIDENCE_MOST];
	uint8_t count;
};

void evidence_list_add(struct evidence_list *list, struct evidence item);

/* The latest of this kind, to be updated in place (retransmissions counted up); NULL where there is none. */
struct evidence *evidence_list_find(struct evidence_list *list, enum evidence_kind kind);

/* Takes out all of this kind: what they say no longer holds. */
void evidence_list_remove(struct evidence_list *list, enum evidence_kind kind);

/* Writes the sentence, zero-terminated and cut at size. Returns text. */
const char *evidence_text(const struct evidence *item, char *text, size_t size);

#endif
