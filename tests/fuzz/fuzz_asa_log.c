/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The reader of ASA syslog lines: each line of the input is one. */
#include <string.h>

#include "core/catalogue/log_line.h"
#include "tests/fuzz/fuzz_target.h"

static void read_line(const char *line, size_t length)
{
	struct asa_log_message message;

	if (asa_log_read(line, length, &message) != 0)
		asa_log_read_wording(line, length, &message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data, *end = line + size, *feed;

	for (; (feed = memchr(line, '\n', (size_t)(end - line))) != NULL; line = feed + 1)
		read_line(line, (size_t)(feed - line));
	read_line(line, (size_t)(end - line));
	return 0;
}
