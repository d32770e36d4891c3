/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a frame that Wireshark has dissected to core's datagram. */
#ifndef ASAPHASE_WIRESHARK_FRAME_DATAGRAM_H
#define ASAPHASE_WIRESHARK_FRAME_DATAGRAM_H

#include "core/datagram.h"
#include "wireshark-plugin/epan_versions.h"

/*
 * Reads the IP packet in a frame. frame is the whole frame's buffer, as a post-dissector gets it. The outermost IP
 * packet counts; where that is nothing to do with IPsec, or the link layer is unknown to core, the innermost that
 * Wireshark found (MPLS, VXLAN, ERSPAN, 802.11 …). UDP ports that the user had decoded as IKE or NAT traversal count as
 * such besides ports.
 *
 * Returns false where the frame holds no such packet. datagram points into the frame's bytes, which live
 * as long as this dissection.
 */
bool frame_datagram_read(tvbuff_t *frame, const packet_info *pinfo, const struct datagram_ports *ports,
                         struct datagram *datagram);

/* The frame's time in nanoseconds since the epoch, held within what 64 bits can say; 0 where it has none. */
int64_t frame_time(const packet_info *pinfo);

#endif
