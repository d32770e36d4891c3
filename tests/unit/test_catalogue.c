/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/witness.h"

static void every_cause_has_its_words(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		g_assert_nonnull(entry->name);
		g_assert_nonnull(entry->headline);
		g_assert_nonnull(entry->meaning);
		g_assert_nonnull(entry->show[0]);
		g_assert_nonnull(entry->show[1]);
		g_assert_cmpint(cause_from_name(entry->name), ==, cause);
		if (cause != CAUSE_NONE)
			g_assert_nonnull(entry->steps[0].command);
	}
	g_assert_cmpint(cause_from_name("no-such-cause"), ==, CAUSE_LAST);
}

static void every_debug_is_ended_where_it_is_begun(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		for (unsigned i = 0; i < CATALOGUE_STEPS && entry->steps[i].command != NULL; i++)
			if (g_str_has_prefix(entry->steps[i].command, "debug "))
				g_assert_nonnull(strstr(entry->steps[i].command, "; no debug "));
	}
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

static void every_witness_and_inference_has_a_sentence(void)
{
	for (unsigned kind = WITNESS_NONE + 1; kind < WITNESS_LAST; kind++)
		g_assert_cmpstr(witness_template((enum witness_kind)kind), !=, "");
	for (unsigned inferred = INFERRED_NOTHING + 1; inferred < INFERRED_LAST; inferred++)
		g_assert_cmpstr(inferred_text((enum inferred)inferred), !=, "");
}

static void templates_are_filled_and_cut(void)
{
	const struct catalogue_values values = {"10.1.0.1", "10.2.0.1", 500, 4500, 2};
	char text[64];
	g_assert_cmpstr(catalogue_fill("{asa}:{asa_port} {peer}:{peer_port} v{version}{x}", &values, text, sizeof text),
	                ==, "10.1.0.1:500 10.2.0.1:4500 v2");
	g_assert_cmpstr(catalogue_fill("{asa} and more", &values, text, 5), ==, "10.1");
	g_assert_cmpstr(catalogue_fill("open {brace", &values, text, sizeof text), ==, "open {brace");
}

static void witnesses_are_written_out(void)
{
	const struct witness witness = {.kind = WITNESS_INIT_ERROR, .a = 14};
	char text[160];
	g_assert_nonnull(strstr(witness_text(&witness, text, sizeof text), "NO_PROPOSAL_CHOSEN (14)"));
}

static void a_full_list_of_witnesses_keeps_its_beginning_and_its_end(void)
{
	struct witnesses witnesses = {0};
	for (uint32_t i = 0; i < 100; i++)
		witnesses_add(&witnesses, (struct witness){.kind = WITNESS_COOKIE, .a = i});
	g_assert_cmpuint(witnesses.count, ==, WITNESSES);
	g_assert_cmpuint(witnesses.list[0].a, ==, 0);
	g_assert_cmpuint(witnesses.list[1].a, ==, 1);
	g_assert_cmpuint(witnesses.list[WITNESSES - 1].a, ==, 99);
	witnesses_remove(&witnesses, WITNESS_COOKIE);
	g_assert_cmpuint(witnesses.count, ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/catalogue/every-cause-has-its-words", every_cause_has_its_words);
	g_test_add_func("/catalogue/every-debug-is-ended-where-it-is-begun", every_debug_is_ended_where_it_is_begun);
	g_test_add_func("/catalogue/every-message-has-a-number-and-a-severity",
	                every_message_has_a_number_and_a_severity);
	g_test_add_func("/catalogue/every-witness-and-inference-has-a-sentence",
	                every_witness_and_inference_has_a_sentence);
	g_test_add_func("/catalogue/templates-are-filled-and-cut", templates_are_filled_and_cut);
	g_test_add_func("/witness/witnesses-are-written-out", witnesses_are_written_out);
	g_test_add_func("/witness/a-full-list-keeps-its-beginning-and-its-end",
	                a_full_list_of_witnesses_keeps_its_beginning_and_its_end);
	return g_test_run();
}
