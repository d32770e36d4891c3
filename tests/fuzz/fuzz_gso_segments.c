/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GSO packets taken apart. Byte 0: bytes that the copy range cut off; the rest: the IP packet. */
#include <stdlib.h>

#include "nfq-daemon/gso_segments.h"
#include "tests/fuzz/fuzz_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct datagram_ports ports = {.ike = {500}, .nat_traversal = {4500}};
	struct esp_packet packets[GSO_SEGMENTS_MOST] = {0};
	struct datagram datagram;

	if (size < 1)
		return 0;
	size_t length = size - 1, captured = length > data[0] ? length - data[0] : 0;
	if (datagram_read(data + 1, captured, length, &ports, &datagram) != 0)
		return 0;
	packets[0].bytes = (uint32_t)length;
	size_t outer = length - datagram.length;
	size_t count = gso_segments(&datagram, packets), payload = 0;
	if (count > GSO_SEGMENTS_MOST)
		abort();
	for (size_t i = 0; i < count; i++)
		payload += packets[i].bytes - outer;
	/* Nothing is lost or counted twice, unless there are more than the kernel would ever make. */
	if (count > 0 && count < GSO_SEGMENTS_MOST && payload != datagram.length)
		abort();
	return 0;
}
