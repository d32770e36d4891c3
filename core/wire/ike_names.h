/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words for IKE's numbers, as RFC 7296, RFC 2408/2409 and the IANA registries print them. */
#ifndef ASAPHASE_CORE_WIRE_IKE_NAMES_H
#define ASAPHASE_CORE_WIRE_IKE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "core/wire/ike.h"

/* Each returns a static string, "unknown" or a number-free stand-in for an unknown number. Never NULL. */
const char *ike_exchange_name(uint8_t major_version, uint8_t exchange_type); /* "IKE_AUTH", "main mode" */
const char *ike_notify_name(uint16_t type);                                  /* "NO_PROPOSAL_CHOSEN" */
const char *ike_dh_group_name(uint32_t group);                               /* "group 14 (MODP-2048)" */

/*
 * One line for a message's SA payloads: "AES-CBC-256, SHA2-256-128, PRF-HMAC-SHA2-256, group 14; AES-CBC-128 …",
 * cut with "…" at size. Returns text; "" when there is no proposal.
 */
const char *ike_proposals_text(const struct ike_message *message, char *text, size_t size);

#endif
