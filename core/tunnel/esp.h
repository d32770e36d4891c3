/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: ESP into its tunnel, packet by packet. What counting elsewhere shares with it is here, too. */
#ifndef ASAPHASE_CORE_TUNNEL_ESP_H
#define ASAPHASE_CORE_TUNNEL_ESP_H

#include "core/tunnel/arrival.h"

/* One packet. annotate: whether anybody reads more of the annotation than the tunnel's number. */
void tunnel_add_esp(struct arrival *arrival, bool annotate);

/* Packets that are taken together, so that memory is on its way before each of them needs it. */
struct esp_batch {
	const struct esp_packet *packets;
	size_t count; /* SPI_BATCH at most */
	size_t next;  /* to be taken */
	struct spi_hint hints[SPI_BATCH];
};

void esp_batch_begin(struct tunnels *tunnels, struct esp_batch *batch, const struct esp_packet *packets, size_t count);

/*
 * Takes packets in their order. Returns true where one of them has something new for the rules, with arrival filled in
 * for them; the rest is taken by the next call. Returns false when all have been taken.
 */
bool esp_batch_take(struct tunnels *tunnels, struct esp_batch *batch, struct arrival *arrival);

/* Whether an SA that is first seen at this sequence number is new. */
bool esp_begins_at(uint64_t sequence);

/* Makes a new entry of the SPI table the tunnel's: arrival has tunnel, side, frame and time. */
void tunnel_adopt_spi(const struct arrival *arrival, struct spi_entry *entry, uint32_t number);

/*
 * Its packets show by now that they were not made up, so they speak of the IKE SA that made them possible. begins: the
 * SA itself is new, as its sequence numbers tell.
 */
void tunnel_trust_spi(const struct arrival *arrival, struct spi_entry *entry, bool begins);

/* A jump of the sequence numbers is only believed when more packets confirm it. */
#define OUTAGE_CLOSING 8

/* Says that what is lost by now, since the tunnel was found to be one-way, was lost to that. */
void tunnel_end_outage(struct tunnel *tunnel, unsigned side);

#endif
