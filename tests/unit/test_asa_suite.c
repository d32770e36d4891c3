/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Suites in the words of each of an ASA's commands, and what ESP adds to a packet. */
#include "core/asa/suite.h"

#include <glib.h>

#define DES 2
#define TRIPLE_DES 3
#define NO_CIPHER 11
#define AES_CBC 12
#define AES_GCM 20
#define AES_GMAC 21
#define MD5_96 1
#define SHA1_96 2
#define SHA256_128 12
#define SHA384_192 13
#define SHA512_256 14

/* ---- ciphers and hashes ---- */

static const struct {
	uint16_t encryption, key_length;
	const char *ikev2, *ikev1, *transform, *session;
} ciphers[] = {
        {DES, 0, "DES", "des", "esp-des", "DES"},
        {TRIPLE_DES, 0, "3DES", "3des", "esp-3des", "3DES"},
        {TRIPLE_DES, 192, "3DES", "3des", "esp-3des", "3DES"},
        {NO_CIPHER, 0, "NULL", "-", "esp-null", "none"},
        {AES_CBC, 128, "AES-CBC, keysize: 128", "aes", "esp-aes", "AES128"},
        {AES_CBC, 192, "AES-CBC, keysize: 192", "aes-192", "esp-aes-192", "AES192"},
        {AES_CBC, 256, "AES-CBC, keysize: 256", "aes-256", "esp-aes-256", "AES256"},
        {AES_GCM, 128, "AES-GCM, keysize: 128", "-", "esp-aes-gcm", "AES-GCM-128"},
        {AES_GCM, 192, "AES-GCM, keysize: 192", "-", "esp-aes-gcm-192", "AES-GCM-192"},
        {AES_GCM, 256, "AES-GCM, keysize: 256", "-", "esp-aes-gcm-256", "AES-GCM-256"},
        {AES_GCM, UINT16_MAX, "AES-GCM, keysize: 65535", "-", "esp-aes-gcm-65535", "AES-GCM-65535"},
        {AES_GMAC, 128, "-", "-", "esp-aes-gmac-128", "AES-GMAC-128"},
        {AES_GMAC, 256, "-", "-", "esp-aes-gmac-256", "AES-GMAC-256"},
        {13, 256, "-", "-", "-", "-"}, /* AES-CTR: no ASA has it */
        {18, 256, "-", "-", "-", "-"}, /* nor AES-GCM with a short check value */
        {0, 0, "-", "-", "-", "-"},
};

static void ciphers_are_in_the_words_of_each_command(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ciphers); i++) {
		const struct ike_suite suite = {
		        .encryption = ciphers[i].encryption, .key_length = ciphers[i].key_length, .integrity = 99};
		char text[ASA_SUITE_TEXT_SIZE];
		char *transform = g_strdup_printf(
		        "%s %s", ciphers[i].transform,
		        ciphers[i].encryption == AES_GCM || ciphers[i].encryption == AES_GMAC ? "esp-null-hmac" : "-");
		g_assert_cmpstr(asa_ikev2_encryption(&suite, text), ==, ciphers[i].ikev2);
		g_assert_cmpstr(asa_ikev1_encryption(&suite, text), ==, ciphers[i].ikev1);
		g_assert_cmpstr(asa_session_encryption(&suite, text), ==, ciphers[i].session);
		g_assert_cmpstr(asa_transform(&suite, text), ==, transform);
		g_free(transform);
	}
}

static const struct {
	uint16_t encryption, integrity;
	const char *ikev2, *ikev1, *transform, *session;
} hashes[] = {
        {AES_CBC, MD5_96, "MD596", "MD5", "esp-aes esp-md5-hmac", "MD5"},
        {AES_CBC, SHA1_96, "SHA96", "SHA", "esp-aes esp-sha-hmac", "SHA1"},
        {AES_CBC, SHA256_128, "SHA256", "SHA256", "esp-aes esp-sha-256-hmac", "SHA256"},
        {AES_CBC, SHA384_192, "SHA384", "SHA384", "esp-aes esp-sha-384-hmac", "SHA384"},
        {AES_CBC, SHA512_256, "SHA512", "SHA512", "esp-aes esp-sha-512-hmac", "SHA512"},
        {AES_CBC, 0, "-", "-", "esp-aes -", "-"},
        {AES_CBC, 5, "-", "-", "esp-aes -", "-"},
        {NO_CIPHER, SHA1_96, "SHA96", "SHA", "esp-null esp-sha-hmac", "SHA1"},
        {AES_GCM, 0, "N/A", "-", "esp-aes-gcm esp-null-hmac", "none"},
        {AES_GCM, SHA1_96, "N/A", "-", "esp-aes-gcm esp-null-hmac", "none"},
        {AES_GMAC, 0, "N/A", "-", "esp-aes-gmac-128 esp-null-hmac", "none"},
        {13, SHA1_96, "SHA96", "SHA", "- esp-sha-hmac", "SHA1"},
        {18, SHA1_96, "SHA96", "SHA", "- esp-sha-hmac", "SHA1"},
        {99, 99, "-", "-", "- -", "-"},
};

static void hashes_are_in_the_words_of_each_command(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(hashes); i++) {
		const struct ike_suite suite = {
		        .encryption = hashes[i].encryption, .key_length = 128, .integrity = hashes[i].integrity};
		char text[ASA_SUITE_TEXT_SIZE];
		g_assert_cmpstr(asa_ikev2_hash(&suite, text), ==, hashes[i].ikev2);
		g_assert_cmpstr(asa_ikev1_hash(&suite, text), ==, hashes[i].ikev1);
		g_assert_cmpstr(asa_transform(&suite, text), ==, hashes[i].transform);
		g_assert_cmpstr(asa_session_hash(&suite, text), ==, hashes[i].session);
	}
}

/* IKEv1's numbers, once they are IKEv2's. */
static void a_suite_of_ikev1_is_in_the_same_words(void)
{
	const struct ike_suite suite =
	        ike_suite_as_ikev2(1, (struct ike_suite){.encryption = 7, .key_length = 128, .integrity = 4});
	char text[ASA_SUITE_TEXT_SIZE];

	g_assert_cmpstr(asa_ikev1_encryption(&suite, text), ==, "aes");
	g_assert_cmpstr(asa_ikev1_hash(&suite, text), ==, "SHA256");
}

static void methods_of_authentication_have_words(void)
{
	static const char *const words[] = {
	        [0] = "-",     [1] = "RSA",    [2] = "PSK",    [3] = "DSS", [4] = "-",  [8] = "-",
	        [9] = "ECDSA", [10] = "ECDSA", [11] = "ECDSA", [12] = "-",  [14] = "-",
	};

	for (uint8_t method = 0; method < G_N_ELEMENTS(words); method++)
		if (words[method] != NULL)
			g_assert_cmpstr(asa_authentication(method), ==, words[method]);
}

/* ---- what ESP adds ---- */

static const struct {
	struct ike_suite suite;
	bool ipv6, udp;
	unsigned most, before;
} overheads[] = {
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA256_128}, false, false, 78, 44}, /* the article */
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA256_128}, false, true, 86, 52},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA256_128}, true, false, 98, 64},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA256_128}, true, true, 106, 72},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA1_96}, false, false, 74, 44},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = MD5_96}, false, true, 82, 52},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA384_192}, false, false, 86, 44},
        {{.encryption = AES_CBC, .key_length = 256, .integrity = SHA512_256}, false, false, 94, 44},
        {{.encryption = DES, .integrity = MD5_96}, false, false, 58, 36},
        {{.encryption = TRIPLE_DES, .integrity = SHA1_96}, false, false, 58, 36},
        {{.encryption = NO_CIPHER, .integrity = MD5_96}, false, false, 46, 28},
        {{.encryption = AES_GCM, .key_length = 256}, false, false, 55, 36},
        {{.encryption = AES_GCM, .key_length = 256, .integrity = SHA1_96}, false, false, 55, 36},
        {{.encryption = AES_GCM, .key_length = 128}, false, true, 63, 44},
        {{.encryption = AES_GMAC, .key_length = 128}, false, false, 55, 36},
};

static void overhead_is_what_real_asas_print(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(overheads); i++) {
		struct esp_overhead overhead =
		        esp_tunnel_overhead(&overheads[i].suite, overheads[i].ipv6, overheads[i].udp);
		g_assert_true(overhead.known);
		g_assert_cmpuint(overhead.most, ==, overheads[i].most);
		g_assert_cmpuint(overhead.before, ==, overheads[i].before);
	}
}

/* A cipher that an ASA does not have, or a hash that it does not. */
static void overhead_of_another_suite_is_not_known(void)
{
	static const struct ike_suite suites[] = {{.encryption = 99, .integrity = SHA1_96},
	                                          {.encryption = 13, .integrity = SHA1_96},
	                                          {.encryption = 18},
	                                          {.encryption = AES_CBC},
	                                          {.encryption = AES_CBC, .integrity = 5},
	                                          {0}};

	for (size_t i = 0; i < G_N_ELEMENTS(suites); i++) {
		struct esp_overhead overhead = esp_tunnel_overhead(&suites[i], false, false);
		g_assert_false(overhead.known);
		g_assert_cmpuint(overhead.most + overhead.before, ==, 0);
	}
}

static void the_iv_is_the_ciphers(void)
{
	static const struct {
		uint16_t encryption;
		unsigned length;
	} ivs[] = {{AES_CBC, 16}, {AES_GCM, 8}, {TRIPLE_DES, 8}, {NO_CIPHER, 0}, {13, 8}, {0, 0}, {99, 0}};

	for (size_t i = 0; i < G_N_ELEMENTS(ivs); i++)
		g_assert_cmpuint(esp_iv_length(&(struct ike_suite){.encryption = ivs[i].encryption}), ==,
		                 ivs[i].length);
}

#define TEST(function)                                                                                                 \
	{                                                                                                              \
		"/asa-suite/" #function, function                                                                      \
	}

static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
        TEST(ciphers_are_in_the_words_of_each_command),
        TEST(hashes_are_in_the_words_of_each_command),
        TEST(a_suite_of_ikev1_is_in_the_same_words),
        TEST(methods_of_authentication_have_words),
        TEST(overhead_is_what_real_asas_print),
        TEST(overhead_of_another_suite_is_not_known),
        TEST(the_iv_is_the_ciphers),
};

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		g_test_add_func(tests[i].name, tests[i].run);
	return g_test_run();
}
