/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Feeds a capture's tunnel into core with a flood of made-up packets between its frames, as a daemon would see it on a
 * gateway that somebody attacks. The flood begins in the middle of the capture: a tunnel of which no more is known than
 * of those made up, two messages or one packet on an SPI, may well give way to them. Prints the memory that is in use
 * as the flood goes on, and what is said of the tunnel; ends with 1 where that is not what is said without the flood,
 * or where memory still grows in its second half.
 *
 * usage: flood FLOOD CAPTURE PACKETS TUNNELS
 * FLOOD: init-sources, random-spis, ip-fragments or tcp-segments. TUNNELS: room in the table of tunnels; that of SPIs
 * has four times as much.
 */
#include <glib.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/capture.h"
#include "core/base/byte_order.h"
#include "core/base/time.h"
#include "core/verdict/diagnose.h"
#include "core/verdict/judge.h"
#include "core/wire/datagram_reader.h"
#include "core/wire/link_layer.h"

#define LOOKS 4 /* at the memory, evenly over the flood */
#define PACKET_LARGEST 2048
#define IP_HEADER 20
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ESP 50
/* Memory may differ by so much for other reasons than growth. */
#define SLACK_PERCENT 2
/* A tunnel that has not as many packets yet looks like one made up. */
#define FRAMES_BEFORE 3
#define ESP_OF_INTEREST 64
#define RETIRE_EVERY (60 * NANOSECONDS)
#define RETIRE_AFTER (3600 * NANOSECONDS)

struct real_frame {
	int64_t time;
	size_t length;
	uint8_t *packet;
};

struct story {
	GArray *frames;                 /* struct real_frame */
	struct ip_address address[2];   /* of its tunnel: sender of the first frame, receiver */
	uint8_t begins[PACKET_LARGEST]; /* the first IKE message */
	size_t begins_length;
};

/* One SPI of the tunnel, as counted. */
struct counted {
	uint32_t spi;
	uint64_t packets;
	uint32_t lost;
};

struct outcome {
	enum cause cause;
	enum confidence confidence;
	char state[20];
	struct counted spis[2][ESP_OF_INTEREST];
};

/* ---- the story ---- */

static void add_frame(struct story *story, const struct frame *frame, size_t offset)
{
	struct real_frame real = {.time = frame->time, .length = frame->captured - offset};

	real.packet = g_memdup2(frame->bytes + offset, real.length);
	g_array_append_val(story->frames, real);
}

/* Whose tunnel it is, and what its first message looks like. */
static bool meet_peers(struct story *story)
{
	for (guint i = 0; i < story->frames->len; i++) {
		const struct real_frame *frame = &g_array_index(story->frames, struct real_frame, i);
		struct datagram datagram;
		if (datagram_read(frame->packet, frame->length, frame->length, NULL, &datagram) != 0 ||
		    datagram.kind != DATAGRAM_IKE || datagram.captured > sizeof story->begins)
			continue;
		story->address[0] = datagram.source;
		story->address[1] = datagram.destination;
		memcpy(story->begins, datagram.payload, datagram.captured);
		story->begins_length = datagram.captured;
		return true;
	}
	return false;
}

static bool read_story(const char *file, struct story *story)
{
	char error[CAPTURE_ERROR_SIZE];
	struct capture *capture = capture_open_file(file, NULL, error);
	struct frame frame;

	if (capture == NULL) {
		fprintf(stderr, "flood: %s\n", error);
		return false;
	}
	story->frames = g_array_new(FALSE, FALSE, sizeof(struct real_frame));
	while (capture_next(capture, &frame) == 1) {
		int offset = link_layer_ip_offset(capture_link_type(capture), frame.bytes, frame.captured);
		if (offset >= 0)
			add_frame(story, &frame, (size_t)offset);
	}
	capture_close(capture);
	return meet_peers(story);
}

static void free_story(struct story *story)
{
	for (guint i = 0; i < story->frames->len; i++)
		g_free(g_array_index(story->frames, struct real_frame, i).packet);
	g_array_free(story->frames, TRUE);
}

/* ---- packets that nobody sent ---- */

static uint64_t random_state;

/* xorshift64*: the same each time. */
static uint64_t next_random(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * UINT64_C(2685821657736338717);
}

static void put(uint8_t *at, uint64_t value, unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

/* A header to the tunnel's other end, for so many bytes: from a source of its own, or, one time in eight, the peer's.
 */
static uint8_t *begin_packet(uint8_t *packet, const struct story *story, uint64_t number, uint8_t protocol,
                             size_t payload)
{
	size_t size;

	memset(packet, 0, IP_HEADER);
	packet[0] = 0x45;
	put(packet + 2, IP_HEADER + payload, 2);
	packet[8] = 64;
	packet[9] = protocol;
	put(packet + 12, (UINT32_C(20) << 24) + (number & 0xffffff), 4);
	if (number % 8 == 7)
		memcpy(packet + 12, ip_address_wire_bytes(&story->address[0], &size), 4);
	memcpy(packet + 16, ip_address_wire_bytes(&story->address[1], &size), 4);
	return packet + IP_HEADER;
}

static uint8_t *put_udp(uint8_t *at, uint16_t port, size_t payload)
{
	put(at, port, 2);
	put(at + 2, port, 2);
	put(at + 4, 8 + payload, 2);
	put(at + 6, 0, 2);
	return at + 8;
}

/* The first message of a tunnel that nobody wants. */
static size_t make_init(uint8_t *packet, const struct story *story, uint64_t number)
{
	uint8_t *at = begin_packet(packet, story, number, PROTOCOL_UDP, 8 + story->begins_length);

	at = put_udp(at, IKE_PORT, story->begins_length);
	memcpy(at, story->begins, story->begins_length);
	put(at, next_random() | 1, 8);
	return IP_HEADER + 8 + story->begins_length;
}

/* ESP on an SPI that nobody agreed on, every other packet in UDP. */
static size_t make_esp(uint8_t *packet, const struct story *story, uint64_t number)
{
	const size_t esp = 100, udp = number % 2 != 0 ? 8 : 0;
	uint8_t *at = begin_packet(packet, story, number / 2, udp != 0 ? PROTOCOL_UDP : PROTOCOL_ESP, udp + esp);

	if (udp != 0)
		at = put_udp(at, NAT_TRAVERSAL_PORT, esp);
	memset(at, 0, esp);
	put(at, next_random() | 1, 8);
	put(at, 256 + next_random() % (UINT32_MAX - 256), 4);
	return IP_HEADER + udp + esp;
}

/* A piece of a packet whose others never come. */
static size_t make_fragment(uint8_t *packet, const struct story *story, uint64_t number)
{
	const size_t payload = 1024;
	uint8_t *at = begin_packet(packet, story, number, number % 3 == 0 ? PROTOCOL_ESP : PROTOCOL_UDP, payload);

	put(packet + 4, next_random(), 2);
	put(packet + 6, 0x2000 | (number % 4 == 0 ? 0 : next_random() % 7000), 2);
	memset(at, 0, payload);
	put_udp(at, number % 2 != 0 ? IKE_PORT : NAT_TRAVERSAL_PORT, payload - 8);
	return IP_HEADER + payload;
}

/* A segment of a connection that was never made; some begin as RFC 9329 wants, with a length that promises much. */
static size_t make_segment(uint8_t *packet, const struct story *story, uint64_t number)
{
	const size_t header = 20, payload = 600;
	uint8_t *at = begin_packet(packet, story, number, PROTOCOL_TCP, header + payload);

	memset(at, 0, header + payload);
	put(at, 1024 + next_random() % 60000, 2);
	put(at + 2, NAT_TRAVERSAL_PORT, 2);
	put(at + 4, next_random(), 4);
	at[12] = 0x50;
	at[13] = number % 4 == 0 ? 0x02 : 0x10;
	memcpy(at + header, number % 2 != 0 ? "IKETCP" : "\xff\xff", number % 2 != 0 ? 6 : 2);
	return IP_HEADER + header + payload;
}

static const struct {
	const char *name;
	size_t (*make)(uint8_t *packet, const struct story *story, uint64_t number);
} floods[] = {
        {"init-sources", make_init},
        {"random-spis", make_esp},
        {"ip-fragments", make_fragment},
        {"tcp-segments", make_segment},
};

/* ---- one telling of the story ---- */

struct telling {
	const struct story *story;
	struct tunnels *tunnels;
	struct datagram_reader *reader;
	int64_t retired;
	size_t heap[LOOKS];
};

static void take(struct telling *telling, int64_t time, const uint8_t *packet, size_t length)
{
	const struct datagram *datagram;

	if (datagram_reader_take(telling->reader, packet, length, length) != 0)
		return;
	while ((datagram = datagram_reader_next(telling->reader)) != NULL)
		tunnels_add(telling->tunnels, 0, time, datagram, NULL, NULL);
	if (time - telling->retired >= RETIRE_EVERY) {
		tunnels_retire_spis(telling->tunnels, time - RETIRE_AFTER);
		telling->retired = time;
	}
}

#ifdef __SANITIZE_ADDRESS__
/* Of sanitizer/allocator_interface.h, which not every compiler brings along. */
size_t __sanitizer_get_current_allocated_bytes(void);
#endif

/* Bytes that are allocated, without what the allocator keeps for itself. */
static size_t heap_in_use(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	const struct mallinfo2 now = mallinfo2();
	return now.uordblks + now.hblkhd;
#endif
}

static size_t resident_kib(void)
{
	unsigned long whole = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");

	if (file != NULL) {
		if (fscanf(file, "%lu %lu", &whole, &resident) != 2)
			resident = 0;
		fclose(file);
	}
	return resident * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void look(struct telling *telling, unsigned number, uint64_t packets)
{
	uint32_t live = 0;

	telling->heap[number] = heap_in_use();
	for (uint32_t i = 0; i < tunnels_count(telling->tunnels); i++)
		live += tunnels_at(telling->tunnels, i) != NULL;
	printf("%10" PRIu64 " packets  %8zu KiB of heap  %8zu KiB resident  %6u tunnels\n", packets,
	       telling->heap[number] / 1024, resident_kib(), live);
}

static void look_at_tunnel(struct telling *telling, struct outcome *outcome)
{
	const struct tunnel *tunnel =
	        tunnels_find(telling->tunnels, &telling->story->address[0], &telling->story->address[1]);
	struct verdict verdict;

	memset(outcome, 0, sizeof *outcome);
	if (tunnel == NULL) {
		outcome->cause = CAUSE_LAST;
		return;
	}
	tunnel_diagnose(telling->tunnels, tunnel, &verdict);
	outcome->cause = verdict.cause;
	outcome->confidence = verdict.confidence;
	tunnel_ike_state(tunnel, outcome->state, sizeof outcome->state);
}

/* The SPIs of the capture's own ESP, by side. */
static void count_spis(struct telling *telling, struct outcome *outcome)
{
	const struct story *story = telling->story;
	const struct tunnel *tunnel = tunnels_find(telling->tunnels, &story->address[0], &story->address[1]);
	unsigned known[2] = {0};

	for (guint i = 0; tunnel != NULL && i < story->frames->len; i++) {
		const struct real_frame *frame = &g_array_index(story->frames, struct real_frame, i);
		struct datagram datagram;
		if (datagram_read(frame->packet, frame->length, frame->length, NULL, &datagram) != 0 ||
		    datagram.kind != DATAGRAM_ESP || datagram.captured < 4)
			continue;
		unsigned side = !ip_address_equal(&datagram.source, &story->address[0]), n = 0;
		uint32_t spi = read_be32(datagram.payload);
		while (n < known[side] && outcome->spis[side][n].spi != spi)
			n++;
		const struct spi_entry *entry = tunnel_spi_entry(
		        telling->tunnels, tunnel, ip_address_equal(&tunnel->address[0], &datagram.source) ? 0 : 1, spi);
		if (n == ESP_OF_INTEREST)
			continue;
		known[side] = MAX(known[side], n + 1);
		outcome->spis[side][n] = (struct counted){.spi = spi,
		                                          .packets = entry != NULL ? entry->packets : 0,
		                                          .lost = entry != NULL ? entry->lost : 0};
	}
}

/* How many packets are made up until after this frame. */
static uint64_t due(const struct story *story, guint frame, uint64_t packets)
{
	guint count = story->frames->len, first = MAX(MIN(count, FRAMES_BEFORE), count / 2);

	return frame + 1 < first ? 0 : packets * (frame + 2 - first) / (count + 1 - first);
}

/* With so many packets made up; 0 for none. */
static struct outcome tell(const struct story *story, unsigned flood, uint64_t packets, uint32_t room, bool *grows)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = true;
	struct telling telling = {.story = story, .reader = datagram_reader_new(NULL)};
	uint8_t packet[PACKET_LARGEST + 64];
	struct outcome outcome;
	uint64_t made = 0;

	options.tunnel_capacity = room;
	options.spi_capacity = 4 * room;
	options.reuse_numbers = true;
	telling.tunnels = tunnels_new(&options);
	random_state = UINT64_C(88172645463325252);
	for (guint i = 0; i < story->frames->len; i++) {
		const struct real_frame *frame = &g_array_index(story->frames, struct real_frame, i);
		take(&telling, frame->time, frame->packet, frame->length);
		for (; made < due(story, i, packets); made++) {
			take(&telling, frame->time, packet, floods[flood].make(packet, story, made));
			if ((made + 1) % (packets / LOOKS) == 0 && (made + 1) / (packets / LOOKS) <= LOOKS)
				look(&telling, (unsigned)((made + 1) / (packets / LOOKS)) - 1, made + 1);
		}
	}
	look_at_tunnel(&telling, &outcome);
	count_spis(&telling, &outcome);
	*grows = telling.heap[LOOKS - 1] > telling.heap[LOOKS / 2 - 1] / 100 * (100 + SLACK_PERCENT);
	tunnels_free(telling.tunnels);
	datagram_reader_free(telling.reader);
	return outcome;
}

/* ---- comparing ---- */

static void print_outcome(const char *what, const struct outcome *outcome)
{
	uint64_t packets = 0;

	for (unsigned i = 0; i < 2 * ESP_OF_INTEREST; i++)
		packets += outcome->spis[i / ESP_OF_INTEREST][i % ESP_OF_INTEREST].packets;
	printf("%s: %s, %s; %s; %" PRIu64 " ESP packets on its own SPIs\n", what,
	       outcome->cause != CAUSE_LAST ? cause_name(outcome->cause) : "no such tunnel",
	       confidence_name(outcome->confidence), outcome->state, packets);
}

static bool is_same(const struct outcome *one, const struct outcome *other)
{
	return one->cause == other->cause && one->confidence == other->confidence &&
	       strcmp(one->state, other->state) == 0 && memcmp(one->spis, other->spis, sizeof one->spis) == 0;
}

static int find_flood(const char *name)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(floods); i++)
		if (strcmp(floods[i].name, name) == 0)
			return (int)i;
	return -1;
}

int main(int argument_count, char **arguments)
{
	struct story story = {0};
	bool grows;

	if (argument_count != 5 || find_flood(arguments[1]) < 0) {
		fprintf(stderr,
		        "usage: flood init-sources|random-spis|ip-fragments|tcp-segments CAPTURE PACKETS TUNNELS\n");
		return 2;
	}
	unsigned flood = (unsigned)find_flood(arguments[1]);
	uint64_t packets = strtoull(arguments[3], NULL, 10);
	uint32_t room = (uint32_t)strtoul(arguments[4], NULL, 10);
	if (packets < LOOKS || room == 0 || !read_story(arguments[2], &story)) {
		fprintf(stderr, "flood: %s: no IKE in it, or too few packets or tunnels\n", arguments[2]);
		return 2;
	}
	struct outcome flooded = tell(&story, flood, packets, room, &grows);
	bool ignored;
	struct outcome alone = tell(&story, flood, 0, room, &ignored);
	print_outcome("with the flood   ", &flooded);
	print_outcome("without the flood", &alone);
	bool same = is_same(&flooded, &alone);
	printf("%s, memory %s\n", same ? "the same" : "NOT the same", grows ? "GROWS" : "flat");
	free_story(&story);
	return same && !grows ? EXIT_SUCCESS : EXIT_FAILURE;
}
