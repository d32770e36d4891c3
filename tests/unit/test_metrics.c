/* SPDX-License-Identifier: GPL-2.0-or-later */
/* docs/operator.md says of each metric what the daemon itself says of it, and of no other. */
#include "nfq-daemon/metrics.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/verdict/judge.h"
#include "fake_clock.h"
#include "nfq-daemon/clock.h"

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

/* ---- what is written ---- */

static void set_clock(void)
{
	real = NOON;
	since_boot = 500 * NANOSECONDS;
	clock_begin();
}

/* A page of one table with nothing in it yet. */
static struct metrics begin(struct config *config)
{
	const struct tunnel_options options = tunnel_options_default();

	set_clock();
	config_defaults(config);
	return (struct metrics){.tunnels = tunnels_new(&options), .ledger = ledger_new(), .config = config};
}

static void end(struct metrics *metrics, struct config *config)
{
	tunnels_free(metrics->tunnels);
	ledger_free(metrics->ledger);
	config_free(config);
}

static char *written(const struct metrics *metrics)
{
	GString *text = g_string_new("\n");

	metrics_append(text, metrics);
	return g_string_free(text, FALSE);
}

static void assert_written(const struct metrics *metrics, const char *line)
{
	char *text = written(metrics), *whole = g_strdup_printf("\n%s\n", line);

	if (strstr(text, whole) == NULL)
		g_error("no line %s in:%s", line, text);
	g_free(whole);
	g_free(text);
}

static void assert_not_written(const struct metrics *metrics, const char *words)
{
	char *text = written(metrics);

	if (strstr(text, words) != NULL)
		g_error("%s in:%s", words, text);
	g_free(text);
}

#define LABELS "local=\"192.0.2.1\",remote=\"192.0.7.1\""

static struct tunnel *tunnel_of(const struct metrics *metrics)
{
	const struct ip_address local = address(2, 1), remote = address(7, 1);

	return tunnels_find(metrics->tunnels, &local, &remote);
}

/* Whichever end was seen first: encaps is what the local one sends. */
static void test_counts_are_seen_from_the_local_end(void)
{
	for (unsigned remote_first = 0; remote_first < 2; remote_first++) {
		struct config config;
		struct metrics metrics = begin(&config);
		const struct ip_address local = address(2, 1), remote = address(7, 1);
		for (unsigned i = 0; i < 2; i++) {
			bool from_local = i == remote_first;
			send_esp(metrics.tunnels, from_local ? local : remote, from_local ? remote : local,
			         from_local ? 11 : 22, NOON - (from_local ? 1500 : 2) * NANOSECONDS_PER_MILLISECOND);
		}
		struct tunnel *tunnel = tunnels_declare(metrics.tunnels, &local, &remote);
		struct esp_direction *encaps = &tunnel->esp[remote_first], *decaps = &tunnel->esp[!remote_first];
		g_assert_cmpuint(tunnel->asa_side, ==, remote_first);
		encaps->lost = 3;
		decaps->lost = 4;
		encaps->lost_uncertain = 5;
		decaps->lost_uncertain = 6;
		decaps->hidden = true;
		assert_written(&metrics, "asaphase_tunnel_encaps_packets_total{" LABELS "} 11");
		assert_written(&metrics, "asaphase_tunnel_encaps_bytes_total{" LABELS "} 1100");
		assert_written(&metrics, "asaphase_tunnel_decaps_packets_total{" LABELS "} 22");
		assert_written(&metrics, "asaphase_tunnel_decaps_bytes_total{" LABELS "} 2200");
		assert_written(&metrics, "asaphase_tunnel_lost_packets_total{" LABELS ",direction=\"encaps\"} 3");
		assert_written(&metrics, "asaphase_tunnel_lost_packets_total{" LABELS ",direction=\"decaps\"} 4");
		assert_written(&metrics, "asaphase_tunnel_lost_uncertain_packets{" LABELS ",direction=\"encaps\"} 5");
		assert_written(&metrics, "asaphase_tunnel_lost_uncertain_packets{" LABELS ",direction=\"decaps\"} 6");
		assert_written(&metrics, "asaphase_tunnel_hidden{" LABELS ",direction=\"encaps\"} 0");
		assert_written(&metrics, "asaphase_tunnel_hidden{" LABELS ",direction=\"decaps\"} 1");
		assert_written(&metrics, "asaphase_tunnel_last_packet_timestamp_seconds{" LABELS
		                         ",direction=\"encaps\"} 1699999998.500");
		assert_written(&metrics, "asaphase_tunnel_last_packet_timestamp_seconds{" LABELS
		                         ",direction=\"decaps\"} 1699999999.998");
		/* A counter never goes back, where late packets take some of the loss back. */
		encaps->lost = 1;
		assert_written(&metrics, "asaphase_tunnel_lost_packets_total{" LABELS ",direction=\"encaps\"} 3");
		end(&metrics, &config);
	}
}

/* By the machine's clock as it is set now; 0 is never. */
static void test_times_are_those_of_the_machines_clock(void)
{
	struct config config;
	struct metrics metrics = begin(&config);

	send_esp(metrics.tunnels, address(2, 1), address(7, 1), 1, clock_now());
	real += 3600 * NANOSECONDS;
	assert_written(&metrics,
	               "asaphase_tunnel_last_packet_timestamp_seconds{" LABELS ",direction=\"encaps\"} 1700003600.000");
	assert_written(&metrics,
	               "asaphase_tunnel_last_packet_timestamp_seconds{" LABELS ",direction=\"decaps\"} 0.000");
	end(&metrics, &config);
}

/* The direction that is missing, on either side. */
static void test_the_missing_direction_is_named(void)
{
	for (unsigned remote_silent = 0; remote_silent < 2; remote_silent++) {
		struct config config;
		struct metrics metrics = begin(&config);
		const struct ip_address ends[2] = {address(2, 1), address(7, 1)};
		int64_t now = NOON;
		for (unsigned i = 0; i < 2; i++) {
			send_esp(metrics.tunnels, ends[0], ends[1], 2, now);
			send_esp(metrics.tunnels, ends[1], ends[0], 2, now);
		}
		assert_written(&metrics, "asaphase_tunnel_one_way{" LABELS ",missing=\"encaps\"} 0");
		assert_written(&metrics, "asaphase_tunnel_one_way{" LABELS ",missing=\"decaps\"} 0");
		assert_written(&metrics, "asaphase_tunnel_ike_up{" LABELS "} 1");
		for (unsigned i = 0; i < 20; i++)
			send_esp(metrics.tunnels, ends[!remote_silent], ends[remote_silent], 2, now += NANOSECONDS);
		assert_written(&metrics, remote_silent ? "asaphase_tunnel_one_way{" LABELS ",missing=\"encaps\"} 0"
		                                       : "asaphase_tunnel_one_way{" LABELS ",missing=\"encaps\"} 1");
		assert_written(&metrics, remote_silent ? "asaphase_tunnel_one_way{" LABELS ",missing=\"decaps\"} 1"
		                                       : "asaphase_tunnel_one_way{" LABELS ",missing=\"decaps\"} 0");
		assert_written(&metrics, "asaphase_tunnel_verdict{" LABELS
		                         ",phase=\"data\",cause=\"one-way\",confidence=\"possible\"} 1");
		end(&metrics, &config);
	}
}

/* Without IKE, ESP both ways shows that there was some; what an earlier run saw does not. */
static void test_esp_one_way_shows_no_ike(void)
{
	struct config config;
	struct metrics metrics = begin(&config);

	send_esp(metrics.tunnels, address(2, 1), address(7, 1), 5, NOON);
	assert_written(&metrics, "asaphase_tunnel_ike_up{" LABELS "} 0");
	assert_written(&metrics, "asaphase_tunnel_children{" LABELS "} 1");
	tunnel_restore(tunnel_of(&metrics), 1, 100, 100, 0, NOON);
	assert_written(&metrics, "asaphase_tunnel_ike_up{" LABELS "} 0");
	send_esp(metrics.tunnels, address(7, 1), address(2, 1), 5, NOON);
	assert_written(&metrics, "asaphase_tunnel_ike_up{" LABELS "} 1");
	end(&metrics, &config);
}

/* Only those that there were. */
static void test_failures_are_written_by_cause(void)
{
	struct config config;
	struct metrics metrics = begin(&config);

	send_esp(metrics.tunnels, address(2, 1), address(7, 1), 5, NOON);
	struct ledger_entry *entry = ledger_of(metrics.ledger, tunnel_of(&metrics));
	assert_not_written(&metrics, "asaphase_ike_failures_total{");
	entry->failures[CAUSE_PSK_MISMATCH] = 3;
	entry->failures[CAUSE_LAST - 1] = 1;
	assert_written(&metrics, "asaphase_ike_failures_total{" LABELS ",phase=\"1\",cause=\"psk-mismatch\"} 3");
	char *line = g_strdup_printf("asaphase_ike_failures_total{" LABELS ",phase=\"%s\",cause=\"%s\"} 1",
	                             phase_name(catalogue_entry(CAUSE_LAST - 1)->phase), cause_name(CAUSE_LAST - 1));
	assert_written(&metrics, line);
	g_free(line);
	end(&metrics, &config);
}

#define SPI_LABELS(from, to, spi, encapsulation)                                                                       \
	"{source=\"" from "\",destination=\"" to "\",spi=\"" spi "\",encapsulation=\"" encapsulation "\"} "

static void test_spis_are_written_where_that_was_asked_for(void)
{
	static const char *const encapsulations[] = {"none", "udp", "tcp", "tcp"};
	struct config config;
	struct metrics metrics = begin(&config);

	for (uint8_t encapsulation = 0; encapsulation < G_N_ELEMENTS(encapsulations); encapsulation++) {
		const struct spi_counts counts = {.source = encapsulation % 2 == 0 ? address(2, 1) : address(7, 1),
		                                  .destination = encapsulation % 2 == 0 ? address(7, 1) : address(2, 1),
		                                  .spi = 0xab0 + encapsulation,
		                                  .encapsulation = encapsulation,
		                                  .sequences_known = true,
		                                  .packets = 10u + encapsulation,
		                                  .bytes = 1000u + encapsulation,
		                                  .lost = 20 + encapsulation,
		                                  .duplicate = 30u + encapsulation,
		                                  .reordered = 40u + encapsulation};
		tunnels_take_counts(metrics.tunnels, &counts);
	}
	assert_not_written(&metrics, "asaphase_spi_");
	assert_written(&metrics, "asaphase_spis 4");
	config.per_spi = true;
	for (uint8_t encapsulation = 0; encapsulation < G_N_ELEMENTS(encapsulations); encapsulation++) {
		static const struct {
			const char *name;
			unsigned value;
		} values[] = {{"asaphase_spi_packets_total", 10},
		              {"asaphase_spi_bytes_total", 1000},
		              {"asaphase_spi_lost_packets", 20},
		              {"asaphase_spi_duplicate_packets_total", 30},
		              {"asaphase_spi_reordered_packets_total", 40}};
		for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
			char *line = g_strdup_printf("%s{source=\"192.0.%u.1\",destination=\"192.0.%u.1\",spi="
			                             "\"0x00000ab%u\",encapsulation=\"%s\"} %u",
			                             values[i].name, encapsulation % 2 == 0 ? 2u : 7u,
			                             encapsulation % 2 == 0 ? 7u : 2u, encapsulation,
			                             encapsulations[encapsulation], values[i].value + encapsulation);
			assert_written(&metrics, line);
			g_free(line);
		}
	}
	end(&metrics, &config);
}

static void test_queues_are_written_one_by_one(void)
{
	const struct metrics_queue queues[] = {
	        {.queue = 7,
	         .seen = {.packets = 1,
	                  .segments = 2,
	                  .unsplit = 3,
	                  .missed = 4,
	                  .outages = 5,
	                  .unread = 6,
	                  .uncounted = 7,
	                  .refused = 8},
	         .kernel = {.known = true, .waiting = 99, .dropped = 9, .user_dropped = 10}},
	        {.queue = 8, .seen = {.packets = 11}, .kernel = {.dropped = 12}},
	};
	static const char *const lines[] = {
	        "asaphase_queue_packets_total{queue=\"7\"} 1",
	        "asaphase_queue_segments_total{queue=\"7\"} 2",
	        "asaphase_queue_unsplit_packets_total{queue=\"7\"} 3",
	        "asaphase_queue_missed_packets_total{queue=\"7\"} 4",
	        "asaphase_queue_outages_total{queue=\"7\"} 5",
	        "asaphase_queue_unread_packets_total{queue=\"7\"} 6",
	        "asaphase_queue_uncounted_packets_total{queue=\"7\"} 7",
	        "asaphase_queue_refused_messages_total{queue=\"7\"} 8",
	        "asaphase_queue_dropped_total{queue=\"7\"} 9",
	        "asaphase_queue_user_dropped_total{queue=\"7\"} 10",
	        "asaphase_queue_packets_total{queue=\"8\"} 11",
	        "asaphase_queue_missed_packets_total{queue=\"8\"} 0",
	};
	struct config config;
	struct metrics metrics = begin(&config);

	metrics.queues = queues;
	metrics.queue_count = G_N_ELEMENTS(queues);
	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++)
		assert_written(&metrics, lines[i]);
	/* What the kernel did not tell is not 0. */
	assert_not_written(&metrics, "dropped_total{queue=\"8\"}");
	metrics.queue_count = 1;
	assert_not_written(&metrics, "{queue=\"8\"}");
	end(&metrics, &config);
}

static void test_the_daemon_writes_of_itself(void)
{
	struct config config;
	struct metrics metrics = begin(&config);
	const struct config_peer peer = {.name = g_strdup("a \"quoted\" \\ name\nof two lines"),
	                                 .local = address(2, 1),
	                                 .remote = address(7, 1)};

	g_array_append_val(config.peers, peer);
	config.exported_tunnels = 1;
	config.mode = RULES_MODE_QUEUE;
	metrics.offload_uncounted = 21;
	metrics.journal_suppressed = 22;
	metrics.time = 1700000000.1234;
	for (uint8_t host = 1; host <= 3; host++)
		send_esp(metrics.tunnels, address(2, 1), address(7, host), 5, NOON);
	assert_written(&metrics, "asaphase_tunnels{exported=\"yes\"} 1");
	assert_written(&metrics, "asaphase_tunnels{exported=\"no\"} 2");
	assert_written(&metrics, "asaphase_tunnels_dropped_total 0");
	assert_written(&metrics, "asaphase_spis 3");
	assert_written(&metrics, "asaphase_offload_uncounted_packets_total 21");
	assert_written(&metrics, "asaphase_journal_suppressed_total 22");
	assert_written(&metrics, "asaphase_peer_info{" LABELS ",name=\"a \\\"quoted\\\" \\\\ name\\nof two lines\"} 1");
	assert_written(&metrics, "asaphase_last_export_timestamp_seconds 1700000000.123");
	char *text = written(&metrics);
	g_assert_nonnull(strstr(text, "\nasaphase_build_info{version=\""));
	g_assert_nonnull(strstr(text, "\",mode=\"queue\"} 1\n"));
	g_free(text);
	end(&metrics, &config);
}

/* ---- who is exported ---- */

/* Of each rank two tunnels, in a table with room for so many: the ranks that are exported then. */
static void test_ranks_follow_one_another(void)
{
	enum { DECLARED, UP_BEFORE, UP, KNOWN, NEW, SILENT, RANKS };

	for (unsigned room = 0; room <= 2 * RANKS; room += 2) {
		struct config config;
		struct metrics metrics = begin(&config);
		config.exported_tunnels = room;
		/* The last come first in the table. */
		for (unsigned rank = RANKS; rank-- > 0;) {
			for (uint8_t i = 0; i < 2; i++) {
				const struct ip_address local = address(2, 1),
				                        remote = address((uint8_t)(10 + rank), i);
				const bool is_up = rank == UP_BEFORE || rank == UP;
				send_esp(metrics.tunnels, local, remote, 5, NOON);
				if (is_up)
					send_esp(metrics.tunnels, remote, local, 5, NOON);
				struct tunnel *tunnel = tunnels_find(metrics.tunnels, &local, &remote);
				tunnel->keep = rank == DECLARED;
				tunnel->last_time =
				        NOON - (rank == SILENT ? 3600 * NANOSECONDS : 3600 * NANOSECONDS - 1);
				ledger_of(metrics.ledger, tunnel)->exported = rank == UP_BEFORE || rank == KNOWN;
			}
		}
		char *text = written(&metrics);
		for (unsigned rank = 0; rank < RANKS; rank++) {
			char *label = g_strdup_printf(
			        "asaphase_tunnel_encaps_packets_total{local=\"192.0.2.1\",remote=\"192.0.%u.1\"}",
			        10 + rank);
			const struct ip_address local = address(2, 1), remote = address((uint8_t)(10 + rank), 1);
			/* Those that are always exported need no room. */
			const bool expected = rank <= UP_BEFORE || 2 * (rank + 1) <= room;
			struct tunnel *tunnel = tunnels_find(metrics.tunnels, &local, &remote);
			g_test_message("rank %u, room for %u", rank, room);
			g_assert_cmpint(strstr(text, label) != NULL, ==, expected);
			g_assert_cmpint(ledger_of(metrics.ledger, tunnel)->exported, ==, expected);
			g_assert_cmpint(tunnel->asa_declared, ==, expected);
			g_free(label);
		}
		g_free(text);
		end(&metrics, &config);
	}
}

/* ---- the three answers, and what comes of them ---- */

static char *text_of(const struct metrics *metrics)
{
	GString *text = g_string_new(NULL);

	metrics_append(text, metrics);
	return g_string_free(text, FALSE);
}

static void assert_line(const char *text, const char *line)
{
	char *whole = g_strdup_printf("\n%s\n", line);

	if (strstr(text, whole) == NULL)
		g_error("no line %s", line);
	g_free(whole);
}

static void assert_answers(const char *text, int phase_1, int phase_2, int data)
{
	const char *const names[] = {"1", "2", "data"};
	const int answers[] = {phase_1, phase_2, data};

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		char *line = g_strdup_printf("asaphase_tunnel_phase{" LABELS ",phase=\"%s\"} %d", names[i], answers[i]);
		assert_line(text, line);
		g_free(line);
	}
}

/* Of a peer that was declared and never seen nothing is known, and that is said. */
static void declared_and_silent(struct metrics *metrics)
{
	const struct ip_address local = address(2, 1), remote = address(7, 1);

	g_assert_nonnull(tunnels_declare(metrics->tunnels, &local, &remote));
	char *text = text_of(metrics);
	assert_answers(text, 0, 0, 0);
	assert_line(text, "asaphase_tunnel_children_one_way{" LABELS "} 0");
	assert_line(text, "asaphase_tunnel_one_way{" LABELS ",missing=\"decaps\"} 0");
	assert_line(text, "asaphase_tunnel_decaps_packets_total{" LABELS "} 0");
	g_assert_null(strstr(text, "\nasaphase_tunnel_verdict{"));
	g_free(text);
}

static void test_declared_and_silent(void)
{
	with_little_room(declared_and_silent);
}

static void works_then_one_way(struct metrics *metrics)
{
	unsigned second = 0;

	for (; second < 4; second++) {
		send_esp(metrics->tunnels, address(2, 1), address(7, 1), 3, NOON + 2 * second * NANOSECONDS);
		send_esp(metrics->tunnels, address(7, 1), address(2, 1), 3, NOON + (2 * second + 1) * NANOSECONDS);
	}
	char *text = text_of(metrics);
	assert_answers(text, 1, 1, 1);
	assert_line(text, "asaphase_tunnel_children{" LABELS "} 1");
	assert_line(text, "asaphase_tunnel_children_one_way{" LABELS "} 0");
	assert_line(text, "asaphase_tunnel_verdict{" LABELS ",phase=\"-\",cause=\"none\",confidence=\"likely\"} 1");
	g_free(text);
	for (; second < 20; second++)
		send_esp(metrics->tunnels, address(2, 1), address(7, 1), 3, NOON + 2 * second * NANOSECONDS);
	text = text_of(metrics);
	assert_answers(text, 1, 1, -1);
	assert_line(text, "asaphase_tunnel_children_one_way{" LABELS "} 1");
	assert_line(text, "asaphase_tunnel_one_way{" LABELS ",missing=\"decaps\"} 1");
	assert_line(text, "asaphase_tunnel_one_way{" LABELS ",missing=\"encaps\"} 0");
	assert_line(text,
	            "asaphase_tunnel_verdict{" LABELS ",phase=\"data\",cause=\"one-way\",confidence=\"possible\"} 1");
	g_free(text);
}

static void test_works_then_one_way(void)
{
	with_little_room(works_then_one_way);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/metrics/" #function, test_##function                                                                 \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(document),
        TEST(come_up_after_a_flood),
        TEST(fail_after_a_flood),
        TEST(flood_after_work),
        TEST(counts_are_seen_from_the_local_end),
        TEST(times_are_those_of_the_machines_clock),
        TEST(the_missing_direction_is_named),
        TEST(esp_one_way_shows_no_ike),
        TEST(failures_are_written_by_cause),
        TEST(spis_are_written_where_that_was_asked_for),
        TEST(queues_are_written_one_by_one),
        TEST(the_daemon_writes_of_itself),
        TEST(ranks_follow_one_another),
        TEST(declared_and_silent),
        TEST(works_then_one_way),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
