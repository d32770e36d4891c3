/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When the rules are asked, what is noted of a change of verdict, and when a failure counts as having happened again.
 */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/tunnel/log.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define BACK 0x2001
#define DELETE_OF_A_CHILD 12

static const struct tunnel_event *last_event(const struct scene *scene)
{
	g_assert_cmpuint(scene_tunnel(scene)->history_count, >, 0);
	return &scene_tunnel(scene)->history[scene_tunnel(scene)->history_count - 1];
}

/* ---- changes ---- */

static void a_change_of_verdict_is_noted_at_its_packet(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_true(scene->last.changed);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpint(last_event(scene)->cause, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpuint(last_event(scene)->frame, ==, scene->frame);
	g_assert_cmpint(last_event(scene)->time, ==, scene->time);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	g_assert_true(scene->last.changed);
	g_assert_cmpint(last_event(scene)->cause, ==, CAUSE_UNDETERMINED);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 2);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	g_assert_cmpint(last_event(scene)->cause, ==, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 3);
}

static void what_changes_nothing_is_not_noted(struct scene *scene)
{
	scene_up(scene);
	g_assert_false(scene->last.changed);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_false(scene->last.changed);
}

/* A refusal and its success, so often. */
static void change(struct scene *scene, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		authenticate(scene, REFUSED);
		scene_new_attempt(scene, 0);
		scene_up(scene);
		scene_new_attempt(scene, 0);
	}
}

static void of_very_many_changes_the_first_and_the_last_are_kept(struct scene *scene)
{
	struct tunnel_event before[TUNNEL_HISTORY];

	change(scene, TUNNEL_HISTORY / 2);
	const struct tunnel *tunnel = scene_tunnel(scene);
	g_assert_cmpuint(tunnel->history_count, ==, TUNNEL_HISTORY);
	memcpy(before, tunnel->history, sizeof before);
	authenticate(scene, REFUSED);
	g_assert_cmpuint(tunnel->history_count, ==, TUNNEL_HISTORY);
	g_assert_cmpuint(tunnel->history[0].frame, ==, before[0].frame);
	for (unsigned i = 1; i + 1 < TUNNEL_HISTORY; i++)
		g_assert_cmpuint(tunnel->history[i].frame, ==, before[i + 1].frame);
	g_assert_cmpuint(last_event(scene)->frame, ==, scene->frame);
}

static void what_was_lost_before_an_outage_is_remembered_when_it_begins(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene->sequence[0] += 3;
	scene->sequence[1] += 4;
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	const struct tunnel *tunnel = scene_tunnel(scene);
	g_assert_cmpuint(tunnel->esp[0].lost, ==, 3);
	g_assert_cmpuint(tunnel->esp[1].lost, ==, 4);
	g_assert_cmpuint(tunnel->esp[0].lost_before_outage, ==, 0);
	scene_esp(scene, 0, OUT, 30, 0.5);
	g_assert_cmpint(tunnel->current, ==, CAUSE_ONE_WAY);
	g_assert_cmpuint(tunnel->esp[0].lost_before_outage, ==, 3);
	g_assert_cmpuint(tunnel->esp[1].lost_before_outage, ==, 4);
}

static void another_verdict_remembers_no_losses(struct scene *scene)
{
	authenticate(scene, REFUSED);
	tunnels_at(scene->tunnels, 0)->esp[0].lost = 7;
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	g_assert_cmpuint(scene_tunnel(scene)->esp[0].lost_before_outage, ==, 0);
}

static void how_sure_the_verdict_is_goes_with_it(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_cmpint(scene_tunnel(scene)->current_confidence, ==, CONFIDENCE_POSSIBLE);
	scene_new_attempt(scene, 0);
	authenticate(scene, REFUSED);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpint(scene_tunnel(scene)->current_confidence, ==, CONFIDENCE_LIKELY);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
	g_assert_cmpint(scene_tunnel(scene)->current_confidence, ==, scene_verdict(scene).confidence);
}

/* From nothing known to all well, and back, is no event. */
static void what_is_not_known_is_no_event_before_anything_has_failed(struct scene *scene)
{
	scene_up(scene);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_UNDETERMINED);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
	scene_esp(scene, 0, OUT, 30, 0.5);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	g_assert_cmpint(last_event(scene)->cause, ==, CAUSE_NONE);
	unsigned events = scene_tunnel(scene)->history_count;
	tunnels_at(scene->tunnels, 0)->current = CAUSE_UNDETERMINED;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, events);
}

/* ---- when the rules are asked again ---- */

/* So many packets that the next look would be far off. */
static void use_for_long(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 200, 0.1);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
}

/* Of the old IKE SA nothing comes any more; the new one's first message is encrypted, on SPIs of its own. */
static void rekey_ike_sa(struct scene *scene)
{
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_UP);
	scene_new_attempt(scene, 0);
	scene->responder_spi = 9;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 0, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 0, LIVENESS);
}

static void a_tunnel_whose_ike_sa_is_rekeyed_works_on(struct scene *scene)
{
	use_for_long(scene);
	rekey_ike_sa(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
	g_assert_cmpint(scene_cause(scene), ==, CAUSE_NONE);
}

/* The answer has the length of an accepted child's, so for a while the old child looks replaced by one without ESP. */
static void rekey_without_the_new_ike_sa(struct scene *scene)
{
	use_for_long(scene);
	scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2, CHILD_REQUEST_PFS);
	scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2, CHILD_UP);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 3, DELETE_OF_A_CHILD);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 3, LIVENESS);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_UNDETERMINED);
}

static void what_became_unknown_is_asked_of_the_next_packets(struct scene *scene)
{
	rekey_without_the_new_ike_sa(scene);
	scene_esp(scene, 0, OUT, 1, 0.1);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_NONE);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 0);
}

static void it_is_asked_of_either_way_and_then_ever_less_often(struct scene *scene)
{
	rekey_without_the_new_ike_sa(scene);
	for (unsigned side = 0; side < 2; side++) {
		const struct esp_direction *esp = &scene_tunnel(scene)->esp[side];
		g_assert_cmpuint(esp->looked_from, ==, esp->packets);
		g_assert_cmpuint(esp->next_check, ==, esp->packets + 1);
	}
	const struct esp_direction *esp = &scene_tunnel(scene)->esp[1];
	uint64_t from = esp->packets;
	for (uint64_t next = 1; next <= 16; next *= 2) {
		g_assert_cmpuint(esp->next_check, ==, from + next);
		scene_esp(scene, 1, BACK, (unsigned)(from + next - esp->packets), 0.1);
	}
}

/* ---- the same failure again ---- */

static void a_failure_that_happens_again_is_told_again(struct scene *scene)
{
	authenticate(scene, REFUSED);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	g_assert_false(scene->last.changed);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	g_assert_false(scene->last.changed);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	g_assert_true(scene->last.changed);
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 1);
}

static void a_child_that_is_refused_again_is_told_again(struct scene *scene)
{
	scene_up(scene);
	for (uint32_t i = 0; i < 2; i++) {
		scene_request(scene, 0, IKE2_CREATE_CHILD_SA, 2 + i, CHILD_REQUEST);
		g_assert_false(scene->last.changed);
		scene_response(scene, 1, IKE2_CREATE_CHILD_SA, 2 + i, REFUSED);
		g_assert_true(scene->last.changed);
	}
}

/* Whoever has no frame numbers cannot tell them apart. */
static void without_frame_numbers_nothing_is_told_again(struct scene *scene)
{
	for (unsigned i = 0; i < 2; i++) {
		scene_new_attempt(scene, 0);
		scene_init_request(scene);
		scene_init_response(scene);
		scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
		scene->frame = UINT32_MAX; /* the next one is 0 */
		scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
		g_assert_true(scene->last.changed == (i == 0));
	}
}

/* A second attempt beside the one that works is refused. */
static void what_is_no_failure_of_the_tunnel_is_not_told(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.5);
	scene_new_attempt(scene, 0);
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	g_assert_cmpuint(scene_tunnel(scene)->ike_sas[1]->failure.frame, ==, scene->frame);
	g_assert_false(scene->last.changed);
}

static struct annotation take_log(const struct scene *scene, uint32_t frame, int64_t time)
{
	static const uint8_t there[4] = {10, 2, 0, 1};
	const struct asa_log_message message = {.number = 750003,
	                                        .peer = ip_address_from_ipv4(there),
	                                        .outcome = LOG_FAILED,
	                                        .phase = PHASE_1,
	                                        .cause = CAUSE_PSK_MISMATCH,
	                                        .strength = CONFIDENCE_CERTAIN};
	const struct log_origin origin = {.frame = frame, .time = time};
	struct annotation annotation;

	tunnels_add_log(scene->tunnels, &origin, &message, &annotation);
	return annotation;
}

static void a_failure_that_a_log_names_as_well_is_told_again(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_true(take_log(scene, 77, scene->time).changed);
	g_assert_false(take_log(scene, 78, scene->time).changed); /* known already */
	g_assert_cmpuint(scene_tunnel(scene)->history_count, ==, 1);
}

static void a_line_of_a_file_has_no_frame_to_tell_it_by(struct scene *scene)
{
	authenticate(scene, REFUSED);
	g_assert_false(take_log(scene, 0, scene->time).changed);
}

/* ---- many ESP packets at once ---- */

static void packets_in_bulk_are_counted_one_by_one(struct scene *scene)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	static const size_t counts[] = {0, 1, SPI_BATCH, SPI_BATCH + 1, 3 * SPI_BATCH};
	struct esp_packet packets[3 * SPI_BATCH];
	uint32_t sequence = 0;
	uint64_t total = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
		for (size_t j = 0; j < counts[i]; j++)
			packets[j] = (struct esp_packet){.source = ip_address_from_ipv4(here),
			                                 .destination = ip_address_from_ipv4(there),
			                                 .spi = OUT,
			                                 .sequence = ++sequence,
			                                 .bytes = 100,
			                                 .time = -5};
		tunnels_add_esp(scene->tunnels, packets, counts[i]);
		total += counts[i];
		if (total == 0)
			continue;
		g_assert_cmpuint(scene_tunnel(scene)->esp[0].packets, ==, total);
		g_assert_cmpuint(scene_tunnel(scene)->esp[0].lost, ==, 0);
		g_assert_cmpint(scene_tunnel(scene)->last_time, ==, 1); /* as no time is 0 or before */
	}
}

/* ---- looks at what was counted elsewhere ---- */

static void count(struct tunnel *tunnel, void *context)
{
	g_assert_cmpint(tunnel->current, !=, CAUSE_NONE);
	++*(unsigned *)context;
}

static void a_look_tells_of_changes_and_of_nothing_else(struct scene *scene)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	struct spi_counts counts = {.source = ip_address_from_ipv4(here),
	                            .destination = ip_address_from_ipv4(there),
	                            .spi = OUT,
	                            .packets = 10,
	                            .bytes = 1000};
	unsigned changes = 0;

	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	for (unsigned second = 1; second <= 20; second++) {
		counts.last_time = scene->time + second * NANOSECONDS;
		tunnels_take_counts(scene->tunnels, &counts);
		tunnels_settle_counts(scene->tunnels, counts.last_time, count, &changes);
	}
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_ONE_WAY);
	g_assert_cmpuint(changes, ==, 1);
	g_assert_cmpuint(last_event(scene)->frame, ==, 0);
	g_assert_cmpint(tunnels_now(scene->tunnels), ==, counts.last_time);
}

static void a_look_may_be_nobodys(struct scene *scene)
{
	authenticate(scene, REFUSED);
	tunnels_at(scene->tunnels, 0)->current = CAUSE_NONE;
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	struct spi_counts counts = {.source = ip_address_from_ipv4(here),
	                            .destination = ip_address_from_ipv4(there),
	                            .spi = OUT,
	                            .packets = 1,
	                            .last_time = scene->time};
	tunnels_take_counts(scene->tunnels, &counts);
	tunnels_settle_counts(scene->tunnels, scene->time, NULL, NULL);
	g_assert_cmpint(scene_tunnel(scene)->current, ==, CAUSE_PSK_MISMATCH);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_change_of_verdict_is_noted_at_its_packet),
        CONVERSATION(what_changes_nothing_is_not_noted),
        CONVERSATION(of_very_many_changes_the_first_and_the_last_are_kept),
        CONVERSATION(what_was_lost_before_an_outage_is_remembered_when_it_begins),
        CONVERSATION(another_verdict_remembers_no_losses),
        CONVERSATION(how_sure_the_verdict_is_goes_with_it),
        CONVERSATION(what_is_not_known_is_no_event_before_anything_has_failed),
        CONVERSATION(a_tunnel_whose_ike_sa_is_rekeyed_works_on),
        CONVERSATION(what_became_unknown_is_asked_of_the_next_packets),
        CONVERSATION(it_is_asked_of_either_way_and_then_ever_less_often),
        CONVERSATION(a_failure_that_happens_again_is_told_again),
        CONVERSATION(a_child_that_is_refused_again_is_told_again),
        CONVERSATION(without_frame_numbers_nothing_is_told_again),
        CONVERSATION(what_is_no_failure_of_the_tunnel_is_not_told),
        CONVERSATION(a_failure_that_a_log_names_as_well_is_told_again),
        CONVERSATION(a_line_of_a_file_has_no_frame_to_tell_it_by),
        CONVERSATION(packets_in_bulk_are_counted_one_by_one),
        CONVERSATION(a_look_tells_of_changes_and_of_nothing_else),
        CONVERSATION(a_look_may_be_nobodys),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "judge", tests, G_N_ELEMENTS(tests));
}
