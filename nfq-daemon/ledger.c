/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "nfq-daemon/ledger.h"

#include <glib.h>
#include <string.h>

struct ledger {
	GPtrArray *entries; /* by the tunnel's number; NULL where nothing was asked for */
};

struct ledger *ledger_new(void)
{
	struct ledger *ledger = g_new0(struct ledger, 1);

	ledger->entries = g_ptr_array_new_with_free_func(g_free);
	return ledger;
}

void ledger_free(struct ledger *ledger)
{
	g_ptr_array_free(ledger->entries, TRUE);
	g_free(ledger);
}

struct ledger_entry *ledger_of(struct ledger *ledger, const struct tunnel *tunnel)
{
	if (tunnel->number >= ledger->entries->len)
		g_ptr_array_set_size(ledger->entries, (gint)tunnel->number + 1);
	struct ledger_entry *entry = ledger->entries->pdata[tunnel->number];
	/* Another tunnel may have had this number. */
	if (entry != NULL && memcmp(entry->ends, tunnel->address, sizeof entry->ends) == 0)
		return entry;
	if (entry == NULL)
		entry = ledger->entries->pdata[tunnel->number] = g_new0(struct ledger_entry, 1);
	*entry = (struct ledger_entry){.ends = {tunnel->address[0], tunnel->address[1]}};
	return entry;
}

bool ledger_was_up(const struct tunnel *tunnel)
{
	for (unsigned i = 0; i < tunnel->ike_sa_count; i++)
		if (tunnel->ike_sas[i]->up_time != 0)
			return true;
	for (unsigned side = 0; side < 2; side++)
		if (tunnel->esp[side].silence.last == 0 && tunnel->esp[side].earlier_packets < 2)
			return false;
	return true;
}

uint64_t ledger_lost(struct ledger *ledger, const struct tunnel *tunnel, unsigned side)
{
	struct ledger_entry *entry = ledger_of(ledger, tunnel);

	entry->lost[side] = MAX(entry->lost[side], tunnel->esp[side].lost);
	return entry->lost[side];
}
