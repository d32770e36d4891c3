/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which packets a capture holds twice: a mirror port that shows both ways of a switch, an interface on each side of a
 * router or of a NAT, each hop of a bridge. Such a copy is no packet that anybody sent.
 */
#ifndef ASAPHASE_CORE_COUNT_COPIES_H
#define ASAPHASE_CORE_COUNT_COPIES_H

#include <stddef.h>
#include <stdint.h>

/* From so much later on, the same bytes were sent again. */
#define COPY_WITHIN (INT64_C(100) * 1000 * 1000) /* nanoseconds */

struct copies;

/* Free with copies_free; NULL is allowed there. */
struct copies *copies_new(void);
void copies_free(struct copies *copies);

/* A packet that was remembered. */
struct first_copy {
	uint64_t digest;
	int64_t time;
	uint32_t frame;
	uint32_t tunnel;   /* free for the caller: UINT32_MAX when new */
	uint8_t hops_left; /* free for the caller: 0 when new */
};

/*
 * The packet that has the same digest and came within COPY_WITHIN before or after; NULL where none is remembered. Of
 * very many packets at once the oldest are forgotten. Valid until the next is remembered.
 */
struct first_copy *copies_first(struct copies *copies, uint64_t digest, int64_t time);

/* Remembers a packet, in place of one with that digest. */
struct first_copy *copies_remember(struct copies *copies, uint64_t digest, uint32_t frame, int64_t time);

/* The one that was remembered last. */
struct first_copy *copies_newest(struct copies *copies);

#endif
