/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/gso_segments.h"

#include <string.h>

#include "core/wire/esp.h"

/* An ESP packet that holds anything: header, IV or ICV of 8 bytes (RFC 4303 sec. 2). */
#define LEAST_SEGMENT 16

/* How far a sequence number may be from the first's: segments travelled together, but some may be missing. */
#define NEAR 1024

static int is_header_near(const uint8_t *bytes, const struct esp_header *first)
{
	struct esp_header header;

	esp_header_read(bytes, ESP_HEADER_SIZE, &header);
	return header.spi == first->spi && header.sequence - first->sequence <= NEAR;
}

static int every_segment_begins_so(const struct datagram *datagram, size_t size, const struct esp_header *first)
{
	for (size_t at = size; at < datagram->length; at += size)
		if (datagram->length - at < ESP_HEADER_SIZE || !is_header_near(datagram->payload + at, first))
			return 0;
	return 1;
}

/* Of all segments but the last; 0 where it cannot be found. */
static size_t segment_size(const struct datagram *datagram, const struct esp_header *first)
{
	size_t least = datagram->length / GSO_SEGMENTS_MOST;

	for (size_t size = least > LEAST_SEGMENT ? least : LEAST_SEGMENT; size + ESP_HEADER_SIZE <= datagram->length;
	     size++)
		if (memcmp(datagram->payload, datagram->payload + size, sizeof first->spi) == 0 &&
		    every_segment_begins_so(datagram, size, first))
			return size;
	return 0;
}

size_t gso_segments(const struct datagram *datagram, struct esp_packet *packets)
{
	struct esp_header header;
	uint32_t outer = packets[0].bytes - (uint32_t)datagram->length;
	size_t count = 0;

	if (datagram->captured < datagram->length || datagram->encapsulation != ENCAPSULATION_UDP ||
	    !esp_header_read(datagram->payload, datagram->captured, &header))
		return 0;
	size_t size = segment_size(datagram, &header);
	for (size_t at = 0; size != 0 && at < datagram->length && count < GSO_SEGMENTS_MOST; at += size) {
		size_t left = datagram->length - at;
		esp_header_read(datagram->payload + at, left, &header);
		packets[count] = packets[0];
		packets[count].sequence = header.sequence;
		packets[count++].bytes = outer + (uint32_t)(left < size ? left : size);
	}
	return count;
}
