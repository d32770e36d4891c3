/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/witness.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/catalogue.h"
#include "core/ike_names.h"
#include "core/text_template.h"

#define KEPT_FIRST 2

void witnesses_add(struct witnesses *witnesses, struct witness witness)
{
	if (witnesses->count == WITNESSES) {
		memmove(&witnesses->list[KEPT_FIRST], &witnesses->list[KEPT_FIRST + 1],
		        sizeof witnesses->list[0] * (WITNESSES - KEPT_FIRST - 1));
		witnesses->count--;
	}
	unsigned at = witnesses->count++;
	for (; at > 0 && witnesses->list[at - 1].frame > witness.frame && witness.frame != 0; at--)
		witnesses->list[at] = witnesses->list[at - 1];
	witnesses->list[at] = witness;
}

struct witness *witnesses_find(struct witnesses *witnesses, enum witness_kind kind)
{
	for (unsigned i = witnesses->count; i-- > 0;)
		if (witnesses->list[i].kind == kind)
			return &witnesses->list[i];
	return NULL;
}

void witnesses_remove(struct witnesses *witnesses, enum witness_kind kind)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < witnesses->count; i++)
		if (witnesses->list[i].kind != kind)
			witnesses->list[kept++] = witnesses->list[i];
	witnesses->count = (uint8_t)kept;
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
	const struct witness *witness = context;

	if (length == 0 || (word[0] != 'a' && word[0] != 'b'))
		return;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (strlen(forms[i].name) == length - 1 && memcmp(word + 1, forms[i].name, length - 1) == 0)
			forms[i].write(word[0] == 'a' ? witness->a : witness->b, text, size);
}

const char *witness_text(const struct witness *witness, char *text, size_t size)
{
	return text_template_fill(witness_template(witness->kind), write_word, witness, text, size);
}
