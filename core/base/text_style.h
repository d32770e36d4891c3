/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reader of a text can show. */
#ifndef ASAPHASE_CORE_BASE_TEXT_STYLE_H
#define ASAPHASE_CORE_BASE_TEXT_STYLE_H

#include <glib.h>
#include <stdbool.h>

struct text_style {
	bool color;     /* ANSI escape sequences */
	unsigned width; /* columns; 0: do not wrap */
};

enum paint { PAINT_PLAIN, PAINT_BOLD, PAINT_GOOD, PAINT_BAD, PAINT_WARNING, PAINT_FAINT };

/* Appends printf-like text in that colour, or plain where the style has none. */
void text_style_append(GString *text, const struct text_style *style, enum paint paint, const char *format, ...)
        G_GNUC_PRINTF(4, 5);

/* The same for a string as it is. */
void text_style_append_string(GString *text, const struct text_style *style, enum paint paint, const char *string);

/* Appends words, broken between them at style->width, each line indented by spaces; ends with a line feed. */
void text_style_wrap(GString *text, const struct text_style *style, unsigned indent, const char *words);

#endif
