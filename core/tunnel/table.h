/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the table of tunnels. */
#ifndef ASAPHASE_CORE_TUNNEL_TABLE_H
#define ASAPHASE_CORE_TUNNEL_TABLE_H

#include <glib.h>

#include "core/base/time.h"
#include "core/count/copies.h"
#include "core/tunnel/tunnel.h"

struct tunnels {
	struct tunnel_options options;
	GHashTable *by_addresses; /* struct ip_address[2] in a tunnel → that tunnel */
	GHashTable *by_peer;      /* see peers.c; NULL until somebody asks */
	GPtrArray *list;          /* by number; NULL where one gave way */
	struct spi_table *spis;
	int64_t now;
	int64_t uncounted_time; /* see tunnels_note_uncounted; 0 never */
	uint64_t dropped;
	uint32_t live;
	uint32_t eviction_cursor;     /* tunnel to look at next where one has to give way */
	uint32_t spi_eviction_cursor; /* SPI to look at next where one has to give way */
	struct copies *copies;        /* NULL where none are to be expected */
	GHashTable *before_nat;       /* see copied.c; NULL where no NAT is known of */
	GArray *free_numbers;         /* uint32_t, of tunnels that gave way */
	GArray *dirty;                /* uint32_t, numbers of tunnels with counts to be settled */
};

/* between.c: the tunnel between two addresses, made if there is none; NULL where the table is full of tunnels in use.
 */
struct tunnel *tunnels_between(struct tunnels *tunnels, const struct ip_address *source,
                               const struct ip_address *destination, uint32_t frame, int64_t time);

/* More ESP packets than these are not what a spoofed packet or two leave. */
#define SPOOFED_PACKETS 8
/* A tunnel that never worked is given up after this silence. */
#define ONE_WAY_UNUSED_AFTER (60 * NANOSECONDS)

/* in_use.c: whether the tunnel works, or worked not long ago, as far as packets that are hard to make up tell. */
bool tunnel_is_in_use(const struct tunnels *tunnels, const struct tunnel *tunnel);

/* Frees a tunnel and what it owns; NULL is nothing. */
void tunnel_free(struct tunnel *tunnel);

/*
 * The same array with room for one more: it doubles where it is full, so a tunnel of which little was seen takes
 * little. It begins as NULL, and each that is added comes through here.
 */
static inline void *room_for_one_more(void *array, unsigned count, size_t size)
{
	bool is_full = (count & (count - 1)) == 0;

	return is_full ? g_realloc_n(array, count == 0 ? 1 : 2 * (gsize)count, size) : array;
}

/* A packet of then has come. */
static inline void tunnels_note_time(struct tunnels *tunnels, int64_t time)
{
	if (time > tunnels->now)
		tunnels->now = time;
}

/* peers.c: a tunnel has come into the table, or is about to leave it. */
void tunnel_peers_add(struct tunnels *tunnels, const struct tunnel *tunnel);
void tunnel_peers_remove(struct tunnels *tunnels, const struct tunnel *tunnel);

/* The only tunnel with this peer; NULL where there is none, or more than one. */
struct tunnel *tunnels_only_with(struct tunnels *tunnels, const struct ip_address *peer);

#endif
