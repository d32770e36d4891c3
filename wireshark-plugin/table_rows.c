/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/table_rows.h"

void table_rows_begin(struct table_rows *rows, stat_tap_table_ui *ui, const char *title)
{
	rows->table = stat_tap_find_table(ui, title);
	if (rows->table == NULL) {
		rows->table = stat_tap_init_table(title, (int)ui->nfields, 0, NULL);
		stat_tap_add_table(ui, rows->table);
	}
	if (rows->by_key == NULL)
		rows->by_key = g_hash_table_new(NULL, NULL);
	table_rows_clear(rows);
}

/* Wireshark's table has no way to take rows out; a row whose cells are of no type is not shown. */
void table_rows_clear(struct table_rows *rows)
{
	g_hash_table_remove_all(rows->by_key);
	rows->used = 0;
	for (guint row = 0; row < rows->table->num_elements; row++) {
		for (guint column = 0; column < rows->table->num_fields; column++) {
			stat_tap_table_item_type *cell = stat_tap_get_field_data(rows->table, row, column);
			table_rows_free_cell(rows->table, row, column, cell);
			cell->type = TABLE_ITEM_NONE;
		}
	}
}

static guint add_row(struct table_rows *rows, const stat_tap_table_ui *ui, uint32_t key)
{
	stat_tap_table_item_type *cells = g_new0(stat_tap_table_item_type, ui->nfields);
	guint row = rows->used++;

	for (guint column = 0; column < ui->nfields; column++) {
		cells[column].type = ui->fields[column].type;
		if (cells[column].type == TABLE_ITEM_STRING)
			cells[column].value.string_value = g_strdup("");
	}
	stat_tap_init_table_row(rows->table, row, (guint)ui->nfields, cells);
	g_free(cells);
	g_hash_table_insert(rows->by_key, GSIZE_TO_POINTER((gsize)key + 1), GSIZE_TO_POINTER((gsize)row + 1));
	return row;
}

guint table_rows_find(struct table_rows *rows, const stat_tap_table_ui *ui, uint32_t key, bool *is_new)
{
	gsize found = GPOINTER_TO_SIZE(g_hash_table_lookup(rows->by_key, GSIZE_TO_POINTER((gsize)key + 1)));

	*is_new = found == 0;
	return found != 0 ? (guint)(found - 1) : add_row(rows, ui, key);
}

void table_rows_set_text(struct table_rows *rows, guint row, guint column, const char *text)
{
	stat_tap_table_item_type *cell = stat_tap_get_field_data(rows->table, row, column);

	if (g_strcmp0(cell->value.string_value, text) == 0)
		return;
	g_free((char *)cell->value.string_value);
	cell->value.string_value = g_strdup(text);
}

void table_rows_set_number(struct table_rows *rows, guint row, guint column, uint64_t number)
{
	stat_tap_get_field_data(rows->table, row, column)->value.uint_value =
	        number < UINT_MAX ? (guint)number : UINT_MAX;
}

guint table_rows_number(const struct table_rows *rows, guint row, guint column)
{
	return stat_tap_get_field_data(rows->table, row, column)->value.uint_value;
}

void table_rows_add(struct table_rows *rows, guint row, guint column, uint64_t count)
{
	table_rows_set_number(rows, row, column, table_rows_number(rows, row, column) + count);
}

void table_rows_free_cell(stat_tap_table *table, guint row, guint column, stat_tap_table_item_type *cell)
{
	(void)table;
	(void)row;
	(void)column;
	if (cell->type != TABLE_ITEM_STRING)
		return;
	g_free((char *)cell->value.string_value);
	cell->value.string_value = NULL;
}
