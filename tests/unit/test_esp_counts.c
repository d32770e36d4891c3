/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted of ESP per SPI and per direction of a tunnel. */
#include <glib.h>

#include "core/base/time.h"
#include "core/verdict/children.h"
#include "core/verdict/judge.h"
#include "scene.h"

static void losses_of_many_spis_add_up(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	for (uint32_t spi = 1; spi <= 1000; spi++) {
		scene.sequence[0] = 0;
		scene_esp(&scene, 0, 0x1000 + spi, 2, 0.001);
		scene.sequence[0] += 3;
		scene_esp(&scene, 0, 0x1000 + spi, 1, 0.001);
	}
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 3000);
	scene.sequence[0] = 3; /* the last SPI's 4 comes late */
	scene_esp(&scene, 0, 0x1000 + 1000, 1, 0.001);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[0].lost, ==, 2999);
	g_assert_cmpuint(scene_tunnel(&scene)->esp[1].lost, ==, 0);
	scene_end(&scene);
}

static struct esp_packet packet_on(uint32_t spi, uint32_t sequence)
{
	static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

	return (struct esp_packet){.source = ip_address_from_ipv4(here),
	                           .destination = ip_address_from_ipv4(there),
	                           .spi = spi,
	                           .sequence = sequence,
	                           .bytes = 100,
	                           .time = 1};
}

static const struct spi_entry *count_sequence(struct spi_table *table, uint32_t spi, uint32_t sequence)
{
	struct esp_packet packet = packet_on(spi, sequence);
	uint32_t number = spi_table_count(table, &packet);

	g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
	return spi_table_entry(table, number);
}

static void a_gap_in_the_counting_is_no_loss(void)
{
	struct spi_table *table = spi_table_new(16);

	count_sequence(table, 1, 10);
	count_sequence(table, 2, 10);
	g_assert_cmpuint(count_sequence(table, 1, 15)->lost, ==, 4);
	spi_table_note_interruption(table);
	g_assert_cmpuint(count_sequence(table, 1, 500)->lost, ==, 4);
	g_assert_cmpuint(count_sequence(table, 1, 502)->lost, ==, 5);
	g_assert_cmpuint(count_sequence(table, 2, 400)->lost, ==, 0);
	g_assert_cmpuint(count_sequence(table, 3, 7)->lost, ==, 0);
	g_assert_cmpuint(count_sequence(table, 3, 9)->lost, ==, 1);
	spi_table_free(table);
}

static struct spi_counts counts_on(uint32_t spi, uint64_t packets, int32_t lost)
{
	struct esp_packet packet = packet_on(spi, 0);

	return (struct spi_counts){.source = packet.source,
	                           .destination = packet.destination,
	                           .spi = spi,
	                           .sequences_known = true,
	                           .packets = packets,
	                           .bytes = packets * 100,
	                           .last_time = 5,
	                           .lost = lost};
}

static void counts_from_elsewhere_add_up(void)
{
	struct spi_table *table = spi_table_new(1);
	struct spi_counts counts = counts_on(1, 0, 0);

	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, SPI_TABLE_FULL);
	counts = counts_on(1, 7, 3);
	uint32_t number = spi_table_add_counts(table, &counts);
	g_assert_cmpuint(number, !=, SPI_TABLE_FULL);
	counts = counts_on(1, 2, -4); /* more than were lost: never below 0 */
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, number);
	const struct spi_entry *entry = spi_table_entry(table, number);
	g_assert_cmpuint(entry->packets, ==, 9);
	g_assert_cmpuint(entry->bytes, ==, 900);
	g_assert_cmpuint(entry->lost, ==, 0);
	counts = counts_on(2, 5, 0);
	g_assert_cmpuint(spi_table_add_counts(table, &counts), ==, SPI_TABLE_FULL);
	g_assert_cmpuint(spi_table_overflow(table), ==, 5);
	spi_table_free(table);
}

/* ---- a gateway: two ends, counts of one second after another ---- */

#define HERE 0
#define THERE 1

struct gateway {
	struct tunnels *tunnels;
	int64_t now;
	uint64_t sequence;
	unsigned changes;
};

static struct ip_address end_address(unsigned end)
{
	const uint8_t bytes[4] = {10, (uint8_t)(1 + end), 0, 1};

	return ip_address_from_ipv4(bytes);
}

static void begin(struct gateway *gateway)
{
	struct tunnel_options options = tunnel_options_default();

	options.spi_capacity = 4096;
	options.tunnel_capacity = 64;
	options.reuse_numbers = true;
	options.sees_both_ways = true;
	*gateway = (struct gateway){.tunnels = tunnels_new(&options), .now = 1000 * NANOSECONDS};
}

static void end(struct gateway *gateway)
{
	tunnels_free(gateway->tunnels);
}

static void take(struct gateway *gateway, struct ip_address from, struct ip_address to, uint32_t spi, uint64_t packets,
                 int32_t lost)
{
	struct spi_counts counts = {.source = from,
	                            .destination = to,
	                            .spi = spi,
	                            .sequences_known = true,
	                            .packets = packets,
	                            .bytes = packets * 100,
	                            .since_time = gateway->now - NANOSECONDS / 2,
	                            .first_time = gateway->now - NANOSECONDS / 2,
	                            .last_time = gateway->now - NANOSECONDS / 10,
	                            .first_sequence = 100000,
	                            .lost = lost};
	gateway->sequence += packets;
	counts.highest_sequence = counts.first_sequence + gateway->sequence;
	tunnels_take_counts(gateway->tunnels, &counts);
}

static void esp_from(struct gateway *gateway, unsigned end_from, uint32_t spi, uint64_t packets)
{
	take(gateway, end_address(end_from), end_address(!end_from), spi, packets, 0);
}

static void count_change(struct tunnel *tunnel, void *context)
{
	struct gateway *gateway = context;

	g_assert_nonnull(tunnel);
	gateway->changes++;
}

static void settle(struct gateway *gateway)
{
	tunnels_settle_counts(gateway->tunnels, gateway->now, count_change, gateway);
	gateway->now += NANOSECONDS;
}

static struct tunnel *tunnel_of(const struct gateway *gateway)
{
	struct ip_address here = end_address(HERE), there = end_address(THERE);

	return tunnels_find(gateway->tunnels, &here, &there);
}

static enum cause cause_of(const struct gateway *gateway)
{
	struct verdict verdict;

	tunnel_diagnose(gateway->tunnels, tunnel_of(gateway), &verdict);
	return verdict.cause;
}

static void both_ways(struct gateway *gateway, unsigned seconds)
{
	for (unsigned i = 0; i < seconds; i++) {
		esp_from(gateway, HERE, 0x10, 50);
		esp_from(gateway, THERE, 0x20, 50);
		settle(gateway);
	}
}

/* Seconds until the verdict is one-way; 0 for not within 30. */
static unsigned seconds_to_one_way(struct gateway *gateway, unsigned end_from, uint32_t spi)
{
	for (unsigned i = 1; i <= 30; i++) {
		esp_from(gateway, end_from, spi, 2);
		settle(gateway);
		if (cause_of(gateway) == CAUSE_ONE_WAY)
			return i;
	}
	return 0;
}

static void a_direction_that_stops_is_one_way_and_clears(void)
{
	for (unsigned silent = 0; silent < 2; silent++) {
		struct gateway gateway;
		const struct child_sa *child;
		bool never;
		begin(&gateway);
		both_ways(&gateway, 20);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
		unsigned seconds = seconds_to_one_way(&gateway, !silent, silent ? 0x10 : 0x20);
		g_assert_cmpuint(seconds, >=, 5);
		g_assert_cmpuint(seconds, <=, 7);
		g_assert_cmpint(tunnel_silent_side(gateway.tunnels, tunnel_of(&gateway), &child, &never), ==,
		                (int)silent);
		g_assert_null(child);
		both_ways(&gateway, 1);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
		g_assert_cmpuint(gateway.changes, ==, 2);
		end(&gateway);
	}
}

/* An answer every four seconds, five times as many packets the other way. */
static void rare_answers_are_not_one_way(void)
{
	struct gateway gateway;

	begin(&gateway);
	for (unsigned i = 0; i < 60; i++) {
		esp_from(&gateway, HERE, 0x10, 50);
		if (i % 4 == 0)
			esp_from(&gateway, THERE, 0x20, 1);
		settle(&gateway);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
	}
	end(&gateway);
}

/* A gateway would see the answers, were there any. */
static void nothing_ever_from_one_side_is_one_way(void)
{
	struct gateway gateway;

	begin(&gateway);
	unsigned seconds = seconds_to_one_way(&gateway, HERE, 0x10);
	g_assert_cmpuint(seconds, >=, 5);
	g_assert_cmpuint(seconds, <=, 7);
	end(&gateway);
}

static void a_direction_known_to_pass_unseen_is_not_one_way(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 5);
	tunnel_of(&gateway)->esp[THERE].hidden = true;
	g_assert_cmpuint(seconds_to_one_way(&gateway, HERE, 0x10), ==, 0);
	end(&gateway);
}

/* What IKE showed to come up without its SPIs, and what whoever has the SAs then says of it, is one child. */
static void a_known_pair_is_the_child_that_came_up(void)
{
	struct scene scene;

	scene_begin(&scene, SUITE_CBC);
	scene_up(&scene);
	struct tunnel *tunnel = (struct tunnel *)scene_tunnel(&scene);
	g_assert_cmpuint(tunnel->child_count, ==, 1);
	struct child_sa *child = tunnel_pair_spis(tunnel, 1, 0x20, 0x10, PAIRED_BY_XFRM, scene.time);
	g_assert_cmpuint(tunnel->child_count, ==, 1);
	g_assert_cmphex(child->spi_from[0], ==, 0x10);
	tunnel_delete_pair(tunnel, 0, 0x10, 0x21);
	g_assert_false(child->deleted);
	tunnel_delete_pair(tunnel, 0, 0x10, 0x20);
	g_assert_true(child->deleted);
	g_assert_true(tunnel_pair_spis(tunnel, 0, 0x10, 0x20, PAIRED_BY_XFRM, scene.time) == child);
	g_assert_false(child->deleted);
	/* Another one, an hour later, is another child. */
	tunnel_pair_spis(tunnel, 0, 0x11, 0x21, PAIRED_BY_XFRM, scene.time + 3600 * NANOSECONDS);
	g_assert_cmpuint(tunnel->child_count, ==, 2);
	scene_end(&scene);
}

/* One side uses its new SPI half a minute before the other does. */
static void a_rekey_half_done_is_not_one_way(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 5);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x10, 0x20, PAIRED_BY_XFRM, gateway.now);
	both_ways(&gateway, 5);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x11, 0x21, PAIRED_BY_XFRM, gateway.now);
	for (unsigned i = 0; i < 30; i++) {
		esp_from(&gateway, HERE, 0x11, 50);
		esp_from(&gateway, THERE, 0x20, 50);
		settle(&gateway);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
	}
	for (unsigned i = 0; i < 30; i++) {
		esp_from(&gateway, HERE, 0x11, 50);
		esp_from(&gateway, THERE, 0x21, 50);
		settle(&gateway);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
	}
	end(&gateway);
}

static void one_child_of_two_is_one_way(void)
{
	struct gateway gateway;
	const struct child_sa *child;
	bool never;

	begin(&gateway);
	both_ways(&gateway, 1);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x10, 0x20, PAIRED_BY_XFRM, gateway.now);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x11, 0x21, PAIRED_BY_XFRM, gateway.now);
	for (unsigned i = 0; i < 20; i++) {
		esp_from(&gateway, HERE, 0x11, 50);
		esp_from(&gateway, THERE, 0x21, 50);
		both_ways(&gateway, 1);
	}
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	for (unsigned i = 0; i < 8; i++) {
		esp_from(&gateway, HERE, 0x11, 50);
		both_ways(&gateway, 1);
	}
	g_assert_cmpint(cause_of(&gateway), ==, CAUSE_ONE_WAY);
	g_assert_cmpint(tunnel_silent_side(gateway.tunnels, tunnel_of(&gateway), &child, &never), ==, THERE);
	g_assert_cmphex(child->spi_from[HERE], ==, 0x11);
	esp_from(&gateway, THERE, 0x21, 1);
	both_ways(&gateway, 1);
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	end(&gateway);
}

/* Timing took the SPIs of two children for each other's, and only one child is in use. */
static void a_wrong_pair_is_not_one_way(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 1);
	esp_from(&gateway, HERE, 0x11, 1);
	esp_from(&gateway, THERE, 0x21, 1);
	settle(&gateway);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x10, 0x21, PAIRED_BY_TIMING, gateway.now);
	tunnel_pair_spis(tunnel_of(&gateway), HERE, 0x11, 0x20, PAIRED_BY_TIMING, gateway.now);
	for (unsigned i = 0; i < 30; i++) {
		both_ways(&gateway, 1);
		g_assert_false(cause_is_fault(cause_of(&gateway)));
	}
	end(&gateway);
}

static void a_known_pair_replaces_what_timing_guessed(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 1);
	struct tunnel *tunnel = tunnel_of(&gateway);
	g_assert_cmpint(tunnel->children[0].paired_by, ==, PAIRED_BY_TIMING);
	tunnel_pair_spis(tunnel, THERE, 0x20, 0x15, PAIRED_BY_XFRM, gateway.now);
	tunnel_pair_spis(tunnel, HERE, 0x10, 0x25, PAIRED_BY_XFRM, gateway.now);
	g_assert_cmpuint(tunnel->child_count, ==, 2);
	g_assert_cmphex(tunnel_child(tunnel, THERE, 0x20)->spi_from[HERE], ==, 0x15);
	g_assert_cmphex(tunnel_child(tunnel, HERE, 0x10)->spi_from[THERE], ==, 0x25);
	g_assert_cmpint(tunnel->children[0].paired_by, ==, PAIRED_BY_XFRM);
	g_assert_cmpint(tunnel->children[1].paired_by, ==, PAIRED_BY_XFRM);
	end(&gateway);
}

static void loss_clears_when_it_ends(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 2);
	take(&gateway, end_address(HERE), end_address(THERE), 0x10, 100, 50);
	settle(&gateway);
	g_assert_cmpint(cause_of(&gateway), ==, CAUSE_PACKET_LOSS);
	both_ways(&gateway, 130);
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	g_assert_cmpuint(tunnel_of(&gateway)->esp[HERE].lost, ==, 50);
	end(&gateway);
}

/* The second packet after the outage, a second later, is what makes the jump of the numbers believed. */
static void what_an_outage_cost_is_not_loss_of_the_path(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 10);
	g_assert_cmpuint(seconds_to_one_way(&gateway, HERE, 0x10), !=, 0);
	esp_from(&gateway, HERE, 0x10, 1);
	esp_from(&gateway, THERE, 0x20, 1);
	settle(&gateway);
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	take(&gateway, end_address(THERE), end_address(HERE), 0x20, 1, 5000);
	settle(&gateway);
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	g_assert_cmpuint(tunnel_of(&gateway)->esp[THERE].lost, ==, 5000);
	both_ways(&gateway, 2);
	take(&gateway, end_address(THERE), end_address(HERE), 0x20, 1, 50);
	settle(&gateway);
	g_assert_cmpint(cause_of(&gateway), ==, CAUSE_PACKET_LOSS);
	end(&gateway);
}

static void earlier_counts_add_up_and_prove_nothing(void)
{
	struct gateway gateway;
	struct ip_address here = end_address(HERE), there = end_address(THERE);
	struct verdict verdict;

	begin(&gateway);
	struct tunnel *tunnel = tunnels_declare(gateway.tunnels, &there, &here);
	g_assert_cmpuint(tunnel->asa_side, ==, 0);
	tunnel_restore(tunnel, 0, 1000, 100000, 500, 5);
	tunnel_restore(tunnel, 1, 2000, 200000, 0, 6);
	tunnel_diagnose(gateway.tunnels, tunnel, &verdict);
	g_assert_cmpint(verdict.cause, ==, CAUSE_UNDETERMINED);
	esp_from(&gateway, HERE, 0x10, 50);
	settle(&gateway);
	g_assert_cmpuint(tunnel->esp[1].packets, ==, 2050);
	g_assert_cmpuint(tunnel->esp[0].packets, ==, 1000);
	g_assert_cmpint(cause_of(&gateway), ==, CAUSE_UNDETERMINED);
	end(&gateway);
}

static void an_spi_that_was_retired_goes_on_counting(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 3);
	esp_from(&gateway, HERE, 0x11, 5);
	settle(&gateway);
	tunnels_retire_spis(gateway.tunnels, gateway.now - NANOSECONDS * 3 / 2);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(gateway.tunnels)), ==, 1);
	g_assert_cmpuint(tunnel_of(&gateway)->esp[HERE].packets, ==, 155);
	g_assert_cmpuint(tunnel_of(&gateway)->esp[HERE].live_spis, ==, 1);
	struct spi_counts counts = {.source = end_address(HERE),
	                            .destination = end_address(THERE),
	                            .spi = 0x10,
	                            .packets = 1,
	                            .bytes = 100,
	                            .earlier_packets = 150,
	                            .earlier_bytes = 15000,
	                            .last_time = gateway.now};
	tunnels_take_counts(gateway.tunnels, &counts);
	settle(&gateway);
	const struct spi_entry *entry = tunnel_spi_entry(gateway.tunnels, tunnel_of(&gateway), HERE, 0x10);
	g_assert_cmpuint(entry->packets, ==, 151);
	g_assert_cmpuint(entry->bytes, ==, 15100);
	g_assert_cmpuint(tunnel_of(&gateway)->esp[HERE].packets, ==, 156);
	end(&gateway);
}

/* SPIs at random on a tunnel's own addresses: its children and SPIs stay. */
static void a_flood_of_spis_leaves_the_tunnel_alone(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 2);
	struct tunnel *tunnel = tunnel_of(&gateway);
	tunnel_pair_spis(tunnel, HERE, 0x10, 0x20, PAIRED_BY_XFRM, gateway.now);
	for (uint32_t i = 0; i < 20000; i++) {
		esp_from(&gateway, THERE, 0x01000000 + i, 1);
		if (i % 1000 == 0)
			both_ways(&gateway, 1);
	}
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(gateway.tunnels)), <, 100);
	g_assert_cmpuint(tunnel_spi_entry(gateway.tunnels, tunnel, HERE, 0x10)->packets, ==, 22 * 50);
	g_assert_cmpuint(tunnel->esp[HERE].packets, ==, 22 * 50);
	g_assert_cmpuint(tunnel->esp[THERE].packets, ==, 22 * 50 + 20000);
	g_assert_false(cause_is_fault(cause_of(&gateway)));
	end(&gateway);
}

/* From everywhere: other tunnels than the flood's keep their place, and numbers do not grow without end. */
static void a_flood_of_addresses_leaves_tunnels_alone(void)
{
	struct gateway gateway;

	begin(&gateway);
	both_ways(&gateway, 2);
	for (uint32_t i = 0; i < 20000; i++) {
		const uint8_t bytes[4] = {172, (uint8_t)(16 + i / 65536), (uint8_t)(i / 256), (uint8_t)i};
		take(&gateway, ip_address_from_ipv4(bytes), end_address(HERE), i + 1000, 1, 0);
		if (i % 1000 == 0)
			both_ways(&gateway, 1);
	}
	g_assert_cmpuint(tunnels_count(gateway.tunnels), <=, 64);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(gateway.tunnels)), <=, 66);
	g_assert_cmpuint(tunnel_of(&gateway)->esp[HERE].packets, ==, 22 * 50);
	g_assert_cmpuint(tunnel_of(&gateway)->esp[THERE].packets, ==, 22 * 50);
	end(&gateway);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/esp-counts/" #function, function                                                                     \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(losses_of_many_spis_add_up),
        TEST(a_gap_in_the_counting_is_no_loss),
        TEST(counts_from_elsewhere_add_up),
        TEST(a_direction_that_stops_is_one_way_and_clears),
        TEST(rare_answers_are_not_one_way),
        TEST(nothing_ever_from_one_side_is_one_way),
        TEST(a_direction_known_to_pass_unseen_is_not_one_way),
        TEST(a_rekey_half_done_is_not_one_way),
        TEST(one_child_of_two_is_one_way),
        TEST(a_wrong_pair_is_not_one_way),
        TEST(a_known_pair_is_the_child_that_came_up),
        TEST(a_known_pair_replaces_what_timing_guessed),
        TEST(loss_clears_when_it_ends),
        TEST(what_an_outage_cost_is_not_loss_of_the_path),
        TEST(earlier_counts_add_up_and_prove_nothing),
        TEST(an_spi_that_was_retired_goes_on_counting),
        TEST(a_flood_of_spis_leaves_the_tunnel_alone),
        TEST(a_flood_of_addresses_leaves_tunnels_alone),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);

	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
