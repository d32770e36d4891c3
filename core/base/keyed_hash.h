/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashing what strangers choose. The key is secret and goes in before every multiplication: whoever chooses addresses
 * and SPIs cannot choose which of them collide.
 */
#ifndef ASAPHASE_CORE_BASE_KEYED_HASH_H
#define ASAPHASE_CORE_BASE_KEYED_HASH_H

#include <stdint.h>
#include <string.h>

#include "core/base/ip_address.h"

/* Fills in a key of words 64-bit words. */
void hash_key_draw(uint64_t *key, unsigned words);

/*
 * Four words that are drawn once: for each GHashTable, whose hash function is not told which table asks. May be called
 * by several threads.
 */
const uint64_t *process_hash_key(void);

/* The 128-bit product, its halves put together. */
static inline uint64_t multiply_fold(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_of_address(const struct ip_address *address, const uint64_t key[2])
{
	uint64_t halves[2];

	memcpy(halves, address->bytes, sizeof halves);
	return multiply_fold(halves[0] ^ key[0], halves[1] ^ key[1]);
}

/* Of one ESP SA in one direction. */
static inline uint64_t hash_of_esp_sa(const struct ip_address *source, const struct ip_address *destination,
                                      uint32_t spi, uint8_t encapsulation, const uint64_t key[4])
{
	uint64_t addresses = hash_of_address(source, &key[0]) + hash_of_address(destination, &key[2]);

	return multiply_fold(addresses ^ spi ^ ((uint64_t)encapsulation << 32), key[1] | 1);
}

#endif
