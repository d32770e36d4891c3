/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/frame_reader.h"

#include <errno.h>

#include "core/base/time.h"
#include "core/wire/link_layer.h"

#define HIGHEST_LINK_TYPE 300
#define NO_LINK_TYPE (-1)
/* Where the source address stands in an IP header: RFC 791 sec. 3.1, RFC 8200 sec. 3. */
#define IPV4_SOURCE_OFFSET 12
#define IPV6_SOURCE_OFFSET 8

struct frame_reader {
	const struct datagram_ports *named; /* by the user's preferences */
	struct datagram_ports ports;        /* that hold for the frame taken last */
	struct datagram_reader *datagrams;
	bool taken;                   /* the frame taken last has an IP packet that could be read */
	const struct datagram *first; /* of that packet: looked at, but not given yet; else NULL */
};

struct frame_reader *frame_reader_new(const struct datagram_ports *ports)
{
	struct frame_reader *reader = g_new0(struct frame_reader, 1);

	reader->named = ports;
	reader->datagrams = datagram_reader_new(&reader->ports);
	return reader;
}

void frame_reader_free(struct frame_reader *reader)
{
	if (reader == NULL)
		return;
	datagram_reader_free(reader->datagrams);
	g_free(reader);
}

/* wiretap says which of its encapsulations a LINKTYPE_ becomes; the way back is found by trying those that core reads.
 */
static int find_link_type(int encapsulation)
{
	for (int link_type = 0; link_type <= HIGHEST_LINK_TYPE; link_type++)
		if (link_layer_ip_offset(link_type, NULL, 0) != -ENOTSUP &&
		    wtap_pcap_encap_to_wtap_encap(link_type) == encapsulation)
			return link_type;
	return NO_LINK_TYPE;
}

/* Most captures have one encapsulation throughout. */
static int link_type_of(int encapsulation)
{
	static int known_encapsulation = WTAP_ENCAP_UNKNOWN, known_link_type = NO_LINK_TYPE;

	if (encapsulation != known_encapsulation) {
		known_link_type = find_link_type(encapsulation);
		known_encapsulation = encapsulation;
	}
	return known_link_type;
}

/*
 * Where the innermost IP header starts that Wireshark's IP dissectors took addresses from: such an address still points
 * into the frame's bytes. Returns -ENODATA where it does not (no IP, or reassembled or decrypted bytes).
 */
static int innermost_ip_offset(const packet_info *pinfo, const uint8_t *bytes, size_t captured)
{
	size_t ahead = pinfo->net_src.type == AT_IPv4   ? IPV4_SOURCE_OFFSET
	               : pinfo->net_src.type == AT_IPv6 ? IPV6_SOURCE_OFFSET
	                                                : 0;
	uintptr_t source = (uintptr_t)pinfo->net_src.data, start = (uintptr_t)bytes;

	if (ahead == 0 || source < start + ahead || source >= start + captured)
		return -ENODATA;
	return (int)(source - start - ahead);
}

static bool is_usual_port(uint32_t port)
{
	return port == IKE_PORT || port == NAT_TRAVERSAL_PORT;
}

/* The ports of a packet that the user had decoded as NAT traversal or IKE (Decode As …) are meant so. */
static struct datagram_ports ports_of(const struct frame_reader *reader, const packet_info *pinfo)
{
	if (pinfo->ptype != PT_UDP || is_usual_port(pinfo->srcport) || is_usual_port(pinfo->destport))
		return *reader->named;
	struct datagram_ports ports = {{0}, {0}};
	uint16_t *list = proto_is_frame_protocol(pinfo->layers, "udpencap") ? ports.nat_traversal
	                 : proto_is_frame_protocol(pinfo->layers, "isakmp") ? ports.ike
	                                                                    : NULL;
	if (list == NULL)
		return *reader->named;
	list[0] = (uint16_t)pinfo->srcport;
	list[1] = (uint16_t)pinfo->destport;
	return ports;
}

/* Takes the IP packet at this offset. Returns whether it has to do with IPsec. */
static bool take_at(struct frame_reader *reader, tvbuff_t *frame, const uint8_t *bytes, int offset)
{
	size_t start = (size_t)offset;

	reader->taken = datagram_reader_take(reader->datagrams, bytes + start, tvb_captured_length(frame) - start,
	                                     tvb_reported_length(frame) - start) == 0;
	reader->first = reader->taken ? datagram_reader_next(reader->datagrams) : NULL;
	return reader->first != NULL && reader->first->kind != DATAGRAM_OTHER;
}

bool frame_reader_take_esp(const struct frame_reader *reader, tvbuff_t *frame, const packet_info *pinfo,
                           struct esp_packet *esp)
{
	size_t captured = tvb_captured_length(frame);

	if (pinfo->rec->rec_type != REC_TYPE_PACKET || captured == 0)
		return false;
	const uint8_t *bytes = tvb_get_ptr(frame, 0, (int)captured);
	int offset =
	        link_layer_ip_offset(link_type_of(pinfo->rec->rec_header.packet_header.pkt_encap), bytes, captured);
	if (offset < 0)
		return false;
	size_t start = (size_t)offset;
	esp->frame = pinfo->num;
	esp->time = frame_time(pinfo);
	return esp_packet_read(bytes + start, captured - start, tvb_reported_length(frame) - start, reader->named, esp);
}

void frame_reader_take(struct frame_reader *reader, tvbuff_t *frame, const packet_info *pinfo)
{
	size_t captured = tvb_captured_length(frame);

	reader->first = NULL;
	reader->taken = false;
	if (pinfo->rec->rec_type != REC_TYPE_PACKET || captured == 0)
		return;
	const uint8_t *bytes = tvb_get_ptr(frame, 0, (int)captured);
	int link_type = link_type_of(pinfo->rec->rec_header.packet_header.pkt_encap);
	int outermost = link_layer_ip_offset(link_type, bytes, captured);
	reader->ports = ports_of(reader, pinfo);
	if (outermost >= 0 && take_at(reader, frame, bytes, outermost))
		return;
	int innermost = innermost_ip_offset(pinfo, bytes, captured);
	if (innermost >= 0 && innermost != outermost)
		take_at(reader, frame, bytes, innermost);
}

const struct datagram *frame_reader_next(struct frame_reader *reader)
{
	const struct datagram *first = reader->first;

	reader->first = NULL;
	return first != NULL || !reader->taken ? first : datagram_reader_next(reader->datagrams);
}

int64_t frame_time(const packet_info *pinfo)
{
	if ((pinfo->presence_flags & PINFO_HAS_TS) == 0 || pinfo->abs_ts.secs < 0)
		return 0;
	if (pinfo->abs_ts.secs >= INT64_MAX / NANOSECONDS)
		return INT64_MAX;
	return (int64_t)pinfo->abs_ts.secs * NANOSECONDS + pinfo->abs_ts.nsecs;
}
