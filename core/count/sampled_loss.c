// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/count/sampled_loss.h"

#define NEAR 1024
#define FAR (UINT64_C(1) << 20)

static uint64_t subtract(uint64_t from, uint64_t amount)
{
	return from > amount ? from - amount : 0;
}

/* The 64-bit number with these lower bits that is nearest to where one is expected (RFC 4303 sec. 2.2.1). */
static uint64_t widen(uint32_t sequence, uint64_t expected)
{
	uint64_t upper = expected >> 32, nearest = upper << 32 | sequence;

	if (nearest > expected && nearest - expected > UINT32_MAX / 2 && upper > 0)
		return nearest - (UINT64_C(1) << 32);
	if (nearest < expected && expected - nearest > UINT32_MAX / 2)
		return nearest + (UINT64_C(1) << 32);
	return nearest;
}

static uint64_t arrived_at_most(const struct sampled_packet *from, const struct sampled_packet *to)
{
	return subtract(to->count_high, from->count_low);
}

static bool goes_on(const struct sampled_packet *from, const struct sampled_packet *to, uint64_t leap)
{
	if (to->sequence < from->sequence)
		return from->sequence - to->sequence <= NEAR;
	return to->sequence - from->sequence <= arrived_at_most(from, to) + leap;
}

void sampled_loss_start_anew(struct sampled_loss *loss)
{
	loss->past_low += loss->run_low;
	loss->past_high += loss->run_high;
	if (loss->started)
		loss->sent += loss->last.sequence - loss->first.sequence;
	loss->run_low = loss->run_high = 0;
	loss->started = loss->doubtful = false;
}

void sampled_loss_settle(struct sampled_loss *loss)
{
	sampled_loss_start_anew(loss);
	loss->past_high = loss->past_low;
}

static void start_run(struct sampled_loss *loss, const struct sampled_packet *packet)
{
	sampled_loss_start_anew(loss);
	loss->first = loss->last = *packet;
	loss->started = true;
}

/* Takes a packet into the run. One that came late says nothing new. */
static void go_on(struct sampled_loss *loss, const struct sampled_packet *packet)
{
	uint64_t sent, low, high;

	if (packet->sequence <= loss->last.sequence)
		return;
	sent = packet->sequence - loss->first.sequence;
	low = subtract(sent, arrived_at_most(&loss->first, packet));
	high = subtract(sent, subtract(packet->count_low, loss->first.count_high));
	loss->last = *packet;
	/* What was lost stays lost, even if duplicates since then make it look as if more arrived. */
	if (low > loss->run_low)
		loss->run_low = low;
	loss->run_high = high > loss->run_low ? high : loss->run_low;
}

/* A packet far from the run was followed by one that goes on from it: a long outage, or numbers that started anew. */
static void believe_doubted(struct sampled_loss *loss)
{
	bool ahead = loss->doubted.sequence > loss->last.sequence;

	if (ahead && loss->doubted.sequence - loss->last.sequence <= arrived_at_most(&loss->last, &loss->doubted) + FAR)
		go_on(loss, &loss->doubted);
	else
		start_run(loss, &loss->doubted);
}

void sampled_loss_take(struct sampled_loss *loss, uint32_t sequence, uint64_t count_low, uint64_t count_high)
{
	struct sampled_packet packet = {.sequence = sequence, .count_low = count_low, .count_high = count_high};

	/* The counter may have started anew. */
	if (!loss->started || count_high < loss->last.count_low) {
		start_run(loss, &packet);
		return;
	}
	packet.sequence = widen(sequence, loss->last.sequence + arrived_at_most(&loss->last, &packet));
	if (goes_on(&loss->last, &packet, NEAR)) {
		loss->doubtful = false;
		go_on(loss, &packet);
		return;
	}
	if (loss->doubtful) {
		struct sampled_packet after = packet;

		after.sequence = widen(sequence, loss->doubted.sequence + arrived_at_most(&loss->doubted, &packet));
		if (after.sequence > loss->doubted.sequence && goes_on(&loss->doubted, &after, FAR)) {
			believe_doubted(loss);
			loss->doubtful = false;
			go_on(loss, &after);
			return;
		}
	}
	loss->doubtful = true;
	loss->doubted = packet;
}

struct sampled_loss_estimate sampled_loss_estimate(const struct sampled_loss *loss)
{
	uint64_t low = loss->past_low + loss->run_low, high = loss->past_high + loss->run_high;

	return (struct sampled_loss_estimate){
	        .sent = loss->sent + (loss->started ? loss->last.sequence - loss->first.sequence : 0),
	        .lost = low,
	        .uncertainty = high - low,
	};
}
