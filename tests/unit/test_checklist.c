/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checklist from zero to pings: what the packets show to hold, to fail, or leave open. */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/checklist.h"
#include "core/verdict/judge.h"

#define OUT 0x1001
#define BACK 0x2001

/* The phase whose answer the step repeats; PHASE_NONE for one that has words of its own. */
static enum phase phase_of(enum checklist_step step)
{
	if (step == CHECKLIST_AUTHENTICATION || step == CHECKLIST_PHASE_1)
		return PHASE_1;
	return step == CHECKLIST_PHASE_2 ? PHASE_DATA : PHASE_NONE;
}

/* Which words stand at a step: failures have their own, a phase's answer says what it rests on. */
static const char *words_of(enum checklist_step step, enum checklist_answer answer, const enum answer_reason reasons[2])
{
	const struct checklist_words *words = catalogue_checklist(step);
	const char *const own[] = {
	        [CHECKLIST_UNKNOWN] = words->unknown, [CHECKLIST_OK] = words->done, [CHECKLIST_FAILED] = words->failed};
	enum answer_reason reason = phase_of(step) == PHASE_NONE ? REASON_NONE : reasons[phase_of(step) == PHASE_DATA];

	return answer == CHECKLIST_FAILED || reason == REASON_NONE ? own[answer] : catalogue_reason(reason)->why;
}

/*
 * One letter a step, in the checklist's order: + holds, - fails, ? not known. phase_1 is what Authentication and Phase
 * 1 say where they do not fail, phase_2 what Phase 2 says; REASON_NONE: the step's own words.
 */
static void assert_answers(const struct scene *scene, const char *expected, enum answer_reason phase_1,
                           enum answer_reason phase_2)
{
	static const char letters[] = {[CHECKLIST_UNKNOWN] = '?', [CHECKLIST_OK] = '+', [CHECKLIST_FAILED] = '-'};
	const enum answer_reason reasons[2] = {phase_1, phase_2};
	struct verdict verdict = scene_verdict(scene);
	struct checklist_item items[CHECKLIST_STEPS];
	char answers[CHECKLIST_STEPS + 1] = "";

	tunnel_checklist(scene_tunnel(scene), &verdict, items);
	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		enum checklist_step step = CHECKLIST_NONE + 1 + i;
		answers[i] = letters[items[i].answer];
		g_assert_cmpstr(items[i].name, ==, catalogue_checklist(step)->name);
		g_assert_cmpstr(items[i].why, ==, words_of(step, items[i].answer, reasons));
	}
	g_assert_cmpstr(answers, ==, expected);
}

/* routing, suites, authentication, crypto map, interesting traffic, phase 1, phase 2 */

static void a_tunnel_that_works_holds_everywhere(struct scene *scene)
{
	scene_up(scene);
	assert_answers(scene, "++++++?", REASON_AUTHENTICATION_INFERRED, REASON_NO_ESP);
	scene_esp(scene, 0, OUT, 1, 0.1);
	assert_answers(scene, "++++++?", REASON_AUTHENTICATION_INFERRED, REASON_FEW_PACKETS);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_answers(scene, "+++++++", REASON_AUTHENTICATION_AND_ESP, REASON_ESP_BOTH_WAYS);
}

static void a_negotiation_holds_as_far_as_it_came(struct scene *scene)
{
	scene_init_request(scene);
	assert_answers(scene, "????+??", REASON_ONE_DIRECTION, REASON_NO_ESP);
	scene_init_response(scene);
	assert_answers(scene, "++??+??", REASON_UNDER_WAY, REASON_NOT_REACHED);
}

static void a_request_to_authenticate_waits_for_its_answer(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	assert_answers(scene, "++??+??", REASON_UNDER_WAY, REASON_NOT_REACHED);
}

static void esp_both_ways_shows_every_step(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	assert_answers(scene, "????+??", REASON_NO_IKE, REASON_ONE_DIRECTION);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_answers(scene, "+++++++", REASON_ESP_SHOWS_KEYS, REASON_ESP_BOTH_WAYS);
}

/* The kernel has another child, on which nothing goes, and the negotiation was not seen. */
static void a_child_that_may_not_have_come_up_leaves_phase_2_open(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_INFORMATIONAL, 4, LIVENESS);
	scene_response(scene, 1, IKE2_INFORMATIONAL, 4, LIVENESS);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	assert_answers(scene, "+++++++", REASON_ESP_SHOWS_KEYS, REASON_ESP_BOTH_WAYS);
	tunnel_pair_spis(tunnels_at(scene->tunnels, 0), 0, OUT + 1, BACK + 1, PAIRED_BY_XFRM, scene->time);
	assert_answers(scene, "++++++?", REASON_ESP_SHOWS_KEYS, REASON_MIDSTREAM);
	assert_cause(scene, CAUSE_UNDETERMINED);
}

static void a_capture_of_the_other_direction_shows_as_little(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 1, 0.1);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	tunnel->last_from[0] = 0;
	assert_answers(scene, "?++++++", REASON_ESP_SHOWS_KEYS, REASON_ESP_BOTH_WAYS);
	tunnel->last_from[1] = 0;
	assert_answers(scene, "?+++?++", REASON_ESP_SHOWS_KEYS, REASON_ESP_BOTH_WAYS);
}

static void an_ike_sa_without_a_child_shows_no_crypto_map(struct scene *scene)
{
	scene_main_mode(scene, 1, 6);
	assert_answers(scene, "+++?++?", REASON_AUTHENTICATION_INFERRED, REASON_NO_ESP);
}

/* Whoever is gone did authenticate, and ESP did go both ways. */
static void a_dead_peer_fails_phase_1_alone(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	scene_same_bytes(scene);
	scene_request(scene, 0, IKE2_INFORMATIONAL, 2, LIVENESS);
	assert_cause(scene, CAUSE_PEER_DEAD);
	assert_answers(scene, "-++++-+", REASON_NONE, REASON_ESP_BOTH_WAYS);
}

static void a_refused_proposal_fails_the_suites_and_phase_1(struct scene *scene)
{
	scene_init_request(scene);
	scene_init_error(scene, IKE_NOTIFY_NO_PROPOSAL_CHOSEN, 0);
	assert_answers(scene, "+-??+-?", REASON_NONE, REASON_NOT_REACHED);
}

static void a_refused_authentication_fails_it_and_phase_1(struct scene *scene)
{
	authenticate(scene, REFUSED);
	assert_answers(scene, "++-?+-?", REASON_NONE, REASON_NOT_REACHED);
}

static void silence_fails_the_routing_and_phase_1(struct scene *scene)
{
	scene_init_request(scene);
	scene_same_bytes(scene);
	scene_init_request(scene);
	assert_answers(scene, "-???+-?", REASON_NONE, REASON_NOT_REACHED);
}

static void a_refused_child_fails_phase_2(struct scene *scene)
{
	static const uint16_t payloads[] = {IKE2_PAYLOAD_IDR, IKE2_PAYLOAD_AUTH, 0};

	scene_init_request(scene);
	scene_init_response(scene);
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_decrypted(scene, 1, IKE2_AUTH, 1, true, payloads, IKE_NOTIFY_TS_UNACCEPTABLE);
	assert_answers(scene, "+++-++-", REASON_AUTHENTICATION_INFERRED, REASON_NONE);
}

static void one_way_fails_phase_2_though_esp_went_both_ways(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 5, 0.1);
	scene_esp(scene, 0, OUT, 30, 0.5);
	assert_cause(scene, CAUSE_ONE_WAY);
	assert_answers(scene, "++++++-", REASON_AUTHENTICATION_AND_ESP, REASON_NONE);
}

/* The cause is of the data, whose step is that of Phase 2; but that ESP flows is no reason to say so. */
static void loss_fails_phase_2(struct scene *scene)
{
	scene_up(scene);
	for (unsigned i = 0; i < 100; i++) {
		scene_esp_both(scene, OUT, BACK, 1, 0.1);
		scene->sequence[1] += i % 5 == 0;
	}
	assert_cause(scene, CAUSE_PACKET_LOSS);
	assert_answers(scene, "++++++-", REASON_AUTHENTICATION_AND_ESP, REASON_NONE);
}

static void a_tunnel_that_was_never_seen_shows_nothing(struct scene *scene)
{
	const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};
	const struct ip_address local = ip_address_from_ipv4(here), remote = ip_address_from_ipv4(there);

	tunnels_declare(scene->tunnels, &local, &remote);
	assert_answers(scene, "???????", REASON_NOTHING_SEEN, REASON_NOTHING_SEEN);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_tunnel_that_works_holds_everywhere),
        CONVERSATION(a_negotiation_holds_as_far_as_it_came),
        CONVERSATION(a_request_to_authenticate_waits_for_its_answer),
        CONVERSATION(esp_both_ways_shows_every_step),
        CONVERSATION(a_child_that_may_not_have_come_up_leaves_phase_2_open),
        CONVERSATION(a_capture_of_the_other_direction_shows_as_little),
        CONVERSATION(an_ike_sa_without_a_child_shows_no_crypto_map),
        CONVERSATION(a_dead_peer_fails_phase_1_alone),
        CONVERSATION(a_refused_proposal_fails_the_suites_and_phase_1),
        CONVERSATION(a_refused_authentication_fails_it_and_phase_1),
        CONVERSATION(silence_fails_the_routing_and_phase_1),
        CONVERSATION(a_refused_child_fails_phase_2),
        CONVERSATION(one_way_fails_phase_2_though_esp_went_both_ways),
        CONVERSATION(loss_fails_phase_2),
        CONVERSATION(a_tunnel_that_was_never_seen_shows_nothing),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "checklist", tests, G_N_ELEMENTS(tests));
}
