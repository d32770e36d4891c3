/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which tunnel is the only one with a peer. Asked for each message of a log that names no more than the peer, and there
 * may be very many of both; so it is looked up, from the first time that anybody asks.
 */
#include "core/base/keyed_hash.h"
#include "core/tunnel/table.h"

struct peer {
	struct ip_address address;
	uint32_t tunnels;
	uint32_t numbers; /* of all of them, by exclusive or: where there is one, its number */
};

static guint hash_of_peer(gconstpointer key)
{
	return (guint)hash_of_address(key, process_hash_key());
}

static gboolean peers_equal(gconstpointer a, gconstpointer b)
{
	return ip_address_equal(a, b);
}

static void add_to_peer(struct tunnels *tunnels, const struct ip_address *address, uint32_t number)
{
	struct peer *peer = g_hash_table_lookup(tunnels->by_peer, address);

	if (peer == NULL) {
		peer = g_new0(struct peer, 1);
		peer->address = *address;
		g_hash_table_insert(tunnels->by_peer, &peer->address, peer);
	}
	peer->tunnels++;
	peer->numbers ^= number;
}

static void remove_from_peer(struct tunnels *tunnels, const struct ip_address *address, uint32_t number)
{
	struct peer *peer = g_hash_table_lookup(tunnels->by_peer, address);

	peer->numbers ^= number;
	if (--peer->tunnels == 0)
		g_hash_table_remove(tunnels->by_peer, address);
}

/* A host's tunnel with itself is one, not two. */
static unsigned ends_of(const struct tunnel *tunnel)
{
	return ip_address_equal(&tunnel->address[0], &tunnel->address[1]) ? 1 : 2;
}

void tunnel_peers_add(struct tunnels *tunnels, const struct tunnel *tunnel)
{
	for (unsigned side = 0; tunnels->by_peer != NULL && side < ends_of(tunnel); side++)
		add_to_peer(tunnels, &tunnel->address[side], tunnel->number);
}

void tunnel_peers_remove(struct tunnels *tunnels, const struct tunnel *tunnel)
{
	for (unsigned side = 0; tunnels->by_peer != NULL && side < ends_of(tunnel); side++)
		remove_from_peer(tunnels, &tunnel->address[side], tunnel->number);
}

struct tunnel *tunnels_only_with(struct tunnels *tunnels, const struct ip_address *peer)
{
	if (tunnels->by_peer == NULL) {
		tunnels->by_peer = g_hash_table_new_full(hash_of_peer, peers_equal, NULL, g_free);
		for (guint i = 0; i < tunnels->list->len; i++)
			if (tunnels->list->pdata[i] != NULL)
				tunnel_peers_add(tunnels, tunnels->list->pdata[i]);
	}
	const struct peer *known = g_hash_table_lookup(tunnels->by_peer, peer);

	return known != NULL && known->tunnels == 1 ? tunnels_at(tunnels, known->numbers) : NULL;
}
