/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log file of the ASA, taken into the state of a capture's tunnels as evidence. */
#ifndef ASAPHASE_CLI_LOG_EVIDENCE_H
#define ASAPHASE_CLI_LOG_EVIDENCE_H

#include <stdbool.h>

#include "core/tunnel/tunnel.h"

/*
 * What came before a line that cannot be read is taken. Says on standard error what went wrong, and where a log says
 * nothing about these tunnels. Returns whether it could be read.
 */
bool log_evidence_take(struct tunnels *tunnels, const char *file);

#endif
