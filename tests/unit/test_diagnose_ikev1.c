/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, IKEv1: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"

#define OUT 0x1001
#define BACK 0x2001

static void ikev1_up_with_traffic_is_fine(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	g_assert_true(scene->last.phase_1_completed);
	scene_ikev1(scene, 0, IKE1_QUICK_MODE, 99, true, 0, 0);
	scene_ikev1(scene, 1, IKE1_QUICK_MODE, 99, true, 0, 0);
	scene_ikev1(scene, 0, IKE1_QUICK_MODE, 99, true, 0, 0);
	g_assert_true(scene->last.phase_2_completed);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void mm5_answered_by_informationals_is_refused_authentication(struct scene *scene)
{
	char state[20];
	scene_main_mode(scene, 1, 5);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_WAIT_MSG6");
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 6, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
}

static void a_cleartext_informational_refuses_the_proposal(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void quick_mode_answered_by_an_informational_is_a_refused_child(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_ikev1(scene, 0, IKE1_QUICK_MODE, 99, true, 0, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100, true, 0, 0);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void mm1_without_answer_waits_for_message_2(struct scene *scene)
{
	char state[20];
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_wait(scene, 8);
	scene_same_bytes(scene);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	assert_cause(scene, CAUSE_NO_RESPONSE);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_WAIT_MSG2");
}

/* A liveness check or an INITIAL-CONTACT that crosses with the first message of quick mode. */
static void ikev1_informational_amid_quick_mode_is_no_refusal(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint32_t child = 0; child < 2; child++) {
		scene_quick_mode(scene, 0, 99 + child);
		scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5 + child, true, 0, 0);
		assert_cause(scene, CAUSE_CHILD_REFUSED);
		scene_quick_mode(scene, 1, 99 + child);
		scene_quick_mode(scene, 0, 99 + child);
		g_assert_true(scene->last.phase_2_completed);
		assert_no_fault(scene);
	}
}

/* The last two messages of main mode came in Cisco's fragments, which show nothing. */
static void ikev1_quick_mode_shows_that_phase_1_is_up(struct scene *scene)
{
	char state[20];

	scene_main_mode(scene, 1, 5);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	g_assert_true(scene->last.phase_1_completed);
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_ACTIVE");
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 60, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
}

/* A capture that begins with this message of main mode: the rest of it, refused by side 1. */
static void refused_from(struct scene *scene, unsigned first)
{
	scene->responder_spi = scene->initiator_spi + 7;
	for (unsigned number = first; number <= 5; number++)
		scene_ikev1(scene, number % 2 == 0, IKE1_MAIN_MODE, 0, number == 5, number == 5 ? 0 : IKE1_PAYLOAD_KE,
		            0);
	g_assert_false(scene->last.phase_1_completed);
	for (uint32_t i = 0; i < 2; i++)
		scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5 + i, true, 0, 0);
}

static void main_mode_seen_from_its_middle_is_not_up_before_its_end(struct scene *scene)
{
	char state[20];

	refused_from(scene, 3);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
	scene_new_attempt(scene, 0);
	refused_from(scene, 4);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
	scene_new_attempt(scene, 0);
	refused_from(scene, 5);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, true, 0, 0);
	g_assert_true(scene->last.phase_1_completed);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_ACTIVE");
	assert_no_fault(scene);
}

/* ---- main mode ---- */

static void assert_state(const struct scene *scene, const char *state)
{
	char text[20];

	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), text, sizeof text), ==, state);
}

static void each_side_waits_for_the_others_next_message(struct scene *scene)
{
	static const char *const waits[2][6] = {
	        {"MM_WAIT_MSG2", "MM_WAIT_MSG4", "MM_WAIT_MSG4", "MM_WAIT_MSG6", "MM_WAIT_MSG6", "MM_ACTIVE"},
	        {"NONE", "MM_WAIT_MSG3", "MM_WAIT_MSG5", "MM_WAIT_MSG5", "MM_WAIT_MSG6", "MM_ACTIVE"},
	};

	for (unsigned number = 1; number <= 6; number++) {
		scene_main_mode(scene, number, number);
		for (uint8_t side = 0; side < 2; side++) {
			tunnels_at(scene->tunnels, 0)->asa_side = side;
			assert_state(scene, waits[side][number - 1]);
		}
	}
}

static void aggressive_mode_has_states_of_its_own(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	assert_state(scene, "AM_WAIT_MSG2");
	tunnels_at(scene->tunnels, 0)->asa_side = 1;
	assert_state(scene, "NONE");
	scene_ikev1(scene, 1, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_false(scene->last.phase_1_completed);
	assert_state(scene, "AM_WAIT_MSG3");
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, true, 0, 0);
	g_assert_true(scene->last.phase_1_completed);
	assert_state(scene, "AM_ACTIVE");
}

static void a_refused_first_message_leaves_no_state(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_state(scene, "NONE");
}

/* The message that side 0 has just sent, so many times more. */
static void repeat(struct scene *scene, unsigned number, unsigned copies)
{
	for (unsigned i = 0; i < copies; i++) {
		scene_wait(scene, 8);
		scene_same_bytes(scene);
		scene_main_mode(scene, number, number);
	}
}

static void a_first_message_is_possibly_unanswered_when_sent_twice_and_likely_so_three_times(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	assert_no_fault(scene);
	repeat(scene, 1, 1);
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE);
	repeat(scene, 1, 1);
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_INIT_UNANSWERED);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 16440);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_MAIN_MODE_STUCK), ==, 0);
}

static void a_later_message_unanswered_is_no_response_to_authentication(struct scene *scene)
{
	scene_main_mode(scene, 1, 3);
	assert_no_fault(scene);
	repeat(scene, 3, 1);
	assert_verdict(scene, CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_POSSIBLE);
	repeat(scene, 3, 1);
	assert_verdict(scene, CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_MAIN_MODE_STUCK);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 3);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_UNANSWERED), ==, 0);
	scene_main_mode(scene, 4, 5);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_MAIN_MODE_STUCK), ==, 0);
	assert_no_fault(scene);
}

static void the_identity_unanswered_on_4500_is_natt_blocked(struct scene *scene)
{
	scene_main_mode(scene, 1, 4);
	scene->port = NAT_TRAVERSAL_PORT;
	scene_main_mode(scene, 5, 5);
	repeat(scene, 5, 2);
	assert_verdict(scene, CAUSE_NATT_BLOCKED, CONFIDENCE_LIKELY);
}

/* A message of side 0 and its answer, which side 0 does not get: both come twice more. */
static void lose_answer(struct scene *scene, unsigned number)
{
	scene_main_mode(scene, 1, number + 1);
	assert_no_fault(scene);
	for (unsigned i = 0; i < 2; i++) {
		scene_same_bytes(scene);
		scene_same_bytes(scene);
		scene_main_mode(scene, number, number + 1);
	}
}

static void a_first_answer_that_does_not_arrive_is_no_response(struct scene *scene)
{
	lose_answer(scene, 1);
	assert_cause(scene, CAUSE_NO_RESPONSE);
}

static void a_second_answer_that_does_not_arrive_is_no_response_to_authentication(struct scene *scene)
{
	lose_answer(scene, 3);
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

static void a_capture_of_the_initiator_alone_gives_no_fault(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene->responder_spi = 7;
	scene_main_mode(scene, 3, 3);
	repeat(scene, 3, 2);
	assert_no_fault(scene);
	g_assert_true(scene_tunnel(scene)->ike_sas[0]->other_half_unseen);
}

/* ---- refused authentication ---- */

/* Main mode under this authentication method, its identity refused. */
static void refuse_identity(struct scene *scene, uint8_t method)
{
	scene->authentication_method = method;
	scene_main_mode(scene, 1, 5);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5, true, 0, 0);
}

static void refused_under_a_pre_shared_key_is_the_key(struct scene *scene)
{
	refuse_identity(scene, 1);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void refused_under_signatures_is_the_certificate(struct scene *scene)
{
	refuse_identity(scene, 2); /* DSS */
	assert_verdict(scene, CAUSE_CERT_UNTRUSTED, CONFIDENCE_POSSIBLE);
	scene_new_attempt(scene, 0);
	refuse_identity(scene, 3); /* RSA */
	assert_verdict(scene, CAUSE_CERT_UNTRUSTED, CONFIDENCE_LIKELY);
}

static void each_informational_that_answers_the_identity_is_counted(struct scene *scene)
{
	refuse_identity(scene, 1);
	uint32_t first = scene->frame;
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_MM5_REFUSED).a, ==, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 6, true, 0, 0);
	struct evidence item = evidence_of(scene, EVIDENCE_MM5_REFUSED);
	g_assert_cmpuint(item.a, ==, 2);
	g_assert_cmpuint(item.frame, ==, first);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_MM5_REFUSED), ==, 1);
}

static void an_informational_of_the_initiator_does_not_refuse_his_own_identity(struct scene *scene)
{
	scene_main_mode(scene, 1, 5);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 5, true, 0, 0);
	assert_no_fault(scene);
}

static void a_refused_identity_that_is_answered_after_all_is_no_fault(struct scene *scene)
{
	refuse_identity(scene, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 6, true, 0, 0);
	scene_main_mode(scene, 6, 6);
	g_assert_true(scene->last.phase_1_completed);
	assert_no_fault(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_MM5_REFUSED), ==, 0);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[0]->ikev1.refusals, ==, 0);
}

static void an_error_in_the_clear_after_the_identity_is_a_refusal_that_anybody_can_make_up(struct scene *scene)
{
	scene_main_mode(scene, 1, 5);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(scene_verdict(scene).ike_sa->failure.error, ==, IKE_NOTIFY_AUTHENTICATION_FAILED);
}

static void aggressive_mode(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
}

static void aggressive_mode_is_refused_by_its_initiator(struct scene *scene)
{
	aggressive_mode(scene);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_no_fault(scene);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 78, false, 0, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AGGRESSIVE_REFUSED), ==, 1);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 79, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, true, 0, 0);
	assert_no_fault(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AGGRESSIVE_REFUSED), ==, 0);
}

static void aggressive_mode_answered_into_silence_is_pending(struct scene *scene)
{
	aggressive_mode(scene);
	assert_undetermined(scene, PHASE_1, REASON_UNDER_WAY);
	g_assert_cmpint(scene_tunnel(scene)->ike_sas[0]->stage, ==, IKE_STAGE_AUTH_SENT);
}

/* ---- quick mode ---- */

static void answer_quick_mode_after(struct scene *scene, int64_t nanoseconds)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_next_at(scene, scene->time + nanoseconds);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100, true, 0, 0);
}

static void an_informational_within_five_seconds_refuses_quick_mode(struct scene *scene)
{
	answer_quick_mode_after(scene, 5 * NANOSECONDS - 1);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_REFUSED), ==, 1);
	g_assert_cmpuint(scene->last.request_in, ==, scene->frame - 1);
}

static void an_informational_after_five_seconds_is_about_something_else(struct scene *scene)
{
	answer_quick_mode_after(scene, 5 * NANOSECONDS);
	assert_no_fault(scene);
}

static void an_informational_of_who_began_quick_mode_refuses_nothing(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 100, true, 0, 0);
	assert_no_fault(scene);
}

static void quick_mode_refused_twice_is_likely(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint32_t i = 0; i < 2; i++) {
		scene_quick_mode(scene, 0, 99 + i);
		scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 200 + i, true, 0, 0);
	}
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY);
	scene_quick_mode(scene, 1, 100);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_REFUSED), ==, 2);
	scene_quick_mode(scene, 1, 99);
	assert_no_fault(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_REFUSED), ==, 0);
}

/* Each may ask, and the other refuse. */
static void the_responder_may_begin_quick_mode(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 1, 99);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 100, true, 0, 0);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
	scene_quick_mode(scene, 1, 101);
	scene_quick_mode(scene, 0, 101);
	scene_quick_mode(scene, 1, 101);
	g_assert_true(scene->last.phase_2_completed);
	assert_no_fault(scene);
}

static void quick_mode_into_silence_is_a_dead_peer(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	assert_no_fault(scene);
	scene_same_bytes(scene);
	scene_quick_mode(scene, 0, 99);
	assert_cause(scene, CAUSE_PEER_DEAD);
}

/* Side 0 asks for a child, and gets no answer to that; but side 1 is there, and sends something else. */
static void ask_peer_that_is_there(struct scene *scene)
{
	scene_quick_mode(scene, 0, 500);
	scene_wait(scene, 6);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 600, true, 0, 0);
	scene_same_bytes_as(scene, 2);
	scene_quick_mode(scene, 0, 500);
	scene->copy++;
}

static void quick_mode_that_a_living_peer_does_not_answer_is_a_refused_child(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	ask_peer_that_is_there(scene);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_QUICK_MODE_UNANSWERED).a, ==, 2);
	scene_same_bytes_as(scene, 2);
	scene_quick_mode(scene, 0, 500);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_QUICK_MODE_UNANSWERED).a, ==, 3);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_UNANSWERED), ==, 1);
	scene->copy++;
	scene_quick_mode(scene, 1, 500);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_UNANSWERED), ==, 0);
	assert_no_fault(scene);
}

/* Of the responder nothing was captured: aggressive mode's first and third message, and quick mode's first, twice. */
static void quick_mode_of_which_one_end_was_captured_is_no_refused_child(struct scene *scene)
{
	scene->initiator_spi = 5;
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, false, 0, 0);
	scene->responder_spi = 6;
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, true, 0, 0);
	scene_quick_mode(scene, 0, 500);
	scene_same_bytes(scene);
	scene_quick_mode(scene, 0, 500);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_UNANSWERED), ==, 1);
	assert_undetermined(scene, PHASE_1, REASON_ONE_DIRECTION);
}

static void quick_mode_that_a_living_peer_does_not_answer_beside_a_child_is_no_fault(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	scene_quick_mode(scene, 0, 99);
	ask_peer_that_is_there(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_UNANSWERED), ==, 1);
	assert_no_fault(scene);
}

static void a_third_message_sent_again_is_no_second_child(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	uint32_t answer = scene->frame;
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(scene->last.request_in, ==, answer);
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[0]->children.up, ==, 1);
	g_assert_cmpuint(scene_tunnel(scene)->children_total, ==, 1);
}

static void rekeys_every_few_seconds_are_churn(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint32_t i = 0; i < 4; i++) {
		assert_no_fault(scene);
		scene_wait(scene, 10);
		scene_quick_mode(scene, 0, 99 + i);
		scene_quick_mode(scene, 1, 99 + i);
		scene_quick_mode(scene, 0, 99 + i);
		scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 200 + i, true, 0, 0);
	}
	assert_cause(scene, CAUSE_REKEY_CHURN);
}

/* ---- liveness ---- */

/* Up; then one side sends Informationals into silence, the first of them a minute later, which is returned. */
static int64_t send_informationals(struct scene *scene, uint8_t side, unsigned count, int64_t span)
{
	scene_main_mode(scene, 1, 6);
	int64_t start = scene->time + 60 * NANOSECONDS;
	for (unsigned i = 0; i < count; i++) {
		scene_next_at(scene, start + (i + 1 == count ? span : i));
		scene_ikev1(scene, side, IKE1_INFORMATIONAL, 300 + i, true, 0, 0);
	}
	return start;
}

static void three_informationals_over_three_seconds_into_silence_are_a_dead_peer(struct scene *scene)
{
	send_informationals(scene, 0, 3, 3 * NANOSECONDS);
	assert_verdict(scene, CAUSE_PEER_DEAD, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_LIVENESS_UNANSWERED);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 3000);
	g_assert_cmpuint(item.frame, ==, scene->frame);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LIVENESS_UNANSWERED), ==, 1);
}

static void they_may_come_from_the_responder(struct scene *scene)
{
	send_informationals(scene, 1, 4, 10 * NANOSECONDS);
	assert_cause(scene, CAUSE_PEER_DEAD);
	struct evidence item = evidence_of(scene, EVIDENCE_LIVENESS_UNANSWERED);
	g_assert_cmpuint(item.a, ==, 4);
	g_assert_cmpuint(item.b, ==, 10000);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LIVENESS_UNANSWERED), ==, 1);
}

static void three_informationals_in_less_time_are_no_fault(struct scene *scene)
{
	send_informationals(scene, 0, 3, 3 * NANOSECONDS - 1);
	assert_no_fault(scene);
}

static void two_informationals_into_silence_are_no_fault(struct scene *scene)
{
	send_informationals(scene, 0, 2, 10 * NANOSECONDS);
	assert_no_fault(scene);
}

static void a_peer_that_sends_esp_after_the_first_of_them_is_not_dead(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	int64_t start = send_informationals(scene, 0, 3, 3 * NANOSECONDS);
	scene_esp_at(scene, 1, BACK, start);
	assert_cause(scene, CAUSE_PEER_DEAD);
	scene_esp_at(scene, 1, BACK, start + 1);
	assert_no_fault(scene);
}

static void a_peer_that_answers_is_not_dead_and_counting_begins_anew(struct scene *scene)
{
	int64_t start = send_informationals(scene, 0, 3, 3 * NANOSECONDS);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 400, true, 0, 0);
	assert_no_fault(scene);
	for (unsigned i = 0; i < 3; i++) {
		scene_next_at(scene, start + (10 + i) * NANOSECONDS);
		scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 500 + i, true, 0, 0);
	}
	assert_no_fault(scene);
	scene_next_at(scene, start + 13 * NANOSECONDS);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 503, true, 0, 0);
	assert_cause(scene, CAUSE_PEER_DEAD);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_LIVENESS_UNANSWERED).a, ==, 4);
}

/* ---- errors in the clear ---- */

static void an_error_of_the_initiator_himself_refuses_nothing(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 0, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_no_fault(scene);
}

static void an_informational_in_the_clear_without_an_error_says_nothing(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INITIAL_CONTACT);
	assert_no_fault(scene);
}

static void an_error_other_than_no_proposal_may_follow_the_choice(struct scene *scene)
{
	scene_main_mode(scene, 1, 2);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INVALID_SYNTAX);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 1);
	scene_main_mode(scene, 3, 3);
	assert_undetermined(scene, PHASE_1, REASON_UNDER_WAY);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 0);
}

static void an_error_in_the_clear_after_phase_1_says_nothing(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_no_fault(scene);
}

/* An SPI that the notify names in its SPI field, or else in its data. */
static void an_unknown_spi_is_taken_from_where_the_notify_has_it(struct scene *scene)
{
	static const struct ike_notify notifies[] = {
	        {.type = IKE_NOTIFY_INVALID_SPI, .spi = OUT, .data = 5},
	        {.type = IKE_NOTIFY_INVALID_SPI, .data = OUT},
	};

	scene_main_mode(scene, 1, 6);
	for (size_t i = 0; i < G_N_ELEMENTS(notifies); i++) {
		struct ike_message message = {
		        .major_version = 1, .exchange_type = IKE1_INFORMATIONAL, .message_id = 7, .length = 60};
		message.responder_spi = scene->responder_spi;
		message.notifies[message.notify_count++] = notifies[i];
		scene_play(scene, 1, &message);
		g_assert_cmpuint(scene_tunnel(scene)->invalid_spi_count, ==, 1);
		g_assert_cmphex(scene_tunnel(scene)->invalid_spis[0], ==, OUT);
	}
}

/* Cisco's fragments show nothing of their message. */
static void a_fragment_says_certificates_and_nothing_else(struct scene *scene)
{
	scene_main_mode(scene, 1, 4);
	struct ike_message message = {
	        .major_version = 1, .exchange_type = IKE1_MAIN_MODE, .fragment = 1, .length = 500};
	message.responder_spi = scene->responder_spi;
	scene_play(scene, 0, &message);
	g_assert_true(scene_tunnel(scene)->ike_sas[0]->authentication.certificates);
	assert_state(scene, "MM_WAIT_MSG6");
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[0]->ikev1.messages, ==, 4);
}

static void an_answer_that_does_not_arrive_is_no_silence(struct scene *scene)
{
	lose_answer(scene, 3);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_MAIN_MODE_STUCK), ==, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 1);
}

static void a_second_answer_that_does_not_arrive_is_no_version_mismatch(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene_new_attempt(scene, 1);
	scene_init_request(scene);
	scene_new_attempt(scene, 0);
	lose_answer(scene, 3);
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

static const struct conversation_test tests[] = {
        CONVERSATION(ikev1_up_with_traffic_is_fine),
        CONVERSATION(mm5_answered_by_informationals_is_refused_authentication),
        CONVERSATION(a_cleartext_informational_refuses_the_proposal),
        CONVERSATION(quick_mode_answered_by_an_informational_is_a_refused_child),
        CONVERSATION(mm1_without_answer_waits_for_message_2),
        CONVERSATION(ikev1_informational_amid_quick_mode_is_no_refusal),
        CONVERSATION(ikev1_quick_mode_shows_that_phase_1_is_up),
        CONVERSATION(main_mode_seen_from_its_middle_is_not_up_before_its_end),
        CONVERSATION(each_side_waits_for_the_others_next_message),
        CONVERSATION(aggressive_mode_has_states_of_its_own),
        CONVERSATION(a_refused_first_message_leaves_no_state),
        CONVERSATION(a_first_message_is_possibly_unanswered_when_sent_twice_and_likely_so_three_times),
        CONVERSATION(a_later_message_unanswered_is_no_response_to_authentication),
        CONVERSATION(the_identity_unanswered_on_4500_is_natt_blocked),
        CONVERSATION(a_first_answer_that_does_not_arrive_is_no_response),
        CONVERSATION(a_second_answer_that_does_not_arrive_is_no_response_to_authentication),
        CONVERSATION(a_capture_of_the_initiator_alone_gives_no_fault),
        CONVERSATION(refused_under_a_pre_shared_key_is_the_key),
        CONVERSATION(refused_under_signatures_is_the_certificate),
        CONVERSATION(each_informational_that_answers_the_identity_is_counted),
        CONVERSATION(an_informational_of_the_initiator_does_not_refuse_his_own_identity),
        CONVERSATION(a_refused_identity_that_is_answered_after_all_is_no_fault),
        CONVERSATION(an_error_in_the_clear_after_the_identity_is_a_refusal_that_anybody_can_make_up),
        CONVERSATION(aggressive_mode_is_refused_by_its_initiator),
        CONVERSATION(aggressive_mode_answered_into_silence_is_pending),
        CONVERSATION(an_informational_within_five_seconds_refuses_quick_mode),
        CONVERSATION(an_informational_after_five_seconds_is_about_something_else),
        CONVERSATION(an_informational_of_who_began_quick_mode_refuses_nothing),
        CONVERSATION(quick_mode_refused_twice_is_likely),
        CONVERSATION(the_responder_may_begin_quick_mode),
        CONVERSATION(quick_mode_into_silence_is_a_dead_peer),
        CONVERSATION(quick_mode_that_a_living_peer_does_not_answer_is_a_refused_child),
        CONVERSATION(quick_mode_of_which_one_end_was_captured_is_no_refused_child),
        CONVERSATION(quick_mode_that_a_living_peer_does_not_answer_beside_a_child_is_no_fault),
        CONVERSATION(a_third_message_sent_again_is_no_second_child),
        CONVERSATION(rekeys_every_few_seconds_are_churn),
        CONVERSATION(three_informationals_over_three_seconds_into_silence_are_a_dead_peer),
        CONVERSATION(they_may_come_from_the_responder),
        CONVERSATION(three_informationals_in_less_time_are_no_fault),
        CONVERSATION(two_informationals_into_silence_are_no_fault),
        CONVERSATION(a_peer_that_sends_esp_after_the_first_of_them_is_not_dead),
        CONVERSATION(a_peer_that_answers_is_not_dead_and_counting_begins_anew),
        CONVERSATION(an_error_of_the_initiator_himself_refuses_nothing),
        CONVERSATION(an_informational_in_the_clear_without_an_error_says_nothing),
        CONVERSATION(an_error_other_than_no_proposal_may_follow_the_choice),
        CONVERSATION(an_error_in_the_clear_after_phase_1_says_nothing),
        CONVERSATION(an_unknown_spi_is_taken_from_where_the_notify_has_it),
        CONVERSATION(a_fragment_says_certificates_and_nothing_else),
        CONVERSATION(an_answer_that_does_not_arrive_is_no_silence),
        CONVERSATION(a_second_answer_that_does_not_arrive_is_no_version_mismatch),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/ikev1", tests, G_N_ELEMENTS(tests));
}
