/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was wrong with an input, frame by frame; bounded, so that a broken capture does not bury its verdicts. */
#ifndef ASAPHASE_CLI_PROBLEMS_H
#define ASAPHASE_CLI_PROBLEMS_H

#include <stdint.h>

/* Problems of one kind that are kept; further ones are counted. */
#define PROBLEMS_KEPT 5

struct problem {
	uint32_t frame; /* 0: the file as a whole */
	char text[160];
};

struct problems {
	struct problem list[PROBLEMS_KEPT];
	unsigned kept;
	uint64_t count;
};

void problems_add(struct problems *problems, uint32_t frame, const char *text);

/* "asaphase: FILE: frame N: …" a line each, on standard error. */
void problems_print(const struct problems *problems, const char *file);

#endif
