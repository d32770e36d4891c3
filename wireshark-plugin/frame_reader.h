/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From frames that Wireshark has dissected to core's datagrams: a frame may complete none, one or several. */
#ifndef ASAPHASE_WIRESHARK_FRAME_READER_H
#define ASAPHASE_WIRESHARK_FRAME_READER_H

#include "core/wire/datagram_reader.h"
#include "core/wire/esp_packet.h"
#include "wireshark-plugin/epan_versions.h"

/* Holds the fragments and TCP streams of one capture file. */
struct frame_reader;

/* ports must outlive the reader. */
struct frame_reader *frame_reader_new(const struct datagram_ports *ports);
void frame_reader_free(struct frame_reader *reader);

/*
 * Takes a frame, once and in order of capture. frame is the whole frame's buffer, as a post-dissector gets it. The
 * outermost IP packet counts; where that is nothing to do with IPsec, or the link layer is unknown to core, the
 * innermost that Wireshark found (MPLS, VXLAN, ERSPAN, 802.11 …). UDP ports that the user had decoded as IKE or NAT
 * traversal count as such besides ports.
 */
void frame_reader_take(struct frame_reader *reader, tvbuff_t *frame, const packet_info *pinfo);

/*
 * The short way for what is ESP at first sight: returns whether the frame is, with *esp filled in. Then there is no
 * need to take it.
 */
bool frame_reader_take_esp(const struct frame_reader *reader, tvbuff_t *frame, const packet_info *pinfo,
                           struct esp_packet *esp);

/*
 * The next datagram that the frame taken last gives; NULL where there are no more, and for a frame without IP. Valid
 * until the next call of either function, and no longer than this dissection. See datagram_reader_next().
 */
const struct datagram *frame_reader_next(struct frame_reader *reader);

/* The frame's time in nanoseconds since the epoch, held within what 64 bits can say; 0 where it has none. */
int64_t frame_time(const packet_info *pinfo);

#endif
