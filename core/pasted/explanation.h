/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What pasted text means: a finding for each peer, and for each mistake in a configuration. The article's decision
 * table, applied to what was shown, sharpened by what was logged.
 */
#ifndef ASAPHASE_CORE_PASTED_EXPLANATION_H
#define ASAPHASE_CORE_PASTED_EXPLANATION_H

#include "core/pasted/pasted.h"

#define FINDING_EVIDENCE 16

struct finding {
	uint32_t device;         /* number in pasted->devices */
	struct ip_address local; /* unset where nothing says it */
	struct ip_address peer;
	char map[ASA_LOG_MAP_SIZE]; /* where no peer is known; "" */
	uint8_t ike_version;        /* 0 unknown */
	enum phase phase_failed;    /* PHASE_NONE: nothing failed */
	enum cause cause;           /* CAUSE_NONE: not known why, or nothing wrong */
	enum confidence confidence;
	const char *headline;
	const char *meaning;
	const char *article;           /* the article's row; NULL */
	const struct next_step *steps; /* ends with command NULL, or after CATALOGUE_STEPS */
	bool fault;
	bool in_configuration; /* a mistake read in a configuration: nothing of it was seen to happen */
	struct pasted_note evidence[FINDING_EVIDENCE];
	uint8_t evidence_count;
};

/* All findings, those of peers first. Element: struct finding. To be freed with g_array_unref(). */
GArray *explanation_find(const struct pasted *pasted);

#endif
