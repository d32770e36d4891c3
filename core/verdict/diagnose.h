/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From a tunnel's state to a verdict: which phase failed, why, how sure that is, what else it could be, on what
 * evidence. A verdict is a function of the state and the time; nothing is latched, so a later success undoes an earlier
 * failure.
 */
#ifndef ASAPHASE_CORE_VERDICT_DIAGNOSE_H
#define ASAPHASE_CORE_VERDICT_DIAGNOSE_H

#include "core/catalogue/causes.h"
#include "core/catalogue/evidence.h"
#include "core/tunnel/tunnel.h"

struct verdict {
	enum cause cause;
	enum phase phase_failed; /* PHASE_NONE when nothing failed */
	enum confidence confidence;
	const char *alternatives[CATALOGUE_ALTERNATIVES]; /* static strings, see catalogue.h */
	uint8_t alternative_count;
	enum esp_missing missing; /* of one-way ESP, as the ASA's side counts it; else ESP_MISSING_NONE */
	struct evidence_list evidence;
	const struct ike_sa *ike_sa; /* the one judged; may be NULL */
};

/* Judges one tunnel at tunnels_now(). */
void tunnel_diagnose(struct tunnels *tunnels, const struct tunnel *tunnel, struct verdict *verdict);

/*
 * Of a tunnel or of one of its children: the side from which nothing comes back while the other goes on, -1 where that
 * is not so. *child is the child, or NULL where it holds for the whole tunnel. Children are only watched where their
 * packets are counted elsewhere, see tunnels_take_counts().
 */
int tunnel_silent_side(struct tunnels *tunnels, const struct tunnel *tunnel, const struct child_sa **child);

#endif
