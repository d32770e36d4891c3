/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: ESP that others counted, into its tunnel. What front ends call is in tunnel.h. */
#ifndef ASAPHASE_CORE_TUNNEL_COUNTS_H
#define ASAPHASE_CORE_TUNNEL_COUNTS_H

#include "core/tunnel/arrival.h"

/*
 * Ends a look for one tunnel after the other: returns the next whose counts are settled by that, from *cursor (0 at
 * first) on; NULL after the last, when no counts wait any more.
 */
struct tunnel *tunnels_settle_next(struct tunnels *tunnels, uint32_t *cursor);

#endif
