/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the sender and the receiver of test traffic agree on. Both know packets by themselves, not through core/. */
#ifndef ASAPHASE_TESTS_GATEWAY_WIRE_H
#define ASAPHASE_TESTS_GATEWAY_WIRE_H

#include <stdint.h>

#define ESP_PROTOCOL 50
#define UDP_PROTOCOL 17
#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define UDP_HEADER 8
#define ESP_HEADER 8
#define NAT_TRAVERSAL 4500

/* SPIs below this one are counted each; those of a flood, above it, together. */
#define FLOOD_SPI UINT32_C(0x10000000)

#endif
