/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/asa/show.h"

#include <errno.h>
#include <string.h>

#include "core/asa/show_views.h"
#include "core/base/time.h"

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
