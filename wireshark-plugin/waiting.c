/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wireshark-plugin/waiting.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/wire/esp.h"

#define FIRST_CHUNK_SIZE ((size_t)64 << 10)
#define LAST_CHUNK_SIZE ((size_t)32 << 20)
#define HUGE_PAGE ((size_t)2 << 20)
#define ALIGNMENT sizeof(int64_t)
#define IPV4_SIZE 4 /* of an address */
#define PAYLOAD_MOST ((size_t)32 << 20)

/* What each record begins with. */
enum form { FORM_GENERAL, FORM_ESP_OVER_IPV4 };

/* A datagram without what its kind has no use for. Its payload follows. */
struct general_record {
	uint8_t form;
	uint8_t kind;
	uint8_t encapsulation;
	bool first_fragment : 1;
	bool completes : 1;
	uint16_t source_port;
	uint16_t destination_port;
	int64_t time;
	struct ip_address source;
	struct ip_address destination;
	uint32_t frame;
	uint32_t ip_length;
	uint32_t captured;
	uint32_t length;
	uint32_t tail;
	uint8_t hops_left;
};

/* What nearly all that waits is. It is small: to write it is most of what waiting takes. */
struct esp_over_ipv4_record {
	uint8_t form;
	uint8_t encapsulation;
	uint16_t ip_length;
	uint32_t frame;
	int64_t time;
	uint8_t source[IPV4_SIZE];
	uint8_t destination[IPV4_SIZE];
	uint8_t header[ESP_HEADER_SIZE];
	uint32_t tail;
	uint8_t hops_left;
};

_Static_assert(sizeof(struct esp_over_ipv4_record) == 40 && sizeof(struct general_record) == 72, "little padding");

struct chunk {
	size_t used; /* bytes */
	size_t size;
	uint8_t *bytes;
};

struct waiting {
	struct chunk filling; /* all zero: none */
	GArray *filled;       /* struct chunk, the first ones first */
	size_t payload;       /* bytes of all that waits */
};

struct waiting *waiting_new(void)
{
	struct waiting *waiting = g_new0(struct waiting, 1);

	waiting->filled = g_array_new(FALSE, FALSE, sizeof(struct chunk));
	return waiting;
}

static void clear(struct waiting *waiting)
{
	for (guint i = 0; i < waiting->filled->len; i++)
		free(g_array_index(waiting->filled, struct chunk, i).bytes);
	g_array_set_size(waiting->filled, 0);
	free(waiting->filling.bytes);
	waiting->filling = (struct chunk){0};
	waiting->payload = 0;
}

void waiting_free(struct waiting *waiting)
{
	if (waiting == NULL)
		return;
	clear(waiting);
	g_array_free(waiting->filled, TRUE);
	g_free(waiting);
}

bool waiting_fits(const struct datagram *datagram)
{
	return datagram->kind == DATAGRAM_IKE || datagram->kind == DATAGRAM_ESP ||
	       datagram->kind == DATAGRAM_NAT_KEEPALIVE || datagram->kind == DATAGRAM_SYSLOG;
}

/* Aborts where there is no memory left, as all of Wireshark does. */
static uint8_t *allocate(size_t size)
{
	uint8_t *bytes = size % HUGE_PAGE == 0 ? aligned_alloc(HUGE_PAGE, size) : NULL;

	if (bytes == NULL)
		return g_malloc(size);
	madvise(bytes, size, MADV_HUGEPAGE); /* where it is refused, small pages do */
	return bytes;
}

/*
 * Each chunk is twice as large as the one before: little is allocated for few packets, and many are written to few
 * pages.
 */
static void begin_chunk(struct waiting *waiting, size_t least)
{
	size_t size = CLAMP(2 * waiting->filling.size, FIRST_CHUNK_SIZE, LAST_CHUNK_SIZE);

	if (waiting->filling.bytes != NULL)
		g_array_append_val(waiting->filled, waiting->filling);
	size = MAX(size, least);
	waiting->filling = (struct chunk){.size = size, .bytes = allocate(size)};
}

static size_t aligned(size_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* For a record of so many bytes. */
static void *make_room(struct waiting *waiting, size_t record_size)
{
	size_t size = aligned(record_size);

	if (waiting->filling.size - waiting->filling.used < size)
		begin_chunk(waiting, size);
	uint8_t *room = waiting->filling.bytes + waiting->filling.used;
	waiting->filling.used += size;
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
	struct general_record *record = make_room(waiting, sizeof *record + payload);

	*record = (struct general_record){
	        .form = FORM_GENERAL,
	        .kind = (uint8_t)datagram->kind,
	        .encapsulation = (uint8_t)datagram->encapsulation,
	        .first_fragment = datagram->first_fragment,
	        .completes = datagram->completes,
	        .source_port = datagram->source_port,
	        .destination_port = datagram->destination_port,
	        .time = time,
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .frame = frame,
	        .ip_length = datagram->ip_length,
	        .captured = (uint32_t)payload,
	        .length = (uint32_t)datagram->length,
	        .tail = datagram->tail,
	        .hops_left = datagram->hops_left,
	};
	memcpy(record + 1, datagram->payload, payload);
	waiting->payload += payload;
}

bool waiting_is_full(const struct waiting *waiting)
{
	return waiting->payload >= PAYLOAD_MOST;
}

static void put_header(uint8_t header[ESP_HEADER_SIZE], const struct esp_packet *packet)
{
	uint32_t words[] = {GUINT32_TO_BE(packet->spi), GUINT32_TO_BE(packet->sequence)};

	memcpy(header, words, ESP_HEADER_SIZE);
}

/* Its ports and its length on the wire are left out: of ESP nobody asks for them. */
static struct datagram esp_datagram(uint8_t encapsulation, uint32_t ip_length, const uint8_t header[ESP_HEADER_SIZE])
{
	return (struct datagram){
	        .kind = DATAGRAM_ESP,
	        .encapsulation = encapsulation,
	        .ip_length = ip_length,
	        .payload = header,
	        .captured = ESP_HEADER_SIZE,
	        .length = ESP_HEADER_SIZE,
	};
}

static void add_esp_over_ipv4(struct waiting *waiting, const struct esp_packet *packet, const uint8_t *source,
                              const uint8_t *destination)
{
	struct esp_over_ipv4_record *record = make_room(waiting, sizeof *record);

	record->form = FORM_ESP_OVER_IPV4;
	record->encapsulation = packet->encapsulation;
	record->ip_length = (uint16_t)packet->bytes;
	record->frame = packet->frame;
	record->time = packet->time;
	memcpy(record->source, source, IPV4_SIZE);
	memcpy(record->destination, destination, IPV4_SIZE);
	record->tail = packet->tail;
	record->hops_left = packet->hops_left;
	put_header(record->header, packet);
}

static void add_other_esp(struct waiting *waiting, const struct esp_packet *packet)
{
	uint8_t header[ESP_HEADER_SIZE];
	struct datagram datagram = esp_datagram(packet->encapsulation, packet->bytes, header);

	put_header(header, packet);
	datagram.source = packet->source;
	datagram.destination = packet->destination;
	datagram.tail = packet->tail;
	datagram.hops_left = packet->hops_left;
	waiting_add(waiting, packet->frame, packet->time, &datagram);
}

void waiting_add_esp(struct waiting *waiting, const struct esp_packet *packet)
{
	size_t source_size, destination_size;
	const uint8_t *source = ip_address_wire_bytes(&packet->source, &source_size);
	const uint8_t *destination = ip_address_wire_bytes(&packet->destination, &destination_size);

	/* IPv6 may be longer, also between addresses that IPv4 was mapped to. */
	if (source_size == IPV4_SIZE && destination_size == IPV4_SIZE && packet->bytes <= UINT16_MAX)
		add_esp_over_ipv4(waiting, packet, source, destination);
	else
		add_other_esp(waiting, packet);
}

/* ---- taking ---- */

/* Both hand one on and return what follows it. */
static const uint8_t *take_general(const uint8_t *bytes, waiting_take *take)
{
	const struct general_record *record = (const struct general_record *)bytes;
	struct datagram datagram = {
	        .kind = record->kind,
	        .encapsulation = record->encapsulation,
	        .source = record->source,
	        .destination = record->destination,
	        .source_port = record->source_port,
	        .destination_port = record->destination_port,
	        .ip_length = record->ip_length,
	        .payload = bytes + sizeof *record,
	        .captured = record->captured,
	        .length = record->length,
	        .tail = record->tail,
	        .hops_left = record->hops_left,
	        .first_fragment = record->first_fragment,
	        .completes = record->completes,
	};

	take(record->frame, record->time, &datagram);
	return bytes + aligned(sizeof *record + record->captured);
}

static const uint8_t *take_esp_over_ipv4(const uint8_t *bytes, waiting_take *take)
{
	const struct esp_over_ipv4_record *record = (const struct esp_over_ipv4_record *)bytes;
	struct datagram datagram = esp_datagram(record->encapsulation, record->ip_length, record->header);

	datagram.source = ip_address_from_ipv4(record->source);
	datagram.destination = ip_address_from_ipv4(record->destination);
	datagram.tail = record->tail;
	datagram.hops_left = record->hops_left;
	take(record->frame, record->time, &datagram);
	return bytes + sizeof *record;
}

static void take_chunk(const struct chunk *chunk, waiting_take *take)
{
	for (const uint8_t *at = chunk->bytes, *end = at + chunk->used; at != end;)
		at = *at == FORM_ESP_OVER_IPV4 ? take_esp_over_ipv4(at, take) : take_general(at, take);
}

void waiting_take_all(struct waiting *waiting, waiting_take *take)
{
	if (waiting->filling.bytes == NULL)
		return;
	for (guint i = 0; i < waiting->filled->len; i++)
		take_chunk(&g_array_index(waiting->filled, struct chunk, i), take);
	take_chunk(&waiting->filling, take);
	clear(waiting);
}
