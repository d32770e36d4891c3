/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the three answers of a verdict, and what follows from them where no rule named a cause. */
#ifndef ASAPHASE_CORE_VERDICT_ANSWERS_H
#define ASAPHASE_CORE_VERDICT_ANSWERS_H

#include "core/verdict/diagnose.h"

/*
 * Answers for Phase 1, Phase 2 and data. verdict has the cause of a failure, or CAUSE_NONE where no rule holds: that
 * becomes CAUSE_UNDETERMINED unless each of the three is ok.
 */
void verdict_take_answers(struct tunnels *tunnels, const struct tunnel *tunnel, struct verdict *verdict);

#endif
