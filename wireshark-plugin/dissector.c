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
static int helper = -1;
static dissector_handle_t shown;
static int tap = -1;
static int expert_tap = -1;
static int expert_protocol = -1;

/* A tree may be there for other fields than ours. Expert information hangs on our item, and is a protocol of its own.
 */
static bool is_tree_wanted(proto_tree *tree)
{
	return tree != NULL &&
	       (proto_field_is_referenced(tree, protocol) || proto_field_is_referenced(tree, expert_protocol));
}

static void show(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, const struct frame_record *record)
{
	if (preferences_annotate_info())
		info_column_annotate(pinfo, record);
	tap_queue_packet(tap, pinfo, record);
	expert_show(pinfo, is_tree_wanted(tree) ? fields_show(tree, frame, pinfo, record) : NULL, record);
}

/* Whether anybody will see what the frame means: a tree, the Info column, a table, a list of expert information. */
static bool is_asked(const packet_info *pinfo, proto_tree *tree)
{
	return is_tree_wanted(tree) || (preferences_annotate_info() && col_get_writable(pinfo->cinfo, COL_INFO)) ||
	       have_tap_listener(tap) || have_tap_listener(expert_tap);
}

static int dissect(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
	const struct frame_record *first = capture_state_record(pinfo->num);

	for (const struct frame_record *record = first; record != NULL; record = record->next)
		show(frame, pinfo, tree, record);
	return first != NULL ? (int)tvb_captured_length(frame) : 0;
}

/*
 * What Wireshark calls for each frame. It is the dissector of a helper protocol, for which Wireshark does not put a
 * layer on the frame: that, and to take it off again, costs more than all that is to be done here while nobody asks.
 * The layer comes with the protocol itself, where there is something to show.
 */
static int take(tvbuff_t *frame, packet_info *pinfo, proto_tree *tree, void *data _U_)
{
	bool asked = is_asked(pinfo, tree);

	if (!PINFO_FD_VISITED(pinfo))
		capture_state_take(frame, pinfo, asked);
	return asked ? call_dissector_only(shown, frame, pinfo, tree, NULL) : 0;
}

/* Wireshark registers these after the dissectors. */
static void find_expert_information(void)
{
	expert_tap = find_tap_id("expert");
	expert_protocol = proto_get_id_by_filter_name("_ws.expert");
}

void dissector_register_protocol(void)
{
	protocol = proto_register_protocol("ASA IPsec phase", "asaphase", "asaphase");
	helper = proto_register_protocol_in_name_only("ASA IPsec phase helper", "asaphase helper", "asaphase.helper",
	                                              protocol, FT_PROTOCOL);
	fields_register(protocol);
	expert_register(protocol);
	preferences_register(protocol);
	capture_state_register();
	register_init_routine(find_expert_information);
	tap = register_tap(ASAPHASE_TAP);
	tunnels_table_register();
	sas_table_register();
	show_views_register();
}

void dissector_register_handoff(void)
{
	shown = create_dissector_handle(dissect, protocol);
	register_postdissector(create_dissector_handle(take, helper));
}
