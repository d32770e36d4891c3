/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Link layers, IP, UDP, TCP and ICMP. Byte 0: link type; byte 1: bytes that a snap length cut off; the rest: the frame.
 */
#include "core/wire/datagram.h"
#include "core/wire/esp.h"
#include "core/wire/esp_packet.h"
#include "core/wire/link_layer.h"
#include "tests/fuzz/fuzz_target.h"

#define CONTROL 2

static const int link_types[] = {1, 101, 12, 14, 228, 229, 113, 276, 0, 108, 9, 50, 51, 7777};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct datagram_ports ports = {.ike = {501}, .nat_traversal = {4501}};
	struct datagram datagram;
	struct esp_header header;
	struct esp_packet esp;

	if (size < CONTROL)
		return 0;
	int link_type = link_types[data[0] % (sizeof link_types / sizeof link_types[0])];
	size_t length = size - CONTROL;
	size_t captured = length > data[1] ? length - data[1] : 0;
	int offset = link_layer_ip_offset(link_type, data + CONTROL, captured);
	if (offset < 0)
		return 0;
	size_t start = (size_t)offset;
	bool is_esp = esp_packet_read(data + CONTROL + start, captured - start, length - start, &ports, &esp);
	if (datagram_read(data + CONTROL + start, captured - start, length - start, &ports, &datagram) != 0) {
		if (is_esp)
			__builtin_trap();
		return 0;
	}
	if (datagram.captured > datagram.length || (datagram.captured > 0 && datagram.payload == NULL))
		__builtin_trap();
	bool has_header = esp_header_read(datagram.payload, datagram.captured, &header) != 0;
	if (is_esp &&
	    (datagram.kind != DATAGRAM_ESP || !has_header || header.spi != esp.spi || datagram.ip_length != esp.bytes))
		__builtin_trap();
	return 0;
}
