/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kernel-helpers/netlink_socket.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>

struct mnl_socket *netlink_socket_open(int bus, int flags, unsigned groups)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC | flags);
	struct timeval patience = {.tv_sec = 1};

	if (socket == NULL)
		return NULL;
	if (mnl_socket_bind(socket, groups, MNL_SOCKET_AUTOPID) != 0 ||
	    setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
		int error = errno;

		mnl_socket_close(socket);
		errno = error;
		return NULL;
	}
	return socket;
}
