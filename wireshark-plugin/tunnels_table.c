/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One row per pair of peers: how far it came, why it fails, what it carried. */
#include "core/wire/vendor.h"
#include "wireshark-plugin/capture_state.h"
#include "wireshark-plugin/statistics.h"
#include "wireshark-plugin/table_rows.h"

#define TITLE "ASA IPsec tunnels"

enum column {
	COLUMN_TUNNEL,
	COLUMN_ASA,
	COLUMN_PEER,
	COLUMN_VERSION,
	COLUMN_STATE,
	COLUMN_FAILED,
	COLUMN_CAUSE,
	COLUMN_CONFIDENCE,
	COLUMN_PHASE_1,
	COLUMN_PHASE_2,
	COLUMN_DATA,
	COLUMN_TO_KNOW,
	COLUMN_ENCAPS,
	COLUMN_DECAPS,
	COLUMN_LOST,
	COLUMN_IKE,
	COLUMN_RETRANSMISSIONS,
	COLUMN_NAT,
	COLUMN_ASA_VENDOR,
	COLUMN_PEER_VENDOR,
	COLUMN_FIRST,
	COLUMN_LAST,
	COLUMNS,
};

static stat_tap_table_item columns[COLUMNS] = {
        [COLUMN_TUNNEL] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "No.", "%u"},
        [COLUMN_ASA] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "ASA", "%s"},
        [COLUMN_PEER] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Peer", "%s"},
        [COLUMN_VERSION] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "IKE", "%s"},
        [COLUMN_STATE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "State", "%s"},
        [COLUMN_FAILED] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Phase failed", "%s"},
        [COLUMN_CAUSE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Cause", "%s"},
        [COLUMN_CONFIDENCE] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Confidence", "%s"},
        [COLUMN_PHASE_1] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Phase 1", "%s"},
        [COLUMN_PHASE_2] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Phase 2", "%s"},
        [COLUMN_DATA] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Data", "%s"},
        [COLUMN_TO_KNOW] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "To know", "%s"},
        [COLUMN_ENCAPS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Encaps", "%u"},
        [COLUMN_DECAPS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Decaps", "%u"},
        [COLUMN_LOST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Lost", "%u"},
        [COLUMN_IKE] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "IKE messages", "%u"},
        [COLUMN_RETRANSMISSIONS] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Retransmissions", "%u"},
        [COLUMN_NAT] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "NAT", "%s"},
        [COLUMN_ASA_VENDOR] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "ASA is probably", "%s"},
        [COLUMN_PEER_VENDOR] = {TABLE_ITEM_STRING, TAP_ALIGN_LEFT, "Peer is probably", "%s"},
        [COLUMN_FIRST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "First frame", "%u"},
        [COLUMN_LAST] = {TABLE_ITEM_UINT, TAP_ALIGN_RIGHT, "Last frame", "%u"},
};

static struct table_rows rows;
static stat_tap_table_ui ui;
/* Lost packets of each SPI as last heard, by SPI table entry: a tunnel's are the sum over its SPIs. */
static GArray *lost_of_spi;

static void begin(stat_tap_table_ui *opened)
{
	table_rows_begin(&rows, opened, TITLE);
	if (lost_of_spi == NULL)
		lost_of_spi = g_array_new(FALSE, TRUE, sizeof(uint32_t));
	g_array_set_size(lost_of_spi, 0);
}

static void clear(stat_tap_table *table)
{
	(void)table;
	table_rows_clear(&rows);
	g_array_set_size(lost_of_spi, 0);
}

static const enum column answer_columns[] = {
        [PHASE_1] = COLUMN_PHASE_1, [PHASE_2] = COLUMN_PHASE_2, [PHASE_DATA] = COLUMN_DATA};

/* Until a frame with a verdict is in the table, nothing is known. */
static void begin_row(guint row, uint32_t frame, const struct frame_record *record)
{
	table_rows_set_number(&rows, row, COLUMN_TUNNEL, record->tunnel);
	table_rows_set_number(&rows, row, COLUMN_FIRST, frame);
	table_rows_set_text(&rows, row, COLUMN_STATE, "-");
	table_rows_set_text(&rows, row, COLUMN_VERSION, "-");
	table_rows_set_text(&rows, row, COLUMN_FAILED, phase_name(PHASE_NONE));
	table_rows_set_text(&rows, row, COLUMN_CAUSE, cause_name(CAUSE_UNDETERMINED));
	table_rows_set_text(&rows, row, COLUMN_CONFIDENCE, "-");
	table_rows_set_text(&rows, row, COLUMN_TO_KNOW, "-");
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		table_rows_set_text(&rows, row, answer_columns[phase], answer_name(ANSWER_UNKNOWN));
	table_rows_set_text(&rows, row, COLUMN_NAT, "-");
	table_rows_set_text(&rows, row, COLUMN_ASA_VENDOR, "-");
	table_rows_set_text(&rows, row, COLUMN_PEER_VENDOR, "-");
}

static void take_ends(guint row, const struct frame_record *record)
{
	const struct tunnel *tunnel = tunnels_at(capture_state_tunnels(), record->tunnel);
	char text[IP_ADDRESS_TEXT_SIZE];

	if (tunnel == NULL)
		return;
	table_rows_set_text(&rows, row, COLUMN_ASA, ip_address_to_text(&tunnel->address[record->asa_side], text));
	table_rows_set_text(&rows, row, COLUMN_PEER, ip_address_to_text(&tunnel->address[!record->asa_side], text));
}

static void take_verdict(guint row, const struct verdict *verdict)
{
	enum phase phase = PHASE_NONE;
	const char *to_know = verdict_words_to_know(verdict, &phase);

	table_rows_set_text(&rows, row, COLUMN_FAILED, phase_name(verdict->phase_failed));
	table_rows_set_text(&rows, row, COLUMN_CAUSE, cause_name(verdict->cause));
	table_rows_set_text(&rows, row, COLUMN_CONFIDENCE,
	                    verdict->cause != CAUSE_UNDETERMINED ? confidence_name(verdict->confidence) : "-");
	for (enum phase each = PHASE_1; each < PHASE_LAST; each++)
		table_rows_set_text(&rows, row, answer_columns[each], answer_name(verdict->phases[each].answer));
	table_rows_set_text(&rows, row, COLUMN_TO_KNOW, to_know != NULL ? to_know : "-");
}

static void take_ike(guint row, const struct ike_record *record)
{
	const struct annotation *annotation = &record->annotation;
	const char *vendor = vendor_guess(annotation->vendors).name;

	table_rows_add(&rows, row, COLUMN_IKE, !record->completes);
	table_rows_add(&rows, row, COLUMN_RETRANSMISSIONS, annotation->retransmission_of != 0);
	table_rows_set_text(&rows, row, COLUMN_VERSION, record->major_version == 1 ? "1" : "2");
	table_rows_set_text(&rows, row, COLUMN_STATE, annotation->state);
	if (nat_name(record->nat) != NULL)
		table_rows_set_text(&rows, row, COLUMN_NAT, nat_name(record->nat));
	if (vendor != NULL)
		table_rows_set_text(&rows, row, record->is_from_asa ? COLUMN_ASA_VENDOR : COLUMN_PEER_VENDOR, vendor);
}

static void take_esp(guint row, const struct esp_record *record)
{
	table_rows_set_number(&rows, row, COLUMN_ENCAPS, record->encaps);
	table_rows_set_number(&rows, row, COLUMN_DECAPS, record->decaps);
	if (record->spi_entry >= lost_of_spi->len)
		g_array_set_size(lost_of_spi, record->spi_entry + 1);
	uint32_t *lost = &g_array_index(lost_of_spi, uint32_t, record->spi_entry);
	table_rows_set_number(&rows, row, COLUMN_LOST,
	                      table_rows_number(&rows, row, COLUMN_LOST) - *lost + (uint64_t)record->lost);
	*lost = record->lost;
}

static tap_packet_status take(void *tapdata _U_, packet_info *pinfo, epan_dissect_t *dissection _U_, const void *data,
                              tap_flags_t flags _U_)
{
	const struct frame_record *record = data;
	bool is_new;

	if (record->tunnel == UINT32_MAX)
		return TAP_PACKET_DONT_REDRAW;
	guint row = table_rows_find(&rows, &ui, record->tunnel, &is_new);
	if (is_new)
		begin_row(row, pinfo->num, record);
	table_rows_set_number(&rows, row, COLUMN_LAST, pinfo->num);
	if (is_new || record->kind == DATAGRAM_IKE)
		take_ends(row, record);
	if (record->verdict != NULL)
		take_verdict(row, &record->verdict->verdict);
	if (record->kind == DATAGRAM_IKE)
		take_ike(row, (const struct ike_record *)record);
	else if (record->kind == DATAGRAM_ESP)
		take_esp(row, (const struct esp_record *)record);
	return TAP_PACKET_REDRAW;
}

static stat_tap_table_ui ui = {
        .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
        .title = TITLE,
        .tap_name = ASAPHASE_TAP,
        .cli_string = "asaphase,tunnels",
        .stat_tap_init_cb = begin,
        .packet_func = take,
        .stat_tap_reset_table_cb = clear,
        .stat_tap_free_table_item_cb = table_rows_free_cell,
        .nfields = COLUMNS,
        .fields = columns,
};

void tunnels_table_register(void)
{
	register_stat_tap_table_ui(&ui);
}
