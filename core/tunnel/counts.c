/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/counts.h"

#include <string.h>

#include "core/base/time.h"
#include "core/tunnel/children.h"
#include "core/tunnel/esp.h"
#include "core/tunnel/silence.h"
#include "core/tunnel/spis.h"
#include "core/tunnel/table.h"

#define LOSS_WINDOW (60 * NANOSECONDS)

/* ---- taking ---- */

static void mark_dirty(struct tunnels *tunnels, struct tunnel *tunnel)
{
	if (tunnel->dirty)
		return;
	tunnel->dirty = true;
	g_array_append_val(tunnels->dirty, tunnel->number);
}

/* In a flood an SPI needs a second packet to get its entry. */
static bool is_flooding(const struct esp_direction *direction, const struct spi_counts *counts)
{
	return tunnel_is_crowded(direction) && counts->packets + counts->earlier_packets < 2;
}

static uint32_t add_to_entry(struct tunnels *tunnels, const struct spi_counts *counts)
{
	uint32_t number = spi_table_add_counts(tunnels->spis, counts);

	if (number == SPI_TABLE_FULL && counts->packets != 0 && tunnels_free_spi(tunnels))
		number = spi_table_add_counts(tunnels->spis, counts);
	return number;
}

/*
 * Whether the packets cannot all have been made up by somebody who never saw the SA: they are not the SPI's first, and,
 * where sequence numbers are known, there are new ones among them. highest: of the sequence numbers before.
 */
static bool shows_progress(const struct spi_counts *counts, uint64_t packets, uint64_t highest)
{
	return packets > 1 && (!counts->sequences_known || counts->highest_sequence != highest);
}

/* The SPI's entry, where it has one, has its counts afterwards. Returns whether they show that its sender is there. */
static bool count_in_entry(const struct arrival *arrival, const struct spi_counts *counts)
{
	struct spi_table *table = arrival->tunnels->spis;
	uint32_t number =
	        spi_table_find(table, &counts->source, &counts->destination, counts->spi, counts->encapsulation);
	uint64_t highest =
	        number != SPI_TABLE_FULL ? spi_table_entry(table, number)->highest_sequence : counts->first_sequence;

	if (number == SPI_TABLE_FULL && is_flooding(&arrival->tunnel->esp[arrival->side], counts))
		return false;
	number = add_to_entry(arrival->tunnels, counts);
	if (number == SPI_TABLE_FULL)
		return shows_progress(counts, counts->packets + counts->earlier_packets, highest);
	struct spi_entry *entry = spi_table_entry(table, number);
	bool progress = shows_progress(counts, entry->packets, highest);
	if (entry->owner == UINT32_MAX) {
		struct arrival first = *arrival;
		first.time = counts->first_time != 0 ? counts->first_time : arrival->time;
		tunnel_adopt_spi(&first, entry, number);
	}
	if (progress && !entry->trusted)
		tunnel_trust_spi(arrival, entry, counts->sequences_known && esp_begins_at(counts->first_sequence));
	return progress;
}

static void count_in_direction(struct esp_direction *direction, const struct spi_counts *counts)
{
	direction->packets += counts->packets;
	direction->bytes += counts->bytes;
	direction->lost += (uint64_t)(int64_t)counts->lost;
	direction->lost_uncertain += (uint64_t)counts->lost_uncertain;
	if (direction->first_time == 0)
		direction->first_time = counts->first_time != 0 ? counts->first_time : counts->last_time;
	direction->last_time = MAX(direction->last_time, counts->last_time);
}

static void count_unsettled(struct esp_silence *silence, const struct spi_counts *counts)
{
	int64_t first = counts->since_time != 0 ? counts->since_time : counts->last_time;

	if (silence->new_packets == 0 || first < silence->new_first)
		silence->new_first = first;
	silence->new_last = silence->new_packets == 0 ? counts->last_time : MAX(silence->new_last, counts->last_time);
	silence->new_packets += counts->packets;
}

void tunnels_take_counts(struct tunnels *tunnels, const struct spi_counts *counts)
{
	struct annotation unused;
	struct tunnel *tunnel = tunnels_between(tunnels, &counts->source, &counts->destination, 0, counts->last_time);

	if (tunnel == NULL)
		return;
	struct arrival arrival = {
	        .tunnels = tunnels,
	        .tunnel = tunnel,
	        .time = counts->last_time,
	        .side = tunnel_side_of(tunnel, &counts->source),
	        .annotation = &unused,
	};
	count_in_direction(&tunnel->esp[arrival.side], counts);
	bool progress = count_in_entry(&arrival, counts);
	mark_dirty(tunnels, tunnel);
	if (counts->packets == 0)
		return;
	tunnel_note_claimed(tunnel, arrival.side, tunnel->last_frame, counts->last_time, progress);
	if (!progress)
		return;
	count_unsettled(&tunnel->esp[arrival.side].silence, counts);
	struct child_sa *child = tunnel_find_child(tunnel, arrival.side, counts->spi);
	if (child != NULL)
		count_unsettled(&child->silence[arrival.side], counts);
}

/* ---- settling ---- */

/* Whether packets this way end a silence that had lasted. */
static bool ends_silence(const struct esp_silence *own, const struct esp_silence *other, uint32_t least)
{
	return own->new_packets != 0 && other->packets != 0 && other->packets >= least;
}

/* Both ways within one look: how they interleaved is not known, only which came last. */
static void settle_both(const struct tunnel_options *options, struct esp_silence *earlier, struct esp_silence *later)
{
	struct esp_silence *ways[2] = {earlier, later};

	for (unsigned i = 0; i < 2; i++) {
		esp_silence_learn(options, ways[!i], ways[i]->new_first);
		ways[i]->last = ways[i]->new_last;
	}
	earlier->packets = 0;
	later->packets = 1;
	later->start = later->new_last;
}

static void settle_one(const struct tunnel_options *options, struct esp_silence *own, struct esp_silence *other)
{
	esp_silence_add(options, own, other, own->new_packets, own->new_first, own->new_last, true);
}

static void settle(const struct tunnel_options *options, struct esp_silence *one, struct esp_silence *other)
{
	if (one->new_packets != 0 && other->new_packets != 0)
		settle_both(options, one->new_last <= other->new_last ? one : other,
		            one->new_last <= other->new_last ? other : one);
	else if (one->new_packets != 0)
		settle_one(options, one, other);
	else if (other->new_packets != 0)
		settle_one(options, other, one);
	one->new_packets = other->new_packets = 0;
}

static void settle_children(struct tunnel *tunnel, const struct tunnel_options *options)
{
	for (unsigned i = 0; i < tunnel->child_count; i++)
		settle(options, &tunnel->children[i].silence[0], &tunnel->children[i].silence[1]);
}

/* What the sequence numbers skipped while the tunnel was one-way is no loss on the path. */
static void close_outage(struct tunnel *tunnel, unsigned side, uint32_t least)
{
	struct esp_direction *own = &tunnel->esp[side];

	if (tunnel->current == CAUSE_ONE_WAY && ends_silence(&own->silence, &tunnel->esp[!side].silence, least))
		own->outage_closing = OUTAGE_CLOSING;
	if (own->outage_closing == 0 || own->silence.new_packets == 0)
		return;
	tunnel_end_outage(tunnel, side);
	own->outage_closing -= (uint8_t)MIN(own->outage_closing, own->silence.new_packets);
}

static void move_loss_window(struct tunnel *tunnel, int64_t now)
{
	if (now - tunnel->loss_window_start < LOSS_WINDOW)
		return;
	tunnel->loss_window_start = now;
	for (unsigned side = 0; side < 2; side++) {
		struct esp_direction *direction = &tunnel->esp[side];
		direction->loss_packets[1] = direction->loss_packets[0];
		direction->loss_lost[1] = direction->loss_lost[0];
		direction->loss_packets[0] = direction->packets;
		direction->loss_lost[0] = esp_direction_path_losses(direction);
	}
}

static void settle_tunnel(struct tunnels *tunnels, struct tunnel *tunnel)
{
	uint32_t least = tunnels->options.one_way_packets;

	tunnel->dirty = false;
	for (unsigned side = 0; side < 2; side++)
		close_outage(tunnel, side, least);
	settle(&tunnels->options, &tunnel->esp[0].silence, &tunnel->esp[1].silence);
	settle_children(tunnel, &tunnels->options);
	move_loss_window(tunnel, tunnels->now);
}

void tunnels_note_uncounted(struct tunnels *tunnels, int64_t time)
{
	tunnels->uncounted_time = time;
}

int64_t tunnels_uncounted_time(const struct tunnels *tunnels)
{
	return tunnels->uncounted_time;
}

struct tunnel *tunnels_settle_next(struct tunnels *tunnels, uint32_t *cursor)
{
	while (*cursor < tunnels->dirty->len) {
		struct tunnel *tunnel = tunnels_at(tunnels, g_array_index(tunnels->dirty, uint32_t, (*cursor)++));
		/* One that gave way has left its number to nobody, or to one that is not dirty or listed again. */
		if (tunnel == NULL || !tunnel->dirty)
			continue;
		settle_tunnel(tunnels, tunnel);
		return tunnel;
	}
	g_array_set_size(tunnels->dirty, 0);
	return NULL;
}

/* ---- what earlier runs counted ---- */

void tunnel_restore(struct tunnel *tunnel, unsigned side, uint64_t packets, uint64_t bytes, uint64_t lost,
                    int64_t last_time)
{
	struct esp_direction *direction = &tunnel->esp[side];

	direction->packets += packets;
	direction->bytes += bytes;
	direction->lost += lost;
	direction->earlier_packets += packets;
	for (unsigned i = 0; i < 2; i++) {
		direction->loss_packets[i] += packets;
		direction->loss_lost[i] += lost;
	}
	direction->last_time = MAX(direction->last_time, last_time);
	tunnel_note_packet(tunnel, (uint8_t)side, tunnel->last_frame, last_time);
}
