/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pasted text of every kind, up to what is printed about it. A form feed begins another file. A key in the text must
 * not come out again.
 */
#include <stdlib.h>
#include <string.h>

#include "core/pasted/explanation_text.h"
#include "tests/fuzz/fuzz_target.h"

#define KEY "Secret-Of-"

static void add_lines(struct pasted *pasted, const char *text, size_t size)
{
	const char *end = text + size, *feed;

	for (; (feed = memchr(text, '\n', (size_t)(end - text))) != NULL; text = feed + 1) {
		if (text[0] == '\f')
			pasted_begin_file(pasted);
		else
			pasted_add_line(pasted, text, (size_t)(feed - text));
	}
	pasted_add_line(pasted, text, (size_t)(end - text));
}

static bool sets_key(const char *line)
{
	line += strspn(line, " \t\r");
	return g_str_has_prefix(line, "ikev1 pre-shared-key ") ||
	       g_str_has_prefix(line, "ikev2 local-authentication pre-shared-key ") ||
	       g_str_has_prefix(line, "ikev2 remote-authentication pre-shared-key ");
}

/* Only where a tunnel group sets it: elsewhere the same word is no secret. */
static void check_keys(const GString *text, const uint8_t *data, size_t size)
{
	GString *whole = g_string_new_len((const char *)data, (gssize)size);
	char **lines = g_strsplit(whole->str, "\n", 0);
	bool set = false, said_elsewhere = false;

	for (unsigned i = 0; lines[i] != NULL; i++)
		*(sets_key(lines[i]) ? &set : &said_elsewhere) |= strstr(lines[i], KEY) != NULL;
	/* What follows a zero byte was not split into lines. */
	if (set && !said_elsewhere && strlen(whole->str) == whole->len && strstr(text->str, KEY) != NULL)
		abort();
	g_strfreev(lines);
	g_string_free(whole, TRUE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct text_style style = {.color = false, .width = 100};
	struct pasted *pasted = pasted_new();
	GString *text = g_string_new(NULL);

	pasted_begin_file(pasted);
	add_lines(pasted, (const char *)data, size);
	GArray *findings = explanation_find(pasted);
	for (guint i = 0; i < findings->len; i++)
		explanation_text_append(text, &style, pasted, &g_array_index(findings, struct finding, i), NULL);
	check_keys(text, data, size);
	g_array_unref(findings);
	g_string_free(text, TRUE);
	pasted_free(pasted);
	return 0;
}
