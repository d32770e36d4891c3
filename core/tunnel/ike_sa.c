/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to an IKE SA, whichever version carries it. */
#include "core/tunnel/arrival.h"

#include "core/wire/ike_names.h"

void ike_sa_add_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                         uint32_t b)
{
	struct evidence item = {.kind = kind, .frame = arrival->frame, .time = arrival->time, .a = a, .b = b};
	evidence_list_add(&sa->evidence, item);
}

static void note_failure(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->failed_time = arrival->time;
	sa->failed_frame = arrival->frame;
}

/* An answer that belongs to no exchange by its numbers: an Informational, or one of the other version. */
static void close_exchanges(struct ike_sa *sa, const struct arrival *arrival)
{
	for (unsigned i = 0; i < sa->exchange_count; i++) {
		if (sa->exchanges[i].response_time != 0)
			continue;
		sa->exchanges[i].response_time = arrival->time;
		sa->exchanges[i].response_frame = arrival->frame;
	}
}

void ike_sa_refuse_init(struct ike_sa *sa, const struct arrival *arrival, const struct ike_notify *error)
{
	close_exchanges(sa, arrival);
	sa->stage = IKE_STAGE_INIT_REFUSED;
	sa->error = error->type;
	sa->error_certain = true;
	note_failure(sa, arrival);
	if (error->type == IKE_NOTIFY_INVALID_KE_PAYLOAD) {
		sa->group_wanted = error->data_length >= 2 ? (uint16_t)error->data : 0;
		arrival->annotation->asks_other_group = true;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_INVALID_KE, sa->group_sent, sa->group_wanted);
	} else if (error->type == IKE_NOTIFY_INVALID_MAJOR_VERSION) {
		ike_sa_add_evidence(sa, arrival, EVIDENCE_INVALID_VERSION, sa->version, 0);
	} else {
		ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_ERROR, error->type, 0);
	}
}

void ike_sa_refuse_authentication(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->stage = IKE_STAGE_AUTH_REFUSED;
	note_failure(sa, arrival);
}

void ike_sa_confirm(struct ike_sa *sa)
{
	if (!sa->by_initiator)
		return;
	sa->by_initiator = false;
	sa->failed_time = 0;
	sa->failed_frame = 0;
	evidence_list_remove(&sa->evidence, EVIDENCE_AUTH_REFUSED_BY_INITIATOR);
}

void ike_sa_come_up(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->stage != IKE_STAGE_UP) {
		sa->up_time = arrival->time;
		arrival->annotation->phase_1_completed = true;
	}
	sa->stage = IKE_STAGE_UP;
	sa->error = 0;
	sa->failed_time = 0;
	sa->failed_frame = 0;
}

/* A delete of the old child comes with the new one, before or after it; a liveness check, of the same length, comes
 * when it likes. */
#define DELETED_WITHIN (2 * NANOSECONDS)

static void note_replacement(struct ike_sa *sa)
{
	int64_t apart = sa->last_child_time - sa->last_delete_time;

	if (sa->replaced || sa->last_delete_time == 0 || sa->children_up < 2 || apart > DELETED_WITHIN ||
	    apart < -DELETED_WITHIN)
		return;
	sa->replaced = true;
	if (sa->replacements < UINT16_MAX)
		sa->replacements++;
}

void ike_sa_child_up(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->children_up < UINT16_MAX)
		sa->children_up++;
	if (sa->first_child_time == 0)
		sa->first_child_time = arrival->time;
	else
		sa->rekey_open = true;
	sa->last_child_time = arrival->time;
	sa->replaced = false;
	note_replacement(sa);
	sa->child_refusals = 0;
	sa->child_refusals_pfs = 0;
	sa->child_error = 0;
	arrival->annotation->phase_2_completed = true;
	tunnel_add_child(arrival);
}

void ike_sa_refuse_child(struct ike_sa *sa, const struct arrival *arrival, bool perhaps_pfs)
{
	if (sa->child_refusals < UINT16_MAX)
		sa->child_refusals++;
	if (perhaps_pfs && sa->child_refusals_pfs < UINT16_MAX)
		sa->child_refusals_pfs++;
	sa->child_failed_time = arrival->time;
	sa->child_failed_frame = arrival->frame;
}

void ike_sa_close_rekey(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->last_delete_time = arrival->time;
	note_replacement(sa);
	if (!sa->rekey_open)
		return;
	sa->rekey_open = false;
	if (sa->rekeys < UINT16_MAX)
		sa->rekeys++;
}

void ike_sa_read_chosen(struct ike_sa *sa, const struct ike_message *message)
{
	if (!ike_suite_read(message, &sa->suite))
		return;
	sa->exchanged_suite = true;
	ike_proposals_text(message, sa->chosen, sizeof sa->chosen);
}

void ike_sa_read_offered(struct ike_sa *sa, const struct ike_message *message)
{
	if (message->proposal_count != 0)
		ike_proposals_text(message, sa->offered, sizeof sa->offered);
}

/* IKEv2 names the initiator's and the responder's identity apart; the initiator may also name the responder he wants.
 */
void ike_sa_read_identity(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	for (unsigned i = 0; i < message->identity_count; i++) {
		const struct ike_identity *identity = &message->identities[i];
		if (sa->version == 2 && identity->of_initiator != (arrival->side == sa->initiator))
			continue;
		ike_identity_text(identity, sa->identity[arrival->side], sizeof sa->identity[0]);
	}
	if (message->authentication_method != 0)
		sa->authentication[arrival->side] = message->authentication_method;
}

void ike_sa_read_rest(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	uint16_t request = message->major_version == 2 ? IKE2_PAYLOAD_CERTREQ : IKE1_PAYLOAD_CERTREQ;
	uint16_t proposals = message->major_version == 2 ? IKE2_PAYLOAD_SA : IKE1_PAYLOAD_SA;

	ike_sa_check_nat(sa, arrival);
	if (ike_message_has_payload(message, request) && arrival->side != sa->initiator)
		sa->certificate_request = true;
	if (!ike_message_has_payload(message, proposals))
		return;
	if (arrival->side == sa->initiator)
		ike_sa_read_offered(sa, message);
	else if (!sa->exchanged_suite)
		ike_sa_read_chosen(sa, message);
}
