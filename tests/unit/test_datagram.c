/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an IP packet to what an IPsec peer takes it for. */
#include <errno.h>
#include <glib.h>
#include <string.h>

#include "core/wire/datagram.h"
#include "tests/unit/bytes.h"

#define UDP 17
#define TCP 6
#define ESP 50
#define ICMP 1

static const uint8_t here[4] = {10, 1, 0, 1}, there[4] = {10, 2, 0, 1};

/* ---- packets ---- */

static void put_ipv4(struct bytes *packet, unsigned protocol, unsigned fragment, size_t payload)
{
	put16(packet, 0x4500);
	put16(packet, (unsigned)(20 + payload));
	put16(packet, 1);
	put16(packet, fragment);
	put8(packet, 64);
	put8(packet, protocol);
	put16(packet, 0);
	put(packet, here, sizeof here);
	put(packet, there, sizeof there);
}

static void put_udp(struct bytes *packet, unsigned source, unsigned destination, size_t payload)
{
	put16(packet, source);
	put16(packet, destination);
	put16(packet, (unsigned)(8 + payload));
	put16(packet, 0);
}

static struct bytes udp_packet(unsigned source, unsigned destination, const void *payload, size_t length)
{
	struct bytes packet = {0};

	put_ipv4(&packet, UDP, 0, 8 + length);
	put_udp(&packet, source, destination, length);
	put(&packet, payload, length);
	return packet;
}

static struct datagram read_packet(const struct bytes *packet, const struct datagram_ports *ports)
{
	struct datagram datagram;

	g_assert_cmpint(datagram_read(packet->at, packet->length, packet->length, ports, &datagram), ==, 0);
	return datagram;
}

static enum datagram_kind kind_of_udp(unsigned source, unsigned destination, const void *payload, size_t length)
{
	struct bytes packet = udp_packet(source, destination, payload, length);
	return read_packet(&packet, NULL).kind;
}

static const uint8_t esp_bytes[24] = {0x11, 0x22, 0x33, 0x44, 0, 0, 0, 7};
static const uint8_t marked_ike[40] = {0};
static const uint8_t keepalive[1] = {0xff};

/* ---- demultiplexing, RFC 3948 ---- */

static void port_500_is_ike(void)
{
	g_assert_cmpint(kind_of_udp(500, 500, esp_bytes, sizeof esp_bytes), ==, DATAGRAM_IKE);
	g_assert_cmpint(kind_of_udp(1024, 500, esp_bytes, sizeof esp_bytes), ==, DATAGRAM_IKE);
}

static void port_4500_has_a_marker_an_spi_or_one_byte(void)
{
	g_assert_cmpint(kind_of_udp(4500, 4500, marked_ike, sizeof marked_ike), ==, DATAGRAM_IKE);
	g_assert_cmpint(kind_of_udp(4500, 4500, esp_bytes, sizeof esp_bytes), ==, DATAGRAM_ESP);
	g_assert_cmpint(kind_of_udp(4500, 4500, keepalive, sizeof keepalive), ==, DATAGRAM_NAT_KEEPALIVE);
	g_assert_cmpint(kind_of_udp(61000, 4500, esp_bytes, sizeof esp_bytes), ==, DATAGRAM_ESP);
}

static void the_marker_is_no_part_of_the_message(void)
{
	struct bytes packet = udp_packet(4500, 4500, marked_ike, sizeof marked_ike);
	struct datagram datagram = read_packet(&packet, NULL);

	g_assert_cmpuint(datagram.length, ==, sizeof marked_ike - 4);
	g_assert_true(datagram.payload == packet.at + 20 + 8 + 4);
	g_assert_cmpint(datagram.encapsulation, ==, ENCAPSULATION_UDP);
}

static void other_ports_count_when_named(void)
{
	struct datagram_ports ports = {.ike = {848}, .nat_traversal = {10000}};
	struct bytes ike = udp_packet(848, 848, esp_bytes, sizeof esp_bytes);
	struct bytes esp = udp_packet(10000, 10000, esp_bytes, sizeof esp_bytes);

	g_assert_cmpint(read_packet(&ike, NULL).kind, ==, DATAGRAM_OTHER);
	g_assert_cmpint(read_packet(&ike, &ports).kind, ==, DATAGRAM_IKE);
	g_assert_cmpint(read_packet(&esp, NULL).kind, ==, DATAGRAM_OTHER);
	g_assert_cmpint(read_packet(&esp, &ports).kind, ==, DATAGRAM_ESP);
}

static void protocol_50_is_esp(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, ESP, 0, sizeof esp_bytes);
	put(&packet, esp_bytes, sizeof esp_bytes);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_cmpint(datagram.encapsulation, ==, ENCAPSULATION_NONE);
	g_assert_cmpuint(datagram.ip_length, ==, 44);
}

static void ipv6_esp_stands_behind_extension_headers(void)
{
	struct bytes packet = {0};

	put32(&packet, 0x60000000);
	put16(&packet, 8 + sizeof esp_bytes);
	put8(&packet, 0); /* hop-by-hop options */
	put8(&packet, 64);
	put_zeros(&packet, 32);
	put8(&packet, ESP);
	put8(&packet, 0);
	put_zeros(&packet, 6);
	put(&packet, esp_bytes, sizeof esp_bytes);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_ESP);
}

static void a_chain_of_extension_headers_ends(void)
{
	struct bytes packet = {0};
	struct datagram datagram;

	put32(&packet, 0x60000000);
	put16(&packet, 8 * 100);
	put16(&packet, 0x0040);
	put_zeros(&packet, 32 + 8 * 100);
	g_assert_cmpint(datagram_read(packet.at, packet.length, packet.length, NULL, &datagram), ==, -EBADMSG);
}

static void a_frame_of_tcp_encapsulation_is_found(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, TCP, 0, 20 + 6 + 2 + sizeof esp_bytes);
	put16(&packet, 40000);
	put16(&packet, 4500);
	put_zeros(&packet, 8);
	put16(&packet, 0x5010);
	put_zeros(&packet, 6);
	put(&packet, "IKETCP", 6);
	put16(&packet, 2 + sizeof esp_bytes);
	put(&packet, esp_bytes, sizeof esp_bytes);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_cmpint(datagram.encapsulation, ==, ENCAPSULATION_TCP);
}

static void a_later_fragment_has_no_ports(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, UDP, 185, sizeof esp_bytes);
	put(&packet, esp_bytes, sizeof esp_bytes);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_FRAGMENT);
}

static void an_icmp_error_names_the_tunnel_it_is_about(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, ICMP, 0, 8 + 20 + 8);
	put16(&packet, 0x0304);
	put_zeros(&packet, 4);
	put16(&packet, 1400);
	put_ipv4(&packet, ESP, 0, 1400);
	put(&packet, esp_bytes, 8);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ICMP_ERROR);
	g_assert_cmpint(datagram.quoted.meaning, ==, ICMP_TOO_BIG);
	g_assert_cmpuint(datagram.quoted.mtu, ==, 1400);
	struct ip_address destination = ip_address_from_ipv4(there);
	g_assert_true(ip_address_equal(&datagram.quoted.destination, &destination));
}

/* ---- what is cut or malformed ---- */

static void no_cut_is_read_beyond(void)
{
	struct bytes whole = udp_packet(4500, 4500, esp_bytes, sizeof esp_bytes);

	for (size_t captured = 0; captured < whole.length; captured++) {
		uint8_t *cut = g_memdup2(whole.at, captured); /* of just that size, for AddressSanitizer */
		struct datagram datagram;
		int result = datagram_read(cut, captured, whole.length, NULL, &datagram);
		g_assert_cmpint(result, ==, captured < 28 ? -EBADMSG : 0);
		g_assert_cmpuint(datagram.captured, <=, captured);
		g_free(cut);
	}
}

static void a_header_longer_than_the_packet_is_refused(void)
{
	struct bytes packet = udp_packet(500, 500, esp_bytes, sizeof esp_bytes);
	struct datagram datagram;

	packet.at[0] = 0x4f;
	g_assert_cmpint(datagram_read(packet.at, 40, 40, NULL, &datagram), ==, -EBADMSG);
	for (uint8_t words = 0; words < 5; words++) {
		packet.at[0] = 0x40 | words;
		g_assert_cmpint(datagram_read(packet.at, 40, 40, NULL, &datagram), ==, -EBADMSG);
	}
	packet.at[0] = 0x95;
	g_assert_cmpint(datagram_read(packet.at, 40, 40, NULL, &datagram), ==, -EBADMSG);
}

static void padding_of_the_frame_is_no_payload(void)
{
	struct bytes packet = udp_packet(4500, 4500, keepalive, sizeof keepalive);

	put_zeros(&packet, 17); /* Ethernet's least size */
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_NAT_KEEPALIVE);
	g_assert_cmpuint(datagram.ip_length, ==, 29);
}

/* ---- IP headers ---- */

static struct bytes esp_packet(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, ESP, 0, sizeof esp_bytes);
	put(&packet, esp_bytes, sizeof esp_bytes);
	return packet;
}

static void an_ipv4_header_is_read_whole(void)
{
	struct bytes packet = esp_packet();
	const struct ip_address from = ip_address_from_ipv4(here), to = ip_address_from_ipv4(there);
	struct datagram datagram = read_packet(&packet, NULL);

	g_assert_true(ip_address_equal(&datagram.source, &from));
	g_assert_true(ip_address_equal(&datagram.destination, &to));
	g_assert_true(datagram.payload == packet.at + 20);
	g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes);
	g_assert_cmpuint(datagram.captured, ==, sizeof esp_bytes);
	g_assert_cmpuint(datagram.source_port + datagram.destination_port, ==, 0);
	g_assert_false(datagram.is_fragment || datagram.first_fragment || datagram.is_segment || datagram.completes);
}

static void options_of_ipv4_are_skipped(void)
{
	struct bytes packet = {0};

	put_ipv4(&packet, ESP, 0, 4 + sizeof esp_bytes);
	packet.at[0] = 0x46;
	put32(&packet, 0x01010101);
	put(&packet, esp_bytes, sizeof esp_bytes);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_true(datagram.payload == packet.at + 24);
	g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes);
}

/* Bytes captured of a packet of 44, that its header says has so many, and on the wire: what is read of it. */
static void the_lengths_of_a_packet_bound_one_another(void)
{
	static const struct {
		size_t captured, wire;
		unsigned total;
		int result;
		size_t ip_length, payload, payload_captured;
	} cases[] = {
	        {44, 44, 44, 0, 44, 24, 24},     {44, 44, 30, 0, 30, 10, 10},    {44, 60, 44, 0, 44, 24, 24},
	        {30, 44, 44, 0, 44, 24, 10},     {44, 44, 0, 0, 44, 24, 24},     {44, 60, 0, 0, 60, 40, 24},
	        {44, 44, 60, 0, 44, 24, 24},     {44, 10, 44, 0, 44, 24, 24},    {28, 44, 44, 0, 44, 24, 8},
	        {19, 44, 44, -EBADMSG, 0, 0, 0}, {0, 44, 44, -EBADMSG, 0, 0, 0}, {44, 44, 19, -EBADMSG, 0, 0, 0},
	        {44, 44, 28, 0, 28, 8, 8},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = esp_packet();
		struct datagram datagram;
		set16(&packet, 2, cases[i].total);
		uint8_t *exact = g_memdup2(packet.at, cases[i].captured);
		g_assert_cmpint(datagram_read(exact, cases[i].captured, cases[i].wire, NULL, &datagram), ==,
		                cases[i].result);
		g_assert_cmpuint(datagram.ip_length, ==, cases[i].ip_length);
		g_assert_cmpint(datagram.kind, ==, cases[i].result == 0 ? DATAGRAM_ESP : DATAGRAM_OTHER);
		if (cases[i].result == 0) {
			g_assert_cmpuint(datagram.length, ==, cases[i].payload);
			g_assert_cmpuint(datagram.captured, ==, cases[i].payload_captured);
		}
		g_free(exact);
	}
}

/* No ESP is shorter than an SPI and a sequence number. */
static void esp_has_8_bytes_at_least(void)
{
	for (size_t length = 7; length <= 8; length++) {
		struct bytes packet = {0};
		put_ipv4(&packet, ESP, 0, length);
		put(&packet, esp_bytes, length);
		g_assert_cmpint(read_packet(&packet, NULL).kind, ==, length == 8 ? DATAGRAM_ESP : DATAGRAM_OTHER);
	}
}

static void a_fragment_is_what_its_header_says(void)
{
	/* Flags and offset in 8 bytes, and what that is. */
	static const struct {
		unsigned field;
		bool is_fragment, first, later, more;
		uint32_t offset;
	} cases[] = {
	        {0x0000, false, false, false, false, 0}, {0x4000, false, false, false, false, 0},
	        {0x2000, true, true, false, true, 0},    {0x0001, true, false, true, false, 8},
	        {0x2001, true, false, true, true, 8},    {0x1fff, true, false, true, false, 65528},
	        {0x6000, true, true, false, true, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = {0};
		put_ipv4(&packet, ESP, cases[i].field, sizeof esp_bytes);
		put(&packet, esp_bytes, sizeof esp_bytes);
		set16(&packet, 4, 0x1234);
		struct datagram datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==, cases[i].later ? DATAGRAM_FRAGMENT : DATAGRAM_ESP);
		g_assert_cmpint(datagram.is_fragment, ==, cases[i].is_fragment);
		g_assert_cmpint(datagram.first_fragment, ==, cases[i].first);
		g_assert_true(datagram.payload == packet.at + 20);
		g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes);
		if (!cases[i].is_fragment)
			continue;
		g_assert_cmpint(datagram.fragment.more, ==, cases[i].more);
		g_assert_cmpuint(datagram.fragment.offset, ==, cases[i].offset);
		g_assert_cmpuint(datagram.fragment.identification, ==, 0x1234);
		g_assert_cmpuint(datagram.fragment.protocol, ==, ESP);
		g_assert_true(datagram.fragment.bytes == packet.at + 20);
		g_assert_cmpuint(datagram.fragment.length, ==, sizeof esp_bytes);
		g_assert_cmpuint(datagram.fragment.captured, ==, sizeof esp_bytes);
	}
}

/* ---- IPv6 and extension headers ---- */

static void put_ipv6(struct bytes *packet, unsigned next, size_t payload)
{
	put32(packet, 0x60000000);
	put16(packet, (unsigned)payload);
	put8(packet, next);
	put8(packet, 64);
	for (unsigned i = 0; i < 32; i++)
		put8(packet, i + 1);
}

static void an_ipv6_header_is_read_whole(void)
{
	struct bytes packet = {0};

	put_ipv6(&packet, ESP, sizeof esp_bytes);
	put(&packet, esp_bytes, sizeof esp_bytes);
	const struct ip_address from = ip_address_from_ipv6(packet.at + 8), to = ip_address_from_ipv6(packet.at + 24);
	put_zeros(&packet, 5); /* of the frame */
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_true(ip_address_equal(&datagram.source, &from));
	g_assert_true(ip_address_equal(&datagram.destination, &to));
	g_assert_cmpuint(datagram.ip_length, ==, 40 + sizeof esp_bytes);
	g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes);
	g_assert_true(datagram.payload == packet.at + 40);
	/* 0: a jumbogram, or segments that the card cuts. */
	set16(&packet, 4, 0);
	datagram = read_packet(&packet, NULL);
	g_assert_cmpuint(datagram.ip_length, ==, packet.length);
	g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes + 5);
	g_assert_cmpint(datagram_read(packet.at, 40, packet.length, NULL, &datagram), ==, 0);
	g_assert_cmpint(datagram_read(packet.at, 39, packet.length, NULL, &datagram), ==, -EBADMSG);
	packet.at[0] = 0x50;
	g_assert_cmpint(datagram_read(packet.at, packet.length, packet.length, NULL, &datagram), ==, -EBADMSG);
}

/* Headers that may stand before ESP, with their length field and size. */
static const struct {
	uint8_t protocol, length, size;
} extensions[] = {{0, 0, 8},    {0, 1, 16},   {43, 0, 8},  {43, 2, 24}, {60, 0, 8},
                  {135, 1, 16}, {139, 1, 16}, {140, 0, 8}, {51, 4, 24}, {51, 1, 12}};

static void each_extension_header_is_skipped(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++) {
		struct bytes packet = {0};
		put_ipv6(&packet, extensions[i].protocol, extensions[i].size + sizeof esp_bytes);
		put8(&packet, ESP);
		put8(&packet, extensions[i].length);
		for (unsigned at = 2; at < extensions[i].size; at++)
			put8(&packet, 0xff); /* which would be a later fragment in a fragment header */
		put(&packet, esp_bytes, sizeof esp_bytes);
		struct datagram datagram = read_packet(&packet, NULL);
		g_test_message("protocol %u, length %u", extensions[i].protocol, extensions[i].length);
		g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
		g_assert_true(datagram.payload == packet.at + 40 + extensions[i].size);
		/* It has to be there to its end. */
		g_assert_cmpint(datagram_read(packet.at, 40u + extensions[i].size, packet.length, NULL, &datagram), ==,
		                0);
		g_assert_cmpint(datagram_read(packet.at, 39u + extensions[i].size, packet.length, NULL, &datagram), ==,
		                -EBADMSG);
	}
}

static void another_protocol_is_no_extension_header(void)
{
	unsigned skipped = 0;

	for (unsigned protocol = 0; protocol < 256; protocol++) {
		struct bytes packet = {0};
		put_ipv6(&packet, protocol, 8 + sizeof esp_bytes);
		put8(&packet, ESP);
		put8(&packet, 0);
		put_zeros(&packet, 6);
		put(&packet, esp_bytes, sizeof esp_bytes);
		struct datagram datagram;
		int result = datagram_read(packet.at, packet.length, packet.length, NULL, &datagram);
		skipped += result == 0 && datagram.payload == packet.at + 48;
	}
	g_assert_cmpuint(skipped, ==, 8); /* AH of 8 bytes and a fragment header among them */
}

static void eight_extension_headers_are_the_most(void)
{
	for (unsigned count = 8; count <= 9; count++) {
		struct bytes packet = {0};
		struct datagram datagram;
		put_ipv6(&packet, 60, 8 * count + sizeof esp_bytes);
		for (unsigned i = 1; i <= count; i++) {
			put8(&packet, i < count ? 60 : ESP);
			put_zeros(&packet, 7);
		}
		put(&packet, esp_bytes, sizeof esp_bytes);
		g_assert_cmpint(datagram_read(packet.at, packet.length, packet.length, NULL, &datagram), ==,
		                count == 8 ? 0 : -EBADMSG);
	}
}

/* AH under IPv4, where it is the only one. */
static void an_authentication_header_is_skipped_in_ipv4(void)
{
	for (unsigned protocol = 50; protocol <= 51; protocol++) {
		struct bytes packet = {0};
		put_ipv4(&packet, 51, 0, 24 + sizeof esp_bytes);
		put8(&packet, protocol == 50 ? ESP : 99);
		put8(&packet, 4);
		put_zeros(&packet, 22);
		put(&packet, esp_bytes, sizeof esp_bytes);
		g_assert_cmpint(read_packet(&packet, NULL).kind, ==, protocol == 50 ? DATAGRAM_ESP : DATAGRAM_OTHER);
		struct datagram datagram;
		g_assert_cmpint(datagram_read(packet.at, 20 + 23, packet.length, NULL, &datagram), ==, -EBADMSG);
	}
	struct bytes packet = {0};
	put_ipv4(&packet, 60, 0, 8 + sizeof esp_bytes); /* no protocol of IPv4 */
	put8(&packet, ESP);
	put_zeros(&packet, 7);
	put(&packet, esp_bytes, sizeof esp_bytes);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
}

static void a_fragment_of_ipv6_is_what_its_header_says(void)
{
	static const struct {
		unsigned field;
		bool later, more;
		uint32_t offset;
	} cases[] = {{0x0000, false, false, 0},
	             {0x0001, false, true, 0},
	             {0x0008, true, false, 8},
	             {0xfff9, true, true, 65528},
	             {0x0006, false, false, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = {0};
		put_ipv6(&packet, 44, 8 + sizeof esp_bytes);
		put16(&packet, ESP << 8 | 9); /* the length is reserved */
		put16(&packet, cases[i].field);
		put32(&packet, 0x12345678);
		put(&packet, esp_bytes, sizeof esp_bytes);
		struct datagram datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==, cases[i].later ? DATAGRAM_FRAGMENT : DATAGRAM_ESP);
		g_assert_cmpint(datagram.is_fragment, ==, cases[i].later || cases[i].more);
		if (!datagram.is_fragment)
			continue;
		g_assert_cmpint(datagram.fragment.more, ==, cases[i].more);
		g_assert_cmpuint(datagram.fragment.offset, ==, cases[i].offset);
		g_assert_cmphex(datagram.fragment.identification, ==, 0x12345678);
		g_assert_cmpuint(datagram.fragment.protocol, ==, ESP);
		g_assert_true(datagram.fragment.bytes == packet.at + 48);
	}
	/* What follows in a later fragment is no extension header, whatever it looks like. */
	struct bytes packet = {0};
	put_ipv6(&packet, 44, 8 + 8);
	put16(&packet, 60 << 8);
	put16(&packet, 8);
	put32(&packet, 1);
	put16(&packet, ESP << 8 | 200);
	put_zeros(&packet, 6);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_FRAGMENT);
}

/* ---- UDP ---- */

#define IKE_SIZE 40

/* An IKE header that says this version and length. */
static struct bytes ike_of(unsigned version, uint32_t length)
{
	struct bytes message = {0};

	put32(&message, 0x11111111);
	put_zeros(&message, 13);
	put8(&message, version << 4);
	put_zeros(&message, 6);
	put32(&message, length);
	put_zeros(&message, IKE_SIZE - message.length);
	return message;
}

static void ports_are_named_in_either_direction(void)
{
	static const struct datagram_ports ports = {.ike = {1, 2, 3, 4, 5, 6, 7, 8}, .nat_traversal = {11, 12, 0, 14}};
	static const struct {
		unsigned port;
		enum datagram_kind kind;
	} cases[] = {{1, DATAGRAM_IKE},    {8, DATAGRAM_IKE},     {9, DATAGRAM_OTHER},   {11, DATAGRAM_ESP},
	             {12, DATAGRAM_ESP},   {14, DATAGRAM_OTHER},  {0, DATAGRAM_OTHER},   {500, DATAGRAM_IKE},
	             {4500, DATAGRAM_ESP}, {501, DATAGRAM_OTHER}, {4499, DATAGRAM_OTHER}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes to = udp_packet(40000, cases[i].port, esp_bytes, sizeof esp_bytes);
		struct bytes from = udp_packet(cases[i].port, 40000, esp_bytes, sizeof esp_bytes);
		g_assert_cmpint(read_packet(&to, &ports).kind, ==, cases[i].kind);
		g_assert_cmpint(read_packet(&from, &ports).kind, ==, cases[i].kind);
		g_assert_cmpuint(read_packet(&to, &ports).destination_port, ==, cases[i].port);
		g_assert_cmpuint(read_packet(&from, &ports).source_port, ==, cases[i].port);
	}
}

static void full_lists_of_ports_do_not_run_into_one_another(void)
{
	static const struct datagram_ports ports = {.ike = {1, 2, 3, 4, 5, 6, 7, 8},
	                                            .nat_traversal = {11, 12, 13, 14, 15, 16, 17, 18}};
	struct bytes message = ike_of(2, IKE_SIZE);

	for (unsigned port = 1; port <= 18; port++) {
		struct bytes packet = udp_packet(40000, port, message.at, message.length);
		g_assert_cmpint(read_packet(&packet, &ports).kind, ==,
		                port <= 8    ? DATAGRAM_IKE
		                : port <= 10 ? DATAGRAM_OTHER
		                             : DATAGRAM_ESP);
	}
}

/* With 500 on one side and 4500 on the other the bytes say which it is. */
static void between_500_and_4500_the_bytes_decide(void)
{
	static const struct {
		unsigned version;
		uint32_t length;
		bool plain;
	} cases[] = {{2, IKE_SIZE, true},
	             {1, IKE_SIZE, true},
	             {3, IKE_SIZE, false},
	             {0, IKE_SIZE, false},
	             {2, IKE_SIZE - 1, false}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes message = ike_of(cases[i].version, cases[i].length);
		struct bytes packet = udp_packet(500, 4500, message.at, message.length);
		struct datagram datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==, cases[i].plain ? DATAGRAM_IKE : DATAGRAM_ESP);
		g_assert_cmpint(datagram.encapsulation, ==, cases[i].plain ? ENCAPSULATION_NONE : ENCAPSULATION_UDP);
		g_assert_cmpuint(datagram.length, ==, IKE_SIZE);
		/* Between two ports 4500 it is ESP. */
		packet = udp_packet(4500, 4500, message.at, message.length);
		g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_ESP);
	}
	g_assert_cmpint(kind_of_udp(500, 4500, marked_ike, sizeof marked_ike), ==, DATAGRAM_IKE);
	/* Behind a marker is IKE, even where the marker could be the beginning of an SPI. */
	struct bytes ambiguous = ike_of(2, IKE_SIZE);
	set16(&ambiguous, 0, 0);
	set16(&ambiguous, 2, 0);
	struct bytes marked = udp_packet(500, 4500, ambiguous.at, ambiguous.length);
	struct datagram behind_marker = read_packet(&marked, NULL);
	g_assert_cmpint(behind_marker.encapsulation, ==, ENCAPSULATION_UDP);
	g_assert_cmpuint(behind_marker.length, ==, IKE_SIZE - 4);
	/* A header that is not all there is none. */
	struct bytes message = ike_of(2, 27);
	g_assert_cmpint(kind_of_udp(500, 4500, message.at, 27), ==, DATAGRAM_ESP);
	message = ike_of(2, 28);
	g_assert_cmpint(kind_of_udp(500, 4500, message.at, 28), ==, DATAGRAM_IKE);
}

static void a_marker_needs_four_bytes_and_esp_eight(void)
{
	static const uint8_t zeros[12] = {0};
	static const uint8_t other[2] = {0xff, 0xff}, nearly[1] = {0xfe};

	for (size_t length = 0; length <= 12; length++) {
		struct bytes packet = udp_packet(4500, 4500, zeros, length);
		struct datagram datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==, length >= 4 ? DATAGRAM_IKE : DATAGRAM_OTHER);
		g_assert_cmpint(datagram.encapsulation, ==, length >= 4 ? ENCAPSULATION_UDP : ENCAPSULATION_NONE);
		packet = udp_packet(4500, 4500, esp_bytes, length);
		datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==, length >= 8 ? DATAGRAM_ESP : DATAGRAM_OTHER);
		g_assert_cmpint(datagram.encapsulation, ==, length >= 8 ? ENCAPSULATION_UDP : ENCAPSULATION_NONE);
	}
	g_assert_cmpint(kind_of_udp(4500, 4500, other, sizeof other), ==, DATAGRAM_OTHER);
	g_assert_cmpint(kind_of_udp(4500, 4500, nearly, sizeof nearly), ==, DATAGRAM_OTHER);
	/* Of an SPI so much has to be captured that it is no marker. */
	struct bytes packet = udp_packet(4500, 4500, esp_bytes, sizeof esp_bytes);
	struct datagram datagram;
	g_assert_cmpint(datagram_read(packet.at, 31, packet.length, NULL, &datagram), ==, 0);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_OTHER);
	g_assert_cmpint(datagram_read(packet.at, 32, packet.length, NULL, &datagram), ==, 0);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_cmpuint(datagram.captured, ==, 4);
	g_assert_cmpuint(datagram.length, ==, sizeof esp_bytes);
}

static void a_keepalive_that_was_not_captured_is_none(void)
{
	struct bytes packet = udp_packet(4500, 4500, keepalive, sizeof keepalive);
	struct datagram datagram;

	g_assert_cmpint(datagram_read(packet.at, packet.length - 1, packet.length, NULL, &datagram), ==, 0);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_OTHER);
}

static void port_500_may_have_keepalives_and_empty_datagrams(void)
{
	g_assert_cmpint(kind_of_udp(500, 500, keepalive, sizeof keepalive), ==, DATAGRAM_NAT_KEEPALIVE);
	g_assert_cmpint(kind_of_udp(500, 500, keepalive, 0), ==, DATAGRAM_OTHER);
	g_assert_cmpint(kind_of_udp(500, 500, esp_bytes, 1), ==, DATAGRAM_IKE);
}

static void a_log_is_what_goes_to_port_514(void)
{
	static const char line[] = "<164>%ASA-4-750003: x";

	g_assert_cmpint(kind_of_udp(514, 514, line, sizeof line), ==, DATAGRAM_SYSLOG);
	g_assert_cmpint(kind_of_udp(40000, 514, line, sizeof line), ==, DATAGRAM_SYSLOG);
	g_assert_cmpint(kind_of_udp(514, 40000, line, sizeof line), ==, DATAGRAM_OTHER);
	struct bytes packet = udp_packet(40000, 514, line, sizeof line);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpuint(datagram.length, ==, sizeof line);
	g_assert_true(datagram.payload == packet.at + 28);
}

/* A length in the UDP header of a datagram with 24 bytes of payload, and the payload that it makes. */
static void the_length_of_udp_bounds_its_payload(void)
{
	static const struct {
		unsigned length;
		bool more;
		int result;
		size_t payload;
	} cases[] = {{32, false, 0, 24}, {0, false, 0, 24},  {7, false, -EBADMSG, 0}, {8, false, 0, 0},
	             {20, false, 0, 12}, {40, false, 0, 24}, {40, true, 0, 32},       {32, true, 0, 24},
	             {20, true, 0, 12},  {0, true, 0, 24}};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = udp_packet(500, 500, esp_bytes, sizeof esp_bytes);
		struct datagram datagram;
		set16(&packet, 6, cases[i].more ? 0x2000 : 0);
		set16(&packet, 24, cases[i].length);
		g_assert_cmpint(datagram_read(packet.at, packet.length, packet.length, NULL, &datagram), ==,
		                cases[i].result);
		g_assert_cmpuint(datagram.length, ==, cases[i].payload);
		g_assert_cmpuint(datagram.captured, ==, MIN(cases[i].payload, sizeof esp_bytes));
		g_assert_cmpint(datagram.kind, ==, cases[i].payload != 0 ? DATAGRAM_IKE : DATAGRAM_OTHER);
	}
	/* Ports are read as far as they are there. */
	struct bytes packet = udp_packet(500, 501, esp_bytes, sizeof esp_bytes);
	struct datagram datagram;
	g_assert_cmpint(datagram_read(packet.at, 23, packet.length, NULL, &datagram), ==, -EBADMSG);
	g_assert_cmpuint(datagram.source_port, ==, 0);
	g_assert_cmpint(datagram_read(packet.at, 24, packet.length, NULL, &datagram), ==, -EBADMSG);
	g_assert_cmpuint(datagram.source_port, ==, 500);
	g_assert_cmpuint(datagram.destination_port, ==, 501);
}

/* ---- TCP ---- */

#define SYN 0x02
#define ACK 0x10
#define FIN 0x01

static struct bytes tcp_packet(unsigned port, unsigned flags, const struct bytes *stream)
{
	struct bytes packet = {0};

	put_ipv4(&packet, TCP, 0, 20 + stream->length);
	put16(&packet, 40000);
	put16(&packet, port);
	put32(&packet, 0x01020304);
	put32(&packet, 0);
	put8(&packet, 5 << 4);
	put8(&packet, flags);
	put_zeros(&packet, 6);
	put(&packet, stream->at, stream->length);
	return packet;
}

static void put_frame(struct bytes *stream, const void *content, size_t length)
{
	put16(stream, (unsigned)(2 + length));
	put(stream, content, length);
}

static void a_segment_is_read_whole(void)
{
	static const struct {
		unsigned port;
		bool is_segment;
	} ports[] = {{500, true}, {4500, true}, {443, false}};
	struct bytes stream = {0};

	put_frame(&stream, esp_bytes, sizeof esp_bytes);
	for (size_t i = 0; i < G_N_ELEMENTS(ports); i++) {
		struct bytes packet = tcp_packet(ports[i].port, ACK, &stream);
		struct datagram datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.is_segment, ==, ports[i].is_segment);
		g_assert_cmpint(datagram.kind, ==, ports[i].is_segment ? DATAGRAM_ESP : DATAGRAM_OTHER);
		g_assert_cmpuint(datagram.source_port, ==, 40000);
		g_assert_cmpuint(datagram.destination_port, ==, ports[i].port);
		if (!ports[i].is_segment)
			continue;
		g_assert_cmphex(datagram.segment.sequence, ==, 0x01020304);
		g_assert_false(datagram.segment.begins);
		g_assert_true(datagram.segment.bytes == packet.at + 40);
		g_assert_cmpuint(datagram.segment.length, ==, stream.length);
		g_assert_cmpuint(datagram.segment.captured, ==, stream.length);
	}
	struct bytes packet = tcp_packet(4500, SYN, &stream);
	g_assert_true(read_packet(&packet, NULL).segment.begins);
	packet = tcp_packet(4500, FIN | ACK, &stream);
	g_assert_false(read_packet(&packet, NULL).segment.begins);
	/* The first fragment of a segment is none of a stream. */
	set16(&packet, 6, 0x2000);
	g_assert_false(read_packet(&packet, NULL).is_segment);
}

static void a_tcp_header_says_its_own_length(void)
{
	struct bytes stream = {0};
	struct datagram datagram;

	put_zeros(&stream, 4); /* options */
	put_frame(&stream, esp_bytes, sizeof esp_bytes);
	struct bytes packet = tcp_packet(4500, ACK, &stream);
	packet.at[32] = 6 << 4;
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_ESP);
	packet.at[32] = 4 << 4;
	g_assert_cmpint(datagram_read(packet.at, packet.length, packet.length, NULL, &datagram), ==, -EBADMSG);
	packet.at[32] = 15 << 4;
	g_assert_cmpint(datagram_read(packet.at, 20 + 59, packet.length + 20, NULL, &datagram), ==, -EBADMSG);
	packet.at[32] = 5 << 4;
	g_assert_cmpint(datagram_read(packet.at, 39, packet.length, NULL, &datagram), ==, -EBADMSG);
	g_assert_cmpint(datagram_read(packet.at, 40, packet.length, NULL, &datagram), ==, 0);
}

/* Frames fill a segment to its end, or what is in it is something else. */
static void frames_fill_a_segment(void)
{
	struct bytes stream = {0}, short_frame = {0};
	uint8_t esp[10];

	memcpy(esp, esp_bytes, sizeof esp);
	put_frame(&stream, esp, sizeof esp);
	put_frame(&stream, "x", 1);
	struct bytes packet = tcp_packet(4500, ACK, &stream);
	struct datagram datagram = read_packet(&packet, NULL);
	g_assert_cmpint(datagram.kind, ==, DATAGRAM_ESP);
	g_assert_cmpint(datagram.encapsulation, ==, ENCAPSULATION_TCP);
	g_assert_cmpuint(datagram.length, ==, sizeof esp);
	/* One byte too many, or too few, of the last frame. */
	for (int more = -1; more <= 1; more += 2) {
		struct bytes other = stream;
		other.length = (size_t)((int)stream.length + more);
		packet = tcp_packet(4500, ACK, &other);
		g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
	}
	/* A frame without content is none, wherever it stands. */
	struct bytes ended = stream;
	put_frame(&ended, "", 0);
	packet = tcp_packet(4500, ACK, &ended);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
	put_frame(&short_frame, "", 0);
	put_frame(&short_frame, esp, sizeof esp);
	packet = tcp_packet(4500, ACK, &short_frame);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
	struct bytes empty = {0};
	packet = tcp_packet(4500, ACK, &empty);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
}

/* Where the capture ends before the frames do, only an IKE header vouches for the first one. */
static void a_cut_segment_starts_with_ike_or_something_else(void)
{
	for (unsigned version = 2; version <= 3; version++) {
		struct bytes message = ike_of(version, IKE_SIZE), stream = {0};
		struct datagram datagram;
		put16(&stream, 2 + 4 + IKE_SIZE);
		put32(&stream, 0);
		put(&stream, message.at, message.length);
		put_frame(&stream, esp_bytes, sizeof esp_bytes);
		struct bytes packet = tcp_packet(4500, ACK, &stream);
		const size_t first = 40 + 2 + 4 + IKE_SIZE;
		g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_IKE);
		g_assert_cmpint(datagram_read(packet.at, first + 1, packet.length, NULL, &datagram), ==, 0);
		g_assert_cmpint(datagram.kind, ==, version == 2 ? DATAGRAM_IKE : DATAGRAM_OTHER);
		g_assert_cmpint(datagram_read(packet.at, first + 2, packet.length, NULL, &datagram), ==, 0);
		g_assert_cmpint(datagram.kind, ==, DATAGRAM_IKE);
		g_assert_cmpint(datagram_read(packet.at, 41, packet.length, NULL, &datagram), ==, 0);
		g_assert_cmpint(datagram.kind, ==, DATAGRAM_OTHER);
	}
}

static bool starts_with_frame(const struct bytes *stream, size_t captured)
{
	uint8_t *exact = g_memdup2(stream->at, captured);
	const struct tcp_segment segment = {.bytes = exact, .captured = captured, .length = stream->length};
	bool starts = datagram_starts_with_frame(&segment);

	g_free(exact);
	return starts;
}

/* A frame that ends in a later segment: of 2 and 4 and 28 bytes, all of the IKE header has to be there. */
static void a_segment_starts_with_a_frame_that_goes_on(void)
{
	static const struct {
		unsigned version;
		unsigned frame; /* length that it says */
		uint32_t length;
		size_t captured;
		bool starts;
	} cases[] = {
	        {2, 2 + 4 + 100, 100, 34, true},  {2, 2 + 4 + 100, 100, 33, false}, {1, 2 + 4 + 100, 100, 34, true},
	        {3, 2 + 4 + 100, 100, 34, false}, {2, 2 + 4 + 101, 100, 34, false}, {2, 2 + 4 + 99, 100, 34, false},
	        {2, 5, 100, 34, false},           {2, 0, 100, 34, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes message = ike_of(cases[i].version, cases[i].length), stream = {0};
		put16(&stream, cases[i].frame);
		put32(&stream, 0);
		put(&stream, message.at, 28);
		g_assert_cmpint(starts_with_frame(&stream, cases[i].captured), ==, cases[i].starts);
		stream.at[3] = 1; /* no marker */
		g_assert_false(starts_with_frame(&stream, cases[i].captured));
	}
	struct bytes whole = {0};
	put_frame(&whole, esp_bytes, sizeof esp_bytes);
	g_assert_true(starts_with_frame(&whole, whole.length));
}

static void a_message_of_a_stream_is_its_segments(void)
{
	struct bytes stream = {0};
	struct datagram message;

	put_frame(&stream, esp_bytes, sizeof esp_bytes);
	struct bytes packet = tcp_packet(4500, ACK, &stream);
	const struct datagram segment = read_packet(&packet, NULL);
	datagram_read_framed(&segment, esp_bytes, 20, sizeof esp_bytes, &message);
	g_assert_cmpint(message.kind, ==, DATAGRAM_ESP);
	g_assert_cmpint(message.encapsulation, ==, ENCAPSULATION_TCP);
	g_assert_true(ip_address_equal(&message.source, &segment.source));
	g_assert_true(ip_address_equal(&message.destination, &segment.destination));
	g_assert_cmpuint(message.source_port, ==, 40000);
	g_assert_cmpuint(message.destination_port, ==, 4500);
	g_assert_cmpuint(message.ip_length, ==, sizeof esp_bytes);
	g_assert_cmpuint(message.captured, ==, 20);
	g_assert_cmpuint(message.length, ==, sizeof esp_bytes);
	g_assert_false(message.is_segment);
}

static void a_payload_put_together_is_its_fragments(void)
{
	struct bytes packet = {0}, udp = {0};
	struct datagram whole;

	put_ipv4(&packet, UDP, 0x2000, 16);
	put_zeros(&packet, 16);
	const struct datagram fragment = read_packet(&packet, NULL);
	put_udp(&udp, 500, 500, sizeof esp_bytes);
	put(&udp, esp_bytes, sizeof esp_bytes);
	g_assert_cmpint(datagram_read_payload(&fragment, udp.at, udp.length, NULL, &whole), ==, 0);
	g_assert_cmpint(whole.kind, ==, DATAGRAM_IKE);
	g_assert_true(ip_address_equal(&whole.source, &fragment.source));
	g_assert_true(ip_address_equal(&whole.destination, &fragment.destination));
	g_assert_cmpuint(whole.ip_length, ==, udp.length);
	g_assert_cmpuint(whole.length, ==, sizeof esp_bytes);
	g_assert_cmpuint(whole.captured, ==, sizeof esp_bytes);
	g_assert_false(whole.is_fragment || whole.first_fragment);
}

/* ---- ICMP ---- */

#define ICMPV6 58

static void put_icmp(struct bytes *packet, bool ipv6, unsigned type, unsigned code, uint32_t mtu,
                     const struct bytes *quote)
{
	if (ipv6)
		put_ipv6(packet, ICMPV6, 8 + quote->length);
	else
		put_ipv4(packet, ICMP, 0, 8 + quote->length);
	put8(packet, type);
	put8(packet, code);
	put16(packet, 0);
	put32(packet, mtu);
	put(packet, quote->at, quote->length);
}

static struct bytes quote_of(unsigned protocol, unsigned fragment, const void *payload, size_t length)
{
	struct bytes quote = {0};

	put_ipv4(&quote, protocol, fragment, 1400);
	put(&quote, payload, length);
	return quote;
}

static void errors_mean_too_big_or_unreachable(void)
{
	static const struct {
		bool ipv6;
		unsigned type, code;
		uint32_t mtu;
		enum icmp_meaning meaning;
		uint32_t told;
	} cases[] = {
	        {false, 3, 4, 1400, ICMP_TOO_BIG, 1400},
	        {false, 3, 4, 0x10000 + 1400, ICMP_TOO_BIG, 1400},
	        {false, 3, 3, 1400, ICMP_UNREACHABLE, 0},
	        {false, 3, 5, 0, ICMP_UNREACHABLE, 0},
	        {false, 11, 0, 0, ICMP_NONE, 0},
	        {false, 4, 4, 0, ICMP_NONE, 0},
	        {true, 2, 0, 0x10000 + 1400, ICMP_TOO_BIG, 0x10000 + 1400},
	        {true, 1, 4, 1400, ICMP_UNREACHABLE, 0},
	        {true, 3, 0, 0, ICMP_NONE, 0},
	        {true, 0, 0, 0, ICMP_NONE, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = {0}, quote = quote_of(ESP, 0, esp_bytes, 8);
		struct datagram datagram;
		put_icmp(&packet, cases[i].ipv6, cases[i].type, cases[i].code, cases[i].mtu, &quote);
		datagram = read_packet(&packet, NULL);
		g_assert_cmpint(datagram.kind, ==,
		                cases[i].meaning != ICMP_NONE ? DATAGRAM_ICMP_ERROR : DATAGRAM_OTHER);
		g_assert_cmpint(datagram.quoted.meaning, ==, cases[i].meaning);
		g_assert_cmpuint(datagram.quoted.mtu, ==, cases[i].told);
		if (cases[i].meaning == ICMP_NONE)
			continue;
		const struct ip_address from = ip_address_from_ipv4(here), to = ip_address_from_ipv4(there);
		g_assert_true(ip_address_equal(&datagram.quoted.source, &from));
		g_assert_true(ip_address_equal(&datagram.quoted.destination, &to));
		g_assert_cmphex(datagram.quoted.spi, ==, 0x11223344);
		g_assert_cmpuint(datagram.length, ==, quote.length);
		/* Its own header has 8 bytes. */
		const size_t header = cases[i].ipv6 ? 40 : 20;
		g_assert_cmpint(datagram_read(packet.at, header + 7, packet.length, NULL, &datagram), ==, 0);
		g_assert_cmpint(datagram.kind, ==, DATAGRAM_OTHER);
	}
}

/* What the error quotes, and the SPI in it. */
static void only_errors_about_ipsec_matter(void)
{
	static const uint8_t to_4500[] = {0x9c, 0x40, 0x11, 0x94, 0, 40, 0, 0, 0x11, 0x22, 0x33, 0x44};
	static const uint8_t from_4500[] = {0x11, 0x94, 0x9c, 0x40, 0, 40, 0, 0, 0x11, 0x22, 0x33, 0x44};
	static const uint8_t marked[] = {0x11, 0x94, 0x11, 0x94, 0, 40, 0, 0, 0, 0, 0, 0};
	static const uint8_t to_500[] = {0x9c, 0x40, 0x01, 0xf4, 0, 40, 0, 0, 0x11, 0x22, 0x33, 0x44};
	static const uint8_t from_500[] = {0x01, 0xf4, 0x9c, 0x40, 0, 40, 0, 0, 0x11, 0x22, 0x33, 0x44};
	static const uint8_t to_53[] = {0x9c, 0x40, 0, 53, 0, 40, 0, 0, 0x11, 0x22, 0x33, 0x44};
	static const struct {
		unsigned protocol, fragment;
		const uint8_t *payload;
		size_t length;
		bool matters;
		uint32_t spi;
	} cases[] = {
	        {ESP, 0, esp_bytes, 4, true, 0x11223344},
	        {ESP, 0, esp_bytes, 3, true, 0},
	        {ESP, 0, esp_bytes, 0, true, 0},
	        {ESP, 5, esp_bytes, 8, true, 0},
	        {UDP, 0, to_4500, 12, true, 0x11223344},
	        {UDP, 0, from_4500, 12, true, 0x11223344},
	        {UDP, 0, to_4500, 11, true, 0},
	        {UDP, 0, to_4500, 4, true, 0},
	        {UDP, 0, to_4500, 3, false, 0},
	        {UDP, 5, to_4500, 12, false, 0},
	        {UDP, 0, marked, 12, true, 0},
	        {UDP, 0, to_500, 12, true, 0},
	        {UDP, 0, from_500, 12, true, 0},
	        {UDP, 0, to_53, 12, false, 0},
	        {TCP, 0, to_4500, 12, false, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct bytes packet = {0};
		struct bytes quote = quote_of(cases[i].protocol, cases[i].fragment, cases[i].payload, cases[i].length);
		put_icmp(&packet, false, 3, 4, 1400, &quote);
		struct datagram datagram = read_packet(&packet, NULL);
		g_test_message("quote %zu", i);
		g_assert_cmpint(datagram.kind, ==, cases[i].matters ? DATAGRAM_ICMP_ERROR : DATAGRAM_OTHER);
		g_assert_cmphex(datagram.quoted.spi, ==, cases[i].spi);
	}
	/* A header that is cut quotes nothing; ports that were named count. */
	struct bytes packet = {0}, quote = quote_of(ESP, 0, esp_bytes, 8);
	quote.length = 19;
	put_icmp(&packet, false, 3, 4, 1400, &quote);
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
	const struct datagram_ports ports = {.ike = {53}};
	packet = (struct bytes){0};
	quote = quote_of(UDP, 0, to_53, sizeof to_53);
	put_icmp(&packet, false, 3, 4, 1400, &quote);
	g_assert_cmpint(read_packet(&packet, &ports).kind, ==, DATAGRAM_ICMP_ERROR);
}

static void icmp_of_the_other_version_is_none(void)
{
	struct bytes packet = {0}, quote = quote_of(ESP, 0, esp_bytes, 8);

	put_icmp(&packet, false, 3, 4, 1400, &quote);
	packet.at[9] = ICMPV6;
	packet.at[20] = 3;
	g_assert_cmpint(read_packet(&packet, NULL).kind, ==, DATAGRAM_OTHER);
	packet.at[20] = 2;
	g_assert_cmpint(read_packet(&packet, NULL).quoted.meaning, ==, ICMP_TOO_BIG);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/datagram/" #function, function                                                                       \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(port_500_is_ike),
        TEST(port_4500_has_a_marker_an_spi_or_one_byte),
        TEST(the_marker_is_no_part_of_the_message),
        TEST(other_ports_count_when_named),
        TEST(protocol_50_is_esp),
        TEST(ipv6_esp_stands_behind_extension_headers),
        TEST(a_chain_of_extension_headers_ends),
        TEST(a_frame_of_tcp_encapsulation_is_found),
        TEST(a_later_fragment_has_no_ports),
        TEST(an_icmp_error_names_the_tunnel_it_is_about),
        TEST(no_cut_is_read_beyond),
        TEST(a_header_longer_than_the_packet_is_refused),
        TEST(padding_of_the_frame_is_no_payload),
        TEST(an_ipv4_header_is_read_whole),
        TEST(options_of_ipv4_are_skipped),
        TEST(the_lengths_of_a_packet_bound_one_another),
        TEST(esp_has_8_bytes_at_least),
        TEST(a_fragment_is_what_its_header_says),
        TEST(an_ipv6_header_is_read_whole),
        TEST(each_extension_header_is_skipped),
        TEST(another_protocol_is_no_extension_header),
        TEST(eight_extension_headers_are_the_most),
        TEST(an_authentication_header_is_skipped_in_ipv4),
        TEST(a_fragment_of_ipv6_is_what_its_header_says),
        TEST(ports_are_named_in_either_direction),
        TEST(full_lists_of_ports_do_not_run_into_one_another),
        TEST(between_500_and_4500_the_bytes_decide),
        TEST(a_marker_needs_four_bytes_and_esp_eight),
        TEST(a_keepalive_that_was_not_captured_is_none),
        TEST(port_500_may_have_keepalives_and_empty_datagrams),
        TEST(a_log_is_what_goes_to_port_514),
        TEST(the_length_of_udp_bounds_its_payload),
        TEST(a_segment_is_read_whole),
        TEST(a_tcp_header_says_its_own_length),
        TEST(frames_fill_a_segment),
        TEST(a_cut_segment_starts_with_ike_or_something_else),
        TEST(a_segment_starts_with_a_frame_that_goes_on),
        TEST(a_message_of_a_stream_is_its_segments),
        TEST(a_payload_put_together_is_its_fragments),
        TEST(errors_mean_too_big_or_unreachable),
        TEST(only_errors_about_ipsec_matter),
        TEST(icmp_of_the_other_version_is_none),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
