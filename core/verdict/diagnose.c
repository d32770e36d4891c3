/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/diagnose.h"

#include <string.h>

#include "core/base/time.h"
#include "core/catalogue/causes.h"
#include "core/tunnel/ike_exchange.h"
#include "core/tunnel/ike_sa.h"
#include "core/tunnel/packet.h"
#include "core/tunnel/table.h"
#include "core/verdict/answers.h"
#include "core/verdict/children.h"
#include "core/verdict/logged.h"

/* A first message sent this often without an answer is more than a slow path. */
#define LIKELY_COPIES 3
#define LIVENESS_COPIES 2
#define LONE_INFORMATIONALS 3
#define LONE_INFORMATIONAL_SPAN (3 * NANOSECONDS)
/* Children replaced faster than this, so often, are churn: the shortest lifetime an ASA accepts is 120 s. */
#define CHURN_REKEYS 3
#define CHURN_INTERVAL (60 * NANOSECONDS)
#define NO_TRAFFIC_AFTER (30 * NANOSECONDS)
#define TOO_BIG_REPEATED 2
/* A sender that uses an SPI at all uses it more often than this, where others of the tunnel are in use. */
#define SPI_LEFT_AFTER (30 * NANOSECONDS)

/* The initiator tries again at once with the group that was asked for, if it has it. */
#define OTHER_GROUP_COMES_WITHIN (5 * NANOSECONDS)

/* What the rules look at. */
struct judgement {
	struct tunnels *tunnels;
	const struct tunnel *tunnel;
	const struct ike_sa *sa;  /* tunnel_ike_sa(), may be NULL */
	enum ike_outcome outcome; /* of sa; pending where there is none */
	bool up;                  /* sa is up */
	bool of_renewal;          /* sa was to follow one that has ended: of the latter nothing is asked any more */
	int64_t now;
};

/* Whether the rule holds: it then writes into the verdict, and only then. */
typedef bool rule(const struct judgement *judgement, struct verdict *verdict);

static void add_evidence(struct verdict *verdict, enum evidence_kind kind, uint32_t frame, int64_t time, uint32_t a,
                         uint32_t b)
{
	evidence_list_add(&verdict->evidence,
	                  (struct evidence){.kind = kind, .frame = frame, .time = time, .a = a, .b = b});
}

/* ---- Phase 1 ---- */

/* Of a side that was never heard, the capture may lack all packets. */
static bool has_been_silent_since(const struct tunnel *tunnel, unsigned side, int64_t time)
{
	return tunnel->last_from[side] != 0 && tunnel->last_from[side] <= time;
}

static bool liveness_unanswered(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	const struct ike_exchange *exchange = ike_sa_unanswered(sa);
	if (exchange != NULL && exchange->copies >= LIVENESS_COPIES && exchange->exchange_type != IKE2_AUTH &&
	    has_been_silent_since(tunnel, !exchange->sender, exchange->request_time))
		return true;
	/* IKEv1 liveness checks are single messages, each with a message ID of its own (RFC 3706). */
	for (unsigned side = 0; side < 2; side++)
		if (sa->version == 1 && sa->ikev1.lone_informationals[side] >= LONE_INFORMATIONALS &&
		    sa->last_from[side] - sa->ikev1.lone_informational_start[side] >= LONE_INFORMATIONAL_SPAN &&
		    has_been_silent_since(tunnel, !side, sa->ikev1.lone_informational_start[side]))
			return true;
	return false;
}

static bool rule_peer_dead(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (sa->stage != IKE_STAGE_UP || !liveness_unanswered(tunnel, sa))
			continue;
		verdict->ike_sa = sa;
		verdict->evidence = sa->evidence;
		verdict->confidence = CONFIDENCE_LIKELY;
		for (unsigned side = 0; side < 2; side++)
			if (sa->ikev1.lone_informationals[side] >= LONE_INFORMATIONALS)
				add_evidence(verdict, EVIDENCE_LIVENESS_UNANSWERED, sa->last_frame, sa->last_time,
				             sa->ikev1.lone_informationals[side],
				             milliseconds_between(sa->ikev1.lone_informational_start[side],
				                                  sa->last_from[side]));
		return true;
	}
	return false;
}

static bool is_first_exchange(const struct ike_exchange *exchange)
{
	return exchange->exchange_type == IKE2_SA_INIT || exchange->message_id == 1;
}

/* The first request that nobody answered, or whose answer does not arrive; NULL where that is not the state. */
static const struct ike_exchange *unanswered_init(const struct ike_sa *sa)
{
	const struct ike_exchange *lost = ike_sa_answer_lost(sa);

	if (lost != NULL)
		return lost->exchange_type != IKE2_AUTH && is_first_exchange(lost) ? lost : NULL;
	return sa->stage == IKE_STAGE_INIT_SENT && !sa->answered ? ike_sa_unanswered(sa) : NULL;
}

/* Whether two attempts ended alike: the first message refused with the same error, or authentication refused. */
static bool was_refused_alike(const struct ike_sa *earlier, const struct ike_sa *sa)
{
	if (sa->stage == IKE_STAGE_INIT_REFUSED)
		return earlier->stage == IKE_STAGE_INIT_REFUSED && earlier->failure.error == sa->failure.error;
	return earlier->stage == IKE_STAGE_AUTH_REFUSED || earlier->authentication.refused_by_initiator;
}

/* Earlier attempts that were refused as well, newest first, as far as there is room. Returns whether there were any. */
static bool add_earlier_refusals(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;
	bool found = false;

	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *earlier = tunnel->ike_sas[i];
		if (earlier == judgement->sa || !was_refused_alike(earlier, judgement->sa))
			continue;
		found = true;
		if (verdict->evidence.count < EVIDENCE_MOST)
			add_evidence(verdict, EVIDENCE_REFUSED_BEFORE, earlier->failure.frame, earlier->failure.time, 0,
			             0);
	}
	return found;
}

static bool rule_version_mismatch(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	if (judgement->sa->failure.error == IKE_NOTIFY_INVALID_MAJOR_VERSION) {
		verdict->confidence = CONFIDENCE_CERTAIN;
		add_earlier_refusals(judgement, verdict);
		return true;
	}
	if (unanswered_init(judgement->sa) == NULL)
		return false;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0;) {
		const struct ike_sa *other = tunnel->ike_sas[i];
		/* The other version from the other side, or answered by it: both hosts are alive. */
		bool alive = other->initiator != judgement->sa->initiator || other->answered;
		if (other->version == judgement->sa->version || !alive)
			continue;
		add_evidence(verdict, EVIDENCE_OTHER_VERSION_TRIED, other->first_frame, other->first_time,
		             judgement->sa->version, other->version);
		verdict->confidence = CONFIDENCE_LIKELY;
		return true;
	}
	return false;
}

/* The first message was refused in the clear. */
static bool is_init_refused(const struct judgement *judgement, struct verdict *verdict, bool for_its_group)
{
	const struct ike_sa *sa = judgement->sa;

	if (sa->stage != IKE_STAGE_INIT_REFUSED ||
	    (sa->failure.error == IKE_NOTIFY_INVALID_KE_PAYLOAD) != for_its_group)
		return false;
	verdict->confidence = CONFIDENCE_CERTAIN;
	add_earlier_refusals(judgement, verdict);
	return true;
}

static bool rule_ike_proposal(const struct judgement *judgement, struct verdict *verdict)
{
	if (!is_init_refused(judgement, verdict, false))
		return false;
	/* Other errors than this one fit other reasons as well. */
	if (judgement->sa->failure.error != IKE_NOTIFY_NO_PROPOSAL_CHOSEN)
		verdict->confidence = CONFIDENCE_POSSIBLE;
	return true;
}

/* INVALID_KE_PAYLOAD that names the group that was sent is about the public value; nobody says what is wrong with it.
 */
static bool rule_dh_group(const struct judgement *judgement, struct verdict *verdict)
{
	if (!ike_sa_wants_other_group(judgement->sa) || !is_init_refused(judgement, verdict, true))
		return false;
	if (judgement->now - judgement->sa->failure.time < OTHER_GROUP_COMES_WITHIN &&
	    evidence_list_find(&verdict->evidence, EVIDENCE_REFUSED_BEFORE) == NULL)
		verdict->confidence = CONFIDENCE_POSSIBLE;
	return true;
}

/* IKEv1 authentication methods that use certificates: RFC 2409 appendix A, and the XAUTH ones. */
static bool uses_certificates(const struct ike_sa *sa)
{
	if (sa->version == 2)
		return sa->authentication.certificates;
	return sa->init.suite.authentication != 0 && sa->init.suite.authentication != 1;
}

static bool authentication_refused(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_sa *sa = judgement->sa;

	if (sa->stage != IKE_STAGE_AUTH_REFUSED && !sa->authentication.refused_by_initiator)
		return false;
	verdict->confidence = CONFIDENCE_POSSIBLE;
	/* Second witness: a new attempt after it, the same before it, or an Informational for each copy (IKEv1). */
	if (add_earlier_refusals(judgement, verdict) ||
	    evidence_list_find(&verdict->evidence, EVIDENCE_NEW_ATTEMPT) != NULL || sa->ikev1.refusals > 1)
		verdict->confidence = CONFIDENCE_LIKELY;
	return true;
}

/* Read in the clear or decrypted, the refusal is certain; which of key, identity or CA is at fault is never said on the
 * wire. */
static void raise_decrypted(const struct ike_sa *sa, struct verdict *verdict)
{
	if (sa->failure.certain)
		verdict->confidence = CONFIDENCE_CERTAIN;
}

static bool rule_certificate(const struct judgement *judgement, struct verdict *verdict)
{
	if (!uses_certificates(judgement->sa) || !authentication_refused(judgement, verdict))
		return false;
	raise_decrypted(judgement->sa, verdict);
	return true;
}

static bool rule_psk(const struct judgement *judgement, struct verdict *verdict)
{
	if (uses_certificates(judgement->sa) || !authentication_refused(judgement, verdict))
		return false;
	raise_decrypted(judgement->sa, verdict);
	return true;
}

/* The authentication request that nobody answered, or whose answer does not arrive; NULL where that is not the state.
 */
static const struct ike_exchange *unanswered_authentication(const struct ike_sa *sa)
{
	const struct ike_exchange *lost = ike_sa_answer_lost(sa);

	if (lost != NULL)
		return lost->exchange_type == IKE2_AUTH || !is_first_exchange(lost) ? lost : NULL;
	if (sa->stage != IKE_STAGE_INIT_DONE && sa->stage != IKE_STAGE_AUTH_SENT)
		return NULL;
	return ike_sa_unanswered(sa);
}

static bool is_second_witness_to_silence(const struct ike_exchange *exchange)
{
	return exchange->copies >= LIKELY_COPIES;
}

static bool moved_to_nat_traversal(const struct ike_exchange *exchange)
{
	return exchange->request_port != IKE_PORT;
}

static bool rule_natt_blocked(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_exchange *exchange = unanswered_authentication(judgement->sa);

	if (exchange == NULL || !moved_to_nat_traversal(exchange))
		return false;
	verdict->confidence = is_second_witness_to_silence(exchange) ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	return true;
}

static bool rule_auth_no_response(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_exchange *exchange = unanswered_authentication(judgement->sa);

	if (exchange == NULL)
		return false;
	verdict->confidence = is_second_witness_to_silence(exchange) ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	return true;
}

static bool rule_no_response(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_exchange *exchange = unanswered_init(judgement->sa);

	if (exchange == NULL)
		return false;
	verdict->confidence = is_second_witness_to_silence(exchange) ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	return true;
}

/* ---- Phase 2 ---- */

static bool is_child_refused(const struct judgement *judgement)
{
	return judgement->up && judgement->sa->children.refusals > 0;
}

/* What a refused rekey may say when PFS is the reason. */
static bool fits_pfs(uint16_t error)
{
	return error == 0 || error == IKE_NOTIFY_NO_PROPOSAL_CHOSEN || error == IKE_NOTIFY_INVALID_KE_PAYLOAD;
}

static bool rule_pfs(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_sa *sa = judgement->sa;

	if (!is_child_refused(judgement) || sa->children.up == 0 || sa->children.refusals_pfs == 0 ||
	    !fits_pfs(sa->children.error))
		return false;
	verdict->confidence = sa->children.error != 0 ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	return true;
}

static bool rule_traffic_selectors(const struct judgement *judgement, struct verdict *verdict)
{
	if (!is_child_refused(judgement) || (judgement->sa->children.error != IKE_NOTIFY_TS_UNACCEPTABLE &&
	                                     judgement->sa->children.error != IKE_NOTIFY_INVALID_ID_INFORMATION &&
	                                     judgement->sa->children.error != IKE_NOTIFY_SINGLE_PAIR_REQUIRED))
		return false;
	verdict->confidence = CONFIDENCE_CERTAIN;
	return true;
}

static bool rule_esp_proposal(const struct judgement *judgement, struct verdict *verdict)
{
	if (!is_child_refused(judgement) || (judgement->sa->children.error != IKE_NOTIFY_NO_PROPOSAL_CHOSEN &&
	                                     judgement->sa->children.error != IKE_NOTIFY_INVALID_KE_PAYLOAD))
		return false;
	verdict->confidence = CONFIDENCE_CERTAIN;
	return true;
}

static bool rule_child_refused(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_sa *sa = judgement->sa;

	if (!judgement->up)
		return false;
	/* Quick mode repeated into silence is a refusal too: IKEv1 peers may drop what they do not want. Of a side that
	 * was never heard the capture may lack the answer. */
	bool silent = sa->version == 1 && sa->children.up == 0 && sa->last_from[0] != 0 && sa->last_from[1] != 0 &&
	              evidence_list_find(&verdict->evidence, EVIDENCE_QUICK_MODE_UNANSWERED) != NULL;
	if (!is_child_refused(judgement) && !silent)
		return false;
	verdict->confidence = CONFIDENCE_POSSIBLE;
	if (sa->children.refusals > 1 || evidence_list_find(&verdict->evidence, EVIDENCE_NEW_ATTEMPT) != NULL)
		verdict->confidence = CONFIDENCE_LIKELY;
	if (sa->children.error != 0)
		verdict->confidence = CONFIDENCE_CERTAIN;
	return true;
}

static bool rule_churn(const struct judgement *judgement, struct verdict *verdict)
{
	const struct ike_sa *sa = judgement->sa;

	if (!judgement->up || sa->children.replacements < CHURN_REKEYS)
		return false;
	int64_t took = sa->children.last_time - sa->children.first_time;
	if (took / sa->children.replacements >= CHURN_INTERVAL)
		return false;
	add_evidence(verdict, EVIDENCE_REKEY_COUNT, sa->last_frame, sa->children.last_time, sa->children.replacements,
	             milliseconds_between(sa->children.first_time, sa->children.last_time));
	verdict->confidence = CONFIDENCE_LIKELY;
	return true;
}

/* ---- data ---- */

static bool rule_mtu(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	/* Once is path MTU discovery at work; again and again is a sender that does not heed it. */
	if (tunnel->too_big_count < TOO_BIG_REPEATED || judgement->now - tunnel->too_big_time >= TOO_BIG_FORGOTTEN)
		return false;
	add_evidence(verdict, EVIDENCE_TOO_BIG, tunnel->too_big_frame, tunnel->too_big_time, tunnel->too_big_mtu, 0);
	verdict->confidence = CONFIDENCE_LIKELY;
	return true;
}

/* What came back since on the SPI's pair shows that the receiver has the SA after all: it did not say so itself. */
static bool is_answered(const struct judgement *judgement, unsigned side, uint32_t spi)
{
	const struct tunnel *tunnel = judgement->tunnel;
	const struct child_sa *child = tunnel_child(tunnel, side, spi);
	const struct spi_entry *back =
	        child == NULL ? NULL : tunnel_spi_entry(judgement->tunnels, tunnel, !side, child->spi_from[!side]);

	return back != NULL && back->trusted && back->last_time > tunnel->invalid_spi_said_time;
}

/* The sender has left the SPI for others, on which packets go both ways: what the receiver said has been mended. */
static bool is_left(const struct judgement *judgement, const struct spi_entry *entry)
{
	const struct tunnel *tunnel = judgement->tunnel;

	return tunnel->esp[0].silence.last - entry->last_time >= SPI_LEFT_AFTER &&
	       tunnel->esp[1].silence.last - entry->last_time >= SPI_LEFT_AFTER;
}

/* The receiver said it does not know the SPI, and the sender goes on with it. */
static bool rule_unknown_spi(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	for (unsigned i = 0; i < tunnel->invalid_spi_count; i++) {
		for (unsigned side = 0; side < 2; side++) {
			const struct spi_entry *entry =
			        tunnel_spi_entry(judgement->tunnels, tunnel, side, tunnel->invalid_spis[i]);
			if (entry == NULL || entry->last_time <= tunnel->invalid_spi_time ||
			    is_left(judgement, entry) || is_answered(judgement, side, tunnel->invalid_spis[i]))
				continue;
			add_evidence(verdict, EVIDENCE_INVALID_SPI, tunnel->invalid_spi_frame, tunnel->invalid_spi_time,
			             entry->spi, 0);
			verdict->confidence = CONFIDENCE_LIKELY;
			return true;
		}
	}
	return false;
}

static uint32_t bounded(uint64_t count)
{
	return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static bool rule_one_way(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;
	const struct child_sa *child;
	bool never;
	int silent = tunnel_silent_side(judgement->tunnels, tunnel, &child, &never);

	if (silent < 0)
		return false;
	const struct esp_silence *silence = child != NULL ? &child->silence[!silent] : &tunnel->esp[!silent].silence;
	if (child != NULL)
		add_evidence(verdict, EVIDENCE_CHILD_ONE_WAY, child->frame, child->time, child->spi_from[!silent],
		             child->spi_from[silent]);
	add_evidence(verdict, EVIDENCE_ESP_ONE_WAY, tunnel->esp[!silent].last_frame, silence->last,
	             bounded(silence->packets), milliseconds_between(silence->start, silence->last));
	verdict->child = child;
	verdict->missing = silent == (int)tunnel->asa_side ? ESP_MISSING_ENCAPS : ESP_MISSING_DECAPS;
	/* A flood of made-up SPIs can keep a tunnel's new one from being counted. */
	int64_t uncounted = tunnels_uncounted_time(judgement->tunnels);
	bool unsure = uncounted != 0 && uncounted >= silence->start;
	if (unsure)
		add_evidence(verdict, EVIDENCE_ESP_UNCOUNTED, 0, uncounted, 0, 0);
	/* Few packets on a child that was never answered may be the first of a peer that is slow to answer. */
	bool brief = never && (silence->packets < tunnels_options(judgement->tunnels)->one_way_packets ||
	                       silence->last - silence->start <
	                               (int64_t)tunnels_options(judgement->tunnels)->one_way_seconds * NANOSECONDS);
	bool explained = child == NULL || child_is_explained(child);
	verdict->confidence = judgement->up && explained && !unsure && !brief ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	return true;
}

/* So many packets lost, of those sent, are a verdict: many, or few among few, which chance may be. */
static const struct loss_bound {
	uint64_t lost;
	uint64_t percent;
	uint64_t received;
	uint64_t sent;
	enum confidence confidence;
} loss_bounds[] = {
        {.lost = 10, .percent = 1, .received = 10, .confidence = CONFIDENCE_LIKELY},
        {.lost = LOSS_LEAST, .percent = 5, .sent = 50, .confidence = CONFIDENCE_POSSIBLE},
};

static const struct loss_bound *loss_bound_reached(uint64_t lost, uint64_t received)
{
	uint64_t sent = lost + received;

	for (size_t i = 0; i < sizeof loss_bounds / sizeof loss_bounds[0]; i++) {
		const struct loss_bound *bound = &loss_bounds[i];
		if (lost >= bound->lost && received >= bound->received && sent >= bound->sent &&
		    lost * 100 >= sent * bound->percent)
			return bound;
	}
	return NULL;
}

static bool rule_packet_loss(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	for (unsigned side = 0; side < 2; side++) {
		const struct esp_direction *esp = &tunnel->esp[side];
		uint64_t packets = esp->packets - esp->loss_packets[1];
		/* Losses of before that arrived late since then are less than none. */
		uint64_t losses = esp_direction_path_losses(esp);
		uint64_t lost = losses > esp->loss_lost[1] ? losses - esp->loss_lost[1] : 0;
		const struct loss_bound *bound = loss_bound_reached(lost, packets);
		if (bound == NULL)
			continue;
		add_evidence(verdict, EVIDENCE_ESP_LOST, esp->last_frame, esp->last_time, bounded(lost),
		             bounded(packets));
		verdict->confidence = bound->confidence;
		return true;
	}
	return false;
}

/* Whether ESP of the two would be seen: a gateway sees it, and so does a capture that has held some. */
static bool sees_esp(const struct judgement *judgement)
{
	const struct tunnel *tunnel = judgement->tunnel;

	return tunnels_options(judgement->tunnels)->sees_both_ways ||
	       esp_direction_seen(&tunnel->esp[0]) + esp_direction_seen(&tunnel->esp[1]) != 0;
}

static bool has_carried_since(const struct tunnel *tunnel, int64_t time)
{
	for (unsigned side = 0; side < 2; side++)
		if (esp_direction_seen(&tunnel->esp[side]) != 0 && tunnel->esp[side].last_time >= time)
			return true;
	return false;
}

static bool rule_no_traffic(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;

	if (!judgement->up || judgement->sa->children.up == 0 || judgement->sa->starts_midstream ||
	    !sees_esp(judgement) || has_carried_since(tunnel, judgement->sa->children.first_time))
		return false;
	int64_t watched = tunnel->last_time - judgement->sa->children.first_time;
	if (watched < NO_TRAFFIC_AFTER)
		return false;
	add_evidence(verdict, EVIDENCE_ESP_NONE, tunnel->last_frame, tunnel->last_time,
	             milliseconds_between(judgement->sa->children.first_time, tunnel->last_time) / 1000, 0);
	verdict->confidence = CONFIDENCE_POSSIBLE;
	return true;
}

/* ---- the rules in order: the first that holds gives the verdict ---- */

enum asked { ASKED_ALWAYS, ASKED_FAILED, ASKED_UP_OR_NO_IKE };

static const struct {
	enum cause cause;
	enum asked asked;
	rule *holds;
} rules[] = {
        {CAUSE_PEER_DEAD, ASKED_ALWAYS, rule_peer_dead},
        {CAUSE_VERSION_MISMATCH, ASKED_FAILED, rule_version_mismatch},
        {CAUSE_IKE_PROPOSAL_MISMATCH, ASKED_FAILED, rule_ike_proposal},
        {CAUSE_DH_GROUP_MISMATCH, ASKED_FAILED, rule_dh_group},
        {CAUSE_CERT_UNTRUSTED, ASKED_FAILED, rule_certificate},
        {CAUSE_PSK_MISMATCH, ASKED_FAILED, rule_psk},
        {CAUSE_NATT_BLOCKED, ASKED_FAILED, rule_natt_blocked},
        {CAUSE_AUTH_NO_RESPONSE, ASKED_FAILED, rule_auth_no_response},
        {CAUSE_NO_RESPONSE, ASKED_FAILED, rule_no_response},
        {CAUSE_TS_UNACCEPTABLE, ASKED_UP_OR_NO_IKE, rule_traffic_selectors},
        {CAUSE_PFS_MISMATCH, ASKED_UP_OR_NO_IKE, rule_pfs},
        {CAUSE_ESP_PROPOSAL_MISMATCH, ASKED_UP_OR_NO_IKE, rule_esp_proposal},
        {CAUSE_CHILD_REFUSED, ASKED_UP_OR_NO_IKE, rule_child_refused},
        {CAUSE_REKEY_CHURN, ASKED_UP_OR_NO_IKE, rule_churn},
        {CAUSE_UNKNOWN_SPI, ASKED_UP_OR_NO_IKE, rule_unknown_spi},
        {CAUSE_MTU, ASKED_UP_OR_NO_IKE, rule_mtu},
        {CAUSE_ONE_WAY, ASKED_UP_OR_NO_IKE, rule_one_way},
        {CAUSE_PACKET_LOSS, ASKED_UP_OR_NO_IKE, rule_packet_loss},
        {CAUSE_NO_TRAFFIC, ASKED_UP_OR_NO_IKE, rule_no_traffic},
};

static void take_alternatives(struct verdict *verdict)
{
	const struct catalogue_entry *entry = catalogue_entry(verdict->cause);

	for (unsigned i = 0; i < CATALOGUE_ALTERNATIVES && entry->alternatives[i] != NULL; i++)
		verdict->alternatives[verdict->alternative_count++] = entry->alternatives[i];
}

/* What the capture cannot show is said as such. */
static void note_limits(const struct judgement *judgement, struct verdict *verdict)
{
	const struct tunnel *tunnel = judgement->tunnel;
	bool sees_both_ways = tunnels_options(judgement->tunnels)->sees_both_ways;
	bool one_direction = tunnel->last_from[0] == 0 || tunnel->last_from[1] == 0 ||
	                     (judgement->sa != NULL && judgement->sa->other_half_unseen);

	if (verdict->cause != CAUSE_UNDETERMINED)
		return;
	if (!tunnel_was_seen(tunnel))
		add_evidence(verdict, EVIDENCE_NOTHING_SEEN, 0, judgement->now, 0, 0);
	else if (one_direction && !sees_both_ways)
		add_evidence(verdict, EVIDENCE_ONE_DIRECTION_CAPTURED, tunnel->last_frame, tunnel->last_time,
		             tunnel->last_from[0] == 0, 0);
}

static void begin_verdict(const struct judgement *judgement, struct verdict *verdict)
{
	memset(verdict, 0, sizeof *verdict);
	verdict->ike_sa = judgement->sa;
	verdict->confidence = CONFIDENCE_POSSIBLE;
	if (judgement->sa != NULL)
		verdict->evidence = judgement->sa->evidence;
}

/* verdict keeps CAUSE_NONE where no rule holds. */
static void find_cause(const struct judgement *judgement, struct verdict *verdict)
{
	const bool asked[] = {
	        [ASKED_ALWAYS] = !judgement->of_renewal,
	        [ASKED_FAILED] = judgement->outcome == IKE_OUTCOME_FAILED,
	        [ASKED_UP_OR_NO_IKE] = judgement->sa == NULL || judgement->up,
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (!asked[rules[i].asked] || !rules[i].holds(judgement, verdict))
			continue;
		verdict->cause = rules[i].cause;
		return;
	}
}

/* A newer negotiation that was refused while this SA works. */
static const struct ike_sa *refused_renewal(const struct judgement *judgement)
{
	const struct tunnel *tunnel = judgement->tunnel;
	const struct ike_sa *newest = tunnel->ike_sa_count == 0 ? NULL : tunnel->ike_sas[tunnel->ike_sa_count - 1];

	if (!judgement->up || newest == NULL || newest == judgement->sa || newest->failure.time == 0 ||
	    ike_sa_outcome(tunnel, newest) != IKE_OUTCOME_FAILED)
		return NULL;
	return newest;
}

/* What says that an IKE SA, which was up, works no more. */
static bool ends_ike_sa(const struct verdict *verdict)
{
	return verdict->cause == CAUSE_PEER_DEAD || (verdict->cause == CAUSE_ONE_WAY && verdict->child == NULL);
}

static void judge(struct judgement *judgement, const struct ike_sa *sa, struct verdict *verdict)
{
	judgement->sa = sa;
	judgement->outcome = sa != NULL ? ike_sa_outcome(judgement->tunnel, sa) : IKE_OUTCOME_PENDING;
	judgement->up = judgement->outcome == IKE_OUTCOME_UP;
	begin_verdict(judgement, verdict);
	find_cause(judgement, verdict);
}

void tunnel_diagnose(struct tunnels *tunnels, const struct tunnel *tunnel, struct verdict *verdict)
{
	struct judgement judgement = {.tunnels = tunnels, .tunnel = tunnel, .now = tunnels_now(tunnels)};

	judge(&judgement, tunnel_ike_sa(tunnel), verdict);
	const struct ike_sa *refused = refused_renewal(&judgement);
	/* Its renewal was refused, and now it has ended: it ended because of that. */
	if (refused != NULL && ends_ike_sa(verdict)) {
		judgement.of_renewal = true;
		judge(&judgement, refused, verdict);
		refused = NULL;
	}
	if (cause_is_fault(verdict->cause)) {
		verdict_take_log(tunnel, verdict);
		verdict->phase_failed = catalogue_entry(verdict->cause)->phase;
		take_alternatives(verdict);
	}
	verdict->refused = refused;
	verdict_take_answers(tunnels, tunnel, verdict);
	note_limits(&judgement, verdict);
}
