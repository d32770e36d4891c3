/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: one packet of any kind into the state of its tunnel. The rules are asked by whoever hands it over.
 */
#ifndef ASAPHASE_CORE_TUNNEL_PACKET_H
#define ASAPHASE_CORE_TUNNEL_PACKET_H

#include "core/tunnel/arrival.h"

/* Takes the packet in arrival->datagram. annotate: whether anybody reads more of the annotation than the tunnel's
 * number. arrival->judge says whether the rules are to be asked. */
void tunnels_take_packet(struct arrival *arrival, bool annotate);

/* ike.c: an IKE message. */
void tunnel_add_ike(struct arrival *arrival, bool annotate);

/* What a router last said so long ago tells nothing of now. Senders forget a path's MTU after ten minutes (RFC 1191
 * sec. 6.3) and then have to be told anew. */
#define TOO_BIG_FORGOTTEN (300 * NANOSECONDS)

#endif
