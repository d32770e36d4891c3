/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet in one line, as tcpdump would, with its phase and what it means. */
#ifndef ASAPHASE_CORE_VERDICT_PACKET_LINE_H
#define ASAPHASE_CORE_VERDICT_PACKET_LINE_H

#include <glib.h>

#include "core/base/text_style.h"
#include "core/tunnel/tunnel.h"
#include "core/verdict/judge.h"

/*
 * Appends "10.1.0.1.500 > 10.2.0.1.500: IKEv2 IKE_SA_INIT request 0 …" without frame, time or line feed. message is
 * NULL unless datagram is IKE; annotation is what tunnels_add() said about it.
 */
void packet_line_append(GString *line, const struct text_style *style, struct tunnels *tunnels,
                        const struct datagram *datagram, const struct ike_message *message,
                        const struct annotation *annotation);

/* Its parts for the IKE message in datagram: "IKEv2 IKE_AUTH response 1, 80 bytes", and ", encrypted: …" or nothing
 * after it. */
void packet_line_append_ike_title(GString *line, const struct ike_message *message);
void packet_line_append_ike_details(GString *line, const struct datagram *datagram, const struct ike_message *message,
                                    const struct annotation *annotation);

#endif
