/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/steps_text.h"

#define COMMAND_SIZE 512
/* A command longer than this has its reason on the next line. */
#define COMMAND_COLUMNS 46

static void append_step(GString *text, const struct text_style *style, const struct next_step *step,
                        const struct catalogue_values *values)
{
	char command[COMMAND_SIZE];

	catalogue_fill(step->command, values, command, sizeof command);
	bool fits = g_utf8_strlen(command, -1) <= COMMAND_COLUMNS;
	g_string_append_printf(text, "    %-*s%s", COMMAND_COLUMNS, command, fits ? "  " : "\n      ");
	text_style_append(text, style, PAINT_FAINT, "# %s\n", step->why);
}

void steps_text_append(GString *text, const struct text_style *style, const struct next_step *steps, uint8_t versions,
                       const struct catalogue_values *values)
{
	static const char *const headings[] = {
	        [AT_ASA] = "Type on the ASA", [AT_PEER] = "Type on the peer", [AT_PATH] = "Type on the path between"};

	for (enum next_at at = AT_ASA; steps != NULL && at <= AT_PATH; at++) {
		bool begun = false;
		for (unsigned i = 0; i < CATALOGUE_STEPS && steps[i].command != NULL; i++) {
			if (steps[i].at != at || (steps[i].versions & versions) == 0)
				continue;
			if (!begun) {
				g_string_append(text, "  ");
				text_style_append_string(text, style, PAINT_BOLD, headings[at]);
				g_string_append_c(text, '\n');
			}
			begun = true;
			append_step(text, style, &steps[i], values);
		}
	}
}
