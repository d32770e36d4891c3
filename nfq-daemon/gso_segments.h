/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GSO packet is several wire packets that the kernel carries as one. Of the packets that concern us that is
 * UDP-encapsulated ESP (UDP segmentation or GRO): one IP and UDP header, then the ESP packets, all but the last of the
 * same size. The kernel does not tell that size; but each segment begins with the SPI and a sequence number near the
 * first's.
 */
#ifndef ASAPHASE_DAEMON_GSO_SEGMENTS_H
#define ASAPHASE_DAEMON_GSO_SEGMENTS_H

#include <stddef.h>
#include <stdint.h>

#include "core/count/spi_table.h"
#include "core/wire/datagram.h"

#define GSO_SEGMENTS_MOST 128 /* UDP_MAX_SEGMENTS of the kernel */

/*
 * Writes what counting wants to know of each wire packet into packets, room for GSO_SEGMENTS_MOST; the first is given
 * there. Returns their number, or 0 where they cannot be told apart: cut by the copy range, or no GSO packet of that
 * kind.
 */
size_t gso_segments(const struct datagram *datagram, struct esp_packet *packets);

#endif
