/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ASA logged as evidence about a tunnel, beside its packets. */
#ifndef ASAPHASE_CORE_TUNNEL_LOG_H
#define ASAPHASE_CORE_TUNNEL_LOG_H

#include "core/catalogue/log_line.h"
#include "core/tunnel/tunnel.h"

/* Where a message came from. */
struct log_origin {
	uint32_t frame;               /* of the capture that holds it; 0 none */
	uint32_t line;                /* of a log file, counted from 1; 0 none */
	int64_t time;                 /* nanoseconds since the epoch; 0 not known, which fits any time */
	const struct ip_address *asa; /* who logged it; NULL not known */
};

/*
 * Takes a message into the tunnel that it names: a failure sharpens that tunnel's verdict where packets leave it open,
 * a success undoes the failures that were logged before. annotation may be NULL; its tunnel is UINT32_MAX where the
 * message names no tunnel of these, or no single one.
 *
 * tunnels_add() does this by itself for syslog in a capture.
 */
void tunnels_add_log(struct tunnels *tunnels, const struct log_origin *origin, const struct asa_log_message *message,
                     struct annotation *annotation);

#endif
