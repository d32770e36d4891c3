/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The three answers of a verdict: what earns ok for each phase, how sure that is, and why one is not known. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/children.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define BACK 0x2001

static struct tunnel *tunnel_of(const struct scene *scene)
{
	return tunnels_at(scene->tunnels, 0);
}

static struct ike_sa *sa_of(const struct scene *scene)
{
	return scene_tunnel(scene)->ike_sas[0];
}

static void assert_answer(const struct scene *scene, enum phase phase, enum answer answer, enum answer_reason reason)
{
	struct verdict verdict = scene_verdict(scene);

	g_assert_cmpstr(answer_name(verdict.phases[phase].answer), ==, answer_name(answer));
	g_assert_cmpstr(catalogue_reason(verdict.phases[phase].reason)->why, ==, catalogue_reason(reason)->why);
}

static void assert_ok(const struct scene *scene, enum phase phase, enum answer_reason reason,
                      enum confidence confidence)
{
	assert_answer(scene, phase, ANSWER_OK, reason);
	g_assert_cmpstr(confidence_name(scene_verdict(scene).phases[phase].confidence), ==,
	                confidence_name(confidence));
}

static void assert_unknown(const struct scene *scene, enum phase phase, enum answer_reason reason)
{
	assert_answer(scene, phase, ANSWER_UNKNOWN, reason);
}

static void check_liveness(struct scene *scene, uint32_t message_id)
{
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, message_id, LIVENESS);
}

/* ---- Phase 1 ---- */

static void a_success_that_is_inferred_is_possible_and_what_follows_confirms_it(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_INFERRED, CONFIDENCE_POSSIBLE);
	check_liveness(scene, 2);
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_INFERRED, CONFIDENCE_LIKELY);
}

static void esp_confirms_it_whichever_way_it_goes(struct scene *scene)
{
	for (uint8_t side = 0; side < 2; side++) {
		scene_on_gateway(scene);
		authenticate(scene, CHILD_UP);
		scene_esp(scene, side, OUT, 1, 0.1);
		assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_INFERRED, CONFIDENCE_LIKELY);
	}
}

static void esp_both_ways_leaves_no_doubt_of_an_authentication(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_AND_ESP, CONFIDENCE_CERTAIN);
}

static void an_authentication_is_read_when_both_proofs_were(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned side = 0; side < 2; side++) {
		sa_of(scene)->authentication.method[side] = 2;
		sa_of(scene)->authentication.method[!side] = 0;
		assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_INFERRED, CONFIDENCE_POSSIBLE);
	}
	sa_of(scene)->authentication.method[0] = 2;
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATED, CONFIDENCE_CERTAIN);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATED, CONFIDENCE_CERTAIN);
}

static void without_ike_esp_both_ways_shows_the_keys(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 2, 0.1);
	assert_unknown(scene, PHASE_1, REASON_NO_IKE);
	assert_unknown(scene, PHASE_DATA, REASON_ONE_DIRECTION);
	scene_esp(scene, 1, BACK, 2, 0.1);
	assert_ok(scene, PHASE_1, REASON_ESP_SHOWS_KEYS, CONFIDENCE_LIKELY);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_CERTAIN);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_CERTAIN);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_LIKELY);
}

static void without_ike_nothing_is_known_of_a_child_that_goes_one_way(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 2, 0.1);
	assert_unknown(scene, PHASE_2, REASON_NO_IKE);
}

static void of_a_negotiation_under_way_the_rest_is_not_reached(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
	assert_unknown(scene, PHASE_2, REASON_NOT_REACHED);
	assert_unknown(scene, PHASE_DATA, REASON_NOT_REACHED);
	assert_cause(scene, CAUSE_UNDETERMINED);
}

/* The length of what came back fits neither refusal nor success, or the suite is not known. */
static void an_answer_that_does_not_tell_could_not_be_read(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	sa_of(scene)->init.suite_known = false;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
	scene_response(scene, 1, IKE2_AUTH, 1, 70);
	g_assert_cmpint(sa_of(scene)->exchanges[1].response_holds, ==, INFERRED_NOTHING);
	assert_unknown(scene, PHASE_1, REASON_ANSWER_UNREAD);
	assert_unknown(scene, PHASE_2, REASON_ANSWER_UNREAD);
	sa_of(scene)->exchanges[1].response_holds = INFERRED_AUTH_REFUSED;
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
	sa_of(scene)->exchanges[1].response_holds = INFERRED_NOTHING;
	sa_of(scene)->exchanges[1].response_time = 0;
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
}

/* Of IKEv1's main mode the third pair of messages alone is encrypted. */
static void of_main_mode_the_last_answer_may_not_be_read(struct scene *scene)
{
	scene_main_mode(scene, 1, 5);
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
	for (unsigned i = 0; i < sa_of(scene)->exchange_count; i++)
		if (sa_of(scene)->exchanges[i].message_id == 3)
			sa_of(scene)->exchanges[i].response_time = scene->time;
	assert_unknown(scene, PHASE_1, REASON_ANSWER_UNREAD);
}

static void a_capture_of_one_end_says_so_and_a_gateway_sees_both(struct scene *scene)
{
	scene_init_request(scene);
	assert_unknown(scene, PHASE_1, REASON_ONE_DIRECTION);
	assert_unknown(scene, PHASE_2, REASON_ONE_DIRECTION);
	scene_on_gateway(scene);
	scene_init_request(scene);
	assert_unknown(scene, PHASE_1, REASON_UNDER_WAY);
	assert_unknown(scene, PHASE_2, REASON_NOT_REACHED);
}

/* Of the tunnel both were heard, of the IKE SA that speaks now one. */
static void one_direction_of_the_ike_sa_is_enough_to_say_so(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned side = 0; side < 2; side++) {
		int64_t heard = sa_of(scene)->last_from[side];
		sa_of(scene)->last_from[side] = 0;
		assert_unknown(scene, PHASE_1, REASON_ONE_DIRECTION);
		assert_unknown(scene, PHASE_2, REASON_ONE_DIRECTION);
		sa_of(scene)->last_from[side] = heard;
	}
	for (unsigned side = 0; side < 2; side++) {
		int64_t heard = tunnel_of(scene)->last_from[side];
		tunnel_of(scene)->last_from[side] = 0;
		assert_unknown(scene, PHASE_1, REASON_ONE_DIRECTION);
		assert_unknown(scene, PHASE_2, REASON_ONE_DIRECTION);
		tunnel_of(scene)->last_from[side] = heard;
	}
	assert_answer(scene, PHASE_1, ANSWER_OK, REASON_AUTHENTICATION_INFERRED);
	sa_of(scene)->last_from[1] = 0;
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_ok(scene, PHASE_1, REASON_AUTHENTICATION_AND_ESP, CONFIDENCE_CERTAIN);
}

static void an_ike_sa_seen_midstream_is_well_when_both_ends_use_it(struct scene *scene)
{
	scene_on_gateway(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 4, LIVENESS);
	assert_unknown(scene, PHASE_1, REASON_MIDSTREAM);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 4, LIVENESS);
	assert_ok(scene, PHASE_1, REASON_IKE_SA_ANSWERS, CONFIDENCE_LIKELY);
	assert_unknown(scene, PHASE_2, REASON_MIDSTREAM);
	assert_unknown(scene, PHASE_DATA, REASON_NO_ESP);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_ok(scene, PHASE_1, REASON_ESP_SHOWS_KEYS, CONFIDENCE_LIKELY);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_LIKELY);
}

static void an_ike_sa_that_was_deleted_did_come_up(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_wait(scene, 60);
	sa_of(scene)->stage = IKE_STAGE_DELETED;
	assert_ok(scene, PHASE_1, REASON_DELETED, CONFIDENCE_POSSIBLE);
	assert_unknown(scene, PHASE_2, REASON_DELETED);
	sa_of(scene)->authentication.method[0] = sa_of(scene)->authentication.method[1] = 1;
	assert_ok(scene, PHASE_1, REASON_DELETED, CONFIDENCE_CERTAIN);
}

/* ---- Phase 2 ---- */

static void a_child_is_inferred_read_or_shown_by_its_esp(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	assert_ok(scene, PHASE_2, REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 0, OUT, 2, 0.1);
	assert_ok(scene, PHASE_2, REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_LIKELY);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_CERTAIN);
	child_sa_agreement(&tunnel_of(scene)->children[0])->suite_known = true;
	assert_ok(scene, PHASE_2, REASON_CHILD_AGREED, CONFIDENCE_CERTAIN);
}

static void either_part_of_what_was_agreed_shows_that_it_was_read(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	struct child_agreement *agreement = child_sa_agreement(&tunnel_of(scene)->children[0]);
	assert_ok(scene, PHASE_2, REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE);
	agreement->selectors_known = true;
	assert_ok(scene, PHASE_2, REASON_CHILD_AGREED, CONFIDENCE_CERTAIN);
	agreement->selectors_known = false;
	agreement->suite_known = true;
	assert_ok(scene, PHASE_2, REASON_CHILD_AGREED, CONFIDENCE_CERTAIN);
}

/* Who sees both ways has missed nothing: the other end's messages did not pass here. */
static void on_a_gateway_ikes_word_of_one_direction_is_taken(struct scene *scene)
{
	scene_on_gateway(scene);
	scene_init_response(scene);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	assert_ok(scene, PHASE_2, REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE);
}

static void an_ike_sa_without_a_child_has_none(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	assert_answer(scene, PHASE_1, ANSWER_OK, REASON_AUTHENTICATION_INFERRED);
	assert_unknown(scene, PHASE_2, REASON_NO_CHILD);
	assert_unknown(scene, PHASE_DATA, REASON_NO_ESP);
}

/* The responder's packets alone: whether the initiator took its answer is not seen. */
static void ikes_word_of_one_direction_tells_of_no_child(struct scene *scene)
{
	scene_init_response(scene);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 1);
	assert_unknown(scene, PHASE_1, REASON_ONE_DIRECTION);
	assert_unknown(scene, PHASE_2, REASON_ONE_DIRECTION);
	child_sa_agreement(&tunnel_of(scene)->children[0])->suite_known = true;
	assert_unknown(scene, PHASE_2, REASON_ONE_DIRECTION);
	assert_cause(scene, CAUSE_UNDETERMINED);
}

static void assert_no_child_was_reached(const struct scene *scene)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];
	unsigned count = tunnel_judge_children(scene->tunnels, scene_tunnel(scene), verdicts);

	g_assert_cmpuint(count, >, 0);
	for (unsigned i = 0; i < count; i++) {
		g_assert_cmpint(verdicts[i].phase_2.answer, ==, ANSWER_UNKNOWN);
		g_assert_cmpint(verdicts[i].phase_2.reason, ==, REASON_NOT_REACHED);
	}
}

/* The initiator refuses the responder's certificate, twice: of the child that the responder accepted nothing is left.
 */
static void a_child_of_an_ike_sa_that_the_initiator_refused_was_not_reached(struct scene *scene)
{
	for (unsigned attempt = 0; attempt < 2; attempt++) {
		scene_new_attempt(scene, 0);
		authenticate(scene, CHILD_UP);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
	}
	g_assert_cmpuint(tunnel_of(scene)->child_count, >, 0);
	for (unsigned read = 0; read < 2; read++) {
		struct verdict verdict = scene_verdict(scene);
		g_assert_cmpint(verdict.phase_failed, ==, PHASE_1);
		assert_answer(scene, PHASE_1, ANSWER_FAILED, REASON_CAUSE);
		assert_unknown(scene, PHASE_2, REASON_NOT_REACHED);
		assert_unknown(scene, PHASE_DATA, REASON_NOT_REACHED);
		assert_no_child_was_reached(scene);
		for (unsigned i = 0; i < tunnel_of(scene)->child_count; i++)
			child_sa_agreement(&tunnel_of(scene)->children[i])->suite_known = true;
	}
}

/* The responder's answer is dropped on its way, so the request comes again and again. */
static void a_child_whose_acceptance_does_not_arrive_was_not_reached(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned again = 0; again < 2; again++) {
		scene_same_bytes_as(scene, 2);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	}
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
	assert_answer(scene, PHASE_1, ANSWER_FAILED, REASON_CAUSE);
	assert_unknown(scene, PHASE_2, REASON_NOT_REACHED);
	assert_unknown(scene, PHASE_DATA, REASON_NOT_REACHED);
}

/* An IKE SA that was up, and whose peer is gone, did make its child. */
static void a_child_of_a_peer_that_is_gone_did_come_up(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned copy = 0; copy < 3; copy++) {
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
		scene_same_bytes(scene);
	}
	assert_cause(scene, CAUSE_PEER_DEAD);
	assert_answer(scene, PHASE_1, ANSWER_FAILED, REASON_CAUSE);
	assert_ok(scene, PHASE_2, REASON_CHILD_INFERRED, CONFIDENCE_POSSIBLE);
	assert_unknown(scene, PHASE_DATA, REASON_NOT_REACHED);
}

static void what_worked_before_its_peer_was_gone_did(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	for (unsigned copy = 0; copy < 3; copy++) {
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
		scene_same_bytes(scene);
	}
	assert_cause(scene, CAUSE_PEER_DEAD);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_CERTAIN);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_CERTAIN);
}

/* ---- several children ---- */

/* Another child beside the one that carries ESP both ways. */
static struct child_sa *begin_two(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	sa_of(scene)->children.up = 2;
	return tunnel_pair_spis(tunnel_of(scene), 0, OUT + 1, BACK + 1, PAIRED_BY_XFRM, scene->time);
}

static void one_that_is_not_in_use_takes_nothing_from_those_that_are(struct scene *scene)
{
	begin_two(scene);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_CERTAIN);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_CERTAIN);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(scene_verdict(scene).children, ==, 1);
}

static void one_that_is_in_use_and_not_answered_yet_leaves_the_data_open(struct scene *scene)
{
	begin_two(scene);
	scene_esp(scene, 0, OUT + 1, 3, 0.1);
	assert_undetermined(scene, PHASE_DATA, REASON_FEW_PACKETS);
	g_assert_cmpuint(scene_verdict(scene).children, ==, 2);
	g_assert_cmpuint(scene_verdict(scene).children_one_way, ==, 0);
	scene_esp(scene, 1, BACK + 1, 1, 0.1);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_LIKELY);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_LIKELY);
}

/* Where there is another that is used, timing only guesses which SPIs are a pair. */
static void pairs_that_timing_guesses_are_likely(struct scene *scene)
{
	scene_up(scene);
	sa_of(scene)->children.up = 2;
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_CERTAIN);
	scene_esp_both(scene, OUT + 1, BACK + 1, 3, 0.1);
	g_assert_cmpuint(tunnel_of(scene)->child_count, ==, 2);
	g_assert_cmpint(tunnel_of(scene)->children[1].paired_by, ==, PAIRED_BY_TIMING);
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_LIKELY);
	for (unsigned i = 0; i < 2; i++)
		tunnel_of(scene)->children[i].paired_by = PAIRED_BY_IKE;
	assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_CERTAIN);
}

/* A pair of which one packet back was seen is not as sure as one of which there were more. */
static void the_least_sure_of_the_children_speaks(struct scene *scene)
{
	struct child_sa *other = begin_two(scene);
	struct tunnel *tunnel = tunnel_of(scene);

	tunnel->children[0].paired_by = PAIRED_BY_XFRM;
	scene_esp(scene, 0, OUT + 1, 2, 0.1);
	scene_esp(scene, 1, BACK + 1, 1, 0.1);
	for (unsigned swapped = 0; swapped < 2; swapped++) {
		assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_LIKELY);
		assert_ok(scene, PHASE_DATA, REASON_ESP_BOTH_WAYS, CONFIDENCE_LIKELY);
		struct child_sa first = tunnel->children[0];
		tunnel->children[0] = *other;
		*other = first;
	}
	scene_esp(scene, 1, BACK + 1, 1, 0.1);
	assert_ok(scene, PHASE_2, REASON_CHILD_CARRIES_ESP, CONFIDENCE_CERTAIN);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void children_that_go_one_way_are_counted(struct scene *scene)
{
	begin_two(scene);
	scene_esp(scene, 0, OUT + 1, 10, 0.2);
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	scene_esp(scene, 0, OUT + 1, 10, 0.2);
	struct verdict verdict = scene_verdict(scene);
	g_assert_cmpint(verdict.cause, ==, CAUSE_ONE_WAY);
	g_assert_cmpuint(verdict.children, ==, 2);
	g_assert_cmpuint(verdict.children_one_way, ==, 1);
	g_assert_cmpint(verdict.phases[PHASE_DATA].answer, ==, ANSWER_FAILED);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_success_that_is_inferred_is_possible_and_what_follows_confirms_it),
        CONVERSATION(esp_confirms_it_whichever_way_it_goes),
        CONVERSATION(esp_both_ways_leaves_no_doubt_of_an_authentication),
        CONVERSATION(an_authentication_is_read_when_both_proofs_were),
        CONVERSATION(without_ike_esp_both_ways_shows_the_keys),
        CONVERSATION(without_ike_nothing_is_known_of_a_child_that_goes_one_way),
        CONVERSATION(of_a_negotiation_under_way_the_rest_is_not_reached),
        CONVERSATION(an_answer_that_does_not_tell_could_not_be_read),
        CONVERSATION(of_main_mode_the_last_answer_may_not_be_read),
        CONVERSATION(a_capture_of_one_end_says_so_and_a_gateway_sees_both),
        CONVERSATION(one_direction_of_the_ike_sa_is_enough_to_say_so),
        CONVERSATION(an_ike_sa_seen_midstream_is_well_when_both_ends_use_it),
        CONVERSATION(an_ike_sa_that_was_deleted_did_come_up),
        CONVERSATION(a_child_is_inferred_read_or_shown_by_its_esp),
        CONVERSATION(either_part_of_what_was_agreed_shows_that_it_was_read),
        CONVERSATION(on_a_gateway_ikes_word_of_one_direction_is_taken),
        CONVERSATION(an_ike_sa_without_a_child_has_none),
        CONVERSATION(ikes_word_of_one_direction_tells_of_no_child),
        CONVERSATION(a_child_of_an_ike_sa_that_the_initiator_refused_was_not_reached),
        CONVERSATION(a_child_whose_acceptance_does_not_arrive_was_not_reached),
        CONVERSATION(a_child_of_a_peer_that_is_gone_did_come_up),
        CONVERSATION(what_worked_before_its_peer_was_gone_did),
        CONVERSATION(one_that_is_not_in_use_takes_nothing_from_those_that_are),
        CONVERSATION(one_that_is_in_use_and_not_answered_yet_leaves_the_data_open),
        CONVERSATION(pairs_that_timing_guesses_are_likely),
        CONVERSATION(the_least_sure_of_the_children_speaks),
        CONVERSATION(children_that_go_one_way_are_counted),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "answers", tests, G_N_ELEMENTS(tests));
}
