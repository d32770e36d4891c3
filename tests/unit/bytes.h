/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writing packets by hand for tests: a growing row of bytes, network order. */
#ifndef ASAPHASE_TESTS_BYTES_H
#define ASAPHASE_TESTS_BYTES_H

#include <stdint.h>
#include <string.h>

struct bytes {
	uint8_t at[2048];
	size_t length;
};

static inline void put(struct bytes *bytes, const void *data, size_t length)
{
	memcpy(bytes->at + bytes->length, data, length);
	bytes->length += length;
}

static inline void put8(struct bytes *bytes, unsigned value)
{
	bytes->at[bytes->length++] = (uint8_t)value;
}

static inline void put16(struct bytes *bytes, unsigned value)
{
	put8(bytes, value >> 8);
	put8(bytes, value);
}

static inline void put32(struct bytes *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes, value & 0xffff);
}

static inline void put_zeros(struct bytes *bytes, size_t count)
{
	memset(bytes->at + bytes->length, 0, count);
	bytes->length += count;
}

/* Overwrites two bytes: lengths that are known only at the end. */
static inline void set16(struct bytes *bytes, size_t offset, size_t value)
{
	bytes->at[offset] = (uint8_t)(value >> 8);
	bytes->at[offset + 1] = (uint8_t)value;
}

#endif
