/* SPDX-License-Identifier: GPL-2.0-or-later */
/* asaphased.conf: what the operator decides. A GKeyFile; every key is described in asaphased.conf itself. */
#ifndef ASAPHASE_DAEMON_CONFIG_H
#define ASAPHASE_DAEMON_CONFIG_H

#include <glib.h>

#include "core/tunnel/tunnel.h"
#include "core/wire/datagram.h"
#include "kernel-helpers/rules.h"

#define CONFIG_FILE ASAPHASE_SYSCONFDIR "/asaphase/asaphased.conf"

/* A tunnel that has to be there: exported with 0 where nothing of it is seen. */
struct config_peer {
	char *name;
	struct ip_address local;
	struct ip_address remote;
};

struct config_addresses {
	struct ip_address list[TUNNEL_ASA_ADDRESSES];
	uint8_t count;
};

struct config {
	enum rules_mode mode;
	enum rules_role role;

	uint16_t first_queue; /* IKE; ESP in the esp_queues after it */
	uint16_t esp_queues;
	uint32_t receive_buffer; /* bytes of packets waiting in one queue's socket */
	struct datagram_ports ports;

	struct config_addresses local;
	uint32_t one_way_packets;
	uint32_t one_way_seconds;
	uint32_t spi_capacity;
	uint32_t tunnel_capacity;
	uint32_t spi_idle; /* seconds after which an unused SPI is forgotten */

	uint32_t sample_one_in; /* offload mode: one packet in so many of a known SPI is queued */
	uint32_t sample_rate;   /* at most so many of these a second */

	char *textfile; /* "": none */
	uint32_t interval;
	bool per_spi;
	uint32_t exported_tunnels;

	char *socket;
	char *socket_group; /* "": the daemon's own */
	char *state_file;   /* "": none */

	GArray *peers; /* struct config_peer */
};

/* What holds without a file. Free with config_free. */
void config_defaults(struct config *config);
void config_free(struct config *config);

/*
 * Reads the file over the defaults. Returns 0; or -EINVAL, or the errno of reading, negative, with "FILE:LINE: [group]
 * key: what is wrong" in *error (to be freed) and *config as config_defaults() leaves it.
 */
int config_load(const char *file, struct config *config, char **error);

/* The same from text; file is only its name. */
int config_read(const char *file, const char *text, struct config *config, char **error);

/* Whether two differ in what only a restart can change. Returns the first such key ("[queues] first"), or NULL. */
const char *config_restart_key(const struct config *one, const struct config *other);

/* Puts back into config, which was just read, what only a restart can change, as running has it. */
void config_keep_restart_keys(struct config *config, const struct config *running);

/* For walking over all keys but those of peers: the key of that number, and its group; NULL past the last. */
const char *config_key(unsigned number, const char **group);

/* "offload" or "queue". */
const char *config_mode_name(enum rules_mode mode);

/* The options of the rule set that feeds this daemon. */
struct rules_options config_rules(const struct config *config);

#endif
