/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row per ESP SA and direction, with what its SPI counted. */
#include "wireshark-plugin/capture_state.h"
#include "wireshark-plugin/statistics.h"
#include "wireshark-plugin/table_rows.h"

#define TITLE "ASA IPsec SAs"

enum column {
	COLUMN_SPI,
	COLUMN_SOURCE,
	COLUMN_DESTINATION,
	COLUMN_DIRECTION,
	COLUMN_ENCAPSULATION,
	COLUMN_PAIRED,
	COLUMN_TUNNEL,
	COLUMN_PACKETS,
	COLUMN_BYTES,
	COLUMN_LOST,
	COLUMN_REORDERED,
	COLUMN_DUPLICATE,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMNS,
};

static stat_tap_table_item columns[COLUMNS] = {
        [COLUMN_SPI] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "SPI", "%s"},
        [COLUMN_SOURCE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Source", "%s"},
        [COLUMN_DESTINATION] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Destination", "%s"},
        [COLUMN_DIRECTION] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Direction", "%s"},
        [COLUMN_ENCAPSULATION] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "In", "%s"},
        [COLUMN_PAIRED] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Paired SPI", "%s"},
        [COLUMN_TUNNEL] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Tunnel", "%u"},
        [COLUMN_PACKETS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Packets", "%u"},
        [COLUMN_BYTES] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Bytes", "%u"},
        [COLUMN_LOST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Lost", "%u"},
        [COLUMN_REORDERED] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Reordered", "%u"},
        [COLUMN_DUPLICATE] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Duplicate", "%u"},
        [COLUMN_FIRST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "First frame", "%u"},
        [COLUMN_LAST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Last frame", "%u"},
};

static struct table_rows rows;
static stat_tap_table_ui ui;

static void begin(stat_tap_table_ui *opened)
{
	table_rows_begin(&rows, opened, TITLE);
}

static void clear(stat_tap_table *table)
{
	(void)table;
	table_rows_clear(&rows);
}

static void set_spi(guint row, guint column, uint32_t spi)
{
	char text[16];

	snprintf(text, sizeof text, "0x%08" PRIx32, spi);
	table_rows_set_text(&rows, row, column, spi != 0 ? text : "-");
}

static void begin_row(guint row, uint32_t frame, const struct esp_record *record, const struct spi_entry *entry)
{
	static const char *const encapsulations[] = {
	        [ENCAPSULATION_NONE] = "IP", [ENCAPSULATION_UDP] = "UDP", [ENCAPSULATION_TCP] = "TCP"};
	char text[IP_ADDRESS_TEXT_SIZE];

	set_spi(row, COLUMN_SPI, entry->spi);
	table_rows_set_text(&rows, row, COLUMN_SOURCE, ip_address_to_text(&entry->source, text));
	table_rows_set_text(&rows, row, COLUMN_DESTINATION, ip_address_to_text(&entry->destination, text));
	table_rows_set_text(&rows, row, COLUMN_ENCAPSULATION, encapsulations[entry->encapsulation]);
	table_rows_set_number(&rows, row, COLUMN_TUNNEL, record->frame.tunnel);
	table_rows_set_number(&rows, row, COLUMN_FIRST, frame);
}

static tap_packet_status take(void *tapdata _U_, packet_info *pinfo, epan_dissect_t *dissection _U_, const void *data,
                              tap_flags_t flags _U_)
{
	const struct frame_record *frame = data;

	if (frame->kind != DATAGRAM_ESP)
		return TAP_PACKET_DONT_REDRAW;
	const struct esp_record *record = data;
	const struct spi_entry *entry = spi_table_entry(tunnels_spi_table(capture_state_tunnels()), record->spi_entry);
	if (entry == NULL)
		return TAP_PACKET_DONT_REDRAW;
	bool is_new;
	guint row = table_rows_find(&rows, &ui, record->spi_entry, &is_new);
	if (is_new)
		begin_row(row, pinfo->num, record, entry);
	table_rows_set_text(&rows, row, COLUMN_DIRECTION, entry->owner_side == frame->asa_side ? "encaps" : "decaps");
	set_spi(row, COLUMN_PAIRED, record->paired_spi);
	table_rows_add(&rows, row, COLUMN_PACKETS, 1);
	table_rows_add(&rows, row, COLUMN_BYTES, record->bytes);
	table_rows_add(&rows, row, COLUMN_DUPLICATE, frame->step == SEQUENCE_DUPLICATE);
	table_rows_set_number(&rows, row, COLUMN_LOST, record->lost);
	table_rows_set_number(&rows, row, COLUMN_REORDERED, record->reordered);
	table_rows_set_number(&rows, row, COLUMN_LAST, pinfo->num);
	return TAP_PACKET_REDRAW;
}

static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = TITLE,
        .tap_name = ASAPHASE_TAP,
        .cli_string = "asaphase,sas",
        .stat_tap_init_cb = begin,
        .packet_func = take,
        .stat_tap_reset_table_cb = clear,
        .stat_tap_free_table_item_cb = table_rows_free_cell,
        .nfields = COLUMNS,
        .fields = columns,
};

void sas_table_register(void)
{
	register_stat_tap_table_ui(&ui);
}
