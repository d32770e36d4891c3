/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/log.h"

#include <string.h>

#include "core/tunnel/table.h"

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

void tunnels_take_log(struct arrival *arrival, const struct log_origin *origin, const struct asa_log_message *message)
{
	struct tunnel *tunnel = tunnel_of(arrival->tunnels, origin, message);

	if (tunnel == NULL)
		return;
	arrival->tunnel = tunnel;
	arrival->annotation->tunnel = tunnel->number;
	arrival->annotation->phase = message->phase;
	if (message->outcome == LOG_FAILED && message->cause != CAUSE_NONE)
		note_failure(tunnel, origin, message);
	else if (undoes(message, &tunnel->logged))
		tunnel->logged = (struct logged_failure){0};
	else
		return;
	arrival->judge = true;
}

void tunnel_add_syslog(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	const struct log_origin origin = {.frame = arrival->frame, .time = arrival->time, .asa = &datagram->source};
	struct asa_log_message message;

	(void)annotate;
	if (asa_log_read((const char *)datagram->payload, datagram->captured, &message) == 0)
		tunnels_take_log(arrival, &origin, &message);
}
