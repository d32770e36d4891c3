/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE
#include "nfq-daemon/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NET_ADMIN (UINT32_C(1) << CAP_NET_ADMIN)

_Static_assert(CAP_NET_ADMIN < 32, "in the first word of a set");

struct capability_sets {
	struct __user_cap_header_struct header;
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
};

bool privileges_net_admin(void)
{
	struct capability_sets sets = {.header = {.version = _LINUX_CAPABILITY_VERSION_3}};

	return syscall(SYS_capget, &sets.header, sets.data) == 0 && (sets.data[0].effective & NET_ADMIN) != 0;
}

int privileges_user(const char *name, uid_t *user, gid_t *group, char message[PRIVILEGES_MESSAGE_SIZE])
{
	const struct passwd *entry = getpwnam(name);

	if (entry == NULL) {
		snprintf(message, PRIVILEGES_MESSAGE_SIZE, "there is no user '%s'", name);
		return -ENOENT;
	}
	*user = entry->pw_uid;
	*group = entry->pw_gid;
	return 0;
}

static int keep_net_admin(void)
{
	struct capability_sets sets = {.header = {.version = _LINUX_CAPABILITY_VERSION_3}};

	sets.data[0].effective = sets.data[0].permitted = NET_ADMIN;
	return syscall(SYS_capset, &sets.header, sets.data) != 0 ? -errno : 0;
}

static int become(uid_t user, gid_t group, gid_t extra_group)
{
	size_t extras = extra_group == (gid_t)-1 ? 0 : 1;

	if (prctl(PR_SET_KEEPCAPS, 1) != 0 || setgroups(extras, &extra_group) != 0 ||
	    setresgid(group, group, group) != 0 || setresuid(user, user, user) != 0)
		return -errno;
	return keep_net_admin();
}

int privileges_drop(uid_t user, gid_t group, gid_t extra_group, char message[PRIVILEGES_MESSAGE_SIZE])
{
	int result = become(user, group, extra_group);

	if (result == 0 && setuid(0) == 0)
		result = -EPERM; /* what was given up must not come back */
	if (result != 0)
		snprintf(message, PRIVILEGES_MESSAGE_SIZE, "cannot become user %u: %s", user, strerror(-result));
	return result;
}

void privileges_forbid_new(void)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}
