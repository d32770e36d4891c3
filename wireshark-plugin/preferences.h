/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the user can set: Edit → Preferences → Protocols → ASAPHASE, or -o asaphase.…. A change has the file read anew.
 */
#ifndef ASAPHASE_WIRESHARK_PREFERENCES_H
#define ASAPHASE_WIRESHARK_PREFERENCES_H

#include "core/tunnel/tunnel.h"
#include "core/wire/datagram.h"

void preferences_register(int protocol);

/* As they stand now, in core's terms. */
struct tunnel_options preferences_tunnel_options(void);
const struct datagram_ports *preferences_ports(void);

/* Whether to write phase and cause into the Info column. */
bool preferences_annotate_info(void);

#endif
