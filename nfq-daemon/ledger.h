/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon remembers of each tunnel beside core's state: what it counted, reported and exported. */
#ifndef ASAPHASE_DAEMON_LEDGER_H
#define ASAPHASE_DAEMON_LEDGER_H

#include "core/catalogue/causes.h"
#include "core/tunnel/tunnel.h"

struct ledger_entry {
	struct ip_address ends[2];
	uint64_t failures[CAUSE_LAST]; /* times that each was seen */
	uint64_t lost[2];              /* by sending side: the most that was exported, so that it never goes back */
	enum cause reported;           /* the last that the journal was told */
	bool exported;                 /* at the last export; one that was up stays so */
};

struct ledger;

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* The tunnel's entry, empty where it is new; good until the next call. */
struct ledger_entry *ledger_of(struct ledger *ledger, const struct tunnel *tunnel);

/* Whether it ever worked: an IKE SA came up, or both ends sent more ESP than a stray or spoofed packet leaves. */
bool ledger_was_up(const struct tunnel *tunnel);

/* Losses in the direction that side sends, as they are to be exported: late arrivals do not take any back. */
uint64_t ledger_lost(struct ledger *ledger, const struct tunnel *tunnel, unsigned side);

#endif
