/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/report_record.h"

#include "core/base/byte_order.h"
#include "core/verdict/packet_line.h"
#include "core/verdict/text.h"
#include "core/wire/esp.h"

#define NARROWEST_BIN 1e6 /* nanoseconds */

struct record {
	struct tunnel_record *tunnels[RECORD_TUNNELS];
};

struct record *record_new(void)
{
	return g_new0(struct record, 1);
}

static void clear_message(struct recorded_message *message)
{
	g_free(message->title);
	g_free(message->details);
	g_free(message->verdict);
	*message = (struct recorded_message){0};
}

static void free_tunnel(struct tunnel_record *record)
{
	for (unsigned i = 0; i < RECORD_FIRST_MESSAGES; i++)
		clear_message(&record->first[i]);
	for (unsigned i = 0; i < RECORD_LAST_MESSAGES; i++)
		clear_message(&record->last[i]);
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i <= RECORD_SPIS; i++)
			g_free(record->spis[side][i]);
	g_free(record);
}

void record_free(struct record *record)
{
	for (unsigned i = 0; i < RECORD_TUNNELS; i++)
		if (record->tunnels[i] != NULL)
			free_tunnel(record->tunnels[i]);
	g_free(record);
}

const struct tunnel_record *record_of(const struct record *record, uint32_t tunnel)
{
	return tunnel < RECORD_TUNNELS ? record->tunnels[tunnel] : NULL;
}

/* ---- messages ---- */

/* Where the next message goes: the oldest of the last ones gives way, and what it knew of a gap goes to its successor.
 */
static struct recorded_message *next_message(struct tunnel_record *record)
{
	if (record->first_count < RECORD_FIRST_MESSAGES)
		return &record->first[record->first_count++];
	struct recorded_message *message = &record->last[record->next_last];
	record->next_last = (record->next_last + 1) % RECORD_LAST_MESSAGES;
	if (record->last_count < RECORD_LAST_MESSAGES) {
		record->last_count++;
		return message;
	}
	struct recorded_message *successor = &record->last[record->next_last];
	successor->skipped += message->skipped + 1;
	for (unsigned side = 0; side < 2; side++)
		successor->esp_before[side] += message->esp_before[side];
	clear_message(message);
	return message;
}

unsigned record_messages(const struct tunnel_record *record,
                         const struct recorded_message *messages[RECORD_FIRST_MESSAGES + RECORD_LAST_MESSAGES])
{
	unsigned count = 0;
	unsigned oldest = record->last_count == RECORD_LAST_MESSAGES ? record->next_last : 0;

	for (unsigned i = 0; i < record->first_count; i++)
		messages[count++] = &record->first[i];
	for (unsigned i = 0; i < record->last_count; i++)
		messages[count++] = &record->last[(oldest + i) % RECORD_LAST_MESSAGES];
	return count;
}

static char *title_of(const struct ike_message *message)
{
	GString *text = g_string_new(NULL);

	packet_line_append_ike_title(text, message);
	return g_string_free(text, FALSE);
}

/* Without the comma that joins them to a title. */
static char *details_of(const struct datagram *datagram, const struct ike_message *message,
                        const struct annotation *annotation)
{
	GString *text = g_string_new(NULL);

	packet_line_append_ike_details(text, datagram, message, annotation);
	if (g_str_has_prefix(text->str, ", "))
		g_string_erase(text, 0, 2);
	return g_string_free(text, FALSE);
}

static void note_verdict(struct recorded_message *message, struct tunnels *tunnels, const struct tunnel *tunnel)
{
	static const struct text_style plain;
	struct verdict verdict;
	GString *text = g_string_new(NULL);

	tunnel_diagnose(tunnels, tunnel, &verdict);
	verdict_text_append_summary(text, &plain, &verdict);
	message->fault = cause_is_fault(verdict.cause);
	message->verdict = g_string_free(text, FALSE);
}

static void record_message(struct tunnel_record *record, struct tunnels *tunnels, const struct tunnel *tunnel,
                           const struct frame *frame, const struct analysed_frame *result, uint8_t side)
{
	const struct annotation *annotation = &result->annotation;
	struct recorded_message *message = next_message(record);

	record->messages++;
	message->frame = frame->number;
	message->time = frame->time;
	message->side = side;
	message->copy = annotation->copy;
	message->phase = annotation->phase;
	message->phase_1_completed = annotation->phase_1_completed;
	message->phase_2_completed = annotation->phase_2_completed;
	message->title = title_of(&result->message);
	message->details = details_of(&result->datagram, &result->message, annotation);
	if (annotation->changed)
		note_verdict(message, tunnels, tunnel);
	for (unsigned i = 0; i < 2; i++) {
		message->esp_before[i] = record->esp_since[i];
		record->esp_since[i] = 0;
	}
}

/* ---- ESP over time ---- */

static struct recorded_series *series_of(struct tunnel_record *record, unsigned side, uint32_t spi)
{
	struct recorded_series **series = record->spis[side];
	unsigned *count = &record->spi_count[side];

	for (unsigned i = 0; i < *count; i++)
		if (series[i]->spi == spi)
			return series[i];
	unsigned place = *count < RECORD_SPIS ? (*count)++ : RECORD_SPIS;
	if (series[place] == NULL) {
		series[place] = g_new0(struct recorded_series, 1);
		series[place]->spi = spi;
	}
	return series[place];
}

/* Halves the bins: pairs of them become one, in the lower half or, to make room for earlier times, in the upper. */
static void fold_bins(uint32_t *bins, bool to_upper)
{
	uint32_t folded[RECORD_BINS] = {0};
	unsigned first = to_upper ? RECORD_BINS / 2 : 0;

	for (unsigned i = 0; i < RECORD_BINS / 2; i++)
		folded[first + i] = bins[2 * i] + bins[2 * i + 1];
	for (unsigned i = 0; i < RECORD_BINS; i++)
		bins[i] = folded[i];
}

static void fold(struct tunnel_record *record, bool to_upper)
{
	if (to_upper)
		record->start -= record->width * RECORD_BINS;
	record->width *= 2;
	for (unsigned side = 0; side < 2; side++)
		for (unsigned i = 0; i <= RECORD_SPIS; i++)
			if (record->spis[side][i] != NULL)
				fold_bins(record->spis[side][i]->bins, to_upper);
}

static unsigned bin_of(struct tunnel_record *record, int64_t time)
{
	while ((double)time < record->start)
		fold(record, true);
	while ((double)time >= record->start + record->width * RECORD_BINS)
		fold(record, false);
	double bin = ((double)time - record->start) / record->width;
	return bin < RECORD_BINS ? (unsigned)bin : RECORD_BINS - 1;
}

static void record_esp(struct tunnel_record *record, const struct frame *frame, const struct datagram *datagram,
                       uint8_t side)
{
	if (datagram->captured < ESP_HEADER_SIZE)
		return;
	unsigned bin = bin_of(record, frame->time);
	struct recorded_series *series = series_of(record, side, read_be32(datagram->payload));
	series->packets++;
	series->bins[bin]++;
	record->esp_since[side]++;
}

static struct tunnel_record *tunnel_record(struct record *record, uint32_t tunnel, int64_t time)
{
	struct tunnel_record **slot = &record->tunnels[tunnel];

	if (*slot == NULL) {
		*slot = g_new0(struct tunnel_record, 1);
		(*slot)->start = (double)time;
		(*slot)->width = NARROWEST_BIN;
	}
	return *slot;
}

void record_frame(struct analysis *analysis, const struct frame *frame, const struct analysed_frame *result, void *user)
{
	uint32_t number = result->annotation.tunnel;
	const struct tunnel *tunnel = number < RECORD_TUNNELS ? tunnels_at(analysis->tunnels, number) : NULL;

	if (tunnel == NULL || !result->is_ip)
		return;
	struct tunnel_record *record = tunnel_record(user, number, frame->time);
	uint8_t side = ip_address_equal(&result->datagram.source, &tunnel->address[0]) ? 0 : 1;
	if (result->is_ike)
		record_message(record, analysis->tunnels, tunnel, frame, result, side);
	else if (result->datagram.kind == DATAGRAM_ESP)
		record_esp(record, frame, &result->datagram, side);
}
