/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/expert.h"

#include "wireshark-plugin/fields.h"

static expert_field causes[CAUSE_LAST];
static expert_field phase_1_completed = EI_INIT;
static expert_field phase_2_completed = EI_INIT;
static expert_field retransmission = EI_INIT;

static ei_register_info remarks[] = {
        {&phase_1_completed, {"asaphase.phase_1_completed", PI_SEQUENCE, PI_CHAT, "Phase 1 completed", EXPFILL}},
        {&phase_2_completed, {"asaphase.phase_2_completed", PI_SEQUENCE, PI_CHAT, "Phase 2 completed", EXPFILL}},
        {&retransmission, {"asaphase.retransmission", PI_SEQUENCE, PI_WARN, "IKE message sent again", EXPFILL}},
};

/* A failed phase is an error; what slows or spoils a tunnel that is up is a warning. */
static int severity_of(enum cause cause)
{
	if (cause == CAUSE_NONE)
		return PI_CHAT;
	return catalogue_entry(cause)->phase == PHASE_DATA || cause == CAUSE_REKEY_CHURN ? PI_WARN : PI_ERROR;
}

/* One item per cause of the catalogue: asaphase.expert.psk-mismatch … */
static void register_causes(expert_module_t *module)
{
	static ei_register_info items[CAUSE_LAST];

	for (enum cause cause = 0; cause < CAUSE_LAST; cause++) {
		causes[cause] = (expert_field)EI_INIT;
		items[cause] =
		        (ei_register_info){&causes[cause],
		                           {g_strdup_printf("asaphase.expert.%s", cause_name(cause)), PI_PROTOCOL,
		                            severity_of(cause), catalogue_entry(cause)->headline, EXPFILL}};
	}
	expert_register_field_array(module, items, array_length(items));
}

void expert_register(int protocol)
{
	expert_module_t *module = expert_register_protocol(protocol);

	register_causes(module);
	expert_register_field_array(module, remarks, array_length(remarks));
}

static void show_verdict(packet_info *pinfo, proto_item *item, const struct verdict_snapshot *snapshot)
{
	const struct verdict *verdict = &snapshot->verdict;

	expert_add_info_format(pinfo, item, &causes[verdict->cause], "%s: %s", verdict_summary(pinfo->pool, verdict),
	                       snapshot->words.entry->headline);
}

static void show_ike(packet_info *pinfo, proto_item *item, const struct annotation *annotation)
{
	if (annotation->phase_1_completed)
		expert_add_info(pinfo, item, &phase_1_completed);
	if (annotation->phase_2_completed)
		expert_add_info(pinfo, item, &phase_2_completed);
	if (annotation->retransmission_of != 0)
		expert_add_info_format(pinfo, item, &retransmission, "IKE message sent again: copy %u of frame %u",
		                       annotation->copy, annotation->retransmission_of);
}

void expert_show(packet_info *pinfo, proto_item *item, const struct frame_record *record)
{
	if (record->verdict != NULL)
		show_verdict(pinfo, item, record->verdict);
	if (record->kind == DATAGRAM_IKE)
		show_ike(pinfo, item, &((const struct ike_record *)record)->annotation);
}
