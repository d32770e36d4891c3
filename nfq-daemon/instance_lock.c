/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/instance_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <string.h>
#include <sys/file.h>
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

/* Opened for that moment alone: a file that is kept open for writing would keep its disk from being made read-only. */
static void write_holder(const char *path)
{
	char text[16];
	int length = g_snprintf(text, sizeof text, "%d\n", (int)getpid());
	int file = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOFOLLOW);

	if (file < 0)
		return; /* the lock holds without the number as well */
	if (write(file, text, (size_t)length) < 0)
		errno = 0;
	close(file);
}

int instance_lock_take(const char *path, char **error)
{
	char *name = g_strdup_printf("%s.lock", path);
	int file = open(name, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	int result = file;

	if (file < 0 || flock(file, LOCK_EX | LOCK_NB) != 0)
		result = refuse(file, name, error);
	else
		write_holder(name);
	if (result < 0 && file >= 0)
		close(file);
	g_free(name);
	return result;
}
