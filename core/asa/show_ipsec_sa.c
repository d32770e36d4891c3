/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show crypto ipsec sa`, in the layout of a real ASA 9. One block a pair of networks, as an ASA has one a line of the
 * crypto map's access list: where the networks are not known, one block a tunnel. Counters go on over rekeys.
 */
#include <inttypes.h>
#include <string.h>

#include "core/asa/show_views.h"
#include "core/asa/suite.h"

#define PACKETS_TEXT_SIZE 24

/* Children that protect the same networks, one after the other or side by side. */
struct block {
	const struct show *show;
	const struct tunnel *tunnel;
	const struct child_sa *up[TUNNEL_CHILDREN]; /* oldest first */
	unsigned count;
	const struct child_agreement *agreement; /* of the newest where its suite is known; NULL */
	bool only;                               /* the tunnel has no other block: its totals are this block's */
};

static const struct ike_selector *network_of(const struct block *block, unsigned side)
{
	const struct child_sa *newest = block->up[block->count - 1];

	if (newest->agreement == NULL || !newest->agreement->selectors_known)
		return NULL;
	return &newest->agreement->network[side];
}

/* ---- networks ---- */

/* The mask of a range that is a network; false for one that is not. */
static bool mask_of(const struct ike_selector *range, struct ip_address *mask)
{
	bool ended = false;

	for (unsigned i = 0; i < sizeof mask->bytes; i++) {
		uint8_t differs = range->first.bytes[i] ^ range->last.bytes[i];
		/* What differs must be the low bits, and all bytes after them. */
		if ((differs & (differs + 1)) != 0 || (ended && differs != 0xff) ||
		    (range->first.bytes[i] & differs) != 0)
			return false;
		ended = ended || differs != 0;
		mask->bytes[i] = (uint8_t)~differs;
	}
	return true;
}

static void append_mask(GString *text, const struct ike_selector *range)
{
	struct ip_address mask;
	char printed[IP_ADDRESS_TEXT_SIZE];
	size_t length;
	const uint8_t *bytes;

	if (!mask_of(range, &mask)) {
		g_string_append(text, NOT_KNOWN);
		return;
	}
	bytes = mask.bytes;
	length = ip_address_is_ipv4(&range->first) ? 4 : 16;
	if (length == 4)
		mask = ip_address_from_ipv4(bytes + 12);
	g_string_append(text, ip_address_to_text(&mask, printed));
}

/* addr/mask/prot/port; a range of ports that is neither one nor all is written out. */
static void append_ident(GString *text, const char *which, const struct ike_selector *network)
{
	char first[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(text, "      %s ident (addr/mask/prot/port): (", which);
	if (network == NULL) {
		g_string_append(text, "-/-/-/-)\n");
		return;
	}
	g_string_append_printf(text, "%s/", ip_address_to_text(&network->first, first));
	append_mask(text, network);
	g_string_append_printf(text, "/%u/", network->protocol);
	if (network->first_port == 0 && network->last_port == UINT16_MAX)
		g_string_append(text, "0)\n");
	else if (network->first_port == network->last_port)
		g_string_append_printf(text, "%u)\n", network->first_port);
	else
		g_string_append_printf(text, "%u - %u)\n", network->first_port, network->last_port);
}

/* ---- counters ---- */

static bool same_networks(const struct child_agreement *a, const struct child_agreement *b)
{
	return a != NULL && b != NULL && a->selectors_known && b->selectors_known &&
	       memcmp(a->network, b->network, sizeof a->network) == 0;
}

/* Packets of one side over all children of the block, those that were replaced too. */
static uint64_t packets_of(const struct block *block, unsigned side)
{
	const struct tunnel *tunnel = block->tunnel;
	uint64_t packets = 0;

	if (block->only)
		return tunnel->esp[side].packets;
	for (unsigned i = 0; i < tunnel->child_count; i++) {
		const struct child_sa *child = &tunnel->children[i];
		const struct spi_entry *entry =
		        tunnel_spi_entry(block->show->tunnels, tunnel, side, child->spi_from[side]);
		if (entry != NULL &&
		    (child == block->up[0] || same_networks(child->agreement, block->up[0]->agreement)))
			packets += entry->packets;
	}
	return packets;
}

/* "-" where no packet of that side was captured at all: a 0 would read as one-way. */
static void write_packets(const struct block *block, unsigned side, char text[PACKETS_TEXT_SIZE])
{
	uint64_t packets = packets_of(block, side);

	if (packets == 0 && block->tunnel->last_from[side] == 0)
		g_strlcpy(text, NOT_KNOWN, PACKETS_TEXT_SIZE);
	else
		g_snprintf(text, PACKETS_TEXT_SIZE, "%" PRIu64, packets);
}

/* Whether what arrived could be decrypted and verified, packets do not show. */
static void append_counters(const struct block *block)
{
	char encaps[PACKETS_TEXT_SIZE], decaps[PACKETS_TEXT_SIZE];

	write_packets(block, block->tunnel->asa_side, encaps);
	write_packets(block, !block->tunnel->asa_side, decaps);
	g_string_append_printf(block->show->text,
	                       "      #pkts encaps: %s, #pkts encrypt: %s, #pkts digest: %s\n"
	                       "      #pkts decaps: %s, #pkts decrypt: -, #pkts verify: -\n"
	                       "      #pkts compressed: -, #pkts decompressed: -\n"
	                       "      #pkts not compressed: -, #pkts comp failed: -, #pkts decomp failed: -\n"
	                       "      #pre-frag successes: -, #pre-frag failures: -, #fragments created: -\n"
	                       "      #PMTUs sent: -, #PMTUs rcvd: -, #decapsulated frgs needing reassembly: -\n"
	                       "      #TFC rcvd: -, #TFC sent: -\n"
	                       "      #Valid ICMP Errors rcvd: -, #Invalid ICMP Errors rcvd: -\n"
	                       "      #send errors: -, #recv errors: -\n\n",
	                       encaps, encaps, encaps, decaps);
}

/* ---- endpoints ---- */

static bool is_udp_encapsulated(const struct block *block)
{
	const struct tunnel *tunnel = block->tunnel;
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	for (unsigned i = block->count; i-- > 0;)
		for (unsigned side = 0; side < 2; side++) {
			const struct spi_entry *entry =
			        tunnel_spi_entry(block->show->tunnels, tunnel, side, block->up[i]->spi_from[side]);
			if (entry != NULL)
				return entry->encapsulation == ENCAPSULATION_UDP;
		}
	return sa != NULL && sa->ports[0] != IKE_PORT && sa->ports[1] != IKE_PORT;
}

static void append_endpoint(const struct block *block, const char *which, unsigned side)
{
	const struct ike_sa *sa = tunnel_ike_sa(block->tunnel);
	char address[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(block->show->text, "%s crypto endpt.: %s/", which,
	                       ip_address_to_text(&block->tunnel->address[side], address));
	if (sa != NULL && sa->ports[side] != 0)
		g_string_append_printf(block->show->text, "%u", sa->ports[side]);
	else
		g_string_append(block->show->text, NOT_KNOWN);
}

static void append_overhead(const struct block *block)
{
	GString *text = block->show->text;
	bool is_ipv6 = !ip_address_is_ipv4(&block->tunnel->address[0]);

	g_string_append(text, "      path mtu -, ipsec overhead ");
	if (block->agreement == NULL) {
		g_string_append(text, NOT_KNOWN);
	} else {
		struct esp_overhead overhead =
		        esp_tunnel_overhead(&block->agreement->suite, is_ipv6, is_udp_encapsulated(block));
		if (overhead.known)
			g_string_append_printf(text, "%u(%u)", overhead.most, overhead.before);
		else
			g_string_append(text, NOT_KNOWN);
	}
	g_string_append(text, ", media mtu -\n");
}

static void append_current_spi(GString *text, const char *label, uint32_t spi)
{
	g_string_append_printf(text, "      current %s: ", label);
	if (spi != 0)
		g_string_append_printf(text, "%08" PRIX32 "\n", spi);
	else
		g_string_append(text, NOT_KNOWN "\n");
}

static void append_endpoints(const struct block *block)
{
	GString *text = block->show->text;
	unsigned local = block->tunnel->asa_side;
	const struct child_sa *newest = block->up[block->count - 1];

	g_string_append(text, "      ");
	append_endpoint(block, "local", local);
	g_string_append(text, ", ");
	append_endpoint(block, "remote", !local);
	g_string_append_c(text, '\n');
	append_overhead(block);
	g_string_append(text, "      PMTU time remaining (sec): -, DF policy: -\n"
	                      "      ICMP error validation: -, TFC packets: -\n");
	append_current_spi(text, "outbound spi", newest->spi_from[local]);
	append_current_spi(text, "inbound spi ", newest->spi_from[!local]);
}

/* ---- SAs ---- */

static void append_settings(const struct block *block)
{
	const struct ike_sa *sa = tunnel_ike_sa(block->tunnel);
	GString *text = block->show->text;

	const char *mode = NOT_KNOWN;

	if (block->agreement != NULL)
		mode = block->agreement->transport_mode ? "Transport" : "Tunnel";
	g_string_append_printf(text, "         in use settings ={L2L, %s, ", mode);
	if (is_udp_encapsulated(block))
		g_string_append(text, " NAT-T-Encaps, ");
	if (block->agreement != NULL && block->agreement->suite.dh_group != 0)
		g_string_append_printf(text, "PFS Group %u, ", block->agreement->suite.dh_group);
	if (sa != NULL)
		g_string_append_printf(text, "IKEv%u, ", sa->version);
	g_string_append(text, "}\n");
}

static void append_esp_sa(const struct block *block, uint32_t spi)
{
	GString *text = block->show->text;
	char transform[ASA_SUITE_TEXT_SIZE] = NOT_KNOWN;

	if (spi == 0)
		return;
	g_string_append_printf(text, "      spi: 0x%08" PRIX32 " (%" PRIu32 ")\n         SA State: active\n", spi, spi);
	if (block->agreement != NULL)
		g_string_append_printf(text, "         transform: %s no compression\n",
		                       asa_transform(&block->agreement->suite, transform));
	else
		g_string_append(text, "         transform: -\n");
	append_settings(block);
	g_string_append(text, "         slot: -, conn_id: -, crypto-map: -\n"
	                      "         sa timing: remaining key lifetime (kB/sec): (-/-)\n");
	if (block->agreement != NULL)
		g_string_append_printf(text, "         IV size: %u bytes\n", esp_iv_length(&block->agreement->suite));
	else
		g_string_append(text, "         IV size: -\n");
	g_string_append(text, "         replay detection support: -\n"
	                      "         Anti replay bitmap:\n"
	                      "          - -\n");
}

static void append_esp_sas(const struct block *block, const char *direction, unsigned side)
{
	g_string_append_printf(block->show->text, "\n    %s esp sas:\n", direction);
	for (unsigned i = 0; i < block->count; i++)
		append_esp_sa(block, block->up[i]->spi_from[side]);
}

/* ---- blocks ---- */

static void append_block(const struct block *block)
{
	GString *text = block->show->text;
	unsigned local = block->tunnel->asa_side;
	char address[IP_ADDRESS_TEXT_SIZE];

	g_string_append_printf(
	        text, "interface: -\n    Crypto map tag: -, seq num: -, local addr: %s\n\n      access-list -\n",
	        ip_address_to_text(show_local(block->tunnel), address));
	append_ident(text, "local", network_of(block, local));
	append_ident(text, "remote", network_of(block, !local));
	g_string_append_printf(text, "      current_peer: %s\n\n\n",
	                       ip_address_to_text(show_remote(block->tunnel), address));
	append_counters(block);
	append_endpoints(block);
	append_esp_sas(block, "inbound", !local);
	append_esp_sas(block, "outbound", local);
	g_string_append_c(text, '\n');
}

/* Takes the next child out of up, with all that are known to protect the same networks. */
static void take_block(const struct child_sa **up, unsigned *count, struct block *block)
{
	unsigned left = 0;

	block->up[0] = up[0];
	block->count = 1;
	for (unsigned i = 1; i < *count; i++) {
		if (same_networks(up[0]->agreement, up[i]->agreement))
			block->up[block->count++] = up[i];
		else
			up[left++] = up[i];
	}
	*count = left;
	block->agreement = block->up[block->count - 1]->agreement;
	if (block->agreement != NULL && !block->agreement->suite_known)
		block->agreement = NULL;
}

static void append_tunnel(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	unsigned count = tunnel_children_up(show->tunnels, tunnel, up);

	for (bool first = true; count != 0; first = false) {
		struct block block = {.show = show, .tunnel = tunnel};
		take_block(up, &count, &block);
		block.only = first && count == 0;
		append_block(&block);
	}
}

void show_ipsec_sa(const struct show *show)
{
	const struct tunnel *tunnel;
	bool any = false;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		if (!show_has_ipsec_sa(show, tunnel))
			continue;
		any = true;
		append_tunnel(show, tunnel);
	}
	if (!any)
		g_string_append(show->text, "\nThere are no ipsec sas\n");
}
