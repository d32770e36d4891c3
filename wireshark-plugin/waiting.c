/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/waiting.h"

#include <glib.h>
#include <string.h>

#include "core/esp.h"

#define CHUNK_SIZE ((size_t)1 << 20)
#define ALIGNMENT sizeof(int64_t)

/* A datagram without what its kind has no use for. Its payload follows. */
struct waiting_datagram {
	int64_t time;
	struct ip_address source;
	struct ip_address destination;
	uint32_t frame;
	uint32_t ip_length;
	uint32_t captured;
	uint32_t length;
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t kind;
	uint8_t encapsulation;
	bool first_fragment;
	bool completes;
};

struct chunk {
	size_t used; /* bytes */
	size_t size;
	uint8_t *bytes;
};

struct waiting {
	GArray *chunks; /* struct chunk; they are filled one after the other */
};

struct waiting *waiting_new(void)
{
	struct waiting *waiting = g_new0(struct waiting, 1);

	waiting->chunks = g_array_new(FALSE, FALSE, sizeof(struct chunk));
	return waiting;
}

static void clear(struct waiting *waiting)
{
	for (guint i = 0; i < waiting->chunks->len; i++)
		g_free(g_array_index(waiting->chunks, struct chunk, i).bytes);
	g_array_set_size(waiting->chunks, 0);
}

void waiting_free(struct waiting *waiting)
{
	if (waiting == NULL)
		return;
	clear(waiting);
	g_array_free(waiting->chunks, TRUE);
	g_free(waiting);
}

bool waiting_fits(const struct datagram *datagram)
{
	return datagram->kind == DATAGRAM_IKE || datagram->kind == DATAGRAM_ESP ||
	       datagram->kind == DATAGRAM_NAT_KEEPALIVE || datagram->kind == DATAGRAM_SYSLOG;
}

/* What a datagram with so much payload takes: the next one is aligned again. */
static size_t size_with(size_t payload)
{
	return (sizeof(struct waiting_datagram) + payload + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static uint8_t *make_room(struct waiting *waiting, size_t size)
{
	guint count = waiting->chunks->len;
	struct chunk *last = count != 0 ? &g_array_index(waiting->chunks, struct chunk, count - 1) : NULL;

	if (last == NULL || last->size - last->used < size) {
		struct chunk chunk = {.size = MAX(size, CHUNK_SIZE)};
		chunk.bytes = g_malloc(chunk.size);
		g_array_append_val(waiting->chunks, chunk);
		last = &g_array_index(waiting->chunks, struct chunk, count);
	}
	uint8_t *room = last->bytes + last->used;
	last->used += size;
	return room;
}

/* Of ESP, nothing behind the header can be read anyway. */
static size_t payload_to_keep(const struct datagram *datagram)
{
	return datagram->kind == DATAGRAM_ESP ? MIN(datagram->captured, ESP_HEADER_SIZE) : datagram->captured;
}

void waiting_add(struct waiting *waiting, uint32_t frame, int64_t time, const struct datagram *datagram)
{
	size_t payload = payload_to_keep(datagram);
	uint8_t *room = make_room(waiting, size_with(payload));
	struct waiting_datagram *copy = (struct waiting_datagram *)room;

	*copy = (struct waiting_datagram){
	        .time = time,
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .frame = frame,
	        .ip_length = datagram->ip_length,
	        .captured = (uint32_t)payload,
	        .length = (uint32_t)datagram->length,
	        .source_port = datagram->source_port,
	        .destination_port = datagram->destination_port,
	        .kind = (uint8_t)datagram->kind,
	        .encapsulation = (uint8_t)datagram->encapsulation,
	        .first_fragment = datagram->first_fragment,
	        .completes = datagram->completes,
	};
	memcpy(room + sizeof *copy, datagram->payload, payload);
}

static void put_be32(uint8_t *at, uint32_t value)
{
	uint32_t bytes = GUINT32_TO_BE(value);

	memcpy(at, &bytes, sizeof bytes);
}

void waiting_add_esp(struct waiting *waiting, const struct esp_packet *packet)
{
	uint8_t *room = make_room(waiting, size_with(ESP_HEADER_SIZE));
	struct waiting_datagram *copy = (struct waiting_datagram *)room;

	*copy = (struct waiting_datagram){
	        .time = packet->time,
	        .source = packet->source,
	        .destination = packet->destination,
	        .frame = packet->frame,
	        .ip_length = packet->bytes,
	        .captured = ESP_HEADER_SIZE,
	        .length = ESP_HEADER_SIZE, /* of ESP nobody asks for it */
	        .kind = DATAGRAM_ESP,
	        .encapsulation = packet->encapsulation,
	};
	put_be32(room + sizeof *copy, packet->spi);
	put_be32(room + sizeof *copy + 4, packet->sequence);
}

/* Hands one on; returns how many bytes it takes. */
static size_t take_one(const uint8_t *bytes, waiting_take *take)
{
	const struct waiting_datagram *copy = (const struct waiting_datagram *)bytes;
	struct datagram datagram = {
	        .kind = copy->kind,
	        .encapsulation = copy->encapsulation,
	        .source = copy->source,
	        .destination = copy->destination,
	        .source_port = copy->source_port,
	        .destination_port = copy->destination_port,
	        .ip_length = copy->ip_length,
	        .payload = bytes + sizeof *copy,
	        .captured = copy->captured,
	        .length = copy->length,
	        .first_fragment = copy->first_fragment,
	        .completes = copy->completes,
	};

	take(copy->frame, copy->time, &datagram);
	return size_with(copy->captured);
}

void waiting_take_all(struct waiting *waiting, waiting_take *take)
{
	for (guint i = 0; i < waiting->chunks->len; i++) {
		const struct chunk *chunk = &g_array_index(waiting->chunks, struct chunk, i);
		for (size_t offset = 0; offset < chunk->used;)
			offset += take_one(chunk->bytes + offset, take);
	}
	clear(waiting);
}
