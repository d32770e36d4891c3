/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pasted text line by line: whose line it is, and which reader knows its kind. */
#include <string.h>

#include "core/pasted/reading.h"

void pasted_begin_file(struct pasted *pasted)
{
	if (pasted->lines != 0)
		pasted->place.file++;
	pasted->place.line = 0;
	pasted->peer = NULL;
	pasted->block = NULL;
	pasted->group = pasted->object = 0;
	pasted->dispatched[0] = '\0';
	pasted_add_device(pasted);
}

static bool is_name_byte(char byte)
{
	return g_ascii_isalnum(byte) || strchr("-_./()", byte) != NULL;
}

/* The device of this name, or a new one; the first one of a file takes the name. */
static void enter_device(struct pasted *pasted, const struct text_span *name)
{
	char text[PASTED_NAME_SIZE];
	struct pasted_device *current = pasted_current_device(pasted);

	text_span_copy(name, text, sizeof text);
	/* "fw1(config-if)", "fw1/pri/act" */
	text[strcspn(text, "(/")] = '\0';
	if (strcmp(current->name, text) == 0)
		return;
	for (uint32_t i = 0; i < pasted->devices->len; i++) {
		if (strcmp(pasted_device_at(pasted, i)->name, text) != 0)
			continue;
		pasted->device = i;
		pasted->peer = NULL;
		pasted->block = NULL;
		return;
	}
	if (current->name[0] != '\0' || current->file != pasted->place.file) {
		pasted_add_device(pasted);
		current = pasted_current_device(pasted);
		pasted->peer = NULL;
		pasted->block = NULL;
	}
	memcpy(current->name, text, sizeof text);
}

/* "ASA-PERIM# show crypto ikev2 sa": whose output follows. A line that begins with # is none. */
static bool read_prompt(struct pasted *pasted, struct text_span line)
{
	struct text_span name = {line.at, line.at};

	while (name.end < line.end && *name.end != '\0' && is_name_byte(*name.end))
		name.end++;
	if (name.end == name.at || name.end == line.end || (*name.end != '#' && *name.end != '>') ||
	    !g_ascii_isalpha(*name.at))
		return false;
	enter_device(pasted, &name);
	pasted->peer = NULL;
	pasted->block = NULL;
	pasted->group = pasted->object = 0;
	return true;
}

static bool read_hostname(struct pasted *pasted, struct text_span line)
{
	struct text_span name;

	if (!text_span_skip(&line, "hostname ") || !text_span_take_word(&line, &name))
		return false;
	enter_device(pasted, &name);
	return true;
}

/* The head of a whole configuration: another device's, where this one has one already. */
static bool read_config_head(struct pasted *pasted, struct text_span line)
{
	const struct pasted_device *device = pasted_current_device(pasted);

	if (!text_span_skip(&line, ": Saved") && !text_span_skip(&line, "ASA Version "))
		return false;
	if (device->entries->len + device->groups->len + device->acl->len != 0)
		pasted_add_device(pasted);
	pasted->peer = NULL;
	pasted->block = NULL;
	return true;
}

static pasted_reader *const readers[] = {
        pasted_read_log, read_prompt, read_config_head, read_hostname, pasted_read_show, pasted_read_config,
};

void pasted_add_line(struct pasted *pasted, const char *line, size_t length)
{
	struct text_span span = text_span_of(line, length);

	if (pasted->devices->len == 0)
		pasted_add_device(pasted);
	pasted->lines++;
	pasted->place.line++;
	text_span_trim(&span);
	for (size_t i = 0; i < G_N_ELEMENTS(readers) && span.at < span.end; i++) {
		if (!readers[i](pasted, span))
			continue;
		pasted->understood++;
		return;
	}
}
