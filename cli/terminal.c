/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/terminal.h"

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
