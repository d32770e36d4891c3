/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/children.h"

#include "core/base/time.h"
#include "core/tunnel/silence.h"

/* ---- packets ---- */

/* Packets that nobody made up who does not follow the SA. */
static bool is_proven(const struct tunnel *tunnel, const struct child_sa *child, unsigned side)
{
	return child_silence(tunnel, child, side)->last != 0;
}

static bool carries(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child, unsigned side)
{
	return is_proven(tunnel, child, side) || tunnel_spi_entry(tunnels, tunnel, side, child->spi_from[side]) != NULL;
}

/* ---- one way ---- */

/* Whether packets of this side could be in the capture: others of its are. */
static bool could_be_seen(const struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side)
{
	return (tunnels_options(tunnels)->sees_both_ways || tunnel->last_from[side] != 0) && !tunnel->esp[side].hidden;
}

/* Whether the child, or one that it may have replaced, was answered by this side. */
static bool was_answered(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child,
                         unsigned side)
{
	if (carries(tunnels, tunnel, child, side))
		return true;
	for (unsigned i = 0; i < tunnel->child_count && &tunnel->children[i] != child; i++) {
		const struct child_sa *older = &tunnel->children[i];
		bool both = older->silence[0].last != 0 && older->silence[1].last != 0;
		if (both && older->silence[!side].last <= child_silence(tunnel, child, !side)->start)
			return true;
	}
	return false;
}

/* Whether side began to send on the other child when it had left this one. */
static bool has_moved_to(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child,
                         const struct child_sa *other, unsigned side)
{
	const struct spi_entry *entry = tunnel_spi_entry(tunnels, tunnel, side, other->spi_from[side]);

	return entry != NULL && entry->first_time > child->silence[side].last;
}

/*
 * What goes one way on this child comes back on another that goes only that way, or did until side moved there: a rekey
 * half done, or a wrong pair.
 */
static bool is_answered_by_another(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child,
                                   unsigned side)
{
	int64_t since = child->silence[side].start;

	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *other = &tunnel->children[i];
		if (other != child && other->silence[!side].last >= since &&
		    (other->silence[side].last < since || has_moved_to(tunnels, tunnel, child, other, side)))
			return true;
	}
	return false;
}

/* Silent now in both ways, that is, for longer than is usual between its packets: it was replaced, or nobody uses it.
 */
static bool is_out_of_use(const struct tunnels *tunnels, const struct esp_silence *silence)
{
	int64_t idle = tunnels_now(tunnels) - silence->last;
	int64_t usual = (silence->last - silence->start) / (int64_t)(silence->packets + 1);

	return idle > (int64_t)tunnels_options(tunnels)->one_way_seconds * NANOSECONDS && idle > 2 * usual;
}

/* Whether packets that side sends on the child go unanswered. */
static bool goes_unanswered(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child,
                            unsigned side, bool *never)
{
	const struct tunnel_options *options = tunnels_options(tunnels);
	const struct esp_silence *silence = child_silence(tunnel, child, side);
	bool is_only = tunnel->child_count == 1;

	if (!could_be_seen(tunnels, tunnel, !side))
		return false;
	*never = !was_answered(tunnels, tunnel, child, !side);
	if (!(*never ? esp_silence_was_never_answered(options, silence) : esp_silence_is_one_way(options, silence)))
		return false;
	return is_only || (!is_answered_by_another(tunnels, tunnel, child, side) && !is_out_of_use(tunnels, silence));
}

static int silent_side_of(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa *child,
                          bool *never)
{
	for (unsigned side = 0; side < 2; side++)
		if (goes_unanswered(tunnels, tunnel, child, side, never))
			return !side;
	return -1;
}

/* The tunnel as a whole, whichever SPIs its packets are on. */
static int silent_side_of_all(struct tunnels *tunnels, const struct tunnel *tunnel, bool *never)
{
	const struct tunnel_options *options = tunnels_options(tunnels);

	for (unsigned side = 0; side < 2; side++) {
		const struct esp_silence *silence = &tunnel->esp[side].silence;
		*never = esp_direction_seen(&tunnel->esp[!side]) == 0;
		if (could_be_seen(tunnels, tunnel, !side) && (*never ? esp_silence_was_never_answered(options, silence)
		                                                     : esp_silence_is_one_way(options, silence)))
			return !side;
	}
	return -1;
}

int tunnel_silent_side(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa **child, bool *never)
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	int silent = silent_side_of_all(tunnels, tunnel, never);

	*child = NULL;
	if (silent >= 0 || tunnel->child_count < 2)
		return silent;
	unsigned count = tunnel_children_up(tunnels, tunnel, up);
	for (unsigned i = 0; i < count; i++) {
		silent = silent_side_of(tunnels, tunnel, up[i], never);
		if (silent < 0)
			continue;
		*child = up[i];
		return silent;
	}
	return -1;
}

/* ---- the answers of a child ---- */

static struct phase_answer unknown(enum answer_reason reason)
{
	return (struct phase_answer){.answer = ANSWER_UNKNOWN, .reason = reason};
}

static struct phase_answer ok(enum answer_reason reason, enum confidence confidence)
{
	return (struct phase_answer){.answer = ANSWER_OK, .confidence = confidence, .reason = reason};
}

/* Timing only guesses which two SPIs make a child, unless there are no others that somebody uses. */
static bool is_paired_for_certain(const struct tunnel *tunnel, const struct child_sa *child)
{
	if (child->paired_by != PAIRED_BY_NONE && child->paired_by != PAIRED_BY_TIMING)
		return true;
	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *other = &tunnel->children[i];
		if (other != child && (is_proven(tunnel, other, 0) || is_proven(tunnel, other, 1)))
			return false;
	}
	return true;
}

static enum confidence confidence_of_esp(const struct tunnel *tunnel, const struct child_sa *child)
{
	bool proven = is_proven(tunnel, child, 0) && is_proven(tunnel, child, 1);

	return proven && is_paired_for_certain(tunnel, child) ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
}

static struct phase_answer data_answer(const struct tunnels *tunnels, const struct tunnel *tunnel,
                                       const struct child_verdict *verdict)
{
	if (verdict->silent_side >= 0)
		return (struct phase_answer){ANSWER_FAILED, verdict->confidence, REASON_CAUSE};
	if (verdict->carries[0] && verdict->carries[1])
		return ok(REASON_ESP_BOTH_WAYS, confidence_of_esp(tunnel, verdict->child));
	if (!verdict->carries[0] && !verdict->carries[1])
		return unknown(REASON_NO_ESP_YET);
	for (unsigned side = 0; side < 2; side++)
		if (!could_be_seen(tunnels, tunnel, side))
			return unknown(REASON_ONE_DIRECTION);
	return unknown(REASON_FEW_PACKETS);
}

/* Why IKE alone does not tell that a child came up; REASON_NONE where it does. */
static enum answer_reason doubt_of_ike(const struct tunnels *tunnels, const struct tunnel *tunnel)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL)
		return REASON_NO_IKE;
	if (sa->children.up == 0)
		return REASON_MIDSTREAM;
	if (ike_sa_outcome(tunnel, sa) == IKE_OUTCOME_FAILED)
		return REASON_NOT_REACHED;
	if (!tunnels_options(tunnels)->sees_both_ways && (sa->last_from[0] == 0 || sa->last_from[1] == 0))
		return REASON_ONE_DIRECTION;
	return REASON_NONE;
}

static struct phase_answer phase_2_answer(const struct tunnels *tunnels, const struct tunnel *tunnel,
                                          const struct child_verdict *verdict)
{
	const struct child_agreement *agreement = verdict->child->agreement;
	enum answer_reason doubt = doubt_of_ike(tunnels, tunnel);

	if (doubt != REASON_NOT_REACHED && agreement != NULL && (agreement->suite_known || agreement->selectors_known))
		return ok(REASON_CHILD_AGREED, CONFIDENCE_CERTAIN);
	if (verdict->carries[0] && verdict->carries[1])
		return ok(REASON_CHILD_CARRIES_ESP, confidence_of_esp(tunnel, verdict->child));
	return doubt == REASON_NONE ? ok(REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE) : unknown(doubt);
}

static void conclude(struct child_verdict *verdict)
{
	if (verdict->silent_side >= 0) {
		verdict->cause = CAUSE_ONE_WAY;
	} else if (verdict->phase_2.answer == ANSWER_OK && verdict->data.answer == ANSWER_OK) {
		verdict->cause = CAUSE_NONE;
		verdict->confidence = verdict->data.confidence < verdict->phase_2.confidence
		                              ? verdict->data.confidence
		                              : verdict->phase_2.confidence;
	} else {
		verdict->cause = CAUSE_UNDETERMINED;
	}
}

static struct child_verdict judge_child(struct tunnels *tunnels, const struct tunnel *tunnel,
                                        const struct child_sa *child)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);
	struct child_verdict verdict = {.child = child, .confidence = CONFIDENCE_POSSIBLE};
	bool never = false;

	verdict.silent_side = silent_side_of(tunnels, tunnel, child, &never);
	if (verdict.silent_side >= 0 && !never && child_is_explained(child) && sa != NULL &&
	    tunnel_ike_sa_is_up(tunnel, sa))
		verdict.confidence = CONFIDENCE_LIKELY;
	for (unsigned side = 0; side < 2; side++)
		verdict.carries[side] = carries(tunnels, tunnel, child, side);
	verdict.phase_2 = phase_2_answer(tunnels, tunnel, &verdict);
	verdict.data = data_answer(tunnels, tunnel, &verdict);
	conclude(&verdict);
	return verdict;
}

/*
 * Packets one way of which nothing can be said yet. They may be one half of a rekey. An SPI that no exchange explains
 * and that nothing answers is a child only when it has gone on: a stray packet makes none. Who sees both ways also
 * gives a new child the time to be answered.
 */
static bool is_too_new(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_verdict *verdict)
{
	const struct tunnel_options *options = tunnels_options(tunnels);
	const struct child_sa *child = verdict->child;
	bool is_explained = child_is_explained(child);

	if (verdict->silent_side >= 0 || (verdict->carries[0] && verdict->carries[1]))
		return false;
	if (!verdict->carries[0] && !verdict->carries[1])
		return !is_explained;
	unsigned side = verdict->carries[0] ? 0 : 1;
	const struct esp_silence *silence = child_silence(tunnel, child, side);
	if (is_answered_by_another(tunnels, tunnel, child, side))
		return true;
	if (!is_explained)
		return options->sees_both_ways || silence->packets < NEVER_ANSWERED_PACKETS;
	return options->sees_both_ways && silence->last - silence->start < options->one_way_seconds * NANOSECONDS;
}

/* Returns how many are left: all, where there is none but such. */
static unsigned drop_too_new(struct tunnels *tunnels, const struct tunnel *tunnel,
                             struct child_verdict verdicts[TUNNEL_CHILDREN], unsigned count)
{
	unsigned left = 0;

	for (unsigned i = 0; i < count; i++)
		if (!is_too_new(tunnels, tunnel, &verdicts[i]))
			verdicts[left++] = verdicts[i];
	return left > 0 ? left : count;
}

unsigned tunnel_judge_children(struct tunnels *tunnels, const struct tunnel *tunnel,
                               struct child_verdict verdicts[TUNNEL_CHILDREN])
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	unsigned count = tunnel_children_up(tunnels, tunnel, up);

	for (unsigned i = 0; i < count; i++)
		verdicts[i] = judge_child(tunnels, tunnel, up[i]);
	return drop_too_new(tunnels, tunnel, verdicts, count);
}
