/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Puts IP fragments together: RFC 791 sec. 3.2, RFC 8200 sec. 4.5. Bounded: so many packets at a time, each of at most
 * 65,535 bytes; the one whose last piece is oldest gives way. Pieces that overlap with other bytes, or contradict one
 * another about the end, spoil their packet (RFC 5722). Not thread-safe.
 */
#ifndef ASAPHASE_CORE_WIRE_IP_FRAGMENTS_H
#define ASAPHASE_CORE_WIRE_IP_FRAGMENTS_H

#include "core/wire/datagram.h"

#define IP_FRAGMENTS_PACKETS 64
#define IP_FRAGMENTS_PIECES 128 /* of one packet */

struct ip_fragments;

struct ip_fragments *ip_fragments_new(void);
void ip_fragments_free(struct ip_fragments *fragments);

/* A packet whose last missing piece has come. */
struct ip_whole {
	const uint8_t *bytes; /* its payload; valid until the next call */
	size_t length;
	bool first_was_read; /* its first piece was, alone, a datagram with an IKE header or an SPI */
};

/*
 * Takes one piece: a datagram with is_fragment set. Returns true with *whole filled where it completes its packet.
 * A piece that the capture has cut is of no use.
 */
bool ip_fragments_take(struct ip_fragments *fragments, const struct datagram *datagram, struct ip_whole *whole);

#endif
