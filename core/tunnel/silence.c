/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/silence.h"

#include <glib.h>

#include "core/base/time.h"

/* A silence is one-way only when it is this much longer than any that ended by itself. */
#define SILENCE_FACTOR 3
/* What is usual may not grow without end: the next outage would be found late. */
#define USUAL_MOST (60 * NANOSECONDS)

bool esp_silence_is_one_way(const struct tunnel_options *options, const struct esp_silence *silence)
{
	int64_t span = silence->last - silence->start;

	return silence->packets >= options->one_way_packets &&
	       span >= (int64_t)options->one_way_seconds * NANOSECONDS &&
	       span > SILENCE_FACTOR * MIN(silence->longest, USUAL_MOST);
}

bool esp_silence_was_never_answered(const struct tunnel_options *options, const struct esp_silence *silence)
{
	if (options->sees_both_ways)
		return esp_silence_is_one_way(options, silence);
	return silence->packets >= NEVER_ANSWERED_PACKETS && silence->last - silence->start >= NEVER_ANSWERED_SPAN;
}

/* A silence that was longer than this was an outage, and tells nothing of what is usual. */
static int64_t longest_learned(const struct tunnel_options *options, const struct esp_silence *silence)
{
	int64_t known = MIN(silence->longest, USUAL_MOST), least = (int64_t)options->one_way_seconds * NANOSECONDS;

	return SILENCE_FACTOR * MAX(known, least);
}

void esp_silence_learn(const struct tunnel_options *options, struct esp_silence *silence, int64_t time)
{
	int64_t lasted = time - silence->start;

	if (silence->packets != 0 && silence->packets >= options->one_way_packets && lasted > silence->longest &&
	    lasted <= longest_learned(options, silence))
		silence->longest = lasted;
}

bool esp_silence_add(const struct tunnel_options *options, struct esp_silence *own, struct esp_silence *other,
                     uint64_t packets, int64_t first, int64_t last, bool learn)
{
	bool ended = other->packets >= NEVER_ANSWERED_PACKETS;

	/* Captures have packets out of order, and damaged ones have times of long ago. */
	if (own->packets == 0)
		own->start = MAX(first, own->last);
	own->packets += packets;
	own->last = MAX(last, own->last);
	if (learn)
		esp_silence_learn(options, other, first);
	other->packets = 0;
	return ended;
}
