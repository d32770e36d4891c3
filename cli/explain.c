/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase explain: what pasted log lines, show output and configurations of ASAs mean. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/lines.h"
#include "cli/terminal.h"
#include "core/pasted/explanation_text.h"

static bool read_file(struct pasted *pasted, const char *file)
{
	static struct lines lines;
	int result = lines_open(&lines, file);

	if (result == 0) {
		pasted_begin_file(pasted);
		while ((result = lines_next(&lines)) > 0)
			pasted_add_line(pasted, lines.text, lines.length);
		lines_close(&lines);
	}
	if (result != 0)
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(file), strerror(-result));
	return result == 0;
}

/* Those that were left out for want of room are said, never passed over in silence. */
static void print_limits(const struct pasted *pasted)
{
	if (pasted->skipped != 0)
		fprintf(stderr,
		        "asaphase: too much at once: %u peers, entries or lines of access lists were left out\n",
		        pasted->skipped);
}

static int print_findings(const struct pasted *pasted, const char *const *files)
{
	GArray *findings = explanation_find(pasted);
	struct text_style style = terminal_style();
	GString *text = g_string_new(NULL);
	int status = EXIT_ALL_WELL;

	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = &g_array_index(findings, struct finding, i);
		if (i != 0)
			g_string_append_c(text, '\n');
		explanation_text_append(text, &style, pasted, finding, files);
		if (finding->fault)
			status = EXIT_FAULT_FOUND;
	}
	if (findings->len == 0) {
		fprintf(stderr, "asaphase explain: %u lines, and nothing in them about IPsec that it knows\n",
		        pasted->lines);
		status = EXIT_UNUSABLE;
	}
	fputs(text->str, stdout);
	g_string_free(text, TRUE);
	g_array_unref(findings);
	return status;
}

static int explain(const char *const *files)
{
	GPtrArray *names = g_ptr_array_new(); /* as they may be printed */
	struct pasted *pasted = pasted_new();
	bool several = files[1] != NULL;
	int status = EXIT_ALL_WELL;

	for (size_t i = 0; files[i] != NULL && status == EXIT_ALL_WELL; i++) {
		g_ptr_array_add(names, (gpointer)terminal_name(files[i]));
		if (!read_file(pasted, files[i]))
			status = EXIT_UNUSABLE;
	}
	if (status == EXIT_ALL_WELL)
		status = print_findings(pasted, several ? (const char *const *)names->pdata : NULL);
	print_limits(pasted);
	g_ptr_array_unref(names);
	pasted_free(pasted);
	return status;
}

int explain_run(int argument_count, char **arguments)
{
	static const char *const standard_input[] = {"-", NULL};
	char **files = NULL;
	const GOptionEntry entries[] = {
	        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, "Texts; none or - is standard input",
	         "[FILE…]"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;

	g_option_context_set_summary(context, "What pasted log lines, show output and configurations of ASAs mean.");
	g_option_context_set_description(
	        context,
	        "Reads syslog of any form, output of debug crypto ikev2, and that of show crypto ikev2 sa, ikev1 sa,\n"
	        "isakmp sa, ipsec sa, ipsec stats, isakmp stats, show vpn-sessiondb l2l, show running-config crypto "
	        "map,\n"
	        "access-list and tunnel-group, mixed as they come. Two devices are compared where each has its prompt\n"
	        "before its output, or a FILE of its own. Keys are never printed. Without a FILE it reads standard "
	        "input.\n\n"
	        "Exit status: 0 nothing wrong, 1 a fault found, 2 nothing understood or unusable input.");
	g_option_context_add_main_entries(context, entries, NULL);
	bool good = g_option_context_parse(context, &argument_count, &arguments, &error);
	g_option_context_free(context);
	if (!good) {
		fprintf(stderr, "asaphase explain: %s; see asaphase explain --help\n", error->message);
		g_clear_error(&error);
		return EXIT_UNUSABLE;
	}
	int status = explain(files != NULL ? (const char *const *)files : standard_input);
	g_strfreev(files);
	return status;
}
