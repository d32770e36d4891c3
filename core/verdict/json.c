/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/json.h"

#include <inttypes.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/verdict/checklist.h"
#include "core/verdict/children.h"
#include "core/verdict/words.h"

/* SPIs listed in each direction: a flood of them must not make an object without end. */
#define SPIS_MOST 1024

/* ---- one member each ---- */

/* A NULL value becomes null. */
static void add_string(JsonBuilder *json, const char *name, const char *value)
{
	json_builder_set_member_name(json, name);
	if (value == NULL)
		json_builder_add_null_value(json);
	else
		json_builder_add_string_value(json, value);
}

static void add_number(JsonBuilder *json, const char *name, uint64_t value)
{
	json_builder_set_member_name(json, name);
	json_builder_add_int_value(json, (gint64)value);
}

static void add_spi(JsonBuilder *json, const char *name, uint32_t spi)
{
	char text[16];

	g_snprintf(text, sizeof text, "0x%08" PRIx32, spi);
	add_string(json, name, spi == 0 ? NULL : text);
}

static void add_time(JsonBuilder *json, const char *name, int64_t nanoseconds)
{
	json_builder_set_member_name(json, name);
	json_builder_add_double_value(json, (double)nanoseconds / (double)NANOSECONDS);
}

static void begin_array(JsonBuilder *json, const char *name)
{
	json_builder_set_member_name(json, name);
	json_builder_begin_array(json);
}

static void begin_object(JsonBuilder *json, const char *name)
{
	json_builder_set_member_name(json, name);
	json_builder_begin_object(json);
}

/* ---- the parts of a tunnel ---- */

static void add_verdict(JsonBuilder *json, const struct verdict *verdict)
{
	add_string(json, "phase_failed",
	           verdict->phase_failed == PHASE_NONE ? NULL : phase_name(verdict->phase_failed));
	add_string(json, "cause", cause_name(verdict->cause));
	add_string(json, "confidence",
	           verdict->cause == CAUSE_UNDETERMINED ? NULL : confidence_name(verdict->confidence));
	begin_array(json, "alternatives");
	for (unsigned i = 0; i < verdict->alternative_count; i++)
		json_builder_add_string_value(json, verdict->alternatives[i]);
	json_builder_end_array(json);
}

static void add_evidence(JsonBuilder *json, const struct evidence_list *evidence)
{
	char text[VERDICT_WORDS_SIZE];

	begin_array(json, "evidence");
	for (unsigned i = 0; i < evidence->count; i++) {
		json_builder_begin_object(json);
		add_number(json, "frame", evidence->items[i].frame);
		add_time(json, "time", evidence->items[i].time);
		add_string(json, "text", evidence_text(&evidence->items[i], text, sizeof text));
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_messages(JsonBuilder *json, const struct verdict_words *words)
{
	const struct asa_message *message;
	char text[VERDICT_WORDS_SIZE];

	begin_array(json, "asa_would_log");
	for (unsigned cursor = 0; (message = verdict_words_message(words, &cursor)) != NULL;) {
		json_builder_begin_object(json);
		add_string(json, "id", message->id);
		add_number(json, "severity", message->severity);
		add_string(json, "text", verdict_words_fill(words, message->text, text, sizeof text));
		json_builder_set_member_name(json, "recalled");
		json_builder_add_boolean_value(json, message->recalled);
		add_string(json, "logged_by", message->logged_by == LOGGED_BY_REFUSER ? "refuser" : "either");
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_steps(JsonBuilder *json, const struct verdict_words *words)
{
	const struct next_step *step;
	char command[VERDICT_WORDS_SIZE];

	begin_array(json, "next");
	for (unsigned cursor = 0; (step = verdict_words_step(words, &cursor)) != NULL;) {
		verdict_words_fill(words, step->command, command, sizeof command);
		char *text = g_strdup_printf("%s: %s  # %s", next_at_name(step->at), command, step->why);
		json_builder_add_string_value(json, text);
		g_free(text);
	}
	json_builder_end_array(json);
}

static void add_checklist(JsonBuilder *json, const struct tunnel *tunnel, const struct verdict *verdict)
{
	struct checklist_item steps[CHECKLIST_STEPS];

	tunnel_checklist(tunnel, verdict, steps);
	begin_array(json, "walk");
	for (unsigned i = 0; i < CHECKLIST_STEPS; i++) {
		json_builder_begin_object(json);
		add_string(json, "step", steps[i].name);
		json_builder_set_member_name(json, "ok");
		if (steps[i].answer == CHECKLIST_UNKNOWN)
			json_builder_add_null_value(json);
		else
			json_builder_add_boolean_value(json, steps[i].answer == CHECKLIST_OK);
		add_string(json, "why", steps[i].why);
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

/* cause: of the failure, where the answer is that. */
static void add_answer(JsonBuilder *json, enum phase phase, const struct phase_answer *answer, enum cause cause)
{
	const struct reason_words *words = catalogue_reason(answer->reason);

	begin_object(json, phase_name(phase));
	add_string(json, "answer", answer_name(answer->answer));
	add_string(json, "confidence", answer->answer == ANSWER_UNKNOWN ? NULL : confidence_name(answer->confidence));
	add_string(json, "why", answer->answer == ANSWER_FAILED ? catalogue_entry(cause)->headline : words->why);
	add_string(json, "to_know", words->to_know);
	json_builder_end_object(json);
}

static void add_answers(JsonBuilder *json, const struct verdict *verdict)
{
	begin_object(json, "phases");
	for (enum phase phase = PHASE_1; phase < PHASE_LAST; phase++)
		add_answer(json, phase, &verdict->phases[phase], verdict->cause);
	json_builder_end_object(json);
}

static void add_event(JsonBuilder *json, uint32_t frame, int64_t time, const char *kind, const char *text)
{
	json_builder_begin_object(json);
	add_number(json, "frame", frame);
	add_time(json, "time", time);
	add_string(json, "kind", kind);
	add_string(json, "text", text);
	json_builder_end_object(json);
}

/* A negotiation that was refused while the tunnel works: it ends when the IKE SA does, if it was the tunnel's own. */
static void add_events(JsonBuilder *json, const struct tunnel *tunnel, const struct verdict *verdict)
{
	char text[VERDICT_WORDS_SIZE];

	begin_array(json, "events");
	if (verdict->refused != NULL)
		add_event(json, verdict->refused->failure.frame, verdict->refused->failure.time, "refused-while-up",
		          verdict_words_refused(verdict, text, sizeof text));
	if (tunnel->copies != 0)
		add_event(json, tunnel->first_copy_frame, tunnel->first_copy_time, "copy",
		          verdict_words_copies(tunnel, text, sizeof text));
	json_builder_end_array(json);
}

static void add_history(JsonBuilder *json, const struct tunnel *tunnel)
{
	begin_array(json, "history");
	for (unsigned i = 0; i < tunnel->history_count; i++) {
		json_builder_begin_object(json);
		add_number(json, "frame", tunnel->history[i].frame);
		add_string(json, "cause", cause_name(tunnel->history[i].cause));
		json_builder_end_object(json);
	}
	json_builder_end_array(json);
}

static void add_counts(JsonBuilder *json, const char *name, const struct spi_entry *entry)
{
	begin_object(json, name);
	add_number(json, "packets", entry != NULL ? entry->packets : 0);
	add_number(json, "bytes", entry != NULL ? entry->bytes : 0);
	add_number(json, "lost", entry != NULL ? entry->lost : 0);
	json_builder_end_object(json);
}

static void add_network(GString *text, const struct ike_selector *selector)
{
	char first[IP_ADDRESS_TEXT_SIZE], last[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(text, "%s - %s", ip_address_to_text(&selector->first, first),
	                       ip_address_to_text(&selector->last, last));
}

/* "10.1.0.0 - 10.1.255.255 <-> 10.2.0.0 - 10.2.255.255", the ASA's network first. */
static void add_selectors(JsonBuilder *json, const struct tunnel *tunnel, const struct child_agreement *agreement)
{
	if (agreement == NULL || !agreement->selectors_known) {
		add_string(json, "selectors", NULL);
		return;
	}
	GString *text = g_string_new(NULL);
	add_network(text, &agreement->network[tunnel->asa_side]);
	g_string_append(text, " <-> ");
	add_network(text, &agreement->network[!tunnel->asa_side]);
	add_string(json, "selectors", text->str);
	g_string_free(text, TRUE);
}

/* Of one that is not up any more: nothing is judged. */
static void add_child_verdict(JsonBuilder *json, const struct child_verdict *verdict)
{
	bool is_sure = verdict != NULL && verdict->cause != CAUSE_UNDETERMINED;

	add_string(json, "cause", verdict != NULL ? cause_name(verdict->cause) : NULL);
	add_string(json, "confidence", is_sure ? confidence_name(verdict->confidence) : NULL);
	if (verdict == NULL) {
		add_string(json, "phases", NULL);
		return;
	}
	begin_object(json, "phases");
	add_answer(json, PHASE_2, &verdict->phase_2, verdict->cause);
	add_answer(json, PHASE_DATA, &verdict->data, verdict->cause);
	json_builder_end_object(json);
}

static void add_child(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel,
                      const struct child_sa *child, const struct child_verdict *verdict)
{
	unsigned out = tunnel->asa_side, in = !tunnel->asa_side;

	json_builder_begin_object(json);
	add_spi(json, "spi_out", child->spi_from[out]);
	add_spi(json, "spi_in", child->spi_from[in]);
	add_string(json, "paired_by", paired_by_name(child->paired_by));
	add_selectors(json, tunnel, child->agreement);
	add_child_verdict(json, verdict);
	add_counts(json, "encaps", tunnel_spi_entry(tunnels, tunnel, out, child->spi_from[out]));
	add_counts(json, "decaps", tunnel_spi_entry(tunnels, tunnel, in, child->spi_from[in]));
	json_builder_end_object(json);
}

static void add_children(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	struct child_verdict verdicts[TUNNEL_CHILDREN];
	unsigned up = tunnel_judge_children(tunnels, tunnel, verdicts), next = 0;

	begin_array(json, "children");
	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		bool is_up = next < up && verdicts[next].child == child;
		add_child(json, tunnels, tunnel, child, is_up ? &verdicts[next] : NULL);
		next += is_up;
	}
	json_builder_end_array(json);
}

static void add_direction(JsonBuilder *json, const char *name, const struct tunnel *tunnel, unsigned side)
{
	begin_object(json, name);
	add_number(json, "packets", tunnel->esp[side].packets);
	add_number(json, "bytes", tunnel->esp[side].bytes);
	add_number(json, "lost", tunnel->esp[side].lost);
	add_number(json, "lost_uncertain", tunnel->esp[side].lost_uncertain);
	json_builder_end_object(json);
}

static void add_address(JsonBuilder *json, const char *name, const struct ip_address *address)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	add_string(json, name, ip_address_to_text(address, text));
}

static void add_spi_entry(JsonBuilder *json, const struct spi_entry *entry)
{
	json_builder_begin_object(json);
	add_spi(json, "spi", entry->spi);
	add_address(json, "src", &entry->source);
	add_address(json, "dst", &entry->destination);
	json_builder_set_member_name(json, "udp");
	json_builder_add_boolean_value(json, entry->encapsulation == ENCAPSULATION_UDP);
	add_number(json, "packets", entry->packets);
	add_number(json, "bytes", entry->bytes);
	add_number(json, "first_frame", entry->first_frame);
	add_number(json, "last_frame", entry->last_frame);
	add_number(json, "first_seq", entry->first_sequence & UINT32_MAX);
	add_number(json, "last_seq", entry->last_sequence);
	add_number(json, "lost", entry->lost);
	add_number(json, "duplicate", entry->duplicate);
	add_number(json, "reordered", entry->reordered);
	json_builder_end_object(json);
}

/* The newest SPIs of one direction. Returns how many older ones are left out. */
static uint32_t add_spi_entries(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel, unsigned side)
{
	struct spi_table *table = tunnels_spi_table(tunnels);
	uint32_t number = tunnel->esp[side].first_spi, listed = 0;

	for (; number != SPI_TABLE_FULL && listed < SPIS_MOST; listed++) {
		const struct spi_entry *entry = spi_table_entry(table, number);
		add_spi_entry(json, entry);
		number = entry->next_of_owner;
	}
	return tunnel->esp[side].live_spis - listed;
}

static void add_esp(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	begin_object(json, "esp");
	add_direction(json, "encaps", tunnel, tunnel->asa_side);
	add_direction(json, "decaps", tunnel, !tunnel->asa_side);
	begin_array(json, "spis");
	uint32_t left_out = add_spi_entries(json, tunnels, tunnel, tunnel->asa_side);
	left_out += add_spi_entries(json, tunnels, tunnel, !tunnel->asa_side);
	json_builder_end_array(json);
	add_number(json, "spis_left_out", left_out);
	json_builder_end_object(json);
}

static void add_ike(JsonBuilder *json, const struct tunnel *tunnel, const struct ike_sa *sa)
{
	char state[32];

	add_string(json, "nat", nat_name(tunnel_nat(tunnel)));
	json_builder_set_member_name(json, "ike_version");
	if (sa == NULL)
		json_builder_add_null_value(json);
	else
		json_builder_add_int_value(json, sa->version);
	add_string(json, "ike_state", tunnel_ike_state(tunnel, state, sizeof state));
}

void verdict_json_add(JsonBuilder *json, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	struct verdict verdict;
	struct verdict_words words;

	tunnel_diagnose(tunnels, tunnel, &verdict);
	verdict_words_of(tunnel, &verdict, &words);
	json_builder_begin_object(json);
	add_string(json, "asa", words.asa);
	add_string(json, "peer", words.peer);
	add_ike(json, tunnel, verdict.ike_sa);
	add_verdict(json, &verdict);
	add_evidence(json, &verdict.evidence);
	add_messages(json, &words);
	add_steps(json, &words);
	add_checklist(json, tunnel, &verdict);
	add_history(json, tunnel);
	add_answers(json, &verdict);
	add_events(json, tunnel, &verdict);
	add_children(json, tunnels, tunnel);
	add_number(json, "children_left_out", tunnel->children_total - tunnel->child_count);
	add_esp(json, tunnels, tunnel);
	json_builder_end_object(json);
}
