/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Netlink messages of the kernel's IPsec, made by hand. */
#ifndef ASAPHASE_TESTS_UNIT_NETLINK_MESSAGE_H
#define ASAPHASE_TESTS_UNIT_NETLINK_MESSAGE_H

#include <arpa/inet.h>
#include <glib.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <string.h>

struct message {
	_Alignas(8) char bytes[4096];
};

static inline struct nlmsghdr *begin_message(struct message *message, uint16_t type, const void *body, size_t size)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(message->bytes);

	header->nlmsg_type = type;
	memcpy(mnl_nlmsg_put_extra_header(header, size), body, size);
	return header;
}

/* Returns its family. */
static inline uint16_t put_address(const char *text, xfrm_address_t *address)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, address) == 1)
		return AF_INET;
	g_assert_cmpint(inet_pton(AF_INET6, text, address), ==, 1);
	return AF_INET6;
}

#endif
