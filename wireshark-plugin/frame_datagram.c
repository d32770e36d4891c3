/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/frame_datagram.h"

#include <errno.h>

#include "core/link_layer.h"

#define HIGHEST_LINK_TYPE 300
#define NO_LINK_TYPE (-1)
#define NANOSECONDS INT64_C(1000000000)
/* Where the source address stands in an IP header: RFC 791 sec. 3.1, RFC 8200 sec. 3. */
#define IPV4_SOURCE_OFFSET 12
#define IPV6_SOURCE_OFFSET 8

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

/* Ports that the user had decoded as NAT traversal or IKE (Decode As …) are meant so. */
static bool read_as_decoded(const uint8_t *packet, size_t captured, size_t length, const packet_info *pinfo,
                            struct datagram *datagram)
{
	struct datagram_ports ports = {{0}, {0}};
	bool nat_traversal = proto_is_frame_protocol(pinfo->layers, "udpencap");

	if (pinfo->ptype != PT_UDP || (!nat_traversal && !proto_is_frame_protocol(pinfo->layers, "isakmp")))
		return false;
	uint16_t *list = nat_traversal ? ports.nat_traversal : ports.ike;
	list[0] = (uint16_t)pinfo->srcport;
	list[1] = (uint16_t)pinfo->destport;
	return datagram_read(packet, captured, length, &ports, datagram) == 0 && datagram->kind != DATAGRAM_OTHER;
}

/* Whether the IP packet at this offset has to do with IPsec. */
static bool read_at(const uint8_t *frame, size_t captured, size_t length, int offset, const packet_info *pinfo,
                    const struct datagram_ports *ports, struct datagram *datagram)
{
	const uint8_t *packet = frame + offset;

	captured -= (size_t)offset;
	length -= (size_t)offset;
	if (datagram_read(packet, captured, length, ports, datagram) != 0)
		return false;
	return datagram->kind != DATAGRAM_OTHER || read_as_decoded(packet, captured, length, pinfo, datagram);
}

bool frame_datagram_read(tvbuff_t *frame, const packet_info *pinfo, const struct datagram_ports *ports,
                         struct datagram *datagram)
{
	if (pinfo->rec->rec_type != REC_TYPE_PACKET)
		return false;
	size_t captured = tvb_captured_length(frame), length = tvb_reported_length(frame);
	if (captured == 0)
		return false;
	const uint8_t *bytes = tvb_get_ptr(frame, 0, (int)captured);
	int outermost =
	        link_layer_ip_offset(link_type_of(pinfo->rec->rec_header.packet_header.pkt_encap), bytes, captured);
	if (outermost >= 0 && read_at(bytes, captured, length, outermost, pinfo, ports, datagram))
		return true;
	int innermost = innermost_ip_offset(pinfo, bytes, captured);
	return innermost >= 0 && innermost != outermost &&
	       read_at(bytes, captured, length, innermost, pinfo, ports, datagram);
}

int64_t frame_time(const packet_info *pinfo)
{
	if ((pinfo->presence_flags & PINFO_HAS_TS) == 0 || pinfo->abs_ts.secs < 0)
		return 0;
	if (pinfo->abs_ts.secs >= INT64_MAX / NANOSECONDS)
		return INT64_MAX;
	return (int64_t)pinfo->abs_ts.secs * NANOSECONDS + pinfo->abs_ts.nsecs;
}
