/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue: one table from cause to everything that is said about it. Prose lives here and nowhere else.
 * ASA message numbers and texts: Cisco, "ASA Series Syslog Messages". Texts nobody read in a source are marked
 * recalled, and a front end must show that mark.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_CAUSES_H
#define ASAPHASE_CORE_CATALOGUE_CAUSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/catalogue/cause.h"

/* The article's seven steps from zero to pings; what is said about each is in checklist.h. */
enum checklist_step {
	CHECKLIST_NONE,
	CHECKLIST_ROUTING,
	CHECKLIST_SUITES,
	CHECKLIST_AUTHENTICATION,
	CHECKLIST_CRYPTO_MAP,
	CHECKLIST_INTERESTING_TRAFFIC,
	CHECKLIST_PHASE_1,
	CHECKLIST_PHASE_2,
	CHECKLIST_LAST,
};

/* Entries with these bits hold for that IKE version. */
#define FOR_IKEV1 1
#define FOR_IKEV2 2
#define FOR_BOTH 3

/* Of one-way ESP: which of the ASA's counters stands still. */
enum esp_missing { ESP_MISSING_NONE, ESP_MISSING_ENCAPS, ESP_MISSING_DECAPS };

/* Which side writes a message: some tell of a refusal that is the ASA's own. */
enum logged_by { LOGGED_BY_EITHER, LOGGED_BY_REFUSER };

/*
 * A message that an ASA would log. text is Cisco's template with {asa}, {asa_port}, {peer}, {peer_port}, {version} to
 * be filled in by catalogue_fill().
 */
struct asa_message {
	const char *id; /* "750003" */
	const char *text;
	uint8_t severity;
	uint8_t versions; /* FOR_IKEV1 | FOR_IKEV2 */
	bool recalled;
	enum logged_by logged_by;
	enum esp_missing missing; /* logged only where this counter stands still; ESP_MISSING_NONE: in any case */
};

enum next_at { AT_ASA, AT_PEER, AT_PATH };

/* One thing to type. A debug command carries its "no debug" in the same entry, after it. */
struct next_step {
	enum next_at at;
	uint8_t versions;
	const char *command; /* may hold the same {…} as a message */
	const char *why;
};

#define CATALOGUE_MESSAGES 6
#define CATALOGUE_STEPS 10
#define CATALOGUE_ALTERNATIVES 4

struct catalogue_entry {
	const char *name; /* "psk-mismatch" */
	enum phase phase;
	enum checklist_step fails; /* the step of the checklist that it fails beside its phase's own */
	const char *headline;      /* a short clause: "authentication refused, pre-shared key in use" */
	const char *meaning;       /* a sentence or two for a person */
	const char *article;       /* the article's own row or words, NULL where it has none */
	/* What `show crypto ikev1 sa` [0] and `show crypto ikev2 sa` [1] would show. */
	const char *show[2];
	struct asa_message messages[CATALOGUE_MESSAGES];  /* ends with id NULL */
	struct next_step steps[CATALOGUE_STEPS];          /* ends with command NULL */
	const char *alternatives[CATALOGUE_ALTERNATIVES]; /* what else it could be: a cause's name or
	                                                     "identity-mismatch"…; ends with NULL */
};

/* What to mind about a message, as a clause: who logs it, that its wording was not read in a source; "" for nothing. */
const char *asa_message_note(const struct asa_message *message);

/* Never NULL for a cause below CAUSE_LAST. */
const struct catalogue_entry *catalogue_entry(enum cause cause);

const char *cause_name(enum cause cause);
const char *phase_name(enum phase phase);           /* "1", "2", "data", "-" */
const char *confidence_name(enum confidence value); /* "certain", "likely", "possible" */

/* Reads "psk-mismatch". Returns CAUSE_LAST for no such cause. */
enum cause cause_from_name(const char *name);

/* What {…} stands for. Addresses and ports as text. */
struct catalogue_values {
	const char *asa;
	const char *peer;
	unsigned asa_port, peer_port;
	unsigned version;
	const char *growing, *still; /* of one-way ESP: "encaps" or "decaps"; NULL for other causes */
};

/* Copies template with its {…} filled in; cut and zero-terminated at size. Returns text. */
const char *catalogue_fill(const char *template, const struct catalogue_values *values, char *text, size_t size);

#endif
