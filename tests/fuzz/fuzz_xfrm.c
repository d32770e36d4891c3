/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of its SAs and policies: netlink messages one after the other, and the pairs found in them. */
#include <linux/xfrm.h>
#include <stdlib.h>
#include <string.h>

#include "nfq-daemon/xfrm_pairs.h"
#include "tests/fuzz/fuzz_target.h"

/* Offers half of them again. */
static bool take(const struct xfrm_pair *pair, void *context)
{
	unsigned *taken = context;

	if (pair->spi_from[0] == 0 || pair->spi_from[1] == 0)
		abort();
	return (++*taken & 1) != 0;
}

static void drop(const struct xfrm_pair *pair, void *context)
{
	(void)context;
	if (pair->spi_from[0] == 0 || pair->spi_from[1] == 0)
		abort();
}

/* A copy of its own, so that one byte too far is seen. */
static void read_message(struct xfrm_pairs *pairs, const uint8_t *data, uint32_t size)
{
	struct nlmsghdr *message = malloc(size);

	memcpy(message, data, size);
	message->nlmsg_len = size;
	message->nlmsg_type = (uint16_t)(XFRM_MSG_BASE + message->nlmsg_type % (XFRM_MSG_MAX + 1 - XFRM_MSG_BASE));
	uint64_t packets;
	xfrm_pairs_read(pairs, message);
	xfrm_usage_read(message, &packets);
	free(message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned taken = 0;
	struct xfrm_pairs *pairs = xfrm_pairs_new(drop, NULL);

	while (size >= sizeof(struct nlmsghdr)) {
		uint16_t length;
		memcpy(&length, data, sizeof length); /* the low half of nlmsg_len */
		if (length < sizeof(struct nlmsghdr) || length > size)
			length = (uint16_t)(size < UINT16_MAX ? size : UINT16_MAX);
		read_message(pairs, data, length);
		if (data[2] % 4 == 0)
			xfrm_pairs_match(pairs);
		if (data[2] % 8 == 1)
			xfrm_pairs_begin_dump(pairs);
		if (data[2] % 8 == 2)
			xfrm_pairs_end_dump(pairs);
		data += length;
		size -= length;
	}
	xfrm_pairs_match(pairs);
	xfrm_pairs_offer(pairs, take, &taken);
	xfrm_pairs_offer(pairs, take, &taken);
	/* Nobody is in two pairs. */
	if (xfrm_pairs_count(pairs) * 2 > xfrm_pairs_sas(pairs))
		abort();
	xfrm_pairs_free(pairs);
	return 0;
}
