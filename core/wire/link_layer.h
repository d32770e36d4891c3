/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a captured link-layer frame to the IP packet inside it. */
#ifndef ASAPHASE_CORE_WIRE_LINK_LAYER_H
#define ASAPHASE_CORE_WIRE_LINK_LAYER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Finds where the IP header starts.
 *
 * link_type is the LINKTYPE_ number of the capture (https://www.tcpdump.org/linktypes.html): Ethernet (1, with any
 * number of VLAN tags up to 4, and PPPoE sessions), raw IP (101, and 12, 14, 228, 229), Linux cooked v1 (113) and v2
 * (276), null and loop (0, 108), PPP (9, 50) and PPPoE (51).
 *
 * Returns the offset of the IP header in frame, or
 *   -ENOTSUP  link type not known here,
 *   -ENODATA  the frame holds no IPv4 or IPv6,
 *   -EBADMSG  the frame was cut before the IP header.
 */
int link_layer_ip_offset(int link_type, const uint8_t *frame, size_t captured);

#endif
