/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to type next, by place. */
#ifndef ASAPHASE_CORE_VERDICT_STEPS_TEXT_H
#define ASAPHASE_CORE_VERDICT_STEPS_TEXT_H

#include <glib.h>

#include "core/base/text_style.h"
#include "core/catalogue/causes.h"

/*
 * Appends the steps that hold for these IKE versions under the headings "Type on the ASA", "… the peer", "… the path".
 * steps ends with command NULL, or after CATALOGUE_STEPS; NULL: nothing is appended.
 */
void steps_text_append(GString *text, const struct text_style *style, const struct next_step *steps, uint8_t versions,
                       const struct catalogue_values *values);

#endif
