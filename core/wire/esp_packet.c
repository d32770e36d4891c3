/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/esp_packet.h"

#include <string.h>

#include "core/base/byte_order.h"
#include "core/wire/esp.h"

#define IPV4_SIZE 20
#define IPV6_SIZE 40
#define UDP_SIZE 8
#define PROTOCOL_UDP 17
#define PROTOCOL_ESP 50
#define VERSION_4_WITHOUT_OPTIONS 0x45
#define FRAGMENT_OR_MORE 0x3fff

/* esp starts where the SPI stands; all of its header was captured. */
static bool take_esp(const uint8_t *header, size_t length, enum encapsulation encapsulation, struct esp_packet *esp)
{
	esp->spi = read_be32(header);
	esp->sequence = read_be32(header + 4);
	esp->bytes = (uint32_t)length;
	esp->encapsulation = (uint8_t)encapsulation;
	return true;
}

/* captured bytes at packet hold an ESP header at least. */
static bool take_tail(const uint8_t *packet, size_t captured, size_t ip_length, struct esp_packet *esp)
{
	esp->tail = esp_tail(packet + (captured < ip_length ? captured : ip_length));
	return true;
}

/* Port 500 or one of the user's on the other side: then only the bytes tell whether this is IKE. */
static bool is_plainly_nat_traversal(const struct datagram_ports *ports, uint16_t source, uint16_t destination)
{
	return (source == NAT_TRAVERSAL_PORT || destination == NAT_TRAVERSAL_PORT) && source != IKE_PORT &&
	       destination != IKE_PORT && (ports == NULL || ports->ike[0] == 0);
}

/* udp has ip_payload bytes on the wire and is captured up to the end of an ESP header behind it. */
static bool take_udp(const uint8_t *udp, size_t ip_payload, size_t ip_length, const struct datagram_ports *ports,
                     struct esp_packet *esp)
{
	size_t length = read_be16(udp + 4);

	if (length < UDP_SIZE + ESP_HEADER_SIZE || length > ip_payload || read_be32(udp + UDP_SIZE) == 0 ||
	    !is_plainly_nat_traversal(ports, read_be16(udp), read_be16(udp + 2)))
		return false;
	return take_esp(udp + UDP_SIZE, ip_length, ENCAPSULATION_UDP, esp);
}

static bool take_payload(const uint8_t *packet, size_t header_size, uint8_t protocol, size_t captured, size_t ip_length,
                         const struct datagram_ports *ports, struct esp_packet *esp)
{
	if (protocol == PROTOCOL_ESP && captured >= header_size + ESP_HEADER_SIZE &&
	    ip_length >= header_size + ESP_HEADER_SIZE)
		return take_esp(packet + header_size, ip_length, ENCAPSULATION_NONE, esp);
	if (protocol == PROTOCOL_UDP && captured >= header_size + UDP_SIZE + ESP_HEADER_SIZE &&
	    ip_length >= header_size)
		return take_udp(packet + header_size, ip_length - header_size, ip_length, ports, esp);
	return false;
}

static bool read_ipv4(const uint8_t *packet, size_t captured, size_t wire_length, const struct datagram_ports *ports,
                      struct esp_packet *esp)
{
	if (captured < IPV4_SIZE + ESP_HEADER_SIZE || packet[0] != VERSION_4_WITHOUT_OPTIONS ||
	    (read_be16(packet + 6) & FRAGMENT_OR_MORE) != 0)
		return false;

	size_t ip_length = read_be16(packet + 2);

	if (ip_length > wire_length)
		return false;
	esp->hops_left = packet[8];
	esp->source = ip_address_from_ipv4(packet + 12);
	esp->destination = ip_address_from_ipv4(packet + 16);
	return take_payload(packet, IPV4_SIZE, packet[9], captured, ip_length, ports, esp) &&
	       take_tail(packet, captured, ip_length, esp);
}

static bool read_ipv6(const uint8_t *packet, size_t captured, size_t wire_length, const struct datagram_ports *ports,
                      struct esp_packet *esp)
{
	if (captured < IPV6_SIZE + ESP_HEADER_SIZE || packet[0] >> 4 != 6)
		return false;

	size_t ip_length = IPV6_SIZE + (size_t)read_be16(packet + 4);

	if (ip_length > wire_length)
		return false;
	esp->hops_left = packet[7];
	esp->source = ip_address_from_ipv6(packet + 8);
	esp->destination = ip_address_from_ipv6(packet + 24);
	return take_payload(packet, IPV6_SIZE, packet[6], captured, ip_length, ports, esp) &&
	       take_tail(packet, captured, ip_length, esp);
}

bool esp_packet_read(const uint8_t *packet, size_t captured, size_t wire_length, const struct datagram_ports *ports,
                     struct esp_packet *esp)
{
	return read_ipv4(packet, captured, wire_length, ports, esp) ||
	       read_ipv6(packet, captured, wire_length, ports, esp);
}
