/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/words.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/wire/ike_names.h"

#define CURRENT_VERSION 2

static uint8_t versions_of(const struct ike_sa *sa)
{
	if (sa == NULL)
		return FOR_BOTH;
	return sa->version == 1 ? FOR_IKEV1 : FOR_IKEV2;
}

static unsigned port_of(const struct ike_sa *sa, unsigned side)
{
	return sa != NULL && sa->ports[side] != 0 ? sa->ports[side] : IKE_PORT;
}

/* That a tunnel came up is logged when it does, which the capture may have missed. */
static bool messages_hold(const struct verdict *verdict)
{
	if (cause_is_fault(verdict->cause))
		return true;
	return verdict->ike_sa != NULL && verdict->ike_sa->up_time != 0 && !verdict->ike_sa->starts_midstream;
}

static const struct {
	const char *growing, *still;
} counter_names[] = {
        [ESP_MISSING_NONE] = {NULL, NULL},
        [ESP_MISSING_ENCAPS] = {"decaps", "encaps"},
        [ESP_MISSING_DECAPS] = {"encaps", "decaps"},
};

void verdict_words_of(const struct tunnel *tunnel, const struct verdict *verdict, struct verdict_words *words)
{
	const struct ike_sa *sa = verdict->ike_sa;

	ip_address_to_text(&tunnel->address[tunnel->asa_side], words->asa);
	ip_address_to_text(&tunnel->address[!tunnel->asa_side], words->peer);
	words->values = (struct catalogue_values){
	        .asa = words->asa,
	        .peer = words->peer,
	        .asa_port = port_of(sa, tunnel->asa_side),
	        .peer_port = port_of(sa, !tunnel->asa_side),
	        .version = sa != NULL ? sa->version : CURRENT_VERSION,
	        .growing = counter_names[verdict->missing].growing,
	        .still = counter_names[verdict->missing].still,
	};
	words->missing = verdict->missing;
	words->entry = catalogue_entry(verdict->cause);
	words->versions = versions_of(sa);
	words->messages_hold = messages_hold(verdict);
}

const struct asa_message *verdict_words_message(const struct verdict_words *words, unsigned *cursor)
{
	while (words->messages_hold && *cursor < CATALOGUE_MESSAGES && words->entry->messages[*cursor].id != NULL) {
		const struct asa_message *message = &words->entry->messages[(*cursor)++];
		if ((message->versions & words->versions) != 0 &&
		    (message->missing == ESP_MISSING_NONE || message->missing == words->missing))
			return message;
	}
	return NULL;
}

const struct next_step *verdict_words_step(const struct verdict_words *words, unsigned *cursor)
{
	while (*cursor < CATALOGUE_STEPS && words->entry->steps[*cursor].command != NULL) {
		const struct next_step *step = &words->entry->steps[(*cursor)++];
		if ((step->versions & words->versions) != 0)
			return step;
	}
	return NULL;
}

const char *verdict_words_fill(const struct verdict_words *words, const char *template, char *text, size_t size)
{
	return catalogue_fill(template, &words->values, text, size);
}

static bool is_ikev1(const struct verdict_words *words)
{
	return words->versions == FOR_IKEV1;
}

const char *verdict_words_show_command(const struct verdict_words *words)
{
	return is_ikev1(words) ? "show crypto ikev1 sa" : "show crypto ikev2 sa";
}

const char *verdict_words_shown(const struct verdict_words *words, char *text, size_t size)
{
	const char *own = words->entry->show[!is_ikev1(words)], *other = words->entry->show[is_ikev1(words)];
	const char *shown = own != NULL ? own : other;

	return shown != NULL ? verdict_words_fill(words, shown, text, size) : NULL;
}

const char *verdict_words_headline(const struct verdict *verdict)
{
	if (verdict->cause == CAUSE_NONE && verdict->phases[PHASE_1].reason == REASON_DELETED)
		return "Worked until its IKE SA was deleted, as far as packets outside the tunnel show";
	return catalogue_entry(verdict->cause)->headline;
}

const char *verdict_words_refused(const struct verdict *verdict, char *text, size_t size)
{
	const struct ike_failure *failure = &verdict->refused->failure;

	snprintf(text, size,
	         "up; a new negotiation at frame %" PRIu32
	         " was refused (%s): if it was this tunnel's own renewal, it ends when the old SA does",
	         failure->frame, failure->error != 0 ? ike_notify_name(failure->error) : "authentication");
	return text;
}

const char *verdict_words_copies(const struct tunnel *tunnel, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu64 " %s captured more than once, first at frame %" PRIu32 ": each is counted once",
	         tunnel->copies, tunnel->copies == 1 ? "packet was" : "packets were", tunnel->first_copy_frame);
	return text;
}

const char *verdict_words_nat(const struct tunnel *tunnel)
{
	static const char *const clauses[] = {
	        [NAT_ASA] = "the ASA is behind a NAT, or claims to be",
	        [NAT_PEER] = "the peer is behind a NAT, or claims to be",
	        [NAT_BOTH] = "both are behind a NAT, or claim to be",
	        [NAT_FORCED] = "both claim a NAT between private addresses: UDP encapsulation is forced",
	};
	enum nat nat = tunnel_nat(tunnel);
	return nat < sizeof clauses / sizeof clauses[0] ? clauses[nat] : NULL;
}

const char *next_at_name(enum next_at at)
{
	static const char *const names[] = {[AT_ASA] = "ASA", [AT_PEER] = "peer", [AT_PATH] = "path"};
	return names[at];
}

const char *verdict_words_phase(enum phase phase)
{
	static const char *const titles[] = {
	        [PHASE_NONE] = "", [PHASE_1] = "Phase 1", [PHASE_2] = "Phase 2", [PHASE_DATA] = "data"};

	return titles[phase];
}

/* NULL for a phase that is known, and where nothing can be asked for. */
static const char *to_know_of(const struct verdict *verdict, enum phase phase)
{
	const struct phase_answer *answer = &verdict->phases[phase];

	return answer->answer == ANSWER_UNKNOWN ? catalogue_reason(answer->reason)->to_know : NULL;
}

static bool is_known_from(const struct verdict *verdict, enum phase before, const char *to_know)
{
	for (enum phase phase = PHASE_1; phase < before; phase++)
		if (g_strcmp0(to_know_of(verdict, phase), to_know) == 0)
			return true;
	return false;
}

const char *verdict_words_to_know(const struct verdict *verdict, enum phase *phase)
{
	while (++*phase < PHASE_LAST) {
		const char *to_know = to_know_of(verdict, *phase);
		if (to_know != NULL && !is_known_from(verdict, *phase, to_know))
			return to_know;
	}
	return NULL;
}

const char *verdict_words_failure(enum phase phase)
{
	static const char *const failures[] = {
	        [PHASE_NONE] = "No failure",
	        [PHASE_1] = "Phase 1 failed",
	        [PHASE_2] = "Phase 2 failed",
	        [PHASE_DATA] = "Data fails",
	};
	return failures[phase];
}

const char *verdict_words_why_this_side(const struct tunnel *tunnel, const struct verdict *verdict)
{
	if (tunnel->asa_declared)
		return "as asked";
	return verdict->ike_sa != NULL ? "the IKE initiator" : "the first sender";
}
