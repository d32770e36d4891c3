/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the table of tunnels, and what its parts offer one another. */
#ifndef ASAPHASE_CORE_TUNNEL_TABLE_H
#define ASAPHASE_CORE_TUNNEL_TABLE_H

#include <glib.h>

#include "core/tunnel/arrival.h"

struct tunnels {
	struct tunnel_options options;
	GHashTable *by_addresses; /* struct ip_address[2] in a tunnel → that tunnel */
	GHashTable *by_peer;      /* see tunnel_peers.c; NULL until somebody asks */
	GPtrArray *list;          /* by number; NULL where one gave way */
	struct spi_table *spis;
	int64_t now;
	int64_t uncounted_time; /* see tunnels_note_uncounted; 0 never */
	uint64_t dropped;
	uint32_t live;
	uint32_t eviction_cursor;
	uint32_t spi_hand;    /* SPI to look at next where one has to give way */
	GArray *free_numbers; /* uint32_t, of tunnels that gave way */
	GArray *touched;      /* uint32_t, numbers of tunnels with counts to be settled */
};

/* The tunnel between two addresses, made if there is none; NULL where the table is full of tunnels in use. */
struct tunnel *tunnels_between(struct tunnels *tunnels, const struct ip_address *source,
                               const struct ip_address *destination, uint32_t frame, int64_t time);

/*
 * The same array with room for one more: it doubles where it is full, so a tunnel of which little was seen takes
 * little. It begins as NULL, and each that is added comes through here.
 */
static inline void *room_for_one_more(void *array, unsigned count, size_t size)
{
	bool is_full = (count & (count - 1)) == 0;

	return is_full ? g_realloc_n(array, count == 0 ? 1 : 2 * (gsize)count, size) : array;
}

void tunnel_note_packet(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time);

/* The same for a packet that anybody may have made up, unless it is genuine: otherwise its sender need not be there. */
void tunnel_note_claimed(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time, bool genuine);

/* Whether the tunnel works, or worked not long ago, as far as packets that are hard to make up tell. */
bool tunnel_is_in_use(const struct tunnels *tunnels, const struct tunnel *tunnel);

/* Asks the rules and notes a change of verdict in history and annotation. */
void tunnel_judge(const struct arrival *arrival);

/* Forgets the SPIs of one direction that were not used since before. */
void tunnel_retire_spis(struct tunnels *tunnels, struct tunnel *tunnel, unsigned side, int64_t before);

/* Makes a new entry of the SPI table the tunnel's: arrival has tunnel, side, frame and time. */
void tunnel_adopt_spi(const struct arrival *arrival, struct spi_entry *entry, uint32_t number);

/*
 * Its packets show by now that they were not made up, so they speak of the IKE SA that made them possible. begins: the
 * SA itself is new, as its sequence numbers tell.
 */
void tunnel_trust_spi(const struct arrival *arrival, struct spi_entry *entry, bool begins);

/* Whether the direction has more SPIs than tunnels ordinarily have. */
bool tunnel_is_crowded(const struct esp_direction *direction);

/* In a crowded direction: an SPI that is not trusted, and not the newest, goes; none where there is none to be found at
 * once. */
void tunnel_crowd_out_stray(struct tunnels *tunnels, struct esp_direction *direction);

/* In a full table: the SPI that is needed least goes. Returns false where all that were looked at are in use. */
bool tunnels_free_spi(struct tunnels *tunnels);

/* Whether an SA that is first seen at this sequence number is new. */
bool esp_begins_at(uint64_t sequence);

/* As tunnel_child(), to be changed. */
struct child_sa *tunnel_find_child(struct tunnel *tunnel, unsigned side, uint32_t spi);

/*
 * Packets one way, the first of them at first. Returns whether a silence of the other way ended that had lasted for
 * at least least packets.
 */
bool esp_silence_add(struct esp_silence *own, struct esp_silence *other, uint64_t packets, int64_t first, int64_t last,
                     uint32_t least);

/* What a router last said so long ago tells nothing of now. Senders forget a path's MTU after ten minutes (RFC 1191
 * sec. 6.3) and then have to be told anew. */
#define TOO_BIG_FORGOTTEN (300 * NANOSECONDS)

/* A jump of the sequence numbers is only believed when more packets confirm it. */
#define OUTAGE_CLOSING 8

/* Says that what is lost by now, since the tunnel was found to be one-way, was lost to that. */
void tunnel_end_outage(struct tunnel *tunnel, unsigned side);

/* Where only timing can tell: gives the SPI to a child that still lacks one of this side, or to a new one. */
void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time);

/* Frees what its children own. */
void tunnel_free_children(struct tunnel *tunnel);

/* One packet of its kind. annotate: whether anybody reads more of the annotation than the tunnel's number. */
void tunnel_add_esp(struct arrival *arrival, bool annotate);

/* A packet of then has come. */
static inline void tunnels_note_time(struct tunnels *tunnels, int64_t time)
{
	if (time > tunnels->now)
		tunnels->now = time;
}

/* A tunnel has come into the table, or is about to leave it. */
void tunnel_peers_add(struct tunnels *tunnels, const struct tunnel *tunnel);
void tunnel_peers_remove(struct tunnels *tunnels, const struct tunnel *tunnel);

/* The only tunnel with this peer; NULL where there is none, or more than one. */
struct tunnel *tunnels_only_with(struct tunnels *tunnels, const struct ip_address *peer);

void tunnel_add_ike(struct arrival *arrival, bool annotate);
void tunnel_add_syslog(struct arrival *arrival, bool annotate);

/* What the ASA logged as a second witness to the verdict's cause, or in favour of one of its alternatives. */
struct verdict;
void verdict_take_log(const struct tunnel *tunnel, struct verdict *verdict);

/* An annotation that says nothing. */
void annotation_clear(struct annotation *annotation);

#endif
