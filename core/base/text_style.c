/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/text_style.h"

#include <stdarg.h>
#include <string.h>

static const char *const escapes[] = {
        [PAINT_PLAIN] = "",         [PAINT_BOLD] = "\033[1m",     [PAINT_GOOD] = "\033[32m",
        [PAINT_BAD] = "\033[1;31m", [PAINT_WARNING] = "\033[33m", [PAINT_FAINT] = "\033[2m",
};

static void begin_paint(GString *text, const struct text_style *style, enum paint paint)
{
	if (style->color)
		g_string_append(text, escapes[paint]);
}

static void end_paint(GString *text, const struct text_style *style, enum paint paint)
{
	if (style->color && paint != PAINT_PLAIN)
		g_string_append(text, "\033[0m");
}

void text_style_append(GString *text, const struct text_style *style, enum paint paint, const char *format, ...)
{
	va_list arguments;

	begin_paint(text, style, paint);
	va_start(arguments, format);
	g_string_append_vprintf(text, format, arguments);
	va_end(arguments);
	end_paint(text, style, paint);
}

void text_style_append_string(GString *text, const struct text_style *style, enum paint paint, const char *string)
{
	begin_paint(text, style, paint);
	g_string_append(text, string);
	end_paint(text, style, paint);
}

static void begin_line(GString *text, unsigned indent)
{
	g_string_append_printf(text, "%*s", (int)indent, "");
}

void text_style_wrap(GString *text, const struct text_style *style, unsigned indent, const char *words)
{
	unsigned column = indent;

	begin_line(text, indent);
	while (*words != '\0') {
		size_t length = strcspn(words, " ");
		unsigned columns = (unsigned)g_utf8_strlen(words, (gssize)length);
		if (column > indent && style->width != 0 && column + 1 + columns > style->width) {
			g_string_append_c(text, '\n');
			begin_line(text, indent);
			column = indent;
		}
		if (column > indent) {
			g_string_append_c(text, ' ');
			column++;
		}
		g_string_append_len(text, words, (gssize)length);
		column += columns;
		words += length;
		words += strspn(words, " ");
	}
	g_string_append_c(text, '\n');
}
