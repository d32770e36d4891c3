/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of an IKE SA, and which of several speaks for the tunnel. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"

#define OUT 0x1001
#define BACK 0x2001
#define SECOND NANOSECONDS

static enum ike_outcome outcome_of(const struct scene *scene, unsigned number)
{
	return ike_sa_outcome(scene_tunnel(scene), scene_tunnel(scene)->ike_sas[number]);
}

/* The number of the SA that speaks, in order of appearance. */
static void assert_speaks(const struct scene *scene, unsigned number)
{
	const struct tunnel *tunnel = scene_tunnel(scene);

	g_assert_true(tunnel_ike_sa(tunnel) == tunnel->ike_sas[number]);
}

static void delete_ike_sa(struct scene *scene, uint8_t side, uint32_t message_id)
{
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, message_id, false, 80);

	message.decrypted = message.deletes_ike_sa = true;
	scene_play(scene, side, &message);
}

/* ---- one SA ---- */

static void an_sa_is_pending_until_it_is_up_or_refused(struct scene *scene)
{
	scene_init_request(scene);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_PENDING);
	scene_init_response(scene);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_PENDING);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_PENDING);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_UP);
}

static void an_sa_whose_first_message_is_refused_has_failed(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_FAILED);
}

static void an_sa_whose_authentication_is_refused_has_failed(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_FAILED);
}

static void an_sa_that_is_unanswered_has_failed_unless_its_other_half_is_not_seen(struct scene *scene)
{
	scene_init_request(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_PENDING);
	scene_tunnel(scene)->ike_sas[0]->other_half_unseen = false;
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_FAILED);
}

/* The answer to IKE_AUTH does not arrive, and its sender gives up: what counts is that the SA is gone. */
static void an_sa_that_was_deleted_has_not_failed(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	for (unsigned i = 0; i < 2; i++) {
		scene_same_bytes(scene);
		scene_same_bytes(scene);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	}
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_FAILED);
	delete_ike_sa(scene, 1, 0);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_DELETED);
	assert_no_fault(scene);
}

/* Used both ways, then deleted. Returns when the delete came. */
static int64_t use_and_delete(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	delete_ike_sa(scene, 0, 2);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_DELETED);
	return scene->time;
}

static void an_sa_whose_children_go_on_long_after_its_delete_was_rekeyed(struct scene *scene)
{
	int64_t deleted = use_and_delete(scene);
	scene_esp_at(scene, 0, OUT, deleted + 5 * SECOND + 1);
	scene_esp_at(scene, 1, BACK, deleted + 5 * SECOND);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_DELETED);
	scene_esp_at(scene, 1, BACK, deleted + 5 * SECOND + 1);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_UP);
}

static void an_sa_whose_children_go_on_in_one_way_only_is_deleted(struct scene *scene)
{
	int64_t deleted = use_and_delete(scene);
	scene_esp_at(scene, 1, BACK, deleted + 5 * SECOND + 1);
	scene_esp_at(scene, 0, OUT, deleted + 5 * SECOND);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_DELETED);
	scene_esp_at(scene, 0, OUT, deleted + 5 * SECOND + 1);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_UP);
}

/* ---- the initiator may have refused ---- */

/* The child comes up, and at once the initiator sends one short message. */
static void refuse_as_initiator(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, REFUSED);
}

static void one_short_message_after_ike_auth_is_no_refusal_yet(struct scene *scene)
{
	refuse_as_initiator(scene);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_UP);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_FAILED);
}

static void a_second_attempt_that_ends_so_was_refused_as_well(struct scene *scene)
{
	refuse_as_initiator(scene);
	scene_new_attempt(scene, 0);
	refuse_as_initiator(scene);
	g_assert_cmpint(outcome_of(scene, 1), ==, IKE_OUTCOME_FAILED);
}

static void a_short_message_of_an_sa_that_follows_a_good_one_is_no_refusal_yet(struct scene *scene)
{
	scene_up(scene);
	scene_new_attempt(scene, 0);
	refuse_as_initiator(scene);
	g_assert_cmpint(outcome_of(scene, 1), ==, IKE_OUTCOME_UP);
	g_assert_cmpint(outcome_of(scene, 0), ==, IKE_OUTCOME_UP);
}

/* ---- a newer one that failed, beside an older one ---- */

/* An SA that is up; half a minute and more later, another whose authentication is refused. Returns when. */
static int64_t fail_beside(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_wait(scene, 60);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	assert_speaks(scene, 1);
	return scene->time;
}

/* A liveness check of the SA that is up, at this time, and its answer. */
static void check_first_sa(struct scene *scene, uint8_t side, int64_t asked, int64_t answered)
{
	const struct ike_sa *sa = scene_tunnel(scene)->ike_sas[0];

	scene->initiator_spi = sa->initiator_spi;
	scene->responder_spi = sa->responder_spi;
	scene_next_at(scene, asked);
	scene_request(scene, side, IKE2_INFORMATIONAL, scene->frame, LIVENESS);
	scene_next_at(scene, answered);
	scene_response(scene, !side, IKE2_INFORMATIONAL, scene->frame - 1, LIVENESS);
}

static void an_older_sa_speaks_when_esp_goes_both_ways_after_the_failure(struct scene *scene)
{
	int64_t failed = fail_beside(scene);
	scene_esp_at(scene, 0, OUT, failed + 1);
	scene_esp_at(scene, 1, BACK, failed);
	assert_speaks(scene, 1);
	scene_esp_at(scene, 1, BACK, failed + 1);
	assert_speaks(scene, 0);
}

static void an_older_sa_does_not_speak_when_esp_goes_one_way_after_the_failure(struct scene *scene)
{
	int64_t failed = fail_beside(scene);
	scene_esp_at(scene, 1, BACK, failed + 1);
	scene_esp_at(scene, 0, OUT, failed);
	assert_speaks(scene, 1);
	scene_esp_at(scene, 0, OUT, failed + 1);
	assert_speaks(scene, 0);
}

static void an_older_sa_speaks_when_it_is_used_both_ways_after_the_failure(struct scene *scene)
{
	int64_t failed = fail_beside(scene);
	check_first_sa(scene, 0, failed, failed + 1);
	assert_speaks(scene, 1);
	check_first_sa(scene, 1, failed + 1, failed + 1);
	assert_speaks(scene, 0);
}

static void an_older_sa_does_not_speak_when_one_side_uses_it_after_the_failure(struct scene *scene)
{
	int64_t failed = fail_beside(scene);
	check_first_sa(scene, 1, failed, failed + 1);
	assert_speaks(scene, 1);
	check_first_sa(scene, 0, failed + 1, failed + 1);
	assert_speaks(scene, 0);
}

static void an_older_sa_that_is_not_up_does_not_speak(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	delete_ike_sa(scene, 0, 2);
	scene_wait(scene, 1);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_speaks(scene, 1);
}

/* ---- a first message that anybody can have made up ---- */

/* In use until this long before a new first message is refused. Returns when the new one began. */
static int64_t refuse_after_use(struct scene *scene, int64_t before)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	int64_t used = scene->time;
	scene_new_attempt(scene, 0);
	scene_next_at(scene, used + before);
	scene_init_request(scene);
	int64_t begun = scene->time;
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	return begun;
}

static void a_tunnel_used_within_half_a_minute_before_speaks(struct scene *scene)
{
	refuse_after_use(scene, 30 * SECOND - 1);
	assert_speaks(scene, 0);
}

static void a_tunnel_not_used_for_half_a_minute_does_not(struct scene *scene)
{
	refuse_after_use(scene, 30 * SECOND);
	assert_speaks(scene, 1);
}

static void it_speaks_for_half_a_minute(struct scene *scene)
{
	int64_t begun = refuse_after_use(scene, SECOND);
	scene_esp_at(scene, 0, OUT, begun + 30 * SECOND - 1);
	assert_speaks(scene, 0);
	scene_esp_at(scene, 0, OUT, begun + 30 * SECOND);
	assert_speaks(scene, 1);
}

/* It takes a peer that answers to come so far. */
static void it_does_not_speak_against_an_attempt_that_went_beyond_the_first_exchange(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	assert_speaks(scene, 1);
}

static void a_first_message_unanswered_is_doubted_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	g_assert_cmpint(outcome_of(scene, 1), ==, IKE_OUTCOME_FAILED);
	assert_speaks(scene, 0);
}

/* What went unanswered failed when it was sent last. */
static void an_unanswered_attempt_failed_when_it_was_sent_last(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_wait(scene, 60);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_wait(scene, 60);
	scene_same_bytes(scene);
	scene_init_request(scene);
	int64_t last = scene->time;
	scene_esp_at(scene, 0, OUT, last);
	scene_esp_at(scene, 1, BACK, last);
	assert_speaks(scene, 1);
	scene_esp_at(scene, 0, OUT, last + 1);
	scene_esp_at(scene, 1, BACK, last + 1);
	assert_speaks(scene, 0);
}

/* ---- several without a failure ---- */

static void the_newest_that_is_up_speaks(struct scene *scene)
{
	scene_up(scene);
	scene_new_attempt(scene, 0);
	scene_up(scene);
	assert_speaks(scene, 1);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_speaks(scene, 1);
}

static void the_newest_speaks_where_none_has_an_outcome(struct scene *scene)
{
	scene_init_request(scene);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_speaks(scene, 1);
}

static void the_newest_that_failed_speaks_while_the_one_after_it_is_under_way(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	assert_speaks(scene, 0);
}

static void no_sa_speaks_where_none_was_seen(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	g_assert_null(tunnel_ike_sa(scene_tunnel(scene)));
}

/* ---- one that may be made up ---- */

/* A message on SPIs of which nothing else was seen, beside an attempt that was refused. */
static void use_unknown_sa(struct scene *scene, uint8_t side)
{
	scene_new_attempt(scene, 0);
	scene->responder_spi = 7;
	scene_request(scene, side, IKE2_INFORMATIONAL, 5, LIVENESS);
}

static void an_sa_of_one_side_seen_midstream_says_nothing_beside_another(struct scene *scene)
{
	authenticate(scene, REFUSED);
	use_unknown_sa(scene, 0);
	assert_speaks(scene, 0);
	use_unknown_sa(scene, 1);
	assert_speaks(scene, 0);
}

static void it_speaks_once_both_sides_were_heard_on_it(struct scene *scene)
{
	authenticate(scene, REFUSED);
	use_unknown_sa(scene, 0);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 5, LIVENESS);
	assert_speaks(scene, 1);
}

static void it_speaks_once_it_was_seen_to_come_up(struct scene *scene)
{
	authenticate(scene, REFUSED);
	use_unknown_sa(scene, 1);
	scene_tunnel(scene)->ike_sas[1]->up_time = scene->time;
	assert_speaks(scene, 1);
}

static void it_speaks_in_a_capture_of_one_direction(struct scene *scene)
{
	for (unsigned side = 0; side < 2; side++) {
		scene_new_attempt(scene, 0);
		scene->responder_spi = 7;
		scene_request(scene, 0, IKE2_INFORMATIONAL, 4 + side, LIVENESS);
	}
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	g_assert_cmpint(tunnel->last_from[1], ==, 0);
	assert_speaks(scene, 1);
	tunnel->last_from[1] = tunnel->last_from[0];
	tunnel->last_from[0] = 0;
	assert_speaks(scene, 1);
	tunnel->last_from[0] = 1;
	tunnel->last_from[1] = 1;
	assert_speaks(scene, 2);
}

static void an_sa_that_was_seen_to_begin_is_not_made_up(struct scene *scene)
{
	authenticate(scene, REFUSED);
	use_unknown_sa(scene, 0);
	scene_tunnel(scene)->ike_sas[1]->starts_midstream = false;
	assert_speaks(scene, 1);
}

static const struct conversation_test tests[] = {
        CONVERSATION(an_sa_is_pending_until_it_is_up_or_refused),
        CONVERSATION(an_sa_whose_first_message_is_refused_has_failed),
        CONVERSATION(an_sa_whose_authentication_is_refused_has_failed),
        CONVERSATION(an_sa_that_is_unanswered_has_failed_unless_its_other_half_is_not_seen),
        CONVERSATION(an_sa_that_was_deleted_has_not_failed),
        CONVERSATION(an_sa_whose_children_go_on_long_after_its_delete_was_rekeyed),
        CONVERSATION(an_sa_whose_children_go_on_in_one_way_only_is_deleted),
        CONVERSATION(one_short_message_after_ike_auth_is_no_refusal_yet),
        CONVERSATION(a_second_attempt_that_ends_so_was_refused_as_well),
        CONVERSATION(a_short_message_of_an_sa_that_follows_a_good_one_is_no_refusal_yet),
        CONVERSATION(an_older_sa_speaks_when_esp_goes_both_ways_after_the_failure),
        CONVERSATION(an_older_sa_does_not_speak_when_esp_goes_one_way_after_the_failure),
        CONVERSATION(an_older_sa_speaks_when_it_is_used_both_ways_after_the_failure),
        CONVERSATION(an_older_sa_does_not_speak_when_one_side_uses_it_after_the_failure),
        CONVERSATION(an_older_sa_that_is_not_up_does_not_speak),
        CONVERSATION(a_tunnel_used_within_half_a_minute_before_speaks),
        CONVERSATION(a_tunnel_not_used_for_half_a_minute_does_not),
        CONVERSATION(it_speaks_for_half_a_minute),
        CONVERSATION(it_does_not_speak_against_an_attempt_that_went_beyond_the_first_exchange),
        CONVERSATION(a_first_message_unanswered_is_doubted_as_well),
        CONVERSATION(an_unanswered_attempt_failed_when_it_was_sent_last),
        CONVERSATION(the_newest_that_is_up_speaks),
        CONVERSATION(the_newest_speaks_where_none_has_an_outcome),
        CONVERSATION(the_newest_that_failed_speaks_while_the_one_after_it_is_under_way),
        CONVERSATION(no_sa_speaks_where_none_was_seen),
        CONVERSATION(an_sa_of_one_side_seen_midstream_says_nothing_beside_another),
        CONVERSATION(it_speaks_once_both_sides_were_heard_on_it),
        CONVERSATION(it_speaks_once_it_was_seen_to_come_up),
        CONVERSATION(it_speaks_in_a_capture_of_one_direction),
        CONVERSATION(an_sa_that_was_seen_to_begin_is_not_made_up),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "outcome", tests, G_N_ELEMENTS(tests));
}
