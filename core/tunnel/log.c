/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/log.h"

#include <string.h>

#include "core/tunnel/table.h"
#include "core/verdict/diagnose.h"

/* Messages of one attempt come within this time. */
#define ONE_ATTEMPT (60 * NANOSECONDS)

/* By the two ends it names, by its sender and the peer, or by the peer alone: behind a NAT the ASA names an address of
 * its own that the capture does not have. */
static struct tunnel *tunnel_of(struct tunnels *tunnels, const struct log_origin *origin,
                                const struct asa_log_message *message)
{
	struct tunnel *tunnel = NULL;

	if (!ip_address_is_set(&message->peer))
		return NULL;
	if (ip_address_is_set(&message->local))
		tunnel = tunnels_find(tunnels, &message->local, &message->peer);
	if (tunnel == NULL && origin->asa != NULL)
		tunnel = tunnels_find(tunnels, origin->asa, &message->peer);
	return tunnel != NULL ? tunnel : tunnels_only_with(tunnels, &message->peer);
}

static bool is_same_attempt(const struct logged_failure *known, int64_t time)
{
	return known->time == 0 || time == 0 || time - known->time < ONE_ATTEMPT;
}

/* Of one attempt the surest message counts: an ASA says the same thing several times, more and less exactly. */
static void note_failure(struct tunnel *tunnel, const struct log_origin *origin, const struct asa_log_message *message)
{
	struct logged_failure *known = &tunnel->logged;

	if (known->cause != CAUSE_NONE && is_same_attempt(known, origin->time) && known->strength >= message->strength)
		return;
	*known = (struct logged_failure){.cause = message->cause,
	                                 .strength = message->strength,
	                                 .number = message->number,
	                                 .frame = origin->frame,
	                                 .line = origin->line,
	                                 .time = origin->time};
}

/* What came up undoes failures of its phase and of those before it. */
static bool undoes(const struct asa_log_message *message, const struct logged_failure *known)
{
	if (message->outcome == LOG_UP)
		return true;
	return message->outcome == LOG_PHASE_UP && message->phase >= catalogue_entry(known->cause)->phase;
}

void tunnels_add_log(struct tunnels *tunnels, const struct log_origin *origin, const struct asa_log_message *message,
                     struct annotation *annotation)
{
	struct annotation unused;
	struct arrival arrival = {.tunnels = tunnels,
	                          .frame = origin->frame,
	                          .time = origin->time > 0 ? origin->time : tunnels_now(tunnels),
	                          .annotation = annotation != NULL ? annotation : &unused};

	annotation_clear(arrival.annotation);
	arrival.tunnel = tunnel_of(tunnels, origin, message);
	if (arrival.tunnel == NULL)
		return;
	arrival.annotation->tunnel = arrival.tunnel->number;
	arrival.annotation->phase = message->phase;
	if (message->outcome == LOG_FAILED && message->cause != CAUSE_NONE)
		note_failure(arrival.tunnel, origin, message);
	else if (undoes(message, &arrival.tunnel->logged))
		arrival.tunnel->logged = (struct logged_failure){0};
	else
		return;
	tunnel_judge(&arrival);
}

void tunnel_add_syslog(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	const struct log_origin origin = {.frame = arrival->frame, .time = arrival->time, .asa = &datagram->source};
	struct asa_log_message message;

	(void)annotate;
	if (asa_log_read((const char *)datagram->payload, datagram->captured, &message) == 0)
		tunnels_add_log(arrival->tunnels, &origin, &message, arrival->annotation);
}

/* ---- into a verdict ---- */

static bool is_alternative(const struct catalogue_entry *entry, enum cause cause)
{
	for (unsigned i = 0; i < CATALOGUE_ALTERNATIVES && entry->alternatives[i] != NULL; i++)
		if (strcmp(entry->alternatives[i], cause_name(cause)) == 0)
			return true;
	return false;
}

/* A message about an earlier attempt, or about a later one that the packets do not hold, says nothing here. */
static bool is_about(const struct logged_failure *logged, const struct tunnel *tunnel, const struct verdict *verdict)
{
	int64_t first = verdict->ike_sa != NULL ? verdict->ike_sa->first_time : tunnel->first_time;

	return logged->time == 0 ||
	       (logged->time > first - ONE_ATTEMPT && logged->time - tunnel->last_time < ONE_ATTEMPT);
}

static struct evidence evidence_of(const struct logged_failure *logged, const struct tunnel *tunnel)
{
	return (struct evidence){.kind = logged->line != 0 ? EVIDENCE_LOGGED_IN_FILE : EVIDENCE_LOGGED,
	                         .frame = logged->frame,
	                         .time = logged->time != 0 ? logged->time : tunnel->last_time,
	                         .a = logged->number,
	                         .b = logged->line};
}

void verdict_take_log(const struct tunnel *tunnel, struct verdict *verdict)
{
	const struct logged_failure *logged = &tunnel->logged;
	const struct catalogue_entry *entry = catalogue_entry(verdict->cause);
	enum cause cause = catalogue_cause_in_phase(logged->cause, entry->phase);
	bool agrees = cause == verdict->cause;
	bool decides = verdict->confidence != CONFIDENCE_CERTAIN && logged->strength >= CONFIDENCE_LIKELY &&
	               is_alternative(entry, cause);

	if (logged->cause == CAUSE_NONE || !is_about(logged, tunnel, verdict) || (!agrees && !decides))
		return;
	evidence_list_add(&verdict->evidence, evidence_of(logged, tunnel));
	verdict->cause = cause;
	verdict->confidence = MAX(verdict->confidence,
	                          logged->strength == CONFIDENCE_CERTAIN ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY);
}
