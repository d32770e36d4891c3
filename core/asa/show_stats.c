/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show crypto ipsec stats` and `show crypto isakmp stats`. The names of the counters of the former were seen on a real
 * ASA; the layout of the latter could not be verified, so it is our own and says so.
 */
#include <inttypes.h>

#include "core/asa/show_views.h"

/* What one direction of all tunnels adds up to. */
struct esp_totals {
	uint64_t packets;
	uint64_t bytes;
	uint64_t lost;
};

struct ipsec_totals {
	uint32_t active;
	uint32_t previous;
	struct esp_totals in;
	struct esp_totals out;
};

static void add_direction(const struct tunnel *tunnel, unsigned side, struct esp_totals *totals)
{
	totals->packets += tunnel->esp[side].packets;
	totals->bytes += tunnel->esp[side].bytes;
	totals->lost += tunnel->esp[side].lost;
}

static struct ipsec_totals count_ipsec(const struct show *show)
{
	struct ipsec_totals totals = {0};
	const struct child_sa *up[TUNNEL_CHILDREN];
	const struct tunnel *tunnel;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		uint32_t active = show_has_ipsec_sa(show, tunnel) ? tunnel_children_up(show->tunnels, tunnel, up) : 0;
		totals.active += active;
		totals.previous += tunnel->children_total - MIN(active, tunnel->children_total);
		add_direction(tunnel, !tunnel->asa_side, &totals.in);
		add_direction(tunnel, tunnel->asa_side, &totals.out);
	}
	return totals;
}

void show_ipsec_stats(const struct show *show)
{
	struct ipsec_totals totals = count_ipsec(show);

	g_string_append_printf(
	        show->text,
	        "! Layout after one seen on an ASA, its indents are asaphase's own. Bytes are those of whole\n"
	        "! packets on the wire; the lines on lost packets no ASA has.\n"
	        "\nIPsec Global Statistics\n"
	        "-----------------------\n"
	        "Active tunnels: %" PRIu32 "\n"
	        "Previous tunnels: %" PRIu32 "\n"
	        "Inbound\n"
	        "    Bytes: %" PRIu64 "\n"
	        "    Decompressed bytes: -\n"
	        "    Packets: %" PRIu64 "\n"
	        "    Dropped packets: -\n"
	        "    Replay failures: -\n"
	        "    Authentications: -\n"
	        "    Authentication failures: -\n"
	        "    Decryptions: -\n"
	        "    Decryption failures: -\n"
	        "    Decapsulated fragments needing reassembly: -\n"
	        "    Lost before the ASA: %" PRIu64 "\n"
	        "Outbound\n"
	        "    Bytes: %" PRIu64 "\n"
	        "    Uncompressed bytes: -\n"
	        "    Packets: %" PRIu64 "\n"
	        "    Dropped packets: -\n"
	        "    Authentications: %" PRIu64 "\n"
	        "    Authentication failures: -\n"
	        "    Encryptions: %" PRIu64 "\n"
	        "    Encryption failures: -\n"
	        "    Fragmentation successes: -\n"
	        "    Fragmentation failures: -\n"
	        "    Fragments created: -\n"
	        "    PMTUs sent: -\n"
	        "    PMTUs rcvd: -\n"
	        "    Lost after the ASA, before the capture: %" PRIu64 "\n"
	        "Protocol failures: -\n"
	        "Missing SA failures: -\n"
	        "System capacity failures: -\n",
	        totals.active, totals.previous, totals.in.bytes, totals.in.packets, totals.in.lost, totals.out.bytes,
	        totals.out.packets, totals.out.packets, totals.out.packets, totals.out.lost);
}

struct isakmp_totals {
	uint32_t active, all;
	uint64_t bytes[2], messages[2]; /* 0: sent by the ASA, 1: by the peer */
	uint32_t retransmissions;
	uint32_t initiated, initiator_fails, responder_fails;
	uint32_t authentication_fails, phase_2, phase_2_rejects;
};

static void add_ike_sa(const struct tunnel *tunnel, const struct ike_sa *sa, struct isakmp_totals *totals)
{
	bool initiates = sa->initiator == tunnel->asa_side;
	bool refused = sa->stage == IKE_STAGE_AUTH_REFUSED || sa->stage == IKE_STAGE_INIT_REFUSED;

	totals->all++;
	totals->active += tunnel_ike_sa_is_up(tunnel, sa);
	totals->initiated += initiates;
	totals->initiator_fails += initiates && refused;
	totals->responder_fails += !initiates && refused;
	totals->authentication_fails += sa->stage == IKE_STAGE_AUTH_REFUSED;
	totals->phase_2 += (uint32_t)sa->children.up + sa->children.refusals;
	totals->phase_2_rejects += sa->children.refusals;
}

static struct isakmp_totals count_isakmp(const struct show *show)
{
	struct isakmp_totals totals = {0};
	const struct tunnel *tunnel;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		for (unsigned i = 0; i < 2; i++) {
			unsigned side = i == 0 ? tunnel->asa_side : !tunnel->asa_side;
			totals.bytes[i] += tunnel->ike_bytes_from[side];
			totals.messages[i] += tunnel->ike_messages_from[side];
		}
		totals.retransmissions += tunnel->ike_retransmissions;
		for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
			add_ike_sa(tunnel, tunnel->ike_sas[i], &totals);
	}
	return totals;
}

void show_isakmp_stats(const struct show *show)
{
	struct isakmp_totals totals = count_isakmp(show);

	g_string_append_printf(
	        show->text,
	        "! Layout and names are asaphase's own: no ASA's was at hand to compare. Failures are those of the\n"
	        "! last %d IKE SAs of each tunnel; octets are those of IKE messages.\n"
	        "\nGlobal IKE statistics, IKEv1 and IKEv2\n"
	        "    Active tunnels: %" PRIu32 "\n"
	        "    Previous tunnels: %" PRIu32 "\n"
	        "    In octets: %" PRIu64 "\n"
	        "    In packets: %" PRIu64 "\n"
	        "    Out octets: %" PRIu64 "\n"
	        "    Out packets: %" PRIu64 "\n"
	        "    Retransmissions, both ways: %" PRIu32 "\n"
	        "    Initiator tunnels: %" PRIu32 "\n"
	        "    Initiator fails: %" PRIu32 "\n"
	        "    Responder fails: %" PRIu32 "\n"
	        "    Auth fails: %" PRIu32 "\n"
	        "    Decrypt fails: -\n"
	        "    P2 exchanges: %" PRIu32 "\n"
	        "    P2 exchange rejects: %" PRIu32 "\n"
	        "    P2 SA delete requests: -\n"
	        "    System capacity fails: -\n"
	        "    No SA fails: -\n",
	        TUNNEL_IKE_SAS, totals.active, totals.all - totals.active, totals.bytes[1], totals.messages[1],
	        totals.bytes[0], totals.messages[0], totals.retransmissions, totals.initiated, totals.initiator_fails,
	        totals.responder_fails, totals.authentication_fails, totals.phase_2, totals.phase_2_rejects);
}
