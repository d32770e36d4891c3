/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, IKEv1: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"

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

static void quick_mode(struct scene *scene, uint8_t side, uint32_t message_id)
{
	scene_ikev1(scene, side, IKE1_QUICK_MODE, message_id, true, 0, 0);
}

/* A liveness check or an INITIAL-CONTACT that crosses with the first message of quick mode. */
static void ikev1_informational_amid_quick_mode_is_no_refusal(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
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

	scene_main_mode(scene, 1, 5);
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

static const struct conversation_test tests[] = {
        CONVERSATION(ikev1_up_with_traffic_is_fine),
        CONVERSATION(mm5_answered_by_informationals_is_refused_authentication),
        CONVERSATION(a_cleartext_informational_refuses_the_proposal),
        CONVERSATION(quick_mode_answered_by_an_informational_is_a_refused_child),
        CONVERSATION(mm1_without_answer_waits_for_message_2),
        CONVERSATION(ikev1_informational_amid_quick_mode_is_no_refusal),
        CONVERSATION(ikev1_quick_mode_shows_that_phase_1_is_up),
        CONVERSATION(main_mode_seen_from_its_middle_is_not_up_before_its_end),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/ikev1", tests, G_N_ELEMENTS(tests));
}
