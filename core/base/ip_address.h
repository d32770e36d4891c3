/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IPv4 or IPv6 address, in one form so that one comparison serves both. */
#ifndef ASAPHASE_CORE_BASE_IP_ADDRESS_H
#define ASAPHASE_CORE_BASE_IP_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Longest text form with its terminating zero (INET6_ADDRSTRLEN). */
#define IP_ADDRESS_TEXT_SIZE 46

/*
 * 16 bytes in network order. IPv4 is held as ::ffff:a.b.c.d (RFC 4291 sec. 2.5.5.2), so a table key needs
 * no family member. All zero bytes mean "not set".
 */
struct ip_address {
	uint8_t bytes[16];
};

/* From 4 bytes in network order. */
struct ip_address ip_address_from_ipv4(const uint8_t bytes[4]);

/* From 16 bytes in network order. */
struct ip_address ip_address_from_ipv6(const uint8_t bytes[16]);

/* Reads "10.1.0.1" or "fd00::1". Returns 0, or -EINVAL and leaves *address unchanged. */
int ip_address_from_text(const char *text, struct ip_address *address);

/* Writes the usual text form; always zero-terminated. Returns text. */
const char *ip_address_to_text(const struct ip_address *address, char text[IP_ADDRESS_TEXT_SIZE]);

bool ip_address_is_ipv4(const struct ip_address *address);
bool ip_address_is_set(const struct ip_address *address);

static inline bool ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The 4 or 16 bytes that appear on the wire; *length becomes 4 or 16. */
const uint8_t *ip_address_wire_bytes(const struct ip_address *address, size_t *length);

#endif
