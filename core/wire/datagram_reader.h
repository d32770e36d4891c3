/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From IP packets to datagrams where one is not the other: fragments are put together, and the messages of a TCP stream
 * taken apart. Bounded, see ip_fragments.h and tcp_streams.h. Not thread-safe.
 *
 *     if (datagram_reader_take(reader, packet, captured, wire_length) == 0)
 *             while ((datagram = datagram_reader_next(reader)) != NULL)
 *                     tunnels_add(…, datagram, …);
 */
#ifndef ASAPHASE_CORE_WIRE_DATAGRAM_READER_H
#define ASAPHASE_CORE_WIRE_DATAGRAM_READER_H

#include "core/wire/datagram.h"

struct datagram_reader;

/* ports may be NULL, else must outlive the reader. */
struct datagram_reader *datagram_reader_new(const struct datagram_ports *ports);
void datagram_reader_free(struct datagram_reader *reader);

/* Takes one IP packet, which must stay as it is while its datagrams are asked for. Parameters and result are those of
 * datagram_read(). */
int datagram_reader_take(struct datagram_reader *reader, const uint8_t *packet, size_t captured, size_t wire_length);

/*
 * The next datagram that the packet taken last gives; NULL where there are no more. At least one for each packet that
 * could be read, DATAGRAM_OTHER where it is nothing by itself. A first fragment gives what it shows at once, since the
 * others may never come; the piece that completes the packet gives itself and then the whole, with completes set.
 * Valid until the next call of either function; payloads point into packet or into the reader.
 */
const struct datagram *datagram_reader_next(struct datagram_reader *reader);

#endif
