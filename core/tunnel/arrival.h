/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: one packet on its way into a tunnel's state, and what every part of that state does with one. */
#ifndef ASAPHASE_CORE_TUNNEL_ARRIVAL_H
#define ASAPHASE_CORE_TUNNEL_ARRIVAL_H

#include "core/tunnel/tunnel.h"

struct arrival {
	struct tunnels *tunnels;
	struct tunnel *tunnel; /* NULL until it is found */
	uint32_t frame;
	int64_t time;
	uint8_t side;                      /* that sent it */
	bool judge;                        /* the rules have something new to look at */
	const struct datagram *datagram;   /* NULL where only esp is set */
	const struct ike_message *message; /* NULL unless IKE */
	const struct esp_packet *esp;      /* NULL unless ESP */
	struct annotation *annotation;     /* never NULL */
};

/* An annotation that says nothing. */
void annotation_clear(struct annotation *annotation);

/* The side of the tunnel that has this address. */
static inline uint8_t tunnel_side_of(const struct tunnel *tunnel, const struct ip_address *address)
{
	return ip_address_equal(&tunnel->address[0], address) ? 0 : 1;
}

/* The packet is one of this tunnel, sent by source. */
void arrival_enter(struct arrival *arrival, struct tunnel *tunnel, const struct ip_address *source);

/* The tunnel has a packet more. */
void tunnel_note_packet(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time);

/* The same for a packet that anybody may have made up, unless it is genuine: otherwise its sender need not be there. */
void tunnel_note_claimed(struct tunnel *tunnel, uint8_t side, uint32_t frame, int64_t time, bool genuine);

/* An INVALID_SPI notify named this SPI. */
void tunnel_note_invalid_spi(const struct arrival *arrival, uint32_t spi);

#endif
