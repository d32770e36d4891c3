/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of this host: a tunnel that ends at one of them is seen from here. */
#ifndef ASAPHASE_DAEMON_LOCAL_ADDRESSES_H
#define ASAPHASE_DAEMON_LOCAL_ADDRESSES_H

#include "core/base/ip_address.h"

/* Writes up to room addresses, without loopback and link-local ones. Returns how many, or a negative errno. */
int local_addresses(struct ip_address *addresses, unsigned room);

#endif
