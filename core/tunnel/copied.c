/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/copied.h"

#include <string.h>

#include "core/base/keyed_hash.h"
#include "core/tunnel/table.h"
#include "core/wire/esp.h"

/* So many pairs of addresses behind NATs are known at most. */
#define NAT_PAIRS_MOST 64

/* From source to destination. */
struct way {
	struct ip_address source;
	struct ip_address destination;
};

/* ---- the addresses of a NAT ---- */

static guint hash_of_way(gconstpointer key)
{
	const struct way *way = key;
	const uint64_t *secret = process_hash_key();

	return (guint)multiply_fold(hash_of_address(&way->source, secret) ^ secret[2],
	                            hash_of_address(&way->destination, secret) ^ secret[3]);
}

static gboolean ways_equal(gconstpointer a, gconstpointer b)
{
	const struct way *one = a, *other = b;

	return ip_address_equal(&one->source, &other->source) &&
	       ip_address_equal(&one->destination, &other->destination);
}

static const struct way *way_before_nat(const struct tunnels *tunnels, const struct way *way)
{
	return tunnels->before_nat == NULL ? NULL : g_hash_table_lookup(tunnels->before_nat, way);
}

static void stand_for(struct tunnels *tunnels, const struct way *seen, const struct way *own)
{
	g_hash_table_insert(tunnels->before_nat, g_memdup2(seen, sizeof *seen), g_memdup2(own, sizeof *own));
}

static struct way reverse(const struct way *way)
{
	return (struct way){way->destination, way->source};
}

/* seen is the way of a packet that was first seen as one of the tunnel: another tunnel's addresses are left alone. */
static void learn_nat(struct tunnels *tunnels, const struct tunnel *tunnel, const struct way *seen)
{
	if (tunnels_find(tunnels, &seen->source, &seen->destination) != NULL)
		return;
	if (tunnels->before_nat == NULL)
		tunnels->before_nat = g_hash_table_new_full(hash_of_way, ways_equal, g_free, g_free);
	if (g_hash_table_size(tunnels->before_nat) >= 2 * NAT_PAIRS_MOST)
		return;
	/* A NAT leaves the address of the other end alone. */
	bool same_destination = ip_address_equal(&seen->destination, &tunnel->address[0]) ||
	                        ip_address_equal(&seen->destination, &tunnel->address[1]);
	const struct ip_address *kept = same_destination ? &seen->destination : &seen->source;
	unsigned side = ip_address_equal(kept, &tunnel->address[0]) ? 0 : 1;
	struct way own = same_destination ? (struct way){tunnel->address[!side], *kept}
	                                  : (struct way){*kept, tunnel->address[!side]};
	struct way seen_back = reverse(seen), own_back = reverse(&own);
	stand_for(tunnels, seen, &own);
	stand_for(tunnels, &seen_back, &own_back);
}

bool esp_packet_undo_nat(const struct tunnels *tunnels, struct esp_packet *packet)
{
	const struct way way = {packet->source, packet->destination};
	const struct way *own = way_before_nat(tunnels, &way);

	if (own == NULL)
		return false;
	packet->source = own->source;
	packet->destination = own->destination;
	return true;
}

bool datagram_undo_nat(const struct tunnels *tunnels, struct datagram *datagram)
{
	const struct way way = {datagram->source, datagram->destination};
	const struct way *own = way_before_nat(tunnels, &way);

	if (own == NULL)
		return false;
	datagram->source = own->source;
	datagram->destination = own->destination;
	return true;
}

/* ---- copies ---- */

/* Between equal packets of one SA these differ: TTL, checksums, DSCP, link header, and addresses where a NAT stands. */
static uint64_t digest_of_esp(uint32_t spi, uint32_t sequence, uint32_t tail)
{
	const uint64_t *secret = process_hash_key();

	return multiply_fold(((uint64_t)spi << 32 | sequence) ^ secret[0], tail ^ secret[1]);
}

static uint64_t digest_of_bytes(const uint8_t *bytes, size_t length, uint64_t digest)
{
	for (size_t i = 0; i < length; i++)
		digest = multiply_fold(digest ^ bytes[i], process_hash_key()[1] | 1);
	return digest;
}

static uint64_t digest_of(const struct arrival *arrival)
{
	const struct datagram *datagram = arrival->datagram;
	const uint64_t *secret = process_hash_key();

	if (arrival->message != NULL)
		return multiply_fold(arrival->message->digest ^ secret[2], arrival->message->initiator_spi ^ secret[3]);
	if (datagram->kind == DATAGRAM_ESP && datagram->captured >= ESP_HEADER_SIZE)
		return digest_of_esp(read_be32(datagram->payload), read_be32(datagram->payload + 4), datagram->tail);
	return digest_of_bytes(datagram->payload, datagram->captured, secret[2] ^ datagram->kind);
}

/* Some captures have no times: then nothing tells a copy from what was sent again. */
static bool has_time(int64_t time)
{
	return time > 1; /* see time_in_state() */
}

/* What is compared of a packet besides its digest. */
struct sighting {
	uint32_t frame;
	int64_t time;
	uint8_t hops_left;
	struct way way;
};

/*
 * Whether the packet is that of its tunnel, first, at the same addresses or beyond a NAT. A NAT is a router: it takes
 * a hop. Where none was taken, the same bytes between others are something else, such as a capture that somebody made.
 */
static bool is_same_packet(struct tunnels *tunnels, const struct first_copy *first, const struct tunnel *tunnel,
                           const struct sighting *seen)
{
	const struct way *before = way_before_nat(tunnels, &seen->way);
	const struct way *way = before != NULL ? before : &seen->way;

	if (tunnels_find(tunnels, &way->source, &way->destination) == tunnel)
		return true;
	if (seen->hops_left == first->hops_left)
		return false;
	learn_nat(tunnels, tunnel, &seen->way);
	return true;
}

/* Remembers the packet if it was not there before. Returns the first if it was; valid until the next call. */
static const struct first_copy *find_first(struct tunnels *tunnels, uint64_t digest, const struct sighting *seen)
{
	struct first_copy *first = copies_first(tunnels->copies, digest, seen->time);
	struct tunnel *tunnel = first != NULL ? tunnels_at(tunnels, first->tunnel) : NULL;

	if (tunnel == NULL || !is_same_packet(tunnels, first, tunnel, seen)) {
		copies_remember(tunnels->copies, digest, seen->frame, seen->time)->hops_left = seen->hops_left;
		return NULL;
	}
	if (tunnel->copies++ == 0) {
		tunnel->first_copy_frame = seen->frame;
		tunnel->first_copy_time = seen->time;
	}
	return first;
}

bool esp_packet_is_copy(struct tunnels *tunnels, const struct esp_packet *packet)
{
	if (tunnels->copies == NULL || !has_time(packet->time))
		return false;
	uint64_t digest = digest_of_esp(packet->spi, packet->sequence, packet->tail);
	const struct sighting seen = {
	        packet->frame, packet->time, packet->hops_left, {packet->source, packet->destination}};

	return find_first(tunnels, digest, &seen) != NULL;
}

/* A keepalive is the same each time. */
static bool may_be_copy(const struct datagram *datagram)
{
	switch (datagram->kind) {
	case DATAGRAM_IKE:
	case DATAGRAM_ESP:
	case DATAGRAM_ICMP_ERROR:
	case DATAGRAM_SYSLOG:
		return true;
	default:
		return false;
	}
}

bool arrival_is_copy(struct arrival *arrival)
{
	const struct datagram *datagram = arrival->datagram;
	struct tunnels *tunnels = arrival->tunnels;

	if (tunnels->copies == NULL || !has_time(arrival->time) || !may_be_copy(datagram))
		return false;
	/* An error is one of the tunnel that it quotes, whoever sent it. */
	bool is_error = datagram->kind == DATAGRAM_ICMP_ERROR;
	const struct way way = is_error ? (struct way){datagram->quoted.source, datagram->quoted.destination}
	                                : (struct way){datagram->source, datagram->destination};
	const struct sighting seen = {arrival->frame, arrival->time, datagram->hops_left, way};
	const struct first_copy *first = find_first(tunnels, digest_of(arrival), &seen);
	if (first == NULL)
		return false;
	arrival->annotation->tunnel = first->tunnel;
	arrival->annotation->copy_of = first->frame;
	return true;
}

void tunnels_note_first_copy(struct tunnels *tunnels, const struct tunnel *tunnel)
{
	if (tunnels->copies == NULL || tunnel == NULL)
		return;
	/* Packets that are not remembered come in between: they are no news of the one that was. */
	struct first_copy *newest = copies_newest(tunnels->copies);
	if (newest->tunnel == UINT32_MAX)
		newest->tunnel = tunnel->number;
}

void tunnels_forget_copies(struct tunnels *tunnels)
{
	copies_free(tunnels->copies);
	if (tunnels->before_nat != NULL)
		g_hash_table_destroy(tunnels->before_nat);
}
