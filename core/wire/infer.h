/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an encrypted IKEv2 message must hold, from its length alone.
 *
 *     IKE length = 28 (header) + 4 (SK header; 8 for SKF) + IV + roundup(P + 1, block) + ICV
 *
 * P is the number of plaintext payload bytes (RFC 7296 sec. 3.14). IV, block and ICV follow from the transforms in the
 * cleartext IKE_SA_INIT response. AEAD and counter modes give P exactly when the sender pads minimally; CBC gives an
 * interval.
 */
#ifndef ASAPHASE_CORE_WIRE_INFER_H
#define ASAPHASE_CORE_WIRE_INFER_H

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

/* An interval for P, both ends included. known false: suite unknown or the length does not fit it. */
struct plaintext_length {
	bool known;
	uint32_t least;
	uint32_t most;
};
struct plaintext_length infer_plaintext_length(const struct ike_suite *suite, uint32_t encrypted_length);

/* What an encrypted message must hold. Each has one sentence in the catalogue. */
enum inferred {
	INFERRED_NOTHING,            /* not encrypted, or no inference possible */
	INFERRED_EMPTY,              /* no payload: liveness check or its answer */
	INFERRED_SHORT,              /* 0 to 15 bytes under CBC: empty, one bare notify, or one Delete */
	INFERRED_ONE_NOTIFY,         /* exactly one payload of 8 bytes: bare notify or Delete of the IKE SA */
	INFERRED_WRONG_GROUP_NOTIFY, /* exactly 10 bytes: INVALID_KE_PAYLOAD */
	INFERRED_DELETE_ESP,         /* exactly 12 bytes: Delete of one ESP SPI */
	INFERRED_AUTH_REFUSED,       /* IKE_AUTH response with room for one notify only */
	INFERRED_CHILD_REFUSED,      /* IKE_AUTH response with IDr and AUTH but no room for SA and selectors */
	INFERRED_CHILD_UP,           /* IKE_AUTH or CREATE_CHILD_SA response with room for SA and selectors */
	INFERRED_CHILD_REQUEST,      /* CREATE_CHILD_SA request without a key exchange */
	INFERRED_CHILD_REQUEST_PFS,  /* CREATE_CHILD_SA request large enough for a key exchange */
	INFERRED_REFUSED,            /* CREATE_CHILD_SA response with room for one notify only */
	INFERRED_CERTIFICATE,        /* IKE_AUTH with far more than a PSK needs: certificates */
	INFERRED_AUTH_REQUEST,       /* IKE_AUTH request of the size a PSK needs */
	INFERRED_EAP,                /* part of an EAP conversation: a later IKE_AUTH followed */
	INFERRED_LAST,
};

/* Smallest P of an IKE_AUTH response that can hold IDr, AUTH, SA, TSi and TSr with PSK and IPv4 selectors. */
uint32_t infer_auth_success_least(const struct ike_suite *suite);

/* P above which an IKE_AUTH message carries certificates rather than a PSK's AUTH (facts: a small request says PSK). */
#define INFER_CERTIFICATE_LEAST 512

/* message_length: of all fragments together, see plaintext_length. */
enum inferred infer_content(const struct ike_suite *suite, uint8_t exchange_type, bool is_response,
                            struct plaintext_length plaintext);

#endif
