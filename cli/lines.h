/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text line by line, from a file or from standard input; a line of any length takes bounded memory. */
#ifndef ASAPHASE_CLI_LINES_H
#define ASAPHASE_CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What is kept of a line; the rest is passed over. */
#define LINES_LONGEST 8192

struct lines {
	FILE *file;
	bool owned;
	uint32_t number; /* of the line read last, counted from 1 */
	size_t length;
	char text[LINES_LONGEST]; /* not zero-terminated: length bytes, without line feed and carriage return */
};

/* "-" is standard input. Returns 0 or a negative errno. */
int lines_open(struct lines *lines, const char *file);
void lines_close(struct lines *lines);

/* Returns 1 with the next line, 0 after the last, or a negative errno. */
int lines_next(struct lines *lines);

#endif
