/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, IKEv2 child SAs: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"

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
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, payloads, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
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

static const struct conversation_test tests[] = {
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
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/phase-2", tests, G_N_ELEMENTS(tests));
}
