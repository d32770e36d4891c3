/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the tunnels that are shown, and what every view of one asks. */
#ifndef ASAPHASE_CORE_ASA_SHOWN_TUNNEL_H
#define ASAPHASE_CORE_ASA_SHOWN_TUNNEL_H

#include <glib.h>

#include "core/tunnel/tunnel.h"

#define NOT_KNOWN "-"

struct show {
	GString *text;
	struct tunnels *tunnels;
	const struct ip_address *peer; /* show this one only; NULL: all */
	bool detail;
};

/* The next tunnel that is to be shown, from *number (0 at first) on; NULL after the last. */
const struct tunnel *show_next_tunnel(const struct show *show, uint32_t *number);

/* Whole seconds from a time until now; 0 for one that is ahead. */
int64_t show_seconds_since(const struct show *show, int64_t time);

/* The side that is mirrored, and the other. */
static inline const struct ip_address *show_local(const struct tunnel *tunnel)
{
	return &tunnel->address[tunnel->asa_side];
}
static inline const struct ip_address *show_remote(const struct tunnel *tunnel)
{
	return &tunnel->address[!tunnel->asa_side];
}

/* Whether any SA of ESP of this tunnel is up: its IKE SA is, or was not seen, or the ESP goes on after it. */
bool show_has_ipsec_sa(const struct show *show, const struct tunnel *tunnel);

/* What is known of the suite of the children that are up: that of the newest where it is known, else NULL. */
const struct child_agreement *show_agreement(const struct show *show, const struct tunnel *tunnel);

#endif
