/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `show crypto ikev2 sa [detail]`, `show crypto ikev1 sa [detail]`. Layouts from Cisco's documentation and real boxes;
 * of `ikev2 sa detail` the lines between the suite and the children are recalled, after their sister on IOS.
 */
#include <inttypes.h>

#include "core/asa/show_views.h"
#include "core/asa/suite.h"
#include "core/base/time.h"

#define ENDPOINT_SIZE (IP_ADDRESS_TEXT_SIZE + 8)

/* One that failed or was deleted is gone from the ASA's list. */
static bool is_listed(const struct tunnel *tunnel, const struct ike_sa *sa)
{
	if (tunnel_ike_sa_is_up(tunnel, sa))
		return true;
	return sa == tunnel_ike_sa(tunnel) && sa->stage < IKE_STAGE_UP && sa->stage != IKE_STAGE_INIT_REFUSED &&
	       sa->stage != IKE_STAGE_AUTH_REFUSED;
}

static unsigned count_listed(const struct tunnel *tunnel, unsigned version)
{
	unsigned count = 0;

	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		count += tunnel->ike_sas[i]->version == version && is_listed(tunnel, tunnel->ike_sas[i]);
	return count;
}

static const char *endpoint_text(const struct ip_address *address, uint16_t port, char text[ENDPOINT_SIZE])
{
	char printed[IP_ADDRESS_TEXT_SIZE];

	if (port != 0)
		g_snprintf(text, ENDPOINT_SIZE, "%s/%u", ip_address_to_text(address, printed), port);
	else
		g_snprintf(text, ENDPOINT_SIZE, "%s/" NOT_KNOWN, ip_address_to_text(address, printed));
	return text;
}

/* ---- children ---- */

static void append_selector(GString *text, const struct child_sa *child, unsigned side)
{
	char first[IP_ADDRESS_TEXT_SIZE], last[IP_ADDRESS_TEXT_SIZE];

	if (child->agreement == NULL || !child->agreement->selectors_known) {
		g_string_append(text, NOT_KNOWN "\n");
		return;
	}
	const struct ike_selector *network = &child->agreement->network[side];
	g_string_append_printf(text, "%s/%u - %s/%u\n", ip_address_to_text(&network->first, first), network->first_port,
	                       ip_address_to_text(&network->last, last), network->last_port);
}

static void append_spi(GString *text, uint32_t spi)
{
	if (spi != 0)
		g_string_append_printf(text, "0x%" PRIx32, spi);
	else
		g_string_append(text, NOT_KNOWN);
}

static void append_child_detail(GString *text, const struct child_sa *child)
{
	char encryption[ASA_SUITE_TEXT_SIZE], hash[ASA_SUITE_TEXT_SIZE];

	if (child->agreement == NULL || !child->agreement->suite_known) {
		g_string_append(text, "          AH spi in/out: -/-\n"
		                      "          CPI in/out: -/-\n"
		                      "          Encr: -, esp_hmac: -\n"
		                      "          ah_hmac: -, comp: -, mode -\n");
		return;
	}
	g_string_append_printf(text,
	                       "          AH spi in/out: 0x0/0x0\n"
	                       "          CPI in/out: 0x0/0x0\n"
	                       "          Encr: %s, esp_hmac: %s\n"
	                       "          ah_hmac: None, comp: IPCOMP_NONE, mode %s\n",
	                       asa_ikev2_encryption(&child->agreement->suite, encryption),
	                       asa_ikev2_hash(&child->agreement->suite, hash),
	                       child->agreement->transport_mode ? "transport" : "tunnel");
}

static void append_child(const struct show *show, const struct tunnel *tunnel, const struct child_sa *child)
{
	g_string_append(show->text, "Child sa: local selector  ");
	append_selector(show->text, child, tunnel->asa_side);
	g_string_append(show->text, "          remote selector ");
	append_selector(show->text, child, !tunnel->asa_side);
	g_string_append(show->text, "          ESP spi in/out: ");
	append_spi(show->text, child->spi_from[!tunnel->asa_side]);
	g_string_append_c(show->text, '/');
	append_spi(show->text, child->spi_from[tunnel->asa_side]);
	g_string_append_c(show->text, '\n');
	if (show->detail)
		append_child_detail(show->text, child);
}

/* ---- IKEv2 ---- */

static void append_ikev2_suite(const struct show *show, const struct tunnel *tunnel, const struct ike_sa *sa)
{
	char encryption[ASA_SUITE_TEXT_SIZE], hash[ASA_SUITE_TEXT_SIZE];

	if (sa->init.suite_known)
		g_string_append_printf(show->text, "      Encr: %s, Hash: %s, DH Grp:%u",
		                       asa_ikev2_encryption(&sa->init.suite, encryption),
		                       asa_ikev2_hash(&sa->init.suite, hash), sa->init.suite.dh_group);
	else
		g_string_append(show->text, "      Encr: -, Hash: -, DH Grp:-");
	g_string_append_printf(show->text, ", Auth sign: %s, Auth verify: %s\n",
	                       asa_authentication(sa->authentication.method[tunnel->asa_side]),
	                       asa_authentication(sa->authentication.method[!tunnel->asa_side]));
	if (sa->up_time != 0)
		g_string_append_printf(show->text, "      Life/Active Time: -/%" PRId64 " sec\n",
		                       show_seconds_since(show, sa->up_time));
	else
		g_string_append(show->text, "      Life/Active Time: -/- sec\n");
}

/* The ID that this side's next request will have; -1 where none was seen. */
static int64_t next_message_id(const struct ike_sa *sa, unsigned side)
{
	int64_t next = -1;

	for (unsigned i = 0; i < sa->exchange_count; i++)
		if (sa->exchanges[i].sender == side && (int64_t)sa->exchanges[i].message_id >= next)
			next = (int64_t)sa->exchanges[i].message_id + 1;
	return next;
}

static void append_pair(GString *text, const char *what, int64_t local, int64_t remote)
{
	char number[2][24] = {NOT_KNOWN, NOT_KNOWN};

	if (local >= 0)
		g_snprintf(number[0], sizeof number[0], "%" PRId64, local);
	if (remote >= 0)
		g_snprintf(number[1], sizeof number[1], "%" PRId64, remote);
	char *left = g_strdup_printf("Local %s: %s", what, number[0]);
	g_string_append_printf(text, "      %-33s Remote %s: %s\n", left, what, number[1]);
	g_free(left);
}

static const char *nat_text(enum nat nat)
{
	static const char *const texts[] = {
	        [NAT_UNKNOWN] = "NAT-T is -",
	        [NAT_NONE] = "NAT-T is not detected",
	        [NAT_ASA] = "NAT-T is detected inside",
	        [NAT_PEER] = "NAT-T is detected outside",
	        [NAT_BOTH] = "NAT-T is detected inside and outside",
	        [NAT_FORCED] = "NAT-T is detected inside and outside",
	};
	return texts[nat];
}

static const char *known(const char *text)
{
	return text[0] != '\0' ? text : NOT_KNOWN;
}

static void append_ikev2_detail(const struct show *show, const struct tunnel *tunnel, const struct ike_sa *sa)
{
	unsigned local = tunnel->asa_side, remote = !tunnel->asa_side;
	uint64_t spi[2];
	int64_t next[2] = {next_message_id(sa, 0), next_message_id(sa, 1)};

	spi[sa->initiator] = sa->initiator_spi;
	spi[!sa->initiator] = sa->responder_spi;
	g_string_append_printf(show->text,
	                       "      Session-id: -\n"
	                       "      Status Description: %s\n"
	                       "      Local spi: %016" PRIX64 "       Remote spi: %016" PRIX64 "\n"
	                       "      Local id: %s\n"
	                       "      Remote id: %s\n",
	                       tunnel_ike_sa_is_up(tunnel, sa) ? "Negotiation done" : NOT_KNOWN, spi[local],
	                       spi[remote], known(sa->authentication.identity[local]),
	                       known(sa->authentication.identity[remote]));
	append_pair(show->text, "req mess id", next[local], next[remote]);
	append_pair(show->text, "next mess id", next[local], next[remote]);
	append_pair(show->text, "req queued", -1, -1);
	append_pair(show->text, "window", -1, -1);
	g_string_append_printf(show->text, "      DPD configured for - seconds, retry -\n      %s\n",
	                       nat_text(tunnel_nat(tunnel)));
}

static void append_ikev2_sa(const struct show *show, const struct tunnel *tunnel, const struct ike_sa *sa)
{
	char local[ENDPOINT_SIZE], remote[ENDPOINT_SIZE];

	g_string_append_printf(show->text, "%9s %-51s %-55s %6s %12s\n", NOT_KNOWN,
	                       endpoint_text(show_local(tunnel), sa->ports[tunnel->asa_side], local),
	                       endpoint_text(show_remote(tunnel), sa->ports[!tunnel->asa_side], remote),
	                       tunnel_ike_sa_is_up(tunnel, sa) ? "READY" : "NEGO",
	                       sa->initiator == tunnel->asa_side ? "INITIATOR" : "RESPONDER");
	append_ikev2_suite(show, tunnel, sa);
	if (show->detail)
		append_ikev2_detail(show, tunnel, sa);
}

/* UP-IDLE is recalled; of one that is not up no word is known. */
static const char *session_status(const struct tunnel *tunnel, unsigned children)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL || !tunnel_ike_sa_is_up(tunnel, sa))
		return NOT_KNOWN;
	return children != 0 ? "UP-ACTIVE" : "UP-IDLE";
}

static void append_ikev2_session(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	unsigned children = show_has_ipsec_sa(show, tunnel) ? tunnel_children_up(show->tunnels, tunnel, up) : 0;

	g_string_append_printf(show->text, "\nSession-id:-, Status:%s, IKE count:%u, CHILD count:%u\n\n",
	                       session_status(tunnel, children), count_listed(tunnel, 2), children);
	g_string_append_printf(show->text, "%-9s %-51s %-55s %-14s %s\n", "Tunnel-id", "Local", "Remote", "Status",
	                       "Role");
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->version == 2 && is_listed(tunnel, tunnel->ike_sas[i]))
			append_ikev2_sa(show, tunnel, tunnel->ike_sas[i]);
	for (unsigned i = 0; i < children; i++)
		append_child(show, tunnel, up[i]);
}

void show_ikev2_sa(const struct show *show)
{
	const struct tunnel *tunnel;
	bool any = false;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		if (count_listed(tunnel, 2) == 0)
			continue;
		if (!any)
			g_string_append(show->text, "\nIKEv2 SAs:\n");
		any = true;
		append_ikev2_session(show, tunnel);
	}
	if (!any)
		g_string_append(show->text, "\nThere are no IKEv2 SAs\n");
}

/* ---- IKEv1 ---- */

/* RFC 2409 appendix A, class 3. */
static const char *ikev1_authentication(const struct ike_sa *sa)
{
	switch (sa->init.suite.authentication) {
	case 1:
		return "preshared";
	case 3:
		return "rsa";
	default:
		return NOT_KNOWN;
	}
}

static void append_ikev1_lifetime(const struct show *show, const struct ike_sa *sa)
{
	int64_t used = show_seconds_since(show, sa->up_time);

	if (sa->init.suite.life_seconds == 0) {
		g_string_append(show->text, "Lifetime: -\n    Lifetime Remaining: -\n");
		return;
	}
	g_string_append_printf(show->text, "Lifetime: %" PRIu32 "\n", sa->init.suite.life_seconds);
	if (sa->up_time == 0)
		g_string_append(show->text, "    Lifetime Remaining: -\n");
	else
		g_string_append_printf(show->text, "    Lifetime Remaining: %" PRId64 "\n",
		                       used < sa->init.suite.life_seconds ? sa->init.suite.life_seconds - used : 0);
}

static void append_ikev1_detail(const struct show *show, const struct ike_sa *sa)
{
	struct ike_suite suite = ike_suite_as_ikev2(1, sa->init.suite);
	char encryption[ASA_SUITE_TEXT_SIZE], hash[ASA_SUITE_TEXT_SIZE];

	g_string_append_printf(show->text, "    Encrypt : %-15s Hash    : %s\n    Auth    : %-15s ",
	                       asa_ikev1_encryption(&suite, encryption), asa_ikev1_hash(&suite, hash),
	                       ikev1_authentication(sa));
	append_ikev1_lifetime(show, sa);
}

static void append_ikev1_sa(const struct show *show, const struct tunnel *tunnel, const struct ike_sa *sa,
                            unsigned number, bool rekey)
{
	char peer[IP_ADDRESS_TEXT_SIZE], state[32];

	g_string_append_printf(show->text,
	                       "\n%-3u IKE Peer: %s\n"
	                       "    Type    : %-15s Role    : %s\n"
	                       "    Rekey   : %-15s State   : %s\n",
	                       number, ip_address_to_text(show_remote(tunnel), peer), "L2L",
	                       sa->initiator == tunnel->asa_side ? "initiator" : "responder", rekey ? "yes" : "no",
	                       ikev1_sa_state(sa, tunnel->asa_side, state, sizeof state));
	if (show->detail)
		append_ikev1_detail(show, sa);
}

/* During a rekey a tunnel has two: the newer one is the active one. */
static void count_ikev1(const struct show *show, unsigned *active, unsigned *rekey)
{
	const struct tunnel *tunnel;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		unsigned listed = count_listed(tunnel, 1);
		*active += listed != 0;
		*rekey += listed > 1 ? listed - 1 : 0;
	}
}

void show_ikev1_sa(const struct show *show)
{
	const struct tunnel *tunnel;
	unsigned active = 0, rekey = 0, shown = 0;

	count_ikev1(show, &active, &rekey);
	if (active == 0) {
		g_string_append(show->text, "\nThere are no IKEv1 SAs\n");
		return;
	}
	g_string_append_printf(show->text,
	                       "\nIKEv1 SAs:\n\n"
	                       "   Active SA: %u\n"
	                       "    Rekey SA: %u (A tunnel will report 1 Active and 1 Rekey SA during rekey)\n"
	                       "Total IKE SA: %u\n",
	                       active, rekey, active + rekey);
	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		unsigned left = count_listed(tunnel, 1);
		for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
			if (tunnel->ike_sas[i]->version == 1 && is_listed(tunnel, tunnel->ike_sas[i]))
				append_ikev1_sa(show, tunnel, tunnel->ike_sas[i], ++shown, left-- > 1);
	}
}

void show_isakmp_sa(const struct show *show)
{
	show_ikev1_sa(show);
	show_ikev2_sa(show);
}
