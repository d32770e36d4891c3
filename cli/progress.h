/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line on standard error that says how far a long file has been read. Nothing where that is not a terminal. */
#ifndef ASAPHASE_CLI_PROGRESS_H
#define ASAPHASE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
	const char *name;
	FILE *file;   /* what is being read; NULL: no size is known */
	int64_t size; /* of it in bytes; 0 unknown */
	int64_t next; /* monotonic microseconds at which the line is due again */
	bool active;
	bool shown;
};

void progress_begin(struct progress *progress, const char *name, FILE *file);

/* To be called every now and then: asks the clock. */
void progress_show(struct progress *progress, uint64_t packets);

/* Takes the line away again. */
void progress_end(struct progress *progress);

#endif
