/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict as a person reads it: which lines it has, in which order, and when. */
#include <glib.h>
#include <string.h>

#include "conversations.h"
#include "core/base/time.h"
#include "core/verdict/text.h"
#include "core/verdict/words.h"

#define OUT 0x1001
#define BACK 0x2001

static const struct text_style plain = {.color = false, .width = 0};

/* To be freed. */
static char *page_of(const struct scene *scene, int64_t start)
{
	GString *text = g_string_new(NULL);

	verdict_text_append(text, &plain, scene->tunnels, scene_tunnel(scene), start);
	return g_string_free(text, FALSE);
}

/* The page has these lines, in this order; NULL ends them. */
static void assert_lines(const struct scene *scene, int64_t start, const char *const *lines)
{
	char *page = page_of(scene, start);
	const char *from = page;

	for (; *lines != NULL; lines++) {
		const char *found = strstr(from, *lines);
		if (found == NULL)
			g_error("'%s' is not in, or not here:\n%s", *lines, page);
		from = found + strlen(*lines);
	}
	g_free(page);
}

static void assert_lacks(const struct scene *scene, const char *words)
{
	char *page = page_of(scene, 0);

	if (strstr(page, words) != NULL)
		g_error("'%s' is in:\n%s", words, page);
	g_free(page);
}

#define ASSERT_LINES(scene, start, ...) assert_lines(scene, start, (const char *const[]){__VA_ARGS__, NULL})

static void a_page_begins_with_the_two_ends_and_the_verdict(struct scene *scene)
{
	authenticate(scene, REFUSED);
	ASSERT_LINES(scene, 0,
	             "10.1.0.1 (taken as the ASA: the IKE initiator) – 10.2.0.1 (peer), IKEv2, state NONE\n"
	             "  Phase 1 failed: ",
	             "\n  cause: psk-mismatch, possible; it could also be identity-mismatch, cert-untrusted\n    ");
}

static void without_an_ike_sa_no_version_is_said(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	ASSERT_LINES(scene, 0, "10.1.0.1 (taken as the ASA: the first sender) – 10.2.0.1 (peer)\n",
	             "\n  cause: undetermined\n");
	assert_lacks(scene, "it could also be");
	assert_lacks(scene, "Proposals for the IKE SA");
}

static void what_works_says_on_how_many_children(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	ASSERT_LINES(scene, 0,
	             "  Works as far as packets outside the tunnel show: Phase 1 and 2 up, ESP both ways on 1 child\n"
	             "  Phase 1 ok · Phase 2 ok · data ok\n"
	             "  cause: none, certain\n");
	assert_lacks(scene, "To know");
}

static void what_is_not_known_says_what_would_tell(struct scene *scene)
{
	scene_up(scene);
	ASSERT_LINES(scene, 0,
	             "  No fault seen, too little seen to call it well\n"
	             "  Phase 1 ok · Phase 2 ok · data unknown: no ESP captured\n"
	             "  To know of data: ESP too: capture esp or udp port 4500\n"
	             "  cause: undetermined\n");
}

static void what_would_tell_of_several_phases_is_said_once(struct scene *scene)
{
	scene_init_request(scene);
	ASSERT_LINES(scene, 0,
	             "  Phase 1 unknown: packets of one end only · Phase 2 unknown: packets of one end only · data "
	             "unknown: no ESP captured\n"
	             "  To know of Phase 1: both directions: ",
	             "\n  To know of data: ESP too: ", "\n  cause: undetermined\n");
	assert_lacks(scene, "To know of Phase 2");
}

static void a_failure_leaves_what_was_not_reached_unknown(struct scene *scene)
{
	authenticate(scene, REFUSED);
	ASSERT_LINES(scene, 0,
	             "  Phase 1 failed · Phase 2 unknown: not reached · data unknown: not reached\n  cause: ");
	assert_lacks(scene, "To know");
}

static void a_nat_is_said_beside_the_state(struct scene *scene)
{
	scene_up(scene);
	scene_tunnel(scene)->ike_sas[0]->nat = (struct ike_nat){{true, true}, {true, false}};
	ASSERT_LINES(scene, 0, "state READY, the ASA is behind a NAT, or claims to be\n");
}

static void evidence_has_its_frame_and_its_time_after_the_start(struct scene *scene)
{
	int64_t start = scene->time;

	scene_wait(scene, 61.25);
	authenticate(scene, REFUSED);
	ASSERT_LINES(scene, start, "  Evidence\n    frame 1            61.270000 s  first message of Phase 1 sent\n",
	             "    frame 4            61.330000 s  answer of ");
}

static void evidence_of_no_frame_says_so(struct scene *scene)
{
	scene->frame = UINT32_MAX; /* the next one is 0 */
	int64_t start = scene->time;
	scene_init_request(scene);
	ASSERT_LINES(scene, start, "    no frame            0.020000 s  first message of Phase 1 sent\n");
}

/* Of what goes on now there are no frames. */
static void live_evidence_has_its_time_of_day(struct scene *scene)
{
	GDateTime *date = g_date_time_new_from_unix_local((scene->time + NANOSECONDS) / NANOSECONDS);
	char *day = g_date_time_format(date, "    %Y-%m-%d %H:%M:%S.045  first message of Phase 1 sent\n");

	scene_next_at(scene, scene->time + NANOSECONDS + 45 * NANOSECONDS_PER_MILLISECOND);
	scene_init_request(scene);
	ASSERT_LINES(scene, VERDICT_TEXT_LIVE, day);
	g_free(day);
	g_date_time_unref(date);
}

static void without_evidence_there_is_no_heading(struct scene *scene)
{
	scene_esp(scene, 0, OUT, 1, 0.1);
	scene_esp(scene, 1, BACK, 1, 0.1);
	assert_lacks(scene, "Evidence");
}

static void proposals_are_those_that_were_seen(struct scene *scene)
{
	scene_init_request(scene);
	ASSERT_LINES(scene, 0, "  Proposals for the IKE SA\n    offered  AES-");
	assert_lacks(scene, "    chosen ");
	scene_init_response(scene);
	ASSERT_LINES(scene, 0, "  Proposals for the IKE SA\n    offered  AES-", "\n    chosen   AES-");
	scene_tunnel(scene)->ike_sas[0]->init.offered[0] = '\0';
	ASSERT_LINES(scene, 0, "  Proposals for the IKE SA\n    chosen   AES-");
}

static void esp_is_counted_as_the_asa_does(struct scene *scene)
{
	scene_up(scene);
	assert_lacks(scene, "ESP, as the ASA counts it");
	scene_esp(scene, 0, OUT, 3, 0.1);
	scene->sequence[1] = 0;
	scene_esp(scene, 1, BACK, 2, 0.1);
	scene->sequence[1] += 4;
	scene_esp(scene, 1, BACK, 1, 0.1);
	scene_esp(scene, 1, BACK + 1, 1, 0.1);
	ASSERT_LINES(scene, 0,
	             "  ESP, as the ASA counts it\n"
	             "    #pkts encaps: 3, 300 bytes, 0 lost, 1 SPI\n"
	             "    #pkts decaps: 4, 400 bytes, 4 lost, 2 SPIs\n");
	tunnels_at(scene->tunnels, 0)->asa_side = 1;
	ASSERT_LINES(scene, 0, "    #pkts encaps: 4, ", "    #pkts decaps: 3, ");
}

static void one_packet_is_counted_too(struct scene *scene)
{
	scene_esp(scene, 1, BACK, 1, 0.1);
	ASSERT_LINES(scene, 0, "  ESP, as the ASA counts it\n    #pkts encaps: 1, 100 bytes, 0 lost, 1 SPI\n");
}

static void a_fault_says_what_an_asa_shows_logs_and_what_to_type(struct scene *scene)
{
	authenticate(scene, REFUSED);
	ASSERT_LINES(scene, 0, "  An ASA would show\n    show crypto ikev2 sa: ",
	             "  An ASA would log\n    %ASA-4-750003: ", "  Type on the ASA\n    ", "  Type on the peer\n    ",
	             "  From zero to pings\n");
	char *page = page_of(scene, 0);
	const char *first = strstr(page, "An ASA would log");
	g_assert_null(strstr(first + 1, "An ASA would log"));
	g_free(page);
}

/* Up, with ESP both ways. */
static void play_what_works(struct scene *scene)
{
	scene_up(scene);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
}

static void what_is_fine_is_not_shown_but_logged(struct scene *scene)
{
	play_what_works(scene);
	assert_lacks(scene, "An ASA would show");
	ASSERT_LINES(scene, 0, "  An ASA would log\n    %ASA-5-750006: ");
}

static void what_to_mind_about_a_message_stands_behind_it(struct scene *scene)
{
	const struct asa_message *messages = catalogue_entry(CAUSE_NONE)->messages;
	unsigned notes = 0, noted = 0;

	play_what_works(scene);
	for (unsigned i = 0; i < CATALOGUE_MESSAGES && messages[i].id != NULL; i++)
		notes += (messages[i].versions & FOR_IKEV2) != 0 && *asa_message_note(&messages[i]) != '\0';
	g_assert_cmpuint(notes, >, 0);
	char *page = page_of(scene, 0);
	const char *from = strstr(page, "An ASA would log"), *end = strstr(page, "Type on the ASA");
	g_assert_nonnull(from);
	g_assert_nonnull(end);
	while ((from = strstr(from + 1, ")\n")) != NULL && from < end)
		noted++;
	g_assert_cmpuint(noted, ==, notes);
	g_free(page);
}

static void the_walk_has_a_mark_for_each_answer(struct scene *scene)
{
	authenticate(scene, REFUSED);
	ASSERT_LINES(scene, 0, "  From zero to pings\n    ✓ 1. routing              ", "    ✓ 2. cipher suites        ",
	             "    ✗ 3. authentication       ", "    ? 4. crypto map           ",
	             "    ✓ 5. interesting traffic  ", "    ✗ 6. phase 1              ",
	             "    ? 7. phase 2              ");
}

static void what_was_before_is_said_where_there_was_anything(struct scene *scene)
{
	authenticate(scene, REFUSED);
	assert_lacks(scene, "Before that");
	uint32_t refused = scene->frame;
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	char *line = g_strdup_printf("  Before that\n    from frame %u  psk-mismatch\n", refused);
	char *page = page_of(scene, 0);
	g_assert_true(g_str_has_suffix(page, line)); /* and not what is now */
	g_free(page);
	g_free(line);
	ASSERT_LINES(scene, VERDICT_TEXT_LIVE, "  Before that\n    from 19", "  psk-mismatch\n");
}

static void the_short_form_is_the_cause_or_that_there_is_none(struct scene *scene)
{
	GString *text = g_string_new(NULL);
	struct verdict verdict;

	authenticate(scene, REFUSED);
	verdict = scene_verdict(scene);
	verdict_text_append_summary(text, &plain, &verdict);
	g_assert_cmpstr(text->str, ==, "Phase 1 failed: psk-mismatch (possible)");
	g_string_truncate(text, 0);
	scene_response(scene, 1, IKE2_AUTH, 1, CHILD_UP);
	verdict = scene_verdict(scene);
	verdict_text_append_summary(text, &plain, &verdict);
	g_assert_cmpstr(text->str, ==, "undetermined: data unknown (no ESP captured)");
	g_string_truncate(text, 0);
	scene_esp_both(scene, OUT, BACK, 2, 0.1);
	verdict = scene_verdict(scene);
	verdict_text_append_summary(text, &plain, &verdict);
	g_assert_true(g_str_has_prefix(text->str, catalogue_entry(CAUSE_NONE)->headline));
	g_assert_true(g_str_has_suffix(text->str, " (certain)"));
	g_string_free(text, TRUE);
}

static void what_worked_until_it_was_deleted_is_said_to_have(struct scene *scene)
{
	play_what_works(scene);
	struct ike_message message = scene_message(scene, IKE2_INFORMATIONAL, 5, false, 80);
	message.decrypted = message.deletes_ike_sa = true;
	scene_play(scene, 0, &message);
	const struct verdict verdict = scene_verdict(scene);
	g_assert_cmpint(verdict.cause, ==, CAUSE_NONE);
	g_assert_true(g_str_has_prefix(verdict_words_headline(&verdict), "Worked until"));
}

static void colours_tell_good_from_bad(struct scene *scene)
{
	const struct text_style colored = {.color = true, .width = 0};
	GString *good = g_string_new(NULL), *bad = g_string_new(NULL);
	struct verdict verdict;

	authenticate(scene, REFUSED);
	verdict = scene_verdict(scene);
	verdict_text_append_summary(bad, &colored, &verdict);
	verdict.cause = CAUSE_NONE;
	verdict_text_append_summary(good, &colored, &verdict);
	g_assert_cmpint(good->str[0], ==, '\033');
	g_assert_cmpint(bad->str[0], ==, '\033');
	g_assert_cmpint(strncmp(good->str, bad->str, strcspn(good->str, "m")), !=, 0);
	g_string_free(good, TRUE);
	g_string_free(bad, TRUE);
}

static const struct conversation_test tests[] = {
        CONVERSATION(a_page_begins_with_the_two_ends_and_the_verdict),
        CONVERSATION(without_an_ike_sa_no_version_is_said),
        CONVERSATION(what_works_says_on_how_many_children),
        CONVERSATION(what_is_not_known_says_what_would_tell),
        CONVERSATION(what_would_tell_of_several_phases_is_said_once),
        CONVERSATION(a_failure_leaves_what_was_not_reached_unknown),
        CONVERSATION(a_nat_is_said_beside_the_state),
        CONVERSATION(evidence_has_its_frame_and_its_time_after_the_start),
        CONVERSATION(evidence_of_no_frame_says_so),
        CONVERSATION(live_evidence_has_its_time_of_day),
        CONVERSATION(without_evidence_there_is_no_heading),
        CONVERSATION(proposals_are_those_that_were_seen),
        CONVERSATION(esp_is_counted_as_the_asa_does),
        CONVERSATION(one_packet_is_counted_too),
        CONVERSATION(a_fault_says_what_an_asa_shows_logs_and_what_to_type),
        CONVERSATION(what_is_fine_is_not_shown_but_logged),
        CONVERSATION(what_to_mind_about_a_message_stands_behind_it),
        CONVERSATION(the_walk_has_a_mark_for_each_answer),
        CONVERSATION(what_was_before_is_said_where_there_was_anything),
        CONVERSATION(the_short_form_is_the_cause_or_that_there_is_none),
        CONVERSATION(what_worked_until_it_was_deleted_is_said_to_have),
        CONVERSATION(colours_tell_good_from_bad),
};

int main(int argc, char **argv)
{
	return conversations_run(argc, argv, "verdict-text", tests, G_N_ELEMENTS(tests));
}
