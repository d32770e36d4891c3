/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/operator.md says of each metric what the daemon itself says of it, and of no other. */
#include "nfq-daemon/metrics.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/verdict/judge.h"

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

/* ---- which tunnels are exported, while somebody makes up packets from ever other addresses ---- */

#define ROOM 4
#define NOON (INT64_C(1700000000) * NANOSECONDS)

static struct ip_address address(uint8_t network, uint8_t host)
{
	const uint8_t bytes[] = {192, 0, network, host};

	return ip_address_from_ipv4(bytes);
}

static void send_esp(struct tunnels *tunnels, struct ip_address from, struct ip_address to, uint64_t packets,
                     int64_t time)
{
	const struct spi_counts counts = {.source = from,
	                                  .destination = to,
	                                  .spi = 0x1000,
	                                  .packets = packets,
	                                  .bytes = 100 * packets,
	                                  .last_time = time};

	tunnels_take_counts(tunnels, &counts);
	tunnels_settle_counts(tunnels, time, NULL, NULL);
}

static void flood(struct tunnels *tunnels, int64_t time)
{
	for (uint8_t host = 1; host <= 2 * ROOM; host++)
		send_esp(tunnels, address(9, host), address(2, 1), 1, time);
}

static bool is_exported(const struct metrics *metrics, struct ip_address local, struct ip_address remote)
{
	char one[IP_ADDRESS_TEXT_SIZE], other[IP_ADDRESS_TEXT_SIZE];
	GString *text = g_string_new(NULL);

	metrics_append(text, metrics);
	char *labels = g_strdup_printf("asaphase_tunnel_encaps_packets_total{local=\"%s\",remote=\"%s\"}",
	                               ip_address_to_text(&local, one), ip_address_to_text(&remote, other));
	bool found = strstr(text->str, labels) != NULL;
	g_free(labels);
	g_string_free(text, TRUE);
	return found;
}

static void with_little_room(void (*test)(struct metrics *metrics))
{
	const struct tunnel_options options = tunnel_options_default();
	struct config config;

	config_defaults(&config);
	config.exported_tunnels = ROOM;
	struct metrics metrics = {.tunnels = tunnels_new(&options), .ledger = ledger_new(), .config = &config};
	test(&metrics);
	tunnels_free(metrics.tunnels);
	ledger_free(metrics.ledger);
	config_free(&config);
}

/* One that comes up when what was made up has all the room. */
static void come_up_after_a_flood(struct metrics *metrics)
{
	flood(metrics->tunnels, NOON);
	g_assert_true(is_exported(metrics, address(9, 1), address(2, 1)));
	for (unsigned i = 0; i < 4; i++) {
		send_esp(metrics->tunnels, address(2, 1), address(7, 1), 3, NOON + (2 * i + 1) * NANOSECONDS);
		send_esp(metrics->tunnels, address(7, 1), address(2, 1), 3, NOON + (2 * i + 2) * NANOSECONDS);
	}
	g_assert_true(is_exported(metrics, address(2, 1), address(7, 1)));
	g_assert_true(is_exported(metrics, address(9, 1), address(2, 1)));
	g_assert_false(is_exported(metrics, address(9, ROOM), address(2, 1)));
}

static void test_come_up_after_a_flood(void)
{
	with_little_room(come_up_after_a_flood);
}

/* One that fails is exported when what was made up has been silent for long. */
static void fail_after_a_flood(struct metrics *metrics)
{
	flood(metrics->tunnels, NOON);
	g_assert_true(is_exported(metrics, address(9, 1), address(2, 1)));
	send_esp(metrics->tunnels, address(2, 1), address(7, 1), 20, NOON + 7200 * NANOSECONDS);
	g_assert_true(is_exported(metrics, address(2, 1), address(7, 1)));
}

static void test_fail_after_a_flood(void)
{
	with_little_room(fail_after_a_flood);
}

/* One that worked is not pushed out. */
static void flood_after_work(struct metrics *metrics)
{
	for (unsigned i = 0; i < 4; i++) {
		send_esp(metrics->tunnels, address(2, 1), address(7, 1), 3, NOON + (2 * i + 1) * NANOSECONDS);
		send_esp(metrics->tunnels, address(7, 1), address(2, 1), 3, NOON + (2 * i + 2) * NANOSECONDS);
	}
	flood(metrics->tunnels, NOON + 7200 * NANOSECONDS);
	g_assert_true(is_exported(metrics, address(2, 1), address(7, 1)));
	flood(metrics->tunnels, NOON + 14400 * NANOSECONDS);
	g_assert_true(is_exported(metrics, address(2, 1), address(7, 1)));
}

static void test_flood_after_work(void)
{
	with_little_room(flood_after_work);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/metrics/document", test_document);
	g_test_add_func("/metrics/come_up_after_a_flood", test_come_up_after_a_flood);
	g_test_add_func("/metrics/fail_after_a_flood", test_fail_after_a_flood);
	g_test_add_func("/metrics/flood_after_work", test_flood_after_work);
	return g_test_run();
}
