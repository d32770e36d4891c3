/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: making findings. */
#ifndef ASAPHASE_CORE_PASTED_FINDING_H
#define ASAPHASE_CORE_PASTED_FINDING_H

#include "core/pasted/explanation.h"

/* Takes a cause's words from the catalogue. */
void finding_set_cause(struct finding *finding, enum cause cause, enum confidence confidence);

void finding_add_evidence(struct finding *finding, const struct pasted_note *note);
void finding_add_words(struct finding *finding, struct pasted_place place, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* explanation_config.c: mistakes in one configuration, and between two. */
void explanation_find_in_configs(const struct pasted *pasted, GArray *findings);

#endif
