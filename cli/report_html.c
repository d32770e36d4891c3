/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_html.h"

#include <inttypes.h>
#include <stdarg.h>

#include "core/base/time.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* Controls, and characters that turn the direction of what stands around them. */
static gboolean is_unfit(gunichar character)
{
	return (g_unichar_iscntrl(character) && character != '\n') || (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) || (character & 0xfffe) == 0xfffe ||
	       (character >= 0xfdd0 && character <= 0xfdef);
}

static void append_character(GString *to, gunichar character)
{
	switch (character) {
	case '&':
		g_string_append(to, "&amp;");
		break;
	case '<':
		g_string_append(to, "&lt;");
		break;
	case '>':
		g_string_append(to, "&gt;");
		break;
	case '"':
		g_string_append(to, "&quot;");
		break;
	case '\'':
		g_string_append(to, "&#39;");
		break;
	default:
		if (is_unfit(character))
			g_string_append(to, REPLACEMENT);
		else
			g_string_append_unichar(to, character);
	}
}

static void append_escaped(GString *to, const char *text)
{
	char *valid = g_utf8_make_valid(text, -1);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at))
		append_character(to, g_utf8_get_char(at));
	g_free(valid);
}

static void append_text(const struct html *html, const char *text, gboolean with_identities)
{
	if (html->redaction == NULL) {
		append_escaped(html->to, text);
		return;
	}
	GString *redacted = g_string_new(NULL);
	redaction_append(html->redaction, redacted, text, with_identities);
	append_escaped(html->to, redacted->str);
	g_string_free(redacted, TRUE);
}

void html_text(const struct html *html, const char *text)
{
	append_text(html, text, FALSE);
}

void html_text_with_identities(const struct html *html, const char *text)
{
	append_text(html, text, TRUE);
}

void html_textf(const struct html *html, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	html_text(html, text);
	g_free(text);
}

void html_markup(const struct html *html, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_string_append_vprintf(html->to, format, arguments);
	va_end(arguments);
}

void html_element(const struct html *html, const char *tag, const char *attributes, const char *text)
{
	html_markup(html, "<%s%s%s>", tag, *attributes != '\0' ? " " : "", attributes);
	html_text(html, text);
	html_markup(html, "</%s>", tag);
}

void html_number_cell(const struct html *html, uint64_t number)
{
	html_markup(html, "<td class=n data-v=%" PRIu64 ">%" PRIu64 "</td>", number, number);
}

void html_frame_cell(const struct html *html, uint32_t frame)
{
	if (frame != 0)
		html_number_cell(html, frame);
	else
		html_markup(html, "<td class=n data-v=0>none</td>");
}

void html_time_cell(const struct html *html, int64_t time, int64_t start)
{
	html_markup(html, "<td class=n data-v=%" PRId64 ">%.6f s</td>", time - start,
	            (double)(time - start) / (double)NANOSECONDS);
}

const char *duration_text(int64_t nanoseconds, char text[DURATION_TEXT_SIZE])
{
	int64_t seconds = nanoseconds / NANOSECONDS;

	if (seconds < 10)
		g_snprintf(text, DURATION_TEXT_SIZE, "%.3f s", (double)nanoseconds / (double)NANOSECONDS);
	else if (seconds < 60)
		g_snprintf(text, DURATION_TEXT_SIZE, "%.1f s", (double)nanoseconds / (double)NANOSECONDS);
	else if (seconds < 3600)
		g_snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 " min %" PRId64 " s", seconds / 60, seconds % 60);
	else
		g_snprintf(text, DURATION_TEXT_SIZE, "%" PRId64 " h %" PRId64 " min", seconds / 3600,
		           seconds / 60 % 60);
	return text;
}
