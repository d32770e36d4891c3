/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reading.h"

#include "core/base/time.h"
#include "core/verdict/judge.h"
#include "core/wire/link_layer.h"

/* Tables of a size that a few frames need: they are made anew for each capture. */
#define SPI_CAPACITY 256
#define TUNNEL_CAPACITY 64

struct reading reading_begin(const struct datagram_ports *ports)
{
	struct tunnel_options options = tunnel_options_default();

	options.may_hold_copies = true;
	options.spi_capacity = SPI_CAPACITY;
	options.tunnel_capacity = TUNNEL_CAPACITY;
	return (struct reading){datagram_reader_new(ports), tunnels_new(&options)};
}

void reading_end(struct reading *reading)
{
	datagram_reader_free(reading->reader);
	tunnels_free(reading->tunnels);
}

pcap_t *reading_open_capture(const char *name)
{
	char error[PCAP_ERRBUF_SIZE];

	return pcap_open_offline_with_tstamp_precision(name, PCAP_TSTAMP_PRECISION_NANO, error);
}

void reading_add_frame(struct reading *reading, int link_type, uint32_t number, const struct pcap_pkthdr *header,
                       size_t captured, const uint8_t *bytes)
{
	struct annotation annotation;
	const struct datagram *datagram;
	int offset = link_layer_ip_offset(link_type, bytes, captured);
	/* In nanoseconds, as reading_open_capture() asks for. */
	int64_t time = (int64_t)header->ts.tv_sec * NANOSECONDS + header->ts.tv_usec;

	if (offset < 0)
		return;
	if (datagram_reader_take(reading->reader, bytes + offset, captured - (size_t)offset,
	                         header->len - (size_t)offset) != 0)
		return;
	while ((datagram = datagram_reader_next(reading->reader)) != NULL)
		tunnels_add(reading->tunnels, number, time, datagram, NULL, &annotation);
}
