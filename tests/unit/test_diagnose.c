/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "core/verdict/words.h"
#include "scene.h"

#define REFUSED 8        /* one bare notify */
#define CHILD_REFUSED 64 /* IDr, AUTH, one notify */
#define CHILD_UP 180
#define AUTH_REQUEST 200
#define CHILD_REQUEST 130
#define CHILD_REQUEST_PFS 400
#define LIVENESS 0
#define WRONG_KE 17
#define WRONG_VERSION 5
#define NO_PROPOSAL 14

static void assert_verdict(const struct scene *scene, enum cause cause, enum confidence confidence)
{
	struct verdict verdict = scene_verdict(scene);
	g_assert_cmpstr(cause_name(verdict.cause), ==, cause_name(cause));
	g_assert_cmpstr(confidence_name(verdict.confidence), ==, confidence_name(confidence));
	g_assert_cmpint(verdict.phase_failed, ==, catalogue_entry(cause)->phase);
}

static void assert_cause(const struct scene *scene, enum cause cause)
{
	g_assert_cmpstr(cause_name(scene_cause(scene)), ==, cause_name(cause));
}

static void authenticate(struct scene *scene, uint32_t answer)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, scene->initiator, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, !scene->initiator, IKE2_AUTH, 1, answer);
}

/* ---- Phase 1 ---- */

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
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 2);
	g_assert_cmpint(scene_tunnel(scene)->history[0].cause, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpint(scene_tunnel(scene)->history[1].cause, ==, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
	scene_response(scene, 1, IKE2_AUTH, 4, 136 - 8);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[0]->children.up, ==, 1);
}

static void esp_after_an_inferred_refusal_contradicts_it(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 0.1);
	assert_cause(scene, CAUSE_NONE);
}

static void no_proposal_chosen_in_the_clear_is_certain(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, NO_PROPOSAL, 0);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void a_forged_error_beside_a_valid_answer_is_noise(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, NO_PROPOSAL, 0);
	scene_init_response(scene);
	assert_cause(scene, CAUSE_NONE);
	scene_init_error(scene, NO_PROPOSAL, 0);
	assert_cause(scene, CAUSE_NONE);
}

static void a_dh_retry_that_succeeds_is_no_fault(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, WRONG_KE, 19);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	scene_up(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	assert_cause(scene, CAUSE_NONE);
}

static void a_cookie_retry_is_no_retransmission(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_COOKIE, 1);
	scene_init_request(scene);
	g_assert_cmpuint(scene->last.retransmission_of, ==, 0);
	scene_init_response(scene);
	assert_cause(scene, CAUSE_NONE);
}

static void a_first_message_repeated_into_silence_is_no_response(struct scene *scene)
{
	scene_init_request(scene);
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
}

static void an_answer_in_the_other_version_refuses_the_version(struct scene *scene)
{
	scene_init_request(scene);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, WRONG_VERSION);
	assert_verdict(scene, CAUSE_VERSION_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	scene_new_attempt(scene, 0);
	scene_up(scene);
	assert_cause(scene, CAUSE_NONE);
}

static void a_short_answer_is_refused_authentication_though_the_suite_was_not_seen(struct scene *scene)
{
	scene->responder_spi = 0x99;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	scene_request(scene, 0, IKE2_AUTH, 2, 40);
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
}

static void each_earlier_attempt_that_wanted_another_group_is_evidence(struct scene *scene)
{
	for (unsigned i = 0; i < 3; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_error(scene, WRONG_KE, 19);
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
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 14);
	assert_verdict(scene, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(scene_verdict(scene).ike_sa->init.group_wanted, ==, 14);
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
	g_assert_cmpint(verdict.cause, ==, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
}

static void a_failed_second_attempt_beside_a_used_tunnel_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_new_attempt(scene, 1);
	authenticate(scene, REFUSED);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
}

static void an_initiator_that_refuses_the_responder_and_tries_again(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
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

/* ---- Phase 2 ---- */

static void an_answer_without_room_for_an_sa_is_a_refused_child(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	char state[20];
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "READY");
}

static void decrypted_notifies_tell_selectors_from_proposals(struct scene *scene)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, 0};
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, payloads, IKE_NOTIFY_TS_UNACCEPTABLE);
	assert_verdict(scene, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, payloads, NO_PROPOSAL);
	assert_verdict(scene, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void a_second_child_refused_while_the_first_is_up(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	assert_cause(scene, CAUSE_NONE);
}

static void a_rekey_with_key_exchange_refused_is_pfs(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_wait(scene, 60);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_cause(scene, CAUSE_PFS_MISMATCH);
}

static void rekey(struct scene *scene, uint32_t message_id, uint32_t spi)
{
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id + 1, 12);
	scene_response(scene, 1, IKE2_INFORMATIONAL, message_id + 1, 12);
	scene_esp_both(scene, spi, spi + 0x1000, 3, 1);
}

static void rekeys_that_cross_are_no_refusal(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_cause(scene, CAUSE_NONE);
	scene_wait(scene, 60);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 3, REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void one_rekey_is_up_not_down(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	rekey(scene, 2, 0x1002);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->esp[0].packets, ==, 8);
}

static void rekeys_every_few_seconds_are_churn(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 3, 1);
	for (uint32_t i = 0; i < 4; i++)
		rekey(scene, 2 + 2 * i, 0x1002 + i);
	assert_cause(scene, CAUSE_REKEY_CHURN);
}

static void rekeys_every_hour_are_not(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 6; i++) {
		scene_wait(scene, 3600);
		rekey(scene, 2 + 2 * i, 0x1002 + i);
	}
	assert_cause(scene, CAUSE_NONE);
}

static void many_children_at_the_start_are_not_churn(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 10; i++) {
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
	}
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

/* A network after another is asked for, and between them one side checks whether the other is alive. */
static void children_on_demand_amid_liveness_checks_are_not_churn(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 6; i++) {
		scene_esp_both(scene, 0x1001 + i, 0x2001 + i, 3, 0.5);
		scene_wait(scene, 5);
		scene_request(scene, 1, IKE2_INFORMATIONAL, i, 0);
		scene_response(scene, 0, IKE2_INFORMATIONAL, i, 0);
		scene_wait(scene, 5);
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		scene->sequence[0] = scene->sequence[1] = 0;
	}
	assert_cause(scene, CAUSE_NONE);
}

/* A rekeyed IKE SA is deleted; nothing is heard of the new one as long as its children do well. */
static void children_that_outlive_their_ike_sa_are_judged(struct scene *scene)
{
	char state[20];

	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, 400);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, 400);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, 8);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 3, 0);
	scene_esp_both(scene, 0x1001, 0x2001, 20, 0.5);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "READY");
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
	scene_esp(scene, 0, 0x1001, 60, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
}

/* ---- data ---- */

static void too_big(struct scene *scene, unsigned packets, uint32_t mtu)
{
	for (unsigned i = 0; i < packets; i++)
		scene_too_big(scene, 0, 0x1001, mtu);
}

/* A burst was under way, a later router wants less, and after ten minutes the sender has forgotten. */
static void path_mtu_discovery_at_work_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	for (unsigned i = 0; i < 3; i++) {
		too_big(scene, 10, 1400);
		assert_cause(scene, CAUSE_NONE);
		scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
		too_big(scene, 10, 1300);
		assert_cause(scene, CAUSE_NONE);
		scene_esp_both(scene, 0x1001, 0x2001, 600, 1);
	}
}

static void who_does_not_heed_the_mtu_is_at_fault_until_he_does(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 3; i++) {
		scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
		too_big(scene, 3, 1400);
	}
	assert_cause(scene, CAUSE_MTU);
	scene_esp_both(scene, 0x1001, 0x2001, 400, 1);
	assert_cause(scene, CAUSE_NONE);
}

static void an_unknown_spi_that_was_replaced_is_history(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_invalid_spi(scene, 1, 0x1001);
	scene_esp(scene, 0, 0x1001, 3, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_new_attempt(scene, 0);
	scene_up(scene);
	scene->sequence[0] = scene->sequence[1] = 0;
	scene_esp_both(scene, 0x1002, 0x2002, 100, 0.5);
	assert_cause(scene, CAUSE_NONE);
	/* But not while the sender goes on with it beside others. */
	scene_esp(scene, 0, 0x1001, 1, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

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
	scene_esp(scene, 0, 0x1001, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	assert_shown(scene, "READY; #pkts encaps grows and #pkts decaps does not", false);
	scene_esp(scene, 1, 0x2001, 2, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void one_way_while_esp_passes_uncounted_is_less_sure(struct scene *scene)
{
	scene_up(scene);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	scene_esp(scene, 0, 0x1001, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 1, 0x2001, 2, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void the_other_direction_is_one_way_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 1, 0x2001, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	assert_shown(scene, "READY; #pkts decaps grows and #pkts encaps does not", true);
}

static void few_packets_or_little_time_are_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, 0x1001, 7, 1);
	assert_cause(scene, CAUSE_NONE);
	scene_esp(scene, 0, 0x1001, 1, 0);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void a_burst_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, 0x1001, 1000, 0.001);
	assert_cause(scene, CAUSE_NONE);
}

static void a_stream_with_rare_answers_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 5; i++) {
		scene_esp(scene, 0, 0x1001, 100, 0.1);
		scene_esp(scene, 1, 0x2001, 1, 0.1);
	}
	scene_esp(scene, 0, 0x1001, 120, 0.1);
	assert_cause(scene, CAUSE_NONE);
}

static void a_made_up_packet_back_hides_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 20, 0.5);
	scene_esp(scene, 1, 0xbad, 1, 0.5);
	scene_esp(scene, 0, 0x1001, 1, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene_esp(scene, 1, 0x2001, 1, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void made_up_packets_are_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	for (unsigned i = 0; i < 40; i++)
		scene_esp(scene, 0, 0xbad00 + i, 1, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void rekey_overlap_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 10, 0.5);
	for (unsigned i = 0; i < 20; i++) {
		scene_esp(scene, 0, 0x1002, 1, 0.5);
		scene_esp(scene, 1, 0x2001, 1, 0.5);
	}
	assert_cause(scene, CAUSE_NONE);
}

/* A peer may go on with its old outbound SA while the other side has a new one: pairs are not one to one. */
static void one_spi_that_faces_two_over_time_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 10, 0.5);
	scene_esp_both(scene, 0x1001, 0x2002, 10, 0.5);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->esp[1].spis, ==, 2);
	g_assert_cmpuint(scene_tunnel(scene)->esp[0].packets, ==, 20);
}

static void esp_alone_in_one_direction_is_no_verdict(struct scene *scene)
{
	scene_esp(scene, 0, 0x1001, 100, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void times_of_zero_give_no_verdict(struct scene *scene)
{
	scene->time = -1000000000;
	scene_esp(scene, 1, 0x2001, 1, 0);
	scene_esp(scene, 0, 0x1001, 100, 0);
	assert_cause(scene, CAUSE_NONE);
}

static void ready_and_no_esp_for_long_is_no_traffic(struct scene *scene)
{
	scene_up(scene);
	scene_wait(scene, 40);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	assert_cause(scene, CAUSE_NO_TRAFFIC);
}

static void packets_lost_while_one_way_are_not_loss_once_it_is_over(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 40, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene->sequence[1] += 40;
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->esp[1].lost, ==, 40);
	for (unsigned i = 0; i < 40; i++) {
		scene->sequence[1] += 2;
		scene_esp_both(scene, 0x1001, 0x2001, 1, 0.5);
	}
	assert_cause(scene, CAUSE_PACKET_LOSS);
}

/* So many that the first packet afterwards is not believed before a second confirms it. */
static void many_packets_lost_while_one_way_are_not_loss_either(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 40, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene->sequence[1] += 5000;
	scene_esp_both(scene, 0x1001, 0x2001, 100, 0.5);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->esp[1].lost, ==, 5000);
}

static void gaps_in_the_sequence_are_loss(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 100; i++) {
		scene_esp_both(scene, 0x1001, 0x2001, 1, 0.1);
		scene->sequence[1] += i % 5 == 0;
	}
	assert_cause(scene, CAUSE_PACKET_LOSS);
}

/* ---- IKEv1 ---- */

static void main_mode(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_KE, 0);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_KE, 0);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, true, 0, 0);
}

static void ikev1_up_with_traffic_is_fine(struct scene *scene)
{
	main_mode(scene);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, true, 0, 0);
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
	main_mode(scene);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_WAIT_MSG6");
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 6, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY);
}

static void a_cleartext_informational_refuses_the_proposal(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, NO_PROPOSAL);
	assert_verdict(scene, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void quick_mode_answered_by_an_informational_is_a_refused_child(struct scene *scene)
{
	main_mode(scene);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, true, 0, 0);
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

/* ---- the table of tests: each conversation under CBC and under GCM ---- */

static void quick_mode(struct scene *scene, uint8_t side, uint32_t message_id)
{
	scene_ikev1(scene, side, IKE1_QUICK_MODE, message_id, true, 0, 0);
}

/* A liveness check or an INITIAL-CONTACT that crosses with the first message of quick mode. */
static void ikev1_informational_amid_quick_mode_is_no_refusal(struct scene *scene)
{
	main_mode(scene);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, true, 0, 0);
	for (uint32_t child = 0; child < 2; child++) {
		quick_mode(scene, 0, 99 + child);
		scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 5 + child, true, 0, 0);
		assert_cause(scene, CAUSE_CHILD_REFUSED);
		quick_mode(scene, 1, 99 + child);
		quick_mode(scene, 0, 99 + child);
		g_assert_true(scene->last.phase_2_completed);
		assert_cause(scene, CAUSE_NONE);
	}
}

/* The last two messages of main mode came in Cisco's fragments, which show nothing. */
static void ikev1_quick_mode_shows_that_phase_1_is_up(struct scene *scene)
{
	char state[20];

	main_mode(scene);
	quick_mode(scene, 0, 99);
	quick_mode(scene, 1, 99);
	g_assert_true(scene->last.phase_1_completed);
	quick_mode(scene, 0, 99);
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
	assert_cause(scene, CAUSE_NONE);
}

/* Clocks of some capturing devices are centuries off; sums must not run over. */
static void the_last_of_times_is_as_good_as_any(struct scene *scene)
{
	const struct child_sa *up[TUNNEL_CHILDREN];

	scene->time = INT64_MAX - INT64_C(9000000000);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.1);
	scene->sequence[0] = scene->sequence[1] = 0;
	scene_esp_both(scene, 0x1002, 0x2002, 5, 0.1);
	g_assert_cmpuint(tunnel_children_up(scene->tunnels, scene_tunnel(scene), up), ==, 1);
	assert_cause(scene, CAUSE_NONE);
}

typedef void conversation(struct scene *scene);

static const struct {
	const char *name;
	conversation *play;
} conversations[] = {
#define CONVERSATION(name)                                                                                             \
	{                                                                                                              \
#name, name                                                                                            \
	}
        CONVERSATION(a_tunnel_with_traffic_both_ways_is_fine),
        CONVERSATION(a_short_answer_to_ike_auth_is_refused_authentication),
        CONVERSATION(a_new_attempt_makes_the_refusal_likely),
        CONVERSATION(a_refusal_is_undone_by_a_later_success),
        CONVERSATION(a_large_request_says_certificates),
        CONVERSATION(eap_success_is_no_refusal),
        CONVERSATION(esp_after_an_inferred_refusal_contradicts_it),
        CONVERSATION(no_proposal_chosen_in_the_clear_is_certain),
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
        CONVERSATION(a_capture_of_one_direction_gives_no_fault),
        CONVERSATION(unanswered_liveness_checks_are_a_dead_peer),
        CONVERSATION(a_peer_that_still_sends_esp_is_not_dead),
        CONVERSATION(a_failed_second_attempt_beside_a_used_tunnel_is_no_fault),
        CONVERSATION(both_sides_at_once_come_up),
        CONVERSATION(an_initiator_that_refuses_the_responder_and_tries_again),
        CONVERSATION(an_initiator_that_refuses_the_responder_twice),
        CONVERSATION(the_same_refusal_before_is_a_second_witness),
        CONVERSATION(an_answer_without_room_for_an_sa_is_a_refused_child),
        CONVERSATION(decrypted_notifies_tell_selectors_from_proposals),
        CONVERSATION(a_second_child_refused_while_the_first_is_up),
        CONVERSATION(a_rekey_with_key_exchange_refused_is_pfs),
        CONVERSATION(rekeys_that_cross_are_no_refusal),
        CONVERSATION(one_rekey_is_up_not_down),
        CONVERSATION(rekeys_every_few_seconds_are_churn),
        CONVERSATION(rekeys_every_hour_are_not),
        CONVERSATION(many_children_at_the_start_are_not_churn),
        CONVERSATION(children_on_demand_amid_liveness_checks_are_not_churn),
        CONVERSATION(children_that_outlive_their_ike_sa_are_judged),
        CONVERSATION(path_mtu_discovery_at_work_is_no_fault),
        CONVERSATION(the_last_of_times_is_as_good_as_any),
        CONVERSATION(main_mode_seen_from_its_middle_is_not_up_before_its_end),
        CONVERSATION(ikev1_informational_amid_quick_mode_is_no_refusal),
        CONVERSATION(ikev1_quick_mode_shows_that_phase_1_is_up),
        CONVERSATION(an_unknown_spi_that_was_replaced_is_history),
        CONVERSATION(who_does_not_heed_the_mtu_is_at_fault_until_he_does),
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
        CONVERSATION(times_of_zero_give_no_verdict),
        CONVERSATION(ready_and_no_esp_for_long_is_no_traffic),
        CONVERSATION(packets_lost_while_one_way_are_not_loss_once_it_is_over),
        CONVERSATION(many_packets_lost_while_one_way_are_not_loss_either),
        CONVERSATION(gaps_in_the_sequence_are_loss),
        CONVERSATION(ikev1_up_with_traffic_is_fine),
        CONVERSATION(mm5_answered_by_informationals_is_refused_authentication),
        CONVERSATION(a_cleartext_informational_refuses_the_proposal),
        CONVERSATION(quick_mode_answered_by_an_informational_is_a_refused_child),
        CONVERSATION(mm1_without_answer_waits_for_message_2),
};

static void play_in(enum scene_suite suite, const void *data)
{
	struct scene scene;
	conversation *const *play = data;
	scene_begin(&scene, suite);
	(*play)(&scene);
	scene_end(&scene);
}

static void play_in_cbc(const void *data)
{
	play_in(SUITE_CBC, data);
}

static void play_in_gcm(const void *data)
{
	play_in(SUITE_GCM, data);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(conversations); i++) {
		char *cbc = g_strdup_printf("/diagnose/cbc/%s", conversations[i].name);
		char *gcm = g_strdup_printf("/diagnose/gcm/%s", conversations[i].name);
		g_test_add_data_func(cbc, &conversations[i].play, play_in_cbc);
		g_test_add_data_func(gcm, &conversations[i].play, play_in_gcm);
		g_free(cbc);
		g_free(gcm);
	}
	return g_test_run();
}
