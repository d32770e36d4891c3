/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NAT detection without keys: RFC 7296 sec. 2.23, RFC 3947 sec. 3.2. */
#include "core/tunnel/ike_sa.h"

#include <glib.h>
#include <string.h>

#define LONGEST_HASH 64

/* IKEv1 uses the negotiated hash: its length tells which. IKEv2 always SHA-1. */
static const struct {
	uint8_t length;
	GChecksumType type;
} hashes[] = {
        {16, G_CHECKSUM_MD5},    {20, G_CHECKSUM_SHA1},   {32, G_CHECKSUM_SHA256},
        {48, G_CHECKSUM_SHA384}, {64, G_CHECKSUM_SHA512},
};

static void put_be64(uint64_t value, uint8_t *bytes)
{
	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> (56 - 8 * i));
}

/* Hash(SPIi | SPIr | IP | port). Returns false for a hash length nobody uses. */
static bool address_hash(const struct ike_message *message, const struct ip_address *address, uint16_t port,
                         uint8_t length, uint8_t hash[LONGEST_HASH])
{
	uint8_t input[8 + 8 + 16 + 2];
	size_t address_length;
	const uint8_t *address_bytes = ip_address_wire_bytes(address, &address_length);

	put_be64(message->initiator_spi, input);
	put_be64(message->responder_spi, input + 8);
	memcpy(input + 16, address_bytes, address_length);
	input[16 + address_length] = (uint8_t)(port >> 8);
	input[17 + address_length] = (uint8_t)port;
	for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++) {
		if (hashes[i].length != length)
			continue;
		GChecksum *checksum = g_checksum_new(hashes[i].type);
		gsize written = LONGEST_HASH;
		g_checksum_update(checksum, input, (gssize)(18 + address_length));
		g_checksum_get_digest(checksum, hash, &written);
		g_checksum_free(checksum);
		return true;
	}
	return false;
}

void ike_sa_check_nat(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	const struct datagram *datagram = arrival->datagram;
	bool seen = false;
	bool matches = false;

	for (unsigned i = 0; i < message->nat_hash_count; i++) {
		const struct ike_nat_hash *claimed = &message->nat_hashes[i];
		uint8_t own[LONGEST_HASH];
		if (!claimed->of_source ||
		    !address_hash(message, &datagram->source, datagram->source_port, claimed->length, own))
			continue;
		seen = true;
		matches = matches || memcmp(own, claimed->bytes, claimed->length) == 0;
	}
	if (!seen)
		return;
	arrival->annotation->nat_checked = true;
	sa->nat.seen[arrival->side] = true;
	sa->nat.source_differs[arrival->side] = !matches;
}

/* RFC 1918 and RFC 4193: a NAT between two such addresses is rather a claim. */
static bool is_private(const struct ip_address *address)
{
	size_t length;
	const uint8_t *bytes = ip_address_wire_bytes(address, &length);
	if (length == 16)
		return (bytes[0] & 0xfe) == 0xfc;
	return bytes[0] == 10 || (bytes[0] == 172 && (bytes[1] & 0xf0) == 16) || (bytes[0] == 192 && bytes[1] == 168);
}

enum nat tunnel_nat(const struct tunnel *tunnel)
{
	const struct ike_sa *sa = NULL;
	for (unsigned i = tunnel->ike_sa_count; i-- > 0 && sa == NULL;)
		if (tunnel->ike_sas[i]->nat.seen[0] || tunnel->ike_sas[i]->nat.seen[1])
			sa = tunnel->ike_sas[i];
	if (sa == NULL)
		return NAT_UNKNOWN;
	bool asa = sa->nat.source_differs[tunnel->asa_side];
	bool peer = sa->nat.source_differs[!tunnel->asa_side];
	if (asa && peer)
		return is_private(&tunnel->address[0]) && is_private(&tunnel->address[1]) ? NAT_FORCED : NAT_BOTH;
	return asa ? NAT_ASA : peer ? NAT_PEER : NAT_NONE;
}

const char *nat_name(enum nat nat)
{
	static const char *const names[] = {
	        [NAT_ASA] = "asa",
	        [NAT_PEER] = "peer",
	        [NAT_BOTH] = "both",
	        [NAT_FORCED] = "forced",
	};
	return nat < sizeof names / sizeof names[0] ? names[nat] : NULL;
}
