/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/tcp_streams.h"

#include <glib.h>
#include <string.h>

#include "core/base/byte_order.h"

#define LENGTH_SIZE 2
#define PREFIX "IKETCP"
#define PREFIX_SIZE 6
#define MOST_FRAME 65535
/* A segment farther ahead than the largest usual window is another connection's, or a forgery. */
#define MOST_AHEAD (1 << 22)
/* But so many in a row that are close to each other are this one's: the capture has missed what was between. */
#define FAR_SEGMENTS 4

/* Bytes of the stream in hand: of length bytes the first captured can be read. */
struct chunk {
	const uint8_t *bytes;
	size_t captured;
	size_t length;
};

struct early_segment {
	uint32_t sequence;
	size_t captured;
	size_t length;
	uint8_t *bytes; /* NULL: this place is free */
};

enum framing {
	FRAMING_UNKNOWN,  /* where a frame begins is not known: the connection's start, or a segment, is missing */
	FRAMING_AT_START, /* the opener's prefix may come */
	FRAMING_KNOWN,
};

/* One direction of a connection. */
struct stream {
	struct ip_address source;
	struct ip_address destination;
	uint16_t ports[2];
	bool used;
	enum framing framing;
	uint64_t last_use;
	bool begun; /* its SYN was seen, with this sequence number: */
	uint32_t initial;
	uint32_t next;   /* sequence number expected */
	uint32_t far;    /* sequence number of the last segment that was too far away, … */
	unsigned fars;   /* … and how many came like that since one that was not */
	size_t have;     /* bytes of the frame under way, its length field included */
	size_t readable; /* of these, from the front */
	uint8_t *frame;  /* MOST_FRAME bytes, made when first needed and kept */
	struct early_segment early[TCP_STREAM_EARLY_SEGMENTS];
};

struct tcp_streams {
	struct stream streams[TCP_STREAMS];
	uint64_t uses;
	struct stream *current; /* NULL: nothing left to ask for */
	struct chunk chunk;
	uint8_t *owned; /* the chunk's bytes, where an early segment brought them */
};

struct tcp_streams *tcp_streams_new(void)
{
	return g_new0(struct tcp_streams, 1);
}

static void forget_early(struct stream *stream)
{
	for (unsigned i = 0; i < TCP_STREAM_EARLY_SEGMENTS; i++)
		g_clear_pointer(&stream->early[i].bytes, g_free);
}

void tcp_streams_free(struct tcp_streams *streams)
{
	if (streams == NULL)
		return;
	for (unsigned i = 0; i < TCP_STREAMS; i++) {
		forget_early(&streams->streams[i]);
		g_free(streams->streams[i].frame);
	}
	g_free(streams->owned);
	g_free(streams);
}

/* ---- which stream ---- */

static bool belongs_to(const struct stream *stream, const struct datagram *datagram)
{
	return stream->used && stream->ports[0] == datagram->source_port &&
	       stream->ports[1] == datagram->destination_port && ip_address_equal(&stream->source, &datagram->source) &&
	       ip_address_equal(&stream->destination, &datagram->destination);
}

static struct stream *oldest_stream(struct tcp_streams *streams)
{
	struct stream *oldest = &streams->streams[0];

	for (unsigned i = 0; i < TCP_STREAMS && oldest->used; i++)
		if (!streams->streams[i].used || streams->streams[i].last_use < oldest->last_use)
			oldest = &streams->streams[i];
	return oldest;
}

static struct stream *stream_of(struct tcp_streams *streams, const struct datagram *datagram)
{
	for (unsigned i = 0; i < TCP_STREAMS && streams->streams[i].used; i++)
		if (belongs_to(&streams->streams[i], datagram))
			return &streams->streams[i];

	struct stream *stream = oldest_stream(streams);
	forget_early(stream);
	*stream = (struct stream){
	        .source = datagram->source,
	        .destination = datagram->destination,
	        .ports = {datagram->source_port, datagram->destination_port},
	        .used = true,
	        .next = datagram->segment.sequence,
	        .frame = stream->frame,
	};
	return stream;
}

/* ---- segments in their order ---- */

static struct chunk chunk_after(struct chunk chunk, size_t count)
{
	size_t readable = MIN(count, chunk.captured);
	return (struct chunk){chunk.bytes + readable, chunk.captured - readable, chunk.length - count};
}

static void begin(struct stream *stream, const struct tcp_segment *segment)
{
	if (stream->begun && stream->initial == segment->sequence)
		return; /* a copy of it */
	forget_early(stream);
	stream->begun = true;
	stream->initial = segment->sequence;
	stream->next = segment->sequence + 1;
	stream->framing = FRAMING_AT_START;
	stream->have = stream->readable = 0;
}

static void lose_framing(struct stream *stream)
{
	stream->framing = FRAMING_UNKNOWN;
	stream->have = stream->readable = 0;
}

/* Keeps a segment for later. Returns false where there is no room. */
static bool keep_early(struct stream *stream, const struct tcp_segment *segment)
{
	for (unsigned i = 0; i < TCP_STREAM_EARLY_SEGMENTS; i++) {
		struct early_segment *early = &stream->early[i];
		if (early->bytes != NULL)
			continue;
		*early = (struct early_segment){segment->sequence, segment->captured, segment->length,
		                                g_memdup2(segment->bytes, segment->captured)};
		if (early->bytes == NULL) /* nothing of it was captured */
			early->bytes = g_malloc(1);
		return true;
	}
	return false;
}

static int32_t ahead_of(const struct stream *stream, uint32_t sequence)
{
	return (int32_t)(sequence - stream->next);
}

static struct early_segment *earliest(struct stream *stream)
{
	struct early_segment *earliest = NULL;

	for (unsigned i = 0; i < TCP_STREAM_EARLY_SEGMENTS; i++) {
		struct early_segment *early = &stream->early[i];
		if (early->bytes != NULL &&
		    (earliest == NULL || ahead_of(stream, early->sequence) < ahead_of(stream, earliest->sequence)))
			earliest = early;
	}
	return earliest;
}

/* Makes bytes at sequence the chunk in hand, without what came before. */
static void hold(struct tcp_streams *streams, uint32_t sequence, struct chunk chunk)
{
	struct stream *stream = streams->current;
	int32_t ahead = ahead_of(stream, sequence);
	size_t known = ahead < 0 ? (size_t) - (int64_t)ahead : 0;

	streams->chunk = chunk_after(chunk, MIN(known, chunk.length));
	stream->next += (uint32_t)streams->chunk.length;
	if (stream->framing != FRAMING_UNKNOWN || streams->chunk.length == 0)
		return;
	struct tcp_segment rest = {streams->chunk.bytes, streams->chunk.captured, streams->chunk.length, sequence,
	                           false};
	if (rest.captured >= PREFIX_SIZE && memcmp(rest.bytes, PREFIX, PREFIX_SIZE) == 0)
		stream->framing = FRAMING_AT_START;
	else if (datagram_starts_with_frame(&rest))
		stream->framing = FRAMING_KNOWN;
	else
		streams->chunk = (struct chunk){0};
}

/* The next early segment whose turn has come. */
static bool hold_early(struct tcp_streams *streams)
{
	struct early_segment *early = earliest(streams->current);

	g_clear_pointer(&streams->owned, g_free);
	if (early == NULL || ahead_of(streams->current, early->sequence) > 0)
		return false;
	streams->owned = early->bytes;
	early->bytes = NULL;
	hold(streams, early->sequence, (struct chunk){streams->owned, early->captured, early->length});
	return true;
}

static bool is_far(int32_t ahead)
{
	return ahead > MOST_AHEAD || ahead < -MOST_AHEAD;
}

/* Whether a segment too far away is to be believed, being one of several. */
static bool believe_far(struct stream *stream, uint32_t sequence)
{
	if (stream->fars != 0 && is_far((int32_t)(sequence - stream->far)))
		stream->fars = 0;
	stream->far = sequence;
	if (++stream->fars < FAR_SEGMENTS)
		return false;
	forget_early(stream);
	lose_framing(stream);
	stream->next = sequence;
	return true;
}

void tcp_streams_take(struct tcp_streams *streams, const struct datagram *datagram)
{
	const struct tcp_segment *segment = &datagram->segment;
	struct stream *stream = stream_of(streams, datagram);

	stream->last_use = ++streams->uses;
	streams->current = stream;
	streams->chunk = (struct chunk){0};
	if (segment->begins)
		begin(stream, segment);
	uint32_t sequence = segment->sequence + segment->begins;
	int32_t ahead = ahead_of(stream, sequence);
	if (segment->length == 0)
		return;
	if (is_far(ahead)) {
		if (!believe_far(stream, sequence))
			return;
		ahead = 0;
	}
	stream->fars = 0;
	if (ahead > 0) {
		if (keep_early(stream, segment))
			return;
		/* What is missing is lost: go on behind the gap. */
		const struct early_segment *first = earliest(stream);
		bool is_first = ahead < ahead_of(stream, first->sequence);
		stream->next = is_first ? sequence : first->sequence;
		lose_framing(stream);
		if (!is_first) {
			hold_early(streams);
			keep_early(stream, segment);
			return;
		}
	}
	hold(streams, sequence, (struct chunk){segment->bytes, segment->captured, segment->length});
}

/* ---- frames ---- */

/* Moves bytes from the chunk to the frame under way, until it has so many. */
static void fill(struct tcp_streams *streams, size_t size)
{
	struct stream *stream = streams->current;
	size_t count = MIN(size - stream->have, streams->chunk.length);
	size_t readable = MIN(count, streams->chunk.captured);

	if (stream->frame == NULL)
		stream->frame = g_malloc0(MOST_FRAME);
	if (stream->readable == stream->have) {
		memcpy(stream->frame + stream->have, streams->chunk.bytes, readable);
		stream->readable += readable;
	}
	stream->have += count;
	streams->chunk = chunk_after(streams->chunk, count);
}

/* Whether the prefix is behind us. Without it, what was taken for it is the start of a frame. */
static bool pass_prefix(struct tcp_streams *streams)
{
	struct stream *stream = streams->current;

	fill(streams, PREFIX_SIZE);
	if (stream->have < PREFIX_SIZE)
		return false;
	stream->framing = FRAMING_KNOWN;
	if (stream->readable >= PREFIX_SIZE && memcmp(stream->frame, PREFIX, PREFIX_SIZE) == 0)
		stream->have = stream->readable = 0;
	return true;
}

/* Adds to the frame under way. Returns whether it is complete. */
static bool complete_frame(struct tcp_streams *streams, struct tcp_message *message)
{
	struct stream *stream = streams->current;

	if (stream->have < LENGTH_SIZE)
		fill(streams, LENGTH_SIZE);
	if (stream->have < LENGTH_SIZE)
		return false;
	size_t size = stream->readable >= LENGTH_SIZE ? read_be16(stream->frame) : 0;
	if (size <= LENGTH_SIZE || size < stream->have) {
		lose_framing(stream);
		streams->chunk = (struct chunk){0};
		return false;
	}
	fill(streams, size);
	if (stream->have < size)
		return false;
	*message =
	        (struct tcp_message){stream->frame + LENGTH_SIZE, stream->readable - LENGTH_SIZE, size - LENGTH_SIZE};
	stream->have = stream->readable = 0;
	return true;
}

bool tcp_streams_next(struct tcp_streams *streams, struct tcp_message *message)
{
	while (streams->current != NULL) {
		struct stream *stream = streams->current;
		if (streams->chunk.length == 0) {
			if (!hold_early(streams))
				streams->current = NULL;
		} else if (stream->framing != FRAMING_AT_START || pass_prefix(streams)) {
			if (complete_frame(streams, message))
				return true;
		}
	}
	return false;
}
