/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "payload_chain.h"

#include <string.h>

#include "core/base/ip_address.h"
#include "core/wire/ike.h"

#define ID_FQDN 2
#define PROTOCOL_ESP 3

static void put16(GByteArray *bytes, unsigned value)
{
	const uint8_t two[2] = {(uint8_t)(value >> 8), (uint8_t)value};
	g_byte_array_append(bytes, two, sizeof two);
}

static void put32(GByteArray *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes, value & 0xffff);
}

static void put8(GByteArray *bytes, unsigned value)
{
	const uint8_t one = (uint8_t)value;
	g_byte_array_append(bytes, &one, 1);
}

void payload_chain_begin(struct payload_chain *chain)
{
	*chain = (struct payload_chain){.bytes = g_byte_array_new()};
}

void payload_chain_end(struct payload_chain *chain)
{
	g_byte_array_unref(chain->bytes);
}

void payload_chain_add(struct payload_chain *chain, uint8_t type, const uint8_t *body, size_t length)
{
	if (chain->first == 0)
		chain->first = type;
	else
		chain->bytes->data[chain->next_of_last] = type;
	chain->next_of_last = chain->bytes->len;
	put16(chain->bytes, 0);
	put16(chain->bytes, (unsigned)length + 4);
	g_byte_array_append(chain->bytes, body, (guint)length);
}

static void put_address(GByteArray *bytes, const char *text)
{
	struct ip_address address;
	size_t length;

	g_assert_cmpint(ip_address_from_text(text, &address), ==, 0);
	const uint8_t *wire = ip_address_wire_bytes(&address, &length);
	g_byte_array_append(bytes, wire, (guint)length);
}

static void add_body(struct payload_chain *chain, uint8_t type, GByteArray *body)
{
	payload_chain_add(chain, type, body->data, body->len);
	g_byte_array_unref(body);
}

void payload_chain_add_selector(struct payload_chain *chain, uint8_t type, const char *first, const char *last)
{
	GByteArray *body = g_byte_array_new();
	bool is_ipv6 = strchr(first, ':') != NULL;

	put32(body, 1u << 24);
	put8(body, is_ipv6 ? 8 : 7);
	put8(body, 0);
	put16(body, is_ipv6 ? 40 : 16);
	put16(body, 0);
	put16(body, 0xffff);
	put_address(body, first);
	put_address(body, last);
	add_body(chain, type, body);
}

static void put_transform(GByteArray *bytes, bool more, unsigned type, unsigned id, unsigned key_length)
{
	put8(bytes, more ? 3 : 0);
	put8(bytes, 0);
	put16(bytes, key_length != 0 ? 12 : 8);
	put8(bytes, type);
	put8(bytes, 0);
	put16(bytes, id);
	if (key_length != 0) {
		put16(bytes, 0x800e);
		put16(bytes, key_length);
	}
}

void payload_chain_add_esp(struct payload_chain *chain, uint32_t spi, uint16_t encryption, uint16_t key_length,
                           uint16_t integrity, uint16_t group)
{
	GByteArray *transforms = g_byte_array_new(), *body = g_byte_array_new();
	unsigned count = 2;

	put_transform(transforms, true, IKE_TRANSFORM_ENCRYPTION, encryption, key_length);
	if (integrity != 0) {
		put_transform(transforms, true, IKE_TRANSFORM_INTEGRITY, integrity, 0);
		count++;
	}
	if (group != 0) {
		put_transform(transforms, true, IKE_TRANSFORM_DH_GROUP, group, 0);
		count++;
	}
	put_transform(transforms, false, IKE_TRANSFORM_ESN, 0, 0);
	put16(body, 0);
	put16(body, 12 + transforms->len);
	put8(body, 1);
	put8(body, PROTOCOL_ESP);
	put8(body, 4);
	put8(body, count);
	put32(body, spi);
	g_byte_array_append(body, transforms->data, transforms->len);
	g_byte_array_unref(transforms);
	add_body(chain, IKE2_PAYLOAD_SA, body);
}

void payload_chain_add_name(struct payload_chain *chain, uint8_t type, const char *name)
{
	GByteArray *body = g_byte_array_new();

	put32(body, (uint32_t)ID_FQDN << 24);
	g_byte_array_append(body, (const uint8_t *)name, (guint)strlen(name));
	add_body(chain, type, body);
}

void payload_chain_add_auth(struct payload_chain *chain, uint8_t method)
{
	const uint8_t body[8] = {method};
	payload_chain_add(chain, IKE2_PAYLOAD_AUTH, body, sizeof body);
}

void payload_chain_add_delete(struct payload_chain *chain, uint32_t spi)
{
	GByteArray *body = g_byte_array_new();

	put8(body, PROTOCOL_ESP);
	put8(body, 4);
	put16(body, 1);
	put32(body, spi);
	add_body(chain, IKE2_PAYLOAD_DELETE, body);
}
