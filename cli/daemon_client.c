/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/daemon_client.h"

#include <errno.h>

int daemon_client_show(const char *socket_path, const char *const *words, size_t count, GString *text, char **error)
{
	(void)socket_path;
	(void)words;
	(void)count;
	(void)text;
	*error = g_strdup("this build cannot ask a running asaphased; name a capture with -r FILE");
	return -ENOTSUP;
}
