/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to kernel-helpers: iptables' target NFQUEUE as a rule in a chain of nftables, which the nft language has no
 * words for (the kernel's nft_compat runs it, as it does for iptables-nft).
 */
#ifndef ASAPHASE_KERNEL_HELPERS_IPTABLES_TARGET_H
#define ASAPHASE_KERNEL_HELPERS_IPTABLES_TARGET_H

#include <stdbool.h>
#include <stdint.h>

struct iptables_queue {
	const char *chain;
	uint16_t first;
	uint16_t count;
	bool by_cpu;
};

/* Appends one rule to each of these chains of our table, in one transaction. 0 or a negative errno. */
int iptables_target_append(const struct iptables_queue *queues, unsigned count);

/* Whether the kernel would take such a rule: 0, or a negative errno. Leaves no trace. */
int iptables_target_probe(void);

#endif
