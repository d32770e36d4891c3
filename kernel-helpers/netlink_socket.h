/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A netlink socket that nobody waits on for ever. */
#ifndef ASAPHASE_KERNEL_HELPERS_NETLINK_SOCKET_H
#define ASAPHASE_KERNEL_HELPERS_NETLINK_SOCKET_H

#include <libmnl/libmnl.h>

/*
 * Bound, and waits at most a second for an answer. bus is NETLINK_…, flags is SOCK_NONBLOCK or 0, groups are bits of
 * multicast groups. NULL with errno set. Close with mnl_socket_close.
 */
struct mnl_socket *netlink_socket_open(int bus, int flags, unsigned groups);

#endif
