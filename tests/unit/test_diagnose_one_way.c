/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When ESP counts as one-way: how many packets, how long, how unusual the silence has to be, and how sure that is. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/children.h"
#include "core/verdict/judge.h"
#include "core/verdict/words.h"

#define OUT 0x1001
#define BACK 0x2001

/* What an ASA would show, and whether it would log anything. */
static void assert_shown(const struct scene *scene, const char *shown, bool logs)
{
	struct verdict verdict = scene_verdict(scene);
	struct verdict_words words;
	char text[VERDICT_WORDS_SIZE];
	unsigned cursor = 0;

	verdict_words_of(scene_tunnel(scene), &verdict, &words);
	g_assert_cmpstr(verdict_words_shown(&words, text, sizeof text), ==, shown);
	g_assert_true((verdict_words_message(&words, &cursor) != NULL) == logs);
}

static void esp_without_return_is_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	assert_shown(scene, "READY; #pkts encaps grows and #pkts decaps does not", false);
	scene_esp(scene, 1, BACK, 2, 0.5);
	assert_no_fault(scene);
}

static void one_way_while_esp_passes_uncounted_is_less_sure(struct scene *scene)
{
	scene_up(scene);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 1, BACK, 2, 0.5);
	assert_no_fault(scene);
}

static void the_other_direction_is_one_way_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 1, BACK, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	assert_shown(scene, "READY; #pkts decaps grows and #pkts encaps does not", true);
}

static void few_packets_or_little_time_are_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 4, 1);
	assert_no_fault(scene);
	scene_esp(scene, 0, OUT, 1, 1);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 0, OUT, 2, 1);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 0, OUT, 1, 1);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
}

static void a_burst_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 1000, 0.001);
	assert_no_fault(scene);
}

static void a_stream_with_rare_answers_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 5; i++) {
		scene_esp(scene, 0, OUT, 100, 0.1);
		scene_esp(scene, 1, BACK, 1, 0.1);
	}
	scene_esp(scene, 0, OUT, 120, 0.1);
	assert_no_fault(scene);
}

static void a_made_up_packet_back_hides_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_esp(scene, 0, OUT, 20, 0.5);
	scene_esp(scene, 1, 0xbad, 1, 0.5);
	scene_esp(scene, 0, OUT, 1, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene_esp(scene, 1, BACK, 1, 0.5);
	assert_no_fault(scene);
}

static void made_up_packets_are_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	for (unsigned i = 0; i < 40; i++)
		scene_esp(scene, 0, 0xbad00 + i, 1, 0.5);
	assert_no_fault(scene);
}

static void rekey_overlap_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 10, 0.5);
	for (unsigned i = 0; i < 20; i++) {
		scene_esp(scene, 0, 0x1002, 1, 0.5);
		scene_esp(scene, 1, BACK, 1, 0.5);
	}
	assert_no_fault(scene);
}

/* A peer may go on with its old outbound SA while the other side has a new one: pairs are not one to one. */
static void one_spi_that_faces_two_over_time_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 10, 0.5);
	scene_esp_both(scene, OUT, 0x2002, 10, 0.5);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->esp[1].spis, ==, 2);
	g_assert_cmpuint(scene_tunnel(scene)->esp[0].packets, ==, 20);
}

static void esp_alone_in_one_direction_is_no_verdict(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 100, 0.5);
	assert_no_fault(scene);
}

/* ---- how long ---- */

/* Up and used: both SPIs are known, and no silence lasted long enough to be called usual. */
static void begin_in_use(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_wait(scene, 1);
}

/* Enough packets for any verdict, all at once. Returns their time, which is the beginning of the silence. */
static int64_t begin_silence(struct scene *scene)
{
	scene_esp(scene, 0, OUT, tunnel_options_default().one_way_packets, 0);
	return scene->time;
}

static void a_silence_is_one_way_from_the_seconds_on_that_were_asked_for(struct scene *scene)
{
	const int64_t asked = tunnel_options_default().one_way_seconds * NANOSECONDS;

	begin_in_use(scene);
	int64_t start = begin_silence(scene);
	scene_esp_at(scene, 0, OUT, start + asked - 1);
	assert_no_fault(scene);
	scene_esp_at(scene, 0, OUT, start + asked);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void a_silence_is_one_way_once_it_lasts_more_than_three_times_the_longest(struct scene *scene)
{
	const int64_t longest = 10 * NANOSECONDS;

	begin_in_use(scene);
	int64_t start = begin_silence(scene);
	scene_esp_at(scene, 1, BACK, start + longest);
	start = begin_silence(scene);
	scene_esp_at(scene, 0, OUT, start + 3 * longest);
	assert_no_fault(scene);
	scene_esp_at(scene, 0, OUT, start + 3 * longest + 1);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void the_options_say_how_many_packets_and_seconds(struct scene *scene)
{
	tunnels_set_one_way(scene->tunnels, 3, 60);
	begin_in_use(scene);
	scene_esp(scene, 0, OUT, 1, 0);
	int64_t start = scene->time;
	scene_esp_at(scene, 0, OUT, start + 60 * NANOSECONDS);
	assert_no_fault(scene);
	scene_esp_at(scene, 0, OUT, start + 60 * NANOSECONDS);
	assert_cause(scene, CAUSE_ONE_WAY);
}

/* ---- how sure ---- */

static void a_one_way_tunnel_whose_negotiation_was_not_seen_is_possible(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
}

static void esp_that_passed_uncounted_before_a_silence_leaves_it_likely(struct scene *scene)
{
	begin_in_use(scene);
	int64_t start = begin_silence(scene);
	scene_esp_at(scene, 0, OUT, start + 30 * NANOSECONDS);
	tunnels_note_uncounted(scene->tunnels, start - 1);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ESP_UNCOUNTED), ==, 0);
}

static void esp_that_passed_uncounted_in_a_silence_makes_it_possible(struct scene *scene)
{
	static const int64_t after[] = {0, NANOSECONDS, 30 * NANOSECONDS, 40 * NANOSECONDS};

	begin_in_use(scene);
	int64_t start = begin_silence(scene);
	scene_esp_at(scene, 0, OUT, start + 30 * NANOSECONDS);
	for (size_t i = 0; i < G_N_ELEMENTS(after); i++) {
		tunnels_note_uncounted(scene->tunnels, start + after[i]);
		assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
		g_assert_cmpint(evidence_of(scene, EVIDENCE_ESP_UNCOUNTED).time, ==, start + after[i]);
	}
}

static void the_evidence_of_a_silence_is_its_packets_and_how_long_they_went_on(struct scene *scene)
{
	begin_in_use(scene);
	int64_t start = begin_silence(scene);
	uint32_t packets = tunnel_options_default().one_way_packets + 1;
	scene_esp_at(scene, 0, OUT, start + 30 * NANOSECONDS);
	struct evidence item = evidence_of(scene, EVIDENCE_ESP_ONE_WAY);
	g_assert_cmpuint(item.frame, ==, scene->frame);
	g_assert_cmpint(item.time, ==, scene->time);
	g_assert_cmpuint(item.a, ==, packets);
	g_assert_cmpuint(item.b, ==, 30000);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CHILD_ONE_WAY), ==, 0);
}

/* ---- where one direction cannot be seen ---- */

static void a_direction_that_is_hidden_is_not_missed_but_the_other_is(struct scene *scene)
{
	begin_in_use(scene);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	int64_t start = begin_silence(scene);
	scene_esp_at(scene, 0, OUT, start + 30 * NANOSECONDS);
	tunnel->esp[1].hidden = true;
	assert_no_fault(scene);
	tunnel->esp[1].hidden = false;
	tunnel->esp[0].hidden = true;
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void only_the_missing_side_has_to_have_been_heard(struct scene *scene)
{
	scene_esp(scene, 1, BACK, 2, 0.5);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	tunnels_at(scene->tunnels, 0)->last_from[0] = 0;
	assert_no_fault(scene);
}

static void a_failed_negotiation_is_the_cause_of_a_silence(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene_init_request(scene);
	assert_no_fault(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	assert_cause(scene, CAUSE_IKE_PROPOSAL_MISMATCH);
}

/* ---- one child of several, where packets are counted elsewhere ---- */

/* A pair of SPIs beside another that is used both ways; on it only side 0 sends, and its last packet has just come. */
static struct child_sa *one_way_child(struct scene *scene)
{
	const uint32_t packets = tunnel_options_default().one_way_packets;

	begin_in_use(scene);
	struct child_sa *child =
	        tunnel_pair_spis(tunnels_at(scene->tunnels, 0), 0, OUT + 1, BACK + 1, PAIRED_BY_XFRM, scene->time);
	child->silence[0] =
	        (struct esp_silence){.packets = packets, .start = scene->time - 60 * NANOSECONDS, .last = scene->time};
	return child;
}

static void pass(struct scene *scene, int64_t nanoseconds)
{
	scene->time += nanoseconds;
	tunnels_settle_counts(scene->tunnels, scene->time, NULL, NULL);
}

static void a_child_that_goes_one_way_is_named(struct scene *scene)
{
	const struct child_sa *child = one_way_child(scene);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_CHILD_ONE_WAY);
	g_assert_cmphex(item.a, ==, OUT + 1);
	g_assert_cmphex(item.b, ==, BACK + 1);
	g_assert_cmpint(item.time, ==, child->time);
	item = evidence_of(scene, EVIDENCE_ESP_ONE_WAY);
	g_assert_cmpuint(item.a, ==, child->silence[0].packets);
	g_assert_cmpuint(item.b, ==, 60000);
	g_assert_cmpint(item.time, ==, child->silence[0].last);
	assert_shown(scene, "READY; #pkts encaps grows and #pkts decaps does not", false);
}

static void a_child_that_goes_the_other_way_is_named_as_well(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);
	child->silence[1] = child->silence[0];
	child->silence[0] = (struct esp_silence){0};
	struct evidence item = evidence_of(scene, EVIDENCE_CHILD_ONE_WAY);
	g_assert_cmphex(item.a, ==, BACK + 1);
	g_assert_cmphex(item.b, ==, OUT + 1);
	assert_shown(scene, "READY; #pkts decaps grows and #pkts encaps does not", true);
}

static void a_child_with_a_packet_less_is_no_fault(struct scene *scene)
{
	one_way_child(scene)->silence[0].packets = 4;
	assert_no_fault(scene);
}

static void a_child_that_is_deleted_is_no_fault(struct scene *scene)
{
	one_way_child(scene)->deleted = true;
	assert_no_fault(scene);
}

static void a_child_that_nothing_pairs_is_one_way_as_well(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);

	child->paired_by = PAIRED_BY_NONE;
	child->announced = true;
	assert_cause(scene, CAUSE_ONE_WAY);
}

/* What tunnel_judge_children() says of the child that side 0 alone sends on. */
static struct child_verdict verdict_of_child(struct scene *scene)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];
	unsigned count = tunnel_judge_children(scene->tunnels, scene_tunnel(scene), verdicts);

	for (unsigned i = 0; i < count; i++)
		if (verdicts[i].child->spi_from[0] == OUT + 1)
			return verdicts[i];
	g_assert_not_reached();
}

static void assert_child_verdict(struct scene *scene, enum confidence confidence)
{
	struct child_verdict verdict = verdict_of_child(scene);

	g_assert_cmpstr(cause_name(verdict.cause), ==, cause_name(CAUSE_ONE_WAY));
	g_assert_cmpint(verdict.silent_side, ==, 1);
	g_assert_cmpstr(confidence_name(verdict.confidence), ==, confidence_name(confidence));
	g_assert_cmpstr(answer_name(verdict.data.answer), ==, answer_name(ANSWER_FAILED));
}

/* The child, which was answered before. */
static struct child_sa *one_way_child_that_was_answered(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);

	child->silence[1].last = child->silence[0].start;
	return child;
}

static void a_child_that_was_answered_is_likely_one_way_beside_an_ike_sa_that_is_up(struct scene *scene)
{
	one_way_child_that_was_answered(scene);
	assert_child_verdict(scene, CONFIDENCE_LIKELY);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
}

static void a_child_that_nothing_explains_is_possibly_one_way(struct scene *scene)
{
	struct child_sa *child = one_way_child_that_was_answered(scene);

	scene_esp(scene, 0, OUT + 1, 2, 0.1); /* whoever sends it follows its numbers */
	assert_child_verdict(scene, CONFIDENCE_LIKELY);
	child->paired_by = PAIRED_BY_NONE;
	assert_child_verdict(scene, CONFIDENCE_POSSIBLE);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
}

/* An exchange, a packet back or the kernel. */
static void whatever_explains_a_child_does(struct scene *scene)
{
	struct child_sa *child = one_way_child_that_was_answered(scene);

	for (enum paired_by by = PAIRED_BY_IKE; by <= PAIRED_BY_DECLARED; by++) {
		child->paired_by = by;
		assert_child_verdict(scene, CONFIDENCE_LIKELY);
	}
	child->paired_by = PAIRED_BY_NONE;
	child->announced = true;
	assert_child_verdict(scene, CONFIDENCE_LIKELY);
}

static void a_child_that_was_never_answered_is_possibly_one_way(struct scene *scene)
{
	one_way_child(scene);
	tunnels_at(scene->tunnels, 0)->children[0].silence[1].last = 0; /* nor was one before it */
	assert_child_verdict(scene, CONFIDENCE_POSSIBLE);
}

static void a_child_whose_ike_sa_is_not_up_is_possibly_one_way(struct scene *scene)
{
	one_way_child_that_was_answered(scene);
	tunnels_at(scene->tunnels, 0)->ike_sas[0]->stage = IKE_STAGE_AUTH_SENT;
	assert_child_verdict(scene, CONFIDENCE_POSSIBLE);
}

static unsigned count_judged(struct scene *scene)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];

	return tunnel_judge_children(scene->tunnels, scene_tunnel(scene), verdicts);
}

/* What nothing explains and nobody answers, beside a child that is used both ways. */
static void five_packets_that_nothing_explains_are_a_child(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	for (unsigned packets = 1; packets <= 5; packets++) {
		g_assert_cmpuint(count_judged(scene), ==, 1);
		scene_esp(scene, 0, OUT + 1, 1, 0.1);
		scene_esp_both(scene, OUT, BACK, 1, 0.05);
	}
	g_assert_cmpuint(count_judged(scene), ==, 2);
	assert_undetermined(scene, PHASE_DATA, REASON_FEW_PACKETS);
}

/* There is no other that its packets may have gone to. */
static void an_only_child_stays_one_way_when_it_is_idle(struct scene *scene)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];

	scene_up(scene);
	scene_esp(scene, 0, OUT, 30, 0.5);
	pass(scene, 3600 * NANOSECONDS);
	g_assert_cmpuint(tunnel_judge_children(scene->tunnels, scene_tunnel(scene), verdicts), ==, 1);
	g_assert_cmpint(verdicts[0].silent_side, ==, 1);
	assert_cause(scene, CAUSE_ONE_WAY);
}

/* The other child goes only the other way since then: a rekey half done, or timing paired them wrongly. */
static void what_goes_one_way_may_come_back_on_another_child(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);
	struct child_sa *other = &tunnels_at(scene->tunnels, 0)->children[0];
	int64_t since = child->silence[0].start;

	tunnels_at(scene->tunnels, 0)->ike_sas[0]->children.up = 2;
	other->silence[0].last = since - 1;
	other->silence[1].last = since;
	assert_no_fault(scene);
	g_assert_cmpuint(count_judged(scene), ==, 1); /* one half of a child is none */
	other->silence[1].last = since - 1;
	assert_cause(scene, CAUSE_ONE_WAY);
	other->silence[1].last = since;
	other->silence[0].last = since;
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void or_on_one_that_its_sender_has_moved_to(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);
	const struct spi_entry *moved = tunnel_spi_entry(scene->tunnels, scene_tunnel(scene), 0, OUT);

	child->silence[0].start = moved->first_time - 60 * NANOSECONDS;
	child->silence[0].last = moved->first_time - 1;
	assert_no_fault(scene);
	child->silence[0].last = moved->first_time;
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void a_child_of_a_hidden_direction_is_no_fault(struct scene *scene)
{
	one_way_child(scene);
	tunnels_at(scene->tunnels, 0)->esp[1].hidden = true;
	assert_no_fault(scene);
}

/* Its packets come more often than the seconds that one-way asks for. */
static void a_child_is_out_of_use_when_it_is_idle_for_longer_than_one_way_takes(struct scene *scene)
{
	const int64_t asked = tunnel_options_default().one_way_seconds * NANOSECONDS;

	one_way_child(scene)->silence[0].packets = 1000;
	pass(scene, asked);
	assert_cause(scene, CAUSE_ONE_WAY);
	pass(scene, 1);
	assert_no_fault(scene);
}

/* A packet in 9 s is usual for it: 9 in 90 s, and the one that is due. */
static void a_child_that_is_seldom_used_is_out_of_use_after_two_of_its_pauses(struct scene *scene)
{
	struct child_sa *child = one_way_child(scene);
	child->silence[0].packets = 9;
	child->silence[0].start = scene->time - 90 * NANOSECONDS;
	pass(scene, 18 * NANOSECONDS);
	assert_cause(scene, CAUSE_ONE_WAY);
	pass(scene, 1);
	assert_no_fault(scene);
}

static void the_oldest_child_may_be_the_one(struct scene *scene)
{
	struct tunnel *tunnel;

	*one_way_child(scene) = (struct child_sa){0};
	tunnel = tunnels_at(scene->tunnels, 0);
	tunnel->children[0].silence[0] =
	        (struct esp_silence){.packets = 100, .start = scene->time - 60 * NANOSECONDS, .last = scene->time};
	assert_cause(scene, CAUSE_ONE_WAY);
	g_assert_cmphex(evidence_of(scene, EVIDENCE_CHILD_ONE_WAY).a, ==, OUT);
}

static void a_tunnel_that_is_not_one_way_has_no_silent_side(struct scene *scene)
{
	const struct child_sa *child;
	bool never;

	begin_in_use(scene);
	g_assert_cmpint(tunnel_silent_side(scene->tunnels, scene_tunnel(scene), &child, &never), ==, -1);
	scene_esp(scene, 1, BACK, 30, 1);
	g_assert_cmpint(tunnel_silent_side(scene->tunnels, scene_tunnel(scene), &child, &never), ==, 0);
	g_assert_null(child);
}

static const struct conversation_test tests[] = {
        CONVERSATION(esp_without_return_is_one_way),
        CONVERSATION(one_way_while_esp_passes_uncounted_is_less_sure),
        CONVERSATION(the_other_direction_is_one_way_as_well),
        CONVERSATION(few_packets_or_little_time_are_not_one_way),
        CONVERSATION(a_burst_is_not_one_way),
        CONVERSATION(a_stream_with_rare_answers_is_not_one_way),
        CONVERSATION(a_made_up_packet_back_hides_no_one_way),
        CONVERSATION(made_up_packets_are_no_one_way),
        CONVERSATION(rekey_overlap_is_not_one_way),
        CONVERSATION(one_spi_that_faces_two_over_time_is_no_fault),
        CONVERSATION(esp_alone_in_one_direction_is_no_verdict),
        CONVERSATION(a_silence_is_one_way_from_the_seconds_on_that_were_asked_for),
        CONVERSATION(a_silence_is_one_way_once_it_lasts_more_than_three_times_the_longest),
        CONVERSATION(the_options_say_how_many_packets_and_seconds),
        CONVERSATION(a_one_way_tunnel_whose_negotiation_was_not_seen_is_possible),
        CONVERSATION(esp_that_passed_uncounted_before_a_silence_leaves_it_likely),
        CONVERSATION(esp_that_passed_uncounted_in_a_silence_makes_it_possible),
        CONVERSATION(the_evidence_of_a_silence_is_its_packets_and_how_long_they_went_on),
        CONVERSATION(a_direction_that_is_hidden_is_not_missed_but_the_other_is),
        CONVERSATION(only_the_missing_side_has_to_have_been_heard),
        CONVERSATION(a_failed_negotiation_is_the_cause_of_a_silence),
        CONVERSATION(a_child_that_goes_one_way_is_named),
        CONVERSATION(a_child_that_goes_the_other_way_is_named_as_well),
        CONVERSATION(a_child_with_a_packet_less_is_no_fault),
        CONVERSATION(a_child_that_is_deleted_is_no_fault),
        CONVERSATION(a_child_that_nothing_pairs_is_one_way_as_well),
        CONVERSATION(a_child_that_was_answered_is_likely_one_way_beside_an_ike_sa_that_is_up),
        CONVERSATION(a_child_that_nothing_explains_is_possibly_one_way),
        CONVERSATION(whatever_explains_a_child_does),
        CONVERSATION(a_child_that_was_never_answered_is_possibly_one_way),
        CONVERSATION(a_child_whose_ike_sa_is_not_up_is_possibly_one_way),
        CONVERSATION(five_packets_that_nothing_explains_are_a_child),
        CONVERSATION(an_only_child_stays_one_way_when_it_is_idle),
        CONVERSATION(what_goes_one_way_may_come_back_on_another_child),
        CONVERSATION(or_on_one_that_its_sender_has_moved_to),
        CONVERSATION(a_child_of_a_hidden_direction_is_no_fault),
        CONVERSATION(a_child_is_out_of_use_when_it_is_idle_for_longer_than_one_way_takes),
        CONVERSATION(a_child_that_is_seldom_used_is_out_of_use_after_two_of_its_pauses),
        CONVERSATION(the_oldest_child_may_be_the_one),
        CONVERSATION(a_tunnel_that_is_not_one_way_has_no_silent_side),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/one-way", tests, G_N_ELEMENTS(tests));
}
