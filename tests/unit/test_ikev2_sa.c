/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one IKEv2 message does to its IKE SA: how long it has to be, in which order it may come, what it undoes. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/wire/infer.h"

#define OUT 0x1001
#define BACK 0x2001
#define FIRST_AUTH 1

static const struct ike_sa *sa_of(const struct scene *scene)
{
	return scene_tunnel(scene)->ike_sas[scene_tunnel(scene)->ike_sa_count - 1];
}

static void begin(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
}

/* A message of which only the length is known, and of that only the encrypted part: the suite was not seen. */
static void play_encrypted(struct scene *scene, uint8_t side, uint8_t exchange_type, uint32_t message_id,
                           bool is_response, uint32_t encrypted_length)
{
	struct ike_message message = scene_message(scene, exchange_type, message_id, is_response, encrypted_length);

	scene_play(scene, side, &message);
}

/* ---- IKE_AUTH whose suite is not known ---- */

/* The capture begins with IKE_AUTH; its answer has this length. */
static void answer_under_any_suite(struct scene *scene, uint32_t message_id, uint32_t encrypted_length)
{
	scene->responder_spi = 7;
	play_encrypted(scene, 0, IKE2_AUTH, message_id, false, 300);
	play_encrypted(scene, 1, IKE2_AUTH, message_id, true, encrypted_length);
}

static void sixty_bytes_refuse_authentication_under_any_suite(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH, 60);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REFUSED_ANY_SUITE);
	g_assert_cmpuint(item.a, ==, IKE_HEADER_SIZE + 4 + 60);
}

static void sixty_one_bytes_say_nothing_under_any_suite(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH, 61);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
	assert_no_fault(scene);
}

static void a_later_short_answer_is_eap_and_says_nothing_under_any_suite(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH + 1, 60);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
}

static void a_short_fragment_says_nothing_under_any_suite(struct scene *scene)
{
	scene->responder_spi = 7;
	play_encrypted(scene, 0, IKE2_AUTH, FIRST_AUTH, false, 300);
	for (uint16_t fragment = 1; fragment <= 2; fragment++) {
		struct ike_message message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, true, 60);
		message.fragment = fragment;
		message.fragments = 2;
		scene_play(scene, 1, &message);
		g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
	}
}

static void an_answer_of_119_bytes_is_not_taken_for_a_success(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH, 119);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
	g_assert_false(scene->last.phase_1_completed);
}

static void an_answer_of_120_bytes_is_taken_for_a_success(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH, 120);
	g_assert_true(scene->last.phase_1_completed);
	g_assert_true(scene->last.phase_2_completed);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CHILD_UP), ==, 1);
}

static void a_request_of_600_bytes_carries_certificates_under_any_suite(struct scene *scene)
{
	scene->responder_spi = 7;
	play_encrypted(scene, 0, IKE2_AUTH, FIRST_AUTH, false, 599);
	g_assert_false(sa_of(scene)->authentication.certificates);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 8;
	play_encrypted(scene, 0, IKE2_AUTH, FIRST_AUTH, false, 600);
	g_assert_true(sa_of(scene)->authentication.certificates);
}

/* ---- IKE_AUTH whose suite is known ---- */

/* The payload of the longest message that the scene's suite gives no other length than one of just that size. */
static uint32_t payload_with_least(const struct scene *scene, uint32_t least)
{
	return scene->suite == SUITE_GCM ? least : least + 15;
}

static void a_request_with_512_bytes_of_payload_carries_certificates(struct scene *scene)
{
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, INFER_CERTIFICATE_LEAST - 1);
	g_assert_false(sa_of(scene)->authentication.certificates);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REQUEST), ==, 1);
	scene_new_attempt(scene, 0);
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, payload_with_least(scene, INFER_CERTIFICATE_LEAST));
	g_assert_true(sa_of(scene)->authentication.certificates);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REQUEST), ==, 0);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REQUEST_CERTIFICATE);
	g_assert_cmpuint(item.a, ==, INFER_CERTIFICATE_LEAST);
	g_assert_cmpuint(item.b, ==, 1);
}

static void what_was_sent_says_where_to(struct scene *scene)
{
	begin(scene);
	scene->port = NAT_TRAVERSAL_PORT;
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, payload_with_least(scene, 192));
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REQUEST);
	g_assert_cmpuint(item.a, ==, 192);
	g_assert_cmpuint(item.b, ==, NAT_TRAVERSAL_PORT);
}

static void play_fragment(struct scene *scene, uint8_t side, bool is_response, uint16_t fragment, uint16_t fragments)
{
	/* What both suites can be so long. */
	struct ike_message message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, is_response, 128);

	message.fragment = fragment;
	message.fragments = fragments;
	scene_play(scene, side, &message);
}

static void a_request_in_fragments_carries_certificates(struct scene *scene)
{
	begin(scene);
	play_fragment(scene, 0, false, 1, 3);
	g_assert_false(sa_of(scene)->authentication.certificates);
	for (uint16_t fragment = 2; fragment <= 3; fragment++) {
		play_fragment(scene, 0, false, fragment, 3);
		g_assert_true(sa_of(scene)->authentication.certificates);
		struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REQUEST_CERTIFICATE);
		g_assert_cmpuint(item.a, ==, fragment * (scene->suite == SUITE_GCM ? 103u : 80u));
		g_assert_cmpuint(item.b, ==, fragment);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REQUEST_CERTIFICATE), ==, 1);
	}
}

static void an_answer_in_fragments_is_judged_when_all_are_there(struct scene *scene)
{
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	for (uint16_t fragment = 1; fragment <= 3; fragment++) {
		g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
		play_fragment(scene, 1, true, fragment, 3);
	}
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
	g_assert_true(scene->last.phase_2_completed);
}

static void a_later_request_says_nothing_of_certificates(struct scene *scene)
{
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, 60);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, CERTIFICATE_REQUEST);
	g_assert_false(sa_of(scene)->authentication.certificates);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REQUEST), ==, 1);
}

static void a_refused_child_says_what_an_sa_would_have_needed(struct scene *scene)
{
	authenticate(scene, payload_with_least(scene, 48));
	struct evidence item = evidence_of(scene, EVIDENCE_CHILD_REFUSED);
	g_assert_cmpuint(item.a, ==, 48);
	g_assert_cmpuint(item.b, ==, infer_auth_success_least(&sa_of(scene)->init.suite));
}

static void a_refusal_says_how_long_it_is(struct scene *scene)
{
	authenticate(scene, REFUSED);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REFUSED);
	g_assert_cmpuint(item.a, ==, scene->suite == SUITE_GCM ? 28 + 4 + 8 + 9 + 16 : 28 + 4 + 16 + 16 + 16);
	g_assert_cmpuint(item.b, ==, scene->suite == SUITE_GCM ? REFUSED : 15);
}

/* ---- EAP ---- */

static void go_through_eap(struct scene *scene, uint32_t last_answer)
{
	authenticate(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, 40);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH + 1, last_answer);
}

/* The least that a success takes, without the identity that EAP has sent before. */
static uint32_t eap_success_least(const struct scene *scene)
{
	return infer_auth_success_least(&sa_of(scene)->init.suite) - 12;
}

static void the_last_answer_of_eap_may_be_shorter_by_an_identity(struct scene *scene)
{
	begin(scene);
	uint32_t least = eap_success_least(scene);
	scene_new_attempt(scene, 0);
	go_through_eap(scene, least);
	g_assert_true(scene->last.phase_2_completed);
	assert_no_fault(scene);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_EAP).a, ==, FIRST_AUTH + 1);
}

static void an_answer_of_eap_that_is_shorter_than_that_refuses_the_child(struct scene *scene)
{
	begin(scene);
	uint32_t least = eap_success_least(scene);
	scene_new_attempt(scene, 0);
	go_through_eap(scene, scene->suite == SUITE_GCM ? least - 1 : least - 13);
	g_assert_false(scene->last.phase_2_completed);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void without_eap_the_identity_counts(struct scene *scene)
{
	begin(scene);
	uint32_t least = eap_success_least(scene);
	scene_new_attempt(scene, 0);
	authenticate(scene, scene->suite == SUITE_GCM ? least : least - 13);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

/* What the first answer seemed to say, whichever it was. */
static void eap_undoes_what_the_answer_before_seemed_to_say(struct scene *scene)
{
	static const uint32_t answers[] = {REFUSED, CHILD_REFUSED, CHILD_UP};

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		scene_new_attempt(scene, 0);
		authenticate(scene, answers[i]);
		scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, 40);
		const struct ike_sa *sa = sa_of(scene);
		g_assert_cmpint(sa->stage, ==, IKE_STAGE_AUTH_SENT);
		g_assert_true(sa->authentication.eap);
		g_assert_cmpint(sa->up_time, ==, 0);
		g_assert_cmpint(sa->failure.time, ==, 0);
		g_assert_cmpuint(sa->children.up, ==, 0);
		g_assert_cmpuint(sa->children.refusals, ==, 0);
		g_assert_cmpint(sa->children.first_time, ==, 0);
		g_assert_cmpint(sa->children.last_time, ==, 0);
		g_assert_cmpuint(scene_tunnel(scene)->child_count, ==, 0);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REFUSED), ==, 0);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_CHILD_REFUSED), ==, 0);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_CHILD_UP), ==, 0);
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_EAP), ==, 1);
	}
}

static void eap_is_said_once(struct scene *scene)
{
	go_through_eap(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 2, 40);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_EAP), ==, 1);
}

/* ---- answers that contradict one another ---- */

static void an_answer_after_success_changes_nothing(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	authenticate(scene, CHILD_UP);
	scene_decrypted(scene, 1, IKE2_AUTH, FIRST_AUTH, true, nothing, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_no_fault(scene);
}

static void a_refused_child_follows_a_refusal_that_was_made_up(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void a_decrypted_refusal_follows_one_that_was_inferred(struct scene *scene)
{
	authenticate(scene, REFUSED);
	struct ike_message message =
	        scene_message(scene, IKE2_AUTH, FIRST_AUTH, true, scene->suite == SUITE_GCM ? 33 : 48);
	message.decrypted = true;
	message.notifies[message.notify_count++].type = IKE_NOTIFY_AUTHENTICATION_FAILED;
	scene_play(scene, 1, &message);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_AUTH_REFUSED);
	g_assert_cmpuint(sa_of(scene)->failure.error, ==, IKE_NOTIFY_AUTHENTICATION_FAILED);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
}

static void nothing_follows_a_decrypted_refusal(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, FIRST_AUTH, true, nothing, IKE_NOTIFY_AUTHENTICATION_FAILED);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
}

/* Anybody can send short ones. */
static void a_second_short_answer_is_not_counted(struct scene *scene)
{
	authenticate(scene, REFUSED);
	uint32_t frame = scene->frame;
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, REFUSED);
	g_assert_cmpuint(sa_of(scene)->failure.frame, ==, frame);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REFUSED), ==, 1);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE);
}

static void an_answer_without_its_request_is_judged(struct scene *scene)
{
	scene_init_request(scene);
	scene->responder_spi = 7;
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	g_assert_true(sa_of(scene)->other_half_unseen);
	g_assert_true(scene->last.phase_1_completed);
}

/* ---- IKE_SA_INIT ---- */

static void a_first_message_after_the_answer_begins_nothing_anew(struct scene *scene)
{
	begin(scene);
	scene_init_request(scene);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_DONE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_REQUEST), ==, 1);
}

/* Frames out of order. */
static void a_first_message_after_its_refusal_does_not_undo_it(struct scene *scene)
{
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	scene_init_request(scene);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_REFUSED);
}

static void the_responders_spi_is_that_of_his_answer(struct scene *scene)
{
	begin(scene);
	g_assert_cmpuint(sa_of(scene)->responder_spi, ==, scene->responder_spi);
	scene->responder_spi++;
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 2);
}

static void the_responders_spi_may_be_that_of_the_next_request(struct scene *scene)
{
	scene_init_request(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpuint(sa_of(scene)->responder_spi, ==, 7);
	scene->responder_spi = 0;
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpuint(sa_of(scene)->responder_spi, ==, 7);
}

static void an_answer_that_sends_elsewhere_is_no_refusal(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_REDIRECT, 0);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_SENT);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_REDIRECT), ==, 1);
	assert_no_fault(scene);
}

static void an_answer_that_asks_for_a_cookie_is_evidence(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_COOKIE, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_COOKIE), ==, 1);
	g_assert_true(scene->last.asks_cookie);
}

static void an_answer_says_which_group_was_chosen(struct scene *scene)
{
	begin(scene);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_INIT_RESPONSE).a, ==, 14);
	g_assert_cmpuint(sa_of(scene)->init.group_sent, ==, 14);
	g_assert_cmpstr(sa_of(scene)->init.offered, !=, "");
	g_assert_cmpstr(sa_of(scene)->init.chosen, !=, "");
}

static void an_answer_without_a_responders_spi_is_none(struct scene *scene)
{
	struct ike_message message = {
	        .major_version = 2, .exchange_type = IKE2_SA_INIT, .is_response = true, .length = 400};

	scene_init_request(scene);
	scene_play(scene, 1, &message);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_INIT_SENT);
}

static void an_error_before_the_answer_leaves_no_evidence(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_INIT_ERROR).a, ==, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	scene_init_response(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 0);
	g_assert_cmpuint(sa_of(scene)->failure.error, ==, 0);
}

static void a_group_that_is_wanted_takes_two_bytes_to_say(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 19);
	g_assert_cmpuint(sa_of(scene)->init.group_wanted, ==, 19);
	struct evidence item = evidence_of(scene, EVIDENCE_INVALID_KE);
	g_assert_cmpuint(item.a, ==, 14);
	g_assert_cmpuint(item.b, ==, 19);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_INVALID_KE_PAYLOAD, 0);
	g_assert_cmpuint(sa_of(scene)->init.group_wanted, ==, 0);
}

/* ---- INFORMATIONAL ---- */

/* The child comes up; side sends a short message so long after it. */
static void send_short_message(struct scene *scene, uint8_t side, int64_t after)
{
	authenticate(scene, CHILD_UP);
	scene_next_at(scene, scene->time + after);
	scene_request(scene, side, IKE2_INFORMATIONAL, 2, REFUSED);
}

static bool perhaps_refused(const struct scene *scene)
{
	return sa_of(scene)->authentication.refused_by_initiator;
}

static void a_short_message_within_a_second_may_refuse_the_responder(struct scene *scene)
{
	send_short_message(scene, 0, NANOSECONDS - 1);
	g_assert_true(perhaps_refused(scene));
	g_assert_cmpuint(sa_of(scene)->failure.frame, ==, scene->frame);
	struct evidence item = evidence_of(scene, EVIDENCE_AUTH_REFUSED_BY_INITIATOR);
	g_assert_cmpuint(item.a, ==, scene->suite == SUITE_GCM ? REFUSED : 0);
	g_assert_cmpuint(item.b, ==, scene->suite == SUITE_GCM ? REFUSED : 15);
}

static void a_short_message_after_a_second_refuses_nobody(struct scene *scene)
{
	send_short_message(scene, 0, NANOSECONDS);
	g_assert_false(perhaps_refused(scene));
}

static void a_short_message_of_the_responder_refuses_nobody(struct scene *scene)
{
	send_short_message(scene, 1, NANOSECONDS / 10);
	g_assert_false(perhaps_refused(scene));
}

static void a_short_message_after_a_second_child_refuses_nobody(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, REFUSED);
	g_assert_false(perhaps_refused(scene));
}

static void a_long_message_right_after_ike_auth_refuses_nobody(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, 40);
	g_assert_false(perhaps_refused(scene));
}

static void the_next_request_shows_that_nobody_was_refused(struct scene *scene)
{
	send_short_message(scene, 0, NANOSECONDS / 10);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_true(perhaps_refused(scene));
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, 40);
	g_assert_false(perhaps_refused(scene));
	g_assert_cmpint(sa_of(scene)->failure.time, ==, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_AUTH_REFUSED_BY_INITIATOR), ==, 0);
}

static void esp_shows_that_nobody_was_refused(struct scene *scene)
{
	send_short_message(scene, 0, NANOSECONDS / 10);
	scene_esp(scene, 1, BACK, 1, 0.1);
	g_assert_true(perhaps_refused(scene));
	scene_esp(scene, 1, BACK, 1, 0.1);
	g_assert_false(perhaps_refused(scene));
}

/* Only AES-GCM shows that it is just one notify, or a Delete of the IKE SA. */
static void a_bare_delete_ends_the_sa_and_what_follows_undoes_it(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_wait(scene, 60);
	scene_request(scene, 1, IKE2_INFORMATIONAL, 0, REFUSED);
	bool exact = scene->suite == SUITE_GCM;
	g_assert_cmpint(sa_of(scene)->stage, ==, exact ? IKE_STAGE_DELETED : IKE_STAGE_UP);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_DELETED), ==, exact);
	scene_response(scene, 0, IKE2_INFORMATIONAL, 0, LIVENESS);
	g_assert_cmpint(sa_of(scene)->stage, ==, exact ? IKE_STAGE_DELETED : IKE_STAGE_UP);
	scene_request(scene, 1, IKE2_INFORMATIONAL, 1, LIVENESS);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_DELETED), ==, 0);
}

static void a_decrypted_delete_ends_the_sa_only_where_it_names_it(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned whole = 0; whole < 2; whole++) {
		struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, whole, false, 8 + 9 + 16);
		message.decrypted = true;
		message.deletes_ike_sa = whole != 0;
		scene_wait(scene, 60);
		scene_play(scene, 1, &message);
		g_assert_cmpint(sa_of(scene)->stage, ==, whole != 0 ? IKE_STAGE_DELETED : IKE_STAGE_UP);
	}
}

static void a_delete_in_the_clear_ends_nothing(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_wait(scene, 60);
	scene_cleartext(scene, 1, IKE2_INFORMATIONAL, 0, false, IKE_NOTIFY_AUTHENTICATION_FAILED);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

static void an_unknown_spi_is_taken_from_where_the_notify_has_it(struct scene *scene)
{
	static const struct ike_notify notifies[] = {
	        {.type = IKE_NOTIFY_INVALID_SPI, .data = OUT, .data_length = 4, .spi = 5},
	        {.type = IKE_NOTIFY_INVALID_SPI, .data = 5, .data_length = 3, .spi = OUT},
	};

	scene_up(scene);
	for (size_t i = 0; i < G_N_ELEMENTS(notifies); i++) {
		g_assert_cmpuint(count_evidence(scene, EVIDENCE_INVALID_SPI), ==, i);
		struct ike_message message = {.major_version = 2, .exchange_type = IKE2_INFORMATIONAL, .length = 40};
		message.responder_spi = scene->responder_spi;
		message.notifies[message.notify_count++] = notifies[i];
		scene_play(scene, 1, &message);
		g_assert_cmpuint(scene_tunnel(scene)->invalid_spi_count, ==, 1);
		g_assert_cmphex(scene_tunnel(scene)->invalid_spis[0], ==, OUT);
	}
}

static void an_unknown_spi_is_named_in_an_informational_only(struct scene *scene)
{
	scene_up(scene);
	scene_cleartext(scene, 1, IKE2_CREATE_CHILD_SA, 5, false, IKE_NOTIFY_INVALID_SPI);
	g_assert_cmpuint(scene_tunnel(scene)->invalid_spi_count, ==, 0);
}

/* ---- CREATE_CHILD_SA ---- */

static void a_child_says_how_long_after_the_one_before_it_came(struct scene *scene)
{
	scene_up(scene);
	int64_t up = scene->time;
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_next_at(scene, up + 7 * NANOSECONDS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_CHILD_REKEYED).a, ==, 7000);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 2);
}

static void an_answer_that_comes_again_makes_no_second_child(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	for (unsigned i = 0; i < 2; i++)
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 2);
}

/* The IKE SA may be rekeyed in the same exchange: that has no selectors. */
static void a_decrypted_answer_makes_a_child_where_it_has_selectors(struct scene *scene)
{
	static const uint16_t ike[] = {IKE2_PAYLOAD_SA, IKE2_PAYLOAD_NONCE, IKE2_PAYLOAD_KE, 0};
	static const uint16_t child[] = {IKE2_PAYLOAD_SA, IKE2_PAYLOAD_NONCE, IKE2_PAYLOAD_TSI, IKE2_PAYLOAD_TSR, 0};

	scene_up(scene);
	scene_decrypted(scene, 0, IKE2_CREATE_CHILD_SA, 2, false, ike, 0);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_CHILD_REQUEST_PFS);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 2, true, ike, 0);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 1);
	scene_decrypted(scene, 0, IKE2_CREATE_CHILD_SA, 3, false, child, 0);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_CHILD_REQUEST);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 3, true, child, 0);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 2);
}

/* ---- unanswered requests ---- */

static void a_request_that_is_answered_at_last_leaves_no_evidence(struct scene *scene)
{
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_UNANSWERED), ==, 1);
	scene_init_response(scene);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_UNANSWERED), ==, 0);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LIVENESS_UNANSWERED), ==, 1);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LIVENESS_UNANSWERED), ==, 0);
	assert_no_fault(scene);
}

static void a_request_answered_before_is_not_unanswered(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	scene_same_bytes(scene);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpuint(scene->last.copy, ==, 2);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_LIVENESS_UNANSWERED), ==, 0);
}

static void an_exchange_of_another_kind_changes_nothing(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_INTERMEDIATE, 2, 40);
	scene_response(scene, 1, IKE2_INTERMEDIATE, 2, 40);
	g_assert_cmpuint(sa_of(scene)->exchange_count, ==, 2);
	assert_no_fault(scene);
}

static void a_first_message_in_the_clear_does_not_undo_a_delete(struct scene *scene)
{
	static const uint64_t any = 0;

	authenticate(scene, CHILD_UP);
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 2, false, 80);
	message.decrypted = message.deletes_ike_sa = true;
	scene_play(scene, 0, &message);
	scene->responder_spi = any;
	scene_init_request(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sa_count, ==, 1);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_DELETED);
}

/* ---- IKE_AUTH: more that its messages say ---- */

static void a_length_that_says_nothing_leaves_authentication_open(struct scene *scene)
{
	if (scene->suite != SUITE_GCM)
		return; /* CBC cannot tell it from a refusal */
	begin(scene);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, REFUSED + 1);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
	assert_no_fault(scene);
}

static void a_single_fragment_is_a_whole_message(struct scene *scene)
{
	scene->responder_spi = 7;
	play_encrypted(scene, 0, IKE2_AUTH, FIRST_AUTH, false, 300);
	struct ike_message message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, true, 60);
	message.fragment = message.fragments = 1;
	scene_play(scene, 1, &message);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
}

static void requests_and_answers_are_told_by_what_they_hold(struct scene *scene)
{
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	enum inferred empty = scene->suite == SUITE_GCM ? INFERRED_EMPTY : INFERRED_SHORT;
	g_assert_cmpint(scene->last.inferred, ==, empty);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpint(scene->last.inferred, ==, empty);
}

static void a_request_that_comes_again_in_other_bytes_undoes_nothing(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
	g_assert_false(sa_of(scene)->authentication.eap);
}

static void an_answer_that_said_nothing_has_nothing_that_eap_undoes(struct scene *scene)
{
	answer_under_any_suite(scene, FIRST_AUTH, 61);
	play_encrypted(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, false, 100);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_EAP), ==, 0);
}

static void eap_undoes_a_decrypted_error_and_no_other_sas_child(struct scene *scene)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, 0};

	authenticate(scene, CHILD_UP);
	g_assert_cmpuint(scene_tunnel(scene)->child_count, ==, 1);
	scene_new_attempt(scene, 0);
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, FIRST_AUTH, true, payloads, IKE_NOTIFY_TS_UNACCEPTABLE);
	g_assert_cmpuint(sa_of(scene)->children.error, ==, IKE_NOTIFY_TS_UNACCEPTABLE);
	g_assert_cmpuint(sa_of(scene)->children.refusals_pfs, ==, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_DECRYPTED_ERROR), ==, 1);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, 40);
	g_assert_cmpuint(sa_of(scene)->children.error, ==, 0);
	g_assert_cmpuint(scene_tunnel(scene)->child_count, ==, 1);
}

static void eap_with_a_certificate_is_told_by_it(struct scene *scene)
{
	go_through_eap(scene, CERTIFICATE_REQUEST);
	g_assert_cmpint(scene->last.inferred, ==, INFERRED_CERTIFICATE);
}

static void a_short_answer_to_what_was_answered_before_says_nothing_in_the_middle_of_eap(struct scene *scene)
{
	authenticate(scene, 60);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH + 1, 40);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_REFUSED);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_AUTH_SENT);
}

static void an_answer_to_what_nobody_asked_changes_nothing_that_is_up(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH + 4, REFUSED);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

static void a_decrypted_success_is_evidence(struct scene *scene)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, IKE2_PAYLOAD_SA, 0};

	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, FIRST_AUTH, true, payloads, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CHILD_UP), ==, 1);
	g_assert_true(scene->last.phase_2_completed);
}

/* Whoever decrypts puts them together, and hands over the last. */
static void a_decrypted_fragment_is_the_whole_message(struct scene *scene)
{
	begin(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	struct ike_message message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, true, 128);
	message.fragment = message.fragments = 2;
	message.decrypted = true;
	message.notifies[message.notify_count++].type = IKE_NOTIFY_AUTHENTICATION_FAILED;
	scene_play(scene, 1, &message);
	assert_verdict(scene, CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN);
}

/* ---- CREATE_CHILD_SA: more that its messages say ---- */

/* An ESP proposal and, decrypted, the SPI in it. */
static void propose(struct scene *scene, uint8_t side, uint32_t message_id, bool is_response, uint32_t spi)
{
	struct ike_message message = scene_message(scene, IKE2_CREATE_CHILD_SA, message_id, is_response, 200);

	message.decrypted = true;
	message.payload_types[message.payload_count++] = IKE2_PAYLOAD_SA;
	message.payload_types[message.payload_count++] = IKE2_PAYLOAD_TSI;
	if (spi != 0)
		message.proposals[message.proposal_count++] =
		        (struct ike_proposal){.number = 1, .protocol = 3, .spi_length = 4, .spi = spi};
	scene_play(scene, side, &message);
}

static const struct child_sa *newest_child(const struct scene *scene)
{
	return &scene_tunnel(scene)->children[scene_tunnel(scene)->child_count - 1];
}

static void a_decrypted_child_is_a_pair_of_spis(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	g_assert_null(newest_child(scene)->agreement);
	propose(scene, 1, 0, false, OUT);
	propose(scene, 0, 0, true, BACK);
	g_assert_cmpint(newest_child(scene)->paired_by, ==, PAIRED_BY_IKE);
	/* Each side names what it wants to receive on. */
	g_assert_cmphex(newest_child(scene)->spi_from[0], ==, OUT);
	g_assert_cmphex(newest_child(scene)->spi_from[1], ==, BACK);
	g_assert_nonnull(newest_child(scene)->agreement);
}

static void a_child_of_which_one_spi_is_not_known_is_no_pair(struct scene *scene)
{
	scene_up(scene);
	propose(scene, 0, 2, false, OUT);
	propose(scene, 1, 2, true, 0);
	g_assert_cmpint(newest_child(scene)->paired_by, ==, PAIRED_BY_NONE);
	g_assert_cmphex(newest_child(scene)->spi_from[1], ==, 0);
	propose(scene, 0, 3, false, 0);
	propose(scene, 1, 3, true, BACK);
	g_assert_cmpint(newest_child(scene)->paired_by, ==, PAIRED_BY_NONE);
	g_assert_cmphex(newest_child(scene)->spi_from[0], ==, 0);
}

static void ike_auth_granted_at_the_same_time_is_no_collision(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_next_at(scene, scene->time);
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

/* So many exchanges that the oldest give way: what was granted has the first place. */
static void a_collision_is_found_wherever_it_is_kept(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < IKE_SA_EXCHANGES - 2; i++) {
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2 + i, LIVENESS);
		scene_response(scene, 1, IKE2_INFORMATIONAL, 2 + i, LIVENESS);
	}
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	g_assert_cmpint(sa_of(scene)->exchanges[0].exchange_type, ==, IKE2_CREATE_CHILD_SA);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 20, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 20, REFUSED);
	assert_no_fault(scene);
}

static void a_decrypted_refusal_of_a_child_is_evidence(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	scene_up(scene);
	scene_decrypted(scene, 0, IKE2_CREATE_CHILD_SA, 2, false, nothing, 0);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 2, true, nothing, IKE_NOTIFY_NO_ADDITIONAL_SAS);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_DECRYPTED_ERROR).a, ==, IKE_NOTIFY_NO_ADDITIONAL_SAS);
}

static void a_first_child_of_create_child_sa_came_after_none(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_CHILD_REKEYED).a, ==, 0);
	/* And the SA had come up before: a short message now refuses nobody. */
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, REFUSED);
	g_assert_false(perhaps_refused(scene));
}

static void a_child_answered_in_fragments_is_up_when_all_are_there(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	for (uint16_t fragment = 1; fragment <= 2; fragment++) {
		struct ike_message message = scene_message(scene, IKE2_CREATE_CHILD_SA, 2, true, 128);
		message.fragment = fragment;
		message.fragments = 2;
		g_assert_cmpuint(sa_of(scene)->children.up, ==, 1);
		scene_play(scene, 1, &message);
	}
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 2);
}

static void a_decrypted_fragment_of_a_childs_answer_is_the_whole_of_it(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	struct ike_message message = scene_message(scene, IKE2_CREATE_CHILD_SA, 2, true, 128);
	message.fragment = message.fragments = 2;
	message.decrypted = true;
	message.payload_types[message.payload_count++] = IKE2_PAYLOAD_TSI;
	scene_play(scene, 1, &message);
	g_assert_cmpuint(sa_of(scene)->children.up, ==, 2);
}

/* ---- INFORMATIONAL: more that its messages say ---- */

static void a_decrypted_delete_names_the_child(struct scene *scene)
{
	scene_up(scene);
	propose(scene, 0, 2, false, BACK);
	propose(scene, 1, 2, true, OUT);
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 3, false, 80);
	message.decrypted = true;
	message.deleted_spis[message.deleted_spi_count++] = BACK; /* what side 0 received on */
	scene_play(scene, 0, &message);
	g_assert_true(newest_child(scene)->deleted);
	g_assert_cmpint(sa_of(scene)->stage, ==, IKE_STAGE_UP);
}

static void a_long_informational_deletes_no_child(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 2; i++) {
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + 2 * i, CHILD_REQUEST);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + 2 * i, CHILD_REQUEST);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 3 + 2 * i, i == 0 ? 40 : 12);
		g_assert_cmpuint(sa_of(scene)->children.rekeys, ==, i);
	}
}

/* The initiator closes what was refused. */
static void a_delete_after_a_refusal_does_not_hide_it(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
}

static const struct conversation_test tests[] = {
        CONVERSATION(sixty_bytes_refuse_authentication_under_any_suite),
        CONVERSATION(sixty_one_bytes_say_nothing_under_any_suite),
        CONVERSATION(a_later_short_answer_is_eap_and_says_nothing_under_any_suite),
        CONVERSATION(a_short_fragment_says_nothing_under_any_suite),
        CONVERSATION(an_answer_of_119_bytes_is_not_taken_for_a_success),
        CONVERSATION(an_answer_of_120_bytes_is_taken_for_a_success),
        CONVERSATION(a_request_of_600_bytes_carries_certificates_under_any_suite),
        CONVERSATION(a_request_with_512_bytes_of_payload_carries_certificates),
        CONVERSATION(what_was_sent_says_where_to),
        CONVERSATION(a_request_in_fragments_carries_certificates),
        CONVERSATION(an_answer_in_fragments_is_judged_when_all_are_there),
        CONVERSATION(a_later_request_says_nothing_of_certificates),
        CONVERSATION(a_refused_child_says_what_an_sa_would_have_needed),
        CONVERSATION(a_refusal_says_how_long_it_is),
        CONVERSATION(the_last_answer_of_eap_may_be_shorter_by_an_identity),
        CONVERSATION(an_answer_of_eap_that_is_shorter_than_that_refuses_the_child),
        CONVERSATION(without_eap_the_identity_counts),
        CONVERSATION(eap_undoes_what_the_answer_before_seemed_to_say),
        CONVERSATION(eap_is_said_once),
        CONVERSATION(an_answer_after_success_changes_nothing),
        CONVERSATION(a_refused_child_follows_a_refusal_that_was_made_up),
        CONVERSATION(a_decrypted_refusal_follows_one_that_was_inferred),
        CONVERSATION(nothing_follows_a_decrypted_refusal),
        CONVERSATION(a_second_short_answer_is_not_counted),
        CONVERSATION(an_answer_without_its_request_is_judged),
        CONVERSATION(a_first_message_after_the_answer_begins_nothing_anew),
        CONVERSATION(a_first_message_after_its_refusal_does_not_undo_it),
        CONVERSATION(the_responders_spi_is_that_of_his_answer),
        CONVERSATION(the_responders_spi_may_be_that_of_the_next_request),
        CONVERSATION(an_answer_that_sends_elsewhere_is_no_refusal),
        CONVERSATION(an_answer_that_asks_for_a_cookie_is_evidence),
        CONVERSATION(an_answer_says_which_group_was_chosen),
        CONVERSATION(an_answer_without_a_responders_spi_is_none),
        CONVERSATION(an_error_before_the_answer_leaves_no_evidence),
        CONVERSATION(a_group_that_is_wanted_takes_two_bytes_to_say),
        CONVERSATION(a_short_message_within_a_second_may_refuse_the_responder),
        CONVERSATION(a_short_message_after_a_second_refuses_nobody),
        CONVERSATION(a_short_message_of_the_responder_refuses_nobody),
        CONVERSATION(a_short_message_after_a_second_child_refuses_nobody),
        CONVERSATION(a_long_message_right_after_ike_auth_refuses_nobody),
        CONVERSATION(the_next_request_shows_that_nobody_was_refused),
        CONVERSATION(esp_shows_that_nobody_was_refused),
        CONVERSATION(a_bare_delete_ends_the_sa_and_what_follows_undoes_it),
        CONVERSATION(a_decrypted_delete_ends_the_sa_only_where_it_names_it),
        CONVERSATION(a_delete_in_the_clear_ends_nothing),
        CONVERSATION(an_unknown_spi_is_taken_from_where_the_notify_has_it),
        CONVERSATION(an_unknown_spi_is_named_in_an_informational_only),
        CONVERSATION(a_child_says_how_long_after_the_one_before_it_came),
        CONVERSATION(an_answer_that_comes_again_makes_no_second_child),
        CONVERSATION(a_decrypted_answer_makes_a_child_where_it_has_selectors),
        CONVERSATION(a_request_that_is_answered_at_last_leaves_no_evidence),
        CONVERSATION(a_request_answered_before_is_not_unanswered),
        CONVERSATION(an_exchange_of_another_kind_changes_nothing),
        CONVERSATION(a_first_message_in_the_clear_does_not_undo_a_delete),
        CONVERSATION(a_length_that_says_nothing_leaves_authentication_open),
        CONVERSATION(a_single_fragment_is_a_whole_message),
        CONVERSATION(requests_and_answers_are_told_by_what_they_hold),
        CONVERSATION(a_request_that_comes_again_in_other_bytes_undoes_nothing),
        CONVERSATION(an_answer_that_said_nothing_has_nothing_that_eap_undoes),
        CONVERSATION(eap_undoes_a_decrypted_error_and_no_other_sas_child),
        CONVERSATION(eap_with_a_certificate_is_told_by_it),
        CONVERSATION(a_short_answer_to_what_was_answered_before_says_nothing_in_the_middle_of_eap),
        CONVERSATION(an_answer_to_what_nobody_asked_changes_nothing_that_is_up),
        CONVERSATION(a_decrypted_success_is_evidence),
        CONVERSATION(a_decrypted_fragment_is_the_whole_message),
        CONVERSATION(a_decrypted_child_is_a_pair_of_spis),
        CONVERSATION(a_child_of_which_one_spi_is_not_known_is_no_pair),
        CONVERSATION(ike_auth_granted_at_the_same_time_is_no_collision),
        CONVERSATION(a_collision_is_found_wherever_it_is_kept),
        CONVERSATION(a_decrypted_refusal_of_a_child_is_evidence),
        CONVERSATION(a_first_child_of_create_child_sa_came_after_none),
        CONVERSATION(a_child_answered_in_fragments_is_up_when_all_are_there),
        CONVERSATION(a_decrypted_fragment_of_a_childs_answer_is_the_whole_of_it),
        CONVERSATION(a_decrypted_delete_names_the_child),
        CONVERSATION(a_long_informational_deletes_no_child),
        CONVERSATION(a_delete_after_a_refusal_does_not_hide_it),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "ikev2-sa", tests, G_N_ELEMENTS(tests));
}
