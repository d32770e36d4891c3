/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/ip_fragments.h"

#include <glib.h>
#include <string.h>

#include "core/wire/ike.h"

#define MOST_BYTES 65535

struct piece {
	uint32_t begin;
	uint32_t end;
};

/* One packet under way. Free while piece_count is 0. */
struct packet {
	struct ip_address source;
	struct ip_address destination;
	uint32_t identification;
	uint8_t protocol;
	bool spoilt;
	bool first_was_read;
	uint64_t last_use;
	uint32_t length; /* 0: the last piece has not come */
	uint32_t have;   /* bytes */
	unsigned piece_count;
	struct piece pieces[IP_FRAGMENTS_PIECES];
	uint8_t *bytes; /* MOST_BYTES, made at first use and kept */
};

struct ip_fragments {
	struct packet packets[IP_FRAGMENTS_PACKETS];
	uint64_t uses;
};

struct ip_fragments *ip_fragments_new(void)
{
	return g_new0(struct ip_fragments, 1);
}

void ip_fragments_free(struct ip_fragments *fragments)
{
	if (fragments == NULL)
		return;
	for (unsigned i = 0; i < IP_FRAGMENTS_PACKETS; i++)
		g_free(fragments->packets[i].bytes);
	g_free(fragments);
}

static bool belongs_to(const struct packet *packet, const struct datagram *datagram)
{
	return packet->piece_count != 0 && packet->identification == datagram->fragment.identification &&
	       packet->protocol == datagram->fragment.protocol &&
	       ip_address_equal(&packet->source, &datagram->source) &&
	       ip_address_equal(&packet->destination, &datagram->destination);
}

static struct packet *begin_packet(struct ip_fragments *fragments, const struct datagram *datagram)
{
	struct packet *oldest = &fragments->packets[0];

	for (unsigned i = 0; i < IP_FRAGMENTS_PACKETS && oldest->piece_count != 0; i++) {
		struct packet *packet = &fragments->packets[i];
		if (packet->piece_count == 0 || packet->last_use < oldest->last_use)
			oldest = packet;
	}
	uint8_t *bytes = oldest->bytes != NULL ? oldest->bytes : g_malloc(MOST_BYTES);
	*oldest = (struct packet){
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .identification = datagram->fragment.identification,
	        .protocol = datagram->fragment.protocol,
	        .bytes = bytes,
	};
	return oldest;
}

static struct packet *packet_of(struct ip_fragments *fragments, const struct datagram *datagram)
{
	for (unsigned i = 0; i < IP_FRAGMENTS_PACKETS; i++)
		if (belongs_to(&fragments->packets[i], datagram))
			return &fragments->packets[i];
	return begin_packet(fragments, datagram);
}

enum fit { FIT_NEW, FIT_REPEATED, FIT_SPOILS };

/* A piece that came before comes again where a packet was captured twice; anything else that overlaps is an attack. */
static enum fit fit_of(const struct packet *packet, struct piece piece, const struct ip_fragment *fragment)
{
	for (unsigned i = 0; i < packet->piece_count; i++) {
		const struct piece *other = &packet->pieces[i];
		if (piece.end <= other->begin || piece.begin >= other->end)
			continue;
		bool same = piece.begin == other->begin && piece.end == other->end &&
		            memcmp(packet->bytes + piece.begin, fragment->bytes, fragment->length) == 0;
		return same ? FIT_REPEATED : FIT_SPOILS;
	}
	bool behind_end = packet->length != 0 && piece.end > packet->length;
	bool room = packet->piece_count < IP_FRAGMENTS_PIECES;
	return room && !behind_end ? FIT_NEW : FIT_SPOILS;
}

static void add_piece(struct packet *packet, struct piece piece, const struct ip_fragment *fragment)
{
	memcpy(packet->bytes + piece.begin, fragment->bytes, fragment->length);
	packet->pieces[packet->piece_count++] = piece;
	packet->have += piece.end - piece.begin;
	if (!fragment->more)
		packet->length = piece.end;
}

static bool ends_before_others(const struct packet *packet, struct piece piece)
{
	for (unsigned i = 0; i < packet->piece_count; i++)
		if (packet->pieces[i].end > piece.end)
			return true;
	return false;
}

static bool is_readable_alone(const struct datagram *datagram)
{
	return datagram->kind == DATAGRAM_ESP ||
	       (datagram->kind == DATAGRAM_IKE && datagram->captured >= IKE_HEADER_SIZE);
}

bool ip_fragments_take(struct ip_fragments *fragments, const struct datagram *datagram, struct ip_whole *whole)
{
	const struct ip_fragment *fragment = &datagram->fragment;

	if (fragment->length == 0 || fragment->captured < fragment->length ||
	    fragment->length > MOST_BYTES - MIN(fragment->offset, MOST_BYTES))
		return false;
	struct packet *packet = packet_of(fragments, datagram);
	struct piece piece = {fragment->offset, fragment->offset + (uint32_t)fragment->length};

	packet->last_use = ++fragments->uses;
	if (fragment->offset == 0)
		packet->first_was_read = is_readable_alone(datagram);
	enum fit fit = fit_of(packet, piece, fragment);
	if (fit == FIT_SPOILS || (!fragment->more && ends_before_others(packet, piece)))
		packet->spoilt = true;
	else if (fit == FIT_NEW)
		add_piece(packet, piece, fragment);
	if (packet->spoilt || packet->length == 0 || packet->have != packet->length)
		return false;
	packet->piece_count = 0;
	*whole = (struct ip_whole){packet->bytes, packet->length, packet->first_was_read};
	return true;
}
