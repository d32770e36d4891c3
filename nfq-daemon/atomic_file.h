/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file that is there whole or not at all. */
#ifndef ASAPHASE_DAEMON_ATOMIC_FILE_H
#define ASAPHASE_DAEMON_ATOMIC_FILE_H

#include <glib.h>
#include <sys/types.h>

/*
 * Writes text to a temporary file beside path (".NAME.new", which no collector takes for the file), forces it to disk
 * and renames it. Returns 0; or a negative errno with a sentence in *error (to be freed): then path is as it was.
 */
int atomic_file_write(const char *path, const GString *text, mode_t mode, char **error);

#endif
