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

/* What NAT detection says of the tunnel, as a clause; NULL where it says nothing. A peer can claim a NAT that is not
 * there, to force UDP encapsulation. */
const char *verdict_words_nat(const struct tunnel *tunnel);

/* "Phase 1 failed", "Data fails", … */
const char *verdict_words_failure(enum phase phase);

/* Why the side that is mirrored was taken as the ASA: "the IKE initiator", … */
const char *verdict_words_why_this_side(const struct tunnel *tunnel, const struct verdict *verdict);

/* "ASA", "peer", "path": where a step is typed. */
const char *next_at_name(enum next_at at);

#endif
