/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SPIs that come and go. Whoever can spoof an address can make up as many SPIs as they like, so room is shared out in
 * two ways. Within a direction, SPIs that have not proved themselves by a second packet give way to one another. In the
 * whole table, they give way before all others, and what a tunnel in use still needs never does.
 */
#include "core/tunnel/spis.h"

#include "core/base/time.h"
#include "core/tunnel/table.h"

/* A direction with so many SPIs of one packet each has a flood among them. */
#define ORDINARY_SINGLES 64
/* SPIs looked at to find one that gives way: what a new SPI may cost at most. */
#define LOOKS 64
#define IDLE (60 * NANOSECONDS)
/* Longer than any lifetime in use: an SPI that was silent for so long has been replaced. */
#define EXPIRED (24 * 3600 * NANOSECONDS)

/* ---- out of a direction ---- */

static uint32_t *link_to_next(struct tunnels *tunnels, uint32_t number)
{
	return &spi_table_entry(tunnels->spis, number)->next_of_owner;
}

/* link: what holds the number of the SPI that goes. */
static void remove_spi(struct tunnels *tunnels, struct esp_direction *direction, uint32_t *link)
{
	uint32_t number = *link;

	*link = *link_to_next(tunnels, number);
	direction->single_spis -= !spi_table_entry(tunnels->spis, number)->trusted;
	spi_table_remove(tunnels->spis, number);
	direction->live_spis--;
}

bool tunnel_is_crowded(const struct esp_direction *direction)
{
	return direction->single_spis >= ORDINARY_SINGLES;
}

void tunnel_crowd_out_untrusted(struct tunnels *tunnels, struct esp_direction *direction)
{
	uint32_t *untrusted = NULL, *link = &direction->first_spi;

	/* The first is the one that came last, and needs the room. */
	for (unsigned looks = 0; looks < LOOKS && *link != SPI_TABLE_FULL; looks++) {
		link = link_to_next(tunnels, *link);
		if (*link != SPI_TABLE_FULL && !spi_table_entry(tunnels->spis, *link)->trusted)
			untrusted = link;
	}
	if (untrusted != NULL)
		remove_spi(tunnels, direction, untrusted);
}

void tunnel_retire_spis(struct tunnels *tunnels, struct tunnel *tunnel, unsigned side, int64_t before)
{
	struct esp_direction *direction = &tunnel->esp[side];

	for (uint32_t *link = &direction->first_spi; *link != SPI_TABLE_FULL;) {
		if (spi_table_entry(tunnels->spis, *link)->last_time < before)
			remove_spi(tunnels, direction, link);
		else
			link = link_to_next(tunnels, *link);
	}
}

void tunnels_retire_spis(struct tunnels *tunnels, int64_t before)
{
	for (guint i = 0; i < tunnels->list->len; i++)
		for (unsigned side = 0; side < 2 && tunnels->list->pdata[i] != NULL; side++)
			tunnel_retire_spis(tunnels, tunnels->list->pdata[i], side, before);
}

/* ---- out of a full table ---- */

enum priority {
	PRIORITY_NONE,   /* one packet, of a tunnel that is not in use */
	PRIORITY_SINGLE, /* one packet long ago, of a tunnel in use */
	PRIORITY_IDLE,   /* not used any more */
	PRIORITY_FULL,
};

static enum priority priority_of(const struct tunnels *tunnels, const struct spi_entry *entry)
{
	const struct tunnel *tunnel = tunnels->list->pdata[entry->owner];
	int64_t idle = tunnels->now - entry->last_time;
	bool in_use = tunnel_is_in_use(tunnels, tunnel);

	if (!entry->trusted && !in_use)
		return PRIORITY_NONE;
	if (!entry->trusted && idle > IDLE)
		return PRIORITY_SINGLE;
	return idle > (in_use ? EXPIRED : IDLE) ? PRIORITY_IDLE : PRIORITY_FULL;
}

/*
 * Removes the SPI of that number, and with it all of its direction that have no more priority. A direction's chain
 * can hold the whole table, if a stranger sends two packets on each SPI: so the walk along it has to make room for more
 * than the one that asks.
 */
static void remove_owned(struct tunnels *tunnels, uint32_t number, enum priority priority)
{
	const struct spi_entry *entry = spi_table_entry(tunnels->spis, number);
	struct tunnel *tunnel = tunnels->list->pdata[entry->owner];
	struct esp_direction *direction = &tunnel->esp[entry->owner_side];

	for (uint32_t *link = &direction->first_spi; *link != SPI_TABLE_FULL;) {
		if (priority_of(tunnels, spi_table_entry(tunnels->spis, *link)) <= priority)
			remove_spi(tunnels, direction, link);
		else
			link = link_to_next(tunnels, *link);
	}
}

bool tunnels_free_spi(struct tunnels *tunnels)
{
	uint32_t limit = spi_table_limit(tunnels->spis), chosen = SPI_TABLE_FULL;
	enum priority least = PRIORITY_FULL;

	for (unsigned looks = 0; looks < LOOKS && least != PRIORITY_NONE; looks++) {
		uint32_t number = tunnels->spi_eviction_cursor++ % limit;
		const struct spi_entry *entry = spi_table_entry(tunnels->spis, number);
		enum priority priority = entry != NULL ? priority_of(tunnels, entry) : PRIORITY_FULL;
		if (priority < least) {
			least = priority;
			chosen = number;
		}
	}
	if (chosen == SPI_TABLE_FULL)
		return false;
	remove_owned(tunnels, chosen, least);
	return true;
}
