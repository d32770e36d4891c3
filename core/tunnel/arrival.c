/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/arrival.h"

#include <string.h>

void annotation_clear(struct annotation *annotation)
{
	memset(annotation, 0, sizeof *annotation);
	annotation->tunnel = UINT32_MAX;
	annotation->spi_entry = SPI_TABLE_FULL;
	annotation->copy = 1;
}

void arrival_enter(struct arrival *arrival, struct tunnel *tunnel, const struct ip_address *source)
{
	arrival->tunnel = tunnel;
	arrival->side = tunnel_side_of(tunnel, source);
	arrival->annotation->tunnel = tunnel->number;
}

void tunnel_note_packet(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time)
{
	tunnel->last_frame = frame;
	if (time > tunnel->last_time)
		tunnel->last_time = time;
	if (time > tunnel->last_from[side])
		tunnel->last_from[side] = time;
}

void tunnel_note_claimed(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time, bool genuine)
{
	int64_t heard = tunnel->last_from[side];

	tunnel_note_packet(tunnel, side, frame, time);
	if (!genuine && heard != 0)
		tunnel->last_from[side] = heard;
}

void tunnel_note_invalid_spi(const struct arrival *arrival, uint32_t spi)
{
	struct tunnel *tunnel = arrival->tunnel;
	unsigned room = sizeof tunnel->invalid_spis / sizeof tunnel->invalid_spis[0];
	bool known = false;

	for (unsigned i = 0; i < tunnel->invalid_spi_count; i++)
		known = known || tunnel->invalid_spis[i] == spi;
	tunnel->invalid_spi_said_time = arrival->time;
	if (known)
		return;
	if (tunnel->invalid_spi_count < room)
		tunnel->invalid_spis[tunnel->invalid_spi_count++] = spi;
	tunnel->invalid_spi_frame = arrival->frame;
	tunnel->invalid_spi_time = arrival->time;
}
