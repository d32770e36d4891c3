/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of tunnels: finding, making, bounding. */
#include "core/base/keyed_hash.h"
#include "core/tunnel/table.h"

#include <string.h>

#define DEFAULT_ONE_WAY_PACKETS 8
#define DEFAULT_ONE_WAY_SECONDS 5
#define DEFAULT_SPI_CAPACITY (UINT32_C(1) << 20)
#define DEFAULT_TUNNEL_CAPACITY (UINT32_C(1) << 16)
#define FIRST_LOSS_CHECK 64
/* More ESP packets one way than these, and more IKE messages, are no stray ones. */
#define STRAY_PACKETS 8
#define STRAY_MESSAGES 2
/* A tunnel that worked, and was silent for longer than any lifetime and any idle timeout, does so no more. */
#define UNUSED_AFTER (24 * 3600 * NANOSECONDS)
#define ONE_WAY_UNUSED_AFTER (60 * NANOSECONDS)
/* Tunnels looked at to find one that may give way. */
#define EVICTION_LOOKS 64

enum claim {
	CLAIM_NONE,
	CLAIM_ATTEMPT, /* a tunnel that tries to come up */
	CLAIM_IN_USE,
};

/* The same for A, B and B, A. */
static guint hash_of_addresses(gconstpointer key)
{
	const struct ip_address *pair = key;
	const uint64_t *secret = process_hash_key();
	return (guint)(hash_of_address(&pair[0], secret) + hash_of_address(&pair[1], secret));
}

static gboolean addresses_equal(gconstpointer a, gconstpointer b)
{
	const struct ip_address *one = a;
	const struct ip_address *other = b;
	return (ip_address_equal(&one[0], &other[0]) && ip_address_equal(&one[1], &other[1])) ||
	       (ip_address_equal(&one[0], &other[1]) && ip_address_equal(&one[1], &other[0]));
}

struct tunnel_options tunnel_options_default(void)
{
	return (struct tunnel_options){
	        .one_way_packets = DEFAULT_ONE_WAY_PACKETS,
	        .one_way_seconds = DEFAULT_ONE_WAY_SECONDS,
	        .spi_capacity = DEFAULT_SPI_CAPACITY,
	        .tunnel_capacity = DEFAULT_TUNNEL_CAPACITY,
	};
}

struct tunnels *tunnels_new(const struct tunnel_options *options)
{
	struct tunnels *tunnels = g_new0(struct tunnels, 1);
	tunnels->options = *options;
	tunnels->by_addresses = g_hash_table_new(hash_of_addresses, addresses_equal);
	tunnels->list = g_ptr_array_new();
	tunnels->free_numbers = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	tunnels->touched = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	tunnels->spis = spi_table_new(options->spi_capacity);
	if (tunnels->spis == NULL) {
		tunnels_free(tunnels);
		return NULL;
	}
	return tunnels;
}

static void tunnel_free(struct tunnel *tunnel)
{
	if (tunnel == NULL)
		return;
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		g_free(tunnel->ike_sas[i]);
	g_free(tunnel->ike_sas);
	tunnel_free_children(tunnel);
	g_free(tunnel->history);
	g_free(tunnel);
}

void tunnels_free(struct tunnels *tunnels)
{
	if (tunnels == NULL)
		return;
	for (guint i = 0; i < tunnels->list->len; i++)
		tunnel_free(tunnels->list->pdata[i]);
	g_ptr_array_free(tunnels->list, TRUE);
	g_array_free(tunnels->free_numbers, TRUE);
	g_array_free(tunnels->touched, TRUE);
	g_hash_table_destroy(tunnels->by_addresses);
	if (tunnels->by_peer != NULL)
		g_hash_table_destroy(tunnels->by_peer);
	spi_table_free(tunnels->spis);
	g_free(tunnels);
}

const struct tunnel_options *tunnels_options(const struct tunnels *tunnels)
{
	return &tunnels->options;
}

void tunnels_set_one_way(struct tunnels *tunnels, uint32_t packets, uint32_t seconds)
{
	tunnels->options.one_way_packets = packets;
	tunnels->options.one_way_seconds = seconds;
}

struct spi_table *tunnels_spi_table(struct tunnels *tunnels)
{
	return tunnels->spis;
}

uint32_t tunnels_count(const struct tunnels *tunnels)
{
	return tunnels->list->len;
}

struct tunnel *tunnels_at(const struct tunnels *tunnels, uint32_t number)
{
	return number < tunnels->list->len ? tunnels->list->pdata[number] : NULL;
}

struct tunnel *tunnels_find(const struct tunnels *tunnels, const struct ip_address *a, const struct ip_address *b)
{
	const struct ip_address pair[2] = {*a, *b};
	return g_hash_table_lookup(tunnels->by_addresses, pair);
}

int64_t tunnels_now(const struct tunnels *tunnels)
{
	return tunnels->now;
}

uint64_t tunnels_dropped(const struct tunnels *tunnels)
{
	return tunnels->dropped;
}

/* ---- who gives way when the table is full ---- */

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
	return tunnel->esp[0].packets + tunnel->esp[1].packets > STRAY_PACKETS && idle < ONE_WAY_UNUSED_AFTER;
}

/* What a spoofed packet leaves, with the answer that a gateway sends to it. */
static bool is_stray(const struct tunnel *tunnel)
{
	return tunnel->ike_messages_from[0] + tunnel->ike_messages_from[1] <= STRAY_MESSAGES &&
	       tunnel->esp[0].packets + tunnel->esp[1].packets <= STRAY_PACKETS;
}

static enum claim claim_of(const struct tunnels *tunnels, const struct tunnel *tunnel)
{
	if (tunnel_is_in_use(tunnels, tunnel))
		return CLAIM_IN_USE;
	if (is_stray(tunnel) || worked(tunnel) || tunnels->now - tunnel->last_time > ONE_WAY_UNUSED_AFTER)
		return CLAIM_NONE;
	return CLAIM_ATTEMPT;
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

/* The first that has no claim to stay, in the order of the list, else the attempt that was silent for longest. */
static bool evict_one(struct tunnels *tunnels)
{
	guint length = tunnels->list->len;
	struct tunnel *chosen = NULL;
	enum claim least = CLAIM_IN_USE;

	for (unsigned looks = 0; looks < EVICTION_LOOKS && length > 0 && least != CLAIM_NONE; looks++) {
		struct tunnel *tunnel = tunnels->list->pdata[tunnels->eviction_cursor++ % length];
		enum claim claim = tunnel != NULL ? claim_of(tunnels, tunnel) : CLAIM_IN_USE;
		if (claim == CLAIM_IN_USE || claim > least)
			continue;
		if (claim < least || tunnel->last_time < chosen->last_time) {
			least = claim;
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
	tunnel->first_frame = frame;
	tunnel->first_time = time;
	for (unsigned side = 0; side < 2; side++) {
		tunnel->esp[side].first_spi = SPI_TABLE_FULL;
		tunnel->esp[side].next_check = FIRST_LOSS_CHECK;
		tunnel->esp[side].next_one_way_check = tunnels->options.one_way_packets;
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
