/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict in an ASA's words: whose addresses and ports, of which version, which counter, what it would log and type.
 */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/verdict/words.h"

#define OUT 0x1001
#define BACK 0x2001

static struct verdict_words *words_of(const struct scene *scene, struct verdict_words *words)
{
	struct verdict verdict = scene_verdict(scene);

	verdict_words_of(scene_tunnel(scene), &verdict, words);
	return words;
}

static void the_asas_side_is_mirrored(struct scene *scene)
{
	struct verdict_words words;

	scene_up(scene);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	tunnel->ike_sas[0]->ports[0] = 1000;
	tunnel->ike_sas[0]->ports[1] = 2000;
	for (uint8_t side = 0; side < 2; side++) {
		tunnel->asa_side = side;
		words_of(scene, &words);
		g_assert_cmpstr(words.values.asa, ==, side == 0 ? "10.1.0.1" : "10.2.0.1");
		g_assert_cmpstr(words.values.peer, ==, side == 0 ? "10.2.0.1" : "10.1.0.1");
		g_assert_cmpuint(words.values.asa_port, ==, side == 0 ? 1000 : 2000);
		g_assert_cmpuint(words.values.peer_port, ==, side == 0 ? 2000 : 1000);
	}
	tunnel->ike_sas[0]->ports[0] = 0;
	g_assert_cmpuint(words_of(scene, &words)->values.peer_port, ==, IKE_PORT);
}

static void without_an_ike_sa_it_is_ikev2_on_its_own_port_and_any_version(struct scene *scene)
{
	struct verdict_words words;

	scene_esp(scene, 0, OUT, 1, 0.1);
	words_of(scene, &words);
	g_assert_cmpuint(words.values.version, ==, 2);
	g_assert_cmpuint(words.values.asa_port, ==, IKE_PORT);
	g_assert_cmpuint(words.versions, ==, FOR_BOTH);
	g_assert_cmpstr(verdict_words_show_command(&words), ==, "show crypto ikev2 sa");
}

static void the_version_is_that_of_the_ike_sa(struct scene *scene)
{
	struct verdict_words words;

	scene_up(scene);
	words_of(scene, &words);
	g_assert_cmpuint(words.values.version, ==, 2);
	g_assert_cmpuint(words.versions, ==, FOR_IKEV2);
	g_assert_cmpstr(verdict_words_show_command(&words), ==, "show crypto ikev2 sa");
	scene_new_attempt(scene, 0);
	scene_main_mode(scene, 1, 6);
	words_of(scene, &words);
	g_assert_cmpuint(words.values.version, ==, 1);
	g_assert_cmpuint(words.versions, ==, FOR_IKEV1);
	g_assert_cmpstr(verdict_words_show_command(&words), ==, "show crypto ikev1 sa");
}

/* ---- which counter stands still ---- */

static void assert_shown(const struct scene *scene, const char *expected)
{
	struct verdict_words words;
	char text[VERDICT_WORDS_SIZE];

	g_assert_cmpstr(verdict_words_shown(words_of(scene, &words), text, sizeof text), ==, expected);
}

static void of_one_way_the_counter_that_stands_still_is_named(struct scene *scene)
{
	struct verdict_words words;

	scene_main_mode(scene, 1, 6);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	words_of(scene, &words);
	g_assert_null(words.values.growing);
	g_assert_null(words.values.still);
	scene_esp(scene, 0, OUT, 30, 0.5);
	g_assert_cmpint(words_of(scene, &words)->missing, ==, ESP_MISSING_DECAPS);
	assert_shown(scene, "MM_ACTIVE; #pkts encaps grows and #pkts decaps does not");
	tunnels_at(scene->tunnels, 0)->asa_side = 1;
	g_assert_cmpint(words_of(scene, &words)->missing, ==, ESP_MISSING_ENCAPS);
	assert_shown(scene, "MM_ACTIVE; #pkts decaps grows and #pkts encaps does not");
}

/* A cause that one version alone can have says what that shows, whichever is asked for. */
static void what_one_version_shows_is_shown_of_the_other(struct scene *scene)
{
	const struct catalogue_entry entry = {.show = {"one", NULL}}, other = {.show = {NULL, "two"}}, none = {0};
	struct verdict_words words;
	char text[20];

	(void)scene;
	memset(&words, 0, sizeof words);
	for (uint8_t versions = FOR_IKEV1; versions <= FOR_BOTH; versions++) {
		words.versions = versions;
		words.entry = &entry;
		g_assert_cmpstr(verdict_words_shown(&words, text, sizeof text), ==, "one");
		words.entry = &other;
		g_assert_cmpstr(verdict_words_shown(&words, text, sizeof text), ==, "two");
		words.entry = &none;
		g_assert_null(verdict_words_shown(&words, text, sizeof text));
	}
}

/* ---- what an ASA would log ---- */

static bool logs(const struct scene *scene)
{
	struct verdict_words words;
	unsigned cursor = 0;

	return verdict_words_message(words_of(scene, &words), &cursor) != NULL;
}

static void success_is_logged_when_it_was_seen_to_come(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, 0x1001, 0x2001, 2, 0.1);
	g_assert_true(logs(scene));
	scene_tunnel(scene)->ike_sas[0]->starts_midstream = true;
	g_assert_false(logs(scene));
	scene_tunnel(scene)->ike_sas[0]->starts_midstream = false;
	scene_tunnel(scene)->ike_sas[0]->up_time = 0;
	g_assert_false(logs(scene));
}

static void without_an_ike_sa_no_success_is_logged(struct scene *scene)
{
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	g_assert_false(logs(scene));
}

static void a_failure_is_logged_whatever_was_seen_before(struct scene *scene)
{
	scene->responder_spi = 7;
	scene_request(scene, 0, IKE2_AUTH, 1, AUTH_REQUEST);
	scene_response(scene, 1, IKE2_AUTH, 1, REFUSED);
	assert_cause(scene, CAUSE_PSK_MISMATCH);
	g_assert_true(logs(scene));
}

static const struct catalogue_entry lists = {
        .messages = {{.id = "1", .versions = FOR_IKEV1},
                     {.id = "2", .versions = FOR_IKEV2},
                     {.id = "3", .versions = FOR_BOTH, .missing = ESP_MISSING_ENCAPS},
                     {.id = "4", .versions = FOR_BOTH, .missing = ESP_MISSING_DECAPS}},
        .steps = {{.command = "1", .versions = FOR_IKEV1},
                  {.command = "2", .versions = FOR_IKEV2},
                  {.command = "3", .versions = FOR_BOTH}},
};

/* The names of all messages and steps that hold, one after the other. */
static char *all_of(uint8_t versions, enum esp_missing missing, const struct catalogue_entry *entry)
{
	const struct verdict_words words = {
	        .entry = entry, .versions = versions, .missing = missing, .messages_hold = true};
	const struct asa_message *message;
	const struct next_step *step;
	GString *names = g_string_new(NULL);

	for (unsigned cursor = 0; (message = verdict_words_message(&words, &cursor)) != NULL;)
		g_string_append(names, message->id);
	g_string_append_c(names, ' ');
	for (unsigned cursor = 0; (step = verdict_words_step(&words, &cursor)) != NULL;)
		g_string_append(names, step->command);
	return g_string_free(names, FALSE);
}

static void messages_and_steps_are_those_of_the_version_and_the_counter(struct scene *scene)
{
	static const struct {
		uint8_t versions;
		enum esp_missing missing;
		const char *names;
	} cases[] = {
	        {FOR_IKEV1, ESP_MISSING_NONE, "1 13"},    {FOR_IKEV2, ESP_MISSING_NONE, "2 23"},
	        {FOR_BOTH, ESP_MISSING_NONE, "12 123"},   {FOR_IKEV2, ESP_MISSING_ENCAPS, "23 23"},
	        {FOR_IKEV1, ESP_MISSING_DECAPS, "14 13"},
	};

	(void)scene;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *names = all_of(cases[i].versions, cases[i].missing, &lists);
		g_assert_cmpstr(names, ==, cases[i].names);
		g_free(names);
	}
}

static void lists_that_are_full_end_with_their_last(struct scene *scene)
{
	struct catalogue_entry full = {0};

	(void)scene;
	for (unsigned i = 0; i < CATALOGUE_MESSAGES; i++)
		full.messages[i] = (struct asa_message){.id = "m", .versions = FOR_BOTH};
	for (unsigned i = 0; i < CATALOGUE_STEPS; i++)
		full.steps[i] = (struct next_step){.command = "s", .versions = FOR_BOTH};
	char *names = all_of(FOR_BOTH, ESP_MISSING_NONE, &full);
	g_assert_cmpuint(strlen(names), ==, CATALOGUE_MESSAGES + 1 + CATALOGUE_STEPS);
	g_free(names);
}

/* ---- clauses ---- */

static void each_nat_has_its_clause(struct scene *scene)
{
	static const struct {
		bool asa, peer;
		const char *begins;
	} cases[] = {{false, false, NULL},
	             {true, false, "the ASA is behind a NAT"},
	             {false, true, "the peer is behind a NAT"},
	             {true, true, "both claim a NAT between private addresses"}};

	scene_up(scene);
	g_assert_null(verdict_words_nat(scene_tunnel(scene)));
	struct ike_nat *nat = &scene_tunnel(scene)->ike_sas[0]->nat;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		*nat = (struct ike_nat){{true, true}, {cases[i].asa, cases[i].peer}};
		const char *clause = verdict_words_nat(scene_tunnel(scene));
		g_assert_true((clause == NULL) == (cases[i].begins == NULL));
		g_assert_true(clause == NULL || g_str_has_prefix(clause, cases[i].begins));
	}
}

static void each_phase_and_place_has_its_name(struct scene *scene)
{
	(void)scene;
	g_assert_cmpstr(verdict_words_failure(PHASE_NONE), ==, "No failure");
	g_assert_cmpstr(verdict_words_failure(PHASE_1), ==, "Phase 1 failed");
	g_assert_cmpstr(verdict_words_failure(PHASE_2), ==, "Phase 2 failed");
	g_assert_cmpstr(verdict_words_failure(PHASE_DATA), ==, "Data fails");
	g_assert_cmpstr(next_at_name(AT_ASA), ==, "ASA");
	g_assert_cmpstr(next_at_name(AT_PEER), ==, "peer");
	g_assert_cmpstr(next_at_name(AT_PATH), ==, "path");
}

static void why_a_side_is_taken_as_the_asa_is_said(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	struct tunnel *tunnel = tunnels_at(scene->tunnels, 0);
	struct verdict verdict = scene_verdict(scene);
	g_assert_cmpstr(verdict_words_why_this_side(tunnel, &verdict), ==, "the first sender");
	scene_up(scene);
	verdict = scene_verdict(scene);
	g_assert_cmpstr(verdict_words_why_this_side(tunnel, &verdict), ==, "the IKE initiator");
	tunnel->asa_declared = true;
	g_assert_cmpstr(verdict_words_why_this_side(tunnel, &verdict), ==, "as asked");
}

static const struct conversation_test tests[] = {
        CONVERSATION(the_asas_side_is_mirrored),
        CONVERSATION(without_an_ike_sa_it_is_ikev2_on_its_own_port_and_any_version),
        CONVERSATION(the_version_is_that_of_the_ike_sa),
        CONVERSATION(of_one_way_the_counter_that_stands_still_is_named),
        CONVERSATION(what_one_version_shows_is_shown_of_the_other),
        CONVERSATION(success_is_logged_when_it_was_seen_to_come),
        CONVERSATION(without_an_ike_sa_no_success_is_logged),
        CONVERSATION(a_failure_is_logged_whatever_was_seen_before),
        CONVERSATION(messages_and_steps_are_those_of_the_version_and_the_counter),
        CONVERSATION(lists_that_are_full_end_with_their_last),
        CONVERSATION(each_nat_has_its_clause),
        CONVERSATION(each_phase_and_place_has_its_name),
        CONVERSATION(why_a_side_is_taken_as_the_asa_is_said),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "words", tests, G_N_ELEMENTS(tests));
}
