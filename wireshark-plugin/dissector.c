/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/dissector.h"

#include "wireshark-plugin/capture_state.h"
#include "wireshark-plugin/expert.h"
#include "wireshark-plugin/fields.h"
#include "wireshark-plugin/info_column.h"
#include "wireshark-plugin/preferences.h"
#include "wireshark-plugin/show_views.h"
#include "wireshark-plugin/statistics.h"

static int protocol = -1;
static int tap = -1;

/* Worth adding up only when somebody will look at it. */
static bool is_tree_wanted(proto_tree *tree)
{
	return tree != NULL && proto_field_is_referenced(tree, protocol);
}

static void show(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, const struct frame_record *record)
{
	if (preferences_annotate_info())
		info_column_annotate(pinfo, record);
	tap_queue_packet(tap, pinfo, record);
	expert_show(pinfo, is_tree_wanted(tree) ? fields_show(tree, frame, record) : NULL, record);
}

static int dissect(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
	const struct frame_record *first =
	        PINFO_FD_VISITED(pinfo) ? capture_state_record(pinfo->num) : capture_state_take(frame, pinfo);

	for (const struct frame_record *record = first; record != NULL; record = record->next)
		show(frame, pinfo, tree, record);
	return first != NULL ? (int)tvb_captured_length(frame) : 0;
}

void dissector_register_protocol(void)
{
	protocol = proto_register_protocol("ASA IPsec phase", "asaphase", "asaphase");
	fields_register(protocol);
	expert_register(protocol);
	preferences_register(protocol);
	capture_state_register();
	tap = register_tap(ASAPHASE_TAP);
	tunnels_table_register();
	sas_table_register();
	show_views_register();
}

void dissector_register_handoff(void)
{
	register_postdissector(create_dissector_handle(dissect, protocol));
}
