/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Datagrams that wait, in their order, until somebody asks what they mean. Where nobody does (a statistic of something
 * else, a first pass of two), keeping a copy is all that they cost.
 */
#ifndef ASAPHASE_WIRESHARK_WAITING_H
#define ASAPHASE_WIRESHARK_WAITING_H

#include "core/verdict/judge.h"
#include "core/wire/datagram.h"
#include "core/wire/esp_packet.h"

struct waiting;

struct waiting *waiting_new(void);
void waiting_free(struct waiting *waiting);

/* Whether the datagram can wait: its copy says all that tunnels_add() wants to know. */
bool waiting_fits(const struct datagram *datagram);

/* Copies one to the end. time: of the frame, as for tunnels_add(). */
void waiting_add(struct waiting *waiting, uint32_t frame, int64_t time, const struct datagram *datagram);

/* The same for an ESP packet with its frame and time. */
void waiting_add_esp(struct waiting *waiting, const struct esp_packet *packet);

/* Whether so much payload waits that it is to be taken now: a flood of IKE or syslog must not be kept as a whole. */
bool waiting_is_full(const struct waiting *waiting);

typedef void waiting_take(uint32_t frame, int64_t time, const struct datagram *datagram);

/* Hands all of them to take, in their order, and is empty then. */
void waiting_take_all(struct waiting *waiting, waiting_take *take);

#endif
