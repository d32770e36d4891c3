/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/json.h"

#include <inttypes.h>

#include "core/base/time.h"
#include "core/catalogue/evidence.h"
#include "core/verdict/checklist.h"
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
	add_string(json, "confidence", confidence_name(verdict->confidence));
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

static void add_children(JsonBuilder *json, const struct tunnel *tunnel)
{
	begin_array(json, "children");
	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		json_builder_begin_object(json);
		add_spi(json, "spi_out", child->spi_from[tunnel->asa_side]);
		add_spi(json, "spi_in", child->spi_from[!tunnel->asa_side]);
		add_string(json, "paired_by", paired_by_name(child->paired_by));
		json_builder_end_object(json);
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
	add_children(json, tunnel);
	add_esp(json, tunnels, tunnel);
	json_builder_end_object(json);
}
