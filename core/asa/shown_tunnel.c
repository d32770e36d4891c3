/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/asa/shown_tunnel.h"

#include "core/base/time.h"

const struct tunnel *show_next_tunnel(const struct show *show, uint32_t *number)
{
	while (*number < tunnels_count(show->tunnels)) {
		const struct tunnel *tunnel = tunnels_at(show->tunnels, (*number)++);
		if (tunnel != NULL && (show->peer == NULL || ip_address_equal(show->peer, show_remote(tunnel))))
			return tunnel;
	}
	return NULL;
}

int64_t show_seconds_since(const struct show *show, int64_t time)
{
	int64_t now = tunnels_now(show->tunnels);

	return now > time ? (now - time) / NANOSECONDS : 0;
}

bool show_has_ipsec_sa(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (tunnel_children_up(show->tunnels, tunnel, up) == 0)
		return false;
	return sa == NULL || tunnel_ike_sa_is_up(tunnel, sa) || tunnel->esp[0].last_time > sa->last_time ||
	       tunnel->esp[1].last_time > sa->last_time;
}

const struct child_agreement *show_agreement(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];

	for (unsigned i = tunnel_children_up(show->tunnels, tunnel, up); i-- > 0;)
		if (up[i]->agreement != NULL && up[i]->agreement->suite_known)
			return up[i]->agreement;
	return NULL;
}
