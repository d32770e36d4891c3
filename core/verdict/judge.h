/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Packets, counts and logged messages into the state of their tunnels, and the rules asked once after each. What front
 * ends call; not thread-safe, one writer.
 */
#ifndef ASAPHASE_CORE_VERDICT_JUDGE_H
#define ASAPHASE_CORE_VERDICT_JUDGE_H

#include "core/catalogue/log_line.h"
#include "core/tunnel/log.h"
#include "core/tunnel/tunnel.h"

/*
 * Takes one packet. frame counts from 1 (0 where frames have no numbers), time is nanoseconds since the epoch. message
 * is the IKE message in datagram->payload when the caller has read it (and perhaps added what a decryptor found), else
 * NULL: then it is read here. annotation may be NULL.
 */
void tunnels_add(struct tunnels *tunnels, uint32_t frame, int64_t time, const struct datagram *datagram,
                 const struct ike_message *message, struct annotation *annotation);

/*
 * The same for packets that esp_packet_read has read, in their order; the caller has filled in frame and time, which is
 * changed where it cannot be (0 or before). Faster than one by one.
 */
void tunnels_add_esp(struct tunnels *tunnels, struct esp_packet *packets, size_t count);

/*
 * Takes a message into the tunnel that it names: a failure sharpens that tunnel's verdict where packets leave it open,
 * a success undoes the failures that were logged before. annotation may be NULL; its tunnel is UINT32_MAX where the
 * message names no tunnel of these, or no single one.
 *
 * tunnels_add() does this by itself for syslog in a capture.
 */
void tunnels_add_log(struct tunnels *tunnels, const struct log_origin *origin, const struct asa_log_message *message,
                     struct annotation *annotation);

typedef void tunnel_changed(struct tunnel *tunnel, void *context);

/*
 * Ends a look, see tunnels_take_counts(): judges the tunnels that it concerned. changed is called for those whose
 * verdict is another now; it may be NULL. Loss is judged over the last one to two minutes from then on, so that it
 * clears itself.
 */
void tunnels_settle_counts(struct tunnels *tunnels, int64_t now, tunnel_changed *changed, void *context);

#endif
