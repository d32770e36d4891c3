/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnel between two addresses: made where there is none, and which other gives way for it when the table is full.
 */
#include "core/base/time.h"
#include "core/tunnel/silence.h"
#include "core/tunnel/spis.h"
#include "core/tunnel/table.h"

#define FIRST_LOSS_CHECK 64
/* More IKE messages than these are not what one spoofed packet leaves. */
#define SPOOFED_MESSAGES 2
/* Tunnels looked at to find one that may give way. */
#define EVICTION_LOOKS 64

enum priority {
	PRIORITY_NONE,
	PRIORITY_ATTEMPT, /* a tunnel that tries to come up */
	PRIORITY_IN_USE,
};

/* What a spoofed packet leaves, with the answer that a gateway sends to it. */
static bool is_spoofed(const struct tunnel *tunnel)
{
	return tunnel->ike_messages_from[0] + tunnel->ike_messages_from[1] <= SPOOFED_MESSAGES &&
	       tunnel->esp[0].packets + tunnel->esp[1].packets <= SPOOFED_PACKETS;
}

static enum priority priority_of(const struct tunnels *tunnels, const struct tunnel *tunnel)
{
	if (tunnel_is_in_use(tunnels, tunnel))
		return PRIORITY_IN_USE;
	/* One that worked was silent for longer than that: else it would be in use. */
	if (is_spoofed(tunnel) || tunnels->now - tunnel->last_time > ONE_WAY_UNUSED_AFTER)
		return PRIORITY_NONE;
	return PRIORITY_ATTEMPT;
}

static void remove_tunnel(struct tunnels *tunnels, struct tunnel *tunnel)
{
	uint32_t number = tunnel->number;

	for (unsigned side = 0; side < 2; side++)
		tunnel_retire_spis(tunnels, tunnel, side, INT64_MAX);
	g_hash_table_remove(tunnels->by_addresses, tunnel->address);
	tunnel_peers_remove(tunnels, tunnel);
	tunnel_free(tunnel);
	tunnels->list->pdata[number] = NULL;
	if (tunnels->options.reuse_numbers)
		g_array_append_val(tunnels->free_numbers, number);
	tunnels->live--;
	tunnels->dropped++;
}

/* The first that has no priority, in the order of the list, else the attempt that was silent for longest. */
static bool evict_one(struct tunnels *tunnels)
{
	guint length = tunnels->list->len;
	struct tunnel *chosen = NULL;
	enum priority least = PRIORITY_IN_USE;

	for (unsigned looks = 0; looks < EVICTION_LOOKS && length > 0 && least != PRIORITY_NONE; looks++) {
		struct tunnel *tunnel = tunnels->list->pdata[tunnels->eviction_cursor++ % length];
		enum priority priority = tunnel != NULL ? priority_of(tunnels, tunnel) : PRIORITY_IN_USE;
		if (priority == PRIORITY_IN_USE || priority > least)
			continue;
		if (priority < least || tunnel->last_time < chosen->last_time) {
			least = priority;
			chosen = tunnel;
		}
	}
	if (chosen != NULL)
		remove_tunnel(tunnels, chosen);
	return chosen != NULL;
}

static bool is_declared_asa(const struct tunnel_options *options, const struct ip_address *address)
{
	for (unsigned i = 0; i < options->asa_count; i++)
		if (ip_address_equal(&options->asa[i], address))
			return true;
	return false;
}

/* Gives the tunnel its number and its place in the list. */
static void list_tunnel(struct tunnels *tunnels, struct tunnel *tunnel)
{
	guint left = tunnels->free_numbers->len;

	if (left == 0) {
		tunnel->number = tunnels->list->len;
		g_ptr_array_add(tunnels->list, tunnel);
		return;
	}
	tunnel->number = g_array_index(tunnels->free_numbers, uint32_t, left - 1);
	g_array_set_size(tunnels->free_numbers, left - 1);
	tunnels->list->pdata[tunnel->number] = tunnel;
}

static struct tunnel *add_tunnel(struct tunnels *tunnels, const struct ip_address *source,
                                 const struct ip_address *destination, uint32_t frame, int64_t time)
{
	if (tunnels->live >= tunnels->options.tunnel_capacity && !evict_one(tunnels)) {
		tunnels->dropped++;
		return NULL;
	}
	struct tunnel *tunnel = g_new0(struct tunnel, 1);
	list_tunnel(tunnels, tunnel);
	tunnel->address[0] = *source;
	tunnel->address[1] = *destination;
	tunnel->asa_declared = true;
	if (is_declared_asa(&tunnels->options, source))
		tunnel->asa_side = 0;
	else if (is_declared_asa(&tunnels->options, destination))
		tunnel->asa_side = 1;
	else
		tunnel->asa_declared = false;
	tunnel->current = CAUSE_UNDETERMINED;
	tunnel->first_frame = frame;
	tunnel->first_time = time;
	for (unsigned side = 0; side < 2; side++) {
		tunnel->esp[side].first_spi = SPI_TABLE_FULL;
		tunnel->esp[side].next_check = FIRST_LOSS_CHECK;
		tunnel->esp[side].next_one_way_check = NEVER_ANSWERED_PACKETS;
	}
	g_hash_table_insert(tunnels->by_addresses, tunnel->address, tunnel);
	tunnel_peers_add(tunnels, tunnel);
	tunnels->live++;
	return tunnel;
}

struct tunnel *tunnels_between(struct tunnels *tunnels, const struct ip_address *source,
                               const struct ip_address *destination, uint32_t frame, int64_t time)
{
	struct tunnel *tunnel = tunnels_find(tunnels, source, destination);
	return tunnel != NULL ? tunnel : add_tunnel(tunnels, source, destination, frame, time);
}

struct tunnel *tunnels_declare(struct tunnels *tunnels, const struct ip_address *local, const struct ip_address *remote)
{
	struct tunnel *tunnel = tunnels_between(tunnels, local, remote, 0, tunnels->now);

	if (tunnel == NULL)
		return NULL;
	tunnel->asa_side = ip_address_equal(&tunnel->address[0], local) ? 0 : 1;
	tunnel->asa_declared = true;
	tunnel->keep = true;
	return tunnel;
}
