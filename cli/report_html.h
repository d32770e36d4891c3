/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Building a page's HTML. Everything that is not markup written here goes through html_text(): escaped, valid UTF-8,
 * without control characters, and redacted where that was asked for.
 */
#ifndef ASAPHASE_CLI_REPORT_HTML_H
#define ASAPHASE_CLI_REPORT_HTML_H

#include <glib.h>
#include <stdint.h>

#include "cli/report_redaction.h"

struct html {
	GString *to;
	struct redaction *redaction; /* NULL: nothing is hidden */
};

/* Text content or the value of a quoted attribute. */
void html_text(const struct html *html, const char *text);
void html_textf(const struct html *html, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The same for what may hold identities. */
void html_text_with_identities(const struct html *html, const char *text);

/* Markup; what is filled in may be numbers and words of our own only. */
void html_markup(const struct html *html, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* <tag>text</tag>; attributes is markup that follows the tag's name, "" for none. */
void html_element(const struct html *html, const char *tag, const char *attributes, const char *text);

/* A number that a table sorts by: <td data-v=N>N</td>. */
void html_number_cell(const struct html *html, uint64_t number);

/* The same for a frame; what a log says has none. */
void html_frame_cell(const struct html *html, uint32_t frame);

/* Seconds since start, as "12.345678 s", in a cell that sorts by it. */
void html_time_cell(const struct html *html, int64_t time, int64_t start);

/* "0.002 s", "12.0 s", "3 min 20 s", "2 h 5 min": a duration to be read at a glance. Returns text. */
#define DURATION_TEXT_SIZE 32
const char *duration_text(int64_t nanoseconds, char text[DURATION_TEXT_SIZE]);

#endif
