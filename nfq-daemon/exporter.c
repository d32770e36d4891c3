/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/exporter.h"

#include <string.h>

#include "nfq-daemon/atomic_file.h"
#include "nfq-daemon/journal.h"
#include "nfq-daemon/state_file.h"

#define MICROSECONDS 1e6

struct exporter {
	char *state_error; /* the last that was said; NULL: the last writing went well */
	char *metrics_error;
};

struct exporter *exporter_new(void)
{
	return g_new0(struct exporter, 1);
}

void exporter_free(struct exporter *exporter)
{
	g_free(exporter->state_error);
	g_free(exporter->metrics_error);
	g_free(exporter);
}

/* error is taken over; NULL for success. */
static void note_result(char **said, char *error, const char *path)
{
	if (error != NULL && g_strcmp0(error, *said) != 0)
		journal_error("%s; counting goes on, it is tried again", error);
	if (error == NULL && *said != NULL)
		journal_notice("%s: can be written again", path);
	g_free(*said);
	*said = error;
}

static void write_state(struct exporter *exporter, const struct export *export)
{
	struct state state;
	const char *path = export->config->state_file;
	char *error = NULL;

	state_begin(&state);
	monitor_save(export->monitor, &state);
	if (export->kernel != NULL)
		kernel_counts_save(export->kernel, &state);
	state_file_write(path, &state, &error);
	state_end(&state);
	note_result(&exporter->state_error, error, path);
}

static void write_metrics(struct exporter *exporter, const struct export *export)
{
	const struct metrics metrics = {
	        .tunnels = monitor_tunnels(export->monitor),
	        .ledger = monitor_ledger(export->monitor),
	        .config = export->config,
	        .queues = export->queues,
	        .queue_count = export->queue_count,
	        .journal_suppressed = journal_suppressed(),
	        .offload_uncounted = export->kernel != NULL ? kernel_counts_uncounted(export->kernel) : 0,
	        .time = (double)g_get_real_time() / MICROSECONDS,
	};
	const char *path = export->config->textfile;
	GString *text = g_string_new(NULL);
	char *error = NULL;

	metrics_append(text, &metrics);
	atomic_file_write(path, text, 0644, &error);
	note_result(&exporter->metrics_error, error, path);
	g_string_free(text, TRUE);
}

void exporter_write(struct exporter *exporter, const struct export *export)
{
	/* Without a state the figures are still right for as long as the daemon runs. */
	if (export->config->state_file[0] != '\0')
		write_state(exporter, export);
	if (export->config->textfile[0] != '\0')
		write_metrics(exporter, export);
}
