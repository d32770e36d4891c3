/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which IKE SA a message belongs to, who began it, what gives way to a new one, and what is counted. */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define FIRST_AUTH 1

static struct ike_sa *sa_at(const struct scene *scene, unsigned number)
{
	g_assert_cmpuint(number, <, scene_tunnel(scene)->ike_sa_count);
	return scene_tunnel(scene)->ike_sas[number];
}

static unsigned count_sas(const struct scene *scene)
{
	return scene_tunnel(scene)->ike_sa_count;
}

/* ---- to which SA ---- */

static void a_message_belongs_to_the_sa_of_both_its_spis(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpuint(count_sas(scene), ==, 1);
	scene->responder_spi++;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, LIVENESS);
	g_assert_cmpuint(count_sas(scene), ==, 2);
	g_assert_cmpuint(sa_at(scene, 1)->responder_spi, ==, scene->responder_spi);
	scene->responder_spi++;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 4, LIVENESS);
	g_assert_cmpuint(count_sas(scene), ==, 3);
	scene->initiator_spi++;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 5, LIVENESS);
	g_assert_cmpuint(count_sas(scene), ==, 4);
}

static void a_message_of_the_other_version_belongs_to_another_sa(struct scene *scene)
{
	scene_init_request(scene);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_cmpuint(count_sas(scene), ==, 2);
	g_assert_cmpuint(sa_at(scene, 0)->version, ==, 2);
	g_assert_cmpuint(sa_at(scene, 1)->version, ==, 1);
}

static void an_sa_says_where_it_was_seen_first(struct scene *scene)
{
	scene->frame = 40;
	scene_up(scene);
	g_assert_cmpuint(sa_at(scene, 0)->first_frame, ==, 41);
	g_assert_cmpuint(sa_at(scene, 0)->last_frame, ==, 44);
	g_assert_cmpint(sa_at(scene, 0)->last_time, ==, scene->time);
	g_assert_cmpint(sa_at(scene, 0)->first_time, <, scene->time);
	g_assert_false(sa_at(scene, 0)->starts_midstream);
}

static void frames_out_of_order_do_not_turn_time_back(struct scene *scene)
{
	scene_up(scene);
	int64_t last = scene->time;
	scene_next_at(scene, last - NANOSECONDS);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpint(sa_at(scene, 0)->last_time, ==, last);
}

static void an_sa_seen_midstream_says_so(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 5, LIVENESS);
	g_assert_true(sa_at(scene, 0)->starts_midstream);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_UP);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_STARTS_MIDSTREAM), ==, 1);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 8;
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpint(sa_at(scene, 1)->stage, ==, IKE_STAGE_AUTH_SENT);
}

static void an_error_in_the_clear_alone_is_no_sa_seen_midstream(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 7, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	g_assert_false(sa_at(scene, 0)->starts_midstream);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_REFUSED);
	g_assert_cmpuint(sa_at(scene, 0)->initiator, ==, 0);
}

/* ---- who began it ---- */

static void ikev2_says_who_began(struct scene *scene)
{
	for (uint8_t initiator = 0; initiator < 2; initiator++) {
		for (uint8_t side = 0; side < 2; side++) {
			scene_new_attempt(scene, initiator);
			scene->responder_spi = 7;
			scene_request(scene, side, IKE2_INFORMATIONAL, 5, LIVENESS);
			g_assert_cmpuint(sa_at(scene, 2u * initiator + side)->initiator, ==, initiator);
		}
	}
}

static void ikev1_says_it_in_the_first_message_alone(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene_new_attempt(scene, 1);
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_cmpuint(sa_at(scene, 0)->initiator, ==, 1);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 7;
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_KE, 0);
	g_assert_cmpuint(sa_at(scene, 1)->initiator, ==, 0);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 8;
	scene_ikev1(scene, 1, IKE1_QUICK_MODE, 9, true, 0, 0);
	g_assert_cmpuint(sa_at(scene, 2)->initiator, ==, 0);
}

static void who_begins_the_first_sa_is_taken_as_the_asa(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 0);
	scene_new_attempt(scene, 1);
	scene_init_request(scene);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	g_assert_cmpuint(scene_tunnel(scene)->asa_side, ==, 1);
}

static void a_declared_asa_stays_one_whoever_begins(struct scene *scene)
{
	const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct ip_address local = ip_address_from_ipv4(here), remote = ip_address_from_ipv4(there);
	const struct tunnel *tunnel = tunnels_declare(scene->tunnels, &local, &remote);
	uint8_t asa = tunnel->asa_side;

	for (uint8_t side = 2; side-- > 0;) {
		scene_new_attempt(scene, side);
		scene_init_request(scene);
		g_assert_cmpuint(tunnel->asa_side, ==, asa);
	}
}

/* ---- a new attempt as a witness to the last ---- */

static unsigned witnesses(const struct scene *scene, unsigned number)
{
	return evidence_list_find(&sa_at(scene, number)->evidence, EVIDENCE_NEW_ATTEMPT) != NULL;
}

static void try_again(struct scene *scene)
{
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
}

static void an_attempt_after_success_is_no_witness(struct scene *scene)
{
	scene_up(scene);
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 1), ==, 0);
}

static void an_attempt_after_a_refused_further_child_is_no_witness(struct scene *scene)
{
	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, REFUSED);
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
}

static void an_attempt_after_an_sa_without_children_is_no_witness(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
}

static void an_attempt_after_an_sa_that_was_given_up_is_no_witness(struct scene *scene)
{
	authenticate(scene, CHILD_REFUSED);
	sa_at(scene, 0)->stage = IKE_STAGE_DELETED;
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
}

static void each_kind_of_failure_has_a_new_attempt_as_witness(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_new_attempt(scene, 0);
	authenticate(scene, CHILD_REFUSED);
	g_assert_cmpuint(witnesses(scene, 0), ==, 1);
	scene_new_attempt(scene, 0);
	authenticate(scene, CHILD_UP);
	g_assert_cmpuint(witnesses(scene, 1), ==, 1);
	sa_at(scene, 2)->authentication.refused_by_initiator = true;
	try_again(scene);
	g_assert_cmpuint(witnesses(scene, 2), ==, 1);
}

/* Frames out of order: the answer comes first, and tells of no attempt that begins. */
static void an_answer_is_no_new_attempt(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_new_attempt(scene, 0);
	scene_init_response(scene);
	g_assert_cmpuint(count_sas(scene), ==, 2);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
}

static void an_informational_is_no_new_attempt(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_new_attempt(scene, 0);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 7, false, 0, IKE_NOTIFY_INITIAL_CONTACT);
	g_assert_cmpuint(count_sas(scene), ==, 2);
	g_assert_cmpuint(witnesses(scene, 0), ==, 0);
}

/* ---- what gives way ---- */

#define EARLIER 3
#define LATER 5

/* As many SAs as there is room for, all of them up. */
static void fill(struct scene *scene)
{
	for (unsigned i = 0; i < TUNNEL_IKE_SAS; i++) {
		scene_up(scene);
		scene_new_attempt(scene, 0);
	}
}

/* The number of the SA that gives way to another; those that stay keep their order. */
static unsigned given_way(struct scene *scene)
{
	uint64_t spis[TUNNEL_IKE_SAS];
	unsigned gone = 0;

	for (unsigned i = 0; i < TUNNEL_IKE_SAS; i++)
		spis[i] = sa_at(scene, i)->initiator_spi;
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	g_assert_cmpuint(count_sas(scene), ==, TUNNEL_IKE_SAS);
	while (gone + 1 < TUNNEL_IKE_SAS && sa_at(scene, gone)->initiator_spi == spis[gone])
		gone++;
	for (unsigned i = gone; i + 1 < TUNNEL_IKE_SAS; i++)
		g_assert_cmphex(sa_at(scene, i)->initiator_spi, ==, spis[i + 1]);
	g_assert_cmphex(sa_at(scene, TUNNEL_IKE_SAS - 1)->initiator_spi, ==, scene->initiator_spi);
	return gone;
}

static void where_all_are_up_the_oldest_gives_way(struct scene *scene)
{
	fill(scene);
	g_assert_cmpuint(given_way(scene), ==, 0);
}

static void one_that_is_not_up_gives_way_wherever_it_is(struct scene *scene)
{
	static const unsigned numbers[] = {1, 2, TUNNEL_IKE_SAS - 1};

	fill(scene);
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		sa_at(scene, numbers[i])->stage = IKE_STAGE_AUTH_REFUSED;
		g_assert_cmpuint(given_way(scene), ==, numbers[i]);
		sa_at(scene, TUNNEL_IKE_SAS - 1)->stage = IKE_STAGE_UP;
		sa_at(scene, TUNNEL_IKE_SAS - 1)->up_time = 1;
	}
}

/* The less it takes to get an SA there, the sooner it goes; where it takes as much, the older goes. */
static void the_one_with_the_lowest_priority_gives_way(struct scene *scene)
{
	static const struct {
		enum ike_stage earlier, later;
		unsigned gone;
	} cases[] = {
	        {IKE_STAGE_INIT_DONE, IKE_STAGE_INIT_SENT, LATER},
	        {IKE_STAGE_INIT_REFUSED, IKE_STAGE_INIT_DONE, LATER},
	        {IKE_STAGE_DELETED, IKE_STAGE_INIT_DONE, LATER},
	        {IKE_STAGE_INIT_REFUSED, IKE_STAGE_DELETED, EARLIER},
	        {IKE_STAGE_DELETED, IKE_STAGE_INIT_REFUSED, EARLIER},
	        {IKE_STAGE_AUTH_SENT, IKE_STAGE_INIT_REFUSED, LATER},
	        {IKE_STAGE_AUTH_REFUSED, IKE_STAGE_DELETED, LATER},
	        {IKE_STAGE_AUTH_SENT, IKE_STAGE_AUTH_REFUSED, EARLIER},
	        {IKE_STAGE_AUTH_REFUSED, IKE_STAGE_AUTH_SENT, EARLIER},
	        {IKE_STAGE_UP, IKE_STAGE_AUTH_REFUSED, LATER},
	        {IKE_STAGE_UP, IKE_STAGE_AUTH_SENT, LATER},
	};

	fill(scene);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		sa_at(scene, EARLIER)->stage = cases[i].earlier;
		sa_at(scene, LATER)->stage = cases[i].later;
		g_assert_cmpuint(given_way(scene), ==, cases[i].gone);
		for (unsigned j = 0; j < TUNNEL_IKE_SAS; j++) {
			sa_at(scene, j)->stage = IKE_STAGE_UP;
			sa_at(scene, j)->up_time = 1;
		}
	}
}

/* One packet of anybody makes such an SA. */
static void one_seen_midstream_and_never_answered_has_no_priority(struct scene *scene)
{
	fill(scene);
	sa_at(scene, EARLIER)->stage = IKE_STAGE_INIT_DONE;
	sa_at(scene, LATER)->up_time = 0;
	sa_at(scene, LATER)->answered = false;
	g_assert_cmpuint(given_way(scene), ==, LATER);
}

static void one_that_takes_as_little_to_make_and_is_older_goes_first(struct scene *scene)
{
	fill(scene);
	sa_at(scene, EARLIER)->up_time = 0;
	sa_at(scene, EARLIER)->answered = false;
	sa_at(scene, LATER)->stage = IKE_STAGE_INIT_SENT;
	g_assert_cmpuint(given_way(scene), ==, EARLIER);
}

static void one_seen_midstream_that_was_answered_has_the_priority_of_what_is_up(struct scene *scene)
{
	fill(scene);
	sa_at(scene, EARLIER)->stage = IKE_STAGE_AUTH_SENT;
	sa_at(scene, LATER)->up_time = 0;
	sa_at(scene, LATER)->answered = true;
	g_assert_cmpuint(given_way(scene), ==, EARLIER);
}

static void one_that_came_up_has_its_priority_though_nothing_was_heard(struct scene *scene)
{
	fill(scene);
	sa_at(scene, EARLIER)->stage = IKE_STAGE_AUTH_SENT;
	sa_at(scene, LATER)->answered = false;
	g_assert_cmpuint(given_way(scene), ==, EARLIER);
}

static void a_stage_that_is_not_up_has_its_priority_though_nothing_was_heard(struct scene *scene)
{
	fill(scene);
	sa_at(scene, EARLIER)->stage = IKE_STAGE_INIT_DONE;
	sa_at(scene, LATER)->stage = IKE_STAGE_AUTH_SENT;
	sa_at(scene, LATER)->up_time = 0;
	sa_at(scene, LATER)->answered = false;
	g_assert_cmpuint(given_way(scene), ==, EARLIER);
}

/* ---- a refusal in the other version ---- */

static void refuse_in_ikev1(struct scene *scene, uint8_t side)
{
	scene_ikev1(scene, side, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INVALID_MAJOR_VERSION);
}

static void the_initiators_own_error_refuses_no_version(struct scene *scene)
{
	scene_init_request(scene);
	refuse_in_ikev1(scene, 0);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_SENT);
	g_assert_cmpuint(count_sas(scene), ==, 2);
}

static void an_error_on_another_spi_refuses_no_version(struct scene *scene)
{
	scene_init_request(scene);
	scene->initiator_spi++;
	refuse_in_ikev1(scene, 1);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_SENT);
}

static void what_is_no_error_or_encrypted_refuses_no_version(struct scene *scene)
{
	scene_init_request(scene);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INITIAL_CONTACT);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_SENT);
	scene->responder_spi = 0;
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 78, true, 0, IKE_NOTIFY_INVALID_MAJOR_VERSION);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_SENT);
}

static void a_version_is_not_refused_after_the_answer(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	refuse_in_ikev1(scene, 1);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_DONE);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	refuse_in_ikev1(scene, 1);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_AUTH_SENT);
	g_assert_cmpuint(count_sas(scene), ==, 1);
}

/* ---- what every message leaves ---- */

static void a_message_says_its_phase_and_the_state_after_it(struct scene *scene)
{
	scene_init_request(scene);
	g_assert_cmpint(scene->last.phase, ==, PHASE_1);
	g_assert_cmpstr(scene->last.state, ==, "NEGO");
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, FIRST_AUTH, AUTH_REQUEST);
	g_assert_cmpint(scene->last.phase, ==, PHASE_1);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	g_assert_cmpstr(scene->last.state, ==, "READY");
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST);
	g_assert_cmpint(scene->last.phase, ==, PHASE_2);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, LIVENESS);
	g_assert_cmpint(scene->last.phase, ==, PHASE_1);
	scene_new_attempt(scene, 0);
	scene_main_mode(scene, 1, 6);
	g_assert_cmpint(scene->last.phase, ==, PHASE_1);
	scene_ikev1(scene, 0, IKE1_QUICK_MODE, 9, true, 0, 0);
	g_assert_cmpint(scene->last.phase, ==, PHASE_2);
}

static void messages_and_their_bytes_are_counted_by_side(struct scene *scene)
{
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	scene_init_response(scene);
	const struct tunnel *tunnel = scene_tunnel(scene);
	g_assert_cmpuint(tunnel->ike_messages_from[0], ==, 2);
	g_assert_cmpuint(tunnel->ike_messages_from[1], ==, 1);
	g_assert_cmpuint(tunnel->ike_bytes_from[0], ==, 800);
	g_assert_cmpuint(tunnel->ike_bytes_from[1], ==, 400);
	g_assert_cmpuint(tunnel->ike_retransmissions, ==, 1);
}

static void an_sa_has_the_ports_that_were_seen_last(struct scene *scene)
{
	static const uint8_t addresses[2][4] = {{10, 1, 0, 1}, {10, 2, 0, 1}};
	struct ike_message message = {.major_version = 2, .exchange_type = IKE2_SA_INIT, .length = 400};

	message.initiator_spi = 5;
	for (uint8_t side = 0; side < 2; side++) {
		struct datagram datagram = {.kind = DATAGRAM_IKE,
		                            .source = ip_address_from_ipv4(addresses[side]),
		                            .destination = ip_address_from_ipv4(addresses[!side]),
		                            .payload = &side,
		                            .captured = 1,
		                            .length = 1,
		                            .source_port = (uint16_t)(1000 + side),
		                            .destination_port = (uint16_t)(2000 + side)};
		message.from_initiator = side == 0;
		tunnels_add(scene->tunnels, 1, scene->time, &datagram, &message, NULL);
		g_assert_cmpuint(sa_at(scene, 0)->ports[side], ==, 1000 + side);
		g_assert_cmpuint(sa_at(scene, 0)->ports[!side], ==, 2000 + side);
	}
}

static void vendors_are_those_of_the_sender(struct scene *scene)
{
	static const char delete_reason[] = "CISCO-DELETE-REASON";
	struct ike_message message = {.major_version = 2, .exchange_type = IKE2_SA_INIT, .length = 400};

	message.vendors[message.vendor_count++] =
	        (struct ike_vendor){.bytes = (const uint8_t *)delete_reason, .length = sizeof delete_reason - 1};
	scene_play(scene, 0, &message);
	g_assert_cmpuint(scene->last.vendors, !=, 0);
	g_assert_cmpuint(sa_at(scene, 0)->vendors[0], ==, scene->last.vendors);
	g_assert_cmpuint(sa_at(scene, 0)->vendors[1], ==, 0);
	scene_init_response(scene);
	g_assert_cmpuint(scene->last.vendors, ==, 0);
	g_assert_cmpuint(sa_at(scene, 0)->vendors[1], ==, 0);
}

static void what_anybody_can_have_sent_is_no_sign_of_its_sender(struct scene *scene)
{
	scene_up(scene);
	int64_t heard = scene->time;
	scene_wait(scene, 5);
	scene_cleartext(scene, 1, IKE2_INFORMATIONAL, 9, false, IKE_NOTIFY_INVALID_SYNTAX);
	g_assert_cmpint(sa_at(scene, 0)->last_from[1], ==, heard);
	g_assert_cmpint(sa_at(scene, 0)->last_time, ==, heard);
}

/* ---- messages that come in IP fragments ---- */

/* The first message of an attempt without what the first fragment did not hold; then its rest. */
static void begin_cut(struct scene *scene, uint8_t version)
{
	struct ike_message message = {
	        .major_version = version, .exchange_type = version == 2 ? IKE2_SA_INIT : IKE1_MAIN_MODE, .length = 400};

	scene_play(scene, 0, &message);
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, ==, "");
	scene->completes = true;
}

static void the_rest_of_a_first_message_says_what_was_offered(struct scene *scene)
{
	begin_cut(scene, 2);
	scene_init_request(scene);
	g_assert_cmpuint(scene->last.tunnel, ==, 0);
	g_assert_cmpint(scene->last.phase, ==, PHASE_1);
	g_assert_cmpstr(scene->last.state, ==, "NEGO");
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, !=, "");
	g_assert_cmpstr(sa_at(scene, 0)->init.chosen, ==, "");
	/* It is no message of its own. */
	g_assert_cmpuint(sa_at(scene, 0)->exchanges[0].copies, ==, 1);
	g_assert_cmpuint(scene_tunnel(scene)->ike_messages_from[0], ==, 1);
}

static void the_rest_of_an_ikev1_message_says_so_as_well(struct scene *scene)
{
	scene->authentication_method = 1;
	begin_cut(scene, 1);
	scene_ikev1(scene, 0, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, !=, "");
	scene_ikev1(scene, 1, IKE1_MAIN_MODE, 0, false, IKE1_PAYLOAD_SA, 0);
	g_assert_true(sa_at(scene, 0)->init.suite_known);
}

static void the_rest_of_an_answer_says_what_was_chosen(struct scene *scene)
{
	struct ike_message message = {
	        .major_version = 2, .exchange_type = IKE2_SA_INIT, .is_response = true, .length = 400};

	scene_init_request(scene);
	message.responder_spi = scene->responder_spi = scene->initiator_spi + 7;
	scene_play(scene, 1, &message);
	g_assert_false(sa_at(scene, 0)->init.suite_known);
	scene->completes = true;
	scene_init_response(scene);
	g_assert_true(sa_at(scene, 0)->init.suite_known);
	char offered[sizeof sa_at(scene, 0)->init.offered];
	strcpy(offered, sa_at(scene, 0)->init.offered);
	sa_at(scene, 0)->init.suite.encryption = 99;
	scene_init_response(scene);
	g_assert_cmpuint(sa_at(scene, 0)->init.suite.encryption, ==, 99);
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, ==, offered);
}

static void the_whole_of_an_answer_that_was_not_taken_yet_is_taken(struct scene *scene)
{
	scene_init_request(scene);
	scene->completes = true;
	scene_init_response(scene);
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_INIT_DONE);
	unsigned messages = scene_tunnel(scene)->ike_messages_from[1];
	scene_init_response(scene);
	g_assert_cmpuint(scene_tunnel(scene)->ike_messages_from[1], ==, messages);
}

static void the_whole_of_a_message_whose_first_fragment_was_not_seen_is_taken(struct scene *scene)
{
	scene->completes = true;
	scene_init_request(scene);
	g_assert_cmpuint(count_sas(scene), ==, 1);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	g_assert_cmpuint(count_sas(scene), ==, 2);
}

/* It was encrypted, so its beginning has said all. */
static void the_rest_of_an_encrypted_message_says_nothing(struct scene *scene)
{
	struct ike_message message;

	scene_up(scene);
	scene->completes = true;
	message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, false, 800);
	message.payload_types[message.payload_count++] = IKE2_PAYLOAD_SA;
	message.proposal_count = 1;
	message.transforms[message.transform_count++] = (struct ike_transform){IKE_TRANSFORM_ENCRYPTION, 0, 128, 3};
	sa_at(scene, 0)->init.offered[0] = '\0';
	scene_play(scene, 0, &message);
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, ==, "");
	g_assert_cmpint(sa_at(scene, 0)->stage, ==, IKE_STAGE_UP);
}

static void the_rest_of_a_message_has_vendors_too(struct scene *scene)
{
	static const char delete_reason[] = "CISCO-DELETE-REASON";
	struct ike_message message = {.major_version = 2, .exchange_type = IKE2_SA_INIT, .length = 400};

	begin_cut(scene, 2);
	message.vendors[message.vendor_count++] =
	        (struct ike_vendor){.bytes = (const uint8_t *)delete_reason, .length = sizeof delete_reason - 1};
	scene_play(scene, 0, &message);
	g_assert_cmpuint(sa_at(scene, 0)->vendors[0], !=, 0);
	g_assert_cmpstr(sa_at(scene, 0)->init.offered, ==, "");
}

/* ---- from bytes ---- */

static void bytes_that_are_no_ike_message_are_passed_over(struct scene *scene)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const uint8_t bytes[IKE_HEADER_SIZE] = {0, 0, 0, 0, 0, 0, 0, 5, [17] = 0x20, IKE2_SA_INIT, 0x08, [27] = 28};
	struct datagram datagram = {.kind = DATAGRAM_IKE,
	                            .source = ip_address_from_ipv4(here),
	                            .destination = ip_address_from_ipv4(there),
	                            .payload = bytes,
	                            .captured = sizeof bytes - 1,
	                            .length = sizeof bytes - 1};

	tunnels_add(scene->tunnels, 1, scene->time, &datagram, NULL, &scene->last);
	g_assert_null(scene_tunnel(scene));
	datagram.captured = datagram.length = sizeof bytes;
	tunnels_add(scene->tunnels, 2, scene->time, &datagram, NULL, &scene->last);
	g_assert_cmpuint(count_sas(scene), ==, 1);
	g_assert_cmphex(sa_at(scene, 0)->initiator_spi, ==, 5);
	g_assert_cmpuint(sa_at(scene, 0)->initiator, ==, 0);
}

/* ---- what happens to an SA, whichever version carries it ---- */

static void a_refusal_answers_what_was_open_and_nothing_else(struct scene *scene)
{
	scene_main_mode(scene, 1, 2);
	uint32_t answered = scene->frame;
	scene_main_mode(scene, 3, 3);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_INVALID_SYNTAX);
	const struct ike_sa *sa = sa_at(scene, 0);
	g_assert_cmpint(sa->stage, ==, IKE_STAGE_INIT_REFUSED);
	g_assert_cmpuint(sa->exchange_count, ==, 2);
	g_assert_cmpuint(sa->exchanges[0].response_frame, ==, answered);
	g_assert_cmpuint(sa->exchanges[1].response_frame, ==, scene->frame);
	g_assert_cmpint(sa->exchanges[1].response_time, ==, scene->time);
	g_assert_true(sa->failure.certain);
	g_assert_cmpuint(sa->failure.error, ==, IKE_NOTIFY_INVALID_SYNTAX);
	g_assert_cmpint(sa->failure.time, ==, scene->time);
}

static void a_refusal_answers_the_first_message_too(struct scene *scene)
{
	scene_main_mode(scene, 1, 1);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 77, false, 0, IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
	g_assert_cmpuint(sa_at(scene, 0)->exchanges[0].response_frame, ==, scene->frame);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_INIT_ERROR), ==, 1);
}

static void one_byte_is_too_little_to_name_a_group(struct scene *scene)
{
	struct ike_message message = {
	        .major_version = 2, .exchange_type = IKE2_SA_INIT, .is_response = true, .length = 36};

	message.notifies[message.notify_count++] =
	        (struct ike_notify){.type = IKE_NOTIFY_INVALID_KE_PAYLOAD, .data = 19, .data_length = 1};
	scene_init_request(scene);
	scene_play(scene, 1, &message);
	g_assert_cmpuint(sa_at(scene, 0)->init.group_wanted, ==, 0);
}

static void an_sa_comes_up_once(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	int64_t up = scene->time;
	g_assert_cmpint(sa_at(scene, 0)->up_time, ==, up);
	scene_main_mode(scene, 6, 6);
	g_assert_cmpint(sa_at(scene, 0)->up_time, ==, up);
	g_assert_false(scene->last.phase_1_completed);
}

static void what_comes_up_has_not_failed(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_cmpint(sa_at(scene, 0)->failure.time, !=, 0);
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	g_assert_cmpint(sa_at(scene, 0)->failure.time, ==, 0);
}

/* ---- children of an SA ---- */

static void child(struct scene *scene, uint32_t message_id)
{
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, message_id, CHILD_REQUEST);
}

static void perhaps_delete(struct scene *scene, uint32_t message_id)
{
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id, 12);
}

static void a_child_and_a_delete_are_one_rekey(struct scene *scene)
{
	scene_up(scene);
	scene_wait(scene, 10);
	perhaps_delete(scene, 2);
	g_assert_cmpuint(sa_at(scene, 0)->children.rekeys, ==, 0);
	scene_wait(scene, 10);
	child(scene, 3);
	g_assert_cmpuint(sa_at(scene, 0)->children.rekeys, ==, 0);
	for (uint32_t i = 0; i < 2; i++) {
		perhaps_delete(scene, 4 + i);
		g_assert_cmpuint(sa_at(scene, 0)->children.rekeys, ==, 1);
		g_assert_cmpuint(sa_at(scene, 0)->children.replacements, ==, 1);
	}
	child(scene, 6);
	perhaps_delete(scene, 7);
	g_assert_cmpuint(sa_at(scene, 0)->children.rekeys, ==, 2);
	g_assert_cmpuint(sa_at(scene, 0)->children.replacements, ==, 2);
	g_assert_cmpuint(sa_at(scene, 0)->children.up, ==, 3);
}

static void a_delete_that_never_came_belongs_to_no_child(struct scene *scene)
{
	scene->time = 0; /* so that "never" is not long ago */
	scene_up(scene);
	child(scene, 2);
	g_assert_cmpuint(sa_at(scene, 0)->children.replacements, ==, 0);
}

static void children_are_counted_as_far_as_numbers_go(struct scene *scene)
{
	scene_up(scene);
	struct ike_children *children = &sa_at(scene, 0)->children;
	children->up = children->rekeys = children->replacements = UINT16_MAX;
	child(scene, 2);
	perhaps_delete(scene, 3);
	g_assert_cmpuint(children->up, ==, UINT16_MAX);
	g_assert_cmpuint(children->rekeys, ==, UINT16_MAX);
	g_assert_cmpuint(children->replacements, ==, UINT16_MAX);
	children->refusals = children->refusals_pfs = UINT16_MAX;
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 4, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 4, REFUSED);
	g_assert_cmpuint(children->refusals, ==, UINT16_MAX);
	g_assert_cmpuint(children->refusals_pfs, ==, UINT16_MAX);
}

static void a_child_forgets_refusals_and_their_error(struct scene *scene)
{
	static const uint16_t nothing[] = {0};

	scene_up(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 2, true, nothing, IKE_NOTIFY_TS_UNACCEPTABLE);
	const struct ike_children *children = &sa_at(scene, 0)->children;
	g_assert_cmpuint(children->refused_frame, ==, scene->frame);
	g_assert_cmpuint(children->refusals, ==, 1);
	g_assert_cmpuint(children->error, ==, IKE_NOTIFY_TS_UNACCEPTABLE);
	child(scene, 3);
	g_assert_cmpuint(children->refusals, ==, 0);
	g_assert_cmpuint(children->refusals_pfs, ==, 0);
	g_assert_cmpuint(children->error, ==, 0);
	g_assert_cmpint(children->last_time, ==, scene->time);
	g_assert_cmpint(children->first_time, <, scene->time);
}

/* ---- who they say they are ---- */

static struct ike_identity identity(const char *name, bool of_initiator)
{
	return (struct ike_identity){.of_initiator = of_initiator,
	                             .type = 2,
	                             .length = (uint16_t)strlen(name),
	                             .bytes = (const uint8_t *)name};
}

/* The initiator may name the responder whom he wants. */
static void ikev2_identities_are_those_of_their_sender(struct scene *scene)
{
	for (uint8_t side = 0; side < 2; side++) {
		struct ike_message message = scene_message(scene, IKE2_AUTH, FIRST_AUTH, side == 1, 200);
		message.decrypted = true;
		message.identities[message.identity_count++] = identity("left", true);
		message.identities[message.identity_count++] = identity("right", false);
		message.authentication_method = (uint8_t)(2 + side);
		if (side == 0) {
			scene_init_request(scene);
			scene_init_response(scene);
		}
		message.responder_spi = scene->responder_spi;
		scene_play(scene, side, &message);
	}
	const struct ike_authentication *authentication = &sa_at(scene, 0)->authentication;
	g_assert_cmpstr(authentication->identity[0], ==, "left");
	g_assert_cmpstr(authentication->identity[1], ==, "right");
	g_assert_cmpuint(authentication->method[0], ==, 2);
	g_assert_cmpuint(authentication->method[1], ==, 3);
}

static void an_ikev1_identity_is_that_of_its_sender(struct scene *scene)
{
	scene_main_mode(scene, 1, 4);
	for (uint8_t side = 0; side < 2; side++) {
		struct ike_message message = {
		        .major_version = 1, .exchange_type = IKE1_MAIN_MODE, .encrypted = true, .length = 108};
		message.responder_spi = scene->responder_spi;
		message.decrypted = true;
		message.identities[message.identity_count++] = identity(side == 0 ? "left" : "right", false);
		scene_play(scene, side, &message);
	}
	g_assert_cmpstr(sa_at(scene, 0)->authentication.identity[0], ==, "left");
	g_assert_cmpstr(sa_at(scene, 0)->authentication.identity[1], ==, "right");
	g_assert_cmpuint(sa_at(scene, 0)->authentication.method[0], ==, 0);
	sa_at(scene, 0)->authentication.method[0] = 9;
	scene_main_mode(scene, 5, 5);
	g_assert_cmpuint(sa_at(scene, 0)->authentication.method[0], ==, 9);
}

/* ---- the state after all that ---- */

static void assert_state(const struct scene *scene, const char *state)
{
	char text[20];

	g_assert_cmpstr(tunnel_ike_state(scene_tunnel(scene), text, sizeof text), ==, state);
}

static void an_ikev2_sa_is_ready_or_nothing_or_between(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	assert_state(scene, "NONE");
	scene_init_request(scene);
	assert_state(scene, "NEGO");
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	assert_state(scene, "NONE");
	authenticate(scene, REFUSED);
	assert_state(scene, "NONE");
	scene_response(scene, 1, IKE2_AUTH, FIRST_AUTH, CHILD_UP);
	assert_state(scene, "READY");
	sa_at(scene, 0)->stage = IKE_STAGE_DELETED;
	assert_state(scene, "NONE");
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_message_belongs_to_the_sa_of_both_its_spis),
        CONVERSATION(a_message_of_the_other_version_belongs_to_another_sa),
        CONVERSATION(an_sa_says_where_it_was_seen_first),
        CONVERSATION(frames_out_of_order_do_not_turn_time_back),
        CONVERSATION(an_sa_seen_midstream_says_so),
        CONVERSATION(an_error_in_the_clear_alone_is_no_sa_seen_midstream),
        CONVERSATION(ikev2_says_who_began),
        CONVERSATION(ikev1_says_it_in_the_first_message_alone),
        CONVERSATION(who_begins_the_first_sa_is_taken_as_the_asa),
        CONVERSATION(a_declared_asa_stays_one_whoever_begins),
        CONVERSATION(an_attempt_after_success_is_no_witness),
        CONVERSATION(an_attempt_after_a_refused_further_child_is_no_witness),
        CONVERSATION(an_attempt_after_an_sa_without_children_is_no_witness),
        CONVERSATION(an_attempt_after_an_sa_that_was_given_up_is_no_witness),
        CONVERSATION(each_kind_of_failure_has_a_new_attempt_as_witness),
        CONVERSATION(an_answer_is_no_new_attempt),
        CONVERSATION(an_informational_is_no_new_attempt),
        CONVERSATION(where_all_are_up_the_oldest_gives_way),
        CONVERSATION(one_that_is_not_up_gives_way_wherever_it_is),
        CONVERSATION(the_one_with_the_lowest_priority_gives_way),
        CONVERSATION(one_seen_midstream_and_never_answered_has_no_priority),
        CONVERSATION(one_that_takes_as_little_to_make_and_is_older_goes_first),
        CONVERSATION(one_seen_midstream_that_was_answered_has_the_priority_of_what_is_up),
        CONVERSATION(one_that_came_up_has_its_priority_though_nothing_was_heard),
        CONVERSATION(a_stage_that_is_not_up_has_its_priority_though_nothing_was_heard),
        CONVERSATION(the_initiators_own_error_refuses_no_version),
        CONVERSATION(an_error_on_another_spi_refuses_no_version),
        CONVERSATION(what_is_no_error_or_encrypted_refuses_no_version),
        CONVERSATION(a_version_is_not_refused_after_the_answer),
        CONVERSATION(a_message_says_its_phase_and_the_state_after_it),
        CONVERSATION(messages_and_their_bytes_are_counted_by_side),
        CONVERSATION(an_sa_has_the_ports_that_were_seen_last),
        CONVERSATION(vendors_are_those_of_the_sender),
        CONVERSATION(what_anybody_can_have_sent_is_no_sign_of_its_sender),
        CONVERSATION(the_rest_of_a_first_message_says_what_was_offered),
        CONVERSATION(the_rest_of_an_ikev1_message_says_so_as_well),
        CONVERSATION(the_rest_of_an_answer_says_what_was_chosen),
        CONVERSATION(the_whole_of_an_answer_that_was_not_taken_yet_is_taken),
        CONVERSATION(the_whole_of_a_message_whose_first_fragment_was_not_seen_is_taken),
        CONVERSATION(the_rest_of_an_encrypted_message_says_nothing),
        CONVERSATION(the_rest_of_a_message_has_vendors_too),
        CONVERSATION(bytes_that_are_no_ike_message_are_passed_over),
        CONVERSATION(a_refusal_answers_what_was_open_and_nothing_else),
        CONVERSATION(a_refusal_answers_the_first_message_too),
        CONVERSATION(one_byte_is_too_little_to_name_a_group),
        CONVERSATION(an_sa_comes_up_once),
        CONVERSATION(what_comes_up_has_not_failed),
        CONVERSATION(a_child_and_a_delete_are_one_rekey),
        CONVERSATION(a_delete_that_never_came_belongs_to_no_child),
        CONVERSATION(children_are_counted_as_far_as_numbers_go),
        CONVERSATION(a_child_forgets_refusals_and_their_error),
        CONVERSATION(ikev2_identities_are_those_of_their_sender),
        CONVERSATION(an_ikev1_identity_is_that_of_its_sender),
        CONVERSATION(an_ikev2_sa_is_ready_or_nothing_or_between),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "ike-sas", tests, G_N_ELEMENTS(tests));
}
