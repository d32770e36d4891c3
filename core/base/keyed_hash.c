/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/base/keyed_hash.h"

#include <glib.h>
#include <sys/random.h>
#include <time.h>

void hash_key_draw(uint64_t *key, unsigned words)
{
	struct timespec now;

	if (getrandom(key, words * sizeof *key, GRND_NONBLOCK) == (ssize_t)(words * sizeof *key))
		return;
	/* Early at boot there may be no randomness yet; address space layout and clock are harder to guess than
	 * nothing. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (unsigned i = 0; i < words; i++)
		key[i] = multiply_fold((uint64_t)now.tv_nsec + i, (uint64_t)(uintptr_t)key) ^
		         (UINT64_C(0x9e3779b97f4a7c15) << i);
}

const uint64_t *process_hash_key(void)
{
	static uint64_t key[4];
	static gsize drawn;

	if (g_once_init_enter(&drawn)) {
		hash_key_draw(key, G_N_ELEMENTS(key));
		g_once_init_leave(&drawn, 1);
	}
	return key;
}
