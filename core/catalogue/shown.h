/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The catalogue of what an ASA shows: from the state that its commands print, and from the counters that speak of
 * trouble, to phase, cause and what to type. The article's decision table is the first part of it.
 */
#ifndef ASAPHASE_CORE_CATALOGUE_SHOWN_H
#define ASAPHASE_CORE_CATALOGUE_SHOWN_H

#include "core/catalogue/causes.h"

/* What the show output of a device says about one peer. */
enum shown_state {
	SHOWN_NOTHING,
	SHOWN_NO_IKE_SA,
	SHOWN_NEGOTIATING,
	SHOWN_WAIT_MSG2, /* MM_WAIT_MSG2 … 6, IKEv1 */
	SHOWN_WAIT_MSG3,
	SHOWN_WAIT_MSG4,
	SHOWN_WAIT_MSG5,
	SHOWN_WAIT_MSG6,
	SHOWN_NO_CHILD,      /* IKE SA up, no ESP SA */
	SHOWN_ENCAPS_ONLY,   /* #pkts encaps > 0, #pkts decaps 0 */
	SHOWN_DECAPS_ONLY,   /* the reverse */
	SHOWN_NO_PACKETS,    /* both 0 */
	SHOWN_DECRYPT_FAILS, /* packets arrive and cannot be decrypted or verified */
	SHOWN_IKE_UP,        /* IKE SA up; of ESP nothing was pasted */
	SHOWN_CHILD_UP,      /* a child SA is there; its counters were not pasted */
	SHOWN_TRAFFIC,       /* both ways */
	SHOWN_LAST,
};

struct shown_meaning {
	enum phase phase;                        /* that failed; PHASE_NONE where nothing did */
	enum cause cause;                        /* CAUSE_NONE: the output does not say why */
	enum confidence strength;                /* of the cause, else of the phase */
	const char *headline;                    /* a short clause */
	const char *article;                     /* the article's row, NULL where it has none */
	const char *meaning;                     /* a sentence or two */
	struct next_step steps[CATALOGUE_STEPS]; /* where no cause has any; ends with command NULL */
};

/* Never NULL for a state below SHOWN_LAST. */
const struct shown_meaning *catalogue_shown(enum shown_state state);

/* Which state of IKEv1 a word is: MM_WAIT_MSG5, MM_ACTIVE, AM_ACTIVE …; SHOWN_NOTHING for one that is none. */
enum shown_state catalogue_ikev1_state(const char *word);

/* Where statistics print a counter above zero. They count over all peers since they were last cleared. */
struct counter_meaning {
	const char *name; /* as printed, in any case */
	enum phase phase;
	enum cause cause; /* a possible one */
	const char *meaning;
};

/* For walking, and by name (of length bytes); NULL where the counter says nothing. */
const struct counter_meaning *catalogue_counters(size_t *count);
const struct counter_meaning *catalogue_counter(const char *name, size_t length);

/* What two configurations, or one, get wrong. */
enum config_fault {
	CONFIG_NOT_MIRRORED,
	CONFIG_PFS_DIFFERS,
	CONFIG_LIFETIME_DIFFERS,
	CONFIG_VERSION_DIFFERS,
	CONFIG_KEY_DIFFERS,
	CONFIG_NO_TUNNEL_GROUP,
	CONFIG_NO_KEY,
	CONFIG_NO_PROPOSAL,
	CONFIG_NO_ACL,
	CONFIG_NOT_APPLIED,
	CONFIG_BOTH_SOUND, /* nor in the other end's */
	CONFIG_SOUND,      /* nothing wrong in it */
	CONFIG_MASKED,     /* a tunnel group alone: its keys cannot be seen */
	CONFIG_LAST,
};

struct config_meaning {
	enum cause cause;
	enum confidence strength;
	const char *headline;
	const char *meaning;
};

const struct config_meaning *catalogue_config(enum config_fault fault);

#endif
