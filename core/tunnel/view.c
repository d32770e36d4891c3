/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading a tunnel's state: which IKE SA speaks for it, what an ASA would call it. */
#include "core/tunnel/table.h"

#include <stdio.h>

#define BENEFIT_OF_DOUBT (30 * NANOSECONDS)
/* What was under way has arrived by then. */
#define DELETE_IS_OVER (5 * NANOSECONDS)

enum outcome { OUTCOME_PENDING, OUTCOME_UP, OUTCOME_FAILED, OUTCOME_DELETED };

/* The initiator may have refused the responder: that it tries again, or had ended an attempt like that before, says so.
 */
static bool is_refused_by_initiator(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	if (!sa->by_initiator)
		return false;
	if (tunnel->ike_sas[tunnel->ike_sa_count - 1] != sa)
		return true;
	for (unsigned i = 0; i + 1u < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->by_initiator)
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

static enum outcome outcome_of(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	if (ike_sa_answer_lost(sa) != NULL)
		return OUTCOME_FAILED;
	switch (sa->stage) {
	case IKE_STAGE_DELETED:
		return goes_on_after_delete(tunnel, sa) ? OUTCOME_UP : OUTCOME_DELETED;
	case IKE_STAGE_UP:
		return is_refused_by_initiator(tunnel, sa) ? OUTCOME_FAILED : OUTCOME_UP;
	case IKE_STAGE_INIT_REFUSED:
	case IKE_STAGE_AUTH_REFUSED:
		return OUTCOME_FAILED;
	default:
		return ike_sa_unanswered(sa) != NULL && !sa->other_half_unseen ? OUTCOME_FAILED : OUTCOME_PENDING;
	}
}

static int64_t last_attempt_time(const struct ike_sa *sa)
{
	return sa->failed_time != 0 ? sa->failed_time : sa->last_time;
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
		if (outcome_of(tunnel, sa) == OUTCOME_UP &&
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

	return sa->midway && sa->up_time == 0 && !heard_of_both && tunnel->last_from[0] != 0 &&
	       tunnel->last_from[1] != 0;
}

const struct ike_sa *tunnel_ike_sa(const struct tunnel *tunnel)
{
	const struct ike_sa *newest = NULL;

	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (newest == NULL)
			newest = sa;
		switch (outcome_of(tunnel, sa)) {
		case OUTCOME_PENDING:
			break;
		case OUTCOME_UP:
			if (may_be_made_up(tunnel, sa))
				break;
			return sa;
		case OUTCOME_FAILED:
		case OUTCOME_DELETED: {
			const struct ike_sa *older = survivor(tunnel, i);
			return older != NULL ? older : sa;
		}
		}
	}
	return newest;
}

bool tunnel_ike_sa_is_up(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	return outcome_of(tunnel, sa) == OUTCOME_UP;
}

const char *tunnel_ike_state(const struct tunnel *tunnel, char *text, size_t size)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL)
		snprintf(text, size, "NONE");
	else if (sa->version == 1 && sa->stage != IKE_STAGE_INIT_REFUSED)
		ikev1_sa_state(sa, tunnel->asa_side, text, size);
	else if (tunnel_ike_sa_is_up(tunnel, sa))
		snprintf(text, size, "READY");
	else if (sa->stage == IKE_STAGE_INIT_REFUSED || sa->stage == IKE_STAGE_AUTH_REFUSED ||
	         sa->stage == IKE_STAGE_DELETED)
		snprintf(text, size, "NONE");
	else
		snprintf(text, size, "NEGO");
	return text;
}

/* RFC 1918 and RFC 4193: a NAT between two such addresses is rather a claim. */
static bool is_private(const struct ip_address *address)
{
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);
	if (length == 16)
		return (bytes[0] & 0xfe) == 0xfc;
	return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168);
}

enum nat tunnel_nat(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = NULL;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0 && sa == NULL;)
		if (tunnel->ike_sas[i]->nat_seen[0] || tunnel->ike_sas[i]->nat_seen[1])
			sa = tunnel->ike_sas[i];
	if (sa == NULL)
		return NAT_UNKNOWN;
	bool asa = sa->nat_source_differs[tunnel->asa_side];
	bool peer = sa->nat_source_differs[!tunnel->asa_side];
	if (asa && peer)
		return is_private(&tunnel->address[0]) && is_private(&tunnel->address[1]) ? NAT_FORCED : NAT_BOTH;
	return asa ? NAT_ASA : peer ? NAT_PEER : NAT_NONE;
}

const char *nat_name(enum nat nat)
{
	static const char *const names[] = {
	        [NAT_ASA] = "asa",
	        [NAT_PEER] = "peer",
	        [NAT_BOTH] = "both",
	        [NAT_FORCED] = "forced",
	};
	return nat < sizeof names / sizeof names[0] ? names[nat] : NULL;
}

const char *paired_by_name(enum paired_by paired_by)
{
	static const char *const names[] = {
	        [PAIRED_BY_IKE] = "ike",
	        [PAIRED_BY_XFRM] = "xfrm",
	        [PAIRED_BY_TIMING] = "timing",
	        [PAIRED_BY_DECLARED] = "declared",
	};
	return paired_by < sizeof names / sizeof names[0] ? names[paired_by] : NULL;
}
