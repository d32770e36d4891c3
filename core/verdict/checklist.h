/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The article's checklist from zero to pings, as far as the packets answer it. */
#ifndef ASAPHASE_CORE_VERDICT_CHECKLIST_H
#define ASAPHASE_CORE_VERDICT_CHECKLIST_H

#include "core/catalogue/checklist.h"
#include "core/verdict/diagnose.h"

enum checklist_answer { CHECKLIST_UNKNOWN, CHECKLIST_OK, CHECKLIST_FAILED };

struct checklist_item {
	const char *name; /* "routing" */
	enum checklist_answer answer;
	const char *why;
};

/* verdict is that of tunnel_diagnose() for this tunnel. */
void tunnel_checklist(const struct tunnel *tunnel, const struct verdict *verdict,
                      struct checklist_item items[CHECKLIST_STEPS]);

#endif
