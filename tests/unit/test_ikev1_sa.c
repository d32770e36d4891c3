/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one IKEv1 message does to its SA: in which order it may come, what it undoes, whose it is. */
#include <glib.h>

#include "conversations.h"

#define OUT 0x1001
#define BACK 0x2001

/* ---- main mode, message by message ---- */

static struct ike_sa *sa_of(const struct scene *scene)
{
	return scene_tunnel(scene)->ike_sas[scene_tunnel(scene)->ike_sa_count - 1];
}

static void a_proposal_and_its_choice_are_read(struct scene *scene)
{
	scene->authentication_method = 1;
	scene_main_mode(scene, 1, 1);
	g_assert_cmpstr(sa_of(scene)->init.offered, !=, "");
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_INIT_REQUEST).a, ==, 1);
	scene_same_bytes(scene);
	scene_main_mode(scene, 1, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_REQUEST), ==, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_UNANSWERED), ==, 1);
	scene_main_mode(scene, 2, 2);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_UNANSWERED), ==, 0);
	g_assert_true(sa_of(scene)->init.suite_known);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_INIT_RESPONSE).a, ==, 14);
	scene_main_mode(scene, 3, 3);
	g_assert_cmpuint(sa_of(scene)->responder_spi, ==, scene->responder_spi);
}

static void the_identity_and_the_end_of_phase_1_are_evidence(struct scene *scene)
{
	scene_main_mode(scene, 1, 4);
	scene->port = NAT_TRAVERSAL_PORT;
	scene_main_mode(scene, 5, 5);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REQUEST);
	g_assert_cmpuint(item.a, ==, 108);
	g_assert_cmpuint(item.b, ==, NAT_TRAVERSAL_PORT);
	scene_main_mode(scene, 6, 6);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_PHASE_1_UP), ==, 1);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_PHASE_1_UP), ==, 1);
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_QUICK_MODE_UP), ==, 1);
}

static void keys_come_with_what_says_where_a_nat_is(struct scene *scene)
{
	static const uint8_t hash[20];

	for (unsigned aggressive = 0; aggressive < 2; aggressive++) {
		struct ike_message message = {.major_version = 1, .length = 200};
		scene_new_attempt(scene, 0);
		scene_ikev1(scene, 0, aggressive ? IKE1_AGGRESSIVE_MODE : IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
		if (!aggressive)
			scene_main_mode(scene, 2, 3);
		message.exchange_type = aggressive ? IKE1_AGGRESSIVE_MODE : IKE1_MAIN_MODE;
		message.responder_spi = scene->initiator_spi + 7;
		message.nat_hashes[message.nat_hash_count++] =
		        (struct ike_nat_hash){.of_source = true, .length = sizeof hash, .bytes = hash};
		scene_play(scene, 1, &message);
		g_assert_true(scene->last.nat_checked);
		g_assert_true(sa_of(scene)->nat.seen[1]);
	}
}

/* The message of this number, refused in the clear before it; then the identity is refused. Nothing is certain. */
static void go_on_after_refusal(struct scene *scene, unsigned number)
{
	scene_main_mode(scene, 1, number - 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INVALID_SYNTAX);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_REFUSED);
	scene_main_mode(scene, number, number);
	g_assert_cmpint(sa_of(scene)->stage, !=, IKE_STAGE_INIT_REFUSED);
	g_assert_cmpint(sa_of(scene)->failure.time, ==, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 0);
	scene_main_mode(scene, number + 1, 5);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 78, true, 0, 0);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void whatever_follows_an_error_in_the_clear_undoes_it(struct scene *scene)
{
	for (unsigned number = 2; number <= 5; number++) {
		scene_end(scene);
		scene_begin(scene, SUITE_CBC);
		go_on_after_refusal(scene, number);
	}
}

static void a_first_message_after_a_refusal_is_pending_again(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	scene_main_mode(scene, 1, 1);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_SENT);
}

static void the_end_of_phase_1_undoes_an_error_too(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	scene_main_mode(scene, 6, 6);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 0);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

/* In other bytes, as frames out of order or somebody else may send them. */
static void earlier_messages_that_come_again_do_not_turn_it_back(struct scene *scene)
{
	scene_main_mode(scene, 1, 5);
	scene_main_mode(scene, 2, 2);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
	scene_main_mode(scene, 3, 3);
	g_assert_cmpuint(sa_of(scene)->ikev1.messages, ==, 5);
	scene_main_mode(scene, 6, 6);
	scene_main_mode(scene, 5, 5);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
	scene_main_mode(scene, 2, 2);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

static void an_aggressive_answer_that_comes_again_does_not_turn_it_back(struct scene *scene)
{
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 1, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	scene_ikev1(scene, 0, IKE1_AGGRESSIVE_MODE, 0, true, 0, 0);
	scene_ikev1(scene, 1, IKE1_AGGRESSIVE_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

/* ---- main mode whose beginning is not in the capture ---- */

static void who_began_is_found_out_when_both_sides_were_heard(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_main_mode(scene, 3, 3);
	g_assert_cmpuint(sa_of(scene)->initiator, ==, 1);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
	scene_main_mode(scene, 4, 4);
	g_assert_cmpuint(sa_of(scene)->initiator, ==, 0);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 0);
	g_assert_cmpuint(sa_of(scene)->exchange_count, ==, 1);
	g_assert_cmpuint(sa_of(scene)->ikev1.messages, ==, 4);
}

static void a_declared_asa_stays_one_when_who_began_is_found_out(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_main_mode(scene, 3, 3);
	tunnels_at(scene->tunnels, 0)->asa_declared = true;
	scene_main_mode(scene, 4, 4);
	g_assert_cmpuint(sa_of(scene)->initiator, ==, 0);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
}

static void the_asa_is_told_by_the_first_sa_alone(struct scene *scene)
{
	scene_new_attempt(scene, 1);
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene_main_mode(scene, 1, 1);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 7;
	scene_main_mode(scene, 3, 4);
	g_assert_cmpuint(sa_of(scene)->initiator, ==, 0);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
}

static void an_identity_that_comes_late_does_not_turn_the_sides(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene->responder_spi = 7;
	scene_main_mode(scene, 4, 4);
	scene_main_mode(scene, 6, 6);
	scene_main_mode(scene, 5, 5);
	g_assert_cmpuint(sa_of(scene)->initiator, ==, 0);
}

/* ---- quick mode, message by message ---- */

static void an_informational_after_the_answer_refuses_nothing(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100, true, 0, 0);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 0);
}

static void a_second_informational_refuses_nothing_more(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	for (uint32_t i = 0; i < 2; i++)
		scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100 + i, true, 0, 0);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 1);
	g_assert_cmpuint(sa_of(scene)->exchanges[3].response_frame, ==, scene->frame - 1);
}

/* The last of main mode was not seen, so that the identity seems to wait for its answer. */
static void an_informational_after_a_child_does_not_refuse_what_is_older(struct scene *scene)
{
	scene_main_mode(scene, 1, 5);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	scene_quick_mode(scene, 0, 99);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100, true, 0, 0);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 0);
	assert_no_fault(scene);
}

static void a_first_message_sent_again_after_the_answer_is_no_third(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	scene->copy -= 2;
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 0);
}

static void another_first_message_after_a_refusal_is_no_third(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 100, true, 0, 0);
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 0);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void an_answer_undoes_the_refusal_of_its_own_quick_mode_alone(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_quick_mode(scene, 0, 99);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 200, true, 0, 0);
	scene_quick_mode(scene, 0, 100);
	scene_quick_mode(scene, 1, 100);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 1);
	scene_quick_mode(scene, 0, 100);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 0);
	scene_quick_mode(scene, 1, 99);
	g_assert_cmpuint(sa_of(scene)->children.refusals, ==, 0);
}

/* Main mode's exchanges are kept under the numbers 1 to 3. */
static void any_number_may_be_that_of_a_quick_mode(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint32_t id = 1; id <= 3; id++) {
		scene_quick_mode(scene, 0, id);
		scene_quick_mode(scene, 1, id);
		scene_quick_mode(scene, 0, id);
		g_assert_cmpuint(sa_of(scene)->children.up, ==, id);
		g_assert_cmpuint(sa_of(scene)->exchange_count, ==, 3 + id);
	}
}

static void a_quick_mode_seen_midstream_makes_a_child(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_quick_mode(scene, 0, 99);
	scene_quick_mode(scene, 1, 99);
	scene_quick_mode(scene, 0, 99);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 1);
	g_assert_cmpint(sa_of(scene)->exchanges[0].response_holds, ==, INFERRED_CHILD_UP);
}

/* A message of quick mode, decrypted, that names this SPI; 0: none. */
static void propose(struct scene *scene, uint8_t side, uint32_t message_id, uint32_t spi)
{
	struct ike_message message = {.major_version = 1,
	                              .exchange_type = IKE1_QUICK_MODE,
	                              .message_id = message_id,
	                              .encrypted = true,
	                              .decrypted = true,
	                              .length = 108};

	message.responder_spi = scene->responder_spi;
	if (spi != 0)
		message.proposals[message.proposal_count++] =
		        (struct ike_proposal){.number = 1, .protocol = 3, .spi_length = 4, .spi = spi};
	message.selectors[message.selector_count++].of_initiator = true;
	message.selectors[message.selector_count++].of_initiator = false;
	scene_play(scene, side, &message);
}

static const struct child_sa *newest_child(const struct scene *scene)
{
	return &scene_tunnel(scene)->children[scene_tunnel(scene)->child_count - 1];
}

static void a_decrypted_quick_mode_is_a_pair_of_spis(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	propose(scene, 1, 99, OUT);
	propose(scene, 0, 99, BACK);
	scene_quick_mode(scene, 1, 99);
	g_assert_cmpint(newest_child(scene)->paired_by, ==, PAIRED_BY_IKE);
	g_assert_cmphex(newest_child(scene)->spi_from[0], ==, OUT);
	g_assert_cmphex(newest_child(scene)->spi_from[1], ==, BACK);
	g_assert_nonnull(newest_child(scene)->agreement);
	g_assert_true(newest_child(scene)->agreement->selectors_known);
}

static void a_quick_mode_of_which_one_spi_is_not_known_is_no_pair(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint32_t i = 0; i < 2; i++) {
		propose(scene, 0, 99 + i, i == 0 ? 0 : BACK);
		propose(scene, 1, 99 + i, i == 0 ? OUT : 0);
		scene_quick_mode(scene, 0, 99 + i);
		g_assert_cmpuint(sa_of(scene)->children.up, ==, i + 1);
		g_assert_cmpint(newest_child(scene)->paired_by, ==, PAIRED_BY_NONE);
		g_assert_null(newest_child(scene)->agreement);
	}
}

static void informationals_are_counted_as_far_as_numbers_go(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	for (uint8_t side = 0; side < 2; side++) {
		sa_of(scene)->ikev1.lone_informationals[side] = UINT16_MAX;
		sa_of(scene)->ikev1.lone_informationals[!side] = 0;
		scene_ikev1(scene, side, IKE1_INFORMATIONAL, 300u + side, true, 0, 0);
		g_assert_cmpuint(sa_of(scene)->ikev1.lone_informationals[side], ==, UINT16_MAX);
	}
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_proposal_and_its_choice_are_read),
        CONVERSATION(the_identity_and_the_end_of_phase_1_are_evidence),
        CONVERSATION(keys_come_with_what_says_where_a_nat_is),
        CONVERSATION(whatever_follows_an_error_in_the_clear_undoes_it),
        CONVERSATION(a_first_message_after_a_refusal_is_pending_again),
        CONVERSATION(the_end_of_phase_1_undoes_an_error_too),
        CONVERSATION(earlier_messages_that_come_again_do_not_turn_it_back),
        CONVERSATION(an_aggressive_answer_that_comes_again_does_not_turn_it_back),
        CONVERSATION(who_began_is_found_out_when_both_sides_were_heard),
        CONVERSATION(a_declared_asa_stays_one_when_who_began_is_found_out),
        CONVERSATION(the_asa_is_told_by_the_first_sa_alone),
        CONVERSATION(an_identity_that_comes_late_does_not_turn_the_sides),
        CONVERSATION(an_informational_after_the_answer_refuses_nothing),
        CONVERSATION(a_second_informational_refuses_nothing_more),
        CONVERSATION(an_informational_after_a_child_does_not_refuse_what_is_older),
        CONVERSATION(a_first_message_sent_again_after_the_answer_is_no_third),
        CONVERSATION(another_first_message_after_a_refusal_is_no_third),
        CONVERSATION(an_answer_undoes_the_refusal_of_its_own_quick_mode_alone),
        CONVERSATION(any_number_may_be_that_of_a_quick_mode),
        CONVERSATION(a_quick_mode_seen_midstream_makes_a_child),
        CONVERSATION(a_decrypted_quick_mode_is_a_pair_of_spis),
        CONVERSATION(a_quick_mode_of_which_one_spi_is_not_known_is_no_pair),
        CONVERSATION(informationals_are_counted_as_far_as_numbers_go),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "ikev1-sa", tests, G_N_ELEMENTS(tests));
}
