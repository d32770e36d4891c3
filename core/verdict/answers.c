/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/answers.h"

#include <glib.h>

#include "core/verdict/children.h"

/* What the answers are found from. */
struct basis {
	const struct tunnel *tunnel;
	const struct ike_sa *sa; /* may be NULL */
	enum ike_outcome outcome;
	bool esp_both_ways;  /* on a child that is up */
	bool sees_both_ways; /* whoever watches sees what either side sends */
	unsigned count;
	struct child_verdict children[TUNNEL_CHILDREN];
};

static struct phase_answer unknown(enum answer_reason reason)
{
	return (struct phase_answer){.answer = ANSWER_UNKNOWN, .reason = reason};
}

static struct phase_answer ok(enum answer_reason reason, enum confidence confidence)
{
	return (struct phase_answer){.answer = ANSWER_OK, .confidence = confidence, .reason = reason};
}

static bool sees_one_direction(const struct basis *basis)
{
	const struct tunnel *tunnel = basis->tunnel;

	if (basis->sees_both_ways)
		return false;
	return tunnel->last_from[0] == 0 || tunnel->last_from[1] == 0 ||
	       (basis->sa != NULL && (basis->sa->last_from[0] == 0 || basis->sa->last_from[1] == 0));
}

/* ---- Phase 1 ---- */

/* Whether both sides speak on an SA whose beginning was not seen: without its keys neither could. */
static bool is_used_both_ways(const struct ike_sa *sa)
{
	return sa->last_from[0] != 0 && sa->last_from[1] != 0;
}

static bool was_read(const struct ike_sa *sa)
{
	return sa->authentication.method[0] != 0 && sa->authentication.method[1] != 0;
}

/* Of IKEv1's main mode only the third pair of messages is. */
static bool is_encrypted(const struct ike_sa *sa, const struct ike_exchange *exchange)
{
	return sa->version == 2 ? exchange->exchange_type != IKE2_SA_INIT : exchange->message_id > 2;
}

/* Whether the authentication was answered, and the answer did not tell. */
static bool has_unread_answer(const struct ike_sa *sa)
{
	for (unsigned i = 0; i < sa->exchange_count; i++)
		if (sa->exchanges[i].response_time != 0 && sa->exchanges[i].response_holds == INFERRED_NOTHING &&
		    is_encrypted(sa, &sa->exchanges[i]))
			return true;
	return false;
}

static struct phase_answer phase_1_came_up(const struct basis *basis)
{
	const struct ike_sa *sa = basis->sa;
	bool confirmed =
	        basis->tunnel->esp[0].packets + basis->tunnel->esp[1].packets != 0 || sa->last_time > sa->up_time;

	if (was_read(sa))
		return ok(REASON_AUTHENTICATED, CONFIDENCE_CERTAIN);
	if (basis->esp_both_ways)
		return ok(REASON_AUTHENTICATION_AND_ESP, CONFIDENCE_CERTAIN);
	return ok(REASON_AUTHENTICATION_INFERRED, confirmed ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE);
}

static struct phase_answer phase_1_without_ike(const struct basis *basis)
{
	if (basis->esp_both_ways)
		return ok(REASON_ESP_SHOWS_KEYS, CONFIDENCE_LIKELY);
	return unknown(tunnel_was_seen(basis->tunnel) ? REASON_NO_IKE : REASON_NOTHING_SEEN);
}

static struct phase_answer phase_1_answer(const struct basis *basis)
{
	const struct ike_sa *sa = basis->sa;

	if (sa == NULL)
		return phase_1_without_ike(basis);
	if (basis->esp_both_ways && sa->up_time == 0)
		return ok(REASON_ESP_SHOWS_KEYS, CONFIDENCE_LIKELY);
	if (sees_one_direction(basis) && !basis->esp_both_ways)
		return unknown(REASON_ONE_DIRECTION);
	if (sa->up_time != 0 && basis->outcome == IKE_OUTCOME_DELETED)
		return ok(REASON_DELETED, phase_1_came_up(basis).confidence);
	if (sa->up_time != 0 && basis->outcome != IKE_OUTCOME_FAILED)
		return phase_1_came_up(basis);
	if (sa->starts_midstream)
		return is_used_both_ways(sa) ? ok(REASON_IKE_SA_ANSWERS, CONFIDENCE_LIKELY) : unknown(REASON_MIDSTREAM);
	if (basis->outcome == IKE_OUTCOME_FAILED)
		return unknown(REASON_REFUSED_UNEXPLAINED);
	return unknown(sa->stage == IKE_STAGE_AUTH_SENT && has_unread_answer(sa) ? REASON_ANSWER_UNREAD
	                                                                         : REASON_UNDER_WAY);
}

/* ---- Phase 2 ---- */

/* Of two children's answers: unknown before ok, and the least sure ok. */
static bool is_worse(const struct phase_answer *one, const struct phase_answer *other)
{
	if (one->answer != other->answer)
		return other->answer == ANSWER_OK;
	return one->answer == ANSWER_OK && one->confidence < other->confidence;
}

static bool is_in_use(const struct child_verdict *child)
{
	return child->carries[0] || child->carries[1];
}

/* The worst of the children; one that was accepted and is not in use takes nothing from those that are. */
static struct phase_answer worst_phase_2(const struct basis *basis)
{
	const struct phase_answer *worst = NULL;
	bool used = false;

	for (unsigned i = 0; i < basis->count; i++)
		used |= is_in_use(&basis->children[i]);
	for (unsigned i = 0; i < basis->count; i++) {
		const struct child_verdict *child = &basis->children[i];
		if (used && !is_in_use(child) && child->phase_2.answer == ANSWER_OK)
			continue;
		if (worst == NULL || is_worse(&child->phase_2, worst))
			worst = &child->phase_2;
	}
	return worst != NULL ? *worst : unknown(REASON_NO_CHILD);
}

/* Whether the answer for Phase 2 rests on nothing but what IKE said. */
static bool is_ikes_word(const struct phase_answer *phase_2)
{
	return phase_2->reason == REASON_CHILD_AGREED || phase_2->reason == REASON_CHILD_INFERRED;
}

static struct phase_answer phase_2_answer(const struct basis *basis, const struct phase_answer *phase_1)
{
	const struct ike_sa *sa = basis->sa;
	struct phase_answer answer = basis->count > 0 ? worst_phase_2(basis) : unknown(REASON_NONE);

	if (basis->count > 0 && (phase_1->answer == ANSWER_OK || !is_ikes_word(&answer)))
		return answer;
	if (phase_1->answer != ANSWER_OK)
		return unknown(phase_1->reason == REASON_UNDER_WAY ? REASON_NOT_REACHED : phase_1->reason);
	if (sa != NULL && sa->starts_midstream)
		return unknown(REASON_MIDSTREAM);
	return unknown(basis->outcome == IKE_OUTCOME_DELETED ? REASON_DELETED : REASON_NO_CHILD);
}

/* ---- data ---- */

static struct phase_answer data_answer(const struct basis *basis, const struct phase_answer *phase_2)
{
	const struct phase_answer *worst = NULL;

	for (unsigned i = 0; i < basis->count; i++) {
		if (!is_in_use(&basis->children[i]))
			continue;
		if (worst == NULL || is_worse(&basis->children[i].data, worst))
			worst = &basis->children[i].data;
	}
	if (worst != NULL)
		return *worst;
	if (basis->tunnel->esp[0].packets + basis->tunnel->esp[1].packets != 0)
		return unknown(sees_one_direction(basis) ? REASON_ONE_DIRECTION : REASON_FEW_PACKETS);
	if (phase_2->answer != ANSWER_OK && phase_2->reason == REASON_NOT_REACHED)
		return unknown(REASON_NOT_REACHED);
	return unknown(tunnel_was_seen(basis->tunnel) ? REASON_NO_ESP : REASON_NOTHING_SEEN);
}

/* ---- all three ---- */

static void find_basis(struct tunnels *tunnels, const struct tunnel *tunnel, const struct verdict *verdict,
                       struct basis *basis)
{
	basis->tunnel = tunnel;
	basis->sees_both_ways = tunnels_options(tunnels)->sees_both_ways;
	basis->sa = verdict->ike_sa;
	basis->outcome = basis->sa != NULL ? ike_sa_outcome(tunnel, basis->sa) : IKE_OUTCOME_PENDING;
	basis->count = tunnel_judge_children(tunnels, tunnel, basis->children);
	basis->esp_both_ways = false;
	for (unsigned i = 0; i < basis->count; i++)
		basis->esp_both_ways |= basis->children[i].carries[0] && basis->children[i].carries[1];
}

/* The phase of the cause has failed; those after it that nothing else is known of were not reached. */
static void take_failure(const struct basis *basis, struct verdict *verdict)
{
	struct phase_answer *failed = &verdict->phases[verdict->phase_failed];

	*failed = (struct phase_answer){ANSWER_FAILED, verdict->confidence, REASON_CAUSE};
	/* A child that one end accepted never came up where the other end did not take the IKE SA. */
	if (verdict->phase_failed == PHASE_1 && basis->outcome == IKE_OUTCOME_FAILED &&
	    is_ikes_word(&verdict->phases[PHASE_2]))
		verdict->phases[PHASE_2] = unknown(REASON_NOT_REACHED);
	for (enum phase phase = verdict->phase_failed + 1; phase < PHASE_LAST; phase++)
		if (verdict->phases[phase].answer == ANSWER_UNKNOWN)
			verdict->phases[phase].reason = REASON_NOT_REACHED;
}

static void take_health(struct verdict *verdict)
{
	enum confidence least = CONFIDENCE_CERTAIN;

	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++) {
		if (verdict->phases[phase].answer != ANSWER_OK) {
			verdict->cause = CAUSE_UNDETERMINED;
			return;
		}
		least = MIN(least, verdict->phases[phase].confidence);
	}
	verdict->confidence = least;
}

static void count_children(const struct basis *basis, struct verdict *verdict)
{
	for (unsigned i = 0; i < basis->count; i++) {
		verdict->children += is_in_use(&basis->children[i]);
		verdict->children_one_way += basis->children[i].silent_side >= 0;
	}
}

void verdict_take_answers(struct tunnels *tunnels, const struct tunnel *tunnel, struct verdict *verdict)
{
	struct basis basis;

	find_basis(tunnels, tunnel, verdict, &basis);
	verdict->phases[PHASE_1] = phase_1_answer(&basis);
	verdict->phases[PHASE_2] = phase_2_answer(&basis, &verdict->phases[PHASE_1]);
	verdict->phases[PHASE_DATA] = data_answer(&basis, &verdict->phases[PHASE_2]);
	count_children(&basis, verdict);
	if (verdict->cause != CAUSE_NONE)
		take_failure(&basis, verdict);
	else
		take_health(verdict);
}
