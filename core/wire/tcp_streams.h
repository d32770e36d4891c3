/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of IKE and ESP in TCP streams: RFC 9329 sec. 3, where each follows its length. Segments may be lost,
 * come again, or overtake one another; a message may share a segment with others or span several. Bounded: so many
 * directions of connections, in each one message under way and a few segments that came too early; what was used
 * longest ago gives way. Not thread-safe.
 */
#ifndef ASAPHASE_CORE_WIRE_TCP_STREAMS_H
#define ASAPHASE_CORE_WIRE_TCP_STREAMS_H

#include "core/wire/datagram.h"

#define TCP_STREAMS 256
#define TCP_STREAM_EARLY_SEGMENTS 8

struct tcp_streams;

struct tcp_streams *tcp_streams_new(void);
void tcp_streams_free(struct tcp_streams *streams);

/* Takes one segment: a datagram with is_segment set, which must stay as it is while messages are asked for. */
void tcp_streams_take(struct tcp_streams *streams, const struct datagram *datagram);

/* A message without its length field. */
struct tcp_message {
	const uint8_t *bytes; /* valid until the next call of any function here */
	size_t captured;
	size_t length;
};

/* The next message that the segment taken last has completed. Returns false where there are no more. */
bool tcp_streams_next(struct tcp_streams *streams, struct tcp_message *message);

#endif
