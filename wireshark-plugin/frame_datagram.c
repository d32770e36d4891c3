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
	if (outermost >= 0 &&
	    datagram_read(bytes + outermost, captured - (size_t)outermost, length - (size_t)outermost, ports,
	                  datagram) == 0 &&
	    datagram->kind != DATAGRAM_OTHER)
		return true;
	int innermost = innermost_ip_offset(pinfo, bytes, captured);
	if (innermost < 0 || innermost == outermost)
		return false;
	return datagram_read(bytes + innermost, captured - (size_t)innermost, length - (size_t)innermost, ports,
	                     datagram) == 0;
}

int64_t frame_time(const packet_info *pinfo)
{
	if ((pinfo->presence_flags & PINFO_HAS_TS) == 0 || pinfo->abs_ts.secs < 0)
		return 0;
	if (pinfo->abs_ts.secs >= INT64_MAX / NANOSECONDS)
		return INT64_MAX;
	return (int64_t)pinfo->abs_ts.secs * NANOSECONDS + pinfo->abs_ts.nsecs;
}
