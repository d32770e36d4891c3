/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stretch of somebody's text that is read from its front: never past its end, never copied, case does not matter. */
#ifndef ASAPHASE_CORE_BASE_TEXT_SPAN_H
#define ASAPHASE_CORE_BASE_TEXT_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/ip_address.h"

struct text_span {
	const char *at;
	const char *end;
};

static inline struct text_span text_span_of(const char *text, size_t length)
{
	return (struct text_span){text, text + length};
}

static inline size_t text_span_length(const struct text_span *span)
{
	return (size_t)(span->end - span->at);
}

/* Takes these words off the front if they stand there. */
bool text_span_skip(struct text_span *span, const char *words);

/* Takes off blanks at the front. */
void text_span_skip_blanks(struct text_span *span);

/* Takes blanks off both ends. */
void text_span_trim(struct text_span *span);

/* Moves behind the first place where the words stand; false, and nothing moved, where they do not. */
bool text_span_find(struct text_span *span, const char *words);

/* Exactly so many digits, at most 9. */
bool text_span_take_digits(struct text_span *span, unsigned digits, uint32_t *number);

/* A decimal number of any length that fits; blanks before it are passed over. */
bool text_span_take_number(struct text_span *span, uint64_t *number);

/* Up to the next blank, which is passed over; false at the end. */
bool text_span_take_word(struct text_span *span, struct text_span *word);

bool text_span_equals(const struct text_span *span, const char *words);

/* Copies what is printable, cut and zero-terminated at size; other bytes become '?'. Returns text. */
char *text_span_copy(const struct text_span *span, char *text, size_t size);

/* The whole span is an address. */
bool text_span_is_address(const struct text_span *span, struct ip_address *address);

/*
 * An address at the front with or without a port: "10.1.0.1", "10.1.0.1:500", "10.1.0.1/500", "[fd00::1]:500", and,
 * where has_port says that a port must follow, "fd00::1:500". What follows "10.1.0.1/255.255.255.0/0/0" is passed over.
 * *port becomes 0 where there is none.
 */
bool text_span_take_endpoint(struct text_span *span, bool has_port, struct ip_address *address, uint16_t *port);

#endif
