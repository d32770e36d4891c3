/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives the daemon: totals per tunnel, failures, and how far the kernel's counters were taken. Lines of words,
 * the last of which holds a checksum of all before it.
 *
 *     asaphase-state 1
 *     tunnel LOCAL REMOTE PACKETS BYTES LOST LAST PACKETS BYTES LOST LAST     encaps, then decaps; LAST in seconds
 *     failures LOCAL REMOTE CAUSE COUNT
 *     kernel IDENTITY
 *     spi SOURCE DESTINATION SPI ENCAPSULATION PACKETS BYTES
 *     end SHA256
 */
#ifndef ASAPHASE_DAEMON_STATE_FILE_H
#define ASAPHASE_DAEMON_STATE_FILE_H

#include <glib.h>

#include "core/base/ip_address.h"
#include "core/catalogue/causes.h"

struct state_direction {
	uint64_t packets;
	uint64_t bytes;
	uint64_t lost;
	int64_t last_time; /* nanoseconds since the epoch by the machine's clock; 0 never */
};

struct state_tunnel {
	struct ip_address local;
	struct ip_address remote;
	struct state_direction encaps;
	struct state_direction decaps;
};

struct state_failures {
	struct ip_address local;
	struct ip_address remote;
	enum cause cause;
	uint64_t count;
};

/* Of one SPI, what was taken of the kernel's counters. */
struct state_spi {
	struct ip_address source;
	struct ip_address destination;
	uint32_t spi;
	uint8_t encapsulation;
	uint64_t packets;
	uint64_t bytes;
};

struct state {
	GArray *tunnels;  /* struct state_tunnel */
	GArray *failures; /* struct state_failures */
	char *kernel;     /* which counters spis are about; NULL none */
	GArray *spis;     /* struct state_spi */
};

void state_begin(struct state *state);
void state_end(struct state *state);

/*
 * Reads the file into an empty state. Returns 0, also where there is no file; or a negative errno with a sentence in
 * *error (to be freed) that names file and line, and state empty. A file that is damaged (-EBADMSG) has been set aside
 * under the name that the sentence says.
 */
int state_file_read(const char *path, struct state *state, char **error);

/* Returns 0, or a negative errno with a sentence in *error (to be freed). */
int state_file_write(const char *path, const struct state *state, char **error);

#endif
