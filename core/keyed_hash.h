/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hashing what strangers choose. The key is secret and goes in before every multiplication: whoever chooses addresses
 * and SPIs cannot choose which of them collide.
 */
#ifndef ASAPHASE_CORE_KEYED_HASH_H
#define ASAPHASE_CORE_KEYED_HASH_H

#include <stdint.h>
#include <string.h>

#include "core/ip_address.h"

/* Fills in a key of words 64-bit words. */
void hash_key_draw(uint64_t *key, unsigned words);

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

#endif
