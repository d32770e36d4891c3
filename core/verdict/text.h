/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict as a person reads it: phase, cause, confidence, evidence, what an ASA shows and logs, what to type. */
#ifndef ASAPHASE_CORE_VERDICT_TEXT_H
#define ASAPHASE_CORE_VERDICT_TEXT_H

#include <glib.h>

#include "core/base/text_style.h"
#include "core/verdict/diagnose.h"

/* Instead of a start: what is judged goes on and has no frames. Times are times of day. */
#define VERDICT_TEXT_LIVE INT64_MIN

/* Appends one tunnel's verdict. Times are written relative to start (nanoseconds since the epoch). */
void verdict_text_append(GString *text, const struct text_style *style, struct tunnels *tunnels,
                         const struct tunnel *tunnel, int64_t start);

/* Appends the short form: "Phase 1 failed: psk-mismatch (likely)", "undetermined: data unknown (no ESP captured)". */
void verdict_text_append_summary(GString *text, const struct text_style *style, const struct verdict *verdict);

/* Appends the three answers: "Phase 1 ok · Phase 2 ok · data unknown: no ESP captured". */
void verdict_text_append_answers(GString *text, const struct text_style *style, const struct verdict *verdict);

/* Appends "1 of 3 children one-way: 0x…/0x…", the ASA's SPI first; nothing where a verdict is of all children alike. */
void verdict_text_append_children(GString *text, const struct tunnel *tunnel, const struct verdict *verdict);

#endif
