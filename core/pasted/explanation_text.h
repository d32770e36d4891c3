/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings as a person reads them. */
#ifndef ASAPHASE_CORE_PASTED_EXPLANATION_TEXT_H
#define ASAPHASE_CORE_PASTED_EXPLANATION_TEXT_H

#include <glib.h>

#include "core/base/text_style.h"
#include "core/pasted/explanation.h"

/* Appends one finding. files: the names of what was read, by number; NULL where there is only one. */
void explanation_text_append(GString *text, const struct text_style *style, const struct pasted *pasted,
                             const struct finding *finding, const char *const *files);

#endif
