/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/datagram.h"

#include <errno.h>
#include <string.h>

#include "core/base/byte_order.h"

#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ESP 50
#define PROTOCOL_AH 51
#define PROTOCOL_ICMPV6 58

#define IPV6_HOP_BY_HOP 0
#define IPV6_ROUTING 43
#define IPV6_FRAGMENT 44
#define IPV6_DESTINATION 60
#define IPV6_MOBILITY 135
#define IPV6_HIP 139
#define IPV6_SHIM6 140

/* RFC 8200 sec. 4.1 has each header once, destination options twice; more than this is no honest packet. */
#define MAX_EXTENSION_HEADERS 8

#define NON_ESP_MARKER_SIZE 4
#define LEAST_ESP_SIZE 8
#define LEAST_IKE_SIZE 28
#define TCP_PREFIX "IKETCP"
#define TCP_PREFIX_SIZE 6
#define TCP_LENGTH_SIZE 2
#define TCP_SYN 0x02

/* Bytes of which the first captured can be read and length were on the wire. */
struct span {
	const uint8_t *bytes;
	size_t captured;
	size_t length;
};

/* What the IP header and its extensions say. */
struct network {
	struct ip_address source;
	struct ip_address destination;
	size_t ip_length;
	uint8_t protocol;
	uint8_t hops_left;
	bool later_fragment;
	bool more_fragments;
	uint32_t fragment_offset; /* bytes */
	uint32_t identification;
	struct span payload;
};

/* Takes count bytes, which are captured, off the front. */
static struct span span_after(struct span span, size_t count)
{
	return (struct span){span.bytes + count, span.captured - count, span.length - count};
}

/* Cuts to length bytes on the wire; a longer length changes nothing. */
static struct span span_limit(struct span span, size_t length)
{
	if (span.length > length)
		span.length = length;
	if (span.captured > span.length)
		span.captured = span.length;
	return span;
}

/* ---- IP ---- */

/* offset counts in 8 bytes. */
static void note_fragment(struct network *network, uint16_t offset, bool more, uint32_t identification)
{
	network->later_fragment = offset != 0;
	network->more_fragments = more;
	network->fragment_offset = (uint32_t)offset * 8;
	network->identification = identification;
}

static bool is_extension(uint8_t protocol)
{
	switch (protocol) {
	case IPV6_HOP_BY_HOP:
	case IPV6_ROUTING:
	case IPV6_FRAGMENT:
	case IPV6_DESTINATION:
	case IPV6_MOBILITY:
	case IPV6_HIP:
	case IPV6_SHIM6:
	case PROTOCOL_AH:
		return true;
	default:
		return false;
	}
}

/* AH counts in 4 bytes less 2 (RFC 4302 sec. 2.2), the others in 8 bytes less 1; a fragment header has no length field.
 */
static size_t extension_size(uint8_t protocol, const uint8_t *header)
{
	if (protocol == PROTOCOL_AH)
		return ((size_t)header[1] + 2) * 4;
	if (protocol == IPV6_FRAGMENT)
		return 8;
	return ((size_t)header[1] + 1) * 8;
}

/* IPv6 extension headers, and AH under either version. */
static int skip_extensions(struct network *network)
{
	for (int count = 0; is_extension(network->protocol) && !network->later_fragment; count++) {
		const uint8_t *header = network->payload.bytes;
		uint8_t protocol = network->protocol;

		if (count == MAX_EXTENSION_HEADERS || network->payload.captured < 8)
			return -EBADMSG;
		size_t size = extension_size(protocol, header);
		if (size > network->payload.captured)
			return -EBADMSG;
		if (protocol == IPV6_FRAGMENT)
			note_fragment(network, read_be16(header + 2) >> 3, header[3] & 1, read_be32(header + 4));
		network->protocol = header[0];
		network->payload = span_after(network->payload, size);
	}
	return 0;
}

static int read_ipv4(struct span packet, struct network *network)
{
	if (packet.captured < 20)
		return -EBADMSG;

	const uint8_t *header = packet.bytes;
	size_t header_size = (size_t)(header[0] & 0x0f) * 4;
	size_t total_length = read_be16(header + 2);
	uint16_t fragment = read_be16(header + 6);

	/* A capture on the sending host shows 0 where the network card was to cut the packet into segments. */
	if (total_length != 0)
		packet = span_limit(packet, total_length);
	if (header_size < 20 || header_size > packet.captured)
		return -EBADMSG;

	network->source = ip_address_from_ipv4(header + 12);
	network->destination = ip_address_from_ipv4(header + 16);
	network->ip_length = packet.length;
	network->protocol = header[9];
	network->hops_left = header[8];
	note_fragment(network, fragment & 0x1fff, fragment & 0x2000, read_be16(header + 4));
	network->payload = span_after(packet, header_size);
	return network->protocol == PROTOCOL_AH ? skip_extensions(network) : 0;
}

static int read_ipv6(struct span packet, struct network *network)
{
	if (packet.captured < 40)
		return -EBADMSG;

	const uint8_t *header = packet.bytes;
	size_t payload_length = read_be16(header + 4);

	/* 0: a jumbogram, or segments still to be cut as above. */
	if (payload_length != 0)
		packet = span_limit(packet, 40 + payload_length);
	network->source = ip_address_from_ipv6(header + 8);
	network->destination = ip_address_from_ipv6(header + 24);
	network->ip_length = packet.length;
	network->protocol = header[6];
	network->hops_left = header[7];
	network->payload = span_after(packet, 40);
	return skip_extensions(network);
}

static int read_network(struct span packet, struct network *network)
{
	if (packet.captured == 0)
		return -EBADMSG;
	switch (packet.bytes[0] >> 4) {
	case 4:
		return read_ipv4(packet, network);
	case 6:
		return read_ipv6(packet, network);
	default:
		return -EBADMSG;
	}
}

/* ---- ports ---- */

static bool is_listed(const uint16_t *ports, uint16_t port)
{
	for (int i = 0; i < DATAGRAM_EXTRA_PORTS && ports[i] != 0; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static bool is_ike_port(const struct datagram_ports *ports, uint16_t port)
{
	return port == IKE_PORT || (ports && is_listed(ports->ike, port));
}

static bool is_nat_traversal_port(const struct datagram_ports *ports, uint16_t port)
{
	return port == NAT_TRAVERSAL_PORT || (ports && is_listed(ports->nat_traversal, port));
}

struct port_use {
	bool ike;
	bool nat_traversal;
};

/* NAT may have moved one of the two ports, so either will do. */
static struct port_use port_use(const struct datagram_ports *ports, uint16_t source, uint16_t destination)
{
	return (struct port_use){
	        .ike = is_ike_port(ports, source) || is_ike_port(ports, destination),
	        .nat_traversal = is_nat_traversal_port(ports, source) || is_nat_traversal_port(ports, destination),
	};
}

/* ---- payloads ---- */

static void set_payload(struct datagram *datagram, enum datagram_kind kind, struct span payload)
{
	datagram->kind = kind;
	datagram->payload = payload.bytes;
	datagram->captured = payload.captured;
	datagram->length = payload.length;
	if (kind == DATAGRAM_ESP && payload.captured >= LEAST_ESP_SIZE)
		datagram->tail = esp_tail(payload.bytes + payload.captured);
}

static bool is_keepalive(struct span payload)
{
	return payload.length == 1 && payload.captured == 1 && payload.bytes[0] == 0xff;
}

static bool has_non_esp_marker(struct span payload)
{
	return payload.captured >= NON_ESP_MARKER_SIZE && read_be32(payload.bytes) == 0;
}

/* An IKE header of major version 1 or 2 whose length is that of the payload. */
static bool looks_like_ike(struct span payload)
{
	if (payload.captured < LEAST_IKE_SIZE)
		return false;
	uint8_t major_version = payload.bytes[17] >> 4;
	return (major_version == 1 || major_version == 2) && read_be32(payload.bytes + 24) == payload.length;
}

/* RFC 3948 sec. 2: four zero bytes, then IKE; one 0xff byte; otherwise ESP. */
static void read_encapsulated(struct datagram *datagram, struct span payload, enum encapsulation encapsulation)
{
	datagram->encapsulation = encapsulation;
	if (is_keepalive(payload))
		set_payload(datagram, DATAGRAM_NAT_KEEPALIVE, payload);
	else if (has_non_esp_marker(payload))
		set_payload(datagram, DATAGRAM_IKE, span_after(payload, NON_ESP_MARKER_SIZE));
	else if (payload.length >= LEAST_ESP_SIZE && payload.captured >= NON_ESP_MARKER_SIZE)
		set_payload(datagram, DATAGRAM_ESP, payload);
	else
		datagram->encapsulation = ENCAPSULATION_NONE;
}

static void read_plain_ike(struct datagram *datagram, struct span payload)
{
	if (is_keepalive(payload))
		set_payload(datagram, DATAGRAM_NAT_KEEPALIVE, payload);
	else if (payload.length > 0)
		set_payload(datagram, DATAGRAM_IKE, payload);
}

/* ---- UDP ---- */

static int udp_payload(struct span segment, bool first_fragment, struct span *payload)
{
	if (segment.captured < 8)
		return -EBADMSG;

	size_t length = read_be16(segment.bytes + 4);

	if (length != 0 && length < 8)
		return -EBADMSG;
	*payload = span_after(segment, 8);
	if (length == 0)
		return 0;
	*payload = span_limit(*payload, length - 8);
	/* The rest of the datagram is in later fragments: only the UDP header knows how long it is. */
	if (first_fragment)
		payload->length = length - 8;
	return 0;
}

static int read_udp(struct datagram *datagram, struct span segment, const struct datagram_ports *ports)
{
	struct span payload;

	if (segment.captured >= 4) {
		datagram->source_port = read_be16(segment.bytes);
		datagram->destination_port = read_be16(segment.bytes + 2);
	}
	if (udp_payload(segment, datagram->first_fragment, &payload) < 0)
		return -EBADMSG;

	struct port_use use = port_use(ports, datagram->source_port, datagram->destination_port);

	/* With 500 on one side and 4500 on the other, only the bytes tell whether a marker was used. */
	if (use.nat_traversal && !(use.ike && !has_non_esp_marker(payload) && looks_like_ike(payload)))
		read_encapsulated(datagram, payload, ENCAPSULATION_UDP);
	else if (use.ike)
		read_plain_ike(datagram, payload);
	else if (datagram->destination_port == SYSLOG_PORT)
		set_payload(datagram, DATAGRAM_SYSLOG, payload);
	return 0;
}

/* ---- TCP ---- */

/*
 * Whether a chain of length-prefixed frames (RFC 9329 sec. 3) fills the segment exactly; *first becomes the first
 * frame's content. Arbitrary TCP data almost never does. Where the capture is cut before the chain's end, an IKE
 * header in the first frame has to vouch for it.
 */
static bool read_tcp_frames(struct span stream, struct span *first)
{
	size_t offset = 0;

	*first = (struct span){0};
	while (offset < stream.length) {
		if (stream.captured < offset + 2)
			return first->bytes && has_non_esp_marker(*first) &&
			       looks_like_ike(span_after(*first, NON_ESP_MARKER_SIZE));

		size_t size = read_be16(stream.bytes + offset);
		if (size <= 2 || size > stream.length - offset)
			return false;
		if (offset == 0)
			*first = span_limit(span_after(stream, 2), size - 2);
		offset += size;
	}
	return first->bytes;
}

static int read_tcp(struct datagram *datagram, struct span segment, const struct datagram_ports *ports)
{
	if (segment.captured < 20)
		return -EBADMSG;
	datagram->source_port = read_be16(segment.bytes);
	datagram->destination_port = read_be16(segment.bytes + 2);

	size_t header_size = (size_t)(segment.bytes[12] >> 4) * 4;
	if (header_size < 20 || header_size > segment.captured)
		return -EBADMSG;

	struct port_use use = port_use(ports, datagram->source_port, datagram->destination_port);
	struct span stream = span_after(segment, header_size);
	struct span message;

	if ((!use.ike && !use.nat_traversal) || datagram->first_fragment)
		return 0;
	datagram->is_segment = true;
	datagram->segment = (struct tcp_segment){
	        .bytes = stream.bytes,
	        .captured = stream.captured,
	        .length = stream.length,
	        .sequence = read_be32(segment.bytes + 4),
	        .begins = segment.bytes[13] & TCP_SYN,
	};
	if (stream.captured >= TCP_PREFIX_SIZE && memcmp(stream.bytes, TCP_PREFIX, TCP_PREFIX_SIZE) == 0)
		stream = span_after(stream, TCP_PREFIX_SIZE);
	if (read_tcp_frames(stream, &message))
		read_encapsulated(datagram, message, ENCAPSULATION_TCP);
	return 0;
}

/* ---- ICMP ---- */

/* Whether the quoted packet, of which as little as 8 bytes after the IP header may be there, was IKE or ESP. */
static bool is_ipsec(const struct network *quoted, const struct datagram_ports *ports)
{
	if (quoted->protocol == PROTOCOL_ESP)
		return true;
	if (quoted->protocol != PROTOCOL_UDP || quoted->later_fragment || quoted->payload.captured < 4)
		return false;

	const uint8_t *udp = quoted->payload.bytes;
	struct port_use use = port_use(ports, read_be16(udp), read_be16(udp + 2));
	return use.ike || use.nat_traversal;
}

/* SPI 0 on port 4500 is the non-ESP marker: IKE. */
static uint32_t quoted_spi(const struct network *quoted)
{
	size_t offset = quoted->protocol == PROTOCOL_ESP ? 0 : 8;
	bool is_plain_ike = quoted->protocol == PROTOCOL_UDP && (read_be16(quoted->payload.bytes) == IKE_PORT ||
	                                                         read_be16(quoted->payload.bytes + 2) == IKE_PORT);

	return is_plain_ike || quoted->later_fragment || quoted->payload.captured < offset + 4
	               ? 0
	               : read_be32(quoted->payload.bytes + offset);
}

static void take_quote(struct datagram *datagram, enum icmp_meaning meaning, uint32_t mtu, struct span quote,
                       const struct datagram_ports *ports)
{
	struct network quoted = {0};

	if (meaning == ICMP_NONE || read_network(quote, &quoted) < 0 || !is_ipsec(&quoted, ports))
		return;
	set_payload(datagram, DATAGRAM_ICMP_ERROR, quote);
	datagram->quoted = (struct icmp_quote){meaning, mtu, quoted.source, quoted.destination, quoted_spi(&quoted)};
}

static void read_icmp(struct datagram *datagram, struct span message, const struct datagram_ports *ports)
{
	if (message.captured < 8 || message.bytes[0] != 3)
		return;

	bool too_big = message.bytes[1] == 4;
	uint32_t mtu = too_big ? read_be16(message.bytes + 6) : 0;

	take_quote(datagram, too_big ? ICMP_TOO_BIG : ICMP_UNREACHABLE, mtu, span_after(message, 8), ports);
}

static void read_icmpv6(struct datagram *datagram, struct span message, const struct datagram_ports *ports)
{
	if (message.captured < 8)
		return;
	if (message.bytes[0] == 1)
		take_quote(datagram, ICMP_UNREACHABLE, 0, span_after(message, 8), ports);
	else if (message.bytes[0] == 2)
		take_quote(datagram, ICMP_TOO_BIG, read_be32(message.bytes + 4), span_after(message, 8), ports);
}

/* ---- all of it ---- */

static int read_transport(struct datagram *datagram, const struct network *network, const struct datagram_ports *ports)
{
	switch (network->protocol) {
	case PROTOCOL_ESP:
		if (network->payload.length >= LEAST_ESP_SIZE)
			set_payload(datagram, DATAGRAM_ESP, network->payload);
		return 0;
	case PROTOCOL_UDP:
		return read_udp(datagram, network->payload, ports);
	case PROTOCOL_TCP:
		return read_tcp(datagram, network->payload, ports);
	case PROTOCOL_ICMP:
		read_icmp(datagram, network->payload, ports);
		return 0;
	case PROTOCOL_ICMPV6:
		read_icmpv6(datagram, network->payload, ports);
		return 0;
	default:
		return 0;
	}
}

static void set_fragment(struct datagram *datagram, const struct network *network)
{
	datagram->is_fragment = true;
	datagram->fragment = (struct ip_fragment){
	        .bytes = network->payload.bytes,
	        .captured = network->payload.captured,
	        .length = network->payload.length,
	        .offset = network->fragment_offset,
	        .identification = network->identification,
	        .protocol = network->protocol,
	        .more = network->more_fragments,
	};
}

int datagram_read(const uint8_t *packet, size_t captured, size_t wire_length, const struct datagram_ports *ports,
                  struct datagram *datagram)
{
	struct network network = {0};
	/* Some capture files claim fewer bytes on the wire than they hold. */
	struct span whole = {packet, captured, wire_length > captured ? wire_length : captured};
	int result = read_network(whole, &network);

	*datagram = (struct datagram){
	        .source = network.source,
	        .destination = network.destination,
	        .ip_length = network.ip_length > UINT32_MAX ? UINT32_MAX : (uint32_t)network.ip_length,
	        .hops_left = network.hops_left,
	};
	if (result < 0)
		return result;
	if (network.later_fragment || network.more_fragments)
		set_fragment(datagram, &network);
	if (network.later_fragment) {
		set_payload(datagram, DATAGRAM_FRAGMENT, network.payload);
		return 0;
	}
	datagram->first_fragment = network.more_fragments;
	return read_transport(datagram, &network, ports);
}

int datagram_read_payload(const struct datagram *fragment, const uint8_t *payload, size_t length,
                          const struct datagram_ports *ports, struct datagram *datagram)
{
	struct network network = {.protocol = fragment->fragment.protocol, .payload = {payload, length, length}};

	*datagram = (struct datagram){
	        .source = fragment->source,
	        .destination = fragment->destination,
	        .ip_length = (uint32_t)length,
	        .hops_left = fragment->hops_left,
	};
	return read_transport(datagram, &network, ports);
}

void datagram_read_framed(const struct datagram *segment, const uint8_t *message, size_t captured, size_t length,
                          struct datagram *datagram)
{
	*datagram = (struct datagram){
	        .source = segment->source,
	        .destination = segment->destination,
	        .source_port = segment->source_port,
	        .destination_port = segment->destination_port,
	        .ip_length = (uint32_t)length,
	        .hops_left = segment->hops_left,
	};
	read_encapsulated(datagram, (struct span){message, captured, length}, ENCAPSULATION_TCP);
}

bool datagram_starts_with_frame(const struct tcp_segment *segment)
{
	struct span stream = {segment->bytes, segment->captured, segment->length};
	struct span first;

	if (read_tcp_frames(stream, &first))
		return true;
	if (stream.captured < TCP_LENGTH_SIZE + NON_ESP_MARKER_SIZE + LEAST_IKE_SIZE)
		return false;
	/* The first frame may end in a later segment. */
	first = span_after(stream, TCP_LENGTH_SIZE);
	first.length = read_be16(stream.bytes);
	if (first.length < TCP_LENGTH_SIZE + NON_ESP_MARKER_SIZE)
		return false;
	first.length -= TCP_LENGTH_SIZE;
	return has_non_esp_marker(first) && looks_like_ike(span_after(first, NON_ESP_MARKER_SIZE));
}
