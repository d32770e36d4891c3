/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/packet.h"

#include "core/base/time.h"
#include "core/tunnel/copied.h"
#include "core/tunnel/esp.h"
#include "core/tunnel/log.h"

static void add_keepalive(struct arrival *arrival, bool annotate)
{
	(void)annotate;
	struct tunnel *tunnel =
	        tunnels_find(arrival->tunnels, &arrival->datagram->source, &arrival->datagram->destination);
	if (tunnel == NULL)
		return;
	arrival_enter(arrival, tunnel, &arrival->datagram->source);
	tunnel_note_packet(tunnel, arrival->side, arrival->frame, arrival->time);
}

/* An error about an SPI that the tunnel does not have was made up by somebody who has not seen its packets. */
static bool quotes_foreign_spi(struct tunnels *tunnels, const struct tunnel *tunnel, const struct icmp_quote *quoted)
{
	unsigned side = tunnel_side_of(tunnel, &quoted->source);

	return quoted->spi != 0 && tunnel->esp[side].live_spis != 0 &&
	       tunnel_spi_entry(tunnels, tunnel, side, quoted->spi) == NULL;
}

/* What was under way when the sender was told is not held against him. */
#define UNDER_WAY (NANOSECONDS / 2)

/*
 * Path MTU discovery at work is one round of errors, one for each packet that was under way; another where a later
 * router wants less; and the same again when the sender has forgotten. Who does not heed them makes round after round.
 */
static void note_too_big(struct tunnel *tunnel, const struct arrival *arrival, uint32_t mtu)
{
	int64_t since = arrival->time - tunnel->too_big_time;
	bool begins =
	        tunnel->too_big_count == 0 || since < 0 || since >= TOO_BIG_FORGOTTEN || mtu < tunnel->too_big_mtu;

	if (begins)
		tunnel->too_big_count = 0;
	if (begins || arrival->time - tunnel->too_big_round >= UNDER_WAY) {
		tunnel->too_big_round = arrival->time;
		tunnel->too_big_count++;
	}
	tunnel->too_big_mtu = mtu;
	tunnel->too_big_frame = arrival->frame;
	tunnel->too_big_time = arrival->time;
}

static void add_icmp_error(struct arrival *arrival, bool annotate)
{
	(void)annotate;
	const struct icmp_quote *quoted = &arrival->datagram->quoted;
	struct tunnel *tunnel = tunnels_find(arrival->tunnels, &quoted->source, &quoted->destination);

	if (tunnel == NULL)
		return;
	arrival->tunnel = tunnel;
	arrival->annotation->tunnel = tunnel->number;
	if (quoted->meaning != ICMP_TOO_BIG || quotes_foreign_spi(arrival->tunnels, tunnel, quoted))
		return;
	note_too_big(tunnel, arrival, quoted->mtu);
	arrival->judge = true;
}

typedef void add_packet(struct arrival *arrival, bool annotate);

static add_packet *const adders[] = {
        [DATAGRAM_OTHER] = NULL,
        [DATAGRAM_IKE] = tunnel_add_ike,
        [DATAGRAM_ESP] = tunnel_add_esp,
        [DATAGRAM_NAT_KEEPALIVE] = add_keepalive,
        [DATAGRAM_ICMP_ERROR] = add_icmp_error,
        [DATAGRAM_SYSLOG] = tunnel_add_syslog,
        [DATAGRAM_FRAGMENT] = NULL,
};

void tunnels_take_packet(struct arrival *arrival, bool annotate)
{
	add_packet *add = adders[arrival->datagram->kind];
	const struct datagram *seen = arrival->datagram;
	struct datagram own = *seen;

	if (add == NULL || arrival_is_copy(arrival))
		return;
	datagram_undo_nat(arrival->tunnels, &own);
	arrival->datagram = &own;
	add(arrival, annotate);
	arrival->datagram = seen;
	tunnels_note_first_copy(arrival->tunnels, arrival->tunnel);
}
