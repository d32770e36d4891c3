/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/problems.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/terminal.h"

void problems_add(struct problems *problems, uint32_t frame, const char *text)
{
	problems->count++;
	if (problems->kept == PROBLEMS_KEPT)
		return;
	struct problem *problem = &problems->list[problems->kept++];
	problem->frame = frame;
	snprintf(problem->text, sizeof problem->text, "%s", text);
}

void problems_print(const struct problems *problems, const char *file)
{
	const char *name = terminal_name(file);

	for (unsigned i = 0; i < problems->kept; i++) {
		const struct problem *problem = &problems->list[i];
		if (problem->frame == 0)
			fprintf(stderr, "asaphase: %s: %s\n", name, problem->text);
		else
			fprintf(stderr, "asaphase: %s: frame %" PRIu32 ": %s\n", name, problem->frame, problem->text);
	}
	if (problems->count > problems->kept)
		fprintf(stderr, "asaphase: %s: %" PRIu64 " more frames like these\n", name,
		        problems->count - problems->kept);
}
