/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's state file. What is read is given its right checksum first; without one nothing is read. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "nfq-daemon/state_file.h"
#include "tests/fuzz/fuzz_target.h"

#define FIRST_LINE "asaphase-state 1\n"

static void write_file(int file, const GString *text)
{
	if (ftruncate(file, 0) != 0 || pwrite(file, text->str, text->len, 0) != (ssize_t)text->len)
		abort();
}

static void check(const char *path, int expected)
{
	struct state state;
	char *error = NULL;

	state_begin(&state);
	int result = state_file_read(path, &state, &error);
	if ((result == 0) != (error == NULL) || (expected != 0 && result != expected))
		abort();
	if (result != 0 && state.tunnels->len + state.failures->len + state.spis->len != 0)
		abort();
	g_free(error);
	state_end(&state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A file that cannot be set aside: its name in /proc cannot be changed. */
	int file = memfd_create("state", MFD_CLOEXEC);
	char path[64];
	GString *text = g_string_new(FIRST_LINE);

	snprintf(path, sizeof path, "/proc/self/fd/%d", file);
	g_string_append_len(text, (const char *)data, (gssize)size);
	write_file(file, text);
	/* What the fuzzer makes up has no good checksum. */
	check(path, -EBADMSG);
	char *checksum = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text->str, text->len);
	g_string_append_printf(text, "end %s\n", checksum);
	write_file(file, text);
	check(path, 0);
	g_free(checksum);
	g_string_free(text, TRUE);
	close(file);
	return 0;
}
