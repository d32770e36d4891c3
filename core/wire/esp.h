/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cleartext part of an ESP packet. RFC 4303 sec. 2. */
#ifndef ASAPHASE_CORE_WIRE_ESP_H
#define ASAPHASE_CORE_WIRE_ESP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/byte_order.h"

#define ESP_HEADER_SIZE 8

struct esp_header {
	uint32_t spi;      /* host order, as an ASA prints it in hexadecimal */
	uint32_t sequence; /* low 32 bits, host order */
};

/* Returns 1 and fills *header, or 0 where fewer than ESP_HEADER_SIZE bytes were captured. */
static inline int esp_header_read(const uint8_t *bytes, size_t captured, struct esp_header *header)
{
	if (captured < ESP_HEADER_SIZE)
		return 0;
	header->spi = read_be32(bytes);
	header->sequence = read_be32(bytes + 4);
	return 1;
}

#endif
