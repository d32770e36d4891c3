/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to type next: under which heading, in which order, and where the reason goes. */
#include <glib.h>
#include <string.h>

#include "core/verdict/steps_text.h"

/* As many columns as a command may have for its reason to stand beside it. */
#define FORTY_SIX "0123456789012345678901234567890123456789012345"

/* To be freed. */
static char *text_of(const struct next_step *steps, uint8_t versions)
{
	static const struct text_style plain = {0};
	static const struct catalogue_values values = {.asa = "10.1.0.1", .peer = "10.2.0.1", .version = 2};
	GString *text = g_string_new(NULL);

	steps_text_append(text, &plain, steps, versions, &values);
	return g_string_free(text, FALSE);
}

static void assert_text(const struct next_step *steps, uint8_t versions, const char *expected)
{
	char *text = text_of(steps, versions);

	g_assert_cmpstr(text, ==, expected);
	g_free(text);
}

static void steps_stand_under_the_place_where_they_are_typed(void)
{
	static const struct next_step steps[CATALOGUE_STEPS] = {
	        {AT_PATH, FOR_BOTH, "a", "1"},
	        {AT_ASA, FOR_BOTH, "b", "2"},
	        {AT_PEER, FOR_BOTH, "c", "3"},
	        {AT_ASA, FOR_BOTH, "ping {peer}", "4"},
	};

	assert_text(steps, FOR_BOTH,
	            "  Type on the ASA\n"
	            "    b                                               # 2\n"
	            "    ping 10.2.0.1                                   # 4\n"
	            "  Type on the peer\n"
	            "    c                                               # 3\n"
	            "  Type on the path between\n"
	            "    a                                               # 1\n");
}

static void steps_of_another_version_are_left_out(void)
{
	static const struct next_step steps[CATALOGUE_STEPS] = {
	        {AT_ASA, FOR_IKEV1, "a", "1"},
	        {AT_ASA, FOR_IKEV2, "b", "2"},
	};

	assert_text(steps, FOR_IKEV1,
	            "  Type on the ASA\n"
	            "    a                                               # 1\n");
	assert_text(steps, FOR_IKEV2,
	            "  Type on the ASA\n"
	            "    b                                               # 2\n");
}

static void a_long_command_has_its_reason_on_the_next_line(void)
{
	static const struct next_step steps[CATALOGUE_STEPS] = {
	        {AT_ASA, FOR_BOTH, FORTY_SIX, "1"},
	        {AT_ASA, FOR_BOTH, FORTY_SIX "6", "2"},
	};

	assert_text(steps, FOR_BOTH,
	            "  Type on the ASA\n"
	            "    " FORTY_SIX "  # 1\n"
	            "    " FORTY_SIX "6\n      # 2\n");
}

static void no_steps_are_no_text(void)
{
	static const struct next_step none[CATALOGUE_STEPS] = {{0}};

	assert_text(NULL, FOR_BOTH, "");
	assert_text(none, FOR_BOTH, "");
}

static void a_full_list_ends_with_its_last(void)
{
	struct next_step steps[CATALOGUE_STEPS];
	unsigned reasons = 0;

	for (unsigned i = 0; i < CATALOGUE_STEPS; i++)
		steps[i] = (struct next_step){AT_ASA, FOR_BOTH, "a", "1"};
	char *text = text_of(steps, FOR_BOTH);
	for (const char *from = text; (from = strchr(from, '#')) != NULL; from++)
		reasons++;
	g_assert_cmpuint(reasons, ==, CATALOGUE_STEPS);
	g_free(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/steps-text/steps-stand-under-the-place-where-they-are-typed",
	                steps_stand_under_the_place_where_they_are_typed);
	g_test_add_func("/steps-text/steps-of-another-version-are-left-out", steps_of_another_version_are_left_out);
	g_test_add_func("/steps-text/a-long-command-has-its-reason-on-the-next-line",
	                a_long_command_has_its_reason_on_the_next_line);
	g_test_add_func("/steps-text/no-steps-are-no-text", no_steps_are_no_text);
	g_test_add_func("/steps-text/a-full-list-ends-with-its-last", a_full_list_ends_with_its_last);
	return g_test_run();
}
