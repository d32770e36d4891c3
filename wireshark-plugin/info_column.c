/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/info_column.h"

#include "wireshark-plugin/fields.h"

static void annotate_ike(packet_info *pinfo, const struct ike_record *record)
{
	const struct annotation *annotation = &record->annotation;

	if (annotation->phase_1_completed || annotation->phase_2_completed)
		col_append_fstr(pinfo->cinfo, COL_INFO, " [Phase %s completed]",
		                annotation->phase_1_completed && annotation->phase_2_completed ? "1 and 2"
		                : annotation->phase_1_completed                                ? "1"
		                                                                               : "2");
	else if (annotation->retransmission_of != 0)
		col_append_fstr(pinfo->cinfo, COL_INFO, " [Phase %s, copy %u of frame %u]",
		                phase_name(annotation->phase), annotation->copy, annotation->retransmission_of);
	else
		col_append_fstr(pinfo->cinfo, COL_INFO, " [Phase %s]", phase_name(annotation->phase));
}

/* Of undetermined both: how far the negotiation is, and what is not known. */
void info_column_annotate(packet_info *pinfo, const struct frame_record *record)
{
	const struct verdict_snapshot *shown = record->verdict;

	if (!col_get_writable(pinfo->cinfo, COL_INFO))
		return;
	if (record->copy_of != 0)
		col_append_fstr(pinfo->cinfo, COL_INFO, " [copy of frame %u]", record->copy_of);
	if (record->kind == DATAGRAM_IKE && (shown == NULL || shown->verdict.cause == CAUSE_UNDETERMINED))
		annotate_ike(pinfo, (const struct ike_record *)record);
	if (shown != NULL && !verdict_is_under_way(shown))
		col_append_fstr(pinfo->cinfo, COL_INFO, " [%s]", verdict_summary(pinfo->pool, shown));
}
