/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/infer.h"

#include <stddef.h>
#include <string.h>

/* Generic header, and the fixed parts of payloads, in bytes (RFC 7296 sec. 3.2 to 3.13). */
#define BARE_NOTIFY 8
#define WRONG_GROUP_NOTIFY 10
#define DELETE_ONE_ESP_SPI 12
#define ONE_NOTIFY_MOST 15
#define AUTH_HEADER 8
#define IDR_IPV4 12
#define SMALLEST_CHILD_SA 36 /* one AEAD cipher with key length, and no ESN */
#define TS_ONE_IPV4_RANGE 24

/* A child needs SA, nonce and two selectors; with a key exchange of the usual MODP groups it passes the second bound.
 */
#define CHILD_RESPONSE_LEAST 64
#define CHILD_REQUEST_PFS_LEAST 300

#define PROTOCOL_ESP 3

struct cipher_overhead {
	uint16_t id; /* IANA IKEv2 encryption transform */
	uint8_t iv, block, icv;
};

static const struct cipher_overhead cipher_overheads[] = {
        {2, 8, 8, 0},    /* DES-CBC */
        {3, 8, 8, 0},    /* 3DES-CBC */
        {7, 8, 8, 0},    /* Blowfish-CBC */
        {12, 16, 16, 0}, /* AES-CBC */
        {13, 8, 1, 0},   /* AES-CTR */
        {14, 8, 1, 8},   /* AES-CCM-8 */
        {15, 8, 1, 12},  /* AES-CCM-12 */
        {16, 8, 1, 16},  /* AES-CCM-16 */
        {18, 8, 1, 8},   /* AES-GCM-8 */
        {19, 8, 1, 12},  /* AES-GCM-12 */
        {20, 8, 1, 16},  /* AES-GCM-16 */
        {23, 16, 16, 0}, /* Camellia-CBC */
        {24, 8, 1, 0},   /* Camellia-CTR */
        {28, 8, 1, 16},  /* ChaCha20-Poly1305 */
};

struct id_length {
	uint16_t id;
	uint8_t length;
};

/* Length of the integrity checksum by IANA IKEv2 integrity transform. */
static const struct id_length integrity_lengths[] = {
        {1, 12}, {2, 12}, {5, 12}, {6, 16}, {7, 20}, {8, 12}, {12, 16}, {13, 24}, {14, 32},
};

/* Length of the output by IANA IKEv2 pseudorandom function. */
static const struct id_length prf_lengths[] = {
        {1, 16}, {2, 20}, {4, 16}, {5, 32}, {6, 48}, {7, 64}, {8, 16},
};

static uint8_t length_of(const struct id_length *table, size_t count, uint16_t id)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].id == id)
			return table[i].length;
	return 0;
}

static void suite_take_transform(struct ike_suite *suite, const struct ike_transform *transform)
{
	switch (transform->type) {
	case IKE_TRANSFORM_ENCRYPTION:
		suite->encryption = (uint16_t)transform->id;
		suite->key_length = transform->key_length;
		break;
	case IKE_TRANSFORM_PRF:
		suite->prf = (uint16_t)transform->id;
		break;
	case IKE_TRANSFORM_INTEGRITY:
	case IKE1_TRANSFORM_HASH:
		suite->integrity = (uint16_t)transform->id;
		break;
	case IKE_TRANSFORM_DH_GROUP:
		suite->dh_group = (uint16_t)transform->id;
		break;
	case IKE1_TRANSFORM_AUTHENTICATION_METHOD:
		suite->authentication = (uint8_t)transform->id;
		break;
	case IKE1_TRANSFORM_LIFE_SECONDS:
		suite->life_seconds = transform->id;
		break;
	default:
		break;
	}
}

bool ike_suite_read(const struct ike_message *message, struct ike_suite *suite)
{
	if (message->proposal_count != 1 || message->transform_count == 0)
		return false;
	memset(suite, 0, sizeof *suite);
	for (unsigned i = 0; i < message->transform_count; i++)
		suite_take_transform(suite, &message->transforms[i]);
	return suite->encryption != 0;
}

/* ---- IKEv1's numbers in IKEv2's ---- */

struct renumbered {
	uint16_t ikev1, ikev2;
};

/* RFC 2409 appendix A, classes 1 and 2. */
static const struct renumbered ikev1_encryption[] = {{1, 2}, {3, 7}, {5, 3}, {7, 12}, {8, 23}};
static const struct renumbered ikev1_hash[] = {{1, 1}, {2, 2}, {4, 12}, {5, 13}, {6, 14}};
/* RFC 2407 sec. 4.5, class 5. */
static const struct renumbered ikev1_esp_integrity[] = {{1, 1}, {2, 2}, {5, 12}, {6, 13}, {7, 14}, {9, 5}};

static uint16_t renumber(const struct renumbered *table, size_t count, uint16_t number)
{
	for (size_t i = 0; i < count; i++)
		if (table[i].ikev1 == number)
			return table[i].ikev2;
	return 0;
}

#define RENUMBER(table, number) renumber(table, sizeof(table) / sizeof(table)[0], number)

struct ike_suite ike_suite_as_ikev2(uint8_t version, struct ike_suite suite)
{
	if (version != 1)
		return suite;
	suite.encryption = RENUMBER(ikev1_encryption, suite.encryption);
	suite.integrity = RENUMBER(ikev1_hash, suite.integrity);
	return suite;
}

bool esp_suite_read(const struct ike_message *message, struct ike_suite *suite)
{
	if (!ike_suite_read(message, suite) || message->proposals[0].protocol != PROTOCOL_ESP)
		return false;
	/* The ciphers have the same numbers in both versions. */
	if (message->major_version == 1)
		suite->integrity = RENUMBER(ikev1_esp_integrity, suite->integrity);
	return true;
}

struct ike_overhead ike_suite_overhead(const struct ike_suite *suite)
{
	struct ike_overhead overhead = {0};
	for (size_t i = 0; i < sizeof cipher_overheads / sizeof cipher_overheads[0]; i++) {
		const struct cipher_overhead *cipher = &cipher_overheads[i];
		if (cipher->id != suite->encryption)
			continue;
		overhead.iv = cipher->iv;
		overhead.block = cipher->block;
		overhead.icv = cipher->icv;
		if (overhead.icv == 0)
			overhead.icv =
			        length_of(integrity_lengths, sizeof integrity_lengths / sizeof integrity_lengths[0],
			                  suite->integrity);
		overhead.known = overhead.icv != 0;
		break;
	}
	return overhead;
}

uint16_t ike_suite_prf_length(const struct ike_suite *suite)
{
	return length_of(prf_lengths, sizeof prf_lengths / sizeof prf_lengths[0], suite->prf);
}

struct plaintext_length infer_plaintext_length(const struct ike_suite *suite, uint32_t encrypted_length)
{
	struct plaintext_length plaintext = {0};
	struct ike_overhead overhead = ike_suite_overhead(suite);
	uint32_t around = (uint32_t)overhead.iv + overhead.icv;

	if (!overhead.known || encrypted_length < around + overhead.block)
		return plaintext;
	uint32_t padded = encrypted_length - around;
	if (padded % overhead.block != 0)
		return plaintext;
	plaintext.known = true;
	plaintext.most = padded - 1;
	plaintext.least = padded - overhead.block;
	return plaintext;
}

uint32_t infer_auth_success_least(const struct ike_suite *suite)
{
	return IDR_IPV4 + AUTH_HEADER + (uint32_t)ike_suite_prf_length(suite) + SMALLEST_CHILD_SA +
	       2 * TS_ONE_IPV4_RANGE;
}

static bool is_exactly(struct plaintext_length plaintext, uint32_t bytes)
{
	return plaintext.least == bytes && plaintext.most == bytes;
}

static enum inferred infer_informational(struct plaintext_length plaintext)
{
	if (plaintext.most < BARE_NOTIFY)
		return INFERRED_EMPTY;
	if (is_exactly(plaintext, BARE_NOTIFY))
		return INFERRED_ONE_NOTIFY;
	if (is_exactly(plaintext, DELETE_ONE_ESP_SPI))
		return INFERRED_DELETE_ESP;
	return plaintext.most <= ONE_NOTIFY_MOST && plaintext.most != plaintext.least ? INFERRED_SHORT
	                                                                              : INFERRED_NOTHING;
}

static enum inferred infer_auth_request(struct plaintext_length plaintext, uint32_t success_least)
{
	if (plaintext.least >= INFER_CERTIFICATE_LEAST)
		return INFERRED_CERTIFICATE;
	return plaintext.most >= success_least ? INFERRED_AUTH_REQUEST : INFERRED_NOTHING;
}

static enum inferred infer_auth_response(struct plaintext_length plaintext, uint32_t success_least)
{
	bool exact = plaintext.least == plaintext.most;
	if (exact ? is_exactly(plaintext, BARE_NOTIFY) : plaintext.most <= ONE_NOTIFY_MOST)
		return INFERRED_AUTH_REFUSED;
	if (plaintext.most <= ONE_NOTIFY_MOST)
		return INFERRED_NOTHING;
	if (plaintext.most < success_least)
		return INFERRED_CHILD_REFUSED;
	if (plaintext.least >= INFER_CERTIFICATE_LEAST)
		return INFERRED_CERTIFICATE;
	return plaintext.least >= success_least ? INFERRED_CHILD_UP : INFERRED_NOTHING;
}

static enum inferred infer_create_child(bool is_response, struct plaintext_length plaintext)
{
	if (!is_response)
		return plaintext.least >= CHILD_REQUEST_PFS_LEAST ? INFERRED_CHILD_REQUEST_PFS : INFERRED_CHILD_REQUEST;
	if (is_exactly(plaintext, WRONG_GROUP_NOTIFY))
		return INFERRED_WRONG_GROUP_NOTIFY;
	if (plaintext.most <= ONE_NOTIFY_MOST)
		return INFERRED_REFUSED;
	return plaintext.least >= CHILD_RESPONSE_LEAST ? INFERRED_CHILD_UP : INFERRED_NOTHING;
}

enum inferred infer_content(const struct ike_suite *suite, uint8_t exchange_type, bool is_response,
                            struct plaintext_length plaintext)
{
	if (!plaintext.known)
		return INFERRED_NOTHING;
	switch (exchange_type) {
	case IKE2_AUTH:
		return is_response ? infer_auth_response(plaintext, infer_auth_success_least(suite))
		                   : infer_auth_request(plaintext, infer_auth_success_least(suite));
	case IKE2_CREATE_CHILD_SA:
		return infer_create_child(is_response, plaintext);
	case IKE2_INFORMATIONAL:
		return infer_informational(plaintext);
	default:
		return INFERRED_NOTHING;
	}
}
