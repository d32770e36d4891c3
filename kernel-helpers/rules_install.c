// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts the rules into the kernel and takes them out again. */
#include "kernel-helpers/rules_private.h"

#include <errno.h>
#include <nftables/libnftables.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-helpers/iptables_target.h"
#include "kernel-helpers/nf_tables.h"

#define DELETE_TABLE "add table inet " RULES_TABLE "\ndelete table inet " RULES_TABLE "\n"
#define FLUSH_TABLE "flush table inet " RULES_TABLE "\n" /* rules go, sets and their elements stay */

static const char probe_queue[] = "table inet asaphase_probe {\n"
                                  "chain probe { queue flags bypass to 0; }\n"
                                  "}\n";
static const char probe_sets[] = "table inet asaphase_probe {\n"
                                 "set probe { typeof ip saddr . ip daddr . esp spi; size 16; flags dynamic,timeout; }\n"
                                 "chain probe { update @probe { ip saddr . ip daddr . esp spi timeout 60s counter } "
                                 "numgen random mod 2 0 return; }\n"
                                 "}\n";

/* Runs commands of the nft language; checks only where dry. message gets the first line of a complaint. */
static int run_nft(const char *commands, bool dry, char message[RULES_MESSAGE_SIZE])
{
	struct nft_ctx *context = nft_ctx_new(NFT_CTX_DEFAULT);
	int result = -EIO;

	if (context == NULL)
		return -ENOMEM;
	nft_ctx_set_dry_run(context, dry);
	if (nft_ctx_buffer_error(context) == 0 && nft_ctx_buffer_output(context) == 0) {
		result = nft_run_cmd_from_buffer(context, commands) == 0 ? 0 : -EOPNOTSUPP;
		if (result != 0) {
			const char *complaint = nft_ctx_get_error_buffer(context);

			snprintf(message, RULES_MESSAGE_SIZE, "nftables: %.*s", (int)strcspn(complaint, "\n"),
			         complaint);
		}
	}
	nft_ctx_free(context);
	return result;
}

static bool nft_takes(const char *commands)
{
	char message[RULES_MESSAGE_SIZE];

	return run_nft(commands, true, message) == 0;
}

/* 1 with the table's facts, 0 without a table, or a negative errno. */
static int find_table(struct table_facts *facts)
{
	struct mnl_socket *socket = nf_tables_open();
	int result;

	if (socket == NULL)
		return -errno;
	result = nf_tables_table(socket, facts);
	mnl_socket_close(socket);
	return result == 0 ? 1 : result == -ENOENT ? 0 : result;
}

/* Whether the table is there: 1, 0, or a negative errno. */
static int rules_installed(void)
{
	struct table_facts facts;

	return find_table(&facts);
}

int rules_probe(struct rules_kernel *kernel)
{
	int installed = rules_installed();

	*kernel = (struct rules_kernel){0};
	if (installed == -EPERM)
		return 0;
	kernel->permitted = true;
	if (installed == -EPROTONOSUPPORT || installed == -EINVAL || installed == -EOPNOTSUPP)
		return 0;
	if (installed < 0)
		return installed;
	kernel->nf_tables = true;
	kernel->dynamic_sets = nft_takes(probe_sets);
	kernel->queue_nft = nft_takes(probe_queue);
	kernel->queue_iptables = iptables_target_probe() == 0;
	return 0;
}

enum rules_queueing rules_queueing_of(const struct rules_kernel *kernel)
{
	return kernel->queue_nft || !kernel->queue_iptables ? RULES_QUEUEING_NFT : RULES_QUEUEING_IPTABLES;
}

static int refuse(char message[RULES_MESSAGE_SIZE], int error, const char *sentence)
{
	snprintf(message, RULES_MESSAGE_SIZE, "%s", sentence);
	return error;
}

/* What must be there for these options. */
static int require(const struct rules_kernel *kernel, const struct rules_options *options,
                   char message[RULES_MESSAGE_SIZE])
{
	if (!kernel->permitted)
		return refuse(message, -EPERM,
		              "changing the packet filter needs CAP_NET_ADMIN in this network namespace");
	if (!kernel->nf_tables)
		return refuse(message, -EOPNOTSUPP, "this kernel has no nftables (CONFIG_NF_TABLES)");
	if (!kernel->queue_nft && !kernel->queue_iptables)
		return refuse(
		        message, -EOPNOTSUPP,
		        "this kernel can queue packets neither by nftables (CONFIG_NFT_QUEUE) nor by iptables' NFQUEUE "
		        "(CONFIG_NETFILTER_XT_TARGET_NFQUEUE and CONFIG_NFT_COMPAT)");
	if (options->mode == RULES_MODE_OFFLOAD && !kernel->dynamic_sets)
		return refuse(message, -EOPNOTSUPP,
		              "this kernel cannot count in nftables sets (dynamic sets with counters, 5.7 or later): "
		              "use queue "
		              "mode");
	return 0;
}

static int append_targets(const struct rules_options *options)
{
	const struct iptables_queue queues[] = {
	        {.chain = CHAIN_TO_IKE_QUEUE, .first = options->first_queue, .count = 1},
	        {.chain = CHAIN_TO_ESP_QUEUE,
	         .first = (uint16_t)(options->first_queue + 1),
	         .count = options->esp_queues,
	         .by_cpu = options->by_cpu},
	};

	return iptables_target_append(queues, sizeof queues / sizeof *queues);
}

/* The commands for one transaction, to be freed; NULL where memory is short. */
static char *commands_for(const struct rules_options *options, enum rules_queueing queueing, bool keep)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);
	int result;

	if (file == NULL)
		return NULL;
	fputs(keep ? FLUSH_TABLE : DELETE_TABLE, file);
	result = rules_print(file, options, queueing);
	if (fclose(file) != 0 || result != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static int load(const struct rules_options *options, enum rules_queueing queueing, bool keep,
                char message[RULES_MESSAGE_SIZE])
{
	char *commands = commands_for(options, queueing, keep);
	int result;

	if (commands == NULL)
		return refuse(message, -ENOMEM, "out of memory");
	result = run_nft(commands, false, message);
	free(commands);
	if (result != 0 || queueing == RULES_QUEUEING_NFT)
		return result;
	result = append_targets(options);
	if (result != 0) {
		char ignored[RULES_MESSAGE_SIZE];

		if (!keep)
			run_nft(DELETE_TABLE, false, ignored);
		snprintf(message, RULES_MESSAGE_SIZE, "the kernel refused iptables' NFQUEUE in our chains: %s",
		         strerror(-result));
	}
	return result;
}

int rules_install(const struct rules_options *options, bool *kept, char message[RULES_MESSAGE_SIZE])
{
	struct rules_kernel kernel;
	struct table_facts table;
	char comment[128];
	bool keep;
	int result = rules_check(options, message);

	if (result != 0)
		return result;
	result = rules_probe(&kernel);
	if (result != 0)
		return refuse(message, result, strerror(-result));
	result = require(&kernel, options, message);
	if (result != 0)
		return result;
	result = find_table(&table);
	if (result < 0)
		return refuse(message, result, strerror(-result));
	rules_comment(options, comment);
	keep = result == 1 && strcmp(table.comment, comment) == 0;
	result = load(options, rules_queueing_of(&kernel), keep, message);
	if (result == 0 && kept != NULL)
		*kept = keep;
	return result;
}

int rules_remove(char message[RULES_MESSAGE_SIZE])
{
	int installed = rules_installed();

	if (installed == -EPERM)
		return refuse(message, installed,
		              "changing the packet filter needs CAP_NET_ADMIN in this network namespace");
	if (installed < 0)
		return refuse(message, installed, strerror(-installed));
	return installed == 0 ? 0 : run_nft("delete table inet " RULES_TABLE "\n", false, message);
}
