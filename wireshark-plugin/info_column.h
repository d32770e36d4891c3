/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is written after a packet's own words in the Info column. */
#ifndef ASAPHASE_WIRESHARK_INFO_COLUMN_H
#define ASAPHASE_WIRESHARK_INFO_COLUMN_H

#include "wireshark-plugin/capture_state.h"

/* "[Phase 1 failed: psk-mismatch (possible)]", or the phase alone on IKE packets; nothing on the rest. */
void info_column_annotate(packet_info *pinfo, const struct frame_record *record);

#endif
