/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/operator.md says of each metric what the daemon itself says of it, and of no other. */
#include "nfq-daemon/metrics.h"

#include <glib.h>
#include <string.h>

/* All that the daemon writes, per SPI and with a queue. */
static char *page(void)
{
	const struct tunnel_options options = tunnel_options_default();
	const struct metrics_queue queue = {.kernel.known = true};
	struct config config;
	GString *text = g_string_new(NULL);

	config_defaults(&config);
	config.per_spi = true;
	struct metrics metrics = {
	        .tunnels = tunnels_new(&options),
	        .ledger = ledger_new(),
	        .config = &config,
	        .queues = &queue,
	        .queue_count = 1,
	};
	metrics_append(text, &metrics);
	tunnels_free(metrics.tunnels);
	ledger_free(metrics.ledger);
	config_free(&config);
	return g_string_free(text, FALSE);
}

/* The line of the table that begins with this metric. */
static char *row_of(const char *document, const char *name)
{
	char *begin = g_strdup_printf("\n| `%s` |", name);
	const char *row = strstr(document, begin);
	char *line = row != NULL ? g_strndup(row + 1, strcspn(row + 1, "\n")) : NULL;

	g_free(begin);
	return line;
}

static void assert_told(const char *document, const char *name, const char *type, const char *help)
{
	char *row = row_of(document, name);
	char *begin = g_strdup_printf("| `%s` | %s |", name, type);
	char *end = g_strdup_printf(" | %s |", help);

	if (row == NULL || !g_str_has_prefix(row, begin) || !g_str_has_suffix(row, end))
		g_error("%s has no row %s …%s but: %s", DOCUMENT, begin, end, row != NULL ? row : "none");
	g_free(end);
	g_free(begin);
	g_free(row);
}

static unsigned count_rows(const char *document)
{
	unsigned count = 0;

	while ((document = strstr(document, "\n| `asaphase_")) != NULL) {
		document++;
		count++;
	}
	return count;
}

static void test_document(void)
{
	char *document, *text = page();
	char **lines = g_strsplit(text, "\n", -1);
	unsigned metrics = 0;

	g_assert_true(g_file_get_contents(DOCUMENT, &document, NULL, NULL));
	for (char **line = lines; *line != NULL; line++) {
		char name[128], type[32];
		if (sscanf(*line, "# HELP %127s", name) != 1)
			continue;
		g_assert_cmpint(sscanf(line[1], "# TYPE %*s %31s", type), ==, 1);
		assert_told(document, name, type, *line + strlen("# HELP ") + strlen(name) + 1);
		metrics++;
	}
	g_assert_cmpuint(metrics, >, 30);
	g_assert_cmpuint(count_rows(document), ==, metrics);
	g_strfreev(lines);
	g_free(document);
	g_free(text);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/document", test_document);
	return g_test_run();
}
