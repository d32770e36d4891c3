/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/base/text_template.h"
#include "core/catalogue/causes.h"
#include "core/wire/ike_names.h"

#define KEPT_FIRST 2

void evidence_list_add(struct evidence_list *list, struct evidence item)
{
	if (list->count == EVIDENCE_MOST) {
		memmove(&list->items[KEPT_FIRST], &list->items[KEPT_FIRST + 1],
		        sizeof list->items[0] * (EVIDENCE_MOST - KEPT_FIRST - 1));
		list->count--;
	}
	unsigned at = list->count++;
	for (; at > 0 && list->items[at - 1].frame > item.frame && item.frame != 0; at--)
		list->items[at] = list->items[at - 1];
	list->items[at] = item;
}

struct evidence *evidence_list_find(struct evidence_list *list, enum evidence_kind kind)
{
	for (unsigned i = list->count; i-- > 0;)
		if (list->items[i].kind == kind)
			return &list->items[i];
	return NULL;
}

void evidence_list_remove(struct evidence_list *list, enum evidence_kind kind)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < list->count; i++)
		if (list->items[i].kind != kind)
			list->items[kept++] = list->items[i];
	list->count = (uint8_t)kept;
}

static void write_number(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32, value);
}

static void write_spi(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "0x%08" PRIx32, value);
}

static void write_notify(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%s (%" PRIu32 ")", ike_notify_name((uint16_t)value), value);
}

static void write_group(uint32_t value, char *text, size_t size)
{
	snprintf(text, size, "%s", ike_dh_group_name(value));
}

static void write_seconds(uint32_t milliseconds, char *text, size_t size)
{
	snprintf(text, size, "%" PRIu32 ".%03" PRIu32 " s", milliseconds / 1000, milliseconds % 1000);
}

/* "{a}" is written as a number, "{a:spi}" as the named form. */
static const struct {
	const char *name;
	void (*write)(uint32_t value, char *text, size_t size);
} forms[] = {
        {"", write_number},      {":spi", write_spi},    {":notify", write_notify},
        {":group", write_group}, {":ms", write_seconds},
};

/* The value of a word: a letter for which number, then the form it is written in. */
static void write_word(const void *context, const char *word, size_t length, char *text, size_t size)
{
	const struct evidence *item = context;

	if (length == 0 || (word[0] != 'a' && word[0] != 'b'))
		return;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strlen(forms[i].name) == length - 1 && memcmp(word + 1, forms[i].name, length - 1) == 0)
			forms[i].write(word[0] == 'a' ? item->a : item->b, text, size);
}

const char *evidence_text(const struct evidence *item, char *text, size_t size)
{
	return text_template_fill(evidence_template(item->kind), write_word, item, text, size);
}
