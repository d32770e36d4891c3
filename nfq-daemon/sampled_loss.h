/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loss of one SPI where only a sample of its packets is looked at and the kernel counts all of them. Between two
 * sampled packets the sender sent as many as their sequence numbers differ, and the kernel saw as many as its counter
 * grew: the rest is lost.
 *
 * The counter cannot be read at the very packet, only before and after it. What is taken for lost is the least that
 * fits both: it lags behind by what passed between packet and reading, and is never more than was lost.
 */
#ifndef ASAPHASE_DAEMON_SAMPLED_LOSS_H
#define ASAPHASE_DAEMON_SAMPLED_LOSS_H

#include <stdbool.h>
#include <stdint.h>

struct sampled_loss {
	bool begun;
	bool has_pending;
	uint64_t base_sequence;
	uint64_t base_count; /* the kernel's when base_sequence passed, or less */
	uint64_t base_lost;  /* lost by then */
	uint64_t pending;    /* the last sample: believed when the next is near and above it */
	uint64_t pending_least, pending_most;

	uint64_t lost;      /* at least so many; never goes back */
	uint64_t uncertain; /* so many more may have been, by the last sample that was believed */
};

/*
 * Takes a sample: its sequence number, and the kernel's count of the SPI before (or less) and after (or more) that
 * packet. Returns how many more are known to be lost now.
 */
uint64_t sampled_loss_take(struct sampled_loss *loss, uint32_t sequence, uint64_t count_before, uint64_t count_after);

/* Forgets what it goes by: packets may have passed unseen. What was lost stays. */
void sampled_loss_begin_anew(struct sampled_loss *loss);

#endif
