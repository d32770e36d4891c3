/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tunnels of a running daemon from one answer to the next: what they have, and how fast they go. */
#ifndef ASAPHASE_CLI_TOP_TABLE_H
#define ASAPHASE_CLI_TOP_TABLE_H

#include <glib.h>
#include <stdbool.h>

struct top_tunnel {
	char *local; /* the side taken as the ASA */
	char *peer;
	char *state;
	char *cause;
	char *confidence;
	bool is_fault;
	bool is_undetermined;
	bool is_one_way;
	guint64 packets[2]; /* encaps, decaps */
	guint64 bytes[2];
	guint64 lost;
	bool has_rates; /* false until the second answer */
	double packets_per_second[2];
	double bits_per_second[2];
	unsigned answer; /* the last that named it */
};

enum top_order { TOP_BY_FAULT, TOP_BY_ENCAPS, TOP_BY_DECAPS, TOP_BY_PEER, TOP_ORDERS };

struct top_table {
	GPtrArray *tunnels;  /* struct top_tunnel, in order */
	GHashTable *by_name; /* "local peer" → the same */
	char *version, *mode;
	double running; /* seconds */
	unsigned answers;
	unsigned faults, undetermined;
};

struct top_table *top_table_new(void);
void top_table_free(struct top_table *table);

/*
 * Asks the daemon and takes its answer. Returns 0, or a negative errno with a sentence in *error (to be freed): the
 * tunnels of the last whole answer then stay.
 */
int top_table_refresh(struct top_table *table, const char *socket_path, char **error);

void top_table_sort(struct top_table *table, enum top_order order, bool reversed);

/* "fault", "out" …: what a table is sorted by. */
const char *top_order_name(enum top_order order);

#endif
