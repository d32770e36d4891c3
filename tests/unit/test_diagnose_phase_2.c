/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, IKEv2 child SAs: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"

#define OUT 0x1001
#define BACK 0x2001

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
	assert_no_fault(scene);
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
	assert_no_fault(scene);
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
	assert_no_fault(scene);
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
	assert_no_fault(scene);
}

static void many_children_at_the_start_are_not_churn(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 10; i++) {
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
	}
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	assert_no_fault(scene);
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
	assert_no_fault(scene);
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

/* ---- what a decrypted refusal says ---- */

/* IKE_AUTH whose answer, decrypted, refuses the child with this error. */
static void refuse_first_child(struct scene *scene, uint16_t error)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, 0};

	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, payloads, error);
}

/* CREATE_CHILD_SA, decrypted: a rekey, or a further child, refused with this error. */
static void refuse_later_child(struct scene *scene, bool rekey, uint16_t error)
{
	static const uint16_t request[] = {IKE2_PAYLOAD_SA, IKE2_PAYLOAD_TSI, 0}, nothing[] = {0};
	const uint32_t message_id = scene->frame;

	scene_decrypted(scene, 0, IKE2_CREATE_CHILD_SA, message_id, false, request, rekey ? IKE_NOTIFY_REKEY_SA : 0);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, message_id, true, nothing, error);
}

struct reply {
	uint16_t error;
	enum cause cause;
	enum confidence confidence;
};

static void an_error_in_place_of_the_first_child_names_the_cause(struct scene *scene)
{
	static const struct reply answers[] = {
	        {IKE_NOTIFY_TS_UNACCEPTABLE, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_SINGLE_PAIR_REQUIRED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_INVALID_ID_INFORMATION, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_NO_PROPOSAL_CHOSEN, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_INVALID_KE_PAYLOAD, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_INTERNAL_ADDRESS_FAILURE, CAUSE_CHILD_REFUSED, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_FAILED_CP_REQUIRED, CAUSE_CHILD_REFUSED, CONFIDENCE_CERTAIN},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		scene_new_attempt(scene, 0);
		refuse_first_child(scene, answers[i].error);
		assert_verdict(scene, answers[i].cause, answers[i].confidence);
	}
}

static void an_error_in_place_of_a_rekey_may_be_pfs(struct scene *scene)
{
	static const struct reply answers[] = {
	        {IKE_NOTIFY_NO_PROPOSAL_CHOSEN, CAUSE_PFS_MISMATCH, CONFIDENCE_LIKELY},
	        {IKE_NOTIFY_INVALID_KE_PAYLOAD, CAUSE_PFS_MISMATCH, CONFIDENCE_LIKELY},
	        {IKE_NOTIFY_TS_UNACCEPTABLE, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_NO_ADDITIONAL_SAS, CAUSE_CHILD_REFUSED, CONFIDENCE_CERTAIN},
	        {IKE_NOTIFY_TEMPORARY_FAILURE, CAUSE_UNDETERMINED, CONFIDENCE_POSSIBLE},
	        {IKE_NOTIFY_CHILD_SA_NOT_FOUND, CAUSE_UNDETERMINED, CONFIDENCE_POSSIBLE},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		scene_new_attempt(scene, 0);
		scene_up(scene);
		refuse_later_child(scene, true, answers[i].error);
		assert_verdict(scene, answers[i].cause, answers[i].confidence);
	}
}

static void an_error_in_place_of_a_further_child_is_not_pfs(struct scene *scene)
{
	scene_up(scene);
	refuse_later_child(scene, false, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_verdict(scene, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN);
}

static void a_child_refused_before_any_came_up_is_not_pfs(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY);
}

static void a_rekey_with_key_exchange_refused_is_pfs_possibly(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_verdict(scene, CAUSE_PFS_MISMATCH, CONFIDENCE_POSSIBLE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CREATE_CHILD_REFUSED_PFS), ==, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CREATE_CHILD_REFUSED), ==, 0);
}

static void an_answer_that_names_another_group_is_pfs(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, 10);
	assert_verdict(scene, CAUSE_PFS_MISMATCH, CONFIDENCE_POSSIBLE);
}

/* ---- how sure a refused child is ---- */

static void a_child_refused_once_is_possible_and_twice_is_likely(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 2; i++) {
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + i, REFUSED);
		assert_verdict(scene, CAUSE_CHILD_REFUSED, i == 0 ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY);
	}
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_CREATE_CHILD_REFUSED), ==, 2);
}

static void a_new_attempt_after_a_refused_child_makes_it_likely(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
	scene_wait(scene, 3);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_NEW_ATTEMPT).a, ==, 3020);
}

static void a_child_that_comes_up_forgets_what_was_refused_before(struct scene *scene)
{
	scene_up(scene);
	refuse_later_child(scene, true, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_cause(scene, CAUSE_PFS_MISMATCH);
	rekey(scene, 50, OUT + 1);
	assert_no_fault(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 60, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 60, REFUSED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_POSSIBLE);
}

/* ---- rekeys that cross ---- */

static void a_refusal_is_no_collision_when_the_other_sides_was_granted_before(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	int64_t granted = scene->time;
	scene_next_at(scene, granted);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_no_fault(scene);
	scene_next_at(scene, granted + 1);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 3, REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

static void a_refusal_is_no_collision_when_the_other_sides_was_refused_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, REFUSED);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_verdict(scene, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY);
}

static void a_refusal_is_no_collision_with_a_request_of_the_same_side(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 3, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	assert_cause(scene, CAUSE_CHILD_REFUSED);
}

/* An error that is read is what it says. */
static void a_decrypted_refusal_is_one_also_when_rekeys_cross(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_request(scene, 1, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_response(scene, 0, IKE2_CREATE_CHILD_SA, 0, CHILD_REQUEST);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 2, true, nothing, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	assert_cause(scene, CAUSE_ESP_PROPOSAL_MISMATCH);
}

/* ---- churn ---- */

/* A child replaces another, and its answer comes at this time; the delete of the old one follows. */
static void rekey_at(struct scene *scene, uint32_t message_id, int64_t time)
{
	scene_next_at(scene, time - 1);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
	scene_next_at(scene, time);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id + 1, 12);
	scene_response(scene, 1, IKE2_INFORMATIONAL, message_id + 1, 12);
}

static void two_rekeys_are_no_churn_and_three_are(struct scene *scene)
{
	scene_up(scene);
	int64_t up = scene->time;
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	rekey_at(scene, 2, up + 10 * NANOSECONDS);
	rekey_at(scene, 4, up + 20 * NANOSECONDS);
	assert_no_fault(scene);
	rekey_at(scene, 6, up + 30 * NANOSECONDS);
	assert_verdict(scene, CAUSE_REKEY_CHURN, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_REKEY_COUNT);
	g_assert_cmpuint(item.a, ==, 3);
	g_assert_cmpuint(item.b, ==, 30000);
	g_assert_cmpint(item.time, ==, up + 30 * NANOSECONDS);
}

static void rekeys_a_minute_apart_are_no_churn_and_sooner_they_are(struct scene *scene)
{
	scene_up(scene);
	int64_t up = scene->time;
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	for (uint32_t i = 1; i <= 3; i++)
		rekey_at(scene, 2 * i, up + i * 60 * NANOSECONDS);
	assert_no_fault(scene);
	rekey_at(scene, 8, up + 4 * 60 * NANOSECONDS - 1);
	assert_cause(scene, CAUSE_REKEY_CHURN);
}

/* A child every ten seconds, and a message that may be a delete so long after each. */
static void children_with_deletes(struct scene *scene, int64_t after)
{
	scene_up(scene);
	int64_t up = scene->time;
	scene_esp_both(scene, OUT, BACK, 3, 0.1);
	for (uint32_t i = 1; i <= 4; i++) {
		int64_t time = up + i * 10 * NANOSECONDS;
		scene_next_at(scene, time - 1);
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 * i, CHILD_REQUEST);
		scene_next_at(scene, time);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 * i, CHILD_REQUEST);
		scene_next_at(scene, time + after);
		scene_request(scene, 0, IKE2_INFORMATIONAL, 2 * i + 1, 12);
	}
}

static void a_delete_within_two_seconds_belongs_to_the_new_child(struct scene *scene)
{
	children_with_deletes(scene, 2 * NANOSECONDS);
	assert_cause(scene, CAUSE_REKEY_CHURN);
}

static void a_delete_after_two_seconds_belongs_to_none(struct scene *scene)
{
	children_with_deletes(scene, 2 * NANOSECONDS + 1);
	assert_no_fault(scene);
}

static void a_delete_may_come_two_seconds_before_the_new_child(struct scene *scene)
{
	children_with_deletes(scene, 8 * NANOSECONDS);
	assert_cause(scene, CAUSE_REKEY_CHURN);
}

static void a_delete_more_than_two_seconds_before_the_new_child_belongs_to_none(struct scene *scene)
{
	children_with_deletes(scene, 8 * NANOSECONDS - 1);
	assert_no_fault(scene);
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
        CONVERSATION(an_error_in_place_of_the_first_child_names_the_cause),
        CONVERSATION(an_error_in_place_of_a_rekey_may_be_pfs),
        CONVERSATION(an_error_in_place_of_a_further_child_is_not_pfs),
        CONVERSATION(a_child_refused_before_any_came_up_is_not_pfs),
        CONVERSATION(a_rekey_with_key_exchange_refused_is_pfs_possibly),
        CONVERSATION(an_answer_that_names_another_group_is_pfs),
        CONVERSATION(a_child_refused_once_is_possible_and_twice_is_likely),
        CONVERSATION(a_new_attempt_after_a_refused_child_makes_it_likely),
        CONVERSATION(a_child_that_comes_up_forgets_what_was_refused_before),
        CONVERSATION(a_refusal_is_no_collision_when_the_other_sides_was_granted_before),
        CONVERSATION(a_refusal_is_no_collision_when_the_other_sides_was_refused_as_well),
        CONVERSATION(a_refusal_is_no_collision_with_a_request_of_the_same_side),
        CONVERSATION(a_decrypted_refusal_is_one_also_when_rekeys_cross),
        CONVERSATION(two_rekeys_are_no_churn_and_three_are),
        CONVERSATION(rekeys_a_minute_apart_are_no_churn_and_sooner_they_are),
        CONVERSATION(a_delete_within_two_seconds_belongs_to_the_new_child),
        CONVERSATION(a_delete_after_two_seconds_belongs_to_none),
        CONVERSATION(a_delete_may_come_two_seconds_before_the_new_child),
        CONVERSATION(a_delete_more_than_two_seconds_before_the_new_child_belongs_to_none),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/phase-2", tests, G_N_ELEMENTS(tests));
}
