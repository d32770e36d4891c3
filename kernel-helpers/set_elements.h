/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to kernel-helpers: what nf_tables answers, from its bytes. Nothing here asks the kernel. */
#ifndef ASAPHASE_KERNEL_HELPERS_SET_ELEMENTS_H
#define ASAPHASE_KERNEL_HELPERS_SET_ELEMENTS_H

#include <libmnl/libmnl.h>
#include <stdint.h>

#include "kernel-helpers/set_reader.h"

struct esp_form;

struct set_element {
	struct set_count count; /* key, kernel_packets, kernel_bytes; the rest is 0 */
	int64_t remaining;      /* until it expires, nanoseconds; 0 where it was not said */
};

/* Returns 0, or a negative errno that ends the reading. */
typedef int set_elements_take(struct set_element *element, void *context);

/*
 * Calls take for each element of our key's form in one message of an answer to NFT_MSG_GETSETELEM; others are passed
 * over. Attributes are read as far as the message's length says, which must be within memory. Returns what take
 * returned, or 0.
 */
int set_elements_read(const struct nlmsghdr *message, const struct esp_form *form, set_elements_take *take,
                      void *context);

/* The packets of a counter object, from an answer to NFT_MSG_GETOBJ; *packets stays as it is where there are none. */
void set_elements_read_counter(const struct nlmsghdr *message, uint64_t *packets);

#endif
