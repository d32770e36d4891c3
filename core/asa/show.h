/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of tunnels as an ASA would show it. Each tunnel is seen from its ASA's side; what packets cannot tell is
 * printed as "-".
 */
#ifndef ASAPHASE_CORE_ASA_SHOW_H
#define ASAPHASE_CORE_ASA_SHOW_H

#include <glib.h>

#include "core/tunnel/tunnel.h"

struct asa_show_command {
	const char *words;       /* "crypto ikev2 sa detail" */
	const char *description; /* one line for help */
};

/* All of them, for help; *count becomes their number. */
const struct asa_show_command *asa_show_commands(size_t *count);

/*
 * Appends what `show` followed by these words would print ("crypto", "ipsec", "sa"). Words may be shortened as on an
 * ASA where that leaves one command; `crypto ipsec sa`, `crypto ikev1 sa` and `crypto ikev2 sa` take `peer ADDRESS`
 * after them.
 *
 * Returns 0, -ENOENT for no such command, -EINVAL for a peer that is not an address; nothing is appended then.
 */
int asa_show_append(GString *text, const char *const *words, size_t count, struct tunnels *tunnels);

#endif
