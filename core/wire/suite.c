/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/suite.h"

#include <stddef.h>
#include <string.h>

#include "core/wire/cipher.h"

#define PROTOCOL_ESP 3

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
	const struct cipher *cipher = cipher_find(suite->encryption);
	const struct integrity *integrity = integrity_find(suite->integrity);
	struct ike_overhead overhead = {0};

	if (cipher == NULL || cipher->use != CIPHER_FOR_BOTH)
		return overhead;
	overhead.iv = cipher->iv;
	overhead.block = cipher->block;
	overhead.icv = cipher->icv;
	if (overhead.icv == 0 && integrity != NULL)
		overhead.icv = integrity->icv;
	overhead.known = overhead.icv != 0;
	return overhead;
}

uint16_t ike_suite_prf_length(const struct ike_suite *suite)
{
	const struct prf *prf = prf_find(suite->prf);

	return prf != NULL ? prf->output : 0;
}
