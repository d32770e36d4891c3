/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens when tables are full: who gives way, and that nobody else does. */
#include <glib.h>
#include <malloc.h>

#include "core/base/time.h"
#include "core/tunnel/tunnel.h"
#include "core/verdict/judge.h"

#define HOUR (3600 * NANOSECONDS)
#define ESP_BYTES 100
/* More than somebody's stray packets. */
#define SEVERAL 20

struct table {
	struct tunnels *tunnels;
	int64_t now;
	uint32_t sequence;
	struct annotation last;
};

static void begin(struct table *table, uint32_t tunnels, uint32_t spis)
{
	struct tunnel_options options = tunnel_options_default();

	options.tunnel_capacity = tunnels;
	options.spi_capacity = spis;
	*table = (struct table){.tunnels = tunnels_new(&options), .now = 1000 * NANOSECONDS};
}

static void end(struct table *table)
{
	tunnels_free(table->tunnels);
}

static struct ip_address host(uint32_t number)
{
	const uint8_t bytes[4] = {10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number};

	return ip_address_from_ipv4(bytes);
}

/* A packet of ESP from one host to another, a millisecond after the one before. */
static void esp(struct table *table, uint32_t source, uint32_t destination, uint32_t spi)
{
	uint8_t payload[ESP_BYTES] = {(uint8_t)(spi >> 24), (uint8_t)(spi >> 16), (uint8_t)(spi >> 8), (uint8_t)spi};
	struct datagram datagram = {
	        .kind = DATAGRAM_ESP,
	        .source = host(source),
	        .destination = host(destination),
	        .payload = payload,
	        .captured = sizeof payload,
	        .length = sizeof payload,
	        .ip_length = sizeof payload + 20,
	};

	table->sequence++;
	payload[6] = (uint8_t)(table->sequence >> 8);
	payload[7] = (uint8_t)table->sequence;
	table->now += NANOSECONDS / 1000;
	tunnels_add(table->tunnels, 0, table->now, &datagram, NULL, &table->last);
}

static void both_ways(struct table *table, uint32_t one, uint32_t other, unsigned packets)
{
	for (unsigned i = 0; i < packets; i++) {
		esp(table, one, other, 0x1000 + one);
		esp(table, other, one, 0x2000 + one);
	}
}

static uint64_t packets_between(const struct table *table, uint32_t one, uint32_t other)
{
	const struct ip_address a = host(one), b = host(other);
	const struct tunnel *tunnel = tunnels_find(table->tunnels, &a, &b);

	return tunnel == NULL ? 0 : tunnel->esp[0].packets + tunnel->esp[1].packets;
}

static uint64_t packets_on(struct table *table, uint32_t one, uint32_t other, uint32_t spi)
{
	const struct ip_address a = host(one), b = host(other);
	const struct tunnel *tunnel = tunnels_find(table->tunnels, &a, &b);
	const struct spi_entry *entry = tunnel_spi_entry(table->tunnels, tunnel, 0, spi);

	return entry == NULL ? 0 : entry->packets;
}

static void strays_give_way_before_spis_in_use(void)
{
	struct table table;

	begin(&table, 4096, 16);
	both_ways(&table, 1, 2, SEVERAL);
	for (uint32_t source = 100; source < 1100; source++)
		esp(&table, source, 2, source);
	both_ways(&table, 1, 2, SEVERAL);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table.tunnels)), <=, 16);
	g_assert_cmpuint(packets_on(&table, 1, 2, 0x1001), ==, 2 * SEVERAL);
	g_assert_cmpuint(packets_between(&table, 1, 2), ==, 4 * SEVERAL);
	/* The newest stray has the place of an older one. */
	g_assert_cmpuint(packets_on(&table, 1099, 2, 1099), ==, 1);
	end(&table);
}

/* Its packets count for its tunnel all the same. */
static void an_spi_that_finds_no_room_is_counted_without(void)
{
	struct table table;

	begin(&table, 4096, 16);
	for (uint32_t one = 1; one <= 8; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	both_ways(&table, 9, 1009, SEVERAL);
	g_assert_cmpuint(table.last.spi_entry, ==, SPI_TABLE_FULL);
	g_assert_cmpuint(packets_between(&table, 9, 1009), ==, 2 * SEVERAL);
	for (uint32_t one = 1; one <= 8; one++)
		g_assert_cmpuint(packets_on(&table, one, 1000 + one, 0x1000 + one), ==, SEVERAL);
	g_assert_cmpuint(spi_table_overflow(tunnels_spi_table(table.tunnels)), >, 0);
	end(&table);
}

/* No lifetime is longer than a day: what was silent for so long has been replaced. */
static void spis_that_expired_give_way(void)
{
	struct table table;

	begin(&table, 4096, 16);
	for (uint32_t one = 1; one <= 8; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	table.now += 25 * HOUR;
	both_ways(&table, 9, 1009, SEVERAL);
	/* Its first packets, which look like stray ones, may have given way to each other. */
	g_assert_cmpuint(packets_on(&table, 9, 1009, 0x1009), >, SEVERAL / 2);
	/* What those that went had counted stays with their tunnels. */
	for (uint32_t one = 1; one <= 8; one++)
		g_assert_cmpuint(packets_between(&table, one, 1000 + one), ==, 2 * SEVERAL);
	end(&table);
}

static void a_single_packet_long_ago_gives_way_even_in_a_tunnel_in_use(void)
{
	struct table table;

	begin(&table, 4096, 16);
	for (uint32_t one = 1; one <= 7; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	esp(&table, 1, 1001, 0xabcd);
	esp(&table, 1, 1001, 0xabce);
	table.now += 61 * NANOSECONDS;
	for (uint32_t one = 1; one <= 7; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	both_ways(&table, 9, 1009, SEVERAL);
	g_assert_cmpuint(packets_on(&table, 1, 1001, 0xabcd) + packets_on(&table, 1, 1001, 0xabce), ==, 0);
	g_assert_cmpuint(packets_on(&table, 9, 1009, 0x1009), >, SEVERAL / 2);
	for (uint32_t one = 1; one <= 7; one++)
		g_assert_cmpuint(packets_on(&table, one, 1000 + one, 0x1000 + one), ==, 2 * SEVERAL);
	end(&table);
}

/* Else each new SPI would walk along all the others once they fall silent, and a stranger may have filled the table. */
static void a_direction_that_fell_silent_gives_way_at_once(void)
{
	struct table table;

	begin(&table, 4096, 4096);
	for (uint32_t spi = 1; spi <= 4096; spi++)
		for (unsigned i = 0; i < 2; i++)
			esp(&table, 1, 2, spi);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table.tunnels)), ==, 4096);
	table.now += 61 * NANOSECONDS;
	esp(&table, 3, 4, 0x3001);
	g_assert_cmpuint(spi_table_size(tunnels_spi_table(table.tunnels)), ==, 1);
	g_assert_cmpuint(packets_on(&table, 3, 4, 0x3001), ==, 1);
	g_assert_cmpuint(packets_between(&table, 1, 2), ==, 2 * 4096);
	end(&table);
}

static void tunnels_in_use_do_not_give_way(void)
{
	struct table table;
	const struct ip_address here = host(1), there = host(2), elsewhere = host(77);

	begin(&table, 4, 1024);
	g_assert_nonnull(tunnels_declare(table.tunnels, &here, &there));
	for (uint32_t one = 10; one < 13; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	for (uint32_t one = 20; one < 40; one++)
		both_ways(&table, one, 1000 + one, SEVERAL);
	g_assert_cmpuint(tunnels_dropped(table.tunnels), >=, 20);
	for (uint32_t one = 10; one < 13; one++)
		g_assert_cmpuint(packets_between(&table, one, 1000 + one), ==, 2 * SEVERAL);
	g_assert_nonnull(tunnels_find(table.tunnels, &here, &there));
	g_assert_null(tunnels_declare(table.tunnels, &here, &elsewhere));
	g_assert_cmpuint(tunnels_count(table.tunnels), ==, 4);
	end(&table);
}

static void a_declared_asa_is_mirrored_whoever_begins(void)
{
	struct tunnel_options options = tunnel_options_default();
	struct table table = {.now = NANOSECONDS};

	options.asa[options.asa_count++] = host(2);
	table.tunnels = tunnels_new(&options);
	esp(&table, 1, 2, 0x11);
	esp(&table, 1, 2, 0x11);
	g_assert_cmpuint(table.last.decaps, ==, 2);
	esp(&table, 2, 3, 0x12);
	g_assert_cmpuint(table.last.encaps, ==, 1);
	end(&table);
}

static void thresholds_can_change_while_it_runs(void)
{
	struct table table;

	begin(&table, 16, 1024);
	tunnels_set_one_way(table.tunnels, 100, 3600);
	g_assert_cmpuint(tunnels_options(table.tunnels)->one_way_packets, ==, 100);
	g_assert_cmpuint(tunnels_options(table.tunnels)->one_way_seconds, ==, 3600);
	end(&table);
}

static const struct tunnel *tunnel_between(const struct table *table, uint32_t one, uint32_t other)
{
	const struct ip_address a = host(one), b = host(other);

	return tunnels_find(table->tunnels, &a, &b);
}

/* Room for all that a tunnel may have would be most of the memory that a tunnel with one pair of SPIs takes. */
static void a_tunnel_of_one_child_has_room_for_one(void)
{
	struct table table;

	begin(&table, 4, 1024);
	both_ways(&table, 1, 2, SEVERAL);
	const struct tunnel *tunnel = tunnel_between(&table, 1, 2);
	g_assert_cmpuint(tunnel->child_count, ==, 1);
	g_assert_cmpuint(malloc_usable_size(tunnel->children), <, 2 * sizeof tunnel->children[0]);
	end(&table);
}

static void of_many_children_the_newest_stay(void)
{
	struct table table;
	const uint32_t children = 3 * TUNNEL_CHILDREN;

	begin(&table, 4, 1024);
	both_ways(&table, 1, 2, 1);
	for (uint32_t child = 1; child <= children; child++) {
		esp(&table, 1, 2, 0x10000 + child);
		esp(&table, 2, 1, 0x20000 + child);
		const struct tunnel *tunnel = tunnel_between(&table, 1, 2);
		/* The SPIs from before are a child as well. */
		g_assert_cmpuint(tunnel->child_count, ==, MIN(child + 1, TUNNEL_CHILDREN));
		g_assert_cmpuint(tunnel->children_total, ==, child + 1);
		const struct child_sa *newest = &tunnel->children[tunnel->child_count - 1];
		g_assert_cmphex(newest->spi_from[0], ==, 0x10000 + child);
		g_assert_cmphex(newest->spi_from[1], ==, 0x20000 + child);
	}
	const struct tunnel *tunnel = tunnel_between(&table, 1, 2);
	for (uint32_t i = 0; i < TUNNEL_CHILDREN; i++)
		g_assert_cmphex(tunnel->children[i].spi_from[0], ==, 0x10000 + children - TUNNEL_CHILDREN + 1 + i);
	end(&table);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/bounds/" #function, function                                                                         \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(strays_give_way_before_spis_in_use),
        TEST(an_spi_that_finds_no_room_is_counted_without),
        TEST(spis_that_expired_give_way),
        TEST(a_single_packet_long_ago_gives_way_even_in_a_tunnel_in_use),
        TEST(a_direction_that_fell_silent_gives_way_at_once),
        TEST(tunnels_in_use_do_not_give_way),
        TEST(a_declared_asa_is_mirrored_whoever_begins),
        TEST(thresholds_can_change_while_it_runs),
        TEST(a_tunnel_of_one_child_has_room_for_one),
        TEST(of_many_children_the_newest_stay),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (unsigned i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
