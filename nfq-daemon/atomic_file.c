/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/atomic_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int file, const GString *text)
{
	for (gsize done = 0; done < text->len;) {
		ssize_t count = write(file, text->str + done, text->len - done);
		if (count < 0 && errno != EINTR)
			return -errno;
		done += count > 0 ? (gsize)count : 0;
	}
	return 0;
}

static int fill(int file, const GString *text, mode_t mode)
{
	int result = write_all(file, text);

	if (result == 0 && (fchmod(file, mode) != 0 || fsync(file) != 0))
		result = -errno;
	if (close(file) != 0 && result == 0)
		result = -errno;
	return result;
}

static int write_in(int folder, const char *name, const char *temporary, const GString *text, mode_t mode)
{
	unlinkat(folder, temporary, 0); /* what a crash left */

	int file = openat(folder, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (file < 0)
		return -errno;
	int result = fill(file, text, mode);
	if (result == 0 && renameat(folder, temporary, folder, name) != 0)
		result = -errno;
	if (result == 0)
		fsync(folder); /* the name, too; where the file system cannot, the file is still whole */
	else
		unlinkat(folder, temporary, 0);
	return result;
}

int atomic_file_write(const char *path, const GString *text, mode_t mode, char **error)
{
	char *folder_name = g_path_get_dirname(path), *name = g_path_get_basename(path);
	char *temporary = g_strdup_printf(".%s.new", name);
	int folder = open(folder_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result = folder < 0 ? -errno : write_in(folder, name, temporary, text, mode);

	if (result != 0)
		*error = g_strdup_printf("%s: cannot be written: %s", path, strerror(-result));
	if (folder >= 0)
		close(folder);
	g_free(temporary);
	g_free(name);
	g_free(folder_name);
	return result;
}
