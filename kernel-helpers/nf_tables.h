/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to kernel-helpers: requests to nf_tables over netlink. Return 0 or a negative errno. */
#ifndef ASAPHASE_KERNEL_HELPERS_NF_TABLES_H
#define ASAPHASE_KERNEL_HELPERS_NF_TABLES_H

#include <libmnl/libmnl.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdbool.h>
#include <stdint.h>

/* A kernel answers a dump in messages of at most 32 KiB, if the reader has room for so much. */
#define NF_TABLES_BUFFER_SIZE 32768

/* A socket as of netlink_socket_open. */
struct mnl_socket *nf_tables_open(void);

/* A request's header: type is NFT_MSG_…, flags are NLM_F_…, family NFPROTO_INET. */
struct nlmsghdr *nf_tables_request(void *buffer, uint16_t type, uint16_t flags);

/*
 * Sends a request and takes all of its answer; take may be NULL. buffer holds NF_TABLES_BUFFER_SIZE bytes. -EINTR: the
 * kernel says that what it dumped changed meanwhile; everything was taken all the same.
 */
int nf_tables_ask(struct mnl_socket *socket, const struct nlmsghdr *request, void *buffer, mnl_cb_t take,
                  void *context);

/* libmnl's loops over attributes, without their implicit conversions. */
#define nf_tables_each_from(attribute, first, end)                                                                     \
	for ((attribute) = (first); mnl_attr_ok(attribute, (int)((const char *)(end) - (const char *)(attribute)));    \
	     (attribute) = mnl_attr_next(attribute))
#define nf_tables_each(attribute, message)                                                                             \
	nf_tables_each_from(attribute, mnl_nlmsg_get_payload_offset(message, sizeof(struct nfgenmsg)),                 \
	                    mnl_nlmsg_get_payload_tail(message))
#define nf_tables_each_nested(attribute, nest)                                                                         \
	nf_tables_each_from(attribute, mnl_attr_get_payload(nest),                                                     \
	                    (const char *)mnl_attr_get_payload(nest) + mnl_attr_get_payload_len(nest))

struct table_facts {
	uint64_t handle;   /* differs from that of every other table since the machine started */
	char comment[128]; /* "" where there is none */
};

/* About our table; -ENOENT where it is not there. */
int nf_tables_table(struct mnl_socket *socket, struct table_facts *facts);

#endif
