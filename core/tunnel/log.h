/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an ASA logged as evidence about a tunnel, beside its packets. */
#ifndef ASAPHASE_CORE_TUNNEL_LOG_H
#define ASAPHASE_CORE_TUNNEL_LOG_H

#include "core/base/time.h"
#include "core/catalogue/log_line.h"
#include "core/tunnel/arrival.h"

/* Where a message came from. */
struct log_origin {
	uint32_t frame;               /* of the capture that holds it; 0 none */
	uint32_t line;                /* of a log file, counted from 1; 0 none */
	int64_t time;                 /* nanoseconds since the epoch; 0 not known, which fits any time */
	const struct ip_address *asa; /* who logged it; NULL not known */
};

/* Messages of one attempt come within this time. */
#define ONE_ATTEMPT (60 * NANOSECONDS)

/* Takes a message into the tunnel that it names, see tunnels_add_log(). */
void tunnels_take_log(struct arrival *arrival, const struct log_origin *origin, const struct asa_log_message *message);

/* The same for a packet that holds one. */
void tunnel_add_syslog(struct arrival *arrival, bool annotate);

#endif
