/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences with {words} to be filled in. */
#ifndef ASAPHASE_CORE_BASE_TEXT_TEMPLATE_H
#define ASAPHASE_CORE_BASE_TEXT_TEMPLATE_H

#include <stddef.h>

/* Writes the value of the word of length bytes, zero-terminated within size; "" for a word it does not know. */
typedef void text_template_value(const void *context, const char *word, size_t length, char *value, size_t size);

/* Copies template with each {word} replaced; cut and zero-terminated at size (> 0). Returns text. */
const char *text_template_fill(const char *template, text_template_value *value_of, const void *context, char *text,
                               size_t size);

#endif
