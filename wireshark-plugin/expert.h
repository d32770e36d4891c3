/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Expert information: one item per cause, and one each for what is worth a remark on the way. */
#ifndef ASAPHASE_WIRESHARK_EXPERT_H
#define ASAPHASE_WIRESHARK_EXPERT_H

#include "wireshark-plugin/capture_state.h"

void expert_register(int protocol);

/* Adds what a frame's record calls for. item may be NULL: expert information needs no tree. */
void expert_show(packet_info *pinfo, proto_item *item, const struct frame_record *record);

#endif
