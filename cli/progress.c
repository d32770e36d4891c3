/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/progress.h"

#include <glib.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_AFTER (G_USEC_PER_SEC / 2)
#define EVERY (G_USEC_PER_SEC / 5)

void progress_begin(struct progress *progress, const char *name, FILE *file)
{
	struct stat status;

	*progress = (struct progress){.name = name, .file = file, .active = isatty(STDERR_FILENO) != 0};
	progress->next = g_get_monotonic_time() + FIRST_AFTER;
	if (file != NULL && fstat(fileno(file), &status) == 0 && S_ISREG(status.st_mode))
		progress->size = status.st_size;
}

void progress_show(struct progress *progress, uint64_t packets)
{
	if (!progress->active || g_get_monotonic_time() < progress->next)
		return;
	progress->next = g_get_monotonic_time() + EVERY;
	progress->shown = true;
	fprintf(stderr, "\r%s: %" PRIu64 " packets", progress->name, packets);
	if (progress->size > 0)
		fprintf(stderr, ", %d %%", (int)(ftello(progress->file) * 100 / progress->size));
	fprintf(stderr, "\033[K");
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r\033[K");
	progress->shown = false;
}
