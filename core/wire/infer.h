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

#include "core/wire/suite.h"

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

/* plaintext: of all fragments of the message together. */
enum inferred infer_content(const struct ike_suite *suite, uint8_t exchange_type, bool is_response,
                            struct plaintext_length plaintext);

#endif
