/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an IP packet to what an IPsec peer would take it for: IKE, ESP, a NAT keepalive, an ICMP error about
 * one of those, or something else. RFC 791, RFC 8200, RFC 3948 (UDP encapsulation), RFC 9329 (TCP encapsulation).
 */
#ifndef ASAPHASE_CORE_WIRE_DATAGRAM_H
#define ASAPHASE_CORE_WIRE_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/byte_order.h"
#include "core/base/ip_address.h"

#define IKE_PORT 500
#define NAT_TRAVERSAL_PORT 4500
#define SYSLOG_PORT 514

/* How many ports besides 500 and 4500 a user may name for each use. */
#define DATAGRAM_EXTRA_PORTS 8

/* Where IKE and UDP-encapsulated ESP are looked for. A zero entry ends each list. */
struct datagram_ports {
	uint16_t ike[DATAGRAM_EXTRA_PORTS];           /* plain IKE, besides 500 */
	uint16_t nat_traversal[DATAGRAM_EXTRA_PORTS]; /* non-ESP marker or ESP, besides 4500 */
};

enum datagram_kind {
	DATAGRAM_OTHER,         /* nothing to do with IPsec */
	DATAGRAM_IKE,           /* payload is an IKE message, non-ESP marker already skipped */
	DATAGRAM_ESP,           /* payload starts with the SPI */
	DATAGRAM_NAT_KEEPALIVE, /* the single 0xff byte of RFC 3948 sec. 2.3 */
	DATAGRAM_ICMP_ERROR,    /* an ICMP error that quotes IKE or ESP: see quoted */
	DATAGRAM_SYSLOG,        /* UDP 514: payload is the message */
	DATAGRAM_FRAGMENT,      /* a fragment after the first of an IP packet: no ports to look at */
};

enum encapsulation {
	ENCAPSULATION_NONE, /* IP protocol 50, or IKE on a plain port */
	ENCAPSULATION_UDP,
	ENCAPSULATION_TCP,
};

enum icmp_meaning {
	ICMP_NONE,
	ICMP_TOO_BIG,     /* fragmentation needed (type 3 code 4), ICMPv6 packet too big */
	ICMP_UNREACHABLE, /* any other destination unreachable */
};

/* The packet that an ICMP error quotes. Addresses as in the quoted packet, that is, towards the unreachable side. */
struct icmp_quote {
	enum icmp_meaning meaning;
	uint32_t mtu; /* next-hop MTU in bytes, 0 where not given */
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi; /* of the quoted ESP packet; 0 where the quote is too short, or is of IKE */
};

/* A piece of an IP packet, as its header says. */
struct ip_fragment {
	const uint8_t *bytes;    /* of the packet's payload; points into the caller's bytes */
	size_t captured;         /* that can be read */
	size_t length;           /* on the wire */
	uint32_t offset;         /* of bytes in the whole payload */
	uint32_t identification; /* the same in all pieces of a packet */
	uint8_t protocol;
	bool more; /* others follow behind this one */
};

/* What a TCP segment adds to its stream. */
struct tcp_segment {
	const uint8_t *bytes; /* points into the caller's bytes */
	size_t captured;
	size_t length;
	uint32_t sequence; /* of the first byte */
	bool begins;       /* SYN: the stream starts at sequence + 1 */
};

/* From the last eight bytes, which end at end: it differs between ESP packets with the same numbers. */
static inline uint32_t esp_tail(const uint8_t *end)
{
	return read_be32(end - 8) * UINT32_C(0x9e3779b1) ^ read_be32(end - 4);
}

struct datagram {
	enum datagram_kind kind;
	enum encapsulation encapsulation;
	struct ip_address source;
	struct ip_address destination;
	uint16_t source_port; /* host order; 0 for protocol 50 */
	uint16_t destination_port;
	uint32_t ip_length;     /* whole IP packet on the wire in bytes, as a netfilter counter sees it */
	uint32_t tail;          /* of ESP: esp_tail() of what was captured */
	uint8_t hops_left;      /* TTL or hop limit: each router takes one */
	const uint8_t *payload; /* points into the caller's bytes */
	size_t captured;        /* payload bytes that can be read */
	size_t length;          /* payload bytes on the wire, >= captured */
	bool first_fragment; /* more fragments follow: length is that of the whole payload only if the header says so */
	bool is_fragment;    /* fragment is set */
	bool is_segment;     /* TCP on a port of IKE: segment is set */
	bool completes;      /* the whole of what a first fragment has shown in part; only from datagram_reader.h */
	union {
		struct ip_fragment fragment;
		struct tcp_segment segment;
	};
	struct icmp_quote quoted;
};

/*
 * Reads the IP packet of which captured bytes are at packet and which had wire_length bytes on the wire.
 * ports may be NULL: 500 and 4500 only. Never reads past captured.
 *
 * Returns 0 with *datagram filled (kind may be DATAGRAM_OTHER), or -EBADMSG where the IP, UDP or TCP header is
 * cut or malformed; *datagram then holds what was read before, with kind DATAGRAM_OTHER.
 */
int datagram_read(const uint8_t *packet, size_t captured, size_t wire_length, const struct datagram_ports *ports,
                  struct datagram *datagram);

/* ---- for datagram_reader.h, which puts pieces together ---- */

/* The datagram whose IP payload, length bytes, was put together from fragments; fragment is one of them. */
int datagram_read_payload(const struct datagram *fragment, const uint8_t *payload, size_t length,
                          const struct datagram_ports *ports, struct datagram *datagram);

/* One message of a TCP stream, without its length field (RFC 9329 sec. 3). ip_length becomes length. */
void datagram_read_framed(const struct datagram *segment, const uint8_t *message, size_t captured, size_t length,
                          struct datagram *datagram);

/* Whether a segment starts with a frame, as far as can be told: frames fill it, or the first one is IKE. */
bool datagram_starts_with_frame(const struct tcp_segment *segment);

#endif
