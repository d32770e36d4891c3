/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pasted/finding.h"

#include <stdarg.h>
#include <stdio.h>

void finding_set_cause(struct finding *finding, enum cause cause, enum confidence confidence)
{
	const struct catalogue_entry *entry = catalogue_entry(cause);

	finding->cause = cause;
	finding->confidence = confidence;
	finding->phase_failed = entry->phase;
	finding->headline = entry->headline;
	finding->meaning = entry->meaning;
	finding->article = entry->article;
	finding->steps = entry->steps;
	finding->fault = cause != CAUSE_NONE;
}

void finding_add_evidence(struct finding *finding, const struct pasted_note *note)
{
	if (finding->evidence_count < FINDING_EVIDENCE)
		finding->evidence[finding->evidence_count++] = *note;
}

void finding_add_words(struct finding *finding, struct pasted_place place, const char *format, ...)
{
	struct pasted_note note = {.place = place, .times = 1};
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(note.text, sizeof note.text, format, arguments);
	va_end(arguments);
	finding_add_evidence(finding, &note);
}
