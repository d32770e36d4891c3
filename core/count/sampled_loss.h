/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Loss of one ESP SA from a few of its packets: the sequence numbers of sampled packets say how many were sent between
 * them, a count made elsewhere (by the kernel) how many arrived. Pure arithmetic; the caller keeps one struct per SA.
 *
 * The result is a range, whose lower end never goes back. It is as wide as what is unknown: how many packets were
 * counted just when a sample passed. Duplicates hide losses, since they count as arrived. Losses before the first
 * sample are not seen.
 */
#ifndef ASAPHASE_CORE_COUNT_SAMPLED_LOSS_H
#define ASAPHASE_CORE_COUNT_SAMPLED_LOSS_H

#include <stdbool.h>
#include <stdint.h>

/* A packet: its place among those sent, and within what bounds its place among those counted. */
struct sampled_packet {
	uint64_t sequence; /* 64 bits wide */
	uint64_t count_low;
	uint64_t count_high;
};

/* All zero to begin with. */
struct sampled_loss {
	bool started;
	bool doubtful;               /* the last sample was far from where the others are */
	struct sampled_packet first; /* of the run of numbers under way */
	struct sampled_packet last;
	struct sampled_packet doubted;
	uint64_t run_low, run_high;   /* lost in this run */
	uint64_t past_low, past_high; /* in runs before it */
	uint64_t sent;                /* numbers that all runs span, without each run's first */
};

/*
 * Takes a sampled packet: the 32 bits of its sequence number, and bounds on how many packets of its SA had been counted
 * when it had just been counted itself: count_low <= truth <= count_high. Samples come in the order of their counts.
 *
 * A sample more than 1024 numbers behind the last, or so far ahead that more than 1024 more would be lost than arrived,
 * is believed when the next one goes on from it: a forged packet makes no loss. Numbers that start anew, as of an SA
 * set up again under its SPI, lose nothing.
 */
void sampled_loss_take(struct sampled_loss *loss, uint32_t sequence, uint64_t count_low, uint64_t count_high);

/* What comes next does not belong with what was before: only what was lost stays. */
void sampled_loss_start_anew(struct sampled_loss *loss);

/* The same, and what is uncertain until now is taken for not lost. */
void sampled_loss_settle(struct sampled_loss *loss);

struct sampled_loss_estimate {
	uint64_t sent;        /* from the first sample to the last: packets that the numbers say were sent */
	uint64_t lost;        /* at least so many of these */
	uint64_t uncertainty; /* and at most so many more */
};

struct sampled_loss_estimate sampled_loss_estimate(const struct sampled_loss *loss);

#endif
