/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/terminal.h"

#define FIRST_AFTER (G_USEC_PER_SEC / 2)
#define EVERY (G_USEC_PER_SEC / 5)

void progress_begin(struct progress *progress, const char *name, int64_t size)
{
	*progress = (struct progress){.name = terminal_name(name), .size = size, .active = isatty(STDERR_FILENO) != 0};
	progress->next = g_get_monotonic_time() + FIRST_AFTER;
}

void progress_show(struct progress *progress, uint64_t packets, int64_t position)
{
	if (!progress->active || g_get_monotonic_time() < progress->next)
		return;
	progress->next = g_get_monotonic_time() + EVERY;
	progress->shown = true;
	fprintf(stderr, "\r%s: %" PRIu64 " packets", progress->name, packets);
	if (progress->size > 0)
		fprintf(stderr, ", %d %%", (int)(position * 100 / progress->size));
	fprintf(stderr, "\033[K");
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
}
