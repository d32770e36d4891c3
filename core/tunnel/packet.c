/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet of any kind into the state, and the verdict after it. */
#include "core/tunnel/table.h"
#include "core/verdict/diagnose.h"

#include <string.h>

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

/* A failure that happened again, or that an ASA's log now names as well. */
static bool is_new_instance(const struct tunnel *tunnel, uint32_t frame)
{
	if (frame != 0 && tunnel->logged.frame == frame)
		return true;
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++) {
		const struct ike_sa *sa = tunnel->ike_sas[i];
		if (frame != 0 && (sa->failed_frame == frame || sa->child_failed_frame == frame))
			return true;
	}
	return false;
}

static void note_change(struct tunnel *tunnel, const struct arrival *arrival, enum cause cause)
{
	struct tunnel_event event = {.frame = arrival->frame, .time = arrival->time, .cause = cause};
	if (cause == CAUSE_ONE_WAY)
		for (unsigned side = 0; side < 2; side++)
			tunnel->esp[side].lost_before_outage = tunnel->esp[side].lost;
	if (tunnel->history_count == TUNNEL_HISTORY) {
		memmove(&tunnel->history[1], &tunnel->history[2], sizeof event * (TUNNEL_HISTORY - 2));
		tunnel->history_count--;
	}
	tunnel->history = room_for_one_more(tunnel->history, tunnel->history_count, sizeof event);
	tunnel->history[tunnel->history_count++] = event;
	tunnel->current = cause;
}

void tunnel_judge(const struct arrival *arrival)
{
	struct verdict verdict;
	struct tunnel *tunnel = arrival->tunnel;

	tunnel_diagnose(arrival->tunnels, tunnel, &verdict);
	if (verdict.cause != tunnel->current) {
		note_change(tunnel, arrival, verdict.cause);
		arrival->annotation->changed = true;
	} else if (verdict.cause != CAUSE_NONE && is_new_instance(tunnel, arrival->frame)) {
		arrival->annotation->changed = true;
	}
}

static void add_keepalive(struct arrival *arrival, bool annotate)
{
	(void)annotate;
	struct tunnel *tunnel =
	        tunnels_find(arrival->tunnels, &arrival->datagram->source, &arrival->datagram->destination);
	if (tunnel == NULL)
		return;
	uint8_t side = ip_address_equal(&tunnel->address[0], &arrival->datagram->source) ? 0 : 1;
	tunnel_note_packet(tunnel, side, arrival->frame, arrival->time);
	arrival->annotation->tunnel = tunnel->number;
}

/* An error about an SPI that the tunnel does not have was made up by somebody who has not seen its packets. */
static bool quotes_foreign_spi(struct tunnels *tunnels, const struct tunnel *tunnel, const struct icmp_quote *quoted)
{
	unsigned side = ip_address_equal(&tunnel->address[0], &quoted->source) ? 0 : 1;

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
	if (quotes_foreign_spi(arrival->tunnels, tunnel, quoted))
		return;
	if (quoted->meaning == ICMP_UNREACHABLE) {
		tunnel->unreachable_frame = arrival->frame;
		return;
	}
	note_too_big(tunnel, arrival, quoted->mtu);
	tunnel_judge(arrival);
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

void annotation_clear(struct annotation *annotation)
{
	memset(annotation, 0, sizeof *annotation);
	annotation->tunnel = UINT32_MAX;
	annotation->spi_entry = SPI_TABLE_FULL;
	annotation->copy = 1;
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
	        .annotation = annotation != NULL ? annotation : &unused,
	};

	annotation_clear(arrival.annotation);
	tunnels_note_time(tunnels, arrival.time);
	if (adders[datagram->kind] != NULL)
		adders[datagram->kind](&arrival, annotation != NULL);
}
