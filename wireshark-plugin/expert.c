/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/expert.h"

#include "core/catalogue/inferred.h"
#include "wireshark-plugin/fields.h"

static expert_field causes[CAUSE_LAST];
static expert_field phase_1_completed = EI_INIT;
static expert_field phase_2_completed = EI_INIT;
static expert_field retransmission = EI_INIT;
static expert_field refused_while_up = EI_INIT;
static expert_field dh_round_trip = EI_INIT;
static expert_field cookie = EI_INIT;
static expert_field nat = EI_INIT;
static expert_field esp_gap = EI_INIT;
static expert_field esp_late = EI_INIT;
static expert_field esp_duplicate = EI_INIT;
static expert_field esp_anew = EI_INIT;
static expert_field syslog_failure = EI_INIT;

static ei_register_info remarks[] = {
        {&phase_1_completed, {"asaphase.expert.phase_1_completed", PI_SEQUENCE, PI_CHAT, "Phase 1 completed", EXPFILL}},
        {&phase_2_completed, {"asaphase.expert.phase_2_completed", PI_SEQUENCE, PI_CHAT, "Phase 2 completed", EXPFILL}},
        {&retransmission, {"asaphase.expert.retransmission", PI_SEQUENCE, PI_WARN, "IKE message sent again", EXPFILL}},
        {&refused_while_up,
         {"asaphase.expert.refused_while_up", PI_SEQUENCE, PI_WARN,
          "A new negotiation was refused while the tunnel works", EXPFILL}},
        {&dh_round_trip,
         {"asaphase.expert.dh_round_trip", PI_SEQUENCE, PI_NOTE, "Another DH group is asked for: one round trip more",
          EXPFILL}},
        {&cookie,
         {"asaphase.expert.cookie", PI_SEQUENCE, PI_NOTE, "A cookie is asked for: one round trip more, not a fault",
          EXPFILL}},
        {&nat, {"asaphase.expert.nat", PI_PROTOCOL, PI_NOTE, "NAT between the peers, or claimed", EXPFILL}},
        {&esp_gap, {"asaphase.expert.esp_gap", PI_SEQUENCE, PI_WARN, "ESP sequence numbers are missing", EXPFILL}},
        {&esp_late, {"asaphase.expert.esp_late", PI_SEQUENCE, PI_WARN, "ESP packet out of order", EXPFILL}},
        {&esp_duplicate, {"asaphase.expert.esp_duplicate", PI_SEQUENCE, PI_WARN, "ESP packet seen twice", EXPFILL}},
        {&esp_anew, {"asaphase.expert.esp_anew", PI_SEQUENCE, PI_NOTE, "ESP sequence numbers start anew", EXPFILL}},
        {&syslog_failure, {"asaphase.expert.syslog", PI_PROTOCOL, PI_NOTE, "An ASA logs a failure", EXPFILL}},
};

static expert_field *const arrivals[] = {
        [SEQUENCE_NEXT] = NULL,      [SEQUENCE_AFTER_GAP] = &esp_gap,
        [SEQUENCE_LATE] = &esp_late, [SEQUENCE_DUPLICATE] = &esp_duplicate,
        [SEQUENCE_ANEW] = &esp_anew, [SEQUENCE_FAR] = NULL,
};

/* A failed phase is an error; what slows or spoils a tunnel that is up is a warning; too little seen is a note. */
static int severity_of(enum cause cause)
{
	if (!cause_is_fault(cause))
		return cause == CAUSE_NONE ? PI_CHAT : PI_NOTE;
	return catalogue_entry(cause)->phase == PHASE_DATA || cause == CAUSE_REKEY_CHURN ? PI_WARN : PI_ERROR;
}

/* One item per cause of the catalogue: asaphase.expert.psk-mismatch … */
static void register_causes(expert_module_t *module)
{
	static ei_register_info items[CAUSE_LAST];

	for (enum cause cause = 0; cause < CAUSE_LAST; cause++) {
		causes[cause] = (expert_field)EI_INIT;
		items[cause] = (ei_register_info){
		        &causes[cause],
		        {wmem_strdup_printf(wmem_epan_scope(), "asaphase.expert.%s", cause_name(cause)), PI_PROTOCOL,
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
	const char *summary = verdict_summary(pinfo->pool, snapshot);

	if (snapshot->refused != NULL && !cause_is_fault(verdict->cause))
		expert_add_info_format(pinfo, item, &refused_while_up, "%s", summary);
	else if (!cause_is_fault(verdict->cause))
		expert_add_info_format(pinfo, item, &causes[verdict->cause], "%s", summary);
	else
		expert_add_info_format(pinfo, item, &causes[verdict->cause], "%s: %s", summary,
		                       snapshot->words.entry->headline);
}

static void show_ike(packet_info *pinfo, proto_item *item, const struct ike_record *record)
{
	const struct annotation *annotation = &record->annotation;

	if (annotation->phase_1_completed)
		expert_add_info(pinfo, item, &phase_1_completed);
	if (annotation->phase_2_completed)
		expert_add_info(pinfo, item, &phase_2_completed);
	if (annotation->retransmission_of != 0)
		expert_add_info_format(pinfo, item, &retransmission, "IKE message sent again: copy %u of frame %u",
		                       annotation->copy, annotation->retransmission_of);
	if (annotation->asks_other_group)
		expert_add_info(pinfo, item, &dh_round_trip);
	if (annotation->asks_cookie)
		expert_add_info(pinfo, item, &cookie);
	if (annotation->nat_checked && nat_name(record->nat) != NULL)
		expert_add_info_format(pinfo, item, &nat, "NAT between the peers, or claimed: %s",
		                       nat_name(record->nat));
}

static void show_esp(packet_info *pinfo, proto_item *item, const struct esp_record *record)
{
	if (arrivals[record->frame.step] != NULL)
		expert_add_info_format(pinfo, item, arrivals[record->frame.step],
		                       "ESP sequence: %s (of this SPI so far: %u lost, %u reordered)",
		                       sequence_step_text((enum sequence_step)record->frame.step), record->lost,
		                       record->reordered);
}

static void show_syslog(packet_info *pinfo, proto_item *item, const struct log_record *record)
{
	if (record->is_failure)
		expert_add_info_format(pinfo, item, &syslog_failure, "An ASA logs a failure: %%ASA-%u-%u, %s",
		                       record->severity, record->number, record->meaning);
}

/* Asked for another DH group, an initiator normally has it and goes on: until it has not, that is no more than a note.
 * That a negotiation goes on is no remark. */
static bool may_go_on(const struct frame_record *record)
{
	return verdict_is_under_way(record->verdict) ||
	       (record->kind == DATAGRAM_IKE && ((const struct ike_record *)record)->annotation.asks_other_group);
}

void expert_show(packet_info *pinfo, proto_item *item, const struct frame_record *record)
{
	if (record->verdict != NULL && !may_go_on(record))
		show_verdict(pinfo, item, record->verdict);
	if (record->kind == DATAGRAM_IKE)
		show_ike(pinfo, item, (const struct ike_record *)record);
	else if (record->kind == DATAGRAM_ESP)
		show_esp(pinfo, item, (const struct esp_record *)record);
	else if (record->kind == DATAGRAM_SYSLOG)
		show_syslog(pinfo, item, (const struct log_record *)record);
}
