/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/asa/suite.h"

#include <stdio.h>

#include "core/wire/cipher.h"

#define OUTER_IPV4_HEADER 20
#define OUTER_IPV6_HEADER 40
#define UDP_HEADER 8
#define ESP_HEADER 8
#define PAD_LENGTH_AND_NEXT_HEADER 2
#define UNKNOWN "-"

/* Numbers: IANA, IKEv2 transform type 1. %u stands for the key length. NULL: an ASA has no word there. */
struct cipher_words {
	uint16_t id;
	uint16_t key_length;   /* 0: any */
	const char *ikev2;     /* "Encr:" */
	const char *ikev1;     /* "Encrypt :" */
	const char *transform; /* "transform:" */
	const char *session;   /* "Encryption   :" */
};

static const struct cipher_words ciphers[] = {
        {2, 0, "DES", "des", "esp-des", "DES"},
        {3, 0, "3DES", "3des", "esp-3des", "3DES"},
        {11, 0, "NULL", NULL, "esp-null", "none"},
        {12, 128, "AES-CBC, keysize: %u", "aes", "esp-aes", "AES%u"},
        {12, 0, "AES-CBC, keysize: %u", "aes-%u", "esp-aes-%u", "AES%u"},
        {20, 128, "AES-GCM, keysize: %u", NULL, "esp-aes-gcm", "AES-GCM-%u"},
        {20, 0, "AES-GCM, keysize: %u", NULL, "esp-aes-gcm-%u", "AES-GCM-%u"},
        {21, 0, NULL, NULL, "esp-aes-gmac-%u", "AES-GMAC-%u"},
};

/* Numbers: IANA, IKEv2 transform type 3. */
struct hash_words {
	uint16_t id;
	const char *ikev2; /* "Hash:", "esp_hmac:" */
	const char *ikev1; /* "Hash    :" */
	const char *transform;
	const char *session; /* "Hashing      :" */
};

static const struct hash_words hashes[] = {
        {1, "MD596", "MD5", "esp-md5-hmac", "MD5"},
        {2, "SHA96", "SHA", "esp-sha-hmac", "SHA1"},
        {12, "SHA256", "SHA256", "esp-sha-256-hmac", "SHA256"},
        {13, "SHA384", "SHA384", "esp-sha-384-hmac", "SHA384"},
        {14, "SHA512", "SHA512", "esp-sha-512-hmac", "SHA512"},
};

static const struct hash_words no_hash = {0, "N/A", NULL, "esp-null-hmac", "none"};
static const struct cipher_words unknown_cipher = {0};
static const struct hash_words unknown_hash = {0};

static const struct cipher_words *cipher_of(const struct ike_suite *suite)
{
	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
		if (ciphers[i].id == suite->encryption &&
		    (ciphers[i].key_length == 0 || ciphers[i].key_length == suite->key_length))
			return &ciphers[i];
	return &unknown_cipher;
}

static const struct hash_words *hash_of(const struct ike_suite *suite)
{
	const struct cipher *cipher = cipher_find(suite->encryption);

	if (cipher_of(suite) != &unknown_cipher && cipher->icv != 0)
		return &no_hash;
	for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++)
		if (hashes[i].id == suite->integrity)
			return &hashes[i];
	return &unknown_hash;
}

/* words may hold one %u: the table above is all that is ever handed in. */
static const char *with_key_length(const char *words, const struct ike_suite *suite, char *text)
{
	char *out = text, *end = text + ASA_SUITE_TEXT_SIZE - 1;

	for (words = words != NULL ? words : UNKNOWN; *words != '\0' && out < end; words++) {
		if (words[0] != '%') {
			*out++ = *words;
			continue;
		}
		out += snprintf(out, (size_t)(end - out), "%u", suite->key_length);
		words++;
	}
	*out = '\0';
	return text;
}

static const char *plain(const char *words, char *text)
{
	snprintf(text, ASA_SUITE_TEXT_SIZE, "%s", words != NULL ? words : UNKNOWN);
	return text;
}

const char *asa_ikev2_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return with_key_length(cipher_of(suite)->ikev2, suite, text);
}

const char *asa_ikev2_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return plain(hash_of(suite)->ikev2, text);
}

const char *asa_ikev1_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return with_key_length(cipher_of(suite)->ikev1, suite, text);
}

const char *asa_ikev1_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return plain(hash_of(suite)->ikev1, text);
}

const char *asa_transform(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	char cipher[ASA_SUITE_TEXT_SIZE];
	const char *hash = hash_of(suite)->transform;

	with_key_length(cipher_of(suite)->transform, suite, cipher);
	snprintf(text, ASA_SUITE_TEXT_SIZE, "%.31s %.31s", cipher, hash != NULL ? hash : UNKNOWN);
	return text;
}

const char *asa_session_encryption(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return with_key_length(cipher_of(suite)->session, suite, text);
}

const char *asa_session_hash(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE])
{
	return plain(hash_of(suite)->session, text);
}

const char *asa_authentication(uint8_t method)
{
	/* 14, the digital signature of RFC 7427, names its algorithm elsewhere. */
	static const struct {
		uint8_t method;
		const char *word;
	} words[] = {
	        {1, "RSA"}, {2, "PSK"}, {3, "DSS"}, {9, "ECDSA"}, {10, "ECDSA"}, {11, "ECDSA"},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].method == method)
			return words[i].word;
	return UNKNOWN;
}

struct esp_overhead esp_tunnel_overhead(const struct ike_suite *suite, bool outer_is_ipv6, bool udp_encapsulated)
{
	const struct cipher *cipher = cipher_find(suite->encryption);
	const struct integrity *integrity = integrity_find(suite->integrity);
	struct esp_overhead overhead = {.known =
	                                        cipher_of(suite) != &unknown_cipher && hash_of(suite) != &unknown_hash};

	if (!overhead.known)
		return overhead;
	overhead.before = outer_is_ipv6 ? OUTER_IPV6_HEADER : OUTER_IPV4_HEADER;
	if (udp_encapsulated)
		overhead.before += UDP_HEADER;
	overhead.before += ESP_HEADER + cipher->iv;
	overhead.most = overhead.before + PAD_LENGTH_AND_NEXT_HEADER + cipher->block + cipher->icv;
	if (cipher->icv == 0)
		overhead.most += integrity->icv;
	return overhead;
}

unsigned esp_iv_length(const struct ike_suite *suite)
{
	const struct cipher *cipher = cipher_find(suite->encryption);

	return cipher != NULL ? cipher->iv : 0;
}
