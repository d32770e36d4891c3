/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each row of the tables of ciphers, integrity functions and PRFs, as other sources have them: names and numbers from
 * IANA's registry, bytes from the RFCs, the kernel's names and salts from its net/xfrm/xfrm_algo.c and crypto/.
 */
#include "core/wire/cipher.h"

#include <glib.h>
#include <string.h>

#define NUMBERS 100    /* that are asked for; the highest in a table is 31 */
#define KERNEL_NAME 64 /* bytes that the kernel has for a name */

/* ---- ciphers ---- */

static const struct cipher expected_ciphers[] = {
        {1, "DES-IV64", CIPHER_OBSOLETE, 0, 0, 0, NULL, 0, false},
        {2, "DES-CBC", CIPHER_FOR_BOTH, 8, 8, 0, "cbc(des)", 0, false},
        {3, "3DES-CBC", CIPHER_FOR_BOTH, 8, 8, 0, "cbc(des3_ede)", 0, false},
        {4, "RC5", CIPHER_OBSOLETE, 0, 0, 0, NULL, 0, false},
        {5, "IDEA", CIPHER_OBSOLETE, 0, 0, 0, NULL, 0, false},
        {6, "CAST", CIPHER_OBSOLETE, 0, 0, 0, "cbc(cast5)", 0, true},
        {7, "BLOWFISH", CIPHER_FOR_BOTH, 8, 8, 0, "cbc(blowfish)", 0, true},
        {8, "3IDEA", CIPHER_OBSOLETE, 0, 0, 0, NULL, 0, false},
        {9, "DES-IV32", CIPHER_OBSOLETE, 0, 0, 0, NULL, 0, false},
        {11, "NULL", CIPHER_FOR_ESP, 0, 4, 0, "ecb(cipher_null)", 0, false},
        {12, "AES-CBC", CIPHER_FOR_BOTH, 16, 16, 0, "cbc(aes)", 0, true},           /* RFC 3602 */
        {13, "AES-CTR", CIPHER_FOR_BOTH, 8, 1, 0, "rfc3686(ctr(aes))", 32, true},   /* RFC 5930 */
        {14, "AES-CCM-8", CIPHER_FOR_BOTH, 8, 1, 8, "rfc4309(ccm(aes))", 24, true}, /* RFC 5282 */
        {15, "AES-CCM-12", CIPHER_FOR_BOTH, 8, 1, 12, "rfc4309(ccm(aes))", 24, true},
        {16, "AES-CCM-16", CIPHER_FOR_BOTH, 8, 1, 16, "rfc4309(ccm(aes))", 24, true},
        {18, "AES-GCM-8", CIPHER_FOR_BOTH, 8, 1, 8, "rfc4106(gcm(aes))", 32, true},
        {19, "AES-GCM-12", CIPHER_FOR_BOTH, 8, 1, 12, "rfc4106(gcm(aes))", 32, true},
        {20, "AES-GCM-16", CIPHER_FOR_BOTH, 8, 1, 16, "rfc4106(gcm(aes))", 32, true},
        {21, "NULL-AES-GMAC", CIPHER_FOR_ESP, 8, 1, 16, "rfc4543(gcm(aes))", 32, true},
        {23, "CAMELLIA-CBC", CIPHER_FOR_BOTH, 16, 16, 0, "cbc(camellia)", 0, true}, /* RFC 5529 */
        {24, "CAMELLIA-CTR", CIPHER_FOR_BOTH, 8, 1, 0, NULL, 0, false},
        {25, "CAMELLIA-CCM-8", CIPHER_FOR_BOTH, 8, 1, 8, NULL, 0, false},
        {26, "CAMELLIA-CCM-12", CIPHER_FOR_BOTH, 8, 1, 12, NULL, 0, false},
        {27, "CAMELLIA-CCM-16", CIPHER_FOR_BOTH, 8, 1, 16, NULL, 0, false},
        {28, "CHACHA20-POLY1305", CIPHER_FOR_BOTH, 8, 1, 16, "rfc7539esp(chacha20,poly1305)", 32, false}, /* RFC 7634 */
        {29, "AES-CCM-8-IIV", CIPHER_FOR_ESP, 0, 1, 8, NULL, 0, false},                                   /* RFC 8750 */
        {30, "AES-GCM-16-IIV", CIPHER_FOR_ESP, 0, 1, 16, NULL, 0, false},
        {31, "CHACHA20-POLY1305-IIV", CIPHER_FOR_ESP, 0, 1, 16, NULL, 0, false},
};

static void each_cipher_has_its_row(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expected_ciphers); i++) {
		const struct cipher *expected = &expected_ciphers[i];
		const struct cipher *cipher = cipher_find(expected->id);

		g_test_message("%s", expected->name);
		g_assert_nonnull(cipher);
		g_assert_cmpuint(cipher->id, ==, expected->id);
		g_assert_cmpstr(cipher->name, ==, expected->name);
		g_assert_cmpint(cipher->use, ==, expected->use);
		g_assert_cmpuint(cipher->iv, ==, expected->iv);
		g_assert_cmpuint(cipher->block, ==, expected->block);
		g_assert_cmpuint(cipher->icv, ==, expected->icv);
		g_assert_cmpstr(cipher->kernel, ==, expected->kernel);
		g_assert_cmpuint(cipher->salt, ==, expected->salt);
		g_assert_cmpint(cipher->kernel_key_bits, ==, expected->kernel_key_bits);
	}
}

/* In the room that the kernel's messages have for it. */
static const struct cipher *find_by_kernel_name(const char *name, unsigned icv_bits)
{
	char room[KERNEL_NAME] = {0};

	g_strlcpy(room, name, sizeof room);
	return cipher_find_kernel(room, sizeof room, icv_bits);
}

static void each_cipher_of_the_kernel_is_found_by_name_and_check_value(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expected_ciphers); i++) {
		const struct cipher *expected = &expected_ciphers[i];

		if (expected->kernel == NULL)
			continue;
		g_assert_true(find_by_kernel_name(expected->kernel, expected->icv * 8u) == cipher_find(expected->id));
		g_assert_null(find_by_kernel_name(expected->kernel, expected->icv * 8u + 1));
	}
	g_assert_null(find_by_kernel_name("cbc(twofish)", 0));
	g_assert_null(find_by_kernel_name("", 0));
	g_assert_null(find_by_kernel_name("cbc(aes", 0));
	g_assert_null(find_by_kernel_name("cbc(aes))", 0));
}

/* ---- integrity functions ---- */

static const struct integrity expected_integrities[] = {
        {0, "no integrity", 0, NULL},
        {1, "MD5-96", 12, "hmac(md5)"},
        {2, "SHA1-96", 12, "hmac(sha1)"},
        {3, "DES-MAC", 0, NULL},
        {4, "KPDK-MD5", 0, NULL},
        {5, "AES-XCBC-96", 12, "xcbc(aes)"},
        {6, "MD5-128", 16, NULL},
        {7, "SHA1-160", 20, NULL},
        {8, "AES-CMAC-96", 12, "cmac(aes)"},
        {9, "AES-128-GMAC", 0, NULL},
        {10, "AES-192-GMAC", 0, NULL},
        {11, "AES-256-GMAC", 0, NULL},
        {12, "SHA2-256-128", 16, "hmac(sha256)"},
        {13, "SHA2-384-192", 24, "hmac(sha384)"},
        {14, "SHA2-512-256", 32, "hmac(sha512)"},
};

static void each_integrity_function_has_its_row(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expected_integrities); i++) {
		const struct integrity *expected = &expected_integrities[i];
		const struct integrity *integrity = integrity_find(expected->id);

		g_test_message("%s", expected->name);
		g_assert_nonnull(integrity);
		g_assert_cmpuint(integrity->id, ==, expected->id);
		g_assert_cmpstr(integrity->name, ==, expected->name);
		g_assert_cmpuint(integrity->icv, ==, expected->icv);
		g_assert_cmpstr(integrity->kernel, ==, expected->kernel);
	}
}

static void each_integrity_function_of_the_kernel_is_found_by_name_and_check_value(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expected_integrities); i++) {
		const struct integrity *expected = &expected_integrities[i];
		char room[KERNEL_NAME] = {0};

		if (expected->kernel == NULL)
			continue;
		g_strlcpy(room, expected->kernel, sizeof room);
		g_assert_true(integrity_find_kernel(room, sizeof room, expected->icv * 8u) ==
		              integrity_find(expected->id));
		/* SHA-256 cut to 96 bits, as Linux did before RFC 4868, is another function. */
		g_assert_null(integrity_find_kernel(room, sizeof room, expected->icv * 8u - 32));
	}
	g_assert_null(integrity_find_kernel("hmac(rmd160)", sizeof "hmac(rmd160)", 96));
}

static void a_kernel_name_may_fill_all_of_its_room(void)
{
	const char name[] = {'c', 'b', 'c', '(', 'a', 'e', 's', ')', '!'};

	g_assert_true(cipher_find_kernel(name, strlen("cbc(aes)"), 0) == cipher_find(12));
	g_assert_null(cipher_find_kernel(name, strlen("cbc(aes)") + 1, 0));
	g_assert_null(cipher_find_kernel(name, strlen("cbc(aes)") - 1, 0));
	g_assert_null(cipher_find_kernel(name, 0, 0));
	g_assert_null(integrity_find_kernel("hmac(sha", strlen("hmac(sha"), 96));
}

/* ---- pseudorandom functions ---- */

static const struct prf expected_prfs[] = {
        {1, "PRF-HMAC-MD5", 16},      {2, "PRF-HMAC-SHA1", 20},     {3, "PRF-HMAC-TIGER", 0},
        {4, "PRF-AES128-XCBC", 16},   {5, "PRF-HMAC-SHA2-256", 32}, {6, "PRF-HMAC-SHA2-384", 48},
        {7, "PRF-HMAC-SHA2-512", 64}, {8, "PRF-AES128-CMAC", 16},   {9, "PRF-HMAC-STREEBOG-512", 0},
};

static void each_prf_has_its_row(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(expected_prfs); i++) {
		const struct prf *expected = &expected_prfs[i];
		const struct prf *prf = prf_find(expected->id);

		g_test_message("%s", expected->name);
		g_assert_nonnull(prf);
		g_assert_cmpuint(prf->id, ==, expected->id);
		g_assert_cmpstr(prf->name, ==, expected->name);
		g_assert_cmpuint(prf->output, ==, expected->output);
	}
}

static void numbers_of_no_row_are_not_found(void)
{
	size_t ciphers = 0, integrities = 0, prfs = 0;

	for (uint16_t id = 0; id < NUMBERS; id++) {
		ciphers += cipher_find(id) != NULL;
		integrities += integrity_find(id) != NULL;
		prfs += prf_find(id) != NULL;
	}
	g_assert_cmpuint(ciphers, ==, G_N_ELEMENTS(expected_ciphers));
	g_assert_cmpuint(integrities, ==, G_N_ELEMENTS(expected_integrities));
	g_assert_cmpuint(prfs, ==, G_N_ELEMENTS(expected_prfs));
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/cipher/" #function, function                                                                         \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(each_cipher_has_its_row),
        TEST(each_cipher_of_the_kernel_is_found_by_name_and_check_value),
        TEST(each_integrity_function_has_its_row),
        TEST(each_integrity_function_of_the_kernel_is_found_by_name_and_check_value),
        TEST(a_kernel_name_may_fill_all_of_its_room),
        TEST(each_prf_has_its_row),
        TEST(numbers_of_no_row_are_not_found),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
