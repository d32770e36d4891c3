/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The children of a tunnel: which SPIs belong together, which are up, what is known to be agreed on. */
#include <glib.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/judge.h"
#include "core/tunnel/children.h"

#define OUT 0x1001
#define BACK 0x2001
#define SECOND NANOSECONDS

static struct tunnel *tunnel_of(const struct scene *scene)
{
	return tunnels_at(scene->tunnels, 0);
}

static const struct child_sa *child_at(const struct scene *scene, unsigned number)
{
	g_assert_cmpuint(number, <, tunnel_of(scene)->child_count);
	return &tunnel_of(scene)->children[number];
}

static void assert_child(const struct scene *scene, unsigned number, uint32_t out, uint32_t back,
                         enum paired_by paired_by)
{
	g_assert_cmphex(child_at(scene, number)->spi_from[0], ==, out);
	g_assert_cmphex(child_at(scene, number)->spi_from[1], ==, back);
	g_assert_cmpint(child_at(scene, number)->paired_by, ==, paired_by);
}

static void assert_count(const struct scene *scene, unsigned count, unsigned total)
{
	g_assert_cmpuint(tunnel_of(scene)->child_count, ==, count);
	g_assert_cmpuint(tunnel_of(scene)->children_total, ==, total);
}

/* The kernel says that these are a pair, as seen from side 0. */
static struct child_sa *pair(const struct scene *scene, uint32_t out, uint32_t back)
{
	return tunnel_pair_spis(tunnel_of(scene), 0, out, back, PAIRED_BY_XFRM, scene->time);
}

/* ---- by timing ---- */

static void spis_of_both_sides_within_half_a_minute_are_a_child(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 1);
	assert_child(scene, 0, OUT, 0, PAIRED_BY_NONE);
	scene_esp_at(scene, 1, BACK, scene->time + 30 * SECOND - 1);
	assert_child(scene, 0, OUT, BACK, PAIRED_BY_TIMING);
	assert_count(scene, 1, 1);
}

static void spis_half_a_minute_apart_are_two(struct scene *scene)
{
	scene_esp(scene, 1, BACK, 1, 1);
	scene_esp_at(scene, 0, OUT, scene->time + 30 * SECOND);
	assert_count(scene, 2, 2);
}

static void two_spis_of_one_side_are_two_children(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 1);
	scene_esp(scene, 0, OUT + 1, 1, 1);
	assert_child(scene, 1, OUT + 1, 0, PAIRED_BY_NONE);
	scene_esp(scene, 1, BACK, 1, 1);
	scene_esp(scene, 1, BACK + 1, 1, 1);
	assert_child(scene, 0, OUT, BACK + 1, PAIRED_BY_TIMING);
	assert_child(scene, 1, OUT + 1, BACK, PAIRED_BY_TIMING);
}

/* Two SPIs of side 0, the second so long after the first, and one of side 1 with the second. */
static void begin_two(struct scene *scene, int64_t apart)
{
	scene_esp(scene, 0, OUT, 1, 1);
	int64_t first = scene->time;
	scene_esp_at(scene, 0, OUT + 1, first + apart);
	scene_esp_at(scene, 1, BACK, first + apart);
}

/* From both ends they come in the same order. */
static void of_children_that_came_up_at_once_the_oldest_gets_the_next_spi(struct scene *scene)
{
	begin_two(scene, SECOND / 10);
	assert_child(scene, 0, OUT, BACK, PAIRED_BY_TIMING);
	assert_child(scene, 1, OUT + 1, 0, PAIRED_BY_NONE);
}

static void of_children_that_did_not_the_closest_in_time_gets_it(struct scene *scene)
{
	begin_two(scene, SECOND / 10 + 1);
	assert_child(scene, 0, OUT, 0, PAIRED_BY_NONE);
	assert_child(scene, 1, OUT + 1, BACK, PAIRED_BY_TIMING);
}

static void a_child_that_was_negotiated_gets_the_next_spis(struct scene *scene)
{
	scene_up(scene);
	assert_child(scene, 0, 0, 0, PAIRED_BY_NONE);
	uint32_t frame = scene->frame;
	scene_esp(scene, 0, OUT, 1, 1);
	scene_esp(scene, 1, BACK, 1, 1);
	assert_child(scene, 0, OUT, BACK, PAIRED_BY_TIMING);
	g_assert_cmpuint(child_at(scene, 0)->frame, ==, frame);
	assert_count(scene, 1, 1);
}

static void the_oldest_children_give_way(struct scene *scene)
{
	for (uint32_t i = 0; i <= TUNNEL_CHILDREN; i++)
		scene_esp(scene, 0, OUT + i, 1, 1);
	assert_count(scene, TUNNEL_CHILDREN, TUNNEL_CHILDREN + 1);
	for (uint32_t i = 0; i < TUNNEL_CHILDREN; i++)
		g_assert_cmphex(child_at(scene, i)->spi_from[0], ==, OUT + 1 + i);
}

/* ---- pairs that are known ---- */

static void a_pair_takes_the_place_of_what_timing_guessed(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 1);
	struct child_sa *child = &tunnel_of(scene)->children[0];
	child->deleted = true;
	child->silence[0].packets = child->silence[1].packets = 5;
	g_assert_true(pair(scene, OUT, BACK + 1) == child);
	assert_child(scene, 0, OUT, BACK + 1, PAIRED_BY_XFRM);
	assert_count(scene, 1, 1);
	g_assert_false(child->deleted);
	g_assert_cmpuint(child->silence[0].packets, ==, 0);
	g_assert_cmpuint(child->silence[1].packets, ==, 0);
}

static void a_pair_that_is_known_keeps_its_counts(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 1);
	struct child_sa *child = &tunnel_of(scene)->children[0];
	child->deleted = true;
	child->silence[0].packets = 5;
	g_assert_true(pair(scene, OUT, BACK) == child);
	assert_child(scene, 0, OUT, BACK, PAIRED_BY_XFRM);
	g_assert_false(child->deleted);
	g_assert_cmpuint(child->silence[0].packets, ==, 5);
}

/* The side that names the pair makes no difference. */
static void a_pair_may_be_named_from_the_other_side(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 1);
	tunnel_pair_spis(tunnel_of(scene), 1, BACK, OUT, PAIRED_BY_DECLARED, scene->time);
	assert_child(scene, 0, OUT, BACK, PAIRED_BY_DECLARED);
	tunnel_pair_spis(tunnel_of(scene), 1, BACK, OUT + 1, PAIRED_BY_DECLARED, scene->time);
	assert_child(scene, 0, OUT + 1, BACK, PAIRED_BY_DECLARED);
	assert_count(scene, 1, 1);
}

static void a_pair_takes_its_spi_from_another_child_that_stays(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 1);
	tunnel_of(scene)->children[0].silence[0].packets = 5;
	pair(scene, OUT + 1, BACK);
	assert_child(scene, 0, OUT, 0, PAIRED_BY_NONE);
	g_assert_cmpuint(child_at(scene, 0)->silence[0].packets, ==, 0);
	assert_child(scene, 1, OUT + 1, BACK, PAIRED_BY_XFRM);
	assert_count(scene, 2, 2);
	g_assert_cmpuint(child_at(scene, 1)->frame, ==, 0);
	g_assert_cmpint(child_at(scene, 1)->time, ==, scene->time);
}

/* Half a minute apart, so that timing leaves each alone; the last two are a pair in truth. */
static void a_child_from_which_its_only_spi_is_taken_is_none(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 1);
	scene_esp(scene, 1, BACK, 1, 40);
	scene_esp(scene, 0, OUT + 1, 1, 40);
	assert_count(scene, 3, 3);
	g_assert_true(pair(scene, OUT + 1, BACK) == child_at(scene, 1));
	assert_count(scene, 2, 2);
	assert_child(scene, 0, OUT, 0, PAIRED_BY_NONE);
	assert_child(scene, 1, OUT + 1, BACK, PAIRED_BY_XFRM);
}

/* Whether a pair that is named so long after a child came up is that child. */
static bool is_paired_after(struct scene *scene, int64_t after)
{
	int64_t up;

	scene_up(scene);
	up = child_at(scene, 0)->time;
	return tunnel_pair_spis(tunnel_of(scene), 0, OUT, BACK, PAIRED_BY_XFRM, up + after) == child_at(scene, 0);
}

static void a_pair_is_the_child_that_came_up_less_than_half_a_minute_before(struct scene *scene)
{
	g_assert_true(is_paired_after(scene, 30 * SECOND - 1));
}

static void a_pair_is_no_child_that_came_up_half_a_minute_before(struct scene *scene)
{
	g_assert_false(is_paired_after(scene, 30 * SECOND));
}

static void a_pair_is_the_child_that_came_up_less_than_half_a_minute_later(struct scene *scene)
{
	g_assert_true(is_paired_after(scene, -30 * SECOND + 1));
}

static void a_pair_is_no_child_that_came_up_half_a_minute_later(struct scene *scene)
{
	g_assert_false(is_paired_after(scene, -30 * SECOND));
}

static void a_child_that_has_one_spi_is_not_empty(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, OUT, 1, 1);
	pair(scene, OUT + 1, BACK + 1);
	assert_child(scene, 0, OUT, 0, PAIRED_BY_NONE);
	assert_child(scene, 1, OUT + 1, BACK + 1, PAIRED_BY_XFRM);
	tunnel_of(scene)->children[0].spi_from[0] = 0;
	tunnel_of(scene)->children[0].spi_from[1] = BACK;
	pair(scene, OUT + 2, BACK + 2);
	assert_child(scene, 0, 0, BACK, PAIRED_BY_NONE);
	assert_count(scene, 3, 3);
}

static void a_pair_is_deleted_by_both_its_spis(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 1);
	tunnel_delete_pair(tunnel_of(scene), 0, OUT, BACK + 1);
	g_assert_false(child_at(scene, 0)->deleted);
	tunnel_delete_pair(tunnel_of(scene), 0, OUT + 1, BACK);
	g_assert_false(child_at(scene, 0)->deleted);
	tunnel_delete_pair(tunnel_of(scene), 0, OUT, BACK);
	g_assert_true(child_at(scene, 0)->deleted);
}

static void a_tunnel_without_children_has_none_to_pair(struct scene *scene)
{
	const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct ip_address local = ip_address_from_ipv4(here), remote = ip_address_from_ipv4(there);
	struct tunnel *tunnel = tunnels_declare(scene->tunnels, &local, &remote);

	tunnel_pair_child(tunnel, 0, OUT, BACK);
	tunnel_note_agreement(tunnel, &(struct child_agreement){0});
	g_assert_cmpuint(tunnel->child_count, ==, 0);
}

static void a_delete_names_spis_of_the_packets_that_its_sender_received(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 1, 1);
	for (unsigned decrypted = 0; decrypted < 2; decrypted++) {
		struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 2 + decrypted, false, 80);
		message.decrypted = decrypted != 0;
		message.deleted_spis[message.deleted_spi_count++] = BACK;
		scene_play(scene, 0, &message);
		g_assert_true(child_at(scene, 0)->deleted == (decrypted != 0));
	}
}

static void an_ikev1_delete_names_them_as_well(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	scene_esp_both(scene, OUT, BACK, 1, 1);
	struct ike_message message = {.major_version = 1,
	                              .exchange_type = IKE1_INFORMATIONAL,
	                              .message_id = 9,
	                              .encrypted = true,
	                              .decrypted = true,
	                              .length = 108};
	message.responder_spi = scene->responder_spi;
	message.deleted_spis[message.deleted_spi_count++] = OUT;
	scene_play(scene, 1, &message);
	g_assert_true(child_at(scene, 0)->deleted);
}

/* ---- what goes with a child that EAP undoes ---- */

static void eap_drops_the_child_that_has_no_spi(struct scene *scene)
{
	for (unsigned side = 0; side < 3; side++) {
		scene_new_attempt(scene, 0);
		authenticate(scene, CHILD_UP);
		unsigned count = tunnel_of(scene)->child_count, total = tunnel_of(scene)->children_total;
		struct child_sa *child = &tunnel_of(scene)->children[count - 1];
		if (side < 2)
			child->spi_from[side] = OUT + side;
		scene_request(scene, 0, IKE2_AUTH, 2, 40);
		assert_count(scene, side < 2 ? count : count - 1, side < 2 ? total : total - 1);
	}
}

/* ---- what was agreed on ---- */

static struct ike_selector network(bool of_initiator, uint16_t first_port)
{
	return (struct ike_selector){.of_initiator = of_initiator, .first_port = first_port};
}

static void the_first_network_of_each_side_is_agreed_on(struct scene *scene)
{
	struct ike_message message = {.major_version = 2};
	struct child_agreement agreement;

	(void)scene;
	message.selectors[message.selector_count++] = network(true, 1);
	message.selectors[message.selector_count++] = network(true, 2);
	child_agreement_read(&message, 0, &agreement);
	g_assert_false(agreement.selectors_known);
	message.selectors[message.selector_count++] = network(false, 3);
	message.selectors[message.selector_count++] = network(false, 4);
	for (uint8_t requester = 0; requester < 2; requester++) {
		child_agreement_read(&message, requester, &agreement);
		g_assert_true(agreement.selectors_known);
		g_assert_cmpuint(agreement.network[requester].first_port, ==, 1);
		g_assert_cmpuint(agreement.network[!requester].first_port, ==, 3);
		g_assert_false(agreement.network[0].of_initiator);
		g_assert_false(agreement.network[1].of_initiator);
		g_assert_false(agreement.transport_mode);
		g_assert_false(agreement.suite_known);
	}
	message.selectors[0] = network(false, 5);
	message.selector_count = 1;
	child_agreement_read(&message, 0, &agreement);
	g_assert_false(agreement.selectors_known);
	g_assert_cmpuint(agreement.network[0].first_port, ==, 0);
	g_assert_cmpuint(agreement.network[1].first_port, ==, 5);
}

static void transport_mode_is_agreed_on(struct scene *scene)
{
	struct ike_message message = {.major_version = 2};
	struct child_agreement agreement;

	(void)scene;
	message.notifies[message.notify_count++].type = IKE_NOTIFY_USE_TRANSPORT_MODE;
	child_agreement_read(&message, 0, &agreement);
	g_assert_true(agreement.transport_mode);
}

static void an_agreement_is_made_once(struct scene *scene)
{
	struct child_sa child = {0};
	struct child_agreement *agreement = child_sa_agreement(&child);

	(void)scene;
	g_assert_true(child_sa_agreement(&child) == agreement);
	g_free(agreement);
}

static void each_way_to_pair_has_a_name(struct scene *scene)
{
	(void)scene;
	g_assert_null(paired_by_name(PAIRED_BY_NONE));
	g_assert_cmpstr(paired_by_name(PAIRED_BY_IKE), ==, "ike");
	g_assert_cmpstr(paired_by_name(PAIRED_BY_XFRM), ==, "xfrm");
	g_assert_cmpstr(paired_by_name(PAIRED_BY_TIMING), ==, "timing");
	g_assert_cmpstr(paired_by_name(PAIRED_BY_DECLARED), ==, "declared");
}

/* ---- which are up ---- */

static void assert_up(const struct scene *scene, unsigned count, const unsigned *numbers)
{
	const struct child_sa *up[TUNNEL_CHILDREN];

	g_assert_cmpuint(tunnel_children_up(scene->tunnels, tunnel_of(scene), up), ==, count);
	for (unsigned i = 0; i < count; i++)
		g_assert_true(up[i] == child_at(scene, numbers[i]));
}

#define ASSERT_UP(scene, ...)                                                                                          \
	assert_up(scene, G_N_ELEMENTS(((const unsigned[]){__VA_ARGS__})), (const unsigned[]){__VA_ARGS__})

/* Three children of ESP alone, a second apart; the newest is used last. Returns when that came up. */
static int64_t three_children(struct scene *scene)
{
	for (uint32_t i = 0; i < 3; i++) {
		scene->sequence[0] = scene->sequence[1] = 0;
		scene_esp_both(scene, OUT + i, BACK + i, 1, 1);
	}
	return child_at(scene, 2)->time;
}

static void without_a_negotiation_those_not_used_since_the_newest_are_replaced(struct scene *scene)
{
	int64_t newest = three_children(scene);
	ASSERT_UP(scene, 2);
	scene_esp_at(scene, 1, BACK, newest + 10 * SECOND);
	ASSERT_UP(scene, 0, 2);
	scene_esp_at(scene, 0, OUT + 1, newest + 11 * SECOND);
	ASSERT_UP(scene, 0, 1, 2);
}

static void pass_until(struct scene *scene, int64_t time)
{
	tunnels_settle_counts(scene->tunnels, time, NULL, NULL);
}

/* The oldest is used once more, so long after the newest came up, and then no more. */
static void use_the_oldest_last(struct scene *scene, int64_t after)
{
	int64_t newest = three_children(scene);

	scene_esp_at(scene, 1, BACK, newest + after);
	pass_until(scene, newest + 3600 * SECOND);
}

static void one_used_ten_seconds_after_the_newest_came_was_not_replaced(struct scene *scene)
{
	use_the_oldest_last(scene, 10 * SECOND);
	ASSERT_UP(scene, 0, 2);
}

static void one_used_less_than_ten_seconds_after_the_newest_came_was_replaced(struct scene *scene)
{
	use_the_oldest_last(scene, 10 * SECOND - 1);
	ASSERT_UP(scene, 2);
}

/* So many that the time between them is short. */
static int64_t use_the_oldest_often(struct scene *scene, int64_t after)
{
	int64_t newest = three_children(scene);

	scene_esp_at(scene, 1, BACK, newest + after);
	scene_esp(scene, 1, BACK, 100, 0);
	return scene->time;
}

static void one_used_since_the_newest_came_is_up_for_two_seconds(struct scene *scene)
{
	int64_t last = use_the_oldest_often(scene, 1);

	pass_until(scene, last + 2 * SECOND - 1);
	ASSERT_UP(scene, 0, 2);
	pass_until(scene, last + 2 * SECOND);
	ASSERT_UP(scene, 2);
}

static void one_not_used_since_the_newest_came_is_not(struct scene *scene)
{
	int64_t last = use_the_oldest_often(scene, 0);

	pass_until(scene, last + SECOND);
	ASSERT_UP(scene, 2);
}

/* Packets of the oldest are two seconds apart. */
static void one_that_is_seldom_used_is_up_for_two_of_its_pauses(struct scene *scene)
{
	int64_t newest = three_children(scene);

	scene_esp_at(scene, 1, BACK, newest);
	pass_until(scene, newest + 4 * SECOND - 1);
	ASSERT_UP(scene, 0, 2);
	pass_until(scene, newest + 4 * SECOND);
	ASSERT_UP(scene, 2);
}

static void a_packet_that_anybody_can_have_made_up_is_no_child_beside_others(struct scene *scene)
{
	three_children(scene);
	scene_esp(scene, 0, 0xbad, 1, 0.1);
	ASSERT_UP(scene, 2);
	scene_esp(scene, 0, 0xbad, 1, 0.1);
	ASSERT_UP(scene, 3);
}

static void such_a_packet_is_a_child_where_there_is_nothing_else(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 1);
	ASSERT_UP(scene, 0);
}

/* Of an IKE SA that was seen midstream. */
static void a_child_that_no_spi_carries_yet_has_replaced_nothing(struct scene *scene)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_SA, IKE2_PAYLOAD_TSI, IKE2_PAYLOAD_TSR, 0};

	three_children(scene);
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 4, CHILD_REQUEST);
	scene_decrypted(scene, 1, IKE2_CREATE_CHILD_SA, 4, true, payloads, 0);
	assert_child(scene, 3, 0, 0, PAIRED_BY_NONE);
	ASSERT_UP(scene, 2, 3);
}

static void children_that_came_up_at_once_do_not_replace_one_another(struct scene *scene)
{
	for (uint32_t i = 0; i < 2; i++) {
		scene->sequence[0] = 0;
		scene_esp(scene, 0, OUT + i, 1, 0);
	}
	ASSERT_UP(scene, 0, 1);
}

static void what_was_deleted_is_not_up(struct scene *scene)
{
	three_children(scene);
	tunnel_of(scene)->children[2].deleted = true;
	ASSERT_UP(scene, 1);
}

/* An SA that made so many children, of which so many were replaced. */
static struct ike_sa *negotiate(struct scene *scene, uint16_t up, uint16_t rekeys)
{
	struct ike_sa *sa;

	scene_main_mode(scene, 1, 6);
	sa = tunnel_of(scene)->ike_sas[0];
	sa->children.up = up;
	sa->children.rekeys = rekeys;
	return sa;
}

static void of_a_negotiation_as_many_are_up_as_it_made_and_did_not_replace(struct scene *scene)
{
	struct ike_sa *sa = negotiate(scene, 3, 0);

	three_children(scene);
	ASSERT_UP(scene, 0, 1, 2);
	sa->children.rekeys = 1;
	ASSERT_UP(scene, 1, 2);
	scene_esp(scene, 1, BACK, 1, 1);
	ASSERT_UP(scene, 0, 2);
	sa->children.rekeys = 2;
	ASSERT_UP(scene, 0);
}

static void a_negotiation_that_replaced_all_it_made_says_nothing(struct scene *scene)
{
	struct ike_sa *sa = negotiate(scene, 2, 2);

	three_children(scene);
	ASSERT_UP(scene, 2);
	sa->children.rekeys = 3;
	ASSERT_UP(scene, 2);
}

static void a_negotiation_seen_midstream_says_nothing(struct scene *scene)
{
	negotiate(scene, 3, 0)->starts_midstream = true;
	three_children(scene);
	ASSERT_UP(scene, 2);
}

static void of_those_used_equally_long_ago_the_older_goes(struct scene *scene)
{
	negotiate(scene, 2, 1);
	for (uint32_t i = 0; i < 2; i++) {
		scene->sequence[0] = 0;
		scene_esp(scene, 0, OUT + i, 1, 0);
	}
	ASSERT_UP(scene, 1);
}

static void a_child_that_was_not_used_yet_is_as_fresh_as_it_is_new(struct scene *scene)
{
	negotiate(scene, 2, 1);
	scene_esp(scene, 0, OUT, 1, 1);
	scene_wait(scene, 5);
	pair(scene, OUT + 1, BACK + 1);
	ASSERT_UP(scene, 1);
}

static const struct conversation_test tests[] = {
        CONVERSATION(spis_of_both_sides_within_half_a_minute_are_a_child),
        CONVERSATION(spis_half_a_minute_apart_are_two),
        CONVERSATION(two_spis_of_one_side_are_two_children),
        CONVERSATION(of_children_that_came_up_at_once_the_oldest_gets_the_next_spi),
        CONVERSATION(of_children_that_did_not_the_closest_in_time_gets_it),
        CONVERSATION(a_child_that_was_negotiated_gets_the_next_spis),
        CONVERSATION(the_oldest_children_give_way),
        CONVERSATION(a_pair_takes_the_place_of_what_timing_guessed),
        CONVERSATION(a_pair_that_is_known_keeps_its_counts),
        CONVERSATION(a_pair_may_be_named_from_the_other_side),
        CONVERSATION(a_pair_takes_its_spi_from_another_child_that_stays),
        CONVERSATION(a_child_from_which_its_only_spi_is_taken_is_none),
        CONVERSATION(a_pair_is_the_child_that_came_up_less_than_half_a_minute_before),
        CONVERSATION(a_pair_is_no_child_that_came_up_half_a_minute_before),
        CONVERSATION(a_pair_is_the_child_that_came_up_less_than_half_a_minute_later),
        CONVERSATION(a_pair_is_no_child_that_came_up_half_a_minute_later),
        CONVERSATION(a_child_that_has_one_spi_is_not_empty),
        CONVERSATION(a_pair_is_deleted_by_both_its_spis),
        CONVERSATION(a_tunnel_without_children_has_none_to_pair),
        CONVERSATION(a_delete_names_spis_of_the_packets_that_its_sender_received),
        CONVERSATION(an_ikev1_delete_names_them_as_well),
        CONVERSATION(eap_drops_the_child_that_has_no_spi),
        CONVERSATION(the_first_network_of_each_side_is_agreed_on),
        CONVERSATION(transport_mode_is_agreed_on),
        CONVERSATION(an_agreement_is_made_once),
        CONVERSATION(each_way_to_pair_has_a_name),
        CONVERSATION(without_a_negotiation_those_not_used_since_the_newest_are_replaced),
        CONVERSATION(one_used_ten_seconds_after_the_newest_came_was_not_replaced),
        CONVERSATION(one_used_less_than_ten_seconds_after_the_newest_came_was_replaced),
        CONVERSATION(one_used_since_the_newest_came_is_up_for_two_seconds),
        CONVERSATION(one_not_used_since_the_newest_came_is_not),
        CONVERSATION(one_that_is_seldom_used_is_up_for_two_of_its_pauses),
        CONVERSATION(a_packet_that_anybody_can_have_made_up_is_no_child_beside_others),
        CONVERSATION(such_a_packet_is_a_child_where_there_is_nothing_else),
        CONVERSATION(a_child_that_no_spi_carries_yet_has_replaced_nothing),
        CONVERSATION(children_that_came_up_at_once_do_not_replace_one_another),
        CONVERSATION(what_was_deleted_is_not_up),
        CONVERSATION(of_a_negotiation_as_many_are_up_as_it_made_and_did_not_replace),
        CONVERSATION(a_negotiation_that_replaced_all_it_made_says_nothing),
        CONVERSATION(a_negotiation_seen_midstream_says_nothing),
        CONVERSATION(of_those_used_equally_long_ago_the_older_goes),
        CONVERSATION(a_child_that_was_not_used_yet_is_as_fresh_as_it_is_new),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "children", tests, G_N_ELEMENTS(tests));
}
