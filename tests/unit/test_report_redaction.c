/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the report hides, and what it leaves: by the text that goes in and the text that comes out. */
#include <glib.h>
#include <stdint.h>

#include "cli/report_redaction.h"

/* ---- how much report_redaction.c did: each of its basic blocks calls this (see CMakeLists.txt) ---- */

static uint64_t blocks;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

/* ---- what goes in and what comes out ---- */

static void assert_redacted(struct redaction *redaction, const char *text, const char *expected)
{
	GString *found = g_string_new(NULL);

	redaction_append(redaction, found, text, TRUE);
	g_assert_cmpstr(found->str, ==, expected);
	g_string_free(found, TRUE);
}

static void addresses_are_found_by_their_form(void)
{
	struct redaction *redaction = redaction_new();

	assert_redacted(redaction, "10.1.0.1.500 > 10.2.0.1.4500: x", "address-1.500 > address-2.4500: x");
	assert_redacted(redaction, "Local:10.1.0.1:500", "Local:address-1:500");
	assert_redacted(redaction, "10.1.0.10", "address-3");
	assert_redacted(redaction, "(10.10.0.0/255.255.0.0/0/0)", "(address-4/255.255.0.0/0/0)");
	assert_redacted(redaction, "2001:db8::1, 2001:DB8:0::1", "address-5, address-5");
	assert_redacted(redaction, "::ffff:10.1.0.1", "address-1");
	redaction_free(redaction);
}

static void what_is_no_address_stays(void)
{
	static const char *const texts[] = {
	        "08:56:40.105440",
	        "frame 4, 0.007054 s",
	        "%ASA-4-750003: Local",
	        "0.0.0.0",
	        "255.255.255.255",
	        "1.2.3",
	        "300.1.1.1",
	        "7E0DD2CC47962C18",
	        "cafe: and ::",
	        "x1.2.3.4",
	        "Encr: AES-CBC, keysize: 256",
	};
	struct redaction *redaction = redaction_new();

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		assert_redacted(redaction, texts[i], texts[i]);
	redaction_free(redaction);
}

static void a_known_ipv6_address_is_told_from_a_port_after_it(void)
{
	struct redaction *redaction = redaction_new();

	redaction_add_address(redaction, "fd00::1");
	redaction_add_address(redaction, "fd00::1:7");
	assert_redacted(redaction, "Local:fd00::1:500 and fd00::1:7", "Local:address-1:500 and address-2");
	redaction_free(redaction);
}

static void identities_are_hidden_where_asked_for(void)
{
	struct redaction *redaction = redaction_new();
	GString *found = g_string_new(NULL);

	redaction_add_identity(redaction, "gw.example");
	redaction_add_identity(redaction, "gw.example.org");
	redaction_add_identity(redaction, "");
	assert_redacted(redaction, "Local id: gw.example.org\nRemote id: gw.example",
	                "Local id: identity-2\nRemote id: identity-1");
	assert_redacted(redaction, "mygw.example gw.examples", "mygw.example gw.examples");
	redaction_append(redaction, found, "gw.example", FALSE);
	g_assert_cmpstr(found->str, ==, "gw.example");
	g_string_free(found, TRUE);
	redaction_free(redaction);
}

/* What it takes to redact a text that nearly names identities, many times over. */
static uint64_t work(struct redaction *redaction, unsigned times)
{
	GString *text = g_string_new(NULL), *found = g_string_new(NULL);

	for (unsigned i = 0; i < times; i++)
		g_string_append(text, "gw- 0 gw-x ");
	uint64_t before = blocks;
	redaction_append(redaction, found, text->str, TRUE);
	g_assert_cmpstr(found->str, ==, text->str);
	g_string_free(found, TRUE);
	g_string_free(text, TRUE);
	return blocks - before;
}

static void add_identities(struct redaction *redaction, unsigned first, unsigned end)
{
	char identity[64];

	for (unsigned i = first; i < end; i++) {
		g_snprintf(identity, sizeof identity, "gw-%060u", i);
		redaction_add_identity(redaction, identity);
	}
}

/* A stranger sends a new identity with each message: what is to be hidden is found all the same, without more work. */
static void a_hundred_times_the_identities_are_not_twice_the_work(void)
{
	struct redaction *redaction = redaction_new();

	add_identities(redaction, 0, 2000);
	uint64_t few = work(redaction, 1000);
	g_assert_cmpuint(few, >, 1000);
	add_identities(redaction, 2000, 200000);
	g_assert_cmpuint(work(redaction, 1000), <, 2 * few);
	assert_redacted(redaction, "gw-000000000000000000000000000000000000000000000000000000199999",
	                "identity-200000");
	redaction_free(redaction);
}

static void twice_the_text_is_twice_the_work(void)
{
	struct redaction *redaction = redaction_new();

	add_identities(redaction, 0, 2000);
	uint64_t once = work(redaction, 1000);
	g_assert_cmpuint(work(redaction, 2000), <, 2 * once + once / 10);
	redaction_free(redaction);
}

static void columns_stay_in_line(void)
{
	struct redaction *redaction = redaction_new();

	assert_redacted(redaction, "203.0.113.100/500    READY\nx  y", "address-1/500        READY\nx  y");
	assert_redacted(redaction, "1.1.1.1    READY", "address-2  READY");
	redaction_free(redaction);
}

int main(int argument_count, char **arguments)
{
	g_test_init(&argument_count, &arguments, NULL);
	g_test_add_func("/redaction/addresses", addresses_are_found_by_their_form);
	g_test_add_func("/redaction/no-addresses", what_is_no_address_stays);
	g_test_add_func("/redaction/ports", a_known_ipv6_address_is_told_from_a_port_after_it);
	g_test_add_func("/redaction/identities", identities_are_hidden_where_asked_for);
	g_test_add_func("/redaction/many-identities", a_hundred_times_the_identities_are_not_twice_the_work);
	g_test_add_func("/redaction/long-text", twice_the_text_is_twice_the_work);
	g_test_add_func("/redaction/columns", columns_stay_in_line);
	return g_test_run();
}
