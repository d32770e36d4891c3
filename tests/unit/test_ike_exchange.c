/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests, answers, and copies of both: what belongs together, what is new, and what gives way. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/tunnel/ike_exchange.h"

static struct ike_sa *sa_of(const struct scene *scene)
{
	return scene_tunnel(scene)->ike_sas[0];
}

/* The exchange of that message ID which side asked for; NULL for none. */
static struct ike_exchange *exchange_of(const struct scene *scene, uint8_t exchange_type, uint32_t message_id,
                                        uint8_t side)
{
	struct ike_sa *sa = sa_of(scene);

	for (unsigned i = 0; i < sa->exchange_count; i++)
		if (sa->exchanges[i].exchange_type == exchange_type && sa->exchanges[i].message_id == message_id &&
		    sa->exchanges[i].sender == side)
			return &sa->exchanges[i];
	return NULL;
}

static struct ike_exchange *informational(const struct scene *scene, uint32_t message_id)
{
	return exchange_of(scene, IKE2_INFORMATIONAL, message_id, 0);
}

static void ask(struct scene *scene, uint32_t message_id)
{
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id, 40);
}

static void answer(struct scene *scene, uint32_t message_id)
{
	scene_response(scene, 1, IKE2_INFORMATIONAL, message_id, 40);
}

/* ---- what belongs together ---- */

static void requests_of_one_number_differ_by_side_and_kind(struct scene *scene)
{
	scene_up(scene);
	unsigned known = sa_of(scene)->exchange_count;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, 40);
	scene_same_bytes(scene);
	scene_request(scene, 1, IKE2_INFORMATIONAL, 2, 40);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, 40);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, 40);
	g_assert_cmpuint(scene->last.retransmission_of, ==, 0);
	g_assert_cmpuint(sa_of(scene)->exchange_count, ==, known + 4);
}

static void an_answer_names_its_request_and_how_long_it_took(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	uint32_t asked = scene->frame;
	scene_next_at(scene, scene->time + 300 * NANOSECONDS_PER_MILLISECOND);
	answer(scene, 2);
	g_assert_cmpuint(scene->last.request_in, ==, asked);
	g_assert_cmpint(scene->last.response_time, ==, 300 * NANOSECONDS_PER_MILLISECOND);
	answer(scene, 3);
	g_assert_cmpuint(scene->last.request_in, ==, 0);
	g_assert_cmpint(scene->last.response_time, ==, 0);
}

static void an_answer_to_a_frame_without_a_number_says_how_long_it_took(struct scene *scene)
{
	scene_up(scene);
	scene->frame = UINT32_MAX; /* the next one is 0 */
	ask(scene, 2);
	scene_next_at(scene, scene->time + NANOSECONDS);
	answer(scene, 2);
	g_assert_cmpint(scene->last.response_time, ==, NANOSECONDS);
}

/* ---- copies ---- */

static void a_copy_names_the_first_and_counts(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	uint32_t first = scene->frame;
	for (unsigned copy = 2; copy <= 4; copy++) {
		scene_same_bytes(scene);
		ask(scene, 2);
		g_assert_cmpuint(scene->last.retransmission_of, ==, first);
		g_assert_cmpuint(scene->last.copy, ==, copy);
		g_assert_cmpuint(informational(scene, 2)->copies, ==, copy);
	}
	g_assert_cmpuint(scene_tunnel(scene)->ike_retransmissions, ==, 3);
}

static void copies_are_counted_as_far_as_numbers_go(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	informational(scene, 2)->copies = 254;
	for (unsigned i = 0; i < 2; i++) {
		scene_same_bytes(scene);
		ask(scene, 2);
		g_assert_cmpuint(scene->last.copy, ==, 255);
	}
	informational(scene, 2)->copies = UINT16_MAX;
	informational(scene, 2)->asked_again = UINT16_MAX;
	informational(scene, 2)->response_time = scene->time;
	scene_same_bytes(scene);
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->copies, ==, UINT16_MAX);
	g_assert_cmpuint(informational(scene, 2)->asked_again, ==, UINT16_MAX);
}

static void the_last_copy_says_when_and_where_to(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->request_port, ==, IKE_PORT);
	scene->port = NAT_TRAVERSAL_PORT;
	scene_wait(scene, 3);
	scene_same_bytes(scene);
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->request_port, ==, NAT_TRAVERSAL_PORT);
	g_assert_cmpint(informational(scene, 2)->last_copy_time, ==, scene->time);
}

static void an_answer_again_names_the_first(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	answer(scene, 2);
	uint32_t first = scene->frame;
	scene_same_bytes(scene);
	answer(scene, 2);
	g_assert_cmpuint(scene->last.retransmission_of, ==, first);
	answer(scene, 2);
	g_assert_cmpuint(scene->last.retransmission_of, ==, 0);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, scene->frame);
}

/* A digest may be any number. */
static void nothing_is_a_copy_of_what_was_not_there(struct scene *scene)
{
	scene_up(scene);
	scene->copy = UINT64_MAX; /* the next one is 0 */
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->copies, ==, 1);
	g_assert_cmpuint(informational(scene, 2)->request_frame, ==, scene->frame);
	scene->copy = UINT64_MAX;
	answer(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, scene->frame);
}

/* ---- a request that starts over ---- */

static void another_request_of_the_same_number_waits_for_an_answer_of_its_own(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	answer(scene, 2);
	scene_same_bytes_as(scene, 2);
	ask(scene, 2);
	struct ike_exchange *exchange = informational(scene, 2);
	exchange->settled = true;
	g_assert_cmpuint(exchange->asked_again, ==, 1);
	scene->copy += 5;
	scene->port = NAT_TRAVERSAL_PORT;
	ask(scene, 2);
	g_assert_cmpint(exchange->response_time, ==, 0);
	g_assert_cmpuint(exchange->response_frame, ==, 0);
	g_assert_false(exchange->settled);
	g_assert_cmpuint(exchange->asked_again, ==, 0);
	g_assert_cmpuint(exchange->copies, ==, 1);
	g_assert_cmpuint(exchange->request_port, ==, NAT_TRAVERSAL_PORT);
}

static void a_request_without_a_frame_number_starts_over_as_well(struct scene *scene)
{
	scene_up(scene);
	scene->frame = UINT32_MAX;
	ask(scene, 2);
	answer(scene, 2);
	ask(scene, 2);
	g_assert_cmpint(informational(scene, 2)->response_time, ==, 0);
}

static void an_answer_that_came_before_its_request_stays(struct scene *scene)
{
	scene_up(scene);
	answer(scene, 2);
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, scene->frame - 1);
	g_assert_cmpint(informational(scene, 2)->response_time, !=, 0);
}

/* ---- fragments ---- */

static void play_fragment(struct scene *scene, bool is_response, uint16_t fragment)
{
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 2, is_response, 128);

	message.fragment = fragment;
	message.fragments = 2;
	scene_play(scene, is_response, &message);
}

static void of_a_request_in_fragments_the_copies_of_the_first_are_counted(struct scene *scene)
{
	scene_up(scene);
	for (unsigned copy = 1; copy <= 3; copy++) {
		scene_wait(scene, 1);
		play_fragment(scene, false, 1);
		g_assert_cmpuint(informational(scene, 2)->copies, ==, copy);
		play_fragment(scene, false, 2);
		g_assert_cmpuint(informational(scene, 2)->copies, ==, copy);
		g_assert_cmpuint(informational(scene, 2)->fragments, ==, 2);
		g_assert_true((scene->last.retransmission_of != 0) == (copy > 1));
	}
	g_assert_cmpuint(informational(scene, 2)->request_fragment_set, ==, 3);
}

static void of_a_request_in_fragments_the_first_is_what_is_asked_again(struct scene *scene)
{
	scene_up(scene);
	play_fragment(scene, false, 1);
	play_fragment(scene, false, 2);
	answer(scene, 2);
	for (unsigned again = 1; again <= 2; again++) {
		scene_wait(scene, 1);
		play_fragment(scene, false, 1);
		play_fragment(scene, false, 2);
		g_assert_cmpuint(informational(scene, 2)->asked_again, ==, again);
	}
}

static void an_answer_in_fragments_is_taken_together(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	play_fragment(scene, true, 1);
	uint32_t first = scene->frame;
	play_fragment(scene, true, 2);
	g_assert_cmpuint(scene->last.retransmission_of, ==, 0);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, first);
	g_assert_cmpuint(informational(scene, 2)->response_fragment_set, ==, 3);
	for (uint16_t fragment = 1; fragment <= 2; fragment++) {
		play_fragment(scene, true, fragment);
		g_assert_cmpuint(scene->last.retransmission_of, ==, first);
	}
	uint32_t least = informational(scene, 2)->response_plaintext.least;
	g_assert_cmpuint(least, ==, scene->suite == SUITE_GCM ? 2 * 103 : 2 * 80);
}

static void a_whole_request_after_fragments_starts_over(struct scene *scene)
{
	scene_up(scene);
	play_fragment(scene, false, 1);
	play_fragment(scene, false, 2);
	ask(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->fragments, ==, 0);
	g_assert_cmpuint(informational(scene, 2)->request_frame, ==, scene->frame);
	play_fragment(scene, false, 1);
	g_assert_cmpuint(informational(scene, 2)->fragments, ==, 1);
	g_assert_cmpuint(informational(scene, 2)->request_frame, ==, scene->frame);
}

static void a_whole_answer_after_fragments_starts_over(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	play_fragment(scene, true, 1);
	play_fragment(scene, true, 2);
	answer(scene, 2);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, scene->frame);
	g_assert_cmpuint(informational(scene, 2)->response_fragment_set, ==, 0);
	play_fragment(scene, true, 1);
	g_assert_cmpuint(informational(scene, 2)->response_frame, ==, scene->frame);
}

static void a_message_is_whole_with_its_last_fragment(struct scene *scene)
{
	static const struct {
		uint16_t fragments;
		uint32_t lacking, whole;
	} sets[] = {
	        {2, 1, 3},
	        {3, 3, 7},
	        {3, 6, 7},
	        {31, 0x3fffffff, 0x7fffffff},
	        {32, 0x7fffffff, UINT32_MAX},
	        {33, 0x7fffffff, UINT32_MAX},
	};
	struct ike_message message = {0};

	(void)scene;
	for (; message.fragments <= 1; message.fragments++)
		g_assert_true(ike_exchange_is_whole(0, &message));
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		message.fragments = sets[i].fragments;
		g_assert_false(ike_exchange_is_whole(sets[i].lacking, &message));
		g_assert_true(ike_exchange_is_whole(sets[i].whole, &message));
	}
}

static void thirty_two_fragments_are_told_apart(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	for (uint16_t fragment = 1; fragment <= 32; fragment++)
		play_fragment(scene, true, fragment);
	g_assert_cmpuint(informational(scene, 2)->response_fragment_set, ==, UINT32_MAX);
}

/* ---- lengths ---- */

static void a_length_that_the_suite_cannot_have_is_not_known(struct scene *scene)
{
	struct ike_message message;

	scene_up(scene);
	message = scene_message(scene, IKE2_INFORMATIONAL, 2, false, 24);
	scene_play(scene, 0, &message);
	g_assert_false(informational(scene, 2)->request_plaintext.known);
}

static void lengths_of_ikev1_are_not_looked_at(struct scene *scene)
{
	struct ike_message message = {.major_version = 1,
	                              .exchange_type = IKE1_QUICK_MODE,
	                              .message_id = 9,
	                              .encrypted = true,
	                              .encrypted_length = 84,
	                              .length = 112};

	scene->authentication_method = 1;
	scene_main_mode(scene, 1, 6);
	g_assert_true(sa_of(scene)->init.suite_known);
	message.responder_spi = scene->responder_spi;
	scene_play(scene, 0, &message);
	g_assert_false(exchange_of(scene, IKE1_QUICK_MODE, 9, 0)->request_plaintext.known);
}

/* ---- answers that do not arrive ---- */

static void ask_auth_again(struct scene *scene, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		scene_same_bytes_as(scene, 2);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	}
}

static void an_answer_asked_for_again_once_has_arrived(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene, 1);
	g_assert_null(ike_sa_answer_lost(sa_of(scene)));
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 0);
	ask_auth_again(scene, 1);
	g_assert_nonnull(ike_sa_answer_lost(sa_of(scene)));
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ANSWER_LOST).a, ==, 2);
	ask_auth_again(scene, 1);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ANSWER_LOST).a, ==, 3);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 1);
}

static void something_new_of_the_other_side_does_not_show_that_it_arrived(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene, 2);
	scene_request(scene, 1, IKE2_INFORMATIONAL, 0, LIVENESS);
	g_assert_nonnull(ike_sa_answer_lost(sa_of(scene)));
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 1);
}

static void an_answer_of_who_asked_shows_that_it_arrived(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene, 2);
	scene_request(scene, 1, IKE2_INFORMATIONAL, 0, LIVENESS);
	scene_response(scene, 0, IKE2_INFORMATIONAL, 0, LIVENESS);
	g_assert_null(ike_sa_answer_lost(sa_of(scene)));
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 0);
}

static void a_new_request_of_who_asked_shows_that_it_arrived(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene, 2);
	ask(scene, 2);
	g_assert_null(ike_sa_answer_lost(sa_of(scene)));
	g_assert_cmpuint(exchange_of(scene, IKE2_AUTH, 1, 0)->asked_again, ==, 0);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 0);
}

/* The evidence is of the exchange that came last; another's goes with what was waited for. */
static void evidence_stays_where_nothing_was_waited_for(struct scene *scene)
{
	authenticate(scene, CHILD_UP);
	ask_auth_again(scene, 2);
	exchange_of(scene, IKE2_AUTH, 1, 0)->asked_again = 0;
	ask(scene, 2);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ANSWER_LOST), ==, 1);
}

static void a_later_request_asked_again_is_no_failure_of_phase_1(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	answer(scene, 2);
	for (unsigned i = 0; i < 2; i++) {
		scene_same_bytes_as(scene, 2);
		ask(scene, 2);
		answer(scene, 2);
	}
	g_assert_cmpuint(informational(scene, 2)->asked_again, ==, 2);
	g_assert_null(ike_sa_answer_lost(sa_of(scene)));
	assert_no_fault(scene);
}

static void a_request_is_unanswered_when_sent_twice(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	g_assert_null(ike_sa_unanswered(sa_of(scene)));
	scene_same_bytes(scene);
	ask(scene, 2);
	g_assert_true(ike_sa_unanswered(sa_of(scene)) == informational(scene, 2));
	answer(scene, 2);
	g_assert_null(ike_sa_unanswered(sa_of(scene)));
}

/* ---- what gives way ---- */

/* Of the exchanges that an SA has room for, IKE_SA_INIT and IKE_AUTH are two. */
static void the_oldest_that_was_answered_gives_way(struct scene *scene)
{
	scene_up(scene);
	ask(scene, 2);
	for (uint32_t i = 3; i < IKE_SA_EXCHANGES; i++) {
		ask(scene, i);
		answer(scene, i);
	}
	g_assert_cmpuint(sa_of(scene)->exchange_count, ==, IKE_SA_EXCHANGES);
	ask(scene, 20);
	g_assert_null(exchange_of(scene, IKE2_SA_INIT, 0, 0));
	g_assert_nonnull(exchange_of(scene, IKE2_AUTH, 1, 0));
	ask(scene, 21);
	g_assert_null(exchange_of(scene, IKE2_AUTH, 1, 0));
	g_assert_nonnull(informational(scene, 3));
	ask(scene, 22);
	g_assert_null(informational(scene, 3));
	g_assert_nonnull(informational(scene, 2));
	g_assert_cmpuint(sa_of(scene)->exchange_count, ==, IKE_SA_EXCHANGES);
	/* Nothing is left of what gave way. */
	g_assert_cmpuint(informational(scene, 22)->copies, ==, 1);
	g_assert_cmpint(informational(scene, 22)->response_time, ==, 0);
	g_assert_cmpuint(informational(scene, 22)->response_frame, ==, 0);
	answer(scene, 40);
	g_assert_cmpuint(scene->last.request_in, ==, 0);
}

static void where_none_was_answered_the_oldest_gives_way(struct scene *scene)
{
	scene->responder_spi = 7;
	for (uint32_t i = 0; i < IKE_SA_EXCHANGES; i++) {
		int64_t time = scene->time;
		ask(scene, 10 + i);
		if (i == 1)
			scene->time = time; /* the next comes at the same time */
	}
	scene->time += NANOSECONDS;
	scene_same_bytes_as(scene, IKE_SA_EXCHANGES);
	ask(scene, 10); /* again: it is the newest now */
	scene->copy += 100;
	ask(scene, 30);
	g_assert_nonnull(informational(scene, 10));
	g_assert_null(informational(scene, 11));
	g_assert_nonnull(informational(scene, 12));
	ask(scene, 31);
	g_assert_null(informational(scene, 12));
	g_assert_nonnull(informational(scene, 13));
}

static void one_that_was_answered_gives_way_before_older_ones(struct scene *scene)
{
	scene->responder_spi = 7;
	for (uint32_t i = 0; i < IKE_SA_EXCHANGES; i++)
		ask(scene, 10 + i);
	answer(scene, 15);
	answer(scene, 13);
	ask(scene, 30);
	g_assert_null(informational(scene, 13));
	ask(scene, 31);
	g_assert_null(informational(scene, 15));
	ask(scene, 32);
	g_assert_null(informational(scene, 10));
}

static const struct conversation_test tests[] = {
        CONVERSATION(requests_of_one_number_differ_by_side_and_kind),
        CONVERSATION(an_answer_names_its_request_and_how_long_it_took),
        CONVERSATION(an_answer_to_a_frame_without_a_number_says_how_long_it_took),
        CONVERSATION(a_copy_names_the_first_and_counts),
        CONVERSATION(copies_are_counted_as_far_as_numbers_go),
        CONVERSATION(the_last_copy_says_when_and_where_to),
        CONVERSATION(an_answer_again_names_the_first),
        CONVERSATION(nothing_is_a_copy_of_what_was_not_there),
        CONVERSATION(another_request_of_the_same_number_waits_for_an_answer_of_its_own),
        CONVERSATION(a_request_without_a_frame_number_starts_over_as_well),
        CONVERSATION(an_answer_that_came_before_its_request_stays),
        CONVERSATION(of_a_request_in_fragments_the_copies_of_the_first_are_counted),
        CONVERSATION(of_a_request_in_fragments_the_first_is_what_is_asked_again),
        CONVERSATION(an_answer_in_fragments_is_taken_together),
        CONVERSATION(a_whole_request_after_fragments_starts_over),
        CONVERSATION(a_whole_answer_after_fragments_starts_over),
        CONVERSATION(a_message_is_whole_with_its_last_fragment),
        CONVERSATION(thirty_two_fragments_are_told_apart),
        CONVERSATION(a_length_that_the_suite_cannot_have_is_not_known),
        CONVERSATION(lengths_of_ikev1_are_not_looked_at),
        CONVERSATION(an_answer_asked_for_again_once_has_arrived),
        CONVERSATION(something_new_of_the_other_side_does_not_show_that_it_arrived),
        CONVERSATION(an_answer_of_who_asked_shows_that_it_arrived),
        CONVERSATION(a_new_request_of_who_asked_shows_that_it_arrived),
        CONVERSATION(evidence_stays_where_nothing_was_waited_for),
        CONVERSATION(a_later_request_asked_again_is_no_failure_of_phase_1),
        CONVERSATION(a_request_is_unanswered_when_sent_twice),
        CONVERSATION(the_oldest_that_was_answered_gives_way),
        CONVERSATION(where_none_was_answered_the_oldest_gives_way),
        CONVERSATION(one_that_was_answered_gives_way_before_older_ones),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "ike-exchange", tests, G_N_ELEMENTS(tests));
}
