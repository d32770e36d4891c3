// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel-helpers/nf_tables.h"

#include <errno.h>
#include <libnftnl/common.h>
#include <libnftnl/table.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "kernel-helpers/netlink_socket.h"
#include "kernel-helpers/rules.h"

struct mnl_socket *nf_tables_open(void)
{
	return netlink_socket_open(NETLINK_NETFILTER, 0, 0);
}

struct nlmsghdr *nf_tables_request(void *buffer, uint16_t type, uint16_t flags)
{
	static _Thread_local uint32_t sequence;

	return nftnl_nlmsg_build_hdr(buffer, type, NFPROTO_INET, flags, ++sequence);
}

/* libmnl stops at a message that is marked as part of a disturbed dump. Takes the mark off all; whether there was one.
 */
static bool clear_disturbed(void *buffer, int length)
{
	struct nlmsghdr *message = buffer;
	bool disturbed = false;

	for (; mnl_nlmsg_ok(message, length); message = mnl_nlmsg_next(message, &length)) {
		disturbed = disturbed || (message->nlmsg_flags & NLM_F_DUMP_INTR);
		message->nlmsg_flags &= (uint16_t)~NLM_F_DUMP_INTR;
	}
	return disturbed;
}

int nf_tables_ask(struct mnl_socket *socket, const struct nlmsghdr *request, void *buffer, mnl_cb_t take, void *context)
{
	uint32_t sequence = request->nlmsg_seq;
	bool disturbed = false;

	if (mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		return -errno;
	for (;;) {
		ssize_t length = mnl_socket_recvfrom(socket, buffer, NF_TABLES_BUFFER_SIZE);
		int more;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		/* What is left of the answer to an earlier request that was given up. */
		if ((size_t)length >= sizeof(struct nlmsghdr) && ((struct nlmsghdr *)buffer)->nlmsg_seq != sequence)
			continue;
		disturbed = clear_disturbed(buffer, (int)length) || disturbed;
		more = mnl_cb_run(buffer, (size_t)length, sequence, mnl_socket_get_portid(socket), take, context);
		if (more < 0)
			return -errno;
		if (more == MNL_CB_STOP)
			return disturbed ? -EINTR : 0;
	}
}

static int take_comment(const struct nftnl_udata *item, void *context)
{
	struct table_facts *facts = context;

	if (nftnl_udata_type(item) == NFTNL_UDATA_TABLE_COMMENT)
		snprintf(facts->comment, sizeof facts->comment, "%.*s", (int)nftnl_udata_len(item),
		         (const char *)nftnl_udata_get(item));
	return 0;
}

static int take_table(const struct nlmsghdr *message, void *context)
{
	struct table_facts *facts = context;
	struct nftnl_table *table = nftnl_table_alloc();
	const void *data;
	uint32_t length;

	if (table == NULL)
		return MNL_CB_ERROR;
	if (nftnl_table_nlmsg_parse(message, table) == 0) {
		facts->handle = nftnl_table_get_u64(table, NFTNL_TABLE_HANDLE);
		data = nftnl_table_get_data(table, NFTNL_TABLE_USERDATA, &length);
		if (data != NULL)
			nftnl_udata_parse(data, length, take_comment, facts);
	}
	nftnl_table_free(table);
	return MNL_CB_OK;
}

int nf_tables_table(struct mnl_socket *socket, struct table_facts *facts)
{
	_Alignas(struct nlmsghdr) char buffer[NF_TABLES_BUFFER_SIZE];
	struct nlmsghdr *request = nf_tables_request(buffer, NFT_MSG_GETTABLE, NLM_F_ACK);

	memset(facts, 0, sizeof *facts);
	mnl_attr_put_strz(request, NFTA_TABLE_NAME, RULES_TABLE);
	return nf_tables_ask(socket, request, buffer, take_table, facts);
}
