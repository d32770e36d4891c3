/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log lines into the story of the peer that they are about. Tunnels are interleaved in a log; each has its own story.
 */
#include <string.h>

#include "core/pasted/reading.h"

#define OWN_WORDS_SIZE 96

/* ---- which story ---- */

/* The story of a crypto map entry: the peer that it was seen to lead to, else one without a peer. */
static struct pasted_peer *story_of_map(struct pasted *pasted, const char *map)
{
	const struct ip_address nobody = {{0}};
	struct pasted_peer *story;

	for (uint32_t i = 0; i < pasted->peers->len; i++) {
		story = pasted_peer_at(pasted, i);
		if (story->device == pasted->device && strcmp(story->map, map) == 0)
			return story;
	}
	/* One such story a device: a second entry without a peer is told there too. */
	story = pasted_peer_of(pasted, &nobody);
	if (story != NULL && story->map[0] == '\0')
		g_strlcpy(story->map, map, sizeof story->map);
	return story;
}

/*
 * "dispatching a KEY_ACQUIRE message" names the entry, the "request to establish" right after it names the peer. Where
 * two dispatches stand before it, nobody can say which one it follows.
 */
static void link_map(struct pasted *pasted, const struct asa_log_message *message, struct pasted_peer *story)
{
	if (message->outcome != LOG_STARTED)
		return;
	if (message->map[0] != '\0') {
		pasted->dispatched_several =
		        pasted->dispatched[0] != '\0' && strcmp(pasted->dispatched, message->map) != 0;
		g_strlcpy(pasted->dispatched, message->map, sizeof pasted->dispatched);
	} else if (pasted->dispatched[0] != '\0' && story != NULL) {
		if (!pasted->dispatched_several)
			g_strlcpy(story->map, pasted->dispatched, sizeof story->map);
		pasted->dispatched[0] = '\0';
	}
}

static struct pasted_peer *story_of(struct pasted *pasted, const struct asa_log_message *message)
{
	if (ip_address_is_set(&message->peer))
		return pasted_peer_of(pasted, &message->peer);
	/* A dispatch makes no story: the peer comes next. */
	if (message->map[0] != '\0' && message->outcome != LOG_STARTED)
		return story_of_map(pasted, message->map);
	return NULL;
}

/* ---- what happened ---- */

/* Of one attempt the surest message counts: an ASA says the same thing several times, more and less exactly. */
static void take_failure(struct pasted *pasted, struct pasted_peer *story, const struct asa_log_message *message)
{
	struct pasted_failure *known = &story->failure;
	enum cause cause = story->phase_1_up ? catalogue_cause_in_phase(message->cause, PHASE_2) : message->cause;
	bool surer = cause != CAUSE_NONE && (known->cause == CAUSE_NONE || message->strength > known->strength);
	bool places_it = known->cause == CAUSE_NONE && known->phase == PHASE_NONE && message->phase != PHASE_NONE;

	story->up = false;
	if (known->set && known->attempt == story->attempt && !surer && !places_it)
		return;
	*known = (struct pasted_failure){.set = true,
	                                 .attempt = story->attempt,
	                                 .phase = cause != CAUSE_NONE ? catalogue_entry(cause)->phase : message->phase,
	                                 .cause = cause,
	                                 .strength = message->strength,
	                                 .place = pasted->place};
}

static void take_outcome(struct pasted *pasted, struct pasted_peer *story, const struct asa_log_message *message)
{
	switch (message->outcome) {
	case LOG_NEUTRAL:
		break;
	case LOG_STARTED:
		story->attempt++;
		story->phase_1_up = false;
		break;
	case LOG_PHASE_UP:
		story->phase_1_up = true;
		if (story->failure.set && story->failure.phase <= message->phase)
			story->failure.set = false;
		break;
	case LOG_UP:
		story->up = true;
		story->went_down = false;
		story->failure.set = false;
		break;
	case LOG_DOWN:
		story->up = false;
		story->went_down = true;
		story->phase_1_up = false;
		if (message->cause != CAUSE_NONE)
			take_failure(pasted, story, message);
		break;
	case LOG_FAILED:
	case LOG_GAVE_UP:
		take_failure(pasted, story, message);
		break;
	}
}

/* Messages that say nothing about good or bad fill no evidence; debug output least of all. */
static bool is_worth_a_note(const struct asa_log_message *message)
{
	return message->outcome != LOG_NEUTRAL || message->cause != CAUSE_NONE;
}

/* What the catalogue has no words for, the message says itself: an unknown error, the reason of an end. */
static const char *own_words(const struct asa_log_message *message, char *text, size_t size)
{
	struct text_span span = text_span_of(message->text, message->text_length), after = span;

	if (message->wording != NULL || message->cause != CAUSE_NONE ||
	    (message->outcome != LOG_FAILED && message->outcome != LOG_DOWN))
		return "";
	struct text_span copy = span;
	if (text_span_find(&copy, "pre-shared-key"))
		return ""; /* no log of IPsec says that; what follows is nobody's business */
	if (text_span_find(&after, "ERROR:") || text_span_find(&after, "Reason:"))
		span = after;
	text_span_trim(&span);
	return text_span_copy(&span, text, size);
}

static void note_message(struct pasted *pasted, struct pasted_peer *story, const struct asa_log_message *message)
{
	const char *meaning = message->wording != NULL ? message->wording->meaning : message->meaning->meaning;
	bool recalled = message->wording != NULL ? message->wording->recalled : message->meaning->recalled;
	char text[OWN_WORDS_SIZE];
	const char *own = own_words(message, text, sizeof text);

	if (message->number == 0)
		pasted_note(pasted, story, 0, "%s", meaning);
	else
		pasted_note(pasted, story, message->number, "%%%s-%u-%06u: %s%s%s%s", message->device,
		            message->severity, message->number, meaning, recalled ? " (meaning from memory)" : "",
		            own[0] != '\0' ? " – " : "", own);
}

static void take_message(struct pasted *pasted, const struct asa_log_message *message)
{
	struct pasted_peer *story = story_of(pasted, message);

	link_map(pasted, message, story);
	if (story == NULL)
		return;
	story->log_messages++;
	if (ip_address_is_set(&message->local)) {
		story->local = message->local;
		pasted_add_own_address(pasted, &message->local);
	}
	if (message->ike_version != 0)
		story->ike_version = message->ike_version;
	take_outcome(pasted, story, message);
	if (is_worth_a_note(message))
		note_message(pasted, story, message);
}

bool pasted_read_log(struct pasted *pasted, struct text_span line)
{
	struct asa_log_message message;
	const struct ip_address nobody = {{0}};
	size_t length = text_span_length(&line);

	if (asa_log_read(line.at, length, &message) == 0) {
		if (message.meaning != NULL)
			take_message(pasted, &message);
		return message.meaning != NULL;
	}
	if (asa_log_read_wording(line.at, length, &message) != 0)
		return false;
	/* A row without a peer is about the one that is being looked at. */
	if (!ip_address_is_set(&message.peer)) {
		struct pasted_peer *story = pasted_peer_of(pasted, &nobody);
		if (story == NULL)
			return true;
		take_outcome(pasted, story, &message);
		note_message(pasted, story, &message);
		return true;
	}
	take_message(pasted, &message);
	return true;
}
