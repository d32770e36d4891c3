/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From an IP packet to what an IPsec peer takes it for. */
#include <errno.h>
#include <glib.h>

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
	packet.at[0] = 0x41;
	g_assert_cmpint(datagram_read(packet.at, 40, 40, NULL, &datagram), ==, -EBADMSG);
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
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
