/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text that somebody pasted: an ASA's log lines, output of its show commands, its configuration, in any order and of
 * more than one device. What it says is kept here per device and peer; explanation.h makes sense of it. Bounded in
 * every direction; hostile input at worst says nonsense. No secret is kept: of a key only a digest, to compare it with
 * another.
 */
#ifndef ASAPHASE_CORE_PASTED_PASTED_H
#define ASAPHASE_CORE_PASTED_PASTED_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/ip_address.h"
#include "core/catalogue/log_line.h"
#include "core/catalogue/shown.h"

#define PASTED_DEVICES 8
#define PASTED_PEERS 1024 /* over all devices */
#define PASTED_PEER_NOTES 12
#define PASTED_PEER_BLOCKS 32
#define PASTED_DEVICE_ENTRIES 512 /* crypto map entries, ACL lines … of one device, each */
#define PASTED_DEVICE_ADDRESSES 32
#define PASTED_NAME_SIZE 64
#define PASTED_NOTE_SIZE 224

struct pasted_place {
	uint32_t file; /* counted from 0 */
	uint32_t line; /* counted from 1; 0: nowhere */
};

/* One thing that was read, in words, for the list of evidence. */
struct pasted_note {
	struct pasted_place place; /* of the last time */
	uint32_t times;
	uint32_t number; /* of a log message; 0 for other lines */
	char text[PASTED_NOTE_SIZE];
};

/* What the log says went wrong last. */
struct pasted_failure {
	bool set;
	uint32_t attempt; /* of the peer's attempts, counted */
	enum phase phase;
	enum cause cause;         /* CAUSE_NONE: it does not say */
	enum confidence strength; /* of the cause */
	struct pasted_place place;
};

/* A range of addresses, protocol and ports: what an ident, a selector or an ACL line's side names. */
struct pasted_network {
	struct ip_address first;
	struct ip_address last;
	char name[PASTED_NAME_SIZE]; /* an object whose definition was not pasted; then first and last are unset */
};

/* One pair of networks in show crypto ipsec sa or show crypto ikev2 sa. */
struct pasted_block {
	struct pasted_place place;
	bool counted; /* encaps and decaps were read */
	bool networks_known;
	struct pasted_network local;
	struct pasted_network remote;
	uint64_t encaps;
	uint64_t decaps;
	uint64_t decrypt; /* UINT64_MAX: not read */
	uint64_t verify;
};

struct pasted_peer {
	uint32_t device;
	struct ip_address peer;     /* unset: log lines that name only a crypto map entry */
	struct ip_address local;    /* unset where nothing says it */
	char map[ASA_LOG_MAP_SIZE]; /* "OUTSIDE-MAP 10"; "" unknown */
	uint8_t ike_version;        /* 0 unknown */
	struct pasted_note notes[PASTED_PEER_NOTES];
	uint8_t note_count;
	/* The log. */
	uint32_t log_messages;
	uint32_t attempt;
	bool phase_1_up;
	bool up;
	bool went_down;
	struct pasted_failure failure;
	/* What was shown. */
	enum shown_state ike; /* SHOWN_NOTHING: not shown */
	char ike_state[24];
	struct pasted_place ike_place;
	bool child_shown;
	bool no_child_shown; /* by show vpn-sessiondb: no IPsec session */
	struct pasted_block blocks[PASTED_PEER_BLOCKS];
	uint8_t block_count;
};

struct pasted_acl_line {
	struct pasted_place place;
	char acl[PASTED_NAME_SIZE];
	char protocol[16];
	struct pasted_network source;
	struct pasted_network destination;
};

struct pasted_object {
	char name[PASTED_NAME_SIZE];
	struct ip_address first;
	struct ip_address last;
};

#define PASTED_ENTRY_PEERS 4
struct pasted_map_entry {
	struct pasted_place place;
	char map[PASTED_NAME_SIZE];
	uint32_t sequence;
	char acl[PASTED_NAME_SIZE];
	struct ip_address peers[PASTED_ENTRY_PEERS];
	uint8_t peer_count;
	uint8_t versions; /* FOR_IKEV1 | FOR_IKEV2, by the proposals set */
	bool pfs;
	char pfs_group[16];        /* "group14"; "" with pfs: the default */
	uint32_t lifetime_seconds; /* 0 not set */
	bool dynamic;
};

struct pasted_tunnel_group {
	struct pasted_place place;
	char name[PASTED_NAME_SIZE];
	bool l2l;
	bool attributes; /* its ipsec-attributes were pasted */
	uint8_t keyed;   /* FOR_IKEV1 | FOR_IKEV2: has a key or certificate for it */
	/* Digests of keys in the clear, "" where masked or absent: IKEv1's, IKEv2's local and remote. */
	char key[3][65];
};

enum pasted_key { KEY_IKEV1, KEY_IKEV2_LOCAL, KEY_IKEV2_REMOTE };

struct pasted_counter {
	struct pasted_place place;
	const struct counter_meaning *meaning;
	uint64_t value;
};

struct pasted_device {
	char name[PASTED_NAME_SIZE];                          /* from a prompt or hostname; "" unknown */
	uint32_t file;                                        /* that it began in */
	struct ip_address addresses[PASTED_DEVICE_ADDRESSES]; /* its own */
	uint8_t address_count;
	struct pasted_place no_ikev1_sa, no_ikev2_sa, no_ipsec_sa, no_session;
	struct pasted_place ike_list; /* IKE SAs were listed */
	GArray *entries;              /* struct pasted_map_entry */
	GArray *groups;               /* struct pasted_tunnel_group */
	GArray *acl;                  /* struct pasted_acl_line */
	GArray *objects;              /* struct pasted_object */
	GPtrArray *applied_maps;      /* char *: maps that some interface has */
	GArray *counters;             /* struct pasted_counter, above zero */
	bool stats_shown;
};

struct pasted {
	GPtrArray *devices;     /* struct pasted_device */
	GPtrArray *peers;       /* struct pasted_peer */
	GHashTable *by_address; /* of peers: device and address */
	uint32_t skipped;       /* peers, entries … that there was no room for */
	uint32_t lines;
	uint32_t understood; /* lines that said something */

	/* Where the reading stands. */
	struct pasted_place place;
	uint32_t device;
	struct pasted_peer *peer;    /* that show output is about; NULL */
	struct pasted_block *block;  /* of that peer; NULL */
	struct pasted_block pending; /* idents that come before the peer they are of */
	struct ip_address pending_local;
	char pending_map[ASA_LOG_MAP_SIZE];
	uint32_t group;                    /* index + 1 of the tunnel group whose attributes follow; 0 none */
	uint32_t object;                   /* index + 1 of the object whose definition follows; 0 none */
	char dispatched[ASA_LOG_MAP_SIZE]; /* entry whose peer the next message may name; "" none */
	bool dispatched_several;
};

/* "10.10.0.0/16", "10.0.0.1 - 10.0.0.9", "any", an object's name. Returns text. */
#define NETWORK_TEXT_SIZE (2 * IP_ADDRESS_TEXT_SIZE + 8)
const char *pasted_network_text(const struct pasted_network *network, char text[NETWORK_TEXT_SIZE]);

struct pasted *pasted_new(void);
void pasted_free(struct pasted *pasted);

/* A new file begins: another device, unless prompts say that it is the same. */
void pasted_begin_file(struct pasted *pasted);

/* One line without its line feed. */
void pasted_add_line(struct pasted *pasted, const char *line, size_t length);

struct pasted_device *pasted_device_at(const struct pasted *pasted, uint32_t number);
struct pasted_peer *pasted_peer_at(const struct pasted *pasted, uint32_t number);

#endif
