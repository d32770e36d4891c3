/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a tunnel's state to a verdict: which phase failed, why, how sure that is, what else it could be, on what
 * evidence. A verdict is a function of the state and the time; nothing is latched, so a later success undoes an earlier
 * failure.
 */
#ifndef ASAPHASE_CORE_VERDICT_DIAGNOSE_H
#define ASAPHASE_CORE_VERDICT_DIAGNOSE_H

#include "core/catalogue/answers.h"
#include "core/catalogue/causes.h"
#include "core/catalogue/evidence.h"
#include "core/tunnel/tunnel.h"

struct verdict {
	enum cause cause;
	enum phase phase_failed;                          /* PHASE_NONE when nothing failed */
	enum confidence confidence;                       /* of undetermined: none, see phases */
	const char *alternatives[CATALOGUE_ALTERNATIVES]; /* static strings, see catalogue.h */
	uint8_t alternative_count;
	enum esp_missing missing; /* of one-way ESP, as the ASA's side counts it; else ESP_MISSING_NONE */
	struct evidence_list evidence;
	const struct ike_sa *ike_sa;            /* the one judged; may be NULL */
	struct phase_answer phases[PHASE_LAST]; /* for PHASE_1, PHASE_2 and PHASE_DATA */
	uint32_t children;                      /* that are up and in use */
	uint32_t children_one_way;              /* of these */
	const struct child_sa *child;           /* the one that is one-way, where not all are; else NULL */
	const struct ike_sa *refused;           /* a newer negotiation that was refused while ike_sa works; else NULL */
};

/* Judges one tunnel at tunnels_now(). */
void tunnel_diagnose(struct tunnels *tunnels, const struct tunnel *tunnel, struct verdict *verdict);

#endif
