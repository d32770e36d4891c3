/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/instance_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int refuse(int file, const char *path, char **error)
{
	char holder[16] = "";
	int reason = errno;

	if (reason == EWOULDBLOCK && pread(file, holder, sizeof holder - 1, 0) >= 0)
		*error = g_strdup_printf("another asaphased runs (process %s): it holds %s", g_strstrip(holder), path);
	else
		*error = g_strdup_printf("%s: %s", path, strerror(reason));
	return reason == EWOULDBLOCK ? -EBUSY : -reason;
}

/* Whoever owns the folder could have put another name of a file of root's there. */
static bool is_a_lock(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

/* Opened for that moment alone: a file that is kept open for writing would keep its disk from being made read-only. */
static void write_holder(const char *path)
{
	char text[16];
	int length = g_snprintf(text, sizeof text, "%d\n", (int)getpid());
	int file = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

	if (file < 0)
		return; /* the lock holds without the number as well */
	if (is_a_lock(file) && ftruncate(file, 0) == 0 && write(file, text, (size_t)length) < 0)
		errno = 0;
	close(file);
}

int instance_lock_take(const char *path, char **error)
{
	char *name = g_strdup_printf("%s.lock", path);
	int file = open(name, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	int result = file;

	if (file >= 0 && !is_a_lock(file)) {
		*error = g_strdup_printf("%s: is no file of its own", name);
		result = -EPERM;
	} else if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0) {
		result = refuse(file, name, error);
	} else {
		write_holder(name);
	}
	if (result < 0 && file >= 0)
		close(file);
	g_free(name);
	return result;
}
