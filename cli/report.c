/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphase report: a capture's verdicts as one self-contained page. */
#include <errno.h>
#include <glib.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/analysis.h"
#include "cli/command.h"
#include "cli/log_evidence.h"
#include "cli/report_page.h"
#include "cli/terminal.h"

struct report_options {
	struct analysis_options analysis;
	char *output; /* NULL: standard output */
	char *log;    /* NULL: none */
	gboolean redact;
	char **files;
};

static bool is_standard(const char *file)
{
	return file == NULL || strcmp(file, "-") == 0;
}

static bool is_same_file(const char *file, const char *other)
{
	struct stat status, other_status;

	return stat(file, &status) == 0 && stat(other, &other_status) == 0 && S_ISREG(status.st_mode) &&
	       status.st_dev == other_status.st_dev && status.st_ino == other_status.st_ino;
}

/* What a page must not be written to. Returns a sentence, or NULL. */
static const char *unfit_output(const struct report_options *options)
{
	if (is_standard(options->output))
		return isatty(STDOUT_FILENO) ? "standard output is a terminal; name a page with -o" : NULL;
	return is_same_file(options->output, options->files[0]) ? "it is the capture itself" : NULL;
}

/* Returns 0 or a negative errno. */
static int write_page(const char *output, const GString *page)
{
	bool standard = is_standard(output);
	FILE *file = standard ? stdout : fopen(output, "we");

	if (file == NULL)
		return -errno;
	errno = 0;
	bool written = fwrite(page->str, 1, page->len, file) == page->len && fflush(file) == 0;
	int error = errno != 0 ? errno : EIO;
	if (!standard && fclose(file) != 0 && written)
		return -errno;
	return written ? 0 : -error;
}

static int write_report(const struct report_options *options, const struct analysis *analysis,
                        const struct record *record)
{
	const char *file = options->files[0];
	char *name = is_standard(file) ? g_strdup("standard input") : g_path_get_basename(file);
	GString *page = g_string_new(NULL);

	report_page_append(page, analysis, record, name, options->redact);
	int error = write_page(options->output, page);
	g_string_free(page, TRUE);
	g_free(name);
	if (error != 0) {
		fprintf(stderr, "asaphase: %s: %s\n",
		        is_standard(options->output) ? "standard output" : terminal_name(options->output),
		        g_strerror(-error));
		return EXIT_UNUSABLE;
	}
	problems_print(&analysis->problems, file);
	return exit_status_of_tally(analysis_tally(analysis));
}

static int run(const struct report_options *options)
{
	char error[CAPTURE_ERROR_SIZE];
	const char *unfit = unfit_output(options);
	struct analysis analysis;
	int status = EXIT_UNUSABLE;

	if (unfit != NULL) {
		fprintf(stderr, "asaphase report: no page is written: %s\n", unfit);
		return EXIT_UNUSABLE;
	}
	struct record *record = record_new();
	analysis_begin(&analysis, &options->analysis);
	analysis.show = record_frame;
	analysis.user = record;
	if (analysis_take_file(&analysis, options->files[0], error) != 0)
		fprintf(stderr, "asaphase: %s: %s\n", terminal_name(options->files[0]), error);
	else if (options->log == NULL || log_evidence_take(analysis.tunnels, options->log))
		status = write_report(options, &analysis, record);
	analysis_end(&analysis);
	record_free(record);
	return status;
}

static bool parse(int argument_count, char **arguments, struct report_options *options)
{
	const GOptionEntry entries[] = {
	        {"output", 'o', 0, G_OPTION_ARG_FILENAME, &options->output,
	         "Write the page here (default: standard output)", "PAGE.html"},
	        {"log", 0, 0, G_OPTION_ARG_FILENAME, &options->log,
	         "The ASA's syslog of the same time: its messages count as evidence", "FILE"},
	        {"redact", 0, 0, G_OPTION_ARG_NONE, &options->redact,
	         "Hide addresses, identities and the capture's name, the same one in the same way throughout", NULL},
	        {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->files,
	         "A capture; - is standard input", "FILE"},
	        {0},
	};
	GOptionContext *context = g_option_context_new(NULL);
	GError *error = NULL;
	const char *wrong = NULL;

	g_option_context_set_summary(context,
	                             "One self-contained page for a capture: verdicts, the IKE exchange as a ladder, "
	                             "ESP over time.");
	g_option_context_set_description(context, "Exit status: 0 all well, 1 a fault found, 2 unusable input, "
	                                          "3 no fault seen and too little seen to call it well.");
	analysis_options_add(context, &options->analysis);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argument_count, &arguments, &error))
		wrong = error->message;
	else if (options->files == NULL)
		wrong = "no FILE given";
	else if (options->files[1] != NULL)
		wrong = "one FILE a page";
	if (wrong != NULL)
		fprintf(stderr, "asaphase report: %s; see asaphase report --help\n", wrong);
	g_option_context_free(context);
	g_clear_error(&error);
	return wrong == NULL;
}

int report_run(int argument_count, char **arguments)
{
	struct report_options options = {.analysis = analysis_options_default()};

	/* A page's numbers are for browsers: with a point, whatever the user's language. */
	setlocale(LC_NUMERIC, "C");
	int status = parse(argument_count, arguments, &options) ? run(&options) : EXIT_UNUSABLE;
	g_free(options.output);
	g_free(options.log);
	g_strfreev(options.files);
	return status;
}
