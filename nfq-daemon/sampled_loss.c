/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/sampled_loss.h"

/* Samples of an SPI follow each other within so many packets; a longer step is a restart of the numbers or a forgery.
 */
#define STEP_MOST (INT64_C(1) << 20)

/* A packet this far behind is merely late. */
#define LATE 1024

void sampled_loss_begin_anew(struct sampled_loss *loss)
{
	loss->begun = loss->has_pending = false;
}

static void begin(struct sampled_loss *loss, uint64_t sequence, uint64_t count)
{
	loss->begun = true;
	loss->base_sequence = sequence;
	loss->base_count = count;
	loss->base_lost = loss->lost;
}

static void set_pending(struct sampled_loss *loss, uint64_t sequence, uint64_t least, uint64_t most)
{
	loss->has_pending = true;
	loss->pending = sequence;
	loss->pending_least = least;
	loss->pending_most = most;
}

/* What the pending sample says, now that another confirms it. */
static uint64_t take_pending(struct sampled_loss *loss)
{
	/* Numbers or counter that went back began anew. */
	if (!loss->begun || loss->pending < loss->base_sequence || loss->pending_most < loss->base_count) {
		begin(loss, loss->pending, loss->pending_least);
		return 0;
	}
	uint64_t sent = loss->pending - loss->base_sequence, seen = loss->pending_most - loss->base_count;
	uint64_t lost = loss->base_lost + (sent > seen ? sent - seen : 0);

	loss->uncertain = loss->pending_most - loss->pending_least;
	if (lost <= loss->lost)
		return 0;
	uint64_t more = lost - loss->lost;
	loss->lost = lost;
	return more;
}

uint64_t sampled_loss_take(struct sampled_loss *loss, uint32_t sequence, uint64_t count_before, uint64_t count_after)
{
	/* Of the 64-bit numbers with these lower bits the nearest to the last is meant (RFC 4303 appendix A2). */
	int64_t step = (int32_t)(sequence - (uint32_t)loss->pending);
	uint64_t whole = loss->has_pending ? loss->pending + (uint64_t)step : sequence;
	uint64_t more = 0;

	if (loss->has_pending && step <= 0 && step > -LATE)
		return 0;
	if (loss->has_pending && step > 0 && step <= STEP_MOST)
		more = take_pending(loss);
	else if (loss->has_pending)
		whole = sequence;
	set_pending(loss, whole, count_before, count_after);
	return more;
}
