/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long one direction of ESP may be silent while the other speaks. */
#ifndef ASAPHASE_CORE_TUNNEL_SILENCE_H
#define ASAPHASE_CORE_TUNNEL_SILENCE_H

#include "core/tunnel/tunnel.h"

/* So many packets over so long a time, on a child that never had one back, are one-way; fewer tell nothing. */
#define NEVER_ANSWERED_PACKETS 5
#define NEVER_ANSWERED_SPAN (1 * NANOSECONDS)

/*
 * Packets go on one way, and the other way, which did answer, has been silent for longer than is usual: for
 * one_way_seconds, and for more than three times the longest silence that ended by itself, of which no more than a
 * minute counts.
 */
bool esp_silence_is_one_way(const struct tunnel_options *options, const struct esp_silence *silence);

/*
 * The same of a way that never answered. Who sees both ways waits for as much as one-way takes: a peer may be slow to
 * begin. A capture may end before that.
 */
bool esp_silence_was_never_answered(const struct tunnel_options *options, const struct esp_silence *silence);

/*
 * Packets one way, the first of them at first. Returns whether a silence of the other way ended by that. How long it
 * was is learned as usual, unless learn is false or it was an outage: see esp_silence_learn().
 */
bool esp_silence_add(const struct tunnel_options *options, struct esp_silence *own, struct esp_silence *other,
                     uint64_t packets, int64_t first, int64_t last, bool learn);

/* Learns how long the silence was that a packet at time ends: one of up to three times what is usual, or of
 * one_way_seconds, may come again; a longer one was an outage. */
void esp_silence_learn(const struct tunnel_options *options, struct esp_silence *silence, int64_t time);

#endif
