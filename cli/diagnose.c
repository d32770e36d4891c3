/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase diagnose: a verdict per tunnel of each capture. */
#include <inttypes.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

#include "cli/analysis.h"
#include "cli/command.h"
#include "cli/diagnose_live.h"
#include "cli/log_evidence.h"
#include "cli/terminal.h"
#include "core/base/json_text.h"
#include "core/base/time.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/json.h"
#include "core/verdict/text.h"

#define FORMAT 1

/* ---- text ---- */

static void print_text(const struct analysis *analysis, const char *file, struct tunnel_tally tally)
{
	struct text_style style = terminal_style();
	GString *text = g_string_new(NULL);

	text_style_append_string(text, &style, PAINT_BOLD, terminal_name(file));
	g_string_append_printf(text, ": %" PRIu64 " packets over %.1f s, ", analysis->packets,
	                       (double)(analysis->last - analysis->first) / NANOSECONDS);
	if (tally.tunnels == 0)
		g_string_append(text, "no IKE and no ESP among them\n");
	else
		g_string_append_printf(text,
		                       "%" PRIu32 " tunnel%s, %" PRIu32 " with a fault, %" PRIu32 " undetermined\n",
		                       tally.tunnels, tally.tunnels == 1 ? "" : "s", tally.faults, tally.undetermined);
	for (uint32_t number = 0; number < tunnels_count(analysis->tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(analysis->tunnels, number);
		if (tunnel == NULL)
			continue;
		g_string_append_c(text, '\n');
		verdict_text_append(text, &style, analysis->tunnels, tunnel, analysis->first);
		fputs(text->str, stdout);
		g_string_truncate(text, 0);
	}
	fputs(text->str, stdout);
	g_string_free(text, TRUE);
}

/* One line a tunnel. */
static void print_brief(const struct analysis *analysis, const char *file)
{
	struct text_style style = terminal_style();
	GString *summary = g_string_new(NULL);
	const char *name = terminal_name(file);
	struct verdict verdict;

	for (uint32_t number = 0; number < tunnels_count(analysis->tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(analysis->tunnels, number);
		if (tunnel == NULL)
			continue;
		char asa[IP_ADDRESS_TEXT_SIZE], peer[IP_ADDRESS_TEXT_SIZE];
		ip_address_to_text(&tunnel->address[tunnel->asa_side], asa);
		ip_address_to_text(&tunnel->address[!tunnel->asa_side], peer);
		tunnel_diagnose(analysis->tunnels, tunnel, &verdict);
		g_string_truncate(summary, 0);
		verdict_text_append_summary(summary, &style, &verdict);
		printf("%s: %s – %s: %s\n", name, asa, peer, summary->str);
	}
	if (tunnels_count(analysis->tunnels) == 0)
		printf("%s: no IKE and no ESP\n", name);
	g_string_free(summary, TRUE);
}

/* ---- JSON ---- */

static void add_time(JsonBuilder *json, const char *name, int64_t nanoseconds)
{
	json_builder_set_member_name(json, name);
	json_builder_add_double_value(json, (double)nanoseconds / NANOSECONDS);
}

static void add_problems(JsonBuilder *json, const struct problems *problems)
{
	json_builder_set_member_name(json, "problems");
	json_builder_begin_array(json);
	for (unsigned i = 0; i < problems->kept; i++) {
		json_builder_begin_object(json);
		json_builder_set_member_name(json, "frame");
		json_builder_add_int_value(json, problems->list[i].frame);
		json_builder_set_member_name(json, "text");
		json_builder_add_string_value(json, problems->list[i].text);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

/* A file's name may be any bytes, JSON may not. */
static void add_file(JsonBuilder *json, const char *file)
{
	char *valid = g_utf8_make_valid(file, -1);

	json_builder_set_member_name(json, "file");
	json_builder_add_string_value(json, valid);
	g_free(valid);
}

static void add_capture(JsonBuilder *json, const struct analysis *analysis, const char *file)
{
	json_builder_set_member_name(json, "capture");
	json_builder_begin_object(json);
	add_file(json, file);
	json_builder_set_member_name(json, "packets");
	json_builder_add_int_value(json, (gint64)analysis->packets);
	add_time(json, "first", analysis->first);
	add_time(json, "last", analysis->last);
	add_problems(json, &analysis->problems);
	json_builder_end_object(json);
}

/* One object and a line feed: several files give one line each. */
static void print_json(const struct analysis *analysis, const char *file)
{
	JsonBuilder *json = json_builder_new();

	json_builder_begin_object(json);
	json_builder_set_member_name(json, "format");
	json_builder_add_int_value(json, FORMAT);
	add_capture(json, analysis, file);
	json_builder_set_member_name(json, "tunnels");
	json_builder_begin_array(json);
	for (uint32_t number = 0; number < tunnels_count(analysis->tunnels); number++) {
		const struct tunnel *tunnel = tunnels_at(analysis->tunnels, number);
		if (tunnel != NULL)
			verdict_json_add(json, analysis->tunnels, tunnel);
	}
	json_builder_end_array(json);
	json_builder_end_object(json);
	char *text = json_text_of(json);
	puts(text);
	g_free(text);
}

/* ---- the command ---- */

static void print(enum diagnose_form form, const struct analysis *analysis, const char *file, struct tunnel_tally tally)
{
	switch (form) {
	case FORM_TEXT:
		print_text(analysis, file, tally);
		break;
	case FORM_BRIEF:
		print_brief(analysis, file);
		break;
	case FORM_JSON:
		print_json(analysis, file);
		break;
	}
}

static int diagnose_file(const char *file, const char *log, const struct analysis_options *options,
                         enum diagnose_form form)
{
	char error[CAPTURE_ERROR_SIZE];
	struct analysis analysis;
	int status = EXIT_UNUSABLE;

	analysis_begin(&analysis, options);
	if (analysis_take_file(&analysis, file, error) != 0) {
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(file), error);
	} else if (log == NULL || log_evidence_take(analysis.tunnels, log)) {
		struct tunnel_tally tally = analysis_tally(&analysis);
		print(form, &analysis, file, tally);
		fflush(stdout);
		problems_print(&analysis.problems, file);
		status = exit_status_of_tally(tally);
	}
	analysis_end(&analysis);
	return status;
}

static int diagnose_files(char **files, const char *log, const struct analysis_options *options,
                          enum diagnose_form form)
{
	int status = EXIT_ALL_WELL;

	for (char **file = files; *file != NULL; file++) {
		if (file != files && form == FORM_TEXT)
			putchar('\n');
		status = worse_exit_status(status, diagnose_file(*file, log, options, form));
	}
	return status;
}

/* A log from standard input is evidence for one capture only. */
static bool reads_twice(char **files, const char *log)
{
	unsigned times = 0;
	bool logs = log != NULL && strcmp(log, "-") == 0;

	for (char **file = files; file != NULL && *file != NULL; file++)
		times += (strcmp(*file, "-") == 0) + (unsigned)logs;
	return times > 1;
}

int diagnose_run(int argument_count, char **arguments)
{
	struct analysis_options options = analysis_options_default();
	gboolean as_json = FALSE, brief = FALSE, live = FALSE;
	char **files = NULL, *log = NULL, *socket = NULL;
	const GOptionEntry entries[] = {
	        {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "One JSON object a file, see docs/json.md", NULL},
	        {"log", 0, 0, G_OPTION_ARG_FILENAME, &log,
	         "The ASA's syslog of the same time: its messages count as evidence", "FILE"},
	        {"brief", 'b', 0, G_OPTION_ARG_NONE, &brief, "One line a tunnel", NULL},
	        {"live", 0, 0, G_OPTION_ARG_NONE, &live, "What the running asaphased sees, instead of captures", NULL},
	        {"socket", 0, 0, G_OPTION_ARG_FILENAME, &socket, "The daemon's control socket", "PATH"},
	        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &files, "Captures; - is standard input",
	         "FILE… | --live"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;

	g_option_context_set_summary(context,
	                             "A verdict per tunnel of each capture: which phase failed, why, what to type.");
	g_option_context_set_description(context, "Exit status: 0 all well, 1 a fault found, 2 unusable input, "
	                                          "3 no fault seen and too little seen to call it well.");
	analysis_options_add(context, &options);
	g_option_context_add_main_entries(context, entries, NULL);
	bool good = g_option_context_parse(context, &argument_count, &arguments, &error);
	g_option_context_free(context);

	const char *wrong = !good                     ? error->message
	                    : live && files != NULL   ? "--live takes no FILE"
	                    : live && log != NULL     ? "--live takes no --log"
	                    : reads_twice(files, log) ? "standard input can be read once"
	                    : !live && files == NULL  ? "no FILE given"
	                                              : NULL;
	enum diagnose_form form = as_json ? FORM_JSON : brief ? FORM_BRIEF : FORM_TEXT;
	int status = EXIT_UNUSABLE;
	if (wrong != NULL)
		fprintf(stderr, "asaphase diagnose: %s; see asaphase diagnose --help\n", wrong);
	else
		status = live ? diagnose_live(socket, form) : diagnose_files(files, log, &options, form);
	g_clear_error(&error);
	g_strfreev(files);
	g_free(log);
	g_free(socket);
	return status;
}
