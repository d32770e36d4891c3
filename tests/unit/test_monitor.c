/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon knows of tunnels, and what of it outlives a restart. The clocks are this test's, and so are the
 * journal and the addresses of this host, which monitor.c is linked with.
 */
#include "nfq-daemon/monitor.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "bytes.h"
#include "core/base/time.h"
#include "fake_clock.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/journal.h"
#include "nfq-daemon/local_addresses.h"
#include "nfq-daemon/metrics.h"

#define ROOM 4
#define MADE_UP 40
#define PACKETS 20 /* too many to be a stray one's */

static struct ip_address address(uint8_t network, uint8_t host)
{
	const uint8_t bytes[] = {192, 0, network, host};

	return ip_address_from_ipv4(bytes);
}

/* ---- the journal and this host's addresses ---- */

static unsigned warnings, verdicts;

void journal_warning(const char *format, ...)
{
	(void)format;
	warnings++;
}

void journal_verdict(struct tunnels *tunnels, const struct tunnel *tunnel)
{
	(void)tunnels;
	g_assert_nonnull(tunnel);
	verdicts++;
}

static int host_addresses; /* how many, or why not */

int local_addresses(struct ip_address *addresses, unsigned room)
{
	g_assert_cmpuint(room, ==, TUNNEL_ASA_ADDRESSES);
	for (int i = 0; i < host_addresses; i++)
		addresses[i] = address(50, (uint8_t)i);
	return host_addresses;
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
	real = NOON;
	since_boot = 500 * NANOSECONDS;
	clock_begin();
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

/* A fault is told, and that it ended; that too little is seen meanwhile is not. */
static void test_what_the_journal_is_told(void)
{
	const struct ip_address local = address(2, 1), remote = address(7, 1);
	struct config config;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	int64_t time = clock_now() - 60 * NANOSECONDS;
	for (unsigned second = 0; second < 8; second++)
		send_esp(monitor, local, remote, time += NANOSECONDS);
	struct tunnel *tunnel = tunnels_find(monitor_tunnels(monitor), &local, &remote);
	const struct ledger_entry *told = ledger_of(monitor_ledger(monitor), tunnel);
	g_assert_cmpint(told->reported, ==, CAUSE_ONE_WAY);
	tunnel->esp[1].hidden = true;
	send_esp(monitor, local, remote, time += NANOSECONDS);
	g_assert_cmpint(tunnel->current, ==, CAUSE_UNDETERMINED);
	g_assert_cmpint(told->reported, ==, CAUSE_ONE_WAY);
	send_esp(monitor, remote, local, time += NANOSECONDS);
	g_assert_cmpint(tunnel->current, ==, CAUSE_NONE);
	g_assert_cmpint(told->reported, ==, CAUSE_NONE);
	monitor_free(monitor);
	config_free(&config);
}

/* ---- whose view is mirrored ---- */

static const struct tunnel_options *options_of(struct monitor *monitor)
{
	return tunnels_options(monitor_tunnels(monitor));
}

static void test_options_are_those_of_the_configuration(void)
{
	struct config config;

	begin(&config);
	config.one_way_packets = 11;
	config.one_way_seconds = 12;
	config.spi_capacity = 1300;
	config.tunnel_capacity = 14;
	struct monitor *monitor = monitor_new(&config);
	g_assert_cmpuint(options_of(monitor)->one_way_packets, ==, 11);
	g_assert_cmpuint(options_of(monitor)->one_way_seconds, ==, 12);
	g_assert_cmpuint(options_of(monitor)->spi_capacity, ==, 1300);
	g_assert_cmpuint(options_of(monitor)->tunnel_capacity, ==, 14);
	g_assert_true(options_of(monitor)->reuse_numbers);
	monitor_free(monitor);
	config.spi_capacity = 0;
	g_assert_null(monitor_new(&config));
	config_free(&config);
}

/* As configured, else this host's where tunnels end here. */
static void test_the_local_end_is_configured_or_this_host(void)
{
	static const struct {
		enum rules_role role;
		uint8_t configured;
		int of_host;
		unsigned count;
		uint8_t network;
	} cases[] = {
	        {RULES_ROLE_TRANSIT, 0, 3, 0, 0},      {RULES_ROLE_TRANSIT, 2, 3, 2, 60},
	        {RULES_ROLE_TERMINATING, 2, 3, 2, 60}, {RULES_ROLE_TERMINATING, 0, 3, 3, 50},
	        {RULES_ROLE_TERMINATING, 0, 0, 0, 0},  {RULES_ROLE_TERMINATING, 0, -EPERM, 0, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct config config;
		begin(&config);
		config.role = cases[i].role;
		config.local.count = cases[i].configured;
		for (uint8_t host = 0; host < cases[i].configured; host++)
			config.local.list[host] = address(60, host);
		host_addresses = cases[i].of_host;
		struct monitor *monitor = monitor_new(&config);
		g_assert_cmpuint(options_of(monitor)->asa_count, ==, cases[i].count);
		for (uint8_t host = 0; host < cases[i].count; host++) {
			const struct ip_address expected = address(cases[i].network, host);
			g_assert_true(ip_address_equal(&options_of(monitor)->asa[host], &expected));
		}
		monitor_free(monitor);
		config_free(&config);
	}
	host_addresses = 0;
}

/* ---- declared peers ---- */

static void declare(struct config *config, uint8_t host)
{
	const struct config_peer peer = {
	        .name = g_strdup("a peer"), .local = address(2, 1), .remote = address(7, host)};

	g_array_append_val(config->peers, peer);
}

static struct tunnel *tunnel_with(struct monitor *monitor, uint8_t host)
{
	const struct ip_address local = address(2, 1), remote = address(7, host);

	return tunnels_find(monitor_tunnels(monitor), &local, &remote);
}

static void test_declared_peers_are_there_from_the_beginning(void)
{
	struct config config;

	begin(&config);
	config.tunnel_capacity = 2;
	for (uint8_t host = 1; host <= 3; host++)
		declare(&config, host);
	warnings = 0;
	struct monitor *monitor = monitor_new(&config);
	g_assert_cmpuint(warnings, ==, 1);
	for (uint8_t host = 1; host <= 2; host++) {
		const struct ip_address local = address(2, 1);
		const struct tunnel *tunnel = tunnel_with(monitor, host);
		g_assert_true(tunnel->keep);
		g_assert_true(ip_address_equal(&tunnel->address[tunnel->asa_side], &local));
	}
	g_assert_null(tunnel_with(monitor, 3));
	monitor_free(monitor);
	config_free(&config);
}

/* A table that was made smaller has no room for all of them, but what it has goes on. */
static void test_restores_what_there_is_room_for(void)
{
	struct config config;
	struct state state;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	for (uint8_t host = 1; host <= 3; host++)
		send_esp(monitor, address(2, 1), address(7, host), clock_now());
	state_begin(&state);
	monitor_save(monitor, &state);
	g_assert_cmpuint(state.tunnels->len, ==, 3);
	monitor_free(monitor);
	config.tunnel_capacity = 2;
	declare(&config, 3);
	monitor = monitor_new(&config);
	monitor_restore(monitor, &state);
	for (uint8_t host = 1; host <= 3; host += 2) {
		const struct tunnel *tunnel = tunnel_with(monitor, host);
		g_assert_cmpuint(tunnel->esp[tunnel->asa_side].packets, ==, PACKETS);
	}
	g_assert_null(tunnel_with(monitor, 2));
	state_end(&state);
	monitor_free(monitor);
	config_free(&config);
}

static void test_a_new_configuration_takes_the_place_of_the_old_one(void)
{
	struct config first, second;

	begin(&first);
	declare(&first, 1);
	begin(&second);
	declare(&second, 2);
	second.one_way_packets = 21;
	second.one_way_seconds = 22;
	struct monitor *monitor = monitor_new(&first);
	monitor_reconfigure(monitor, &second);
	g_assert_cmpuint(options_of(monitor)->one_way_packets, ==, 21);
	g_assert_cmpuint(options_of(monitor)->one_way_seconds, ==, 22);
	g_assert_false(tunnel_with(monitor, 1)->keep);
	g_assert_true(tunnel_with(monitor, 2)->keep);
	config_free(&first);
	/* From then on the second one holds. */
	second.spi_idle = 10;
	monitor_retire(monitor);
	monitor_free(monitor);
	config_free(&second);
}

/* ---- what is worth keeping over a restart ---- */

#define DAYS(count) ((count)*INT64_C(86400) * NANOSECONDS)
#define NEVER 0

static const struct {
	const char *what;
	bool keep, exported;
	uint64_t packets[2];
	int64_t esp_ago[2]; /* when each side sent last; NEVER */
	int64_t ago;        /* when any packet of it came last */
	bool kept;
} worths[] = {
        {"9 packets", false, false, {9, 0}, {1, NEVER}, 1, true},
        {"9 packets of both", false, false, {4, 5}, {1, DAYS(200)}, 1, true},
        {"9 packets back", false, false, {0, 9}, {NEVER, DAYS(90) - 1}, DAYS(90) - 1, true},
        {"9 packets, 90 days ago", false, false, {9, 0}, {DAYS(90), NEVER}, DAYS(90), false},
        {"also where exported and declared", true, true, {9, 0}, {DAYS(90), NEVER}, 1, false},
        {"8 packets", false, false, {4, 4}, {1, 1}, 1, false},
        {"8 packets, declared", true, false, {4, 4}, {DAYS(2), 1}, DAYS(2), true},
        {"8 packets, exported", false, true, {4, 4}, {1, 1}, DAYS(1) - 1, true},
        {"8 packets, exported, a day ago", false, true, {4, 4}, {1, 1}, DAYS(1), false},
        {"none, exported, long ago", false, true, {0, 0}, {NEVER, NEVER}, DAYS(200), true},
        {"none", false, false, {0, 0}, {NEVER, NEVER}, 1, false},
        {"one, exported, a day ago", false, true, {0, 1}, {NEVER, 1}, DAYS(1), false},
};

static void test_what_is_worth_keeping(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(worths); i++) {
		struct config config;
		struct state state;
		begin(&config);
		struct monitor *monitor = monitor_new(&config);
		const struct ip_address local = address(2, 1), remote = address(7, 1);
		struct tunnel *tunnel = tunnels_declare(monitor_tunnels(monitor), &local, &remote);
		tunnel->keep = worths[i].keep;
		ledger_of(monitor_ledger(monitor), tunnel)->exported = worths[i].exported;
		for (unsigned side = 0; side < 2; side++) {
			tunnel->esp[side].packets = worths[i].packets[side];
			tunnel->esp[side].last_time =
			        worths[i].esp_ago[side] != NEVER ? clock_now() - worths[i].esp_ago[side] : 0;
		}
		tunnel->last_time = clock_now() - worths[i].ago;
		state_begin(&state);
		monitor_save(monitor, &state);
		g_test_message("%s", worths[i].what);
		g_assert_cmpuint(state.tunnels->len, ==, worths[i].kept);
		state_end(&state);
		monitor_free(monitor);
		config_free(&config);
	}
}

/* What was exported or declared, then what was up, then what went one way, no more of that than can be exported. */
static void test_the_order_of_what_is_kept(void)
{
	struct config config;
	struct state state;
	/* Hosts by number: 1 to 6 one way, 7 and 8 up, 9 declared, 10 exported. */
	static const uint8_t expected[] = {9, 10, 7, 8, 1, 2, 3, 4};

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	for (uint8_t host = 1; host <= 10; host++) {
		send_esp(monitor, address(2, 1), address(7, host), clock_now());
		if (host == 7 || host == 8)
			send_esp(monitor, address(7, host), address(2, 1), clock_now());
	}
	tunnel_with(monitor, 9)->keep = true;
	ledger_of(monitor_ledger(monitor), tunnel_with(monitor, 10))->exported = true;
	state_begin(&state);
	monitor_save(monitor, &state);
	g_assert_cmpuint(state.tunnels->len, ==, G_N_ELEMENTS(expected));
	for (guint i = 0; i < state.tunnels->len; i++) {
		const struct ip_address remote = address(7, expected[i]);
		g_assert_true(ip_address_equal(&g_array_index(state.tunnels, struct state_tunnel, i).remote, &remote));
	}
	state_end(&state);
	monitor_free(monitor);
	config_free(&config);
}

static void test_what_is_kept_of_a_tunnel(void)
{
	struct config config;
	struct state state;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	const struct ip_address local = address(2, 1), remote = address(7, 1);
	send_esp(monitor, remote, local, clock_now() - 5);
	struct tunnel *tunnel = tunnels_declare(monitor_tunnels(monitor), &local, &remote);
	g_assert_cmpuint(tunnel->asa_side, ==, 1);
	tunnel->esp[0].lost = 6;
	struct ledger_entry *entry = ledger_of(monitor_ledger(monitor), tunnel);
	entry->lost[0] = 7; /* told before: it does not go back */
	entry->failures[CAUSE_PSK_MISMATCH] = 3;
	entry->failures[CAUSE_LAST - 1] = 2;
	real += DAYS(1); /* somebody sets the clock */
	state_begin(&state);
	monitor_save(monitor, &state);
	g_assert_cmpuint(state.tunnels->len, ==, 1);
	const struct state_tunnel *kept = &g_array_index(state.tunnels, struct state_tunnel, 0);
	g_assert_true(ip_address_equal(&kept->local, &local));
	g_assert_true(ip_address_equal(&kept->remote, &remote));
	g_assert_cmpuint(kept->decaps.packets, ==, PACKETS);
	g_assert_cmpuint(kept->decaps.bytes, ==, 100 * PACKETS);
	g_assert_cmpuint(kept->decaps.lost, ==, 7);
	g_assert_cmpint(kept->decaps.last_time, ==, real - 5);
	g_assert_cmpuint(kept->encaps.packets, ==, 0);
	g_assert_cmpint(kept->encaps.last_time, ==, 0);
	g_assert_cmpuint(state.failures->len, ==, 2);
	const struct state_failures *failures = &g_array_index(state.failures, struct state_failures, 0);
	g_assert_true(ip_address_equal(&failures->local, &local));
	g_assert_true(ip_address_equal(&failures->remote, &remote));
	g_assert_cmpint(failures->cause, ==, CAUSE_PSK_MISMATCH);
	g_assert_cmpuint(failures->count, ==, 3);
	g_assert_cmpint(g_array_index(state.failures, struct state_failures, 1).cause, ==, CAUSE_LAST - 1);
	monitor_free(monitor);

	/* Another run has it, as far as it is exported. */
	real += DAYS(1);
	for (uint32_t exported = 0; exported < 2; exported++) {
		config.exported_tunnels = exported;
		monitor = monitor_new(&config);
		monitor_restore(monitor, &state);
		tunnel = tunnel_with(monitor, 1);
		g_assert_false(tunnel->keep);
		unsigned remote_side = !tunnel->asa_side;
		g_assert_true(ip_address_equal(&tunnel->address[remote_side], &remote));
		g_assert_cmpuint(tunnel->esp[remote_side].packets, ==, PACKETS);
		g_assert_cmpuint(tunnel->esp[remote_side].lost, ==, 7);
		g_assert_cmpint(tunnel->esp[remote_side].last_time, ==, clock_now() - 5 - DAYS(1));
		g_assert_cmpuint(tunnel->esp[!remote_side].packets, ==, 0);
		entry = ledger_of(monitor_ledger(monitor), tunnel);
		g_assert_cmpint(entry->exported, ==, exported > 0);
		g_assert_cmpuint(entry->failures[CAUSE_PSK_MISMATCH], ==, 3);
		monitor_free(monitor);
	}
	state_end(&state);
	config_free(&config);
}

/* Which end is local is what the configuration says by now, whatever it was then. */
static void test_a_declared_peer_keeps_its_local_end(void)
{
	for (unsigned turned = 0; turned < 2; turned++) {
		struct config config;
		struct state state;
		begin(&config);
		declare(&config, 1);
		state_begin(&state);
		const struct state_tunnel kept = {.local = turned ? address(7, 1) : address(2, 1),
		                                  .remote = turned ? address(2, 1) : address(7, 1),
		                                  .encaps = {.packets = 11, .bytes = 1100},
		                                  .decaps = {.packets = 22, .bytes = 2200}};
		g_array_append_val(state.tunnels, kept);
		struct monitor *monitor = monitor_new(&config);
		monitor_restore(monitor, &state);
		const struct tunnel *tunnel = tunnel_with(monitor, 1);
		const struct ip_address local = address(2, 1);
		g_assert_true(ip_address_equal(&tunnel->address[tunnel->asa_side], &local));
		g_assert_true(tunnel->keep);
		g_assert_cmpuint(tunnel->esp[tunnel->asa_side].packets, ==, turned ? 22 : 11);
		g_assert_cmpuint(tunnel->esp[!tunnel->asa_side].packets, ==, turned ? 11 : 22);
		monitor_free(monitor);
		state_end(&state);
		config_free(&config);
	}
}

/* Failures of a tunnel that is not kept, and tunnels beyond the room there is. */
static void test_what_finds_no_room_is_not_restored(void)
{
	struct config config;
	struct state state;

	begin(&config);
	config.tunnel_capacity = 1;
	declare(&config, 1);
	state_begin(&state);
	const struct state_tunnel kept = {.local = address(2, 1), .remote = address(7, 2), .encaps = {.packets = 11}};
	const struct state_failures failures = {address(2, 1), address(7, 2), CAUSE_MTU, 5};
	g_array_append_val(state.tunnels, kept);
	g_array_append_val(state.failures, failures);
	struct monitor *monitor = monitor_new(&config);
	monitor_restore(monitor, &state);
	g_assert_null(tunnel_with(monitor, 2));
	g_assert_cmpuint(tunnels_count(monitor_tunnels(monitor)), ==, 1);
	monitor_free(monitor);
	state_end(&state);
	config_free(&config);
}

/* ---- IKE, as the workers saw it ---- */

/* An IKE_SA_INIT message from one end to the other, in IPv4 and UDP: a request, or the refusal of one. */
static struct bytes init_message(bool refusal, uint8_t attempt)
{
	static const uint8_t here[4] = {192, 0, 2, 1}, there[4] = {192, 0, 7, 1};
	const unsigned length = 28 + (refusal ? 8 : 0);
	struct bytes packet = {0};

	put16(&packet, 0x4500);
	put16(&packet, 20 + 8 + length);
	put32(&packet, 0);
	put16(&packet, 64 << 8 | 17);
	put16(&packet, 0);
	put(&packet, refusal ? there : here, 4);
	put(&packet, refusal ? here : there, 4);
	put16(&packet, 500);
	put16(&packet, 500);
	put16(&packet, 8 + length);
	put16(&packet, 0);
	put32(&packet, 0x11111111);
	put32(&packet, attempt);
	put_zeros(&packet, 8);
	put8(&packet, refusal ? 41 : 0);
	put8(&packet, 0x20);
	put8(&packet, 34);
	put8(&packet, refusal ? 0x20 : 0x08);
	put32(&packet, 0);
	put32(&packet, length);
	if (refusal) {
		put32(&packet, 8);
		put32(&packet, 14); /* NO_PROPOSAL_CHOSEN */
	}
	return packet;
}

static void put_packet(struct packet_ring *ring, const struct bytes *packet, int64_t time)
{
	const struct packet_record record = {
	        .time = time, .size = (uint32_t)packet->length, .wire_length = (uint32_t)packet->length};

	g_assert_true(packet_ring_put(ring, &record, packet->at));
}

static void put_attempt(struct packet_ring *ring, uint8_t attempt)
{
	const struct bytes request = init_message(false, attempt), refusal = init_message(true, attempt);

	put_packet(ring, &request, clock_now() + attempt * 2 * NANOSECONDS);
	put_packet(ring, &refusal, clock_now() + (attempt * 2 + 1) * NANOSECONDS);
}

/* A failure counts each time that it happens; the journal hears of it once. */
static void test_failures_are_counted_and_said(void)
{
	struct config config;

	begin(&config);
	verdicts = 0;
	struct monitor *monitor = monitor_new(&config);
	struct packet_ring *ring = packet_ring_new(1 << 16);
	for (uint8_t attempt = 1; attempt <= 3; attempt++) {
		put_attempt(ring, attempt);
		g_assert_false(monitor_take_packets(monitor, ring, 10));
		struct tunnel *tunnel = tunnel_with(monitor, 1);
		const struct ledger_entry *entry = ledger_of(monitor_ledger(monitor), tunnel);
		g_assert_cmpint(tunnel->current, ==, CAUSE_IKE_PROPOSAL_MISMATCH);
		g_assert_cmpuint(entry->failures[CAUSE_IKE_PROPOSAL_MISMATCH], ==, attempt);
		g_assert_cmpuint(verdicts, ==, 1);
		/* Messages are numbered from 1 on. */
		g_assert_cmpuint(tunnel->last_frame, ==, 2u * attempt);
		g_assert_cmpint(tunnel->last_time, ==, clock_now() + (attempt * 2 + 1) * NANOSECONDS);
	}
	packet_ring_free(ring);
	monitor_free(monitor);
	config_free(&config);
}

/* What is wrong with data is no failure of a negotiation. */
static void test_what_is_wrong_with_data_is_said_and_not_counted(void)
{
	struct config config;

	begin(&config);
	verdicts = 0;
	struct monitor *monitor = monitor_new(&config);
	for (unsigned i = 0; i < 2; i++) {
		send_esp(monitor, address(2, 1), address(7, 1), clock_now());
		send_esp(monitor, address(7, 1), address(2, 1), clock_now());
	}
	for (unsigned i = 0; i < 20; i++) {
		since_boot += NANOSECONDS;
		send_esp(monitor, address(2, 1), address(7, 1), clock_now());
	}
	const struct tunnel *tunnel = tunnel_with(monitor, 1);
	g_assert_cmpint(tunnel->current, ==, CAUSE_ONE_WAY);
	g_assert_cmpuint(verdicts, ==, 1);
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++)
		g_assert_cmpuint(ledger_of(monitor_ledger(monitor), tunnel)->failures[cause], ==, 0);
	send_esp(monitor, address(7, 1), address(2, 1), clock_now());
	g_assert_cmpint(tunnel->current, ==, CAUSE_NONE);
	g_assert_cmpuint(verdicts, ==, 2);
	monitor_free(monitor);
	config_free(&config);
}

static void test_so_many_packets_are_taken_at_a_time(void)
{
	struct config config;

	begin(&config);
	struct monitor *monitor = monitor_new(&config);
	struct packet_ring *ring = packet_ring_new(1 << 16);
	struct bytes malformed = init_message(false, 9);
	malformed.at[0] = 0;
	put_packet(ring, &malformed, clock_now());
	put_attempt(ring, 1);
	g_assert_true(monitor_take_packets(monitor, ring, 0));
	g_assert_true(monitor_take_packets(monitor, ring, 2));
	g_assert_cmpuint(tunnel_with(monitor, 1)->ike_sas[0]->exchanges[0].response_frame, ==, 0);
	g_assert_true(monitor_take_packets(monitor, ring, 1));
	g_assert_cmpuint(tunnel_with(monitor, 1)->ike_sas[0]->exchanges[0].response_frame, ==, 2);
	g_assert_false(monitor_take_packets(monitor, ring, 1));
	packet_ring_free(ring);
	monitor_free(monitor);
	config_free(&config);
}

static void test_spis_that_were_not_used_for_long_are_forgotten(void)
{
	struct config config;

	begin(&config);
	config.spi_idle = 100;
	struct monitor *monitor = monitor_new(&config);
	send_esp(monitor, address(2, 1), address(7, 1), clock_now());
	since_boot += 100 * NANOSECONDS;
	monitor_retire(monitor);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(monitor_tunnels(monitor))), ==, 1);
	since_boot++;
	monitor_retire(monitor);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(monitor_tunnels(monitor))), ==, 0);
	monitor_free(monitor);
	config_free(&config);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/monitor/" #function, test_##function                                                                 \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(restart_after_a_flood),
        TEST(restart_with_many_tunnels),
        TEST(stray_packets),
        TEST(what_the_journal_is_told),
        TEST(options_are_those_of_the_configuration),
        TEST(the_local_end_is_configured_or_this_host),
        TEST(declared_peers_are_there_from_the_beginning),
        TEST(a_new_configuration_takes_the_place_of_the_old_one),
        TEST(what_is_worth_keeping),
        TEST(the_order_of_what_is_kept),
        TEST(what_is_kept_of_a_tunnel),
        TEST(a_declared_peer_keeps_its_local_end),
        TEST(what_finds_no_room_is_not_restored),
        TEST(restores_what_there_is_room_for),
        TEST(failures_are_counted_and_said),
        TEST(what_is_wrong_with_data_is_said_and_not_counted),
        TEST(so_many_packets_are_taken_at_a_time),
        TEST(spis_that_were_not_used_for_long_are_forgotten),
};

int main(int argc, char **argv)
{
	clock_begin();
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
