/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <string.h>

#include "core/wire/infer.h"

#define HEADERS 32 /* IKE header and SK header */

static const struct ike_suite cbc_sha1 = {.encryption = 12, .key_length = 256, .integrity = 2, .prf = 2};
static const struct ike_suite cbc_sha256 = {.encryption = 12, .key_length = 256, .integrity = 12, .prf = 5};
static const struct ike_suite cbc_sha384 = {.encryption = 12, .key_length = 256, .integrity = 13, .prf = 6};
static const struct ike_suite cbc_sha512 = {.encryption = 12, .key_length = 256, .integrity = 14, .prf = 7};
static const struct ike_suite triple_des = {.encryption = 3, .integrity = 2, .prf = 2};
static const struct ike_suite gcm = {.encryption = 20, .key_length = 256, .prf = 5};

/* Message lengths as measured on real exchanges, and what each must hold. */
static const struct {
	const struct ike_suite *suite;
	uint32_t length;
	uint8_t exchange_type;
	bool is_response;
	enum inferred holds;
} measured[] = {
        {&cbc_sha1, 76, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha256, 80, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha384, 88, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&cbc_sha512, 96, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&triple_des, 60, IKE2_INFORMATIONAL, false, INFERRED_EMPTY},
        {&triple_des, 68, IKE2_INFORMATIONAL, false, INFERRED_SHORT},
        {&gcm, 57, IKE2_INFORMATIONAL, false, INFERRED_EMPTY},
        {&gcm, 65, IKE2_INFORMATIONAL, false, INFERRED_ONE_NOTIFY},
        {&gcm, 69, IKE2_INFORMATIONAL, false, INFERRED_DELETE_ESP},
        {&gcm, 67, IKE2_CREATE_CHILD_SA, true, INFERRED_WRONG_GROUP_NOTIFY},
        {&gcm, 65, IKE2_CREATE_CHILD_SA, true, INFERRED_REFUSED},
        {&cbc_sha256, 80, IKE2_CREATE_CHILD_SA, true, INFERRED_REFUSED},
        {&cbc_sha256, 80, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&cbc_sha1, 76, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&gcm, 65, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&triple_des, 68, IKE2_AUTH, true, INFERRED_AUTH_REFUSED},
        {&cbc_sha256, 128, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha256, 144, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha1, 140, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&gcm, 133, IKE2_AUTH, true, INFERRED_CHILD_REFUSED},
        {&cbc_sha256, 224, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&cbc_sha256, 240, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&gcm, 209, IKE2_AUTH, true, INFERRED_CHILD_UP},
        {&gcm, 1200, IKE2_AUTH, false, INFERRED_CERTIFICATE},
};

static void measured_lengths_hold_what_was_inside(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(measured); i++) {
		struct plaintext_length plaintext =
		        infer_plaintext_length(measured[i].suite, measured[i].length - HEADERS);
		g_test_message("row %u, length %u", i, measured[i].length);
		g_assert_cmpint(
		        infer_content(measured[i].suite, measured[i].exchange_type, measured[i].is_response, plaintext),
		        ==, measured[i].holds);
	}
}

static void aead_gives_the_payload_length_exactly(void)
{
	struct plaintext_length plaintext = infer_plaintext_length(&gcm, 209 - HEADERS);
	g_assert_true(plaintext.known);
	g_assert_cmpuint(plaintext.least, ==, 152);
	g_assert_cmpuint(plaintext.most, ==, 152);
}

static void cbc_gives_an_interval_of_one_block(void)
{
	struct plaintext_length plaintext = infer_plaintext_length(&cbc_sha256, 80 - HEADERS);
	g_assert_cmpuint(plaintext.least, ==, 0);
	g_assert_cmpuint(plaintext.most, ==, 15);
}

static void a_length_that_no_padding_gives_is_not_inferred_from(void)
{
	g_assert_false(infer_plaintext_length(&cbc_sha256, 81 - HEADERS).known);
	g_assert_false(infer_plaintext_length(&cbc_sha256, 20).known);
	g_assert_false(infer_plaintext_length(&gcm, 24).known);
}

static void an_unknown_suite_gives_nothing(void)
{
	const struct ike_suite unknown = {.encryption = 999, .prf = 5};
	struct plaintext_length plaintext = infer_plaintext_length(&unknown, 100);
	g_assert_false(plaintext.known);
	g_assert_cmpint(infer_content(&unknown, IKE2_AUTH, true, plaintext), ==, INFERRED_NOTHING);
}

static void an_eap_payload_of_odd_size_is_no_refusal_under_aead(void)
{
	struct plaintext_length plaintext = {.known = true, .least = 9, .most = 9};
	g_assert_cmpint(infer_content(&gcm, IKE2_AUTH, true, plaintext), ==, INFERRED_NOTHING);
}

static void the_success_bound_follows_the_prf(void)
{
	g_assert_cmpuint(infer_auth_success_least(&cbc_sha256), ==, 12 + 8 + 32 + 36 + 24 + 24);
	g_assert_cmpuint(infer_auth_success_least(&cbc_sha1), ==, 12 + 8 + 20 + 36 + 24 + 24);
}

static void a_message_with_several_proposals_chose_nothing(void)
{
	struct ike_message message = {.proposal_count = 2, .transform_count = 1};
	struct ike_suite suite;
	g_assert_false(ike_suite_read(&message, &suite));
}

/* ---- each bound: just below it, and at it ---- */

/* The success bound of this suite's PRF, 136 bytes. */
#define SUCCESS_LEAST (12 + 8 + 32 + 36 + 24 + 24)

static const struct {
	uint8_t exchange_type;
	bool is_response;
	uint32_t least, most; /* the same: AEAD */
	enum inferred holds;
} bounds[] = {
        {IKE2_INFORMATIONAL, false, 0, 0, INFERRED_EMPTY},
        {IKE2_INFORMATIONAL, false, 7, 7, INFERRED_EMPTY},
        {IKE2_INFORMATIONAL, false, 0, 7, INFERRED_EMPTY},
        {IKE2_INFORMATIONAL, false, 0, 8, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, true, 8, 8, INFERRED_ONE_NOTIFY},
        {IKE2_INFORMATIONAL, false, 8, 9, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, false, 9, 9, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, false, 10, 10, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, false, 11, 11, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, true, 12, 12, INFERRED_DELETE_ESP},
        {IKE2_INFORMATIONAL, false, 11, 12, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, false, 12, 13, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, false, 13, 13, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, false, 15, 15, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, false, 8, 15, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, false, 0, 15, INFERRED_SHORT},
        {IKE2_INFORMATIONAL, false, 1, 16, INFERRED_NOTHING},
        {IKE2_INFORMATIONAL, false, 16, 16, INFERRED_NOTHING},

        {IKE2_AUTH, false, SUCCESS_LEAST - 1, SUCCESS_LEAST - 1, INFERRED_NOTHING},
        {IKE2_AUTH, false, SUCCESS_LEAST, SUCCESS_LEAST, INFERRED_AUTH_REQUEST},
        {IKE2_AUTH, false, SUCCESS_LEAST - 16, SUCCESS_LEAST - 1, INFERRED_NOTHING},
        {IKE2_AUTH, false, SUCCESS_LEAST - 15, SUCCESS_LEAST, INFERRED_AUTH_REQUEST},
        {IKE2_AUTH, false, 511, 511, INFERRED_AUTH_REQUEST},
        {IKE2_AUTH, false, 512, 512, INFERRED_CERTIFICATE},
        {IKE2_AUTH, false, 511, 526, INFERRED_AUTH_REQUEST},
        {IKE2_AUTH, false, 512, 527, INFERRED_CERTIFICATE},

        {IKE2_AUTH, true, 7, 7, INFERRED_NOTHING},
        {IKE2_AUTH, true, 8, 8, INFERRED_AUTH_REFUSED},
        {IKE2_AUTH, true, 9, 9, INFERRED_NOTHING},
        {IKE2_AUTH, true, 15, 15, INFERRED_NOTHING},
        {IKE2_AUTH, true, 16, 16, INFERRED_CHILD_REFUSED},
        {IKE2_AUTH, true, 8, 15, INFERRED_AUTH_REFUSED},
        {IKE2_AUTH, true, 0, 15, INFERRED_AUTH_REFUSED},
        {IKE2_AUTH, true, 1, 16, INFERRED_CHILD_REFUSED},
        {IKE2_AUTH, true, SUCCESS_LEAST - 1, SUCCESS_LEAST - 1, INFERRED_CHILD_REFUSED},
        {IKE2_AUTH, true, SUCCESS_LEAST, SUCCESS_LEAST, INFERRED_CHILD_UP},
        {IKE2_AUTH, true, SUCCESS_LEAST - 16, SUCCESS_LEAST - 1, INFERRED_CHILD_REFUSED},
        {IKE2_AUTH, true, SUCCESS_LEAST - 15, SUCCESS_LEAST, INFERRED_NOTHING},
        {IKE2_AUTH, true, SUCCESS_LEAST - 1, SUCCESS_LEAST + 14, INFERRED_NOTHING},
        {IKE2_AUTH, true, SUCCESS_LEAST, SUCCESS_LEAST + 15, INFERRED_CHILD_UP},
        {IKE2_AUTH, true, 511, 526, INFERRED_CHILD_UP},
        {IKE2_AUTH, true, 512, 527, INFERRED_CERTIFICATE},
        {IKE2_AUTH, true, 512, 512, INFERRED_CERTIFICATE},

        {IKE2_CREATE_CHILD_SA, false, 0, 0, INFERRED_CHILD_REQUEST},
        {IKE2_CREATE_CHILD_SA, false, 299, 299, INFERRED_CHILD_REQUEST},
        {IKE2_CREATE_CHILD_SA, false, 300, 300, INFERRED_CHILD_REQUEST_PFS},
        {IKE2_CREATE_CHILD_SA, false, 299, 314, INFERRED_CHILD_REQUEST},
        {IKE2_CREATE_CHILD_SA, false, 300, 315, INFERRED_CHILD_REQUEST_PFS},

        {IKE2_CREATE_CHILD_SA, true, 9, 9, INFERRED_REFUSED},
        {IKE2_CREATE_CHILD_SA, true, 10, 10, INFERRED_WRONG_GROUP_NOTIFY},
        {IKE2_CREATE_CHILD_SA, true, 10, 11, INFERRED_REFUSED},
        {IKE2_CREATE_CHILD_SA, true, 9, 10, INFERRED_REFUSED},
        {IKE2_CREATE_CHILD_SA, true, 15, 15, INFERRED_REFUSED},
        {IKE2_CREATE_CHILD_SA, true, 0, 15, INFERRED_REFUSED},
        {IKE2_CREATE_CHILD_SA, true, 16, 16, INFERRED_NOTHING},
        {IKE2_CREATE_CHILD_SA, true, 1, 16, INFERRED_NOTHING},
        {IKE2_CREATE_CHILD_SA, true, 63, 63, INFERRED_NOTHING},
        {IKE2_CREATE_CHILD_SA, true, 64, 64, INFERRED_CHILD_UP},
        {IKE2_CREATE_CHILD_SA, true, 63, 78, INFERRED_NOTHING},
        {IKE2_CREATE_CHILD_SA, true, 64, 79, INFERRED_CHILD_UP},

        {IKE2_SA_INIT, true, 8, 8, INFERRED_NOTHING},
        {IKE2_SESSION_RESUME, true, 8, 8, INFERRED_NOTHING},
        {IKE2_INTERMEDIATE, true, 8, 8, INFERRED_NOTHING},
};

static void each_bound_is_where_it_is_said_to_be(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(bounds); i++) {
		struct plaintext_length plaintext = {.known = true, .least = bounds[i].least, .most = bounds[i].most};

		g_test_message("exchange %u, response %d, %u to %u bytes", bounds[i].exchange_type,
		               bounds[i].is_response, bounds[i].least, bounds[i].most);
		g_assert_cmpint(infer_content(&cbc_sha256, bounds[i].exchange_type, bounds[i].is_response, plaintext),
		                ==, bounds[i].holds);
	}
}

/* Whatever its bounds say by chance. */
static void nothing_is_inferred_from_a_length_that_is_not_known(void)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(bounds); i++) {
		struct plaintext_length plaintext = {.known = false, .least = bounds[i].least, .most = bounds[i].most};

		g_assert_cmpint(infer_content(&cbc_sha256, bounds[i].exchange_type, bounds[i].is_response, plaintext),
		                ==, INFERRED_NOTHING);
	}
}

/* ---- what each transform adds ---- */

#define SHA256_128 12

/* Ciphers of IKE; icv is that of SHA-256 where the cipher brings none of its own. */
static const struct {
	uint16_t id;
	uint8_t iv, block, icv;
} ciphers[] = {
        {2, 8, 8, 16},                                      /* DES-CBC */
        {3, 8, 8, 16},                                      /* 3DES-CBC */
        {7, 8, 8, 16},                                      /* BLOWFISH */
        {12, 16, 16, 16},                                   /* AES-CBC */
        {13, 8, 1, 16},                                     /* AES-CTR */
        {14, 8, 1, 8},                                      /* AES-CCM */
        {15, 8, 1, 12},   {16, 8, 1, 16}, {18, 8, 1, 8},    /* AES-GCM */
        {19, 8, 1, 12},   {20, 8, 1, 16}, {23, 16, 16, 16}, /* CAMELLIA-CBC */
        {24, 8, 1, 16},                                     /* CAMELLIA-CTR */
        {25, 8, 1, 8},                                      /* CAMELLIA-CCM */
        {26, 8, 1, 12},   {27, 8, 1, 16}, {28, 8, 1, 16},   /* CHACHA20-POLY1305 */
};

/* The smallest message there is: of one block. One byte less is none; one byte more, only without blocks. */
static void each_cipher_adds_its_iv_padding_and_check_value(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ciphers); i++) {
		const struct ike_suite suite = {.encryption = ciphers[i].id, .integrity = SHA256_128};
		const uint32_t block = ciphers[i].block, least = (uint32_t)ciphers[i].iv + block + ciphers[i].icv;
		struct ike_overhead overhead = ike_suite_overhead(&suite);
		struct plaintext_length plaintext = infer_plaintext_length(&suite, least);

		g_test_message("cipher %u", ciphers[i].id);
		g_assert_true(overhead.known);
		g_assert_cmpuint(overhead.iv, ==, ciphers[i].iv);
		g_assert_cmpuint(overhead.block, ==, block);
		g_assert_cmpuint(overhead.icv, ==, ciphers[i].icv);
		g_assert_true(plaintext.known);
		g_assert_cmpuint(plaintext.least, ==, 0);
		g_assert_cmpuint(plaintext.most, ==, block - 1);
		g_assert_false(infer_plaintext_length(&suite, least - 1).known);
		g_assert_false(infer_plaintext_length(&suite, 0).known);
		g_assert_cmpint(infer_plaintext_length(&suite, least + 1).known, ==, block == 1);
		plaintext = infer_plaintext_length(&suite, least + 3 * block);
		g_assert_cmpuint(plaintext.least, ==, 3 * block);
		g_assert_cmpuint(plaintext.most, ==, 4 * block - 1);
	}
}

/* Obsolete ones, those for ESP alone, and numbers that nobody has given away. */
static void a_cipher_that_ike_does_not_use_gives_nothing(void)
{
	static const uint16_t others[] = {0, 1, 4, 5, 6, 8, 9, 10, 11, 17, 21, 22, 29, 30, 31, 32, 999};

	for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
		const struct ike_suite suite = {.encryption = others[i], .integrity = SHA256_128};
		struct ike_overhead overhead = ike_suite_overhead(&suite);

		g_assert_false(overhead.known);
		g_assert_cmpint(overhead.iv + overhead.block + overhead.icv, ==, 0);
		g_assert_false(infer_plaintext_length(&suite, 100).known);
	}
}

static void each_integrity_function_adds_its_check_value(void)
{
	/* 0: how long it is, is not known. */
	static const uint8_t check_values[] = {
	        [0] = 0,  [1] = 12, [2] = 12, [3] = 0,  [4] = 0,   [5] = 12,  [6] = 16,  [7] = 20,
	        [8] = 12, [9] = 0,  [10] = 0, [11] = 0, [12] = 16, [13] = 24, [14] = 32, [15] = 0,
	};

	for (uint16_t id = 0; id < G_N_ELEMENTS(check_values); id++) {
		const struct ike_suite suite = {.encryption = 12, .integrity = id};
		struct ike_overhead overhead = ike_suite_overhead(&suite);

		g_assert_cmpint(overhead.known, ==, check_values[id] != 0);
		g_assert_cmpuint(overhead.icv, ==, check_values[id]);
		g_assert_cmpint(infer_plaintext_length(&suite, 32u + check_values[id]).known, ==,
		                check_values[id] != 0);
	}
}

/* Some peers name an integrity function beside a cipher that needs none. */
static void a_cipher_with_its_own_check_value_has_no_other(void)
{
	const struct ike_suite suite = {.encryption = 18, .integrity = 14};

	g_assert_cmpuint(ike_suite_overhead(&suite).icv, ==, 8);
}

static void each_prf_gives_an_auth_payload_of_its_output(void)
{
	static const uint16_t outputs[] = {
	        [0] = 0,  [1] = 16, /* MD5 */
	        [2] = 20,           /* SHA-1 */
	        [3] = 0,            /* Tiger */
	        [4] = 16,           /* AES-XCBC */
	        [5] = 32,           /* SHA-256 */
	        [6] = 48,           /* SHA-384 */
	        [7] = 64,           /* SHA-512 */
	        [8] = 16,           /* AES-CMAC */
	        [9] = 0,
	};

	for (uint16_t id = 0; id < G_N_ELEMENTS(outputs); id++) {
		const struct ike_suite suite = {.encryption = 20, .prf = id};

		g_assert_cmpuint(ike_suite_prf_length(&suite), ==, outputs[id]);
		g_assert_cmpuint(infer_auth_success_least(&suite), ==, 12u + 8 + outputs[id] + 36 + 24 + 24);
	}
}

/* ---- the suite that was chosen ---- */

#define PROTOCOL_IKE 1
#define PROTOCOL_ESP 3

static struct ike_message message_of(uint8_t version, uint8_t protocol, const struct ike_transform *transforms,
                                     uint8_t count)
{
	struct ike_message message = {.major_version = version, .proposal_count = 1, .transform_count = count};

	message.proposals[0].protocol = protocol;
	memcpy(message.transforms, transforms, count * sizeof *transforms);
	return message;
}

/* One transform of each kind, and the suite that it makes alone. */
static const struct {
	struct ike_transform transform;
	struct ike_suite suite;
} each_transform[] = {
        {{IKE_TRANSFORM_ENCRYPTION, 0, 192, 12}, {.encryption = 12, .key_length = 192}},
        {{IKE_TRANSFORM_PRF, 0, 0, 6}, {.prf = 6}},
        {{IKE_TRANSFORM_INTEGRITY, 0, 0, 13}, {.integrity = 13}},
        {{IKE1_TRANSFORM_HASH, 0, 0, 4}, {.integrity = 4}},
        {{IKE_TRANSFORM_DH_GROUP, 0, 0, 20}, {.dh_group = 20}},
        {{IKE1_TRANSFORM_AUTHENTICATION_METHOD, 0, 0, 3}, {.authentication = 3}},
        {{IKE1_TRANSFORM_LIFE_SECONDS, 0, 0, 86400}, {.life_seconds = 86400}},
        {{IKE_TRANSFORM_ESN, 0, 0, 1}, {0}},
};

static void assert_suite(const struct ike_suite *suite, const struct ike_suite *expected)
{
	g_assert_cmpuint(suite->encryption, ==, expected->encryption);
	g_assert_cmpuint(suite->key_length, ==, expected->key_length);
	g_assert_cmpuint(suite->integrity, ==, expected->integrity);
	g_assert_cmpuint(suite->prf, ==, expected->prf);
	g_assert_cmpuint(suite->dh_group, ==, expected->dh_group);
	g_assert_cmpuint(suite->authentication, ==, expected->authentication);
	g_assert_cmpuint(suite->life_seconds, ==, expected->life_seconds);
}

/* Nothing else is in the suite: not what its memory held before, nor what stands behind the transforms. */
static void each_transform_goes_where_it_belongs(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(each_transform); i++) {
		struct ike_message message = message_of(2, PROTOCOL_IKE, &each_transform[i].transform, 1);
		const struct ike_suite *expected = &each_transform[i].suite;
		struct ike_suite suite;

		message.transforms[1] = each_transform[(i + 1) % G_N_ELEMENTS(each_transform)].transform;
		memset(&suite, 0xff, sizeof suite);
		g_assert_cmpint(ike_suite_read(&message, &suite), ==, expected->encryption != 0);
		assert_suite(&suite, expected);
	}
}

static void a_message_chooses_a_suite_only_with_one_proposal_that_has_a_cipher(void)
{
	static const struct ike_transform transforms[] = {{IKE_TRANSFORM_ENCRYPTION, 0, 0, 3},
	                                                  {IKE_TRANSFORM_PRF, 0, 0, 5}};
	struct ike_message message = message_of(2, PROTOCOL_IKE, transforms, 2);
	struct ike_suite suite;

	g_assert_true(ike_suite_read(&message, &suite));
	message.proposal_count = 2;
	g_assert_false(ike_suite_read(&message, &suite));
	message.proposal_count = 0;
	g_assert_false(ike_suite_read(&message, &suite));
	message.proposal_count = 1;
	message.transform_count = 0;
	g_assert_false(ike_suite_read(&message, &suite));
	message = message_of(2, PROTOCOL_IKE, transforms + 1, 1);
	g_assert_false(ike_suite_read(&message, &suite));
}

/* IKEv1's number, and IKEv2's for the same; 0 where IKEv2 has none. */
struct renumbered {
	uint16_t ikev1, ikev2;
};

static const struct renumbered phase_1_ciphers[] = {{0, 0}, {1, 2}, {2, 0},  {3, 7},  {4, 0},
                                                    {5, 3}, {6, 0}, {7, 12}, {8, 23}, {9, 0}};
static const struct renumbered phase_1_hashes[] = {{0, 0}, {1, 1}, {2, 2}, {3, 0}, {4, 12}, {5, 13}, {6, 14}, {7, 0}};
static const struct renumbered phase_2_hashes[] = {{0, 0},  {1, 1},  {2, 2}, {3, 0}, {4, 0}, {5, 12},
                                                   {6, 13}, {7, 14}, {8, 0}, {9, 5}, {10, 0}};

static void the_numbers_of_an_ikev1_sa_become_those_of_ikev2(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(phase_1_ciphers); i++) {
		const struct ike_suite suite = {
		        .encryption = phase_1_ciphers[i].ikev1, .key_length = 256, .dh_group = 2};
		g_assert_cmpuint(ike_suite_as_ikev2(1, suite).encryption, ==, phase_1_ciphers[i].ikev2);
		g_assert_cmpuint(ike_suite_as_ikev2(1, suite).key_length, ==, 256);
		g_assert_cmpuint(ike_suite_as_ikev2(1, suite).dh_group, ==, 2);
		g_assert_cmpuint(ike_suite_as_ikev2(2, suite).encryption, ==, phase_1_ciphers[i].ikev1);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(phase_1_hashes); i++) {
		const struct ike_suite suite = {.integrity = phase_1_hashes[i].ikev1};
		g_assert_cmpuint(ike_suite_as_ikev2(1, suite).integrity, ==, phase_1_hashes[i].ikev2);
		g_assert_cmpuint(ike_suite_as_ikev2(2, suite).integrity, ==, phase_1_hashes[i].ikev1);
	}
}

static void the_numbers_of_an_esp_suite_become_those_of_ikev2(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(phase_2_hashes); i++) {
		const struct ike_transform transforms[] = {{IKE_TRANSFORM_ENCRYPTION, 0, 256, 12},
		                                           {IKE_TRANSFORM_INTEGRITY, 0, 0, phase_2_hashes[i].ikev1}};
		struct ike_message message = message_of(1, PROTOCOL_ESP, transforms, 2);
		struct ike_suite suite;

		g_assert_true(esp_suite_read(&message, &suite));
		g_assert_cmpuint(suite.encryption, ==, 12);
		g_assert_cmpuint(suite.integrity, ==, phase_2_hashes[i].ikev2);
		message.major_version = 2;
		g_assert_true(esp_suite_read(&message, &suite));
		g_assert_cmpuint(suite.integrity, ==, phase_2_hashes[i].ikev1);
	}
}

static void an_offer_for_ike_or_ah_is_no_esp_suite(void)
{
	static const struct ike_transform cipher = {IKE_TRANSFORM_ENCRYPTION, 0, 256, 12};
	struct ike_message message = message_of(2, PROTOCOL_ESP, &cipher, 1);
	struct ike_suite suite;

	g_assert_true(esp_suite_read(&message, &suite));
	message.proposals[0].protocol = PROTOCOL_IKE;
	g_assert_false(esp_suite_read(&message, &suite));
	message.proposals[0].protocol = 2;
	g_assert_false(esp_suite_read(&message, &suite));
	message = message_of(2, PROTOCOL_ESP, &cipher, 0);
	g_assert_false(esp_suite_read(&message, &suite));
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/infer/" #function, function                                                                          \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(measured_lengths_hold_what_was_inside),
        TEST(aead_gives_the_payload_length_exactly),
        TEST(cbc_gives_an_interval_of_one_block),
        TEST(a_length_that_no_padding_gives_is_not_inferred_from),
        TEST(an_unknown_suite_gives_nothing),
        TEST(an_eap_payload_of_odd_size_is_no_refusal_under_aead),
        TEST(the_success_bound_follows_the_prf),
        TEST(a_message_with_several_proposals_chose_nothing),
        TEST(each_bound_is_where_it_is_said_to_be),
        TEST(nothing_is_inferred_from_a_length_that_is_not_known),
        TEST(each_cipher_adds_its_iv_padding_and_check_value),
        TEST(a_cipher_that_ike_does_not_use_gives_nothing),
        TEST(each_integrity_function_adds_its_check_value),
        TEST(a_cipher_with_its_own_check_value_has_no_other),
        TEST(each_prf_gives_an_auth_payload_of_its_output),
        TEST(each_transform_goes_where_it_belongs),
        TEST(a_message_chooses_a_suite_only_with_one_proposal_that_has_a_cipher),
        TEST(the_numbers_of_an_ikev1_sa_become_those_of_ikev2),
        TEST(the_numbers_of_an_esp_suite_become_those_of_ikev2),
        TEST(an_offer_for_ike_or_ah_is_no_esp_suite),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
