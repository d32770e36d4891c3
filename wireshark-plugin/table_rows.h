/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of a statistics table, found by number. */
#ifndef ASAPHASE_WIRESHARK_TABLE_ROWS_H
#define ASAPHASE_WIRESHARK_TABLE_ROWS_H

#include "wireshark-plugin/epan_versions.h"

/* One table with the row of each key; Wireshark owns table. */
struct table_rows {
	stat_tap_table *table;
	GHashTable *by_key; /* uint32_t key + 1 → row + 1 */
	guint used;         /* rows in use, from the first */
};

/* Begins the table of a statistic that Wireshark opens; columns as in ui. */
void table_rows_begin(struct table_rows *rows, stat_tap_table_ui *ui, const char *title);

/* Takes all rows out. */
void table_rows_clear(struct table_rows *rows);

/*
 * The row of key; made, with every cell of its column's type and empty, where there is none: *is_new then says so.
 * column is given to the cell functions below.
 */
guint table_rows_find(struct table_rows *rows, const stat_tap_table_ui *ui, uint32_t key, bool *is_new);

void table_rows_set_text(struct table_rows *rows, guint row, guint column, const char *text);
void table_rows_set_number(struct table_rows *rows, guint row, guint column, uint64_t number);
void table_rows_add(struct table_rows *rows, guint row, guint column, uint64_t count);
guint table_rows_number(const struct table_rows *rows, guint row, guint column);

/* For stat_tap_table_ui.stat_tap_free_table_item_cb. */
void table_rows_free_cell(stat_tap_table *table, guint row, guint column, stat_tap_table_item_type *cell);

#endif
