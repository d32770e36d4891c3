/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The suite that the peers chose, read from their messages, and what it adds to a message's length. */
#ifndef ASAPHASE_CORE_WIRE_SUITE_H
#define ASAPHASE_CORE_WIRE_SUITE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wire/ike.h"

/* The transforms that IKE_SA_INIT (or IKEv1 phase 1) chose; IANA numbers of that version. All zero: unknown. */
struct ike_suite {
	uint16_t encryption;
	uint16_t key_length; /* bits */
	uint16_t integrity;  /* 0 with AEAD */
	uint16_t prf;
	uint16_t dh_group;
	uint8_t authentication; /* IKEv1 only: 1 PSK, 3 RSA signatures …; 0 unknown */
	uint32_t life_seconds;  /* IKEv1 only; 0 unknown */
};

/* Reads the chosen suite from a message whose SA payload holds one proposal. Returns false where it does not. */
bool ike_suite_read(const struct ike_message *message, struct ike_suite *suite);

/*
 * Reads the ESP suite that a decrypted SA payload of one proposal agrees on, in IKEv2's numbers whichever version
 * speaks (prf stays 0; dh_group is that of PFS). Returns false where there is no such proposal.
 */
bool esp_suite_read(const struct ike_message *message, struct ike_suite *suite);

/* The suite of an IKE SA of this version in IKEv2's numbers, so that one table of names serves both. */
struct ike_suite ike_suite_as_ikev2(uint8_t version, struct ike_suite suite);

/* Bytes that encryption adds. known is false for a suite this table does not have. */
struct ike_overhead {
	bool known;
	uint8_t iv;
	uint8_t block; /* 1 for AEAD and counter modes */
	uint8_t icv;
};
struct ike_overhead ike_suite_overhead(const struct ike_suite *suite);

/* Length in bytes of the AUTH data a PSK gives: the prf's output (RFC 7296 sec. 2.15); 0 unknown. */
uint16_t ike_suite_prf_length(const struct ike_suite *suite);

#endif
