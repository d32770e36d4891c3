/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The length inference on suites and lengths of any kind. Bytes 0 to 11: encryption, key length, integrity, prf, group
 * and a spare (network order); 12 and 13: exchange type and whether it is a response; then 4 bytes a length.
 */
#include <stdlib.h>

#include "core/asa/suite.h"
#include "core/base/byte_order.h"
#include "core/catalogue/causes.h"
#include "core/wire/infer.h"
#include "tests/fuzz/fuzz_target.h"

#define CONTROL 14
#define LENGTH 4

static struct ike_suite read_suite(const uint8_t *data)
{
	return (struct ike_suite){
	        .encryption = read_be16(data),
	        .key_length = read_be16(data + 2),
	        .integrity = read_be16(data + 4),
	        .prf = read_be16(data + 6),
	        .dh_group = read_be16(data + 8),
	        .authentication = data[10],
	        .life_seconds = data[11],
	};
}

static void name_suite(const struct ike_suite *suite)
{
	char text[ASA_SUITE_TEXT_SIZE];

	asa_ikev2_encryption(suite, text);
	asa_ikev2_hash(suite, text);
	asa_ikev1_encryption(suite, text);
	asa_ikev1_hash(suite, text);
	asa_transform(suite, text);
	asa_session_encryption(suite, text);
	asa_session_hash(suite, text);
	esp_iv_length(suite);
	for (unsigned i = 0; i < 4; i++)
		esp_tunnel_overhead(suite, i & 1, i >> 1);
}

/* What follows from any length is one of the conclusions there are, and an interval that is one. */
static void check_length(const struct ike_suite *suite, uint8_t exchange_type, bool is_response, uint32_t length)
{
	struct plaintext_length plaintext = infer_plaintext_length(suite, length);

	if (plaintext.known && (plaintext.least > plaintext.most || plaintext.most > length))
		abort();
	if (infer_content(suite, exchange_type, is_response, plaintext) >= INFERRED_LAST)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < CONTROL)
		return 0;
	struct ike_suite suite = read_suite(data);
	uint8_t exchange_type = data[12];
	bool is_response = data[13] & 1;

	name_suite(&suite);
	for (uint8_t version = 0; version < 4; version++) {
		struct ike_suite as_ikev2 = ike_suite_as_ikev2(version, suite);
		name_suite(&as_ikev2);
	}
	ike_suite_prf_length(&suite);
	infer_auth_success_least(&suite);
	for (data += CONTROL, size -= CONTROL; size >= LENGTH; data += LENGTH, size -= LENGTH)
		check_length(&suite, exchange_type, is_response, read_be32(data));
	return 0;
}
