/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/ike_sa.h"

#include "core/base/time.h"
#include "core/tunnel/children.h"
#include "core/wire/ike_names.h"

void ike_sa_add_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                         uint32_t b)
{
	struct evidence item = {.kind = kind, .frame = arrival->frame, .time = arrival->time, .a = a, .b = b};
	evidence_list_add(&sa->evidence, item);
}

void ike_sa_update_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                            uint32_t b)
{
	struct evidence *known = evidence_list_find(&sa->evidence, kind);

	if (known == NULL)
		ike_sa_add_evidence(sa, arrival, kind, a, b);
	else
		*known =
		        (struct evidence){.kind = kind, .frame = arrival->frame, .time = arrival->time, .a = a, .b = b};
}

void ike_sa_note_failure(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->failure.time = arrival->time;
	sa->failure.frame = arrival->frame;
}

void ike_sa_clear_failure(struct ike_sa *sa)
{
	sa->failure = (struct ike_failure){0};
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

bool ike_sa_wants_other_group(const struct ike_sa *sa)
{
	return sa->init.group_wanted != 0 && sa->init.group_wanted != sa->init.group_sent;
}

void ike_sa_refuse_init(struct ike_sa *sa, const struct arrival *arrival, const struct ike_notify *error)
{
	close_exchanges(sa, arrival);
	sa->stage = IKE_STAGE_INIT_REFUSED;
	sa->failure.error = error->type;
	sa->failure.certain = true;
	ike_sa_note_failure(sa, arrival);
	if (error->type == IKE_NOTIFY_INVALID_KE_PAYLOAD) {
		sa->init.group_wanted = error->data_length >= 2 ? (uint16_t)error->data : 0;
		arrival->annotation->asks_other_group = true;
		ike_sa_add_evidence(sa, arrival,
		                    ike_sa_wants_other_group(sa) ? EVIDENCE_INVALID_KE : EVIDENCE_INVALID_KE_SAME,
		                    sa->init.group_sent, sa->init.group_wanted);
	} else if (error->type == IKE_NOTIFY_INVALID_MAJOR_VERSION) {
		ike_sa_add_evidence(sa, arrival, EVIDENCE_INVALID_VERSION, sa->version, 0);
	} else {
		ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_ERROR, error->type, 0);
	}
}

void ike_sa_refuse_authentication(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->stage = IKE_STAGE_AUTH_REFUSED;
	ike_sa_note_failure(sa, arrival);
}

void ike_sa_confirm(struct ike_sa *sa)
{
	if (!sa->authentication.refused_by_initiator)
		return;
	sa->authentication.refused_by_initiator = false;
	ike_sa_clear_failure(sa);
	evidence_list_remove(&sa->evidence, EVIDENCE_AUTH_REFUSED_BY_INITIATOR);
}

void ike_sa_come_up(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->stage != IKE_STAGE_UP) {
		sa->up_time = arrival->time;
		arrival->annotation->phase_1_completed = true;
	}
	sa->stage = IKE_STAGE_UP;
	ike_sa_clear_failure(sa);
}

/* A delete of the old child comes with the new one, before or after it; a liveness check, of the same length, comes
 * when it likes. */
#define DELETED_WITHIN (2 * NANOSECONDS)

static void note_replacement(struct ike_sa *sa)
{
	int64_t apart = sa->children.last_time - sa->children.last_delete_time;

	if (sa->children.replaced || sa->children.last_delete_time == 0 || sa->children.up < 2 ||
	    apart > DELETED_WITHIN || apart < -DELETED_WITHIN)
		return;
	sa->children.replaced = true;
	if (sa->children.replacements < UINT16_MAX)
		sa->children.replacements++;
}

void ike_sa_child_up(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->children.up < UINT16_MAX)
		sa->children.up++;
	if (sa->children.first_time == 0)
		sa->children.first_time = arrival->time;
	else
		sa->children.rekey_open = true;
	sa->children.last_time = arrival->time;
	sa->children.replaced = false;
	note_replacement(sa);
	sa->children.refusals = 0;
	sa->children.refusals_pfs = 0;
	sa->children.error = 0;
	arrival->annotation->phase_2_completed = true;
	tunnel_add_child(arrival);
}

void ike_sa_refuse_child(struct ike_sa *sa, const struct arrival *arrival, bool perhaps_pfs)
{
	if (sa->children.refusals < UINT16_MAX)
		sa->children.refusals++;
	if (perhaps_pfs && sa->children.refusals_pfs < UINT16_MAX)
		sa->children.refusals_pfs++;
	sa->children.refused_frame = arrival->frame;
}

void ike_sa_close_rekey(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->children.last_delete_time = arrival->time;
	note_replacement(sa);
	if (!sa->children.rekey_open)
		return;
	sa->children.rekey_open = false;
	if (sa->children.rekeys < UINT16_MAX)
		sa->children.rekeys++;
}

void ike_sa_read_chosen(struct ike_sa *sa, const struct ike_message *message)
{
	if (!ike_suite_read(message, &sa->init.suite))
		return;
	sa->init.suite_known = true;
	ike_proposals_text(message, sa->init.chosen, sizeof sa->init.chosen);
}

void ike_sa_read_offered(struct ike_sa *sa, const struct ike_message *message)
{
	if (message->proposal_count != 0)
		ike_proposals_text(message, sa->init.offered, sizeof sa->init.offered);
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
		ike_identity_text(identity, sa->authentication.identity[arrival->side],
		                  sizeof sa->authentication.identity[0]);
	}
	if (message->authentication_method != 0)
		sa->authentication.method[arrival->side] = message->authentication_method;
}

void ike_sa_read_rest(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	uint16_t proposals = message->major_version == 2 ? IKE2_PAYLOAD_SA : IKE1_PAYLOAD_SA;

	ike_sa_check_nat(sa, arrival);
	if (!ike_message_has_payload(message, proposals))
		return;
	if (arrival->side == sa->initiator)
		ike_sa_read_offered(sa, message);
	else if (!sa->init.suite_known)
		ike_sa_read_chosen(sa, message);
}
