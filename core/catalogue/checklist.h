/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said about the steps of the article's checklist from zero to pings. */
#ifndef ASAPHASE_CORE_CATALOGUE_CHECKLIST_H
#define ASAPHASE_CORE_CATALOGUE_CHECKLIST_H

#include "core/catalogue/causes.h"

#define CHECKLIST_STEPS (CHECKLIST_LAST - 1)

struct checklist_words {
	const char *name;    /* "routing" */
	const char *done;    /* why it is known to hold */
	const char *failed;  /* why it is known to fail */
	const char *unknown; /* what the packets cannot say, and what to type to find out */
};

/* Never NULL for a step between CHECKLIST_NONE and CHECKLIST_LAST. */
const struct checklist_words *catalogue_checklist(enum checklist_step step);

#endif
