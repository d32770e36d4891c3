/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict/judge.h"

#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/counts.h"
#include "core/tunnel/esp.h"
#include "core/tunnel/packet.h"
#include "core/tunnel/table.h"
#include "core/verdict/diagnose.h"

/* A failure that happened again, or that an ASA's log now names as well. */
static bool is_new_instance(const struct tunnel *tunnel, uint32_t frame)
{
	if (frame != 0 && tunnel->logged.frame == frame)
		return true;
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (frame != 0 && (sa->failure.frame == frame || sa->children.refused_frame == frame))
			return true;
	}
	return false;
}

/* Whether the last that the history tells of is something else than a success: a failure, or that it ended open. */
static bool has_no_success_since(const struct tunnel *tunnel)
{
	return tunnel->history_count != 0 && tunnel->history[tunnel->history_count - 1].cause != CAUSE_NONE;
}

/* The next ESP packets may tell what is not known any more. */
static void look_soon(struct tunnel *tunnel)
{
	for (unsigned side = 0; side < 2; side++) {
		struct esp_direction *esp = &tunnel->esp[side];
		esp->looked_from = esp->packets;
		esp->next_check = esp->packets + 1;
	}
}

/* Returns whether that is worth a line in the history. */
static bool note_change(struct tunnel *tunnel, uint32_t frame, int64_t time, enum cause cause)
{
	struct tunnel_event event = {.frame = frame, .time = time, .cause = cause};
	if (cause == CAUSE_ONE_WAY)
		for (unsigned side = 0; side < 2; side++)
			tunnel->esp[side].lost_before_outage = tunnel->esp[side].lost;
	if (cause == CAUSE_UNDETERMINED)
		look_soon(tunnel);
	tunnel->current = cause;
	/* From nothing known to all well is no event, until something has failed. */
	if (!cause_is_fault(cause) && !has_no_success_since(tunnel))
		return false;
	if (tunnel->history_count == TUNNEL_HISTORY) {
		memmove(&tunnel->history[1], &tunnel->history[2], sizeof event * (TUNNEL_HISTORY - 2));
		tunnel->history_count--;
	}
	tunnel->history = room_for_one_more(tunnel->history, tunnel->history_count, sizeof event);
	tunnel->history[tunnel->history_count++] = event;
	return true;
}

/* Asks the rules and notes a change of verdict in the history. Returns whether it changed, or happened again. */
static bool judge(struct tunnels *tunnels, struct tunnel *tunnel, uint32_t frame, int64_t time)
{
	struct verdict verdict;

	tunnel_diagnose(tunnels, tunnel, &verdict);
	tunnel->current_confidence = verdict.confidence;
	if (verdict.cause == tunnel->current)
		return cause_is_fault(verdict.cause) && is_new_instance(tunnel, frame);
	return note_change(tunnel, frame, time, verdict.cause);
}

static void judge_arrival(const struct arrival *arrival)
{
	if (arrival->judge && judge(arrival->tunnels, arrival->tunnel, arrival->frame, arrival->time))
		arrival->annotation->changed = true;
}

void tunnels_add(struct tunnels *tunnels, uint32_t frame, int64_t time, const struct datagram *datagram,
                 const struct ike_message *message, struct annotation *annotation)
{
	struct annotation unused;
	struct arrival arrival = {
	        .tunnels = tunnels,
	        .frame = frame,
	        .time = time_in_state(time),
	        .datagram = datagram,
	        .message = message,
	        .annotation = annotation,
	};

	if (annotation == NULL)
		arrival.annotation = &unused;
	annotation_clear(arrival.annotation);
	tunnels_note_time(tunnels, arrival.time);
	tunnels_take_packet(&arrival, annotation != NULL);
	judge_arrival(&arrival);
}

static void add_batch(struct tunnels *tunnels, const struct esp_packet *packets, size_t count)
{
	struct annotation unused;
	struct arrival arrival = {.annotation = &unused};
	struct esp_batch batch;

	esp_batch_begin(tunnels, &batch, packets, count);
	while (esp_batch_take(tunnels, &batch, &arrival))
		judge_arrival(&arrival);
}

void tunnels_add_esp(struct tunnels *tunnels, struct esp_packet *packets, size_t count)
{
	for (size_t i = 0; i < count; i++)
		packets[i].time = time_in_state(packets[i].time);
	for (; count > SPI_BATCH; packets += SPI_BATCH, count -= SPI_BATCH)
		add_batch(tunnels, packets, SPI_BATCH);
	add_batch(tunnels, packets, count);
}

void tunnels_add_log(struct tunnels *tunnels, const struct log_origin *origin, const struct asa_log_message *message,
                     struct annotation *annotation)
{
	struct annotation unused;
	struct arrival arrival = {.tunnels = tunnels,
	                          .frame = origin->frame,
	                          .time = origin->time > 0 ? origin->time : tunnels->now,
	                          .annotation = annotation};

	if (annotation == NULL)
		arrival.annotation = &unused;
	annotation_clear(arrival.annotation);
	tunnels_take_log(&arrival, origin, message);
	judge_arrival(&arrival);
}

void tunnels_settle_counts(struct tunnels *tunnels, int64_t now, tunnel_changed *changed, void *context)
{
	struct tunnel *tunnel;
	uint32_t cursor = 0;

	tunnels_note_time(tunnels, now);
	while ((tunnel = tunnels_settle_next(tunnels, &cursor)) != NULL)
		if (judge(tunnels, tunnel, 0, tunnels->now) && changed != NULL)
			changed(tunnel, context);
}
