/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which two ESP SAs of the kernel are the two directions of one child. The kernel keeps single SAs; what joins two of
 * them is that they were made for the same pair of policies (matching selectors), or else bear the same reqid between
 * the same two ends, and that they were made at the same time. Where more than one would do, none is taken: a wrong
 * pair is worse than none. Once found, a pair holds for as long as its SAs live. One thread's.
 */
#ifndef ASAPHASE_DAEMON_XFRM_PAIRS_H
#define ASAPHASE_DAEMON_XFRM_PAIRS_H

#include "core/tunnel/tunnel.h"
#include "nfq-daemon/xfrm_messages.h"

struct xfrm_pairs;

/* One direction of a pair, as its taker watches whether packets pass unseen. */
struct xfrm_watch {
	bool begun;
	uint64_t seen;      /* packets that were seen, since when no more were */
	uint64_t kernel[2]; /* what the kernel had counted then, and at the last look */
};

struct xfrm_pair {
	struct ip_address end[2];
	uint32_t spi_from[2]; /* in packets that end 0, end 1 sends */
	bool hidden[2];       /* packets that end 0, end 1 sends pass unseen */
	uint64_t added;       /* when the later of both SAs was made, seconds since the epoch */
	/* Without what is not known; its networks are those behind end 0, end 1. */
	struct child_agreement agreement;
	struct xfrm_watch watch[2]; /* the taker's own */
};

/* Takes a pair. Returns false where it cannot be used yet: then it is offered again. */
typedef bool xfrm_pair_take(const struct xfrm_pair *pair, void *context);

/* One of its SAs is gone. */
typedef void xfrm_pair_drop(const struct xfrm_pair *pair, void *context);

struct xfrm_pairs *xfrm_pairs_new(xfrm_pair_drop *drop, void *context);
void xfrm_pairs_free(struct xfrm_pairs *pairs);

/* Takes one message, of a dump or a notification; those about other things are left out. */
void xfrm_pairs_read(struct xfrm_pairs *pairs, const struct nlmsghdr *message);

/* Around a dump of all SAs and all policies: what was known before and is not in it, is gone. */
void xfrm_pairs_begin_dump(struct xfrm_pairs *pairs);
void xfrm_pairs_end_dump(struct xfrm_pairs *pairs);

/* Whether something has changed since xfrm_pairs_match(), which finds new pairs. */
bool xfrm_pairs_changed(const struct xfrm_pairs *pairs);
void xfrm_pairs_match(struct xfrm_pairs *pairs);

/* Offers the pairs that were not taken yet; after xfrm_pairs_forget_taken(), all. */
void xfrm_pairs_offer(struct xfrm_pairs *pairs, xfrm_pair_take *take, void *context);
void xfrm_pairs_forget_taken(struct xfrm_pairs *pairs);

/* Calls look for each pair that was taken. */
typedef void xfrm_pair_look(struct xfrm_pair *pair, void *context);
void xfrm_pairs_look(struct xfrm_pairs *pairs, xfrm_pair_look *look, void *context);

/* SAs known, and how many pairs of them. */
unsigned xfrm_pairs_sas(const struct xfrm_pairs *pairs);
unsigned xfrm_pairs_count(const struct xfrm_pairs *pairs);

#endif
