/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue of what an ASA logs about IPsec: from a message's number, and where it says different things from its
 * text, to the phase it belongs to and the cause it points at.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_MESSAGES_H
#define ASAPHASE_CORE_CATALOGUE_MESSAGES_H

#include "core/catalogue/causes.h"

enum log_outcome {
	LOG_NEUTRAL,  /* something went on; neither good nor bad */
	LOG_STARTED,  /* a negotiation began */
	LOG_PHASE_UP, /* its phase came up */
	LOG_UP,       /* the tunnel came up */
	LOG_DOWN,     /* the tunnel went down */
	LOG_FAILED,   /* something failed; the cause, if it names one, says what */
	LOG_GAVE_UP,  /* follows a failure that another message explains */
};

struct log_meaning {
	uint32_t number;
	uint8_t severity;
	uint8_t versions; /* FOR_IKEV1 | FOR_IKEV2 */
	enum phase phase;
	enum log_outcome outcome;
	enum cause cause;         /* CAUSE_NONE: it names none */
	enum confidence strength; /* how far the message alone carries the cause */
	bool recalled;            /* wording or meaning from memory, not from a source */
	const char *template;     /* Cisco's, variables in <> */
	const char *meaning;      /* a sentence */
};

/* A message that says different things in its text. */
struct log_text {
	uint32_t number; /* 0: any message of free text (713902 to 713906) */
	const char *contains;
	enum phase phase;
	enum log_outcome outcome;
	enum cause cause;
	enum confidence strength;
	bool recalled;
	const char *meaning;
};

/* NULL for a number that the catalogue does not have. */
const struct log_meaning *catalogue_log_meaning(uint32_t number);

/* The first entry for this number whose words are in the text (of length bytes, any case), or NULL. */
const struct log_text *catalogue_log_text(uint32_t number, const char *text, size_t length);

/* Some messages have the same words in either phase. In Phase 2 they are about the ESP proposal, or about PFS. */
enum cause catalogue_cause_in_phase(enum cause cause, enum phase phase);

/* For walking. */
const struct log_meaning *catalogue_log_meanings(size_t *count);
const struct log_text *catalogue_log_texts(size_t *count);

#endif
