/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark's isakmp dissector decrypted in a frame, when its key tables had the keys. */
#ifndef ASAPHASE_WIRESHARK_DECRYPTED_H
#define ASAPHASE_WIRESHARK_DECRYPTED_H

#include "core/wire/ike.h"
#include "wireshark-plugin/epan_versions.h"

/* Whether a message in the frame was decrypted. */
bool decrypted_is_there(packet_info *pinfo);

/*
 * Adds the decrypted payloads of an encrypted message to it, if there are any and their key was the right one. Bytes
 * stay where they are: message then points into this dissection's buffers. Costs nothing for a message in the clear,
 * and builds no tree.
 */
void decrypted_add(packet_info *pinfo, struct ike_message *message);

#endif
