/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a packet that is neither IKE nor ESP says of its tunnel: keepalives, and errors that routers send. */
#include "core/tunnel/packet.h"

#include <glib.h>

#include "core/base/time.h"
#include "core/tunnel/table.h"

#define SECONDS(count) ((count)*NANOSECONDS)
#define START SECONDS(1000)
#define SPI 0x10

static struct ip_address end_of(unsigned side)
{
	const uint8_t bytes[4] = {10, (uint8_t)(1 + side), 0, 1};

	return ip_address_from_ipv4(bytes);
}

/* With one tunnel, whose side 0 is end 0. */
static struct tunnels *table_with_tunnel(void)
{
	const struct tunnel_options options = tunnel_options_default();
	const struct ip_address here = end_of(0), there = end_of(1);
	struct tunnels *table = tunnels_new(&options);

	tunnels_between(table, &here, &there, 0, 0);
	return table;
}

static struct annotation annotation;

static struct arrival take(struct tunnels *table, const struct datagram *datagram, int64_t time)
{
	struct arrival arrival = {
	        .tunnels = table, .frame = 7, .time = time, .datagram = datagram, .annotation = &annotation};

	annotation_clear(&annotation);
	tunnels_take_packet(&arrival, true);
	return arrival;
}

/* ---- keepalives ---- */

static void a_keepalive_says_that_its_sender_is_there(void)
{
	struct tunnels *table = table_with_tunnel();
	const struct tunnel *tunnel = tunnels_at(table, 0);

	for (unsigned side = 0; side < 2; side++) {
		const struct datagram keepalive = {
		        .kind = DATAGRAM_NAT_KEEPALIVE, .source = end_of(side), .destination = end_of(!side)};
		struct arrival arrival = take(table, &keepalive, START + side);
		g_assert_false(arrival.judge);
		g_assert_cmpuint(arrival.side, ==, side);
		g_assert_cmpuint(annotation.tunnel, ==, 0);
		g_assert_cmpint(tunnel->last_from[side], ==, START + side);
		g_assert_cmpint(tunnel->last_time, ==, START + side);
		g_assert_cmpuint(tunnel->last_frame, ==, 7);
	}
	tunnels_free(table);
}

static void a_keepalive_makes_no_tunnel(void)
{
	struct tunnels *table = table_with_tunnel();
	const struct datagram keepalive = {
	        .kind = DATAGRAM_NAT_KEEPALIVE, .source = end_of(0), .destination = end_of(2)};

	take(table, &keepalive, START);
	g_assert_cmpuint(tunnels_count(table), ==, 1);
	g_assert_cmpuint(annotation.tunnel, ==, UINT32_MAX);
	tunnels_free(table);
}

static void what_has_nothing_to_do_with_ipsec_is_left_alone(void)
{
	static const enum datagram_kind kinds[] = {DATAGRAM_OTHER, DATAGRAM_FRAGMENT};
	struct tunnels *table = table_with_tunnel();

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const struct datagram other = {.kind = kinds[i], .source = end_of(0), .destination = end_of(1)};
		g_assert_false(take(table, &other, START).judge);
		g_assert_cmpuint(annotation.tunnel, ==, UINT32_MAX);
		g_assert_false(tunnel_was_seen(tunnels_at(table, 0)));
	}
	tunnels_free(table);
}

/* ---- packets that were too big ---- */

static struct arrival too_big(struct tunnels *table, unsigned side, uint32_t spi, uint32_t mtu, int64_t time)
{
	const struct datagram error = {
	        .kind = DATAGRAM_ICMP_ERROR,
	        .source = end_of(9),
	        .destination = end_of(side),
	        .quoted = {ICMP_TOO_BIG, mtu, end_of(side), end_of(!side), spi},
	};

	return take(table, &error, time);
}

/* Errors one after another, and what they add up to. Rounds are half a second apart at least. */
static void errors_under_way_at_a_time_are_one_round(void)
{
	static const struct {
		int64_t time; /* after the start */
		uint32_t mtu;
		uint32_t rounds;
		int64_t round; /* when the last one began */
	} errors[] = {
	        {0, 1400, 1, 0},
	        {NANOSECONDS / 2 - 1, 1400, 1, 0},
	        {NANOSECONDS / 2, 1400, 2, NANOSECONDS / 2},
	        {NANOSECONDS / 2 + 1, 1400, 2, NANOSECONDS / 2},
	        {NANOSECONDS, 1400, 3, NANOSECONDS},
	        /* A router further on wants less: that is how it goes. One that allows more changes nothing. */
	        {SECONDS(2), 1399, 1, SECONDS(2)},
	        {SECONDS(3), 1450, 2, SECONDS(3)},
	        {SECONDS(4), 1450, 3, SECONDS(4)},
	        /* After five minutes the sender has been told anew. */
	        {SECONDS(304) - 1, 1450, 4, SECONDS(304) - 1},
	        {SECONDS(604) - 1, 1450, 1, SECONDS(604) - 1},
	        /* A time before it is another capture's. */
	        {SECONDS(604) - 2, 1450, 1, SECONDS(604) - 2},
	        {SECONDS(605), 1450, 2, SECONDS(605)},
	};
	struct tunnels *table = table_with_tunnel();
	const struct tunnel *tunnel = tunnels_at(table, 0);

	for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
		struct arrival arrival = too_big(table, 0, 0, errors[i].mtu, START + errors[i].time);
		g_test_message("error %zu", i);
		g_assert_true(arrival.judge);
		g_assert_cmpuint(annotation.tunnel, ==, 0);
		g_assert_cmpuint(tunnel->too_big_count, ==, errors[i].rounds);
		g_assert_cmpint(tunnel->too_big_round, ==, START + errors[i].round);
		g_assert_cmpint(tunnel->too_big_time, ==, START + errors[i].time);
		g_assert_cmpuint(tunnel->too_big_mtu, ==, errors[i].mtu);
		g_assert_cmpuint(tunnel->too_big_frame, ==, 7);
	}
	g_assert_false(tunnel_was_seen(tunnel));
	tunnels_free(table);
}

/* Its maker has not seen a packet of the tunnel. */
static void an_error_about_an_spi_that_the_sender_does_not_use_is_not_heeded(void)
{
	static const struct {
		unsigned sends; /* side that uses the SPI; 2 neither */
		unsigned side;  /* whose packet is said to be too big */
		uint32_t spi;
		bool heeded;
	} cases[] = {
	        {0, 0, SPI, true},      {0, 0, 0, true},
	        {0, 0, SPI + 1, false}, {0, 1, SPI + 1, true}, /* no SPI of that side is known */
	        {1, 1, SPI, true},      {1, 1, SPI + 1, false},
	        {1, 0, SPI + 1, true},  {2, 0, SPI, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct tunnels *table = table_with_tunnel();
		const struct spi_counts counts = {.source = end_of(cases[i].sends),
		                                  .destination = end_of(!cases[i].sends),
		                                  .spi = SPI,
		                                  .packets = 2,
		                                  .last_time = START};
		if (cases[i].sends < 2)
			tunnels_take_counts(table, &counts);
		struct arrival arrival = too_big(table, cases[i].side, cases[i].spi, 1400, START);
		g_assert_cmpint(arrival.judge, ==, cases[i].heeded);
		g_assert_cmpuint(tunnels_at(table, 0)->too_big_count, ==, cases[i].heeded);
		g_assert_true(arrival.tunnel == tunnels_at(table, 0));
		tunnels_free(table);
	}
}

static void another_error_is_none_of_the_path(void)
{
	struct tunnels *table = table_with_tunnel();
	const struct datagram unreachable = {.kind = DATAGRAM_ICMP_ERROR,
	                                     .quoted = {ICMP_UNREACHABLE, 0, end_of(0), end_of(1), 0}};
	const struct datagram foreign = {.kind = DATAGRAM_ICMP_ERROR,
	                                 .quoted = {ICMP_TOO_BIG, 1400, end_of(0), end_of(5), 0}};

	g_assert_false(take(table, &unreachable, START).judge);
	g_assert_cmpuint(annotation.tunnel, ==, 0);
	g_assert_cmpuint(tunnels_at(table, 0)->too_big_count, ==, 0);
	g_assert_false(take(table, &foreign, START).judge);
	g_assert_cmpuint(annotation.tunnel, ==, UINT32_MAX);
	g_assert_cmpuint(tunnels_count(table), ==, 1);
	tunnels_free(table);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/tunnel-packet/" #function, function                                                                  \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(a_keepalive_says_that_its_sender_is_there),
        TEST(a_keepalive_makes_no_tunnel),
        TEST(what_has_nothing_to_do_with_ipsec_is_left_alone),
        TEST(errors_under_way_at_a_time_are_one_round),
        TEST(an_error_about_an_spi_that_the_sender_does_not_use_is_not_heeded),
        TEST(another_error_is_none_of_the_path),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
