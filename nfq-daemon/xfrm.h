/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where tunnels end on this machine, its kernel says which two SPIs belong together, for what networks and with what
 * algorithms (NETLINK_XFRM, which wants CAP_NET_ADMIN). What it says goes into core's tunnels. One thread's.
 */
#ifndef ASAPHASE_DAEMON_XFRM_H
#define ASAPHASE_DAEMON_XFRM_H

#include "core/tunnel/tunnel.h"

struct xfrm;

/* Listens for changes, then reads all there is. NULL where the kernel does not let it, which is said in the journal:
 * pairs come from IKE and timing then. */
struct xfrm *xfrm_new(struct tunnels *tunnels);
void xfrm_free(struct xfrm *xfrm); /* NULL is let be */

/* The file that has something to read when the kernel's SAs or policies change; xfrm_read() then takes it. */
int xfrm_file(const struct xfrm *xfrm);
void xfrm_read(struct xfrm *xfrm);

/* Tells the tunnels what has become known since the last time. now: clock_now(). */
void xfrm_settle(struct xfrm *xfrm, int64_t now);

/* Tunnels may have given way and come again: at the next xfrm_settle() they are told all. */
void xfrm_tell_again(struct xfrm *xfrm);

#endif
