/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a verdict names: a phase, a cause, and how sure it is. What is said about each cause is in causes.c. */
#ifndef ASAPHASE_CORE_CATALOGUE_CAUSE_H
#define ASAPHASE_CORE_CATALOGUE_CAUSE_H

#include <stdbool.h>
#include <stddef.h>

enum phase {
	PHASE_NONE,
	PHASE_1,
	PHASE_2,
	PHASE_DATA,
	PHASE_LAST,
};

/* The stable identifiers; their text form is cause_name(). */
enum cause {
	CAUSE_NONE,
	CAUSE_NO_RESPONSE,
	CAUSE_NATT_BLOCKED,
	CAUSE_AUTH_NO_RESPONSE,
	CAUSE_IKE_PROPOSAL_MISMATCH,
	CAUSE_DH_GROUP_MISMATCH,
	CAUSE_PSK_MISMATCH,
	CAUSE_CERT_UNTRUSTED,
	CAUSE_VERSION_MISMATCH,
	CAUSE_PEER_DEAD,
	CAUSE_CHILD_REFUSED,
	CAUSE_ESP_PROPOSAL_MISMATCH,
	CAUSE_TS_UNACCEPTABLE,
	CAUSE_PFS_MISMATCH,
	CAUSE_REKEY_CHURN,
	CAUSE_ONE_WAY,
	CAUSE_NO_TRAFFIC,
	CAUSE_UNKNOWN_SPI,
	CAUSE_PACKET_LOSS,
	CAUSE_MTU,
	CAUSE_UNDETERMINED, /* nothing failed that can be seen, and not enough is seen */
	CAUSE_LAST,
};

/* Whether the cause is that of a failure: neither `none` nor `undetermined`. */
static inline bool cause_is_fault(enum cause cause)
{
	return cause != CAUSE_NONE && cause != CAUSE_UNDETERMINED;
}

enum confidence {
	CONFIDENCE_POSSIBLE, /* inferred alone */
	CONFIDENCE_LIKELY,   /* inferred and a second witness agrees */
	CONFIDENCE_CERTAIN,  /* read on the wire or decrypted */
};

#endif
