/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wire/datagram_reader.h"

#include <glib.h>

#include "core/wire/ip_fragments.h"
#include "core/wire/tcp_streams.h"

enum to_give {
	GIVE_NOTHING,
	GIVE_PACKET, /* the datagram that the packet is by itself */
	GIVE_WHOLE,  /* what it has completed */
	GIVE_FIRST_MESSAGE,
	GIVE_MESSAGES,
};

struct datagram_reader {
	const struct datagram_ports *ports;
	struct ip_fragments *fragments;
	struct tcp_streams *streams;
	enum to_give next;
	bool completed; /* whole is set */
	struct datagram packet;
	struct datagram whole; /* put together, or a message of a stream */
};

struct datagram_reader *datagram_reader_new(const struct datagram_ports *ports)
{
	struct datagram_reader *reader = g_new0(struct datagram_reader, 1);

	reader->ports = ports;
	reader->fragments = ip_fragments_new();
	reader->streams = tcp_streams_new();
	return reader;
}

void datagram_reader_free(struct datagram_reader *reader)
{
	if (reader == NULL)
		return;
	ip_fragments_free(reader->fragments);
	tcp_streams_free(reader->streams);
	g_free(reader);
}

static void take_fragment(struct datagram_reader *reader)
{
	struct ip_whole whole;

	if (!ip_fragments_take(reader->fragments, &reader->packet, &whole) ||
	    datagram_read_payload(&reader->packet, whole.bytes, whole.length, reader->ports, &reader->whole) != 0)
		return;
	/* ESP has been counted by its first fragment, which shows all that is needed. */
	reader->completed = !whole.first_was_read || reader->whole.kind == DATAGRAM_IKE;
	reader->whole.completes = whole.first_was_read;
}

int datagram_reader_take(struct datagram_reader *reader, const uint8_t *packet, size_t captured, size_t wire_length)
{
	int result = datagram_read(packet, captured, wire_length, reader->ports, &reader->packet);

	reader->next = result == 0 ? GIVE_PACKET : GIVE_NOTHING;
	reader->completed = false;
	if (result != 0)
		return result;
	if (reader->packet.is_fragment) {
		take_fragment(reader);
	} else if (reader->packet.is_segment) {
		tcp_streams_take(reader->streams, &reader->packet);
		reader->next = GIVE_FIRST_MESSAGE;
	}
	return 0;
}

static const struct datagram *next_message(struct datagram_reader *reader)
{
	struct tcp_message message;

	if (!tcp_streams_next(reader->streams, &message))
		return NULL;
	datagram_read_framed(&reader->packet, message.bytes, message.captured, message.length, &reader->whole);
	return &reader->whole;
}

const struct datagram *datagram_reader_next(struct datagram_reader *reader)
{
	switch (reader->next) {
	case GIVE_PACKET:
		reader->next = reader->completed ? GIVE_WHOLE : GIVE_NOTHING;
		return &reader->packet;
	case GIVE_WHOLE:
		reader->next = GIVE_NOTHING;
		return &reader->whole;
	case GIVE_FIRST_MESSAGE: {
		const struct datagram *message = next_message(reader);
		reader->next = message != NULL ? GIVE_MESSAGES : GIVE_NOTHING;
		if (message != NULL)
			return message;
		reader->packet.kind = DATAGRAM_OTHER;
		reader->packet.encapsulation = ENCAPSULATION_NONE;
		return &reader->packet;
	}
	case GIVE_MESSAGES:
		return next_message(reader);
	default:
		return NULL;
	}
}
