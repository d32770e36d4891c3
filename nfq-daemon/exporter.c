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

/* Returns whether the state is kept, or nobody wants it kept. */
static bool write_state(struct exporter *exporter, const struct config *config, struct monitor *monitor)
{
	struct state state;
	char *error = NULL;

	if (config->state_file[0] == '\0')
		return true;
	state_begin(&state);
	monitor_save(monitor, &state);
	int result = state_file_write(config->state_file, &state, &error);
	state_end(&state);
	note_result(&exporter->state_error, error, config->state_file);
	return result == 0;
}

static void write_metrics(struct exporter *exporter, const struct metrics *metrics)
{
	GString *text = g_string_new(NULL);
	char *error = NULL;

	metrics_append(text, metrics);
	atomic_file_write(metrics->config->textfile, text, 0644, &error);
	note_result(&exporter->metrics_error, error, metrics->config->textfile);
	g_string_free(text, TRUE);
}

void exporter_write(struct exporter *exporter, const struct config *config, struct monitor *monitor,
                    const struct metrics_queue *queues, unsigned queue_count)
{
	const struct metrics metrics = {
	        .tunnels = monitor_tunnels(monitor),
	        .ledger = monitor_ledger(monitor),
	        .config = config,
	        .queues = queues,
	        .queue_count = queue_count,
	        .journal_suppressed = journal_suppressed(),
	        .time = (double)g_get_real_time() / MICROSECONDS,
	};

	/* Without a state the figures are still right for as long as the daemon runs. */
	write_state(exporter, config, monitor);
	if (config->textfile[0] != '\0')
		write_metrics(exporter, &metrics);
}
