/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The children of a tunnel and which SPIs belong to each. */
#include "core/tunnel_private.h"

#include <string.h>

/* A child and its SPIs belong together when they appear within this time, where only timing can pair them. */
#define PAIRING_WITHIN (30 * NANOSECONDS)

static struct child_sa *add_child(struct tunnel *tunnel, uint32_t frame, int64_t time)
{
	if (tunnel->child_count == TUNNEL_CHILDREN) {
		memmove(&tunnel->children[0], &tunnel->children[1], sizeof tunnel->children[0] * (TUNNEL_CHILDREN - 1));
		tunnel->child_count--;
	}
	struct child_sa *child = &tunnel->children[tunnel->child_count++];
	*child = (struct child_sa){.frame = frame, .time = time};
	tunnel->children_total++;
	return child;
}

void tunnel_add_child(const struct arrival *arrival)
{
	add_child(arrival->tunnel, arrival->frame, arrival->time);
}

void tunnel_drop_empty_child(const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;
	if (tunnel->child_count == 0)
		return;
	const struct child_sa *last = &tunnel->children[tunnel->child_count - 1];
	if (last->spi_from[0] != 0 || last->spi_from[1] != 0)
		return;
	tunnel->child_count--;
	tunnel->children_total--;
}

void tunnel_pair_child(struct tunnel *tunnel, uint8_t requester, uint32_t from_requester, uint32_t from_other)
{
	if (tunnel->child_count == 0)
		return;
	struct child_sa *child = &tunnel->children[tunnel->child_count - 1];
	child->spi_from[requester] = from_requester;
	child->spi_from[!requester] = from_other;
	child->paired_by = PAIRED_BY_IKE;
}

const struct child_sa *tunnel_child(const struct tunnel *tunnel, unsigned side, uint32_t spi)
{
	for (unsigned i = tunnel->child_count; i-- > 0;)
		if (tunnel->children[i].spi_from[side] == spi)
			return &tunnel->children[i];
	return NULL;
}

/* Where only timing can tell: the oldest child that still lacks an SPI of this side and came up not long ago. */
void tunnel_place_spi(struct tunnel *tunnel, uint8_t side, uint32_t spi, uint32_t frame, int64_t time)
{
	if (tunnel_child(tunnel, side, spi) != NULL)
		return;
	struct child_sa *child = NULL;
	for (unsigned i = 0; i < tunnel->child_count && child == NULL; i++)
		if (tunnel->children[i].spi_from[side] == 0 && time - tunnel->children[i].time < PAIRING_WITHIN)
			child = &tunnel->children[i];
	if (child == NULL)
		child = add_child(tunnel, frame, time);
	child->spi_from[side] = spi;
	if (child->spi_from[!side] != 0)
		child->paired_by = PAIRED_BY_TIMING;
}
