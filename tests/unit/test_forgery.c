/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody can make up who does not hold the keys: it neither breaks a tunnel's verdict nor mends it. */
#include <glib.h>

#include "conversations.h"

#define NO_PROPOSAL 14
#define INVALID_SYNTAX 7
#define WRONG_KE 17
#define AUTHENTICATION_FAILED 24

/* ---- IKEv2: errors in the clear ---- */

static const uint16_t errors[] = {NO_PROPOSAL, INVALID_SYNTAX, WRONG_KE, IKE_NOTIFY_INVALID_MAJOR_VERSION};

static void go_on(struct scene *scene)
{
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
}

static void a_forged_refusal_before_the_answer_is_undone_by_it(struct scene *scene)
{
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_error(scene, errors[i], 0);
		scene_init_response(scene);
		assert_no_fault(scene);
		go_on(scene);
		assert_no_fault(scene);
	}
}

static void a_forged_refusal_after_the_answer_is_not_heeded(struct scene *scene)
{
	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_response(scene);
		scene_init_error(scene, errors[i], 0);
		assert_no_fault(scene);
		go_on(scene);
		scene_init_error(scene, errors[i], 0);
		assert_no_fault(scene);
		g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
	}
}

/* Whatever exchange and direction it pretends to belong to, on the SA's own SPIs. */
static void nothing_in_the_clear_is_heeded_after_the_first_exchange(struct scene *scene)
{
	static const uint8_t exchanges[] = {IKE2_AUTH, IKE2_CREATE_CHILD_SA, IKE2_INFORMATIONAL};

	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	for (size_t i = 0; i < G_N_ELEMENTS(exchanges); i++)
		for (unsigned response = 0; response < 2; response++)
			scene_cleartext(scene, 1, exchanges[i], 1, response != 0, AUTHENTICATION_FAILED);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	assert_no_fault(scene);
	g_assert_true(scene->last.phase_2_completed);
	for (size_t i = 0; i < G_N_ELEMENTS(exchanges); i++)
		for (unsigned response = 0; response < 2; response++)
			scene_cleartext(scene, 1, exchanges[i], 2, response != 0, AUTHENTICATION_FAILED);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
}

static void an_answer_in_the_clear_does_not_hide_that_authentication_stays_unanswered(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	for (unsigned i = 0; i < 3; i++) {
		if (i > 0)
			scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_wait(scene, 4);
	}
	uint64_t bytes = scene->copy;
	scene_cleartext(scene, 1, IKE2_AUTH, 1, true, AUTHENTICATION_FAILED);
	scene->copy = bytes;
	assert_cause(scene, CAUSE_AUTH_NO_RESPONSE);
}

static void a_short_answer_gives_way_to_a_full_one(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	assert_no_fault(scene);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_no_fault(scene);
}

/* ---- attempts that were never made ---- */

static void a_spoofed_attempt_beside_a_tunnel_in_use_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 20, 0.2);
	for (unsigned i = 0; i < 5; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_same_bytes(scene);
		scene_init_request(scene);
		assert_no_fault(scene);
		scene_init_error(scene, NO_PROPOSAL, 0);
		assert_no_fault(scene);
	}
	scene_esp_both(scene, 0x1001, 0x2001, 20, 0.2);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
}

/* The same, but the tunnel that was up is gone: the peer has started anew and is refused. */
static void an_attempt_that_fails_while_nothing_else_is_left_is_a_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 20, 0.2);
	scene_wait(scene, 5);
	scene_new_attempt(scene, 0);
	for (unsigned i = 0; i < 6; i++) {
		if (i > 0)
			scene_same_bytes(scene);
		scene_init_request(scene);
		scene_wait(scene, 10);
	}
	assert_cause(scene, CAUSE_NO_RESPONSE);
}

static void spoofed_attempts_do_not_push_out_the_one_that_is_made(struct scene *scene)
{
	uint64_t real, real_responder;

	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	real = scene->initiator_spi;
	real_responder = scene->responder_spi;
	for (unsigned i = 0; i < 1000; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
	}
	scene->initiator_spi = real;
	scene->responder_spi = real_responder;
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
	scene->initiator_spi += 0x100000;
	scene_up(scene);
	assert_no_fault(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, TUNNEL_IKE_SAS);
}

/* ---- IKEv1 ---- */

/* An error in the clear after each message of main mode in turn, from either side. */
static void an_error_in_the_clear_does_not_stop_main_mode(struct scene *scene)
{
	static const uint16_t ikev1_errors[] = {NO_PROPOSAL, INVALID_SYNTAX, AUTHENTICATION_FAILED};

	for (unsigned after = 1; after <= 6; after++) {
		for (size_t i = 0; i < G_N_ELEMENTS(ikev1_errors); i++) {
			scene_new_attempt(scene, 0);
			scene_main_mode(scene, 1, after);
			for (uint8_t side = 0; side < 2; side++)
				scene_ikev1(scene, side, IKE1_INFORMATIONAL, 77, false, 0, ikev1_errors[i]);
			scene_main_mode(scene, after + 1, 6);
			assert_no_fault(scene);
			char state[20];
			g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), state, sizeof state), ==, "MM_ACTIVE");
		}
	}
}

static void no_proposal_after_one_was_chosen_is_not_believed(struct scene *scene)
{
	scene_main_mode(scene, 1, 2);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, NO_PROPOSAL);
	assert_no_fault(scene);
}

/* ---- ESP ---- */

/* From side 1, as if it were there. */
static void forge(struct scene *scene, uint32_t spi, uint32_t sequence)
{
	uint32_t own = scene->sequence[1];

	scene->sequence[1] = sequence - 1;
	scene_esp(scene, 1, spi, 1, 0.001);
	scene->sequence[1] = own;
}

static void one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 100, 0.1);
	scene_esp(scene, 0, 0x1001, 60, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void esp_on_made_up_spis_does_not_hide_a_one_way_tunnel(struct scene *scene)
{
	one_way(scene);
	for (uint32_t i = 0; i < 500; i++) {
		forge(scene, 0x90000000 + i * 7919, 1 + i * 104729);
		assert_cause(scene, CAUSE_ONE_WAY);
		scene_esp(scene, 0, 0x1001, 1, 0.01);
	}
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void an_absurd_sequence_number_does_not_hide_a_one_way_tunnel(struct scene *scene)
{
	one_way(scene);
	for (uint32_t i = 1; i < 50; i++) {
		forge(scene, 0x2001, 0x10000000 + i * 104729);
		forge(scene, 0x90000001, i * 104729);
		assert_cause(scene, CAUSE_ONE_WAY);
	}
}

static void packets_sent_again_do_not_hide_a_one_way_tunnel(struct scene *scene)
{
	one_way(scene);
	for (uint32_t sequence = 1; sequence <= scene->sequence[1]; sequence++) {
		forge(scene, 0x2001, sequence);
		assert_cause(scene, CAUSE_ONE_WAY);
	}
}

static void made_up_esp_does_not_make_silence_look_usual(struct scene *scene)
{
	one_way(scene);
	/* A forger who goes so far as to count up ends the silence, but not for long. */
	forge(scene, 0x90000000, 1);
	forge(scene, 0x90000000, 2);
	assert_no_fault(scene);
	scene_esp(scene, 0, 0x1001, 14, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void the_direction_itself_ends_the_silence(struct scene *scene)
{
	one_way(scene);
	scene_esp(scene, 1, 0x2001, 1, 0.1);
	assert_no_fault(scene);
}

static void a_rekeyed_direction_ends_the_silence(struct scene *scene)
{
	one_way(scene);
	scene->sequence[1] = 0;
	scene_esp(scene, 1, 0x2002, 2, 0.1);
	assert_no_fault(scene);
}

static void one_made_up_packet_does_not_undo_a_refusal(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	for (uint32_t i = 0; i < 100; i++)
		forge(scene, 0x90000000 + i * 7919, 1);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
}

static void an_encrypted_message_of_no_known_sa_does_not_undo_a_refusal(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	for (uint8_t side = 0; side < 2; side++) {
		scene_new_attempt(scene, 0);
		scene->responder_spi = 99;
		scene_request(scene, side, IKE2_INFORMATIONAL, 5, 0);
		assert_cause(scene, CAUSE_PSK_MISMATCH);
	}
	/* But an answer to it shows that there is an SA that was not seen to begin. */
	scene_response(scene, 0, IKE2_INFORMATIONAL, 5, 0);
	assert_no_fault(scene);
}

static void made_up_esp_does_not_hide_a_dead_peer(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2, 0);
		scene_wait(scene, 4);
		forge(scene, 0x90000000 + i * 7919, 1);
	}
	uint64_t bytes = scene->copy;
	scene_cleartext(scene, 1, IKE2_INFORMATIONAL, 2, true, INVALID_SYNTAX);
	scene->copy = bytes;
	assert_cause(scene, CAUSE_PEER_DEAD);
}

/* ---- errors about ESP ---- */

static void an_spi_said_to_be_unknown_that_is_answered_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_invalid_spi(scene, 1, 0x1001);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
	scene_invalid_spi(scene, 1, 0x1001);
	scene_esp(scene, 0, 0x1001, 5, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

static void too_big_about_an_spi_that_is_not_the_tunnels_is_not_heeded(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	for (unsigned i = 0; i < 5; i++)
		scene_too_big(scene, 0, 0x90000000 + i, 1400);
	assert_no_fault(scene);
	for (unsigned i = 0; i < 5; i++) {
		scene_too_big(scene, 0, 0x1001, 1400);
		scene_wait(scene, 1);
	}
	assert_cause(scene, CAUSE_MTU);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_forged_refusal_before_the_answer_is_undone_by_it),
        CONVERSATION(a_forged_refusal_after_the_answer_is_not_heeded),
        CONVERSATION(nothing_in_the_clear_is_heeded_after_the_first_exchange),
        CONVERSATION(an_answer_in_the_clear_does_not_hide_that_authentication_stays_unanswered),
        CONVERSATION(a_short_answer_gives_way_to_a_full_one),
        CONVERSATION(a_spoofed_attempt_beside_a_tunnel_in_use_is_no_fault),
        CONVERSATION(an_attempt_that_fails_while_nothing_else_is_left_is_a_fault),
        CONVERSATION(spoofed_attempts_do_not_push_out_the_one_that_is_made),
        CONVERSATION(an_error_in_the_clear_does_not_stop_main_mode),
        CONVERSATION(no_proposal_after_one_was_chosen_is_not_believed),
        CONVERSATION(esp_on_made_up_spis_does_not_hide_a_one_way_tunnel),
        CONVERSATION(an_absurd_sequence_number_does_not_hide_a_one_way_tunnel),
        CONVERSATION(packets_sent_again_do_not_hide_a_one_way_tunnel),
        CONVERSATION(made_up_esp_does_not_make_silence_look_usual),
        CONVERSATION(the_direction_itself_ends_the_silence),
        CONVERSATION(a_rekeyed_direction_ends_the_silence),
        CONVERSATION(one_made_up_packet_does_not_undo_a_refusal),
        CONVERSATION(an_encrypted_message_of_no_known_sa_does_not_undo_a_refusal),
        CONVERSATION(made_up_esp_does_not_hide_a_dead_peer),
        CONVERSATION(an_spi_said_to_be_unknown_that_is_answered_is_no_fault),
        CONVERSATION(too_big_about_an_spi_that_is_not_the_tunnels_is_not_heeded),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "forgery", tests, G_N_ELEMENTS(tests));
}
