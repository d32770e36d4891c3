/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A witness is one thing that was seen, at one frame, that bears on a verdict. It is kept as numbers; its sentence is
 * written from the catalogue's template only when somebody reads it.
 */
#ifndef ASAPHASE_CORE_WITNESS_H
#define ASAPHASE_CORE_WITNESS_H

#include <stddef.h>
#include <stdint.h>

enum witness_kind {
	WITNESS_NONE,
	/* IKE_SA_INIT and its IKEv1 equivalents */
	WITNESS_INIT_REQUEST,        /* a: copies so far */
	WITNESS_INIT_RESPONSE,       /* a: DH group chosen */
	WITNESS_INIT_UNANSWERED,     /* a: copies, b: seconds from first to last */
	WITNESS_INIT_ERROR,          /* a: notify type */
	WITNESS_INVALID_KE,          /* a: group sent, b: group wanted */
	WITNESS_INVALID_VERSION,     /* a: major version refused */
	WITNESS_OTHER_VERSION_TRIED, /* a: version unanswered, b: version tried */
	WITNESS_COOKIE,
	WITNESS_REDIRECT,
	/* IKE_AUTH */
	WITNESS_AUTH_REQUEST,              /* a: least plaintext bytes, b: destination port */
	WITNESS_AUTH_REQUEST_CERTIFICATE,  /* a: bytes, b: fragments */
	WITNESS_AUTH_UNANSWERED,           /* a: copies, b: destination port */
	WITNESS_ANSWER_LOST,               /* a: copies of the request after its answer, b: destination port */
	WITNESS_AUTH_REFUSED_ANY_SUITE,    /* a: message length */
	WITNESS_AUTH_REFUSED,              /* a: message length, b: most plaintext bytes */
	WITNESS_AUTH_REFUSED_BY_INITIATOR, /* a: least plaintext bytes, b: most */
	WITNESS_CHILD_REFUSED,             /* a: least plaintext bytes, b: least that success needs */
	WITNESS_CHILD_UP,                  /* a: least plaintext bytes */
	WITNESS_DECRYPTED_ERROR,           /* a: notify type */
	WITNESS_EAP,                       /* a: message ID of the later IKE_AUTH */
	WITNESS_NEW_ATTEMPT,               /* a: milliseconds since the last message of the failed attempt */
	WITNESS_REFUSED_BEFORE,            /* an earlier attempt ended in the same way */
	/* CREATE_CHILD_SA and INFORMATIONAL */
	WITNESS_CREATE_CHILD_REFUSED,     /* a: least plaintext bytes of the request, b: of the response */
	WITNESS_CREATE_CHILD_REFUSED_PFS, /* the same, and the request had room for a key exchange */
	WITNESS_CHILD_REKEYED,            /* a: seconds since the child before */
	WITNESS_REKEY_COUNT,              /* a: rekeys, b: seconds they took */
	WITNESS_LIVENESS_UNANSWERED,      /* a: copies, b: seconds from first to last */
	WITNESS_DELETED,                  /* the IKE SA was deleted */
	/* IKEv1 */
	WITNESS_MAIN_MODE_STUCK, /* a: messages seen, b: copies of the last */
	WITNESS_MM5_REFUSED,     /* a: encrypted Informationals that answered it */
	WITNESS_AGGRESSIVE_REFUSED,
	WITNESS_QUICK_MODE_REFUSED,
	WITNESS_QUICK_MODE_UNANSWERED, /* a: copies */
	WITNESS_PHASE_1_UP,
	WITNESS_QUICK_MODE_UP,
	/* ESP and ICMP */
	WITNESS_ESP_FIRST,         /* a: SPI, b: side that sends */
	WITNESS_ESP_ONE_WAY,       /* a: packets since the other side's last, b: seconds */
	WITNESS_CHILD_ONE_WAY,     /* a: SPI that goes on, b: SPI that is silent */
	WITNESS_ESP_UNCOUNTED,     /* some of what is missing may have passed so */
	WITNESS_ESP_NONE,          /* a: seconds watched */
	WITNESS_ESP_LOST,          /* a: lost, b: received */
	WITNESS_ESP_AFTER_FAILURE, /* a: SPI */
	WITNESS_INVALID_SPI,       /* a: SPI named */
	WITNESS_TOO_BIG,           /* a: MTU */
	/* What the ASA logged */
	WITNESS_LOGGED,         /* a: message number */
	WITNESS_LOGGED_IN_FILE, /* a: message number, b: line of the log */
	/* What the capture cannot show */
	WITNESS_ONE_DIRECTION_CAPTURED, /* a: side seen */
	WITNESS_STARTS_MIDWAY,
	WITNESS_NOTHING_SEEN,
	WITNESS_LAST,
};

struct witness {
	enum witness_kind kind;
	uint32_t frame; /* 0 where frames have no numbers */
	int64_t time;   /* nanoseconds since the epoch */
	uint32_t a, b;  /* as the kind says */
};

#define WITNESSES 12

/* A bounded list in order of frames: when full, the oldest after the first two gives way. */
struct witnesses {
	struct witness list[WITNESSES];
	uint8_t count;
};

void witnesses_add(struct witnesses *witnesses, struct witness witness);

/* The latest witness of this kind, to be updated in place (retransmissions counted up); NULL where there is none. */
struct witness *witnesses_find(struct witnesses *witnesses, enum witness_kind kind);

/* Takes out all of this kind: what they say no longer holds. */
void witnesses_remove(struct witnesses *witnesses, enum witness_kind kind);

/* Writes the sentence, zero-terminated and cut at size. Returns text. */
const char *witness_text(const struct witness *witness, char *text, size_t size);

#endif
