/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of tunnels: made, walked, looked up in. */
#include "core/tunnel/table.h"

#include "core/base/keyed_hash.h"
#include "core/tunnel/children.h"
#include "core/tunnel/copied.h"

#include <string.h>

#define DEFAULT_ONE_WAY_PACKETS 8
#define DEFAULT_ONE_WAY_SECONDS 5
#define DEFAULT_SPI_CAPACITY (UINT32_C(1) << 20)
#define DEFAULT_TUNNEL_CAPACITY (UINT32_C(1) << 16)

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
	tunnels->dirty = g_array_new(FALSE, FALSE, sizeof(uint32_t));
	if (options->may_hold_copies)
		tunnels->copies = copies_new();
	tunnels->spis = spi_table_new(options->spi_capacity);
	if (tunnels->spis == NULL) {
		tunnels_free(tunnels);
		return NULL;
	}
	return tunnels;
}

void tunnel_free(struct tunnel *tunnel)
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
	g_array_free(tunnels->dirty, TRUE);
	g_hash_table_destroy(tunnels->by_addresses);
	if (tunnels->by_peer != NULL)
		g_hash_table_destroy(tunnels->by_peer);
	spi_table_free(tunnels->spis);
	tunnels_forget_copies(tunnels);
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

const struct spi_entry *tunnel_spi_entry(struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side,
                                         uint32_t spi)
{
	static const uint8_t encapsulations[] = {ENCAPSULATION_NONE, ENCAPSULATION_UDP, ENCAPSULATION_TCP};

	for (size_t i = 0; spi != 0 && i < G_N_ELEMENTS(encapsulations); i++) {
		uint32_t number = spi_table_find(tunnels->spis, &tunnel->address[side], &tunnel->address[!side], spi,
		                                 encapsulations[i]);
		if (number != SPI_TABLE_FULL)
			return spi_table_entry(tunnels->spis, number);
	}
	return NULL;
}
