/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase show: what an ASA would show, from a capture or from the running daemon. */
#include <errno.h>
#include <stdio.h>

#include "cli/analysis.h"
#include "cli/command.h"
#include "cli/daemon_client.h"
#include "cli/terminal.h"
#include "core/asa/show.h"

struct show_options {
	struct analysis_options analysis;
	char *capture; /* NULL: the daemon */
	char *socket;
	char **words;
};

static char *list_of_commands(void)
{
	GString *text = g_string_new("Commands, which may be shortened as on an ASA:\n");
	size_t count;
	const struct asa_show_command *commands = asa_show_commands(&count);

	for (size_t i = 0; i < count; i++)
		g_string_append_printf(text, "  %-24s  %s\n", commands[i].words, commands[i].description);
	g_string_append(
	        text, "\nThe SA commands take \"peer ADDRESS\" after them. What packets cannot tell is printed as -.");
	return g_string_free(text, FALSE);
}

static int show_capture(const struct show_options *options, const char *const *words, size_t count, GString *text,
                        char **error)
{
	char reason[CAPTURE_ERROR_SIZE];
	struct analysis analysis;
	int result = -EIO;

	analysis_begin(&analysis, &options->analysis);
	if (analysis_take_file(&analysis, options->capture, reason) != 0) {
		*error = g_strdup_printf("%s: %s", terminal_name(options->capture), reason);
	} else {
		result = asa_show_append(text, words, count, analysis.tunnels);
		problems_print(&analysis.problems, options->capture);
	}
	analysis_end(&analysis);
	return result;
}

/* Prints the answer or says why there is none. */
static int run(const struct show_options *options)
{
	const char *const *words = (const char *const *)options->words;
	size_t count = g_strv_length(options->words);
	GString *text = g_string_new(NULL);
	char *error = NULL;
	int result = options->capture != NULL ? show_capture(options, words, count, text, &error)
	                                      : daemon_client_show(options->socket, words, count, text, &error);
	char *typed = g_strjoinv(" ", options->words);

	if (result == 0)
		fputs(text->str, stdout);
	else if (error != NULL)
		fprintf(stderr, "asaphase: %s\n", error);
	else if (result == -EINVAL)
		fprintf(stderr, "asaphase show: the peer in 'show %s' is not an address\n", typed);
	else
		fprintf(stderr,
		        "asaphase show: no such command, or not the only one: 'show %s'; see asaphase show --help\n",
		        typed);
	g_free(typed);
	g_free(error);
	g_string_free(text, TRUE);
	return result == 0 ? EXIT_ALL_WELL : EXIT_UNUSABLE;
}

static bool parse(int argument_count, char **arguments, struct show_options *options)
{
	const GOptionEntry entries[] = {
	        {"read", 'r', 0, G_OPTION_ARG_FILENAME, &options->capture,
	         "A capture, - for standard input; else the running asaphased is asked", "FILE"},
	        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &options->socket, "The daemon's control socket", "PATH"},
	        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &options->words, "What to show", "COMMAND…"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	char *list = list_of_commands();
	GError *error = NULL;

	g_option_context_set_summary(context, "What an ASA would show, from packets.");
	g_option_context_set_description(context, list);
	analysis_options_add(context, &options->analysis);
	g_option_context_add_main_entries(context, entries, NULL);
	bool good = g_option_context_parse(context, &argument_count, &arguments, &error);
	g_option_context_free(context);
	g_free(list);
	if (good && options->words != NULL)
		return true;
	fprintf(stderr, "asaphase show: %s; see asaphase show --help\n",
	        good ? "nothing named to show" : error->message);
	g_clear_error(&error);
	return false;
}

int show_run(int argument_count, char **arguments)
{
	struct show_options options = {.analysis = analysis_options_default()};
	int status = parse(argument_count, arguments, &options) ? run(&options) : EXIT_UNUSABLE;

	g_free(options.capture);
	g_free(options.socket);
	g_strfreev(options.words);
	return status;
}
