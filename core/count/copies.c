/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/count/copies.h"

#include <glib.h>
#include <stdbool.h>

/* A power of two. Packets that come so close together as copies do are far fewer. */
#define PLACES 4096

struct copies {
	struct first_copy places[PLACES]; /* by the lowest bits of the digest: the newest packet that has them */
	struct first_copy *newest;
};

struct copies *copies_new(void)
{
	struct copies *copies = g_new0(struct copies, 1);

	for (unsigned i = 0; i < PLACES; i++)
		copies->places[i].time = INT64_MIN / 2;
	copies->newest = &copies->places[0];
	return copies;
}

void copies_free(struct copies *copies)
{
	g_free(copies);
}

/* Frames may be out of order. */
static bool is_within(int64_t one, int64_t other)
{
	return one > other ? one - other < COPY_WITHIN : other - one < COPY_WITHIN;
}

struct first_copy *copies_first(struct copies *copies, uint64_t digest, int64_t time)
{
	struct first_copy *place = &copies->places[digest % PLACES];

	return place->digest == digest && is_within(time, place->time) ? place : NULL;
}

struct first_copy *copies_remember(struct copies *copies, uint64_t digest, uint32_t frame, int64_t time)
{
	struct first_copy *place = &copies->places[digest % PLACES];

	*place = (struct first_copy){.digest = digest, .time = time, .frame = frame, .tunnel = UINT32_MAX};
	copies->newest = place;
	return place;
}

struct first_copy *copies_newest(struct copies *copies)
{
	return copies->newest;
}
