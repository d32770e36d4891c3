/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, ESP: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define BACK 0x2001

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
		assert_no_fault(scene);
		scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
		too_big(scene, 10, 1300);
		assert_no_fault(scene);
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
	assert_no_fault(scene);
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
	assert_no_fault(scene);
	/* But not while the sender goes on with it beside others. */
	scene_esp(scene, 0, 0x1001, 1, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

static void times_of_zero_give_no_verdict(struct scene *scene)
{
	scene->time = -1000000000;
	scene_esp(scene, 1, 0x2001, 1, 0);
	scene_esp(scene, 0, 0x1001, 100, 0);
	assert_no_fault(scene);
}

static void ready_and_no_esp_for_long_is_no_traffic(struct scene *scene)
{
	scene_on_gateway(scene);
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
	assert_no_fault(scene);
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
	assert_no_fault(scene);
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

/* Clocks of some capturing devices are centuries off; sums must not run over. */
static void the_last_of_times_is_as_good_as_any(struct scene *scene)
{
	const struct child_sa *up[TUNNEL_CHILDREN];

	scene->time = INT64_MAX - INT64_C(9000000000);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.1);
	scene->sequence[0] = scene->sequence[1] = 0;
	scene_esp_both(scene, 0x1002, 0x2002, 5, 0.1);
	g_assert_cmpuint(tunnel_children_up(scene->tunnels, scene_tunnel(scene), up), ==, 1);
	assert_no_fault(scene);
}

/* ---- how many routers' errors, and for how long ---- */

static void one_round_of_packets_too_big_is_no_fault_and_two_are(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_too_big(scene, 0, OUT, 1400);
	assert_no_fault(scene);
	scene_wait(scene, 1);
	scene_too_big(scene, 0, OUT, 1400);
	assert_verdict(scene, CAUSE_MTU, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_TOO_BIG);
	g_assert_cmpuint(item.a, ==, 1400);
	g_assert_cmpuint(item.frame, ==, scene->frame);
	g_assert_cmpint(item.time, ==, scene->time);
}

static void what_routers_said_is_forgotten_after_five_minutes(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_too_big(scene, 0, OUT, 1400);
	scene_wait(scene, 1);
	scene_too_big(scene, 0, OUT, 1400);
	int64_t said = scene->time;
	scene_esp_at(scene, 1, BACK, said + 300 * NANOSECONDS - 1);
	assert_cause(scene, CAUSE_MTU);
	scene_esp_at(scene, 1, BACK, said + 300 * NANOSECONDS);
	assert_no_fault(scene);
}

/* ---- an SPI that its receiver does not know ---- */

/* Used both ways; then side 1 says that it does not know the SPI. Returns when. */
static int64_t begin_unknown_spi(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_wait(scene, 1);
	scene_invalid_spi(scene, 1, OUT);
	return scene->time;
}

static void an_spi_said_to_be_unknown_has_to_be_used_after_that(struct scene *scene)
{
	int64_t said = begin_unknown_spi(scene);
	uint32_t frame = scene->frame;
	scene_esp_at(scene, 0, OUT, said);
	assert_no_fault(scene);
	scene_esp_at(scene, 0, OUT, said + 1);
	assert_verdict(scene, CAUSE_UNKNOWN_SPI, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_INVALID_SPI);
	g_assert_cmphex(item.a, ==, OUT);
	g_assert_cmpuint(item.frame, ==, frame);
	g_assert_cmpint(item.time, ==, said);
}

static void an_spi_of_the_other_side_may_be_unknown_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_invalid_spi(scene, 0, BACK);
	scene_esp(scene, 1, BACK, 1, 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

static void any_of_four_spis_may_be_unknown(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 4; i++) {
		scene->sequence[0] = scene->sequence[1] = 0;
		scene_esp_both(scene, OUT + i, BACK + i, 5, 0.5);
	}
	for (uint32_t i = 0; i < 4; i++)
		scene_invalid_spi(scene, 1, OUT + i);
	scene_esp(scene, 0, OUT + 3, 1, 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	g_assert_cmphex(evidence_of(scene, EVIDENCE_INVALID_SPI).a, ==, OUT + 3);
}

static void what_comes_back_after_it_was_said_shows_that_the_spi_is_known(struct scene *scene)
{
	int64_t said = begin_unknown_spi(scene);
	scene_esp_at(scene, 0, OUT, said + 1);
	scene_esp_at(scene, 1, BACK, said);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_esp_at(scene, 1, BACK, said + 1);
	assert_no_fault(scene);
}

static void what_comes_back_has_to_come_after_it_was_said_last(struct scene *scene)
{
	int64_t said = begin_unknown_spi(scene);
	scene_esp_at(scene, 0, OUT, said + 1);
	scene_esp_at(scene, 1, BACK, said + 2);
	assert_no_fault(scene);
	scene_invalid_spi(scene, 1, OUT);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

static void a_single_packet_back_can_be_made_up_and_shows_nothing(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 5, 0.5);
	scene_invalid_spi(scene, 1, OUT);
	scene_esp(scene, 0, OUT, 1, 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_esp(scene, 1, BACK, 1, 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_esp(scene, 1, BACK, 1, 1);
	assert_no_fault(scene);
}

/* Side 0 went on with the unknown SPI for a second, then both have others. Returns when it was used last. */
static int64_t begin_leaving(struct scene *scene)
{
	begin_unknown_spi(scene);
	scene_esp(scene, 0, OUT, 1, 1);
	int64_t last = scene->time;
	scene->sequence[0] = scene->sequence[1] = 0;
	scene_esp_both(scene, OUT + 1, BACK + 1, 5, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	return last;
}

static void an_spi_is_left_when_both_directions_go_on_for_half_a_minute_without_it(struct scene *scene)
{
	int64_t last = begin_leaving(scene);
	scene_esp_at(scene, 0, OUT + 1, last + 30 * NANOSECONDS);
	scene_esp_at(scene, 1, BACK + 1, last + 30 * NANOSECONDS - 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_esp_at(scene, 1, BACK + 1, last + 30 * NANOSECONDS);
	assert_no_fault(scene);
}

static void an_spi_is_not_left_as_long_as_the_sender_has_no_other_in_use(struct scene *scene)
{
	int64_t last = begin_leaving(scene);
	scene_esp_at(scene, 1, BACK + 1, last + 30 * NANOSECONDS);
	scene_esp_at(scene, 0, OUT + 1, last + 30 * NANOSECONDS - 1);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
	scene_esp_at(scene, 0, OUT + 1, last + 30 * NANOSECONDS);
	assert_no_fault(scene);
}

/* ---- loss ---- */

/* This many packets of side 1 arrive, and as many more are lost among them, beside as many of side 0. */
static void lose(struct scene *scene, unsigned arrived, unsigned lost)
{
	scene_up(scene);
	for (unsigned i = 0; i < arrived; i++) {
		scene_esp_both(scene, OUT, BACK, 1, 0.1);
		if (i == 1)
			scene->sequence[1] += lost;
	}
}

static void nine_packets_lost_of_many_are_no_verdict(struct scene *scene)
{
	lose(scene, 200, 9);
	assert_no_fault(scene);
}

static void three_packets_lost_of_fifty_are_possibly_loss(struct scene *scene)
{
	lose(scene, 46, 3);
	assert_no_fault(scene);
	scene_esp_both(scene, OUT, BACK, 1, 0.1);
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE);
}

static void two_packets_lost_of_fifty_are_no_verdict(struct scene *scene)
{
	lose(scene, 48, 2);
	assert_no_fault(scene);
}

static void few_packets_lost_are_loss_from_one_in_twenty_on(struct scene *scene)
{
	lose(scene, 57, 3);
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE);
	scene_esp_both(scene, OUT, BACK, 1, 0.1);
	assert_no_fault(scene);
}

static void ten_packets_lost_of_few_are_loss(struct scene *scene)
{
	lose(scene, 100, 10);
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_LIKELY);
	struct evidence item = evidence_of(scene, EVIDENCE_ESP_LOST);
	g_assert_cmpuint(item.a, ==, 10);
	g_assert_cmpuint(item.b, ==, 100);
	g_assert_cmpuint(item.frame, ==, scene->frame);
}

static void one_packet_in_a_hundred_lost_is_loss(struct scene *scene)
{
	lose(scene, 990, 10);
	assert_cause(scene, CAUSE_PACKET_LOSS);
}

static void less_than_one_packet_in_a_hundred_lost_is_none(struct scene *scene)
{
	lose(scene, 991, 10);
	assert_no_fault(scene);
}

static void loss_is_likely_when_as_many_packets_arrived(struct scene *scene)
{
	lose(scene, 9, 100);
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE);
	scene_esp_both(scene, OUT, BACK, 1, 0.1);
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_LIKELY);
}

static void loss_of_either_direction_is_loss(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 100; i++) {
		scene_esp_both(scene, OUT, BACK, 1, 0.1);
		scene->sequence[0] += i % 5 == 0;
	}
	assert_cause(scene, CAUSE_PACKET_LOSS);
}

static void loss_is_that_of_the_window(struct scene *scene)
{
	lose(scene, 100, 10);
	struct esp_direction *esp = &tunnels_at(scene->tunnels, 0)->esp[1];
	esp->loss_lost[1] = 1;
	assert_verdict(scene, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE);
	esp->loss_lost[1] = 8;
	assert_no_fault(scene);
	esp->loss_lost[1] = 0;
	esp->loss_packets[1] = 91;
	assert_no_fault(scene);
	esp->loss_packets[1] = 90;
	assert_cause(scene, CAUSE_PACKET_LOSS);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ESP_LOST).b, ==, 10);
	esp->loss_lost[1] = 11; /* of before that arrived late */
	assert_no_fault(scene);
}

/* ---- no traffic ---- */

/* A liveness check and its answer, which comes at this time. */
static void check_liveness_at(struct scene *scene, uint32_t message_id, int64_t time)
{
	scene_next_at(scene, time - 1);
	scene_request(scene, 0, IKE2_INFORMATIONAL, message_id, LIVENESS);
	scene_next_at(scene, time);
	scene_response(scene, 1, IKE2_INFORMATIONAL, message_id, LIVENESS);
}

static void a_child_without_esp_for_half_a_minute_is_no_traffic(struct scene *scene)
{
	scene_on_gateway(scene);
	scene_up(scene);
	int64_t up = scene->time;
	check_liveness_at(scene, 2, up + 30 * NANOSECONDS - 1);
	assert_undetermined(scene, PHASE_DATA, REASON_NO_ESP);
	check_liveness_at(scene, 3, up + 30 * NANOSECONDS);
	assert_verdict(scene, CAUSE_NO_TRAFFIC, CONFIDENCE_POSSIBLE);
	struct evidence item = evidence_of(scene, EVIDENCE_ESP_NONE);
	g_assert_cmpuint(item.a, ==, 30);
	g_assert_cmpuint(item.frame, ==, scene->frame);
	g_assert_cmpint(item.time, ==, scene->time);
	check_liveness_at(scene, 4, up + 3600 * NANOSECONDS);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ESP_NONE).a, ==, 3600);
}

static void one_packet_of_esp_is_traffic(struct scene *scene, uint8_t side)
{
	scene_up(scene);
	int64_t up = scene->time;
	scene_esp(scene, side, OUT, 1, 1);
	check_liveness_at(scene, 2, up + 60 * NANOSECONDS);
	assert_no_fault(scene);
}

static void one_packet_of_esp_out_is_traffic(struct scene *scene)
{
	one_packet_of_esp_is_traffic(scene, 0);
}

static void one_packet_of_esp_back_is_traffic(struct scene *scene)
{
	one_packet_of_esp_is_traffic(scene, 1);
}

/* It may hold IKE alone: of a filter of port 500 and 4500, or from a mirror port where ESP does not pass. */
static void a_capture_without_esp_may_have_missed_the_traffic(struct scene *scene)
{
	scene_up(scene);
	check_liveness_at(scene, 2, scene->time + 3600 * NANOSECONDS);
	assert_undetermined(scene, PHASE_DATA, REASON_NO_ESP);
	g_assert_cmpint(scene_verdict(scene).phases[PHASE_1].answer, ==, ANSWER_OK);
	g_assert_cmpint(scene_verdict(scene).phases[PHASE_2].answer, ==, ANSWER_OK);
}

/* ESP of another IKE SA's child, before; then a new IKE SA. */
static void a_capture_that_has_held_esp_would_hold_the_traffic(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 1);
	scene_up(scene);
	int64_t up = scene->time;
	check_liveness_at(scene, 2, up + 30 * NANOSECONDS - 1);
	assert_no_fault(scene);
	check_liveness_at(scene, 3, up + 30 * NANOSECONDS);
	assert_verdict(scene, CAUSE_NO_TRAFFIC, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 0, OUT + 1, 1, 1);
	assert_no_fault(scene);
}

/* A packet so long before the child comes up. */
static void carry_before(struct scene *scene, int64_t before)
{
	scene_esp(scene, 0, OUT, 1, 1);
	scene_up(scene);
	tunnels_at(scene->tunnels, 0)->esp[0].last_time = scene->time - before;
	check_liveness_at(scene, 2, scene->time + 60 * NANOSECONDS);
}

static void esp_at_the_time_that_the_child_comes_up_is_traffic(struct scene *scene)
{
	carry_before(scene, 0);
	assert_no_fault(scene);
}

static void esp_before_the_child_comes_up_is_not_its_traffic(struct scene *scene)
{
	carry_before(scene, 1);
	assert_cause(scene, CAUSE_NO_TRAFFIC);
}

static void esp_of_an_earlier_run_is_no_traffic_of_now(struct scene *scene)
{
	scene_on_gateway(scene);
	scene_up(scene);
	int64_t up = scene->time;
	for (unsigned side = 0; side < 2; side++)
		tunnel_restore(tunnels_at(scene->tunnels, 0), side, 5, 500, 0, up);
	check_liveness_at(scene, 2, up + 60 * NANOSECONDS);
	assert_cause(scene, CAUSE_NO_TRAFFIC);
}

static void an_ike_sa_without_a_child_has_no_traffic_to_carry(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_wait(scene, 60);
	scene_ikev1(scene, 1, IKE1_INFORMATIONAL, 9, true, 0, 0);
	assert_no_fault(scene);
}

static void a_capture_that_begins_midstream_may_have_missed_the_traffic(struct scene *scene)
{
	scene_on_gateway(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 4, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 4, LIVENESS);
	struct ike_sa *sa = scene_tunnel(scene)->ike_sas[0];
	sa->children.up = 1;
	sa->children.first_time = scene->time;
	check_liveness_at(scene, 5, scene->time + 60 * NANOSECONDS);
	assert_no_fault(scene);
	sa->starts_midstream = false;
	assert_cause(scene, CAUSE_NO_TRAFFIC);
}

/* ---- how sure it is that nothing is wrong, and what cannot be told ---- */

static void a_tunnel_that_is_up_is_well_only_with_esp_both_ways(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 3, 0.1);
	assert_undetermined(scene, PHASE_DATA, REASON_FEW_PACKETS);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_LIKELY);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_CERTAIN);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ONE_DIRECTION_CAPTURED), ==, 0);
}

static void esp_both_ways_without_a_negotiation_is_likely_fine(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 3, 0.1);
	assert_undetermined(scene, PHASE_DATA, REASON_ONE_DIRECTION);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_verdict(scene, CAUSE_NONE, CONFIDENCE_LIKELY);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ONE_DIRECTION_CAPTURED), ==, 0);
}

static void a_capture_of_one_direction_says_which(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 3, 0.1);
	struct evidence item = evidence_of(scene, EVIDENCE_ONE_DIRECTION_CAPTURED);
	g_assert_cmpuint(item.a, ==, 0);
	g_assert_cmpuint(item.frame, ==, scene->frame);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	tunnel->last_from[1] = tunnel->last_from[0];
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ONE_DIRECTION_CAPTURED), ==, 0);
	tunnel->last_from[0] = 0;
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ONE_DIRECTION_CAPTURED).a, ==, 1);
}

static void answers_that_were_used_and_not_seen_are_another_direction(struct scene *scene)
{
	scene_init_request(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_undetermined(scene, PHASE_1, REASON_ONE_DIRECTION);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ONE_DIRECTION_CAPTURED), ==, 1);
}

static void a_fault_says_nothing_of_what_the_capture_lacks(struct scene *scene)
{
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	assert_cause(scene, CAUSE_NO_RESPONSE);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_ONE_DIRECTION_CAPTURED), ==, 0);
}

static void a_declared_tunnel_that_was_never_seen_says_so(struct scene *scene)
{
	const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct ip_address local = ip_address_from_ipv4(here), remote = ip_address_from_ipv4(there);

	tunnels_declare(scene->tunnels, &local, &remote);
	tunnels_settle_counts(scene->tunnels, scene->time, NULL, NULL);
	assert_undetermined(scene, PHASE_1, REASON_NOTHING_SEEN);
	g_assert_cmpint(evidence_of(scene, EVIDENCE_NOTHING_SEEN).time, ==, scene->time);
	scene_esp(scene, 0, OUT, 1, 1);
	g_assert_cmpuint(count_evidence(scene, EVIDENCE_NOTHING_SEEN), ==, 0);
}

static void where_both_directions_lose_the_first_is_evidence(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene->sequence[0] += 20;
	scene->sequence[1] += 30;
	scene_esp_both(scene, OUT, BACK, 95, 0.1);
	g_assert_cmpuint(evidence_of(scene, EVIDENCE_ESP_LOST).a, ==, 20);
}

/* An IKEv1 peer says so in an Informational, of which the SA itself keeps no evidence. */
static void an_spi_unknown_to_an_ikev1_peer_is_evidence(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	struct ike_message message = {
	        .major_version = 1, .exchange_type = IKE1_INFORMATIONAL, .message_id = 7, .length = 60};
	message.responder_spi = scene->responder_spi;
	message.notifies[message.notify_count++] = (struct ike_notify){.type = IKE_NOTIFY_INVALID_SPI, .data = OUT};
	scene_play(scene, 1, &message);
	scene_esp(scene, 0, OUT, 1, 1);
	assert_verdict(scene, CAUSE_UNKNOWN_SPI, CONFIDENCE_LIKELY);
	g_assert_cmphex(evidence_of(scene, EVIDENCE_INVALID_SPI).a, ==, OUT);
}

static const struct conversation_test tests[] = {
        CONVERSATION(path_mtu_discovery_at_work_is_no_fault),
        CONVERSATION(who_does_not_heed_the_mtu_is_at_fault_until_he_does),
        CONVERSATION(an_unknown_spi_that_was_replaced_is_history),
        CONVERSATION(times_of_zero_give_no_verdict),
        CONVERSATION(ready_and_no_esp_for_long_is_no_traffic),
        CONVERSATION(packets_lost_while_one_way_are_not_loss_once_it_is_over),
        CONVERSATION(many_packets_lost_while_one_way_are_not_loss_either),
        CONVERSATION(gaps_in_the_sequence_are_loss),
        CONVERSATION(the_last_of_times_is_as_good_as_any),
        CONVERSATION(one_round_of_packets_too_big_is_no_fault_and_two_are),
        CONVERSATION(what_routers_said_is_forgotten_after_five_minutes),
        CONVERSATION(an_spi_said_to_be_unknown_has_to_be_used_after_that),
        CONVERSATION(an_spi_of_the_other_side_may_be_unknown_as_well),
        CONVERSATION(any_of_four_spis_may_be_unknown),
        CONVERSATION(what_comes_back_after_it_was_said_shows_that_the_spi_is_known),
        CONVERSATION(what_comes_back_has_to_come_after_it_was_said_last),
        CONVERSATION(a_single_packet_back_can_be_made_up_and_shows_nothing),
        CONVERSATION(an_spi_is_left_when_both_directions_go_on_for_half_a_minute_without_it),
        CONVERSATION(an_spi_is_not_left_as_long_as_the_sender_has_no_other_in_use),
        CONVERSATION(nine_packets_lost_of_many_are_no_verdict),
        CONVERSATION(three_packets_lost_of_fifty_are_possibly_loss),
        CONVERSATION(two_packets_lost_of_fifty_are_no_verdict),
        CONVERSATION(few_packets_lost_are_loss_from_one_in_twenty_on),
        CONVERSATION(ten_packets_lost_of_few_are_loss),
        CONVERSATION(one_packet_in_a_hundred_lost_is_loss),
        CONVERSATION(less_than_one_packet_in_a_hundred_lost_is_none),
        CONVERSATION(loss_is_likely_when_as_many_packets_arrived),
        CONVERSATION(loss_of_either_direction_is_loss),
        CONVERSATION(loss_is_that_of_the_window),
        CONVERSATION(a_child_without_esp_for_half_a_minute_is_no_traffic),
        CONVERSATION(one_packet_of_esp_out_is_traffic),
        CONVERSATION(one_packet_of_esp_back_is_traffic),
        CONVERSATION(a_capture_without_esp_may_have_missed_the_traffic),
        CONVERSATION(a_capture_that_has_held_esp_would_hold_the_traffic),
        CONVERSATION(esp_at_the_time_that_the_child_comes_up_is_traffic),
        CONVERSATION(esp_before_the_child_comes_up_is_not_its_traffic),
        CONVERSATION(esp_of_an_earlier_run_is_no_traffic_of_now),
        CONVERSATION(an_ike_sa_without_a_child_has_no_traffic_to_carry),
        CONVERSATION(a_capture_that_begins_midstream_may_have_missed_the_traffic),
        CONVERSATION(a_tunnel_that_is_up_is_well_only_with_esp_both_ways),
        CONVERSATION(esp_both_ways_without_a_negotiation_is_likely_fine),
        CONVERSATION(a_capture_of_one_direction_says_which),
        CONVERSATION(answers_that_were_used_and_not_seen_are_another_direction),
        CONVERSATION(a_fault_says_nothing_of_what_the_capture_lacks),
        CONVERSATION(a_declared_tunnel_that_was_never_seen_says_so),
        CONVERSATION(where_both_directions_lose_the_first_is_evidence),
        CONVERSATION(an_spi_unknown_to_an_ikev1_peer_is_evidence),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/data", tests, G_N_ELEMENTS(tests));
}
