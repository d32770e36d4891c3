/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the table of tunnels, and what its parts offer one another. */
#ifndef ASAPHASE_CORE_TUNNEL_PRIVATE_H
#define ASAPHASE_CORE_TUNNEL_PRIVATE_H

#include <glib.h>

#include "core/arrival.h"

struct tunnels {
	struct tunnel_options options;
	GHashTable *by_addresses; /* struct ip_address[2] in a tunnel → that tunnel */
	GPtrArray *list;          /* by number; NULL where one gave way */
	struct spi_table *spis;
	int64_t now;
	uint64_t dropped;
	uint32_t live;
	uint32_t eviction_cursor;
};

/* The tunnel between two addresses, made if there is none; NULL where the table is full of tunnels in use. */
struct tunnel *tunnels_between(struct tunnels *tunnels, const struct ip_address *source,
                               const struct ip_address *destination, uint32_t frame, int64_t time);

void tunnel_note_packet(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time);

/* Asks the rules and notes a change of verdict in history and annotation. */
void tunnel_judge(const struct arrival *arrival);

/* Where only timing can tell: gives the SPI to a child that still lacks one of this side, or to a new one. */
void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time);

/* Frees what its children own. */
void tunnel_free_children(struct tunnel *tunnel);

/* One packet of its kind. annotate: whether anybody reads more of the annotation than the tunnel's number. */
void tunnel_add_esp(struct arrival *arrival, bool annotate);
void tunnel_add_ike(struct arrival *arrival, bool annotate);
void tunnel_add_syslog(struct arrival *arrival, bool annotate);

/* What the ASA logged as a second witness to the verdict's cause, or in favour of one of its alternatives. */
struct verdict;
void verdict_take_log(const struct tunnel *tunnel, struct verdict *verdict);

/* An annotation that says nothing. */
void annotation_clear(struct annotation *annotation);

#endif
