/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/xfrm.h"

#include <errno.h>
#include <glib.h>
#include <linux/xfrm.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "core/base/time.h"
#include "kernel-helpers/netlink_socket.h"
#include "nfq-daemon/clock.h"
#include "nfq-daemon/journal.h"
#include "nfq-daemon/xfrm_pairs.h"

/* What the kernel puts into one answer of a dump at most. */
#define BUFFER_SIZE 32768

/* Room for changes that have not been read yet. */
#define RECEIVE_BUFFER (1 << 20)

/* Of these at a time. */
#define CHANGES_AT_A_TIME 4096

/* Between two looks for new pairs, so many times what the last one cost: a hundredth of a core. */
#define MATCH_COST 100

/* Between two looks at what the kernel counts; longer than what is counted takes to get here. */
#define WATCH_EACH (NANOSECONDS * 9 / 10)

/* Packets that pass unseen, before it is believed. */
#define HIDDEN_LEAST 4

struct xfrm {
	struct tunnels *tunnels;
	struct xfrm_pairs *pairs;
	struct mnl_socket *changes;
	struct mnl_socket *dumps;
	bool stale; /* changes were missed: all has to be read again */
	bool said;  /* that it cannot be read */
	int64_t match_due;
	int64_t watch_due;
	unsigned sequence; /* of the last request */
	_Alignas(struct nlmsghdr) char buffer[BUFFER_SIZE];
};

/* ---- reading ---- */

/* A migration gives SAs other ends without saying which SAs. */
static int take_message(const struct nlmsghdr *message, void *context)
{
	struct xfrm *xfrm = context;

	if (message->nlmsg_type == XFRM_MSG_MIGRATE)
		xfrm->stale = true;
	else
		xfrm_pairs_read(xfrm->pairs, message);
	return MNL_CB_OK;
}

/* Takes one datagram, and what it says of keys off the buffer again. */
static int take_datagram(struct xfrm *xfrm, struct mnl_socket *socket, unsigned sequence)
{
	ssize_t length = mnl_socket_recvfrom(socket, xfrm->buffer, sizeof xfrm->buffer);

	if (length < 0)
		return -errno;
	int more = mnl_cb_run(xfrm->buffer, (size_t)length, sequence, 0, take_message, xfrm);
	int result = more < 0 ? -errno : more;
	explicit_bzero(xfrm->buffer, (size_t)length);
	return result;
}

/* One dump: of SAs or of policies. */
static int dump(struct xfrm *xfrm, uint16_t type)
{
	struct nlmsghdr *request = mnl_nlmsg_put_header(xfrm->buffer);
	int result;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = ++xfrm->sequence;
	if (mnl_socket_sendto(xfrm->dumps, request, request->nlmsg_len) < 0)
		return -errno;
	/* -EPROTO: left over from a dump that was given up. */
	do
		result = take_datagram(xfrm, xfrm->dumps, xfrm->sequence);
	while (result == MNL_CB_OK || result == -EINTR || result == -EPROTO);
	return result == MNL_CB_STOP ? 0 : result;
}

static int read_all(struct xfrm *xfrm)
{
	xfrm_pairs_begin_dump(xfrm->pairs);
	int result = dump(xfrm, XFRM_MSG_GETSA);
	if (result == 0)
		result = dump(xfrm, XFRM_MSG_GETPOLICY);
	if (result == 0)
		xfrm_pairs_end_dump(xfrm->pairs);
	return result;
}

void xfrm_read(struct xfrm *xfrm)
{
	int result = 0;

	for (unsigned i = 0; i < CHANGES_AT_A_TIME && (result >= 0 || result == -EINTR); i++)
		result = take_datagram(xfrm, xfrm->changes, 0);
	if (result >= 0 || result == -EINTR || result == -EAGAIN)
		return;
	if (result == -ENOBUFS)
		journal_notice("the kernel's SAs changed faster than they could be read: they are read again");
	xfrm->stale = true;
}

static void read_again(struct xfrm *xfrm)
{
	int result = read_all(xfrm);

	xfrm->stale = result != 0;
	if (result != 0 && !xfrm->said)
		journal_warning("the kernel's SAs cannot be read: %s; it is tried again", strerror(-result));
	xfrm->said = result != 0;
}

/* ---- telling the tunnels ---- */

/* A pair's two ends as a tunnel has them: which of its sides end 0 is. */
static unsigned side_of(const struct tunnel *tunnel, const struct xfrm_pair *pair)
{
	return ip_address_equal(&tunnel->address[0], &pair->end[0]) ? 0 : 1;
}

static void tell_agreement(struct child_sa *child, const struct xfrm_pair *pair, unsigned side)
{
	struct child_agreement *agreement = child_sa_agreement(child);

	*agreement = pair->agreement;
	agreement->network[side] = pair->agreement.network[0];
	agreement->network[!side] = pair->agreement.network[1];
}

/* Nothing is known of a tunnel before its first packet: the pair waits for it. */
static bool tell(const struct xfrm_pair *pair, void *context)
{
	struct xfrm *xfrm = context;
	struct tunnel *tunnel = tunnels_find(xfrm->tunnels, &pair->end[0], &pair->end[1]);

	if (tunnel == NULL)
		return false;
	unsigned side = side_of(tunnel, pair);
	int64_t time = clock_from_realtime((int64_t)MIN(pair->added, INT64_MAX / NANOSECONDS) * NANOSECONDS);
	struct child_sa *child =
	        tunnel_pair_spis(tunnel, side, pair->spi_from[0], pair->spi_from[1], PAIRED_BY_XFRM, time);
	tell_agreement(child, pair, side);
	tunnel->esp[side].hidden |= pair->hidden[0];
	tunnel->esp[!side].hidden |= pair->hidden[1];
	return true;
}

static void tell_gone(const struct xfrm_pair *pair, void *context)
{
	struct xfrm *xfrm = context;
	struct tunnel *tunnel = tunnels_find(xfrm->tunnels, &pair->end[0], &pair->end[1]);

	if (tunnel != NULL)
		tunnel_delete_pair(tunnel, side_of(tunnel, pair), pair->spi_from[0], pair->spi_from[1]);
}

/* ---- packets that pass unseen ---- */

static int take_usage(const struct nlmsghdr *message, void *packets)
{
	return xfrm_usage_read(message, packets) ? MNL_CB_STOP : MNL_CB_OK;
}

/* What the kernel has counted on the SA to that end; false where it does not say. */
static bool ask_usage(struct xfrm *xfrm, const struct ip_address *destination, uint32_t spi, uint64_t *packets)
{
	const struct nlmsghdr *request = xfrm_usage_request(xfrm->buffer, ++xfrm->sequence, destination, spi);
	int result;

	if (mnl_socket_sendto(xfrm->dumps, request, request->nlmsg_len) < 0)
		return false;
	do {
		ssize_t length = mnl_socket_recvfrom(xfrm->dumps, xfrm->buffer, sizeof xfrm->buffer);
		if (length < 0)
			return false;
		result = mnl_cb_run(xfrm->buffer, (size_t)length, xfrm->sequence, 0, take_usage, packets);
	} while (result == MNL_CB_OK || (result < 0 && errno == EPROTO));
	return result == MNL_CB_STOP;
}

static void say_hidden(const struct tunnel *tunnel, unsigned side)
{
	char from[IP_ADDRESS_TEXT_SIZE], to[IP_ADDRESS_TEXT_SIZE];

	journal_warning("ESP from %s to %s passes by the packet filter (offload to a card, or GRO): it is not counted, "
	                "and not called missing",
	                ip_address_to_text(&tunnel->address[side], from),
	                ip_address_to_text(&tunnel->address[!side], to));
}

/* Half of what would make the tunnel one-way: the question is settled before that. */
static bool is_silent(const struct xfrm *xfrm, const struct tunnel *tunnel, unsigned side)
{
	return tunnel->esp[!side].silence.packets * 2 >= tunnels_options(xfrm->tunnels)->one_way_packets;
}

/*
 * A direction that is silent here while the kernel counts packets on its SA is not silent: they pass unseen. The
 * kernel's last word but one is taken, as what it counted since may be on its way.
 */
static void watch_direction(struct xfrm *xfrm, struct tunnel *tunnel, unsigned side, uint32_t spi,
                            struct xfrm_watch *watch)
{
	struct esp_direction *direction = &tunnel->esp[side];
	const struct spi_entry *entry = tunnel_spi_entry(xfrm->tunnels, tunnel, side, spi);
	uint64_t seen = entry != NULL ? entry->packets : 0, kernel;

	if (!is_silent(xfrm, tunnel, side) && !direction->hidden) {
		watch->begun = false;
		return;
	}
	if (!ask_usage(xfrm, &tunnel->address[!side], spi, &kernel))
		return;
	if (!watch->begun || seen != watch->seen) {
		direction->hidden = direction->hidden && !watch->begun;
		*watch = (struct xfrm_watch){.begun = true, .seen = seen, .kernel = {kernel, kernel}};
		return;
	}
	if (!direction->hidden && watch->kernel[1] - watch->kernel[0] >= HIDDEN_LEAST) {
		direction->hidden = true;
		say_hidden(tunnel, side);
	}
	watch->kernel[1] = kernel;
}

static void watch_pair(struct xfrm_pair *pair, void *context)
{
	struct xfrm *xfrm = context;
	struct tunnel *tunnel = tunnels_find(xfrm->tunnels, &pair->end[0], &pair->end[1]);

	for (unsigned end = 0; end < 2 && tunnel != NULL; end++)
		watch_direction(xfrm, tunnel, side_of(tunnel, pair) ^ end, pair->spi_from[end], &pair->watch[end]);
}

/* ---- once a second ---- */

static int64_t cpu_time(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return used.tv_sec * NANOSECONDS + used.tv_nsec;
}

void xfrm_settle(struct xfrm *xfrm, int64_t now)
{
	if (xfrm->stale)
		read_again(xfrm);
	if (xfrm_pairs_changed(xfrm->pairs) && now >= xfrm->match_due) {
		int64_t begin = cpu_time();
		xfrm_pairs_match(xfrm->pairs);
		xfrm->match_due = now + MATCH_COST * (cpu_time() - begin);
	}
	xfrm_pairs_offer(xfrm->pairs, tell, xfrm);
	if (now >= xfrm->watch_due) {
		int64_t begin = cpu_time();
		xfrm_pairs_look(xfrm->pairs, watch_pair, xfrm);
		xfrm->watch_due = now + MAX(WATCH_EACH, MATCH_COST * (cpu_time() - begin));
	}
}

void xfrm_tell_again(struct xfrm *xfrm)
{
	xfrm_pairs_forget_taken(xfrm->pairs);
}

/* ---- beginning and ending ---- */

static unsigned group_bit(unsigned group)
{
	return 1U << (group - 1);
}

/* Changes are listened for before all is read, so that none falls in between. */
static int open_all(struct xfrm *xfrm)
{
	const int size = RECEIVE_BUFFER;

	xfrm->changes = netlink_socket_open(NETLINK_XFRM, SOCK_NONBLOCK,
	                                    group_bit(XFRMNLGRP_SA) | group_bit(XFRMNLGRP_POLICY) |
	                                            group_bit(XFRMNLGRP_EXPIRE) | group_bit(XFRMNLGRP_MIGRATE));
	xfrm->dumps = xfrm->changes != NULL ? netlink_socket_open(NETLINK_XFRM, 0, 0) : NULL;
	if (xfrm->dumps == NULL)
		return -errno;
	/* Without it the kernel's default holds, and all is read again more often. */
	setsockopt(mnl_socket_get_fd(xfrm->changes), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return read_all(xfrm);
}

struct xfrm *xfrm_new(struct tunnels *tunnels)
{
	struct xfrm *xfrm = g_new0(struct xfrm, 1);

	xfrm->tunnels = tunnels;
	xfrm->pairs = xfrm_pairs_new(tell_gone, xfrm);
	int result = open_all(xfrm);
	if (result == 0)
		return xfrm;
	journal_warning("the kernel does not tell its SAs (NETLINK_XFRM: %s): SPIs are paired by IKE and timing",
	                strerror(-result));
	xfrm_free(xfrm);
	return NULL;
}

void xfrm_free(struct xfrm *xfrm)
{
	if (xfrm == NULL)
		return;
	if (xfrm->dumps != NULL)
		mnl_socket_close(xfrm->dumps);
	if (xfrm->changes != NULL)
		mnl_socket_close(xfrm->changes);
	xfrm_pairs_free(xfrm->pairs);
	g_free(xfrm);
}

int xfrm_file(const struct xfrm *xfrm)
{
	return mnl_socket_get_fd(xfrm->changes);
}
