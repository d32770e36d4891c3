/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes the catalogue as tab-separated rows, for the pages made of it: what kind of row, then its columns.
 *
 *     cause    name, phase, headline, article, meaning, alternatives
 *     message  number, severity, versions, phase, outcome, cause, recalled, meaning
 *     text     number, words, phase, outcome, cause, recalled, meaning
 *     state    number, phase, cause, headline, article
 *     counter  name, phase, cause, meaning
 *     config   cause, headline
 *     show     words, description
 *     step     number, name
 *     debug    command
 */
#include <stdio.h>
#include <string.h>

#include "core/asa/show.h"
#include "core/catalogue/checklist.h"
#include "core/catalogue/messages.h"
#include "core/catalogue/shown.h"

static const char *or_dash(const char *text)
{
	return text != NULL ? text : "-";
}

static const char *outcome_name(enum log_outcome outcome)
{
	static const char *const names[] = {
	        [LOG_NEUTRAL] = "notice", [LOG_STARTED] = "started", [LOG_PHASE_UP] = "phase up", [LOG_UP] = "up",
	        [LOG_DOWN] = "down",      [LOG_FAILED] = "failed",   [LOG_GAVE_UP] = "gave up",
	};
	return names[outcome];
}

static const char *name_of(enum cause cause)
{
	return cause == CAUSE_NONE ? "-" : cause_name(cause);
}

static const char *versions_name(uint8_t versions)
{
	return versions == FOR_BOTH ? "both" : versions == FOR_IKEV1 ? "IKEv1" : "IKEv2";
}

static void write_debugs(const struct next_step *steps)
{
	for (unsigned i = 0; i < CATALOGUE_STEPS && steps[i].command != NULL; i++)
		if (strncmp(steps[i].command, "debug ", 6) == 0)
			printf("debug\t%s\n", steps[i].command);
}

static void write_cause(const struct catalogue_entry *entry)
{
	printf("cause\t%s\t%s\t%s\t%s\t%s\t", entry->name, phase_name(entry->phase), entry->headline,
	       or_dash(entry->article), entry->meaning);
	for (unsigned i = 0; i < CATALOGUE_ALTERNATIVES && entry->alternatives[i] != NULL; i++)
		printf("%s%s", i == 0 ? "" : " ", entry->alternatives[i]);
	putchar('\n');
}

static void write_causes(void)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++) {
		const struct catalogue_entry *entry = catalogue_entry((enum cause)cause);
		write_cause(entry);
		write_debugs(entry->steps);
	}
}

static void write_messages(void)
{
	size_t count;
	const struct log_meaning *meanings = catalogue_log_meanings(&count);

	for (size_t i = 0; i < count; i++)
		printf("message\t%06u\t%u\t%s\t%s\t%s\t%s\t%d\t%s\n", meanings[i].number, meanings[i].severity,
		       versions_name(meanings[i].versions), phase_name(meanings[i].phase),
		       outcome_name(meanings[i].outcome), name_of(meanings[i].cause), meanings[i].recalled,
		       meanings[i].meaning);
	const struct log_text *texts = catalogue_log_texts(&count);
	for (size_t i = 0; i < count; i++)
		printf("text\t%06u\t%s\t%s\t%s\t%s\t%d\t%s\n", texts[i].number, texts[i].contains,
		       phase_name(texts[i].phase), outcome_name(texts[i].outcome), name_of(texts[i].cause),
		       texts[i].recalled, texts[i].meaning);
}

static void write_shown(void)
{
	size_t count;
	const struct counter_meaning *counters = catalogue_counters(&count);

	for (unsigned state = SHOWN_NOTHING + 1; state < SHOWN_LAST; state++) {
		const struct shown_meaning *meaning = catalogue_shown((enum shown_state)state);
		printf("state\t%u\t%s\t%s\t%s\t%s\n", state, phase_name(meaning->phase), name_of(meaning->cause),
		       meaning->headline, or_dash(meaning->article));
		write_debugs(meaning->steps);
	}
	for (size_t i = 0; i < count; i++)
		printf("counter\t%s\t%s\t%s\t%s\n", counters[i].name, phase_name(counters[i].phase),
		       name_of(counters[i].cause), counters[i].meaning);
	for (unsigned fault = 0; fault < CONFIG_LAST; fault++) {
		const struct config_meaning *meaning = catalogue_config((enum config_fault)fault);
		printf("config\t%s\t%s\n", name_of(meaning->cause), meaning->headline);
	}
}

int main(void)
{
	size_t count;
	const struct asa_show_command *commands = asa_show_commands(&count);

	write_causes();
	write_messages();
	write_shown();
	for (size_t i = 0; i < count; i++)
		printf("show\t%s\t%s\n", commands[i].words, commands[i].description);
	for (enum checklist_step step = CHECKLIST_NONE + 1; step < CHECKLIST_LAST; step++)
		printf("step\t%u\t%s\n", step, catalogue_checklist(step)->name);
	return 0;
}
