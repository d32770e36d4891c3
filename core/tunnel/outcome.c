/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of an IKE SA, and which of a tunnel's speaks for it now. */
#include "core/base/time.h"
#include "core/tunnel/ike_exchange.h"

#define BENEFIT_OF_DOUBT (30 * NANOSECONDS)
/* What was under way has arrived by then. */
#define DELETE_IS_OVER (5 * NANOSECONDS)

/* The initiator may have refused the responder: that it tries again, or had ended an attempt like that before, says so.
 * Either way an attempt before the newest ended like that. */
static bool is_refused_by_initiator(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	if (!sa->authentication.refused_by_initiator)
		return false;
	for (unsigned i = 0; i + 1u < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->authentication.refused_by_initiator)
			return true;
	return false;
}

/* Deleting an IKE SA deletes its children (RFC 7296 sec. 1.4.1): where they go on in both ways, it had been rekeyed and
 * they are another's. */
static bool goes_on_after_delete(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	return tunnel->esp[0].silence.last - sa->last_time > DELETE_IS_OVER &&
	       tunnel->esp[1].silence.last - sa->last_time > DELETE_IS_OVER;
}

enum ike_outcome ike_sa_outcome(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	if (sa->stage != IKE_STAGE_DELETED && ike_sa_answer_lost(sa) != NULL)
		return IKE_OUTCOME_FAILED;
	switch (sa->stage) {
	case IKE_STAGE_DELETED:
		return goes_on_after_delete(tunnel, sa) ? IKE_OUTCOME_UP : IKE_OUTCOME_DELETED;
	case IKE_STAGE_UP:
		return is_refused_by_initiator(tunnel, sa) ? IKE_OUTCOME_FAILED : IKE_OUTCOME_UP;
	case IKE_STAGE_INIT_REFUSED:
	case IKE_STAGE_AUTH_REFUSED:
		return IKE_OUTCOME_FAILED;
	default:
		return ike_sa_unanswered(sa) != NULL && !sa->other_half_unseen ? IKE_OUTCOME_FAILED
		                                                               : IKE_OUTCOME_PENDING;
	}
}

static int64_t last_attempt_time(const struct ike_sa *sa)
{
	return sa->failure.time != 0 ? sa->failure.time : sa->last_time;
}

static bool used_after(const struct tunnel *tunnel, const struct ike_sa *sa, int64_t time)
{
	bool answered_after = sa->last_from[0] > time && sa->last_from[1] > time;
	return answered_after || (tunnel->esp[0].silence.last > time && tunnel->esp[1].silence.last > time);
}

/*
 * A first message that is refused or stays unanswered can be spoofed, so for a while after it a tunnel that was used
 * both ways shortly before is taken to be still there: by then its traffic or its liveness checks have told.
 */
static bool is_soon_after_use(const struct tunnel *tunnel, const struct ike_sa *sa, const struct ike_sa *attempt)
{
	int64_t begun = attempt->first_time;

	return attempt->stage <= IKE_STAGE_INIT_REFUSED && tunnel->last_time - begun < BENEFIT_OF_DOUBT &&
	       used_after(tunnel, sa, begun - BENEFIT_OF_DOUBT);
}

/* An older SA that is up and was used both ways after the failure of a newer one. */
static const struct ike_sa *survivor(const struct tunnel *tunnel, unsigned newer)
{
	int64_t failed = last_attempt_time(tunnel->ike_sas[newer]);
	for (unsigned i = newer; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (ike_sa_outcome(tunnel, sa) == IKE_OUTCOME_UP &&
		    (used_after(tunnel, sa, failed) || is_soon_after_use(tunnel, sa, tunnel->ike_sas[newer])))
			return sa;
	}
	return NULL;
}

/*
 * An SA of which nothing is seen but what one side seems to send can be anybody's invention: it says nothing against
 * one whose beginning was seen.
 */
static bool may_be_made_up(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	bool heard_of_both = sa->last_from[0] != 0 && sa->last_from[1] != 0;

	return sa->starts_midstream && sa->up_time == 0 && !heard_of_both && tunnel->last_from[0] != 0 &&
	       tunnel->last_from[1] != 0;
}

const struct ike_sa *tunnel_ike_sa(const struct tunnel *tunnel)
{
	const struct ike_sa *newest = NULL;

	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (newest == NULL)
			newest = sa;
		switch (ike_sa_outcome(tunnel, sa)) {
		case IKE_OUTCOME_PENDING:
			break;
		case IKE_OUTCOME_UP:
			if (may_be_made_up(tunnel, sa))
				break;
			return sa;
		case IKE_OUTCOME_FAILED:
		case IKE_OUTCOME_DELETED: {
			const struct ike_sa *older = survivor(tunnel, i);
			return older != NULL ? older : sa;
		}
		}
	}
	return newest;
}

bool tunnel_ike_sa_is_up(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	return ike_sa_outcome(tunnel, sa) == IKE_OUTCOME_UP;
}
