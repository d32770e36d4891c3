/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's IPsec (XFRM) says over netlink of its SAs and policies. Layouts: linux/xfrm.h; what stands in each
 * message: net/xfrm/xfrm_user.c. The messages hold the SAs' keys: none is looked at here, and nothing here logs.
 */
#ifndef ASAPHASE_DAEMON_XFRM_MESSAGES_H
#define ASAPHASE_DAEMON_XFRM_MESSAGES_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/wire/ike.h"
#include "core/wire/infer.h"

/* One way between two ends: what SAs and the templates of policies are matched by. No padding, so it is compared as a
 * whole. */
struct xfrm_flow {
	struct ip_address source;
	struct ip_address destination;
	uint32_t reqid; /* chosen by whoever made the SA; 0 none */
};

/* An ESP SA. */
struct xfrm_sa {
	struct xfrm_flow flow;
	uint32_t spi;        /* host order; never 0 */
	uint64_t added;      /* seconds since the epoch */
	bool complete;       /* it has keys; else an SPI that somebody has reserved while they negotiate */
	bool transport_mode; /* or another that is not tunnel mode */
	bool hidden; /* the network card does so much of the work that the packet filter does not see its packets */
	bool suite_known;
	struct ike_suite suite; /* in IKEv2's numbers; whether with PFS, the kernel does not know */
};

/* A policy whose packets go into, or come out of, one ESP SA. */
struct xfrm_policy {
	uint32_t index; /* the kernel's own number */
	bool is_out;
	struct xfrm_flow flow;
	struct ike_selector from; /* the network behind flow.source */
	struct ike_selector to;
};

/*
 * The SA that a message (XFRM_MSG_NEWSA, UPDSA, EXPIRE or DELSA) is about. Returns false where it is none that ESP
 * packets are seen of: another protocol, no SPI yet, an end that is not fixed.
 */
bool xfrm_sa_read(const struct nlmsghdr *message, struct xfrm_sa *sa);

/* The same for XFRM_MSG_NEWPOLICY, UPDPOLICY, POLEXPIRE and DELPOLICY; index alone is filled for one to be forgotten.
 */
bool xfrm_policy_read(const struct nlmsghdr *message, struct xfrm_policy *policy);

/* Whether an XFRM_MSG_EXPIRE or POLEXPIRE says that what it is about is gone, not only that it soon will be. */
bool xfrm_is_hard_expiry(const struct nlmsghdr *message);

/* Writes the request for how much an ESP SA has been used into buffer, of at least XFRM_REQUEST_SIZE bytes. */
#define XFRM_REQUEST_SIZE 256
struct nlmsghdr *xfrm_usage_request(void *buffer, unsigned sequence, const struct ip_address *destination,
                                    uint32_t spi);

/* The answer, XFRM_MSG_NEWAE: packets that the kernel has counted on the SA. */
bool xfrm_usage_read(const struct nlmsghdr *message, uint64_t *packets);

#endif
