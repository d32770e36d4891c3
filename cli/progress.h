/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line on standard error that says how far a long file has been read. Nothing where that is not a terminal. */
#ifndef ASAPHASE_CLI_PROGRESS_H
#define ASAPHASE_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *name;
	int64_t size; /* of the file in bytes; 0 unknown */
	int64_t next; /* monotonic microseconds at which the line is due again */
	bool active;
	bool shown;
};

void progress_begin(struct progress *progress, const char *name, int64_t size);

/* To be called every now and then: asks the clock. position is how far the file has been read, in bytes. */
void progress_show(struct progress *progress, uint64_t packets, int64_t position);

/* Takes the line away again. */
void progress_end(struct progress *progress);

#endif
