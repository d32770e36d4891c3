/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading network-order integers from unaligned bytes. The caller has checked that the bytes are there. */
#ifndef ASAPHASE_CORE_BASE_BYTE_ORDER_H
#define ASAPHASE_CORE_BASE_BYTE_ORDER_H

#include <stdint.h>

static inline uint16_t read_be16(const uint8_t *bytes)
{
	return (uint16_t)((bytes[0] << 8) | bytes[1]);
}

static inline uint32_t read_be32(const uint8_t *bytes)
{
	return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) | bytes[3];
}

static inline uint64_t read_be64(const uint8_t *bytes)
{
	return ((uint64_t)read_be32(bytes) << 32) | read_be32(bytes + 4);
}

#endif
