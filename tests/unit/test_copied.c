/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that a capture holds twice, at one pair of addresses or on both sides of a NAT. */
#include <glib.h>
#include <string.h>

#include "core/base/time.h"
#include "core/count/copies.h"
#include "core/verdict/judge.h"

#define START (1000 * NANOSECONDS)
#define APART (NANOSECONDS / 1000)
#define OUT 0x1001
#define BACK 0x2001

/* The NAT's address stands for HERE. */
enum end { HERE, THERE, NAT, ELSEWHERE };

static const uint8_t addresses[][4] = {{10, 1, 0, 1}, {10, 2, 0, 1}, {192, 0, 2, 9}, {10, 3, 0, 1}};

struct tap {
	struct tunnels *tunnels;
	uint32_t frame;
	int64_t time;
	bool fast; /* as packets that esp_packet_read has read */
	uint8_t hops_left;
	struct annotation annotation;
};

static struct tap begin(bool may_hold_copies, bool fast)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = may_hold_copies;
	return (struct tap){.tunnels = tunnels_new(&options), .time = START, .fast = fast};
}

static void end(struct tap *tap)
{
	tunnels_free(tap->tunnels);
}

static struct datagram datagram_of(enum end from, enum end to, enum datagram_kind kind)
{
	return (struct datagram){.kind = kind,
	                         .source = ip_address_from_ipv4(addresses[from]),
	                         .destination = ip_address_from_ipv4(addresses[to]),
	                         .ip_length = 100};
}

/* ESP whose last byte is tail, later than the packet before. */
static void esp(struct tap *tap, enum end from, enum end to, uint32_t spi, uint32_t sequence, uint8_t tail,
                int64_t later)
{
	uint8_t bytes[24] = {0};
	struct datagram datagram = datagram_of(from, to, DATAGRAM_ESP);

	memcpy(bytes, (uint32_t[]){GUINT32_TO_BE(spi), GUINT32_TO_BE(sequence)}, 8);
	bytes[sizeof bytes - 1] = tail;
	datagram.payload = bytes;
	datagram.captured = datagram.length = sizeof bytes;
	datagram.tail = esp_tail(bytes + sizeof bytes);
	datagram.hops_left = tap->hops_left;
	tap->time += later;
	tap->frame++;
	if (!tap->fast) {
		tunnels_add(tap->tunnels, tap->frame, tap->time, &datagram, NULL, &tap->annotation);
		return;
	}
	struct esp_packet packet = {.source = datagram.source,
	                            .destination = datagram.destination,
	                            .spi = spi,
	                            .sequence = sequence,
	                            .bytes = datagram.ip_length,
	                            .frame = tap->frame,
	                            .time = tap->time,
	                            .hops_left = tap->hops_left,
	                            .tail = esp_tail(bytes + sizeof bytes)};
	tunnels_add_esp(tap->tunnels, &packet, 1);
}

static const struct tunnel *between(const struct tap *tap, enum end one, enum end other)
{
	const struct ip_address a = ip_address_from_ipv4(addresses[one]), b = ip_address_from_ipv4(addresses[other]);

	return tunnels_find(tap->tunnels, &a, &b);
}

static uint64_t counted(const struct tap *tap, unsigned side)
{
	return between(tap, HERE, THERE)->esp[side].packets;
}

/* ---- one pair of addresses ---- */

static void a_packet_that_comes_twice_at_once_is_counted_once(bool fast)
{
	struct tap tap = begin(true, fast);

	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 7, COPY_WITHIN - 1);
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	g_assert_cmpuint(between(&tap, HERE, THERE)->copies, ==, 1);
	g_assert_cmpuint(between(&tap, HERE, THERE)->first_copy_frame, ==, 2);
	esp(&tap, HERE, THERE, OUT, 1, 7, 1);
	g_assert_cmpuint(counted(&tap, HERE), ==, 2);
	end(&tap);
}

static void a_packet_with_another_end_is_another(bool fast)
{
	struct tap tap = begin(true, fast);

	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 8, APART);
	esp(&tap, HERE, THERE, OUT, 2, 7, APART);
	esp(&tap, HERE, THERE, OUT + 1, 1, 7, APART);
	g_assert_cmpuint(counted(&tap, HERE), ==, 4);
	g_assert_cmpuint(between(&tap, HERE, THERE)->copies, ==, 0);
	end(&tap);
}

static void a_copy_may_have_the_earlier_time(bool fast)
{
	struct tap tap = begin(true, fast);

	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 7, 1 - COPY_WITHIN);
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	esp(&tap, HERE, THERE, OUT, 1, 7, -1);
	g_assert_cmpuint(counted(&tap, HERE), ==, 2);
	end(&tap);
}

static void a_gateway_has_each_packet_once(bool fast)
{
	struct tap tap = begin(false, fast);

	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 7, APART);
	g_assert_cmpuint(counted(&tap, HERE), ==, 2);
	end(&tap);
}

static void a_copy_names_the_first(bool fast)
{
	struct tap tap = begin(true, fast);

	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	for (unsigned copy = 0; copy < 3; copy++) {
		esp(&tap, HERE, THERE, OUT, 1, 7, APART);
		g_assert_cmpuint(tap.annotation.copy_of, ==, fast ? 0 : 1);
	}
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	end(&tap);
}

/* ---- both sides of a NAT ---- */

/* A packet as it is on both sides, in the order in which it passes them. */
static void esp_through_nat(struct tap *tap, bool outwards, uint32_t sequence)
{
	tap->hops_left = 64;
	esp(tap, outwards ? HERE : THERE, outwards ? THERE : NAT, outwards ? OUT : BACK, sequence, 7, NANOSECONDS);
	tap->hops_left--;
	esp(tap, outwards ? NAT : THERE, outwards ? THERE : HERE, outwards ? OUT : BACK, sequence, 7, APART);
}

static void a_tunnel_on_both_sides_of_a_nat_is_one(bool fast)
{
	struct tap tap = begin(true, fast);

	for (uint32_t sequence = 1; sequence <= 3; sequence++)
		for (unsigned outwards = 2; outwards-- > 0;)
			esp_through_nat(&tap, outwards != 0, sequence);
	g_assert_cmpuint(tunnels_count(tap.tunnels), ==, 1);
	g_assert_cmpuint(counted(&tap, HERE), ==, 3);
	g_assert_cmpuint(counted(&tap, THERE), ==, 3);
	g_assert_cmpuint(between(&tap, HERE, THERE)->copies, ==, 6);
	end(&tap);
}

/* Where the one beyond the NAT speaks first, the tunnel has the addresses that are seen there. */
static void the_addresses_that_were_seen_first_are_the_tunnels(bool fast)
{
	struct tap tap = begin(true, fast);

	for (uint32_t sequence = 1; sequence <= 3; sequence++)
		for (unsigned outwards = 0; outwards < 2; outwards++)
			esp_through_nat(&tap, outwards != 0, sequence);
	g_assert_cmpuint(tunnels_count(tap.tunnels), ==, 1);
	g_assert_cmpuint(between(&tap, NAT, THERE)->esp[0].packets, ==, 3);
	g_assert_cmpuint(between(&tap, NAT, THERE)->esp[1].packets, ==, 3);
	end(&tap);
}

static void the_same_bytes_between_others_without_a_hop_are_no_copy(bool fast)
{
	struct tap tap = begin(true, fast);

	tap.hops_left = 64;
	esp(&tap, HERE, THERE, OUT, 1, 7, 0);
	esp(&tap, NAT, THERE, OUT, 1, 7, APART);
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	g_assert_cmpuint(between(&tap, NAT, THERE)->esp[0].packets, ==, 1);
	end(&tap);
}

static void a_tunnel_that_is_known_is_no_nats(bool fast)
{
	struct tap tap = begin(true, fast);

	esp(&tap, ELSEWHERE, THERE, OUT + 1, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 7, APART);
	tap.hops_left++;
	esp(&tap, ELSEWHERE, THERE, OUT, 1, 7, APART);
	esp(&tap, ELSEWHERE, THERE, OUT + 1, 2, 7, APART);
	g_assert_cmpuint(between(&tap, ELSEWHERE, THERE)->esp[0].packets, ==, 2);
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	end(&tap);
}

/* ---- other packets than ESP ---- */

static void an_ike_message_that_comes_twice_at_once_is_taken_once(bool fast)
{
	struct tap tap = begin(true, fast);
	const struct datagram datagram = datagram_of(HERE, THERE, DATAGRAM_IKE);
	const struct ike_message message = {.major_version = 2,
	                                    .exchange_type = IKE2_SA_INIT,
	                                    .initiator_spi = 5,
	                                    .from_initiator = true,
	                                    .digest = 77};

	for (uint32_t copy = 1; copy <= 3; copy++) {
		tunnels_add(tap.tunnels, copy, tap.time + copy * APART, &datagram, &message, &tap.annotation);
		g_assert_cmpuint(tap.annotation.copy_of, ==, copy == 1 ? 0 : 1);
		g_assert_cmpuint(tap.annotation.tunnel, ==, 0);
	}
	g_assert_cmpuint(between(&tap, HERE, THERE)->ike_retransmissions, ==, 0);
	tunnels_add(tap.tunnels, 4, tap.time + APART + COPY_WITHIN, &datagram, &message, &tap.annotation);
	g_assert_cmpuint(tap.annotation.copy_of, ==, 0);
	g_assert_cmpuint(between(&tap, HERE, THERE)->ike_retransmissions, ==, 1);
	end(&tap);
}

/* A keepalive is not remembered: the packet before it stays that of its own tunnel. */
static void a_keepalive_in_between_changes_nothing(bool fast)
{
	struct tap tap = begin(true, fast);
	const struct datagram keepalive = datagram_of(ELSEWHERE, THERE, DATAGRAM_NAT_KEEPALIVE);

	esp(&tap, ELSEWHERE, THERE, OUT + 1, 1, 7, 0);
	esp(&tap, HERE, THERE, OUT, 1, 7, APART);
	tunnels_add(tap.tunnels, ++tap.frame, tap.time + APART, &keepalive, NULL, &tap.annotation);
	esp(&tap, HERE, THERE, OUT, 1, 7, 2 * APART);
	g_assert_cmpuint(counted(&tap, HERE), ==, 1);
	g_assert_cmpuint(between(&tap, HERE, THERE)->copies, ==, 1);
	end(&tap);
}

#define TEST(name)                                                                                                     \
	{                                                                                                              \
		"/copied/" #name, name                                                                                 \
	}

static const struct {
	const char *name;
	void (*run)(bool fast);
} tests[] = {
        TEST(a_packet_that_comes_twice_at_once_is_counted_once),
        TEST(a_packet_with_another_end_is_another),
        TEST(a_copy_may_have_the_earlier_time),
        TEST(a_gateway_has_each_packet_once),
        TEST(a_copy_names_the_first),
        TEST(a_tunnel_on_both_sides_of_a_nat_is_one),
        TEST(the_addresses_that_were_seen_first_are_the_tunnels),
        TEST(the_same_bytes_between_others_without_a_hop_are_no_copy),
        TEST(a_tunnel_that_is_known_is_no_nats),
        TEST(a_keepalive_in_between_changes_nothing),
        TEST(an_ike_message_that_comes_twice_at_once_is_taken_once),
};

static void run(const void *data)
{
	const size_t number = GPOINTER_TO_SIZE(data);

	for (unsigned fast = 0; fast < 2; fast++)
		tests[number].run(fast != 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_data_func(tests[i].name, GSIZE_TO_POINTER(i), run);
	return g_test_run();
}
