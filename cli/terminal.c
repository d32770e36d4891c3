/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/terminal.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NARROWEST 40
#define USUAL_WIDTH 100

static bool wants_color(void)
{
	const char *no_color = getenv("NO_COLOR");
	const char *kind = getenv("TERM");

	if (no_color != NULL && *no_color != '\0')
		return false;
	return isatty(STDOUT_FILENO) && kind != NULL && strcmp(kind, "dumb") != 0;
}

struct text_style terminal_style(void)
{
	struct text_style style = {.color = wants_color(), .width = USUAL_WIDTH};
	struct winsize size;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= NARROWEST)
		style.width = size.ws_col;
	return style;
}

const char *terminal_name(const char *file)
{
	char *valid = g_utf8_make_valid(file, -1);
	GString *name = g_string_new(NULL);

	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);
		g_string_append_unichar(name, g_unichar_iscntrl(character) ? '?' : character);
	}
	const char *kept = g_intern_string(name->str);
	g_string_free(name, TRUE);
	g_free(valid);
	return kept;
}
