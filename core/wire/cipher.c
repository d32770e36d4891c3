/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/cipher.h"

#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define GCM "rfc4106(gcm(aes))"

static const struct cipher ciphers[] = {
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
        {12, "AES-CBC", CIPHER_FOR_BOTH, 16, 16, 0, "cbc(aes)", 0, true},
        {13, "AES-CTR", CIPHER_FOR_BOTH, 8, 1, 0, "rfc3686(ctr(aes))", 32, true},
        {14, "AES-CCM-8", CIPHER_FOR_BOTH, 8, 1, 8, "rfc4309(ccm(aes))", 24, true},
        {15, "AES-CCM-12", CIPHER_FOR_BOTH, 8, 1, 12, "rfc4309(ccm(aes))", 24, true},
        {16, "AES-CCM-16", CIPHER_FOR_BOTH, 8, 1, 16, "rfc4309(ccm(aes))", 24, true},
        {18, "AES-GCM-8", CIPHER_FOR_BOTH, 8, 1, 8, GCM, 32, true},
        {19, "AES-GCM-12", CIPHER_FOR_BOTH, 8, 1, 12, GCM, 32, true},
        {20, "AES-GCM-16", CIPHER_FOR_BOTH, 8, 1, 16, GCM, 32, true},
        {21, "NULL-AES-GMAC", CIPHER_FOR_ESP, 8, 1, 16, "rfc4543(gcm(aes))", 32, true},
        {23, "CAMELLIA-CBC", CIPHER_FOR_BOTH, 16, 16, 0, "cbc(camellia)", 0, true},
        {24, "CAMELLIA-CTR", CIPHER_FOR_BOTH, 8, 1, 0, NULL, 0, false},
        {25, "CAMELLIA-CCM-8", CIPHER_FOR_BOTH, 8, 1, 8, NULL, 0, false},
        {26, "CAMELLIA-CCM-12", CIPHER_FOR_BOTH, 8, 1, 12, NULL, 0, false},
        {27, "CAMELLIA-CCM-16", CIPHER_FOR_BOTH, 8, 1, 16, NULL, 0, false},
        {28, "CHACHA20-POLY1305", CIPHER_FOR_BOTH, 8, 1, 16, "rfc7539esp(chacha20,poly1305)", 32, false},
        /* Implicit IV, RFC 8750. */
        {29, "AES-CCM-8-IIV", CIPHER_FOR_ESP, 0, 1, 8, NULL, 0, false},
        {30, "AES-GCM-16-IIV", CIPHER_FOR_ESP, 0, 1, 16, NULL, 0, false},
        {31, "CHACHA20-POLY1305-IIV", CIPHER_FOR_ESP, 0, 1, 16, NULL, 0, false},
};

static const struct integrity integrities[] = {
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

static const struct prf prfs[] = {
        {1, "PRF-HMAC-MD5", 16},      {2, "PRF-HMAC-SHA1", 20},     {3, "PRF-HMAC-TIGER", 0},
        {4, "PRF-AES128-XCBC", 16},   {5, "PRF-HMAC-SHA2-256", 32}, {6, "PRF-HMAC-SHA2-384", 48},
        {7, "PRF-HMAC-SHA2-512", 64}, {8, "PRF-AES128-CMAC", 16},   {9, "PRF-HMAC-STREEBOG-512", 0},
};

const struct cipher *cipher_find(uint16_t id)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (ciphers[i].id == id)
			return &ciphers[i];
	return NULL;
}

const struct integrity *integrity_find(uint16_t id)
{
	for (size_t i = 0; i < COUNT(integrities); i++)
		if (integrities[i].id == id)
			return &integrities[i];
	return NULL;
}

const struct prf *prf_find(uint16_t id)
{
	for (size_t i = 0; i < COUNT(prfs); i++)
		if (prfs[i].id == id)
			return &prfs[i];
	return NULL;
}

static bool is_called(const char *known, const char *name, size_t size)
{
	return known != NULL && strlen(known) <= size && strncmp(known, name, size) == 0;
}

const struct cipher *cipher_find_kernel(const char *name, size_t size, unsigned icv_bits)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (ciphers[i].icv * 8u == icv_bits && is_called(ciphers[i].kernel, name, size))
			return &ciphers[i];
	return NULL;
}

const struct integrity *integrity_find_kernel(const char *name, size_t size, unsigned icv_bits)
{
	for (size_t i = 0; i < COUNT(integrities); i++)
		if (integrities[i].icv * 8u == icv_bits && is_called(integrities[i].kernel, name, size))
			return &integrities[i];
	return NULL;
}
