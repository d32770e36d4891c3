/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options that every command which judges packets takes: whose view, which ports, when one-way. */
#ifndef ASAPHASE_CLI_ANALYSIS_OPTIONS_H
#define ASAPHASE_CLI_ANALYSIS_OPTIONS_H

#include <glib.h>

#include "core/tunnel/tunnel.h"
#include "core/wire/datagram.h"

struct analysis_options {
	struct tunnel_options tunnel;
	struct datagram_ports ports;
};

/* The core's defaults. */
struct analysis_options analysis_options_default(void);

/* --asa, --ike-port, --natt-port, --one-way-packets, --one-way-seconds. options must outlive the context. */
void analysis_options_add(GOptionContext *context, struct analysis_options *options);

#endif
