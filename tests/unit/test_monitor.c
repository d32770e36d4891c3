/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon knows of tunnels, over a restart. */
#include "nfq-daemon/monitor.h"

#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/metrics.h"

#define ROOM 4
#define MADE_UP 40
#define PACKETS 20 /* too many to be a stray one's */

static struct ip_address address(uint8_t network, uint8_t host)
{
	const uint8_t bytes[] = {192, 0, network, host};

	return ip_address_from_ipv4(bytes);
}

static void send_esp(struct monitor *monitor, struct ip_address from, struct ip_address to, int64_t time)
{
	const struct spi_counts counts = {.source = from,
	                                  .destination = to,
	                                  .spi = 0x1000,
	                                  .packets = PACKETS,
	                                  .bytes = 100 * PACKETS,
	                                  .last_time = time};

	monitor_take_counts(&counts, monitor);
	monitor_settle(monitor);
}

static void flood(struct monitor *monitor)
{
	for (uint8_t host = 1; host <= MADE_UP; host++)
		send_esp(monitor, address(9, host), address(2, 1), clock_now());
}

static void work(struct monitor *monitor)
{
	for (unsigned i = 0; i < 2; i++) {
		send_esp(monitor, address(2, 1), address(7, 1), clock_now());
		send_esp(monitor, address(7, 1), address(2, 1), clock_now());
	}
}

/* The tunnels that are exported, and whether the one that worked is among them. */
static unsigned count_exported(struct monitor *monitor, const struct config *config, bool *worked)
{
	const struct metrics metrics = {
	        .tunnels = monitor_tunnels(monitor), .ledger = monitor_ledger(monitor), .config = config};
	GString *text = g_string_new(NULL);
	unsigned count = 0;

	metrics_append(text, &metrics);
	for (const char *line = text->str; (line = strstr(line, "\nasaphase_tunnel_encaps_packets_total{")) != NULL;
	     line++)
		count++;
	*worked = strstr(text->str, "\nasaphase_tunnel_encaps_packets_total{local=\"192.0.2.1\",remote=\"192.0.7.1\"} "
	                            "40\n") != NULL;
	g_string_free(text, TRUE);
	return count;
}

static struct monitor *restart(struct monitor *monitor, const struct config *config, guint *kept)
{
	struct state state;

	state_begin(&state);
	monitor_save(monitor, &state);
	*kept = state.tunnels->len;
	monitor_free(monitor);
	monitor = monitor_new(config);
	monitor_restore(monitor, &state);
	state_end(&state);
	return monitor;
}

static void begin(struct config *config)
{
	config_defaults(config);
	config->exported_tunnels = ROOM;
	config->role = RULES_ROLE_TRANSIT;
}

/* What was made up is neither kept nor exported beyond the room that there is for it; what worked is. */
static void test_restart_after_a_flood(void)
{
	struct config config;
	bool worked;
	guint kept;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	flood(monitor);
	g_assert_cmpuint(count_exported(monitor, &config, &worked), ==, ROOM);
	work(monitor);
	g_assert_cmpuint(count_exported(monitor, &config, &worked), ==, ROOM);
	g_assert_true(worked);
	monitor = restart(monitor, &config, &kept);
	g_assert_cmpuint(kept, <=, 2 * ROOM);
	g_assert_cmpuint(count_exported(monitor, &config, &worked), ==, ROOM);
	g_assert_true(worked);
	monitor_free(monitor);
	config_free(&config);
}

/* A restart exports no more than there is room for. */
static void test_restart_with_many_tunnels(void)
{
	struct config config;
	bool worked;
	guint kept;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	for (uint8_t host = 10; host < 10 + 2 * ROOM; host++) {
		send_esp(monitor, address(2, 1), address(7, host), clock_now());
		send_esp(monitor, address(7, host), address(2, 1), clock_now());
	}
	g_assert_cmpuint(count_exported(monitor, &config, &worked), ==, ROOM);
	monitor = restart(monitor, &config, &kept);
	g_assert_cmpuint(kept, ==, 2 * ROOM);
	g_assert_cmpuint(count_exported(monitor, &config, &worked), ==, ROOM);
	monitor_free(monitor);
	config_free(&config);
}

/* Of the few packets that one exported tunnel had, the totals are kept for a day. */
static void test_stray_packets(void)
{
	struct state state;
	struct config config;
	bool worked;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	for (uint8_t host = 1; host <= 2; host++) {
		const struct spi_counts counts = {.source = address(9, host),
		                                  .destination = address(2, 1),
		                                  .spi = 0x1000,
		                                  .packets = 1,
		                                  .last_time = clock_now() - (host - 1) * 2 * 86400 * NANOSECONDS};
		monitor_take_counts(&counts, monitor);
	}
	count_exported(monitor, &config, &worked);
	state_begin(&state);
	monitor_save(monitor, &state);
	g_assert_cmpuint(state.tunnels->len, ==, 1);
	state_end(&state);
	monitor_free(monitor);
	config_free(&config);
}

int main(int argc, char **argv)
{
	clock_begin();
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/monitor/restart_after_a_flood", test_restart_after_a_flood);
	g_test_add_func("/monitor/restart_with_many_tunnels", test_restart_with_many_tunnels);
	g_test_add_func("/monitor/stray_packets", test_stray_packets);
	return g_test_run();
}
