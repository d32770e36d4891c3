/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One IKE message into its tunnel: which IKE SA it belongs to. */
#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/children.h"
#include "core/tunnel/ike_sa.h"
#include "core/tunnel/ikev1_sa.h"
#include "core/tunnel/ikev2_sa.h"
#include "core/tunnel/packet.h"
#include "core/tunnel/table.h"

static bool spi_matches(const struct ike_sa *sa, const struct ike_message *message)
{
	return sa->version == message->major_version && sa->initiator_spi == message->initiator_spi &&
	       (sa->responder_spi == message->responder_spi || sa->responder_spi == 0 || message->responder_spi == 0);
}

/* Stages by how much it takes to get an SA there: first those that one spoofed packet makes, last what is up. */
static unsigned priority_of(const struct ike_sa *sa)
{
	static const uint8_t priorities[] = {
	        [IKE_STAGE_INIT_SENT] = 0, [IKE_STAGE_INIT_DONE] = 1, [IKE_STAGE_INIT_REFUSED] = 2,
	        [IKE_STAGE_DELETED] = 2,   [IKE_STAGE_AUTH_SENT] = 3, [IKE_STAGE_AUTH_REFUSED] = 3,
	        [IKE_STAGE_UP] = 4,
	};

	return sa->stage == IKE_STAGE_UP && sa->up_time == 0 && !sa->answered ? 0 : priorities[sa->stage];
}

/* The SA to give up: the oldest of those with the least priority. */
static unsigned oldest_ike_sa(const struct tunnel *tunnel)
{
	unsigned oldest = 0;

	for (unsigned i = 1; i < tunnel->ike_sa_count; i++)
		if (priority_of(tunnel->ike_sas[i]) < priority_of(tunnel->ike_sas[oldest]))
			oldest = i;
	return oldest;
}

static struct ike_sa *append_ike_sa(struct tunnel *tunnel)
{
	if (tunnel->ike_sa_count == TUNNEL_IKE_SAS) {
		unsigned oldest = oldest_ike_sa(tunnel);
		g_free(tunnel->ike_sas[oldest]);
		memmove(&tunnel->ike_sas[oldest], &tunnel->ike_sas[oldest + 1],
		        sizeof tunnel->ike_sas[0] * (TUNNEL_IKE_SAS - 1 - oldest));
		tunnel->ike_sa_count--;
	}
	tunnel->ike_sas = room_for_one_more(tunnel->ike_sas, tunnel->ike_sa_count, sizeof tunnel->ike_sas[0]);
	return tunnel->ike_sas[tunnel->ike_sa_count++] = g_new0(struct ike_sa, 1);
}

static bool begins_ike_sa(const struct ike_message *message)
{
	return message->exchange_type == IKE2_SA_INIT || message->exchange_type == IKE1_MAIN_MODE ||
	       message->exchange_type == IKE1_AGGRESSIVE_MODE;
}

/* Who began an SA whose message this is. IKEv2 says so in a flag; of IKEv1 only a first message tells. */
static uint8_t initiator_of(const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	if (message->major_version == 2)
		return message->from_initiator ? arrival->side : (uint8_t)!arrival->side;
	return begins_ike_sa(message) && message->responder_spi == 0 ? arrival->side : (uint8_t)!arrival->side;
}

/* The last attempt failed, if it did: a new one is a second witness. */
static void add_new_attempt(struct tunnel *tunnel, const struct arrival *arrival)
{
	if (tunnel->ike_sa_count == 0 || arrival->message->responder_spi != 0)
		return;
	struct ike_sa *last = tunnel->ike_sas[tunnel->ike_sa_count - 1];
	if (last->stage == IKE_STAGE_AUTH_REFUSED || last->authentication.refused_by_initiator ||
	    (last->stage == IKE_STAGE_UP && last->children.up == 0 && last->children.refusals > 0))
		ike_sa_add_evidence(last, arrival, EVIDENCE_NEW_ATTEMPT,
		                    milliseconds_between(last->last_time, arrival->time), 0);
}

/* New SPIs of IKE so soon after a CREATE_CHILD_SA come from it: RFC 7296 sec. 1.3.2. */
#define REKEYED_WITHIN (5 * NANOSECONDS)

/* The IKE SA whose rekey made the one that begins with this message: what was taken for its child was that. */
static void take_ike_rekey(struct ike_sa *sa, const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;

	for (unsigned i = tunnel->ike_sa_count - 1u; i-- > 0;) {
		struct ike_sa *old = tunnel->ike_sas[i];
		if (old->version != 2 || old->up_time == 0 || old->children.up < 2 || tunnel->child_count == 0 ||
		    arrival->time - old->children.last_time > REKEYED_WITHIN)
			continue;
		sa->up_time = arrival->time;
		while (old->children.up > 1 &&
		       arrival->time - tunnel->children[tunnel->child_count - 1].time <= REKEYED_WITHIN &&
		       tunnel_drop_empty_child(tunnel))
			old->children.up--;
		return;
	}
}

static struct ike_sa *add_ike_sa(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	const struct ike_message *message = arrival->message;

	if (begins_ike_sa(message))
		add_new_attempt(tunnel, arrival);
	struct ike_sa *sa = append_ike_sa(tunnel);
	sa->initiator_spi = message->initiator_spi;
	sa->responder_spi = message->responder_spi;
	sa->version = message->major_version;
	sa->initiator = initiator_of(arrival);
	sa->first_frame = arrival->frame;
	sa->first_time = arrival->time;
	sa->stage = IKE_STAGE_INIT_SENT;
	if (!begins_ike_sa(message) && message->encrypted) {
		sa->starts_midstream = true;
		sa->stage = message->exchange_type == IKE2_AUTH ? IKE_STAGE_AUTH_SENT : IKE_STAGE_UP;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_STARTS_MIDSTREAM, 0, 0);
		take_ike_rekey(sa, arrival);
	}
	if (!tunnel->asa_declared && tunnel->ike_sa_count == 1)
		tunnel->asa_side = sa->initiator;
	return sa;
}

/* The SA whose first message this refuses in the other version, which is the only one that its sender speaks. */
static struct ike_sa *refused_in_other_version(const struct arrival *arrival)
{
	const struct tunnel *tunnel = arrival->tunnel;
	const struct ike_message *message = arrival->message;

	if (message->encrypted || ike_message_error(message) == NULL)
		return NULL;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		struct ike_sa *sa = tunnel->ike_sas[i];
		if (sa->initiator_spi == message->initiator_spi && sa->version != message->major_version &&
		    sa->initiator != arrival->side)
			return sa;
	}
	return NULL;
}

static void refuse_in_other_version(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->stage < IKE_STAGE_INIT_DONE)
		ike_sa_refuse_init(sa, arrival, ike_message_error(arrival->message));
}

static struct ike_sa *known_ike_sa(const struct tunnel *tunnel, const struct ike_message *message)
{
	for (unsigned i = tunnel->ike_sa_count; i-- > 0;)
		if (spi_matches(tunnel->ike_sas[i], message))
			return tunnel->ike_sas[i];
	return NULL;
}

static struct ike_sa *ike_sa_of(const struct arrival *arrival)
{
	struct ike_sa *sa = known_ike_sa(arrival->tunnel, arrival->message);
	return sa != NULL ? sa : add_ike_sa(arrival);
}

static void note_ike_packet(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->last_frame = arrival->frame;
	if (arrival->time > sa->last_time)
		sa->last_time = arrival->time;
	sa->last_from[arrival->side] = arrival->time;
	sa->ports[arrival->side] = arrival->datagram->source_port;
	sa->ports[!arrival->side] = arrival->datagram->destination_port;
	sa->ikev1.lone_informationals[!arrival->side] = 0;
	if (arrival->side != sa->initiator)
		sa->answered = true;
}

static enum phase phase_of(const struct ike_message *message)
{
	return message->exchange_type == IKE2_CREATE_CHILD_SA || message->exchange_type == IKE1_QUICK_MODE ? PHASE_2
	                                                                                                   : PHASE_1;
}

static void note_vendors(struct ike_sa *sa, const struct arrival *arrival)
{
	if (arrival->message->vendor_count == 0)
		return;
	sa->vendors[arrival->side] |= vendor_ids_of(arrival->message);
	arrival->annotation->vendors = sa->vendors[arrival->side];
}

static void count_message(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;

	tunnel->ike_messages_from[arrival->side]++;
	tunnel->ike_bytes_from[arrival->side] += arrival->message->length;
	if (arrival->annotation->retransmission_of != 0)
		tunnel->ike_retransmissions++;
}

static void add_message(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	struct tunnel *tunnel = tunnels_between(arrival->tunnels, &datagram->source, &datagram->destination,
	                                        arrival->frame, arrival->time);
	if (tunnel == NULL)
		return;
	arrival_enter(arrival, tunnel, &datagram->source);
	tunnel_note_claimed(tunnel, arrival->side, arrival->frame, arrival->time,
	                    ike_message_is_believed(arrival->message));
	struct ike_sa *refused = refused_in_other_version(arrival);
	struct ike_sa *sa = refused != NULL ? refused : ike_sa_of(arrival);
	if (ike_message_is_believed(arrival->message)) {
		note_ike_packet(sa, arrival);
		note_vendors(sa, arrival);
	}
	if (refused != NULL)
		refuse_in_other_version(sa, arrival);
	else
		(sa->version == 1 ? ikev1_sa_take : ikev2_sa_take)(sa, arrival);
	count_message(arrival);
	arrival->annotation->phase = phase_of(arrival->message);
	arrival->judge = true;
	if (annotate)
		tunnel_ike_state(tunnel, arrival->annotation->state, sizeof arrival->annotation->state);
}

/*
 * The whole of a message that began in a first fragment. Its beginning has been taken, as far as it went: a message in
 * the clear may say more now, an encrypted one does not.
 */
static void add_whole(struct arrival *arrival, bool annotate)
{
	const struct datagram *datagram = arrival->datagram;
	struct tunnel *tunnel = tunnels_find(arrival->tunnels, &datagram->source, &datagram->destination);
	struct ike_sa *sa = tunnel == NULL ? NULL : known_ike_sa(tunnel, arrival->message);

	if (sa == NULL || (arrival->message->is_response && sa->stage < IKE_STAGE_INIT_DONE)) {
		add_message(arrival, annotate);
		return;
	}
	arrival_enter(arrival, tunnel, &datagram->source);
	if (!arrival->message->encrypted)
		ike_sa_read_rest(sa, arrival);
	note_vendors(sa, arrival);
	arrival->annotation->phase = phase_of(arrival->message);
	if (annotate)
		tunnel_ike_state(tunnel, arrival->annotation->state, sizeof arrival->annotation->state);
}

void tunnel_add_ike(struct arrival *arrival, bool annotate)
{
	struct ike_message message;

	if (arrival->message == NULL) {
		if (ike_message_read(arrival->datagram->payload, arrival->datagram->captured, arrival->datagram->length,
		                     &message) != 0)
			return;
		arrival->message = &message;
	}
	(arrival->datagram->completes ? add_whole : add_message)(arrival, annotate);
	arrival->message = NULL;
}
