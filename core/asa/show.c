/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/asa/show.h"

#include <errno.h>
#include <string.h>

#include "core/asa/show_private.h"
#include "core/tunnel/arrival.h"

/* ---- the commands ---- */

struct command {
	struct asa_show_command help;
	show_append *append;
	bool detail;
	bool takes_peer;
};

static const struct command commands[] = {
        {{"crypto ikev2 sa", "IKEv2 SAs with their children"}, show_ikev2_sa, false, true},
        {{"crypto ikev2 sa detail", "the same with identities, SPIs, message IDs, NAT-T and suites of children"},
         show_ikev2_sa,
         true,
         true},
        {{"crypto ikev1 sa", "IKEv1 SAs"}, show_ikev1_sa, false, true},
        {{"crypto ikev1 sa detail", "the same with suite and lifetime"}, show_ikev1_sa, true, true},
        {{"crypto isakmp sa", "IKEv1 and IKEv2 SAs"}, show_isakmp_sa, false, true},
        {{"crypto isakmp sa detail", "the same in detail"}, show_isakmp_sa, true, true},
        {{"crypto ipsec sa", "ESP SAs with #pkts encaps and decaps"}, show_ipsec_sa, false, true},
        {{"crypto ipsec stats", "ESP counters over all tunnels"}, show_ipsec_stats, false, false},
        {{"crypto isakmp stats", "IKE counters over all tunnels"}, show_isakmp_stats, false, false},
        {{"vpn-sessiondb l2l", "tunnels that are up, with bytes and duration"}, show_vpn_sessiondb_l2l, false, false},
};

#define COMMANDS G_N_ELEMENTS(commands)
#define MOST_WORDS 8

const struct asa_show_command *asa_show_commands(size_t *count)
{
	static struct asa_show_command helps[COMMANDS];

	for (size_t i = 0; i < COMMANDS; i++)
		helps[i] = commands[i].help;
	*count = COMMANDS;
	return helps;
}

/* Whether the typed words are those of the command, each whole or begun. exact: all whole. */
static bool fits(const char *command, const char *const *words, size_t count, bool exact)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(command, " ");
		size_t typed = strlen(words[i]);
		if (typed == 0 || typed > length || (exact && typed != length) ||
		    g_ascii_strncasecmp(command, words[i], typed) != 0)
			return false;
		command += length;
		command += strspn(command, " ");
	}
	return *command == '\0';
}

/* The one command that the words name: whole words win over shortened ones, which must leave no choice. */
static const struct command *find_command(const char *const *words, size_t count)
{
	const struct command *found = NULL;

	for (size_t i = 0; i < COMMANDS; i++) {
		if (fits(commands[i].help.words, words, count, true))
			return &commands[i];
		if (!fits(commands[i].help.words, words, count, false))
			continue;
		if (found != NULL)
			return NULL;
		found = &commands[i];
	}
	return found;
}

int asa_show_append(GString *text, const char *const *words, size_t count, struct tunnels *tunnels)
{
	struct show show = {.text = text, .tunnels = tunnels};
	struct ip_address peer;
	const struct command *command;

	if (count == 0 || count > MOST_WORDS)
		return -ENOENT;
	command = find_command(words, count);
	if (command == NULL && count > 2 && fits("peer", &words[count - 2], 1, false)) {
		command = find_command(words, count - 2);
		if (command == NULL || !command->takes_peer)
			return -ENOENT;
		if (ip_address_from_text(words[count - 1], &peer) != 0)
			return -EINVAL;
		show.peer = &peer;
	}
	if (command == NULL)
		return -ENOENT;
	show.detail = command->detail;
	command->append(&show);
	return 0;
}

/* ---- what they share ---- */

const struct tunnel *show_next_tunnel(const struct show *show, uint32_t *number)
{
	while (*number < tunnels_count(show->tunnels)) {
		const struct tunnel *tunnel = tunnels_at(show->tunnels, (*number)++);
		if (tunnel != NULL && (show->peer == NULL || ip_address_equal(show->peer, show_remote(tunnel))))
			return tunnel;
	}
	return NULL;
}

int64_t show_seconds_since(const struct show *show, int64_t time)
{
	int64_t now = tunnels_now(show->tunnels);

	return now > time ? (now - time) / NANOSECONDS : 0;
}

bool show_has_ipsec_sa(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (tunnel_children_up(show->tunnels, tunnel, up) == 0)
		return false;
	return sa == NULL || tunnel_ike_sa_is_up(tunnel, sa) || tunnel->esp[0].last_time > sa->last_time ||
	       tunnel->esp[1].last_time > sa->last_time;
}

const struct child_agreement *show_agreement(const struct show *show, const struct tunnel *tunnel)
{
	const struct child_sa *up[TUNNEL_CHILDREN];

	for (unsigned i = tunnel_children_up(show->tunnels, tunnel, up); i-- > 0;)
		if (up[i]->agreement != NULL && up[i]->agreement->suite_known)
			return up[i]->agreement;
	return NULL;
}
