/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The fields asaphase.*, and the tree that shows a frame's record with them. */
#ifndef ASAPHASE_WIRESHARK_FIELDS_H
#define ASAPHASE_WIRESHARK_FIELDS_H

#include "wireshark-plugin/capture_state.h"

/* Registers the fields under the protocol, which fields_show() uses for its own item. */
void fields_register(int protocol);

/*
 * Adds a frame's record to the tree, which is not NULL. Returns the protocol's item, for expert information to hang on.
 */
proto_item *fields_show(proto_tree *tree, tvbuff_t *frame, const packet_info *pinfo, const struct frame_record *record);

/* "Phase 1 failed: psk-mismatch (likely)", or what was refused while the tunnel works; scope owns it. */
char *verdict_summary(wmem_allocator_t *scope, const struct verdict_snapshot *snapshot);

/* Whether there is no more to say yet than that the negotiation goes on. */
bool verdict_is_under_way(const struct verdict_snapshot *snapshot);

#endif
