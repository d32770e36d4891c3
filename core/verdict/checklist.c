/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/checklist.h"

/* Which steps the packets show to hold. */
static void find_what_holds(const struct tunnel *tunnel, const struct verdict *verdict, bool holds[CHECKLIST_LAST])
{
	const struct ike_sa *sa = verdict->ike_sa;
	bool up = sa != NULL && tunnel_ike_sa_is_up(tunnel, sa);
	bool esp_both = tunnel_has_esp_both_ways(tunnel);

	holds[CHECKLIST_ROUTING] = tunnel->last_from[0] != 0 && tunnel->last_from[1] != 0;
	holds[CHECKLIST_SUITES] = esp_both || (sa != NULL && sa->stage >= IKE_STAGE_INIT_DONE);
	holds[CHECKLIST_AUTHENTICATION] = esp_both || up;
	holds[CHECKLIST_CRYPTO_MAP] = esp_both || (up && sa->children.up > 0);
	holds[CHECKLIST_INTERESTING_TRAFFIC] = tunnel_was_seen(tunnel);
	holds[CHECKLIST_PHASE_1] = up;
	holds[CHECKLIST_PHASE_2] = esp_both && verdict->cause == CAUSE_NONE;
}

/* The step that stands for the phase that failed: of Phase 2 and data it is the same. */
static enum checklist_step step_of(enum phase phase)
{
	static const enum checklist_step steps[] = {
	        [PHASE_NONE] = CHECKLIST_NONE,
	        [PHASE_1] = CHECKLIST_PHASE_1,
	        [PHASE_2] = CHECKLIST_PHASE_2,
	        [PHASE_DATA] = CHECKLIST_PHASE_2,
	};

	return steps[phase];
}

static const char *why(enum checklist_step step, enum checklist_answer answer)
{
	const struct checklist_words *words = catalogue_checklist(step);

	return answer == CHECKLIST_OK ? words->done : answer == CHECKLIST_FAILED ? words->failed : words->unknown;
}

void tunnel_checklist(const struct tunnel *tunnel, const struct verdict *verdict,
                      struct checklist_item items[CHECKLIST_STEPS])
{
	enum checklist_step fails = catalogue_entry(verdict->cause)->fails;
	bool holds[CHECKLIST_LAST];

	find_what_holds(tunnel, verdict, holds);
	for (enum checklist_step step = CHECKLIST_NONE + 1; step < CHECKLIST_LAST; step++) {
		bool failed = step == fails || step == step_of(verdict->phase_failed);
		struct checklist_item *item = &items[step - 1];
		item->name = catalogue_checklist(step)->name;
		item->answer = failed ? CHECKLIST_FAILED : holds[step] ? CHECKLIST_OK : CHECKLIST_UNKNOWN;
		item->why = why(step, item->answer);
	}
}
