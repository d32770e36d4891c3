/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The packet filter rules of a gateway: what counts ESP in the kernel and what brings packets to the daemon's queues.
 *
 * One table of our own, "inet asaphase", in the network namespace of the caller. Nothing outside it is read, changed or
 * relied upon, so removing it leaves the machine as it was. The rules never drop a packet: what they do not queue they
 * accept, and a queue that nobody reads is passed by (bypass).
 *
 * Every wire packet is seen exactly once, by hooks at priority raw: in prerouting when it arrives, in output when the
 * gateway made it.
 */
#ifndef ASAPHASE_KERNEL_HELPERS_RULES_H
#define ASAPHASE_KERNEL_HELPERS_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define RULES_TABLE "asaphase"
#define RULES_PORTS 9 /* 8 and a zero that ends the list */
#define RULES_MESSAGE_SIZE 512

enum rules_mode {
	RULES_MODE_OFFLOAD, /* the kernel counts ESP per SPI; queued: IKE, first packets of new SPIs, a thin sample */
	RULES_MODE_QUEUE,   /* every ESP packet is queued */
};

enum rules_role {
	RULES_ROLE_TERMINATING, /* tunnels end here: hooks prerouting and output */
	RULES_ROLE_TRANSIT,     /* tunnels pass through: hook prerouting */
};

/* How packets get to a queue. */
enum rules_queueing {
	RULES_QUEUEING_NFT,      /* nftables' own statement: queue flags bypass to 1-2 */
	RULES_QUEUEING_IPTABLES, /* iptables' target NFQUEUE, put into our own chains, for kernels without the former */
};

/*
 * Queue first_queue gets IKE and the ICMP errors that may speak of a tunnel: give it a copy range that holds whole
 * packets. Queues first_queue + 1 to first_queue + esp_queues get ESP: outer headers, UDP and the first 8 bytes of ESP
 * are all that is needed (128 bytes hold them with IP options).
 */
struct rules_options {
	enum rules_mode mode;
	enum rules_role role;
	uint16_t ike_ports[RULES_PORTS];           /* plain IKE; a zero ends the list */
	uint16_t nat_traversal_ports[RULES_PORTS]; /* IKE after a non-ESP marker, and UDP-encapsulated ESP */
	uint16_t first_queue;
	uint16_t esp_queues; /* 1 to 64 */
	/* Choose the ESP queue by CPU instead of by the pair of addresses. By addresses, all packets of a tunnel come
	 * through one queue in their order, which exact sequence analysis needs. */
	bool by_cpu;
	uint32_t spi_capacity; /* offload: SPIs in each of the four sets; 1024 to 2^22 */
	/* Offload: of a known SPI, packets whose sequence number is a multiple of this are queued; a power of two, 16
	 * to 2^20. */
	uint32_t sample_one_in;
	uint32_t sample_rate; /* offload: at most so many of these a second */
	bool vrf; /* leave out a VRF's second sight of each packet; costs a little on machines without a VRF */
};

/* Ports 500 and 4500, queues 0 (IKE) and 1 to 2 (ESP), 65,536 SPIs, one in 1,024, 500 a second; by_cpu in offload mode.
 */
struct rules_options rules_options_default(enum rules_mode mode, enum rules_role role);

/* What this kernel, with the caller's privileges, can do. */
struct rules_kernel {
	bool permitted;      /* the caller may change the packet filter (CAP_NET_ADMIN) */
	bool nf_tables;      /* at all */
	bool dynamic_sets;   /* with counters and timeouts: offload mode works */
	bool queue_nft;      /* nft queue statement */
	bool queue_iptables; /* iptables' NFQUEUE target in our chains */
};

/*
 * Asks the kernel by trial, without a trace. Returns 0 and fills *kernel, or a negative errno where not even asking was
 * possible.
 */
int rules_probe(struct rules_kernel *kernel);

/* The way that rules_install takes on this kernel: nftables' own where it is there. */
enum rules_queueing rules_queueing_of(const struct rules_kernel *kernel);

/*
 * Writes the rule set as rules_install would load it, with comments. Returns 0, -EINVAL where options are out of range,
 * or -EIO where file cannot be written to.
 */
int rules_print(FILE *file, const struct rules_options *options, enum rules_queueing queueing);

/* Whether options are in range: 0, or -EINVAL and a sentence that names the option in message. */
int rules_check(const struct rules_options *options, char message[RULES_MESSAGE_SIZE]);

/*
 * Loads the rules in one transaction: all of them or none. Where the same rules (same options) are there already their
 * sets, and so all counts, are kept; other rules of ours are replaced, and counts they held are gone (read them
 * before). *kept, where not NULL, says which it was.
 *
 * Returns 0; -EINVAL options; -EPERM no CAP_NET_ADMIN; -EOPNOTSUPP the kernel lacks something; or another negative
 * errno. message then holds a sentence for the user and nothing was changed; only where the kernel has iptables'
 * NFQUEUE alone and refuses it, rules of ours that were there are left without queues: they pass everything.
 */
int rules_install(const struct rules_options *options, bool *kept, char message[RULES_MESSAGE_SIZE]);

/* Removes the table and all in it. 0 also when there is none. Returns and message as above. */
int rules_remove(char message[RULES_MESSAGE_SIZE]);

#endif
