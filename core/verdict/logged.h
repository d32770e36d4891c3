/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: what the ASA logged about a tunnel, into its verdict. */
#ifndef ASAPHASE_CORE_VERDICT_LOGGED_H
#define ASAPHASE_CORE_VERDICT_LOGGED_H

#include "core/verdict/diagnose.h"

/* A second witness to the verdict's cause, or one in favour of one of its alternatives. */
void verdict_take_log(const struct tunnel *tunnel, struct verdict *verdict);

#endif
