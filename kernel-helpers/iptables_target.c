// SPDX-License-Identifier: GPL-2.0-or-later
#include "kernel-helpers/iptables_target.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/table.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/x_tables.h>
#include <linux/netfilter/xt_NFQUEUE.h>
#include <stdlib.h>

#include "kernel-helpers/nf_tables.h"
#include "kernel-helpers/rules_private.h"

#define NFQUEUE_REVISION 3
#define PROBE_TABLE RULES_TABLE "_probe"
#define PROBE_CHAIN "probe"

/* The kernel answers each message of a transaction that asks for it, and aborts one that does not end. */
struct transaction {
	struct mnl_socket *socket;
	struct mnl_nlmsg_batch *batch;
	uint32_t sequence;
	_Alignas(struct nlmsghdr) char buffer[4096];
};

static void *transaction_end_of(const struct transaction *transaction)
{
	return mnl_nlmsg_batch_current(transaction->batch);
}

static int transaction_begin(struct transaction *transaction)
{
	transaction->batch = NULL;
	transaction->sequence = 1;
	transaction->socket = nf_tables_open();
	if (transaction->socket == NULL)
		return -errno;
	transaction->batch = mnl_nlmsg_batch_start(transaction->buffer, sizeof transaction->buffer);
	if (transaction->batch == NULL) {
		mnl_socket_close(transaction->socket);
		return -ENOMEM;
	}
	nftnl_batch_begin(transaction_end_of(transaction), transaction->sequence++);
	mnl_nlmsg_batch_next(transaction->batch);
	return 0;
}

static struct nlmsghdr *transaction_add(struct transaction *transaction, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(transaction_end_of(transaction), type, NFPROTO_INET, flags,
	                             transaction->sequence++);
}

static void transaction_commit(struct transaction *transaction)
{
	nftnl_batch_end(transaction_end_of(transaction), transaction->sequence++);
	mnl_nlmsg_batch_next(transaction->batch);
}

/* Sends all and takes answers until that of the last message asked for; the first refusal is returned. */
static int transaction_send(struct transaction *transaction, unsigned answers)
{
	_Alignas(struct nlmsghdr) char buffer[NF_TABLES_BUFFER_SIZE];
	int result = 0;

	if (mnl_socket_sendto(transaction->socket, mnl_nlmsg_batch_head(transaction->batch),
	                      mnl_nlmsg_batch_size(transaction->batch)) < 0)
		return -errno;
	while (answers > 0) {
		ssize_t length = mnl_socket_recvfrom(transaction->socket, buffer, sizeof buffer);
		const struct nlmsghdr *message = (const struct nlmsghdr *)buffer;
		int left = (int)length;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return -errno;
		for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
			const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);

			if (message->nlmsg_type != NLMSG_ERROR)
				continue;
			if (error->error != 0)
				return error->error;
			answers -= answers > 0;
		}
	}
	return result;
}

static void transaction_free(struct transaction *transaction)
{
	mnl_nlmsg_batch_stop(transaction->batch);
	mnl_socket_close(transaction->socket);
}

/* nftnl_expr_set keeps info and frees it with the expression, which no analyzer can see. */
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif
// NOLINTBEGIN(clang-analyzer-unix.Malloc)
static int add_target(struct transaction *transaction, const char *table, const struct iptables_queue *queue)
{
	struct nftnl_rule *rule = nftnl_rule_alloc();
	struct nftnl_expr *target = nftnl_expr_alloc("target");
	struct xt_NFQ_info_v3 *info = calloc(1, XT_ALIGN(sizeof *info));

	if (rule == NULL || target == NULL || info == NULL) {
		free(info);
		nftnl_expr_free(target);
		nftnl_rule_free(rule);
		return -ENOMEM;
	}
	info->queuenum = queue->first;
	info->queues_total = queue->count;
	info->flags = NFQ_FLAG_BYPASS;
	if (queue->by_cpu && queue->count > 1)
		info->flags |= NFQ_FLAG_CPU_FANOUT;
	nftnl_expr_set_str(target, NFTNL_EXPR_TG_NAME, "NFQUEUE");
	nftnl_expr_set_u32(target, NFTNL_EXPR_TG_REV, NFQUEUE_REVISION);
	nftnl_expr_set(target, NFTNL_EXPR_TG_INFO, info, XT_ALIGN(sizeof *info));
	nftnl_rule_set_str(rule, NFTNL_RULE_TABLE, table);
	nftnl_rule_set_str(rule, NFTNL_RULE_CHAIN, queue->chain);
	nftnl_rule_set_u32(rule, NFTNL_RULE_FAMILY, NFPROTO_INET);
	nftnl_rule_add_expr(rule, target);
	nftnl_rule_nlmsg_build_payload(
	        transaction_add(transaction, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND | NLM_F_ACK), rule);
	mnl_nlmsg_batch_next(transaction->batch);
	nftnl_rule_free(rule);
	return 0;
}
// NOLINTEND(clang-analyzer-unix.Malloc)
#pragma GCC diagnostic pop

int iptables_target_append(const struct iptables_queue *queues, unsigned count)
{
	struct transaction transaction;
	int result = transaction_begin(&transaction);

	if (result != 0)
		return result;
	for (unsigned i = 0; i < count && result == 0; i++)
		result = add_target(&transaction, RULES_TABLE, &queues[i]);
	if (result == 0) {
		transaction_commit(&transaction);
		result = transaction_send(&transaction, count);
	}
	transaction_free(&transaction);
	return result;
}

static void add_probe_chain(struct transaction *transaction)
{
	struct nlmsghdr *table = transaction_add(transaction, NFT_MSG_NEWTABLE, NLM_F_CREATE);
	struct nlmsghdr *chain;

	mnl_attr_put_strz(table, NFTA_TABLE_NAME, PROBE_TABLE);
	mnl_nlmsg_batch_next(transaction->batch);
	chain = transaction_add(transaction, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	mnl_attr_put_strz(chain, NFTA_CHAIN_TABLE, PROBE_TABLE);
	mnl_attr_put_strz(chain, NFTA_CHAIN_NAME, PROBE_CHAIN);
	mnl_nlmsg_batch_next(transaction->batch);
}

int iptables_target_probe(void)
{
	const struct iptables_queue queue = {.chain = PROBE_CHAIN, .first = 0, .count = 2, .by_cpu = true};
	struct transaction transaction;
	int result = transaction_begin(&transaction);

	if (result != 0)
		return result;
	add_probe_chain(&transaction);
	result = add_target(&transaction, PROBE_TABLE, &queue);
	if (result == 0) /* without its end: checked in full, then aborted */
		result = transaction_send(&transaction, 1);
	transaction_free(&transaction);
	return result;
}
