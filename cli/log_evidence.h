/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log file of the ASA, taken into the state of a capture's tunnels as evidence. */
#ifndef ASAPHASE_CLI_LOG_EVIDENCE_H
#define ASAPHASE_CLI_LOG_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/tunnel/tunnel.h"

struct log_evidence {
	uint32_t messages; /* about IPsec */
	uint32_t taken;    /* of these, about a tunnel of the capture */
};

/* Returns 0, or a negative errno where the file cannot be read: what came before is taken then. */
int log_evidence_take(struct tunnels *tunnels, const char *file, struct log_evidence *evidence);

/* The same, saying on standard error what went wrong, and where a log says nothing about these tunnels. Returns whether
 * it could be read. */
bool log_evidence_take_or_say(struct tunnels *tunnels, const char *file);

#endif
