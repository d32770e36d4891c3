/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to core: packets that the capture holds twice. They are told of at their tunnel, and change nothing else. A
 * capture from both sides of a NAT holds a tunnel's packets under two pairs of addresses: those of the first to come
 * are the tunnel's, and the others stand for them.
 */
#ifndef ASAPHASE_CORE_TUNNEL_COPIED_H
#define ASAPHASE_CORE_TUNNEL_COPIED_H

#include "core/tunnel/arrival.h"

/* Puts the tunnel's own addresses in the place of those that a NAT made. Returns whether these were such. */
bool esp_packet_undo_nat(const struct tunnels *tunnels, struct esp_packet *packet);
bool datagram_undo_nat(const struct tunnels *tunnels, struct datagram *datagram);

/* Whether the packet was there before: then it has been told of, and that is all. Otherwise it is remembered. */
bool esp_packet_is_copy(struct tunnels *tunnels, const struct esp_packet *packet);
bool arrival_is_copy(struct arrival *arrival);

/* The packet that was remembered last is one of this tunnel. */
void tunnels_note_first_copy(struct tunnels *tunnels, const struct tunnel *tunnel);

/* Frees what is remembered. */
void tunnels_forget_copies(struct tunnels *tunnels);

#endif
