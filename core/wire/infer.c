/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/infer.h"

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
