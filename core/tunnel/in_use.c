/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/time.h"
#include "core/tunnel/table.h"

/* A tunnel that worked, and was silent for longer than any lifetime and any idle timeout, does so no more. */
#define UNUSED_AFTER (24 * 3600 * NANOSECONDS)

static bool came_up(const struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->up_time != 0)
			return true;
	return false;
}

/* ESP both ways, of the kind that is hard to make up, or known from an earlier run. */
static bool worked(const struct tunnel *tunnel)
{
	return came_up(tunnel) || (tunnel->esp[0].silence.last != 0 && tunnel->esp[1].silence.last != 0) ||
	       tunnel->esp[0].earlier_packets + tunnel->esp[1].earlier_packets != 0;
}

bool tunnel_is_in_use(const struct tunnels *tunnels, const struct tunnel *tunnel)
{
	int64_t idle = tunnels->now - tunnel->last_time;

	if (tunnel->keep)
		return true;
	if (worked(tunnel))
		return idle < UNUSED_AFTER;
	return tunnel->esp[0].packets + tunnel->esp[1].packets > SPOOFED_PACKETS && idle < ONE_WAY_UNUSED_AFTER;
}
