/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "core/catalogue/answers.h"
#include "core/catalogue/causes.h"
#include "core/catalogue/evidence.h"
#include "core/catalogue/inferred.h"
#include "core/catalogue/messages.h"
#include "core/catalogue/shown.h"

static void every_cause_has_its_words(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		g_assert_nonnull(entry->name);
		g_assert_nonnull(entry->headline);
		g_assert_nonnull(entry->meaning);
		if (cause != CAUSE_UNDETERMINED) {
			g_assert_nonnull(entry->show[0]);
			g_assert_nonnull(entry->show[1]);
		}
		g_assert_cmpint(cause_from_name(entry->name), ==, cause);
		g_assert_nonnull(entry->steps[0].command);
	}
	g_assert_cmpint(cause_from_name("no-such-cause"), ==, CAUSE_LAST);
}

/* Every "debug X" of a text has a "no debug X" after it, for the same X up to its end or to the " ;" behind it. */
static void assert_debugs_end(const char *text)
{
	for (const char *at = text; (at = strstr(at, "debug ")) != NULL; at++) {
		if (at >= text + 3 && strncmp(at - 3, "no ", 3) == 0)
			continue;
		size_t length = strcspn(at, ";");
		while (length > 0 && at[length - 1] == ' ')
			length--;
		char *ended = g_strdup_printf("no %.*s", (int)length, at);
		if (strstr(at, ended) == NULL)
			g_error("'%s' begins a debug and does not end it with '%s'", text, ended);
		g_free(ended);
	}
}

static unsigned assert_steps_end_debugs(const struct next_step *steps)
{
	unsigned debugs = 0;

	for (unsigned i = 0; i < CATALOGUE_STEPS && steps[i].command != NULL; i++) {
		assert_debugs_end(steps[i].command);
		/* In a reason nobody sees the end of it. */
		g_assert_null(strstr(steps[i].why, "debug crypto"));
		debugs += strstr(steps[i].command, "no debug ") != NULL;
	}
	return debugs;
}

static void every_debug_is_ended_where_it_is_begun(void)
{
	unsigned debugs = 0;
	size_t count;

	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		debugs += assert_steps_end_debugs(entry->steps);
		g_assert_null(strstr(entry->meaning, "debug crypto"));
	}
	for (unsigned state = 0; state < SHOWN_LAST; state++) {
		debugs += assert_steps_end_debugs(catalogue_shown((enum shown_state)state)->steps);
		g_assert_null(strstr(catalogue_shown((enum shown_state)state)->meaning, "debug crypto"));
	}
	const struct log_meaning *meanings = catalogue_log_meanings(&count);
	for (size_t i = 0; i < count; i++)
		g_assert_null(strstr(meanings[i].meaning, "debug crypto"));
	/* They are suggested at all, those of the article among them. */
	g_assert_cmpuint(debugs, >, 10);
}

static void every_shown_state_has_its_words(void)
{
	for (unsigned state = 0; state < SHOWN_LAST; state++) {
		const struct shown_meaning *meaning = catalogue_shown((enum shown_state)state);
		g_assert_nonnull(meaning->headline);
		g_assert_nonnull(meaning->meaning);
		/* What failed has something to type: of its own, or its cause's. */
		if (meaning->phase != PHASE_NONE && meaning->cause == CAUSE_NONE)
			g_assert_nonnull(meaning->steps[0].command);
		if (meaning->cause != CAUSE_NONE)
			g_assert_cmpint(meaning->phase, ==, catalogue_entry(meaning->cause)->phase);
	}
	for (unsigned fault = 0; fault < CONFIG_LAST; fault++) {
		g_assert_nonnull(catalogue_config((enum config_fault)fault)->headline);
		g_assert_nonnull(catalogue_config((enum config_fault)fault)->meaning);
	}
}

static void every_counter_is_found_by_its_name(void)
{
	size_t count;
	const struct counter_meaning *counters = catalogue_counters(&count);

	for (size_t i = 0; i < count; i++) {
		const struct counter_meaning *found = catalogue_counter(counters[i].name, strlen(counters[i].name));
		g_assert_true(found == &counters[i]);
		g_assert_cmpstr(counters[i].meaning, !=, "");
	}
	g_assert_null(catalogue_counter("Bytes", 5));
}

static void ikev1_states_are_told_apart(void)
{
	g_assert_cmpint(catalogue_ikev1_state("MM_WAIT_MSG5"), ==, SHOWN_WAIT_MSG5);
	g_assert_cmpint(catalogue_ikev1_state("AM_Active"), ==, SHOWN_IKE_UP);
	g_assert_cmpint(catalogue_ikev1_state("MM_ACTIVE_REKEY"), ==, SHOWN_IKE_UP);
	g_assert_cmpint(catalogue_ikev1_state("MM_SND_MSG1"), ==, SHOWN_NEGOTIATING);
	g_assert_cmpint(catalogue_ikev1_state("READY"), ==, SHOWN_NOTHING);
}

static void every_message_has_a_number_and_a_severity(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		for (unsigned i = 0; i < CATALOGUE_MESSAGES && entry->messages[i].id != NULL; i++) {
			g_assert_cmpuint(strlen(entry->messages[i].id), ==, 6);
			g_assert_cmpint(entry->messages[i].severity, >=, 3);
			g_assert_cmpint(entry->messages[i].severity, <=, 7);
			g_assert_cmpint(entry->messages[i].versions, !=, 0);
		}
	}
}

static void every_evidence_and_inference_has_a_sentence(void)
{
	char text[512];

	for (unsigned kind = EVIDENCE_NONE + 1; kind < EVIDENCE_LAST; kind++) {
		const struct evidence item = {.kind = (enum evidence_kind)kind};
		g_assert_cmpstr(evidence_text(&item, text, sizeof text), !=, "");
	}
	for (unsigned inferred = INFERRED_NOTHING + 1; inferred < INFERRED_LAST; inferred++)
		g_assert_cmpstr(inferred_text((enum inferred)inferred), !=, "");
}

static void templates_are_filled_and_cut(void)
{
	const struct catalogue_values values = {"10.1.0.1", "10.2.0.1", 500, 4500, 2, "decaps", "encaps"};
	char text[64];
	g_assert_cmpstr(catalogue_fill("{asa}:{asa_port} {peer}:{peer_port} v{version}{x}", &values, text, sizeof text),
	                ==, "10.1.0.1:500 10.2.0.1:4500 v2");
	g_assert_cmpstr(catalogue_fill("{growing} grows, {still} does not", &values, text, sizeof text), ==,
	                "decaps grows, encaps does not");
	g_assert_cmpstr(catalogue_fill("{asa} and more", &values, text, 5), ==, "10.1");
	g_assert_cmpstr(catalogue_fill("open {brace", &values, text, sizeof text), ==, "open {brace");
}

static void evidence_is_written_out(void)
{
	const struct evidence item = {.kind = EVIDENCE_INIT_ERROR, .a = 14};
	char text[160];
	g_assert_nonnull(strstr(evidence_text(&item, text, sizeof text), "NO_PROPOSAL_CHOSEN (14)"));
}

static void what_is_not_known_is_not_named_in_evidence(void)
{
	static const struct {
		struct evidence item;
		const char *words;
	} cases[] = {
	        {{.kind = EVIDENCE_INIT_RESPONSE, .a = 14},
	         "first message answered, keys agreed in group 14 (MODP-2048)"},
	        {{.kind = EVIDENCE_INIT_RESPONSE, .a = 0}, "first message answered"},
	        {{.kind = EVIDENCE_CHILD_ONE_WAY, .a = 0x1001, .b = 0x2001},
	         "of this child SA only SPI 0x00001001 is in use, its other SPI 0x00002001 is silent"},
	        {{.kind = EVIDENCE_CHILD_ONE_WAY, .a = 0x1001, .b = 0},
	         "of this child SA only SPI 0x00001001 is in use, its other SPI was not seen"},
	        {{.kind = EVIDENCE_DELETED, .a = 0, .b = 1500},
	         "the initiator deletes the IKE SA, 1.500 s after it came up"},
	        {{.kind = EVIDENCE_DELETED, .a = 1, .b = 0},
	         "the responder deletes the IKE SA, 0.000 s after it came up"},
	};
	char text[160];

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
		g_assert_cmpstr(evidence_text(&cases[i].item, text, sizeof text), ==, cases[i].words);
}

/* An unknown answer says what would tell, unless there is nothing to ask for; ok says only why. */
static void every_reason_has_its_words(void)
{
	for (enum answer_reason reason = REASON_AUTHENTICATED; reason < REASON_LAST; reason++) {
		const struct reason_words *words = catalogue_reason(reason);
		g_assert_cmpstr(words->why, !=, "");
		g_assert_true((words->to_know != NULL) ==
		              (reason >= REASON_NOTHING_SEEN && reason != REASON_NOT_REACHED));
	}
	g_assert_cmpstr(catalogue_reason(REASON_CAUSE)->why, ==, "");
	g_assert_cmpstr(answer_name(ANSWER_OK), ==, "ok");
	g_assert_cmpstr(answer_name(ANSWER_FAILED), ==, "failed");
	g_assert_cmpstr(answer_name(ANSWER_UNKNOWN), ==, "unknown");
}

static void a_full_list_of_evidence_keeps_its_beginning_and_its_end(void)
{
	struct evidence_list list = {0};
	for (uint32_t i = 0; i < 100; i++)
		evidence_list_add(&list, (struct evidence){.kind = EVIDENCE_COOKIE, .a = i});
	g_assert_cmpuint(list.count, ==, EVIDENCE_MOST);
	g_assert_cmpuint(list.items[0].a, ==, 0);
	g_assert_cmpuint(list.items[1].a, ==, 1);
	g_assert_cmpuint(list.items[EVIDENCE_MOST - 1].a, ==, 99);
	evidence_list_remove(&list, EVIDENCE_COOKIE);
	g_assert_cmpuint(list.count, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);

	g_test_add_func("/catalogue/every-cause-has-its-words", every_cause_has_its_words);
	g_test_add_func("/catalogue/every-debug-is-ended-where-it-is-begun", every_debug_is_ended_where_it_is_begun);
	g_test_add_func("/catalogue/every-shown-state-has-its-words", every_shown_state_has_its_words);
	g_test_add_func("/catalogue/every-counter-is-found-by-its-name", every_counter_is_found_by_its_name);
	g_test_add_func("/catalogue/ikev1-states-are-told-apart", ikev1_states_are_told_apart);
	g_test_add_func("/catalogue/every-message-has-a-number-and-a-severity",
	                every_message_has_a_number_and_a_severity);
	g_test_add_func("/catalogue/every-evidence-and-inference-has-a-sentence",
	                every_evidence_and_inference_has_a_sentence);
	g_test_add_func("/catalogue/templates-are-filled-and-cut", templates_are_filled_and_cut);
	g_test_add_func("/evidence/evidence-is-written-out", evidence_is_written_out);
	g_test_add_func("/evidence/what-is-not-known-is-not-named", what_is_not_known_is_not_named_in_evidence);
	g_test_add_func("/catalogue/every-reason-has-its-words", every_reason_has_its_words);
	g_test_add_func("/evidence/a-full-list-keeps-its-beginning-and-its-end",
	                a_full_list_of_evidence_keeps_its_beginning_and_its_end);
	return g_test_run();
}
