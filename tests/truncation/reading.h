/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames of a capture into the state of tunnels, as a front end takes them. For programs that judge before the end. */
#ifndef ASAPHASE_TESTS_TRUNCATION_READING_H
#define ASAPHASE_TESTS_TRUNCATION_READING_H

#include <pcap/pcap.h>
#include <stddef.h>
#include <stdint.h>

#include "core/tunnel/tunnel.h"
#include "core/wire/datagram_reader.h"

/* What frames are taken into. */
struct reading {
	struct datagram_reader *reader;
	struct tunnels *tunnels;
};

/* ports: NULL for the usual ones. */
struct reading reading_begin(const struct datagram_ports *ports);
void reading_end(struct reading *reading);

/* A capture by name; NULL where libpcap finds none in it, as it must in the first few bytes of a file. */
pcap_t *reading_open_capture(const char *name);

/* captured: of the bytes; may be fewer than header says. */
void reading_add_frame(struct reading *reading, int link_type, uint32_t number, const struct pcap_pkthdr *header,
                       size_t captured, const uint8_t *bytes);

#endif
