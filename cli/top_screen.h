/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drawing the live view. The terminal is curses' own: initscr() has been called. */
#ifndef ASAPHASE_CLI_TOP_SCREEN_H
#define ASAPHASE_CLI_TOP_SCREEN_H

#include "cli/top_table.h"

struct top_view {
	const struct top_table *table;
	enum top_order order;
	bool reversed;
	guint chosen;        /* index of the tunnel under the bar */
	guint first;         /* index of the tunnel in the top line; moved so that the chosen one is seen */
	const char *problem; /* why what is shown is old, or NULL */
	char **details;      /* lines of the chosen tunnel's diagnosis, shown instead of the table; NULL none */
	guint details_first;
};

/* Sets the colours up, where the terminal has any. */
void top_screen_begin(void);

/* Draws everything and makes it visible. */
void top_screen_draw(struct top_view *view);

/* Lines that a page has, for moving by pages. */
guint top_screen_page(void);

#endif
