/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, IKEv2 up to IKE_AUTH: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define BACK 0x2001

static void a_tunnel_with_traffic_both_ways_is_fine(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 20, 0.5);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void a_short_answer_to_ike_auth_is_refused_authentication(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_true(scene->last.changed);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_AUTH_REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void a_new_attempt_makes_the_refusal_likely(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_wait(scene, 5);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
}

static void a_refusal_is_undone_by_a_later_success(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_wait(scene, 10);
	scene_new_attempt(scene, 0);
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 3);
	g_assert_cmpint(scene_tunnel(scene)->history[0].cause, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpint(scene_tunnel(scene)->history[1].cause, ==, CAUSE_UNDETERMINED);
	g_assert_cmpint(scene_tunnel(scene)->history[2].cause, ==, CAUSE_NONE);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void a_large_request_says_certificates(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, 1400);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_cause(scene, CAUSE_CERT_UNTRUSTED);
}

static void eap_success_is_no_refusal(struct scene *scene)
{
	authenticate(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, 2, 20);
	scene_response(scene, 1, IKE2_AUTH, 2, 30);
	scene_request(scene, 0, IKE2_AUTH, 3, 40);
	scene_response(scene, 1, IKE2_AUTH, 3, REFUSED);
	scene_request(scene, 0, IKE2_AUTH, 4, 40);
	assert_no_fault(scene);
	scene_response(scene, 1, IKE2_AUTH, 4, 136 - 8);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[0]->children.up, ==, 1);
}

static void esp_after_an_inferred_refusal_contradicts_it(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_no_fault(scene);
}

static void no_proposal_chosen_in_the_clear_is_certain(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void another_error_in_the_clear_fits_other_reasons_as_well(struct scene *scene)
{
	static const uint16_t errors[] = {IKE_NOTIFY_INVALID_SYNTAX, IKE_NOTIFY_AUTHENTICATION_FAILED};

	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		scene_init_request(scene);
		scene_init_error(scene, errors[i], 0);
		assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_POSSIBLE);
		scene_new_attempt(scene, 0);
	}
}

static void a_forged_error_beside_a_valid_answer_is_noise(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	scene_init_response(scene);
	assert_no_fault(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	assert_no_fault(scene);
}

static void a_dh_retry_that_succeeds_is_no_fault(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_POSSIBLE);
	scene_up(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	assert_no_fault(scene);
}

static void a_cookie_retry_is_no_retransmission(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_COOKIE, 1);
	scene_init_request(scene);
	g_assert_cmpuint(scene->last.retransmission_of, ==, 0);
	scene_init_response(scene);
	assert_no_fault(scene);
}

static void a_first_message_repeated_into_silence_is_no_response(struct scene *scene)
{
	scene_init_request(scene);
	assert_no_fault(scene);
	for (unsigned i = 0; i < 3; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_init_request(scene);
		g_assert_cmpuint(scene->last.retransmission_of, ==, 1);
	}
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY);
}

static void an_answer_after_retransmissions_is_no_fault(struct scene *scene)
{
	scene_init_request(scene);
	scene_wait(scene, 4);
	scene_same_bytes(scene);
	scene_init_request(scene);
	scene_init_response(scene);
	assert_no_fault(scene);
}

static void repeat_auth(struct scene *scene, uint16_t port)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene->port = port;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	for (unsigned i = 0; i < 3; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	}
}

static void silence_on_4500_is_natt_blocked(struct scene *scene)
{
	repeat_auth(scene, NAT_TRAVERSAL_PORT);
	assert_verdict(scene, CAUSE_NATT_BLOCKED, CONFIDENCE_LIKELY);
}

static void silence_on_500_is_auth_no_response(struct scene *scene)
{
	repeat_auth(scene, IKE_PORT);
	assert_verdict(scene, CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_LIKELY);
}

/* The request just answered comes again, and is answered again. */
static void ask_auth_again(struct scene *scene)
{
	scene_wait(scene, 2);
	scene_same_bytes(scene);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
}

static void a_request_repeated_after_its_answer_did_not_get_it(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene->port = NAT_TRAVERSAL_PORT;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	ask_auth_again(scene);
	assert_no_fault(scene);
	ask_auth_again(scene);
	assert_verdict(scene, CAUSE_NATT_BLOCKED, CONFIDENCE_LIKELY);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
}

static void a_first_message_repeated_after_its_answer_is_no_response(struct scene *scene)
{
	for (unsigned i = 0; i < 3; i++) {
		scene_wait(scene, 2);
		if (i > 0) {
			scene_same_bytes(scene);
			scene_same_bytes(scene);
		}
		scene_init_request(scene);
		scene_init_response(scene);
	}
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	assert_no_fault(scene);
}

static void an_answer_in_the_other_version_refuses_the_version(struct scene *scene)
{
	scene_init_request(scene);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INVALID_MAJOR_VERSION);
	assert_verdict(scene, CAUSE_VERSION_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	scene_new_attempt(scene, 0);
	scene_up(scene);
	assert_no_fault(scene);
}

static void a_short_answer_is_refused_authentication_though_the_suite_was_not_seen(struct scene *scene)
{
	scene->responder_spi = 0x99;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	scene_request(scene, 0, IKE2_AUTH, 2, 40);
	assert_no_fault(scene);
}

static void two_versions_that_pass_each_other_are_a_mismatch(struct scene *scene)
{
	scene_init_request(scene);
	scene_new_attempt(scene, 1);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_wait(scene, 4);
	scene_same_bytes(scene);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	assert_cause(scene, CAUSE_VERSION_MISMATCH);
}

static void answers_before_their_requests_give_no_fault(struct scene *scene)
{
	scene_init_response(scene);
	scene_init_request(scene);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
}

static void each_earlier_attempt_that_wanted_another_group_is_evidence(struct scene *scene)
{
	for (unsigned i = 0; i < 3; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	}
	struct verdict verdict = scene_verdict(scene);
	unsigned before = 0;
	for (unsigned i = 0; i < verdict.evidence.count; i++)
		before += verdict.evidence.items[i].kind == EVIDENCE_REFUSED_BEFORE;
	g_assert_cmpuint(before, ==, 2);
	assert_cause(scene, CAUSE_DH_GROUP_MISMATCH);
}

static void another_group_wanted_and_never_tried_is_a_mismatch(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(scene_verdict(scene).ike_sa->init.group_wanted, ==, 19);
}

/* The initiator would try the other group at once, if it had it. */
static void another_group_that_does_not_come_within_five_seconds_is_certain(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	int64_t refused = scene->time;
	tunnels_settle_counts(scene->tunnels, refused + 5 * NANOSECONDS - 1, NULL, NULL);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_POSSIBLE);
	tunnels_settle_counts(scene->tunnels, refused + 5 * NANOSECONDS, NULL, NULL);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
}

static void another_group_wanted_of_two_attempts_is_certain_at_once(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 1);
}

static void an_attempt_refused_for_something_else_says_nothing_of_the_group(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_SYNTAX, 0);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void the_same_group_wanted_is_no_mismatch_of_groups(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, scene_tunnel(scene)->ike_sas[0]->init.group_sent);
	assert_undetermined(scene, PHASE_1, REASON_REFUSED_UNEXPLAINED);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INVALID_KE_SAME), ==, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INVALID_KE), ==, 0);
}

static void a_capture_of_one_direction_gives_no_fault(struct scene *scene)
{
	scene_init_request(scene);
	scene->responder_spi = 0x77;
	for (unsigned i = 0; i < 3; i++) {
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_same_bytes(scene);
		scene_wait(scene, 4);
	}
	scene_esp(scene, 0, 0x1001, 100, 0.5);
	struct verdict verdict = scene_verdict(scene);
	g_assert_cmpint(verdict.cause, ==, CAUSE_UNDETERMINED);
	g_assert_nonnull(evidence_list_find(&verdict.evidence, EVIDENCE_ONE_DIRECTION_CAPTURED));
}

static void repeat_liveness(struct scene *scene, unsigned copies)
{
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	for (unsigned i = 1; i < copies; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	}
}

static void unanswered_liveness_checks_are_a_dead_peer(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_wait(scene, 10);
	repeat_liveness(scene, 4);
	assert_cause(scene, CAUSE_PEER_DEAD);
	scene_wait(scene, 4);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	assert_cause(scene, CAUSE_PEER_DEAD);
}

static void a_peer_that_still_sends_esp_is_not_dead(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	repeat_liveness(scene, 3);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
}

static void a_failed_second_attempt_beside_a_used_tunnel_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_new_attempt(scene, 1);
	authenticate(scene, REFUSED);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
}

static void both_sides_at_once_come_up(struct scene *scene)
{
	uint64_t first_initiator = scene->initiator_spi;
	scene_init_request(scene);
	scene_new_attempt(scene, 1);
	scene_up(scene);
	scene->initiator_spi = first_initiator;
	scene->initiator = 0;
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
}

static void an_initiator_that_refuses_the_responder_and_tries_again(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	assert_no_fault(scene);
	scene_wait(scene, 5);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
}

static void an_initiator_that_refuses_the_responder_twice(struct scene *scene)
{
	for (unsigned i = 0; i < 2; i++) {
		authenticate(scene, CHILD_UP);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
		scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
		scene_wait(scene, 5);
		if (i == 0)
			scene_new_attempt(scene, 0);
	}
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
}

static void the_same_refusal_before_is_a_second_witness(struct scene *scene)
{
	authenticate(scene, REFUSED);
	uint32_t first_refusal = scene->frame;
	scene_wait(scene, 5);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
	struct verdict verdict = scene_verdict(scene);
	const struct evidence *before = evidence_list_find(&verdict.evidence, EVIDENCE_REFUSED_BEFORE);
	g_assert_nonnull(before);
	g_assert_cmpuint(before->frame, ==, first_refusal);
}

/* ---- liveness ---- */

/* Up and used, then a liveness check of side 0 that is sent so often. Returns when it was sent first. */
static int64_t check_liveness(struct scene *scene, unsigned copies)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_wait(scene, 10);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	int64_t first = scene->time;
	for (unsigned i = 1; i < copies; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	}
	return first;
}

static void a_liveness_check_sent_twice_is_unanswered_and_one_sent_once_is_not(struct scene *scene)
{
	check_liveness(scene, 1);
	assert_no_fault(scene);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	assert_verdict(scene, CAUSE_PEER_DEAD, CONFIDENCE_LIKELY);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_LIVENESS_UNANSWERED).a, ==, 2);
}

static void a_peer_that_was_heard_after_the_check_is_not_dead(struct scene *scene)
{
	int64_t first = check_liveness(scene, 3);
	scene_esp_at(scene, 1, BACK, first);
	assert_cause(scene, CAUSE_PEER_DEAD);
	scene_esp_at(scene, 1, BACK, first + 1);
	assert_no_fault(scene);
}

/* New attempts go out while the old SA is not given up. */
static void a_dead_peer_is_judged_by_the_sa_whose_check_it_left_unanswered(struct scene *scene)
{
	check_liveness(scene, 3);
	uint32_t last = scene->frame;
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_wait(scene, 60);
	scene_same_bytes(scene);
	scene_init_request(scene);
	const struct tunnel *tunnel = scene_tunnel(scene);
	g_assert_true(tunnel_ike_sa(tunnel) == tunnel->ike_sas[1]);
	struct verdict verdict = scene_verdict(scene);
	g_assert_cmpint(verdict.cause, ==, CAUSE_PEER_DEAD);
	g_assert_true(verdict.ike_sa == tunnel->ike_sas[0]);
	struct evidence item = evidence_of(scene, EVIDENCE_LIVENESS_UNANSWERED);
	g_assert_cmpuint(item.frame, ==, last);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 8440);
}

static void a_peer_of_an_sa_that_was_seen_midstream_can_be_dead(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_request(scene, 1, IKE2_INFORMATIONAL, 4, LIVENESS);
	scene_response(scene, 0, IKE2_INFORMATIONAL, 4, LIVENESS);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 5, LIVENESS);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 5, LIVENESS);
	assert_cause(scene, CAUSE_PEER_DEAD);
}

static void an_sa_that_was_deleted_waits_for_no_answer(struct scene *scene)
{
	check_liveness(scene, 3);
	assert_cause(scene, CAUSE_PEER_DEAD);
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 3, false, 80);
	message.decrypted = message.deletes_ike_sa = true;
	scene_play(scene, 0, &message);
	assert_no_fault(scene);
}

/* Frames out of order: EAP's second request comes before the answer to the first, which is older. */
static void an_authentication_request_that_overtakes_is_no_liveness_check(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	int64_t answered = scene->time;
	scene_wait(scene, 10);
	scene_request(scene, 0, IKE2_AUTH, 2, AUTH_REQUEST);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 2, AUTH_REQUEST);
	scene_next_at(scene, answered);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	g_assert_true(scene->last.phase_1_completed);
	assert_no_fault(scene);
}

/* ---- nothing comes back ---- */

/* The message that was just sent, so many times more. */
static void repeat_init(struct scene *scene, unsigned copies)
{
	for (unsigned i = 0; i < copies; i++) {
		scene_wait(scene, 4);
		scene_same_bytes(scene);
		scene_init_request(scene);
	}
}

static void a_first_message_is_possibly_unanswered_when_sent_twice_and_likely_so_three_times(struct scene *scene)
{
	scene_init_request(scene);
	assert_no_fault(scene);
	repeat_init(scene, 1);
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE);
	repeat_init(scene, 1);
	assert_verdict(scene, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_INIT_UNANSWERED);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 8440);
	g_assert_cmpuint(item.frame, ==, scene->frame);
}

static void authentication_into_silence(struct scene *scene, uint16_t port, enum cause cause)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene->port = port;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_no_fault(scene);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_verdict(scene, cause, CONFIDENCE_POSSIBLE);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_verdict(scene, cause, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_UNANSWERED);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, port);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	assert_no_fault(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_UNANSWERED), ==, 0);
}

static void authentication_on_4500_is_likely_blocked_when_sent_three_times(struct scene *scene)
{
	authentication_into_silence(scene, NAT_TRAVERSAL_PORT, CAUSE_NATT_BLOCKED);
}

static void authentication_on_500_is_likely_unanswered_when_sent_three_times(struct scene *scene)
{
	authentication_into_silence(scene, IKE_PORT, CAUSE_AUTH_NO_RESPONSE);
}

static void a_peer_that_asked_for_a_cookie_and_is_silent_since_has_answered(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_COOKIE, 1);
	scene_init_request(scene);
	repeat_init(scene, 2);
	assert_no_fault(scene);
}

static void an_authentication_answer_that_does_not_arrive_on_500_is_no_response_to_authentication(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	ask_auth_again(scene);
	assert_no_fault(scene);
	ask_auth_again(scene);
	assert_verdict(scene, CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_ANSWER_LOST);
	g_assert_cmpuint(item.a, ==, 2);
	g_assert_cmpuint(item.b, ==, IKE_PORT);
}

static void silence_in_the_middle_of_eap_is_no_response_to_authentication(struct scene *scene)
{
	authenticate(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, 2, 40);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 2, 40);
	assert_verdict(scene, CAUSE_AUTH_NO_RESPONSE, CONFIDENCE_POSSIBLE);
}

static void an_answer_in_the_middle_of_eap_that_does_not_arrive_is_no_response_to_authentication(struct scene *scene)
{
	authenticate(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, 2, 40);
	scene_response(scene, 1, IKE2_AUTH, 2, 60);
	for (unsigned i = 0; i < 2; i++) {
		scene_same_bytes(scene);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_AUTH, 2, 40);
		scene_response(scene, 1, IKE2_AUTH, 2, 60);
	}
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

/* ---- versions ---- */

/* Side 0 tries the other version first, and its first message is answered or not. */
static void try_ikev1(struct scene *scene, bool answered)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	if (answered)
		scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_new_attempt(scene, 0);
}

static void an_unanswered_version_beside_one_that_is_answered_is_a_mismatch(struct scene *scene)
{
	try_ikev1(scene, true);
	uint32_t first = scene_tunnel(scene)->ike_sas[0]->first_frame;
	scene_init_request(scene);
	assert_no_fault(scene);
	repeat_init(scene, 1);
	assert_verdict(scene, CAUSE_VERSION_MISMATCH, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_OTHER_VERSION_TRIED);
	g_assert_cmpuint(item.frame, ==, first);
	g_assert_cmpuint(item.a, ==, 2);
	g_assert_cmpuint(item.b, ==, 1);
}

static void two_versions_of_one_side_that_both_go_unanswered_are_no_mismatch(struct scene *scene)
{
	try_ikev1(scene, false);
	scene_init_request(scene);
	repeat_init(scene, 2);
	assert_cause(scene, CAUSE_NO_RESPONSE);
}

static void one_version_of_both_sides_that_go_unanswered_is_no_mismatch(struct scene *scene)
{
	scene_new_attempt(scene, 1);
	scene_init_request(scene);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	repeat_init(scene, 2);
	assert_cause(scene, CAUSE_NO_RESPONSE);
}

/* The beginning is not in the capture; what is unanswered is not the first message, whose version was understood. */
static void a_version_that_came_as_far_as_authentication_is_no_mismatch(struct scene *scene)
{
	scene_new_attempt(scene, 1);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

static void a_version_refused_twice_has_the_first_as_evidence(struct scene *scene)
{
	for (unsigned i = 0; i < 2; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_error(scene, IKE_NOTIFY_INVALID_MAJOR_VERSION, 0);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, i);
	}
	assert_verdict(scene, CAUSE_VERSION_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_INVALID_VERSION).a, ==, 2);
}

/* ---- what ended alike ---- */

static void refuse_init(struct scene *scene, uint16_t error)
{
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_error(scene, error, 0);
}

static void an_attempt_refused_with_another_error_did_not_end_alike(struct scene *scene)
{
	refuse_init(scene, IKE_NOTIFY_INVALID_SYNTAX);
	refuse_init(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 0);
	refuse_init(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 1);
}

static void a_refused_first_message_and_a_refused_authentication_did_not_end_alike(struct scene *scene)
{
	refuse_init(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 0);
	refuse_init(scene, IKE_NOTIFY_INVALID_SYNTAX);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 0);
	scene_tunnel(scene)->ike_sas[1]->failure.error = IKE_NOTIFY_INVALID_SYNTAX;
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REFUSED_BEFORE), ==, 0);
}

static void an_attempt_that_is_still_under_way_did_not_end_alike(struct scene *scene)
{
	scene_init_request(scene);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void of_very_many_refusals_the_newest_are_evidence(struct scene *scene)
{
	uint32_t refused[TUNNEL_IKE_SAS];

	for (unsigned i = 0; i < TUNNEL_IKE_SAS; i++) {
		refuse_init(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
		refused[i] = scene->frame;
	}
	struct verdict verdict = scene_verdict(scene);
	unsigned before = count_evidence(scene, EVIDENCE_REFUSED_BEFORE);
	g_assert_cmpuint(verdict.evidence.count, ==, EVIDENCE_MOST);
	g_assert_cmpuint(before, ==, EVIDENCE_MOST - 2); /* the judged one's request and its refusal are the others */
	for (unsigned i = 0; i < before; i++)
		g_assert_cmpuint(verdict.evidence.items[i].frame, ==, refused[TUNNEL_IKE_SAS - 1 - before + i]);
}

/* ---- how sure a refusal is ---- */

static void refuse_decrypted(struct scene *scene, uint32_t request)
{
	static const uint16_t nothing[] = {0};

	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, request);
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, nothing, IKE_NOTIFY_AUTHENTICATION_FAILED);
}

static void a_decrypted_refusal_of_a_key_is_certain(struct scene *scene)
{
	refuse_decrypted(scene, AUTH_REQUEST);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_DECRYPTED_ERROR).a, ==, IKE_NOTIFY_AUTHENTICATION_FAILED);
}

static void a_decrypted_refusal_of_a_certificate_is_certain(struct scene *scene)
{
	refuse_decrypted(scene, CERTIFICATE_REQUEST);
	assert_verdict(scene, CAUSE_CERT_UNTRUSTED, CONFIDENCE_CERTAIN);
}

static void a_refusal_of_a_certificate_told_by_its_length_is_possible(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, CERTIFICATE_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_verdict(scene, CAUSE_CERT_UNTRUSTED, CONFIDENCE_POSSIBLE);
}

static void a_decrypted_refusal_is_not_undone_by_esp(struct scene *scene)
{
	refuse_decrypted(scene, AUTH_REQUEST);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
}

static void an_initiator_that_refuses_the_responder_decrypted_is_certain(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	authenticate(scene, CHILD_UP);
	scene_decrypted(scene, 0, IKE2_INFORMATIONAL, 2, false, nothing, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_DECRYPTED_ERROR).a, ==, IKE_NOTIFY_AUTHENTICATION_FAILED);
}

/* The error in the clear was certain; what the length of the answer says afterwards is not. */
static void certainty_about_the_group_does_not_last_into_the_retry(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	tunnels_settle_counts(scene->tunnels, scene->time + 5 * NANOSECONDS, NULL, NULL);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	authenticate(scene, REFUSED);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void what_else_it_could_be_is_said_in_the_catalogues_order(struct scene *scene)
{
	authenticate(scene, REFUSED);
	struct verdict verdict = scene_verdict(scene);
	const struct catalogue_entry *entry = catalogue_entry(CAUSE_PSK_MISMATCH);
	g_assert_cmpuint(verdict.alternative_count, >, 0);
	for (unsigned i = 0; i < verdict.alternative_count; i++) {
		g_assert_nonnull(verdict.alternatives[i]);
		g_assert_cmpstr(verdict.alternatives[i], ==, entry->alternatives[i]);
	}
	g_assert_true(verdict.alternative_count == CATALOGUE_ALTERNATIVES ||
	              entry->alternatives[verdict.alternative_count] == NULL);
}

static void an_answer_to_authentication_that_does_not_arrive_is_no_version_mismatch(struct scene *scene)
{
	scene_new_attempt(scene, 1);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_new_attempt(scene, 0);
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene);
	ask_auth_again(scene);
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

static void the_retry_with_another_group_is_pending_again(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	scene_init_request(scene);
	assert_no_fault(scene);
	g_assert_cmpint(scene_tunnel(scene)->ike_sas[0]->stage, ==, IKE_STAGE_INIT_SENT);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_tunnel_with_traffic_both_ways_is_fine),
        CONVERSATION(a_short_answer_to_ike_auth_is_refused_authentication),
        CONVERSATION(a_new_attempt_makes_the_refusal_likely),
        CONVERSATION(a_refusal_is_undone_by_a_later_success),
        CONVERSATION(a_large_request_says_certificates),
        CONVERSATION(eap_success_is_no_refusal),
        CONVERSATION(esp_after_an_inferred_refusal_contradicts_it),
        CONVERSATION(no_proposal_chosen_in_the_clear_is_certain),
        CONVERSATION(another_error_in_the_clear_fits_other_reasons_as_well),
        CONVERSATION(a_forged_error_beside_a_valid_answer_is_noise),
        CONVERSATION(a_dh_retry_that_succeeds_is_no_fault),
        CONVERSATION(a_cookie_retry_is_no_retransmission),
        CONVERSATION(a_first_message_repeated_into_silence_is_no_response),
        CONVERSATION(an_answer_after_retransmissions_is_no_fault),
        CONVERSATION(silence_on_4500_is_natt_blocked),
        CONVERSATION(silence_on_500_is_auth_no_response),
        CONVERSATION(a_request_repeated_after_its_answer_did_not_get_it),
        CONVERSATION(a_first_message_repeated_after_its_answer_is_no_response),
        CONVERSATION(an_answer_in_the_other_version_refuses_the_version),
        CONVERSATION(a_short_answer_is_refused_authentication_though_the_suite_was_not_seen),
        CONVERSATION(two_versions_that_pass_each_other_are_a_mismatch),
        CONVERSATION(answers_before_their_requests_give_no_fault),
        CONVERSATION(each_earlier_attempt_that_wanted_another_group_is_evidence),
        CONVERSATION(another_group_wanted_and_never_tried_is_a_mismatch),
        CONVERSATION(another_group_that_does_not_come_within_five_seconds_is_certain),
        CONVERSATION(another_group_wanted_of_two_attempts_is_certain_at_once),
        CONVERSATION(an_attempt_refused_for_something_else_says_nothing_of_the_group),
        CONVERSATION(the_same_group_wanted_is_no_mismatch_of_groups),
        CONVERSATION(a_capture_of_one_direction_gives_no_fault),
        CONVERSATION(unanswered_liveness_checks_are_a_dead_peer),
        CONVERSATION(a_peer_that_still_sends_esp_is_not_dead),
        CONVERSATION(a_failed_second_attempt_beside_a_used_tunnel_is_no_fault),
        CONVERSATION(both_sides_at_once_come_up),
        CONVERSATION(an_initiator_that_refuses_the_responder_and_tries_again),
        CONVERSATION(an_initiator_that_refuses_the_responder_twice),
        CONVERSATION(the_same_refusal_before_is_a_second_witness),
        CONVERSATION(a_liveness_check_sent_twice_is_unanswered_and_one_sent_once_is_not),
        CONVERSATION(a_peer_that_was_heard_after_the_check_is_not_dead),
        CONVERSATION(a_dead_peer_is_judged_by_the_sa_whose_check_it_left_unanswered),
        CONVERSATION(a_peer_of_an_sa_that_was_seen_midstream_can_be_dead),
        CONVERSATION(an_sa_that_was_deleted_waits_for_no_answer),
        CONVERSATION(an_authentication_request_that_overtakes_is_no_liveness_check),
        CONVERSATION(a_first_message_is_possibly_unanswered_when_sent_twice_and_likely_so_three_times),
        CONVERSATION(authentication_on_4500_is_likely_blocked_when_sent_three_times),
        CONVERSATION(authentication_on_500_is_likely_unanswered_when_sent_three_times),
        CONVERSATION(a_peer_that_asked_for_a_cookie_and_is_silent_since_has_answered),
        CONVERSATION(an_authentication_answer_that_does_not_arrive_on_500_is_no_response_to_authentication),
        CONVERSATION(silence_in_the_middle_of_eap_is_no_response_to_authentication),
        CONVERSATION(an_answer_in_the_middle_of_eap_that_does_not_arrive_is_no_response_to_authentication),
        CONVERSATION(an_unanswered_version_beside_one_that_is_answered_is_a_mismatch),
        CONVERSATION(two_versions_of_one_side_that_both_go_unanswered_are_no_mismatch),
        CONVERSATION(one_version_of_both_sides_that_go_unanswered_is_no_mismatch),
        CONVERSATION(a_version_that_came_as_far_as_authentication_is_no_mismatch),
        CONVERSATION(a_version_refused_twice_has_the_first_as_evidence),
        CONVERSATION(an_attempt_refused_with_another_error_did_not_end_alike),
        CONVERSATION(a_refused_first_message_and_a_refused_authentication_did_not_end_alike),
        CONVERSATION(an_attempt_that_is_still_under_way_did_not_end_alike),
        CONVERSATION(of_very_many_refusals_the_newest_are_evidence),
        CONVERSATION(a_decrypted_refusal_of_a_key_is_certain),
        CONVERSATION(a_decrypted_refusal_of_a_certificate_is_certain),
        CONVERSATION(a_refusal_of_a_certificate_told_by_its_length_is_possible),
        CONVERSATION(a_decrypted_refusal_is_not_undone_by_esp),
        CONVERSATION(an_initiator_that_refuses_the_responder_decrypted_is_certain),
        CONVERSATION(certainty_about_the_group_does_not_last_into_the_retry),
        CONVERSATION(what_else_it_could_be_is_said_in_the_catalogues_order),
        CONVERSATION(an_answer_to_authentication_that_does_not_arrive_is_no_version_mismatch),
        CONVERSATION(the_retry_with_another_group_is_pending_again),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/phase-1", tests, G_N_ELEMENTS(tests));
}
