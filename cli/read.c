/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase read: one line a packet, from files or live. */
#include <errno.h>
#include <glib.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/analysis.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "core/base/time.h"
#include "core/verdict/packet_line.h"

static struct capture *live_capture; /* for the signal handler only */

static void stop_capture(int signal_number)
{
	(void)signal_number;
	capture_stop(live_capture);
}

static void append_time(GString *line, int64_t time)
{
	time_t seconds = (time_t)(time / NANOSECONDS);
	struct tm parts;
	char clock[16] = "--:--:--";

	if (localtime_r(&seconds, &parts) != NULL)
		strftime(clock, sizeof clock, "%H:%M:%S", &parts);
	g_string_append_printf(line, "%s.%06" PRId64 "  ", clock, time % NANOSECONDS / 1000);
}

struct printer {
	struct text_style style;
	GString *line;
};

static void print_frame(struct analysis *analysis, const struct frame *frame, const struct analysed_frame *result,
                        void *user)
{
	const struct printer *printer = user;
	GString *line = printer->line;

	g_string_printf(line, "%5" PRIu32 "  ", frame->number);
	append_time(line, frame->time);
	if (result->is_ip)
		packet_line_append(line, &printer->style, analysis->tunnels, &result->datagram,
		                   result->is_ike ? &result->message : NULL, &result->annotation);
	else
		g_string_append_printf(line, "-        %zu bytes, not IP", frame->length);
	g_string_append_c(line, '\n');
	fputs(line->str, stdout);
}

/* Prints until the input ends or is stopped. Returns capture_next's last answer. */
static int print_frames(struct analysis *analysis, struct capture *capture, bool live)
{
	struct printer printer = {terminal_style(), g_string_new(NULL)};
	struct frame frame = {0};
	int link_type = capture_link_type(capture);
	int status;

	while ((status = capture_next(capture, &frame)) == 1) {
		analysis_take(analysis, link_type, &frame, print_frame, &printer);
		if ((live && fflush(stdout) != 0) || ferror(stdout)) {
			status = 0; /* whoever read the output has gone */
			break;
		}
	}
	if (status < 0)
		problems_add(&analysis->problems, frame.number + 1, capture_error(capture));
	g_string_free(printer.line, TRUE);
	return status;
}

static int read_file(const char *file, const char *filter, const struct analysis_options *options)
{
	char error[CAPTURE_ERROR_SIZE];
	struct analysis analysis;
	struct capture *capture = capture_open_file(file, filter, error);

	if (capture == NULL) {
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(file), error);
		return EXIT_UNUSABLE;
	}
	analysis_begin(&analysis, options);
	int status = print_frames(&analysis, capture, false);
	bool nothing = status < 0 && analysis.packets == 0;
	fflush(stdout);
	problems_print(&analysis.problems, file);
	if (analysis.packets == 0 && !nothing)
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(file),
		        filter != NULL ? "no packet matches the filter" : "holds no packets");
	analysis_end(&analysis);
	capture_close(capture);
	return nothing ? EXIT_UNUSABLE : EXIT_ALL_WELL;
}

static int read_interface(const char *interface, const char *filter, const struct analysis_options *options)
{
	char error[CAPTURE_ERROR_SIZE];
	struct analysis analysis;
	struct sigaction stop = {.sa_handler = stop_capture};

	live_capture = capture_open_interface(interface, filter, error);
	if (live_capture == NULL) {
		fprintf(stderr, "asaphase: interface %s: %s\n", interface, error);
		return EXIT_UNUSABLE;
	}
	fprintf(stderr, "asaphase: listening on %s, link type %s; Ctrl-C ends\n", interface,
	        capture_link_type_name(live_capture));
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	analysis_begin(&analysis, options);
	int status = print_frames(&analysis, live_capture, true);
	fflush(stdout);
	fprintf(stderr, "asaphase: %" PRIu64 " packets\n", analysis.packets);
	problems_print(&analysis.problems, interface);
	analysis_end(&analysis);
	capture_close(live_capture);
	return status < 0 ? EXIT_UNUSABLE : EXIT_ALL_WELL;
}

/* The words from the first that is no file on are a filter expression. The first word is a file in any case. */
static char *take_filter(char **words, bool with_files)
{
	unsigned first = with_files ? 1 : 0;

	while (with_files && words[first] != NULL &&
	       (strcmp(words[first], "-") == 0 || access(words[first], F_OK) == 0))
		first++;
	if (words[first] == NULL)
		return NULL;
	char *filter = g_strjoinv(" ", words + first);
	for (unsigned i = first; words[i] != NULL; i++)
		g_clear_pointer(&words[i], g_free);
	return filter;
}

static int read_inputs(const char *interface, char **words, const struct analysis_options *options)
{
	char *filter = words == NULL ? NULL : take_filter(words, interface == NULL);
	int status = EXIT_ALL_WELL;

	if (interface != NULL)
		status = read_interface(interface, filter, options);
	else
		for (char **file = words; file != NULL && *file != NULL; file++) {
			int one = read_file(*file, filter, options);
			status = MAX(status, one);
		}
	g_free(filter);
	return status;
}

int read_run(int argument_count, char **arguments)
{
	struct analysis_options options = analysis_options_default();
	char *interface = NULL;
	char **words = NULL;
	const GOptionEntry entries[] = {
	        {"interface", 'i', 0, G_OPTION_ARG_STRING, &interface, "Listen here instead of reading files",
	         "INTERFACE"},
	        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words,
	         "Captures (- is standard input), then a libpcap filter expression",
	         "FILE… [FILTER] | -i INTERFACE [FILTER]"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;

	g_option_context_set_summary(context, "One line a packet: frame, time, phase, what it is, what it means.");
	g_option_context_set_description(context, "Exit status: 0 read, 2 unusable input.");
	analysis_options_add(context, &options);
	g_option_context_add_main_entries(context, entries, NULL);
	bool good = g_option_context_parse(context, &argument_count, &arguments, &error);
	g_option_context_free(context);
	int status = EXIT_UNUSABLE;
	if (good && (interface != NULL || words != NULL))
		status = read_inputs(interface, words, &options);
	else
		fprintf(stderr, "asaphase read: %s; see asaphase read --help\n",
		        good ? "neither FILE nor -i INTERFACE given" : error->message);
	g_clear_error(&error);
	g_strfreev(words);
	g_free(interface);
	return status;
}
