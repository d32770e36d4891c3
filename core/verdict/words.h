/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue's words for one verdict, with this tunnel's addresses, ports and IKE version filled in. What every
 * front end prints comes from here.
 */
#ifndef ASAPHASE_CORE_VERDICT_WORDS_H
#define ASAPHASE_CORE_VERDICT_WORDS_H

#include "core/verdict/diagnose.h"

/* Longest filled-in sentence, message or command with its terminating zero. */
#define VERDICT_WORDS_SIZE 512

struct verdict_words {
	char asa[IP_ADDRESS_TEXT_SIZE];
	char peer[IP_ADDRESS_TEXT_SIZE];
	struct catalogue_values values; /* points into this structure: do not copy it */
	const struct catalogue_entry *entry;
	uint8_t versions;         /* FOR_IKEV1 | FOR_IKEV2: which entries hold; both where no IKE was seen */
	enum esp_missing missing; /* which messages hold of one-way ESP */
	bool messages_hold;       /* false: what the ASA logged came before the capture */
};

void verdict_words_of(const struct tunnel *tunnel, const struct verdict *verdict, struct verdict_words *words);

/* The next message an ASA would log, or the next step, from *cursor (0 at first) on; NULL after the last. */
const struct asa_message *verdict_words_message(const struct verdict_words *words, unsigned *cursor);
const struct next_step *verdict_words_step(const struct verdict_words *words, unsigned *cursor);

/* A message's text or a step's command with its {…} filled in; cut and zero-terminated at size. Returns text. */
const char *verdict_words_fill(const struct verdict_words *words, const char *template, char *text, size_t size);

/* "show crypto ikev2 sa". */
const char *verdict_words_show_command(const struct verdict_words *words);
/* What that would show, cut and zero-terminated at size. Returns text, or NULL where the catalogue has nothing. */
const char *verdict_words_shown(const struct verdict_words *words, char *text, size_t size);

/* The cause's headline; of a tunnel that worked and was closed in order: that it did. */
const char *verdict_words_headline(const struct verdict *verdict);

/* "up; a new negotiation at frame 9 was refused (NO_PROPOSAL_CHOSEN): …", of a verdict that has one. Returns text. */
const char *verdict_words_refused(const struct verdict *verdict, char *text, size_t size);

/* "4 packets were captured more than once, first at frame 2: each is counted once". Returns text. */
const char *verdict_words_copies(const struct tunnel *tunnel, char *text, size_t size);

/* What NAT detection says of the tunnel, as a clause; NULL where it says nothing. A peer can claim a NAT that is not
 * there, to force UDP encapsulation. */
const char *verdict_words_nat(const struct tunnel *tunnel);

/* "Phase 1", "data": of PHASE_1 and later. */
const char *verdict_words_phase(enum phase phase);

/*
 * What would tell, of the next unknown phase after *phase (PHASE_NONE at first), which is set to it: each thing once.
 * NULL after the last.
 */
const char *verdict_words_to_know(const struct verdict *verdict, enum phase *phase);

/* "Phase 1 failed", "Data fails", … */
const char *verdict_words_failure(enum phase phase);

/* Why the side that is mirrored was taken as the ASA: "the IKE initiator", … */
const char *verdict_words_why_this_side(const struct tunnel *tunnel, const struct verdict *verdict);

/* "ASA", "peer", "path": where a step is typed. */
const char *next_at_name(enum next_at at);

#endif
