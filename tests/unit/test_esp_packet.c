/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The short way to an ESP packet: it answers for what nearly all are, and wherever it answers, datagram_read agrees. */
#include <glib.h>

#include "core/wire/esp.h"
#include "core/wire/esp_packet.h"
#include "tests/unit/bytes.h"

#define UDP 17
#define ESP 50
#define SPI 0x11223344
#define PAYLOAD 24

static const struct datagram_ports no_ports, further_ike = {.ike = {4500}},
                                             further_both = {.ike = {501}, .nat_traversal = {4501}};
static const struct datagram_ports *const all_ports[] = {NULL, &no_ports, &further_ike, &further_both};

static void put_ip(struct bytes *packet, unsigned version, unsigned protocol, unsigned payload)
{
	if (version == 4) {
		put16(packet, 0x4500);
		put16(packet, 20 + payload);
		put_zeros(packet, 4);
		put8(packet, 64);
		put8(packet, protocol);
		put_zeros(packet, 2);
		put32(packet, 0x0a010001);
		put32(packet, 0x0a020001);
	} else {
		put32(packet, 0x60000000);
		put16(packet, payload);
		put8(packet, protocol);
		put8(packet, 64);
		for (unsigned i = 0; i < 32; i++)
			put8(packet, i);
	}
}

static struct bytes make_packet(unsigned version, bool in_udp)
{
	struct bytes packet = {0};

	put_ip(&packet, version, in_udp ? UDP : ESP, PAYLOAD + (in_udp ? 8 : 0));
	if (in_udp) {
		put16(&packet, 4500);
		put16(&packet, 4500);
		put16(&packet, 8 + PAYLOAD);
		put16(&packet, 0);
	}
	put32(&packet, SPI);
	put32(&packet, 7);
	put_zeros(&packet, PAYLOAD - 8);
	return packet;
}

/* Returns whether the short way answered. What it said must be what the long way says. */
static bool agrees(const uint8_t *at, size_t captured, size_t wire_length, const struct datagram_ports *ports)
{
	struct esp_packet esp;
	struct datagram datagram;
	struct esp_header header;

	if (!esp_packet_read(at, captured, wire_length, ports, &esp))
		return false;
	g_assert_cmpint(datagram_read(at, captured, wire_length, ports, &datagram), ==, 0);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_true(esp_header_read(datagram.payload, datagram.captured, &header));
	g_assert_cmphex(esp.spi, ==, header.spi);
	g_assert_cmpuint(esp.sequence, ==, header.sequence);
	g_assert_cmpuint(esp.bytes, ==, datagram.ip_length);
	g_assert_cmpuint(esp.encapsulation, ==, datagram.encapsulation);
	g_assert_true(ip_address_equal(&esp.source, &datagram.source));
	g_assert_true(ip_address_equal(&esp.destination, &datagram.destination));
	return true;
}

static void for_each_packet(void (*check)(const struct bytes *packet, bool in_udp))
{
	for (unsigned version = 4; version <= 6; version += 2) {
		for (unsigned in_udp = 0; in_udp < 2; in_udp++) {
			struct bytes packet = make_packet(version, in_udp);
			check(&packet, in_udp);
		}
	}
}

static void answers(const struct bytes *packet, bool in_udp)
{
	g_assert_true(agrees(packet->at, packet->length, packet->length, NULL));
	g_assert_true(agrees(packet->at, packet->length, packet->length, &no_ports));
	/* The rest of what was on the wire need not have been captured. */
	g_assert_true(agrees(packet->at, packet->length - PAYLOAD + 8, packet->length, NULL));
	/* Padding of the link layer is no part of the packet. */
	g_assert_true(agrees(packet->at, packet->length, packet->length + 14, NULL));
	g_assert_cmpint(agrees(packet->at, packet->length, packet->length, &further_ike), ==, !in_udp);
}

static void the_usual_forms_are_answered(void)
{
	for_each_packet(answers);
}

static void mutate(const struct bytes *packet, bool in_udp)
{
	static const uint8_t values[] = {0,    1,    2,    4,    6,    8,    0x11, 0x20, 0x32,
	                                 0x33, 0x40, 0x45, 0x46, 0x60, 0x80, 0x94, 0xf4, 0xff};
	unsigned answered = 0;

	(void)in_udp;
	for (size_t at = 0; at < packet->length; at++) {
		for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
			struct bytes changed = *packet;
			changed.at[at] = values[i];
			for (size_t ports = 0; ports < G_N_ELEMENTS(all_ports); ports++)
				answered += agrees(changed.at, changed.length, changed.length, all_ports[ports]);
		}
	}
	g_assert_cmpuint(answered, >, 0);
}

static void a_changed_byte_makes_no_difference_between_the_two_ways(void)
{
	for_each_packet(mutate);
}

static void cut(const struct bytes *packet, bool in_udp)
{
	(void)in_udp;
	for (size_t captured = 0; captured <= packet->length; captured++) {
		uint8_t *exact = g_memdup2(packet->at, captured); /* of just that size, for AddressSanitizer */
		for (size_t wire = captured; wire <= packet->length + 1; wire++)
			agrees(exact, captured, wire, NULL);
		g_free(exact);
	}
}

static void a_cut_packet_is_not_read_past_its_end(void)
{
	for_each_packet(cut);
}

static void only_port_4500_without_port_500_is_plainly_esp(void)
{
	static const struct {
		unsigned source, destination;
		bool answered;
	} cases[] = {{40000, 4500, true}, {4500, 40000, true}, {4500, 4500, true}, {40000, 40001, false},
	             {500, 4500, false},  {4500, 500, false},  {4499, 4501, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = make_packet(4, true);
		set16(&packet, 20, cases[i].source);
		set16(&packet, 22, cases[i].destination);
		g_assert_cmpint(agrees(packet.at, packet.length, packet.length, NULL), ==, cases[i].answered);
	}
}

/* A header of ESP is enough; what follows it in the frame may be padding. */
static void the_least_esp_packet_is_answered(void)
{
	for (unsigned in_udp = 0; in_udp < 2; in_udp++) {
		for (unsigned size = 7; size <= 8; size++) {
			struct bytes packet = make_packet(4, in_udp != 0);
			set16(&packet, 2, 20 + (in_udp ? 8U : 0) + size);
			if (in_udp)
				set16(&packet, 24, 8 + size);
			g_assert_cmpint(agrees(packet.at, packet.length, packet.length, NULL), ==, size == 8);
			packet = make_packet(6, in_udp != 0);
			set16(&packet, 4, (in_udp ? 8U : 0) + size);
			if (in_udp)
				set16(&packet, 44, 8 + size);
			g_assert_cmpint(agrees(packet.at, packet.length, packet.length, NULL), ==, size == 8);
		}
	}
}

static void what_is_no_whole_esp_packet_for_certain_is_left_to_the_long_way(void)
{
	struct bytes packet = make_packet(4, true);

	/* 0x4000: it may not be fragmented; 0x8000 means nothing. */
	static const struct {
		unsigned flags;
		bool answered;
	} cases[] = {{0x4000, true}, {0x8000, true}, {0x2000, false}, {0x1000, false}, {1, false}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		set16(&packet, 6, cases[i].flags);
		g_assert_cmpint(agrees(packet.at, packet.length, packet.length, NULL), ==, cases[i].answered);
	}
	set16(&packet, 6, 0);
	set16(&packet, 28, 0);
	set16(&packet, 30, 1);
	g_assert_true(agrees(packet.at, packet.length, packet.length, NULL));
	set16(&packet, 30, 0); /* IKE */
	g_assert_false(agrees(packet.at, packet.length, packet.length, NULL));
	packet = make_packet(4, false);
	set16(&packet, 20, 0);
	set16(&packet, 22, 0);
	g_assert_true(agrees(packet.at, packet.length, packet.length, NULL));
}

int main(int argument_count, char **arguments)
{
	g_test_init(&argument_count, &arguments, NULL);
	g_test_add_func("/esp-packet/the-usual-forms-are-answered", the_usual_forms_are_answered);
	g_test_add_func("/esp-packet/a-changed-byte-makes-no-difference-between-the-two-ways",
	                a_changed_byte_makes_no_difference_between_the_two_ways);
	g_test_add_func("/esp-packet/a-cut-packet-is-not-read-past-its-end", a_cut_packet_is_not_read_past_its_end);
	g_test_add_func("/esp-packet/only-port-4500-without-port-500-is-plainly-esp",
	                only_port_4500_without_port_500_is_plainly_esp);
	g_test_add_func("/esp-packet/the-least-esp-packet-is-answered", the_least_esp_packet_is_answered);
	g_test_add_func("/esp-packet/what-is-no-whole-esp-packet-for-certain-is-left-to-the-long-way",
	                what_is_no_whole_esp_packet_for_certain_is_left_to_the_long_way);
	return g_test_run();
}
