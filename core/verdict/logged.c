/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ASA logged about a tunnel, into its verdict. */
#include "core/verdict/logged.h"

#include <glib.h>
#include <string.h>

#include "core/catalogue/causes.h"
#include "core/catalogue/messages.h"
#include "core/tunnel/log.h"

static bool is_alternative(const struct catalogue_entry *entry, enum cause cause)
{
	for (unsigned i = 0; i < CATALOGUE_ALTERNATIVES && entry->alternatives[i] != NULL; i++)
		if (strcmp(entry->alternatives[i], cause_name(cause)) == 0)
			return true;
	return false;
}

/* A message about an earlier attempt, or about a later one that the packets do not hold, says nothing here. */
static bool is_about(const struct logged_failure *logged, const struct tunnel *tunnel, const struct verdict *verdict)
{
	int64_t first = verdict->ike_sa != NULL ? verdict->ike_sa->first_time : tunnel->first_time;

	return logged->time == 0 ||
	       (logged->time > first - ONE_ATTEMPT && logged->time - tunnel->last_time < ONE_ATTEMPT);
}

static struct evidence evidence_of(const struct logged_failure *logged, const struct tunnel *tunnel)
{
	return (struct evidence){.kind = logged->line != 0 ? EVIDENCE_LOGGED_IN_FILE : EVIDENCE_LOGGED,
	                         .frame = logged->frame,
	                         .time = logged->time != 0 ? logged->time : tunnel->last_time,
	                         .a = logged->number,
	                         .b = logged->line};
}

void verdict_take_log(const struct tunnel *tunnel, struct verdict *verdict)
{
	const struct logged_failure *logged = &tunnel->logged;
	const struct catalogue_entry *entry = catalogue_entry(verdict->cause);
	enum cause cause = catalogue_cause_in_phase(logged->cause, entry->phase);
	bool agrees = cause == verdict->cause;
	bool decides = verdict->confidence != CONFIDENCE_CERTAIN && logged->strength >= CONFIDENCE_LIKELY &&
	               is_alternative(entry, cause);

	if (logged->cause == CAUSE_NONE || !is_about(logged, tunnel, verdict) || (!agrees && !decides))
		return;
	evidence_list_add(&verdict->evidence, evidence_of(logged, tunnel));
	verdict->cause = cause;
	verdict->confidence = MAX(verdict->confidence,
	                          logged->strength == CONFIDENCE_CERTAIN ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY);
}
