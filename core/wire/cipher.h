/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Encryption, integrity and pseudorandom functions: the one table of what they are called and what they add to a
 * packet. Numbers and names: IANA, "Internet Key Exchange Version 2 (IKEv2) Parameters", transform types 1, 2 and 3,
 * which the ESP transforms of IKEv1 share (RFC 2407 sec. 4.4.4).
 */
#ifndef ASAPHASE_CORE_WIRE_CIPHER_H
#define ASAPHASE_CORE_WIRE_CIPHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What IKE does with a cipher. Some are for ESP alone: RFC 4543, RFC 8750 sec. 3. */
enum cipher_use { CIPHER_OBSOLETE, CIPHER_FOR_ESP, CIPHER_FOR_BOTH };

struct cipher {
	uint16_t id;
	const char *name; /* "AES-CBC" */
	enum cipher_use use;
	uint8_t iv;    /* bytes in each packet; all three are 0 of an obsolete one */
	uint8_t block; /* bytes that the plaintext is padded to; 1 for AEAD and counter modes, 4 for ESP-NULL */
	uint8_t icv;   /* bytes; 0: an integrity function adds them */
	/* In the Linux kernel: */
	const char *kernel;   /* "rfc4106(gcm(aes))"; NULL: the kernel has no such cipher */
	uint8_t salt;         /* bits of its key that are none of the cipher's */
	bool kernel_key_bits; /* its key comes in several lengths, which tell suites apart */
};

struct integrity {
	uint16_t id;
	const char *name;   /* "SHA2-256-128" */
	uint8_t icv;        /* bytes; 0 not known here */
	const char *kernel; /* "hmac(sha256)" */
};

struct prf {
	uint16_t id;
	const char *name;
	uint8_t output; /* bytes; 0 not known here */
};

/* NULL for a number that is in no table. */
const struct cipher *cipher_find(uint16_t id);
const struct integrity *integrity_find(uint16_t id);
const struct prf *prf_find(uint16_t id);

/*
 * By the name that the Linux kernel gives, which ends at a zero or after size bytes, and the bits of its check value: 0
 * for a cipher that has none. NULL where there is no such.
 */
const struct cipher *cipher_find_kernel(const char *name, size_t size, unsigned icv_bits);
const struct integrity *integrity_find_kernel(const char *name, size_t size, unsigned icv_bits);

#endif
