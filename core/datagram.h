/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an IP packet to what an IPsec peer would take it for: IKE, ESP, a NAT keepalive, an ICMP error about
 * one of those, or something else. RFC 791, RFC 8200, RFC 3948 (UDP encapsulation), RFC 9329 (TCP encapsulation).
 */
#ifndef ASAPHASE_CORE_DATAGRAM_H
#define ASAPHASE_CORE_DATAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/ip_address.h"

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
};

struct datagram {
	enum datagram_kind kind;
	enum encapsulation encapsulation;
	struct ip_address source;
	struct ip_address destination;
	uint16_t source_port; /* host order; 0 for protocol 50 */
	uint16_t destination_port;
	uint32_t ip_length;     /* whole IP packet on the wire in bytes, as a netfilter counter sees it */
	const uint8_t *payload; /* points into the caller's bytes */
	size_t captured;        /* payload bytes that can be read */
	size_t length;          /* payload bytes on the wire, >= captured */
	bool first_fragment; /* more fragments follow: length is that of the whole payload only if the header says so */
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

#endif
