/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a conversation to its verdict, ESP: each cause, and each trap that could make a false one. */
#include <glib.h>

#include "conversations.h"
#include "core/verdict/words.h"

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
		assert_cause(scene, CAUSE_NONE);
		scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
		too_big(scene, 10, 1300);
		assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
	/* But not while the sender goes on with it beside others. */
	scene_esp(scene, 0, 0x1001, 1, 0.5);
	assert_cause(scene, CAUSE_UNKNOWN_SPI);
}

/* What an ASA would show, and whether it would log anything. */
static void assert_shown(const struct scene *scene, const char *shown, bool logs)
{
	struct verdict verdict = scene_verdict(scene);
	struct verdict_words words;
	char text[VERDICT_WORDS_SIZE];
	unsigned cursor = 0;

	verdict_words_of(scene_tunnel(scene), &verdict, &words);
	g_assert_cmpstr(verdict_words_shown(&words, text, sizeof text), ==, shown);
	g_assert_true((verdict_words_message(&words, &cursor) != NULL) == logs);
}

static void esp_without_return_is_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, 0x1001, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	assert_shown(scene, "READY; #pkts encaps grows and #pkts decaps does not", false);
	scene_esp(scene, 1, 0x2001, 2, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void one_way_while_esp_passes_uncounted_is_less_sure(struct scene *scene)
{
	scene_up(scene);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	scene_esp(scene, 0, 0x1001, 30, 0.5);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_LIKELY);
	tunnels_note_uncounted(scene->tunnels, scene->time);
	assert_verdict(scene, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE);
	scene_esp(scene, 1, 0x2001, 2, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void the_other_direction_is_one_way_as_well(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 1, 0x2001, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	assert_shown(scene, "READY; #pkts decaps grows and #pkts encaps does not", true);
}

static void few_packets_or_little_time_are_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, 0x1001, 7, 1);
	assert_cause(scene, CAUSE_NONE);
	scene_esp(scene, 0, 0x1001, 1, 0);
	assert_cause(scene, CAUSE_ONE_WAY);
}

static void a_burst_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp(scene, 0, 0x1001, 1000, 0.001);
	assert_cause(scene, CAUSE_NONE);
}

static void a_stream_with_rare_answers_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 5; i++) {
		scene_esp(scene, 0, 0x1001, 100, 0.1);
		scene_esp(scene, 1, 0x2001, 1, 0.1);
	}
	scene_esp(scene, 0, 0x1001, 120, 0.1);
	assert_cause(scene, CAUSE_NONE);
}

static void a_made_up_packet_back_hides_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	scene_esp(scene, 0, 0x1001, 20, 0.5);
	scene_esp(scene, 1, 0xbad, 1, 0.5);
	scene_esp(scene, 0, 0x1001, 1, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	scene_esp(scene, 1, 0x2001, 1, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void made_up_packets_are_no_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 5, 0.5);
	for (unsigned i = 0; i < 40; i++)
		scene_esp(scene, 0, 0xbad00 + i, 1, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void rekey_overlap_is_not_one_way(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 10, 0.5);
	for (unsigned i = 0; i < 20; i++) {
		scene_esp(scene, 0, 0x1002, 1, 0.5);
		scene_esp(scene, 1, 0x2001, 1, 0.5);
	}
	assert_cause(scene, CAUSE_NONE);
}

/* A peer may go on with its old outbound SA while the other side has a new one: pairs are not one to one. */
static void one_spi_that_faces_two_over_time_is_no_fault(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 10, 0.5);
	scene_esp_both(scene, 0x1001, 0x2002, 10, 0.5);
	assert_cause(scene, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->esp[1].spis, ==, 2);
	g_assert_cmpuint(scene_tunnel(scene)->esp[0].packets, ==, 20);
}

static void esp_alone_in_one_direction_is_no_verdict(struct scene *scene)
{
	scene_esp(scene, 0, 0x1001, 100, 0.5);
	assert_cause(scene, CAUSE_NONE);
}

static void times_of_zero_give_no_verdict(struct scene *scene)
{
	scene->time = -1000000000;
	scene_esp(scene, 1, 0x2001, 1, 0);
	scene_esp(scene, 0, 0x1001, 100, 0);
	assert_cause(scene, CAUSE_NONE);
}

static void ready_and_no_esp_for_long_is_no_traffic(struct scene *scene)
{
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
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
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
	assert_cause(scene, CAUSE_NONE);
}

static const struct conversation_test tests[] = {
        CONVERSATION(path_mtu_discovery_at_work_is_no_fault),
        CONVERSATION(who_does_not_heed_the_mtu_is_at_fault_until_he_does),
        CONVERSATION(an_unknown_spi_that_was_replaced_is_history),
        CONVERSATION(esp_without_return_is_one_way),
        CONVERSATION(one_way_while_esp_passes_uncounted_is_less_sure),
        CONVERSATION(the_other_direction_is_one_way_as_well),
        CONVERSATION(few_packets_or_little_time_are_not_one_way),
        CONVERSATION(a_burst_is_not_one_way),
        CONVERSATION(a_stream_with_rare_answers_is_not_one_way),
        CONVERSATION(a_made_up_packet_back_hides_no_one_way),
        CONVERSATION(made_up_packets_are_no_one_way),
        CONVERSATION(rekey_overlap_is_not_one_way),
        CONVERSATION(one_spi_that_faces_two_over_time_is_no_fault),
        CONVERSATION(esp_alone_in_one_direction_is_no_verdict),
        CONVERSATION(times_of_zero_give_no_verdict),
        CONVERSATION(ready_and_no_esp_for_long_is_no_traffic),
        CONVERSATION(packets_lost_while_one_way_are_not_loss_once_it_is_over),
        CONVERSATION(many_packets_lost_while_one_way_are_not_loss_either),
        CONVERSATION(gaps_in_the_sequence_are_loss),
        CONVERSATION(the_last_of_times_is_as_good_as_any),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "diagnose/data", tests, G_N_ELEMENTS(tests));
}
