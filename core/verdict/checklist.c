/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/checklist.h"

static bool is_ok(const struct verdict *verdict, enum phase phase)
{
	return verdict->phases[phase].answer == ANSWER_OK;
}

/* Which steps the packets show to hold. */
static void find_what_holds(const struct tunnel *tunnel, const struct verdict *verdict, bool holds[CHECKLIST_LAST])
{
	const struct ike_sa *sa = verdict->ike_sa;
	bool agreed = sa != NULL && sa->stage >= IKE_STAGE_INIT_DONE && !sa->starts_midstream;

	holds[CHECKLIST_ROUTING] = tunnel->last_from[0] != 0 && tunnel->last_from[1] != 0;
	holds[CHECKLIST_SUITES] = agreed || is_ok(verdict, PHASE_DATA);
	/* A peer that died later had authenticated. */
	holds[CHECKLIST_AUTHENTICATION] = is_ok(verdict, PHASE_1) || (sa != NULL && tunnel_ike_sa_is_up(tunnel, sa));
	holds[CHECKLIST_CRYPTO_MAP] = is_ok(verdict, PHASE_2) || is_ok(verdict, PHASE_DATA);
	holds[CHECKLIST_INTERESTING_TRAFFIC] = tunnel_was_seen(tunnel);
	holds[CHECKLIST_PHASE_1] = is_ok(verdict, PHASE_1);
	holds[CHECKLIST_PHASE_2] = is_ok(verdict, PHASE_2) && is_ok(verdict, PHASE_DATA);
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

/* The phase whose answer a step repeats; PHASE_NONE for one that is answered otherwise. */
static enum phase phase_of(enum checklist_step step)
{
	static const enum phase phases[CHECKLIST_LAST] = {
	        [CHECKLIST_AUTHENTICATION] = PHASE_1,
	        [CHECKLIST_PHASE_1] = PHASE_1,
	        [CHECKLIST_PHASE_2] = PHASE_DATA,
	};

	return phases[step];
}

/* What a step says is what the phase's answer rests on, where that is more than the step's own words. */
static const char *why(const struct verdict *verdict, enum checklist_step step, enum checklist_answer answer)
{
	const struct checklist_words *words = catalogue_checklist(step);
	const struct phase_answer *phase = &verdict->phases[phase_of(step)];

	if (answer == CHECKLIST_FAILED)
		return words->failed;
	/* ESP both ways, and the child that it is on is not known to have come up. */
	if (step == CHECKLIST_PHASE_2 && answer == CHECKLIST_UNKNOWN && phase->answer == ANSWER_OK)
		phase = &verdict->phases[PHASE_2];
	if (phase_of(step) != PHASE_NONE && (phase->answer == ANSWER_OK) == (answer == CHECKLIST_OK) &&
	    phase->answer != ANSWER_FAILED)
		return catalogue_reason(phase->reason)->why;
	return answer == CHECKLIST_OK ? words->done : words->unknown;
}

void tunnel_checklist(const struct tunnel *tunnel, const struct verdict *verdict,
                      struct checklist_item items[CHECKLIST_STEPS])
{
	enum checklist_step fails = catalogue_entry(verdict->cause)->fails;
	bool holds[CHECKLIST_LAST];

	find_what_holds(tunnel, verdict, holds);
	for (enum checklist_step step = CHECKLIST_NONE + 1; step < CHECKLIST_LAST; step++) {
		bool failed = step == fails || step == step_of(verdict->phase_failed) ||
		              (step == CHECKLIST_PHASE_2 && verdict->phases[PHASE_DATA].answer == ANSWER_FAILED);
		struct checklist_item *item = &items[step - 1];
		item->name = catalogue_checklist(step)->name;
		item->answer = failed ? CHECKLIST_FAILED : holds[step] ? CHECKLIST_OK : CHECKLIST_UNKNOWN;
		item->why = why(verdict, step, item->answer);
	}
}
