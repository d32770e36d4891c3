/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `show vpn-sessiondb l2l`, in the layout of real ASAs of releases 8.4 to 9. */
#include <inttypes.h>

#include "core/asa/show_views.h"
#include "core/asa/suite.h"
#include "core/base/time.h"

#define COLUMN_SIZE 64
#define SECONDS_PER_DAY 86400

/* "IKEv2: (1)AES256  IPsec: (1)AES256" */
static void append_suites(const struct show *show, const char *label, const struct tunnel *tunnel,
                          const struct ike_sa *sa,
                          const char *(*words)(const struct ike_suite *suite, char text[ASA_SUITE_TEXT_SIZE]))
{
	const struct child_agreement *agreement = show_agreement(show, tunnel);
	struct ike_suite suite = ike_suite_as_ikev2(sa->version, sa->init.suite);
	char ike[ASA_SUITE_TEXT_SIZE], esp[ASA_SUITE_TEXT_SIZE];

	g_string_append_printf(show->text, "%-13s: IKEv%u: (1)%s  IPsec: (1)%s\n", label, sa->version,
	                       sa->init.suite_known ? words(&suite, ike) : NOT_KNOWN,
	                       agreement != NULL ? words(&agreement->suite, esp) : NOT_KNOWN);
}

static bool is_over_nat_t(const struct ike_sa *sa)
{
	return sa->ports[0] != IKE_PORT && sa->ports[1] != IKE_PORT;
}

static void append_login(const struct show *show, const struct ike_sa *sa)
{
	GDateTime *login = sa->up_time != 0 ? g_date_time_new_from_unix_utc(sa->up_time / NANOSECONDS) : NULL;
	char *printed = login != NULL ? g_date_time_format(login, "%H:%M:%S UTC %a %b %-d %Y") : NULL;

	g_string_append_printf(show->text, "Login Time   : %s\n", printed != NULL ? printed : NOT_KNOWN);
	g_free(printed);
	if (login != NULL)
		g_date_time_unref(login);
}

/* "0h:05m:12s", "2d 16h:38m:29s" */
static void append_duration(const struct show *show, const struct ike_sa *sa)
{
	int64_t seconds = show_seconds_since(show, sa->up_time);

	g_string_append(show->text, "Duration     : ");
	if (sa->up_time == 0) {
		g_string_append(show->text, NOT_KNOWN "\n");
		return;
	}
	if (seconds >= SECONDS_PER_DAY)
		g_string_append_printf(show->text, "%" PRId64 "d ", seconds / SECONDS_PER_DAY);
	seconds %= SECONDS_PER_DAY;
	g_string_append_printf(show->text, "%" PRId64 "h:%02" PRId64 "m:%02" PRId64 "s\n", seconds / 3600,
	                       seconds / 60 % 60, seconds % 60);
}

static void append_session(const struct show *show, const struct tunnel *tunnel, const struct ike_sa *sa)
{
	char peer[IP_ADDRESS_TEXT_SIZE], sent[COLUMN_SIZE];

	ip_address_to_text(show_remote(tunnel), peer);
	g_string_append_printf(show->text,
	                       "\nConnection   : %s\n"
	                       "Index        : %-22s IP Addr      : %s\n"
	                       "Protocol     : IKEv%u IPsec%s\n",
	                       peer, NOT_KNOWN, peer, sa->version, is_over_nat_t(sa) ? "OverNatT" : "");
	append_suites(show, "Encryption", tunnel, sa, asa_session_encryption);
	append_suites(show, "Hashing", tunnel, sa, asa_session_hash);
	g_snprintf(sent, sizeof sent, "%" PRIu64, tunnel->esp[tunnel->asa_side].bytes);
	g_string_append_printf(show->text, "Bytes Tx     : %-22s Bytes Rx     : %" PRIu64 "\n", sent,
	                       tunnel->esp[!tunnel->asa_side].bytes);
	append_login(show, sa);
	append_duration(show, sa);
}

void show_vpn_sessiondb_l2l(const struct show *show)
{
	const struct tunnel *tunnel;
	bool any = false;

	for (uint32_t number = 0; (tunnel = show_next_tunnel(show, &number)) != NULL;) {
		const struct ike_sa *sa = tunnel_ike_sa(tunnel);
		if (sa == NULL || !tunnel_ike_sa_is_up(tunnel, sa))
			continue;
		if (!any)
			g_string_append(show->text, "! Bytes are those of whole ESP packets on the wire.\n"
			                            "\nSession Type: LAN-to-LAN\n");
		any = true;
		append_session(show, tunnel, sa);
	}
	if (!any)
		g_string_append(show->text, "There are presently no active sessions\n");
}
