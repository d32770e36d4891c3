/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the children of a tunnel and which SPIs belong to each. */
#ifndef ASAPHASE_CORE_TUNNEL_CHILDREN_H
#define ASAPHASE_CORE_TUNNEL_CHILDREN_H

#include "core/tunnel/arrival.h"

/* A child came up: makes room for its SPIs. */
void tunnel_add_child(const struct arrival *arrival);

/* The child that seemed to have come up last was none; returns false where it has an SPI by now. */
bool tunnel_drop_empty_child(struct tunnel *tunnel);

/*
 * SPIs read from a decrypted exchange, for the child that was added last: the one in packets that requester sends, and
 * the one in packets that the other side sends.
 */
void tunnel_pair_child(struct tunnel *tunnel, uint8_t requester, uint32_t from_requester, uint32_t from_other);

/* Where only timing can tell: gives the SPI to a child that still lacks one of this side, or to a new one. */
void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time);

/* As tunnel_child(), to be changed. */
struct child_sa *tunnel_find_child(struct tunnel *tunnel, unsigned side, uint32_t spi);

/* The same, and soonest where the last packet of this side was on the same SPI. */
struct child_sa *tunnel_child_of_packet(struct tunnel *tunnel, unsigned side, uint32_t spi);

/* Takes what a decrypted message agrees on; requester sent the request that it answers. */
void child_agreement_read(const struct ike_message *message, uint8_t requester, struct child_agreement *agreement);

/* The same for the child that was added last. */
void tunnel_note_agreement(struct tunnel *tunnel, const struct child_agreement *agreement);

/* A decrypted Delete: its sender no longer receives on these SPIs. */
void tunnel_note_deleted(const struct arrival *arrival);

/* Frees what the children own. */
void tunnel_free_children(struct tunnel *tunnel);

#endif
