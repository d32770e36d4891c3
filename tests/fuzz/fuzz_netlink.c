/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What nf_tables answers about sets and counters. Byte 0: form of the set; the rest: netlink messages. */
#include <stdlib.h>
#include <string.h>

#include "kernel-helpers/rules_private.h"
#include "kernel-helpers/set_elements.h"
#include "tests/fuzz/fuzz_target.h"

static int check_element(struct set_element *element, void *context)
{
	const struct esp_form *form = context;

	if (element->count.encapsulation != form->encapsulation || element->remaining < 0)
		abort();
	return 0;
}

/* libmnl's own check takes a length above INT_MAX for a small one; the kernel sends none. */
static bool is_whole(const struct nlmsghdr *message, int length)
{
	return length >= (int)sizeof *message && message->nlmsg_len <= (uint32_t)length &&
	       mnl_nlmsg_ok(message, length);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct esp_form form = esp_forms[data[0] % ESP_FORMS];
	int length = (int)size - 1;
	uint64_t packets = 0;
	/* Of its own, aligned and as long as it is. */
	struct nlmsghdr *messages = malloc((size_t)length), *message = messages;

	memcpy(messages, data + 1, (size_t)length);
	for (; is_whole(message, length); message = mnl_nlmsg_next(message, &length)) {
		set_elements_read(message, &form, check_element, &form);
		set_elements_read_counter(message, &packets);
	}
	free(messages);
	return 0;
}
