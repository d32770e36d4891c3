/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main() of a fuzz target for any compiler: feeds it the files named, and those in the folders named. */
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/fuzz/fuzz_target.h"

/* Defined by targets that have something to set up. */
int LLVMFuzzerInitialize(int *argument_count, char ***arguments) __attribute__((weak));

static unsigned replay_file(const char *path)
{
	char *bytes;
	gsize length;

	if (!g_file_get_contents(path, &bytes, &length, NULL)) {
		fprintf(stderr, "replay: %s cannot be read\n", path);
		exit(EXIT_FAILURE);
	}
	/* Of exactly that length, so that a sanitizer sees what lies beyond it. */
	uint8_t *data = g_memdup2(bytes, length);
	LLVMFuzzerTestOneInput(data != NULL ? data : (const uint8_t *)"", length);
	g_free(data);
	g_free(bytes);
	return 1;
}

static unsigned replay(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	unsigned count = 0;
	const char *name;

	if (folder == NULL)
		return replay_file(path);
	while ((name = g_dir_read_name(folder)) != NULL) {
		char *file = g_build_filename(path, name, NULL);
		count += replay_file(file);
		g_free(file);
	}
	g_dir_close(folder);
	return count;
}

int main(int argument_count, char **arguments)
{
	unsigned count = 0;

	if (LLVMFuzzerInitialize != NULL)
		LLVMFuzzerInitialize(&argument_count, &arguments);
	for (int i = 1; i < argument_count; i++)
		count += replay(arguments[i]);
	printf("%u inputs\n", count);
	return EXIT_SUCCESS;
}
