/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: requests, answers and copies of both. */
#ifndef ASAPHASE_CORE_TUNNEL_IKE_EXCHANGE_H
#define ASAPHASE_CORE_TUNNEL_IKE_EXCHANGE_H

#include "core/tunnel/arrival.h"

enum copy { COPY_FIRST, COPY_FRAGMENT, COPY_AGAIN };

/* The exchange of this type and message ID whose request came from sender; made if there is none. */
struct ike_exchange *ike_exchange_of(struct ike_sa *sa, uint8_t exchange_type, uint32_t message_id, uint8_t sender);

/*
 * Takes a request or an answer. COPY_AGAIN: a retransmission, already annotated; COPY_FRAGMENT: a further
 * fragment of one message; COPY_FIRST: anything new.
 */
enum copy ike_exchange_take_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival);
enum copy ike_exchange_take_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival);

/* Whether every fragment of the message that just arrived is there. */
bool ike_exchange_is_whole(uint32_t fragment_set, const struct ike_message *message);

/* An exchange whose request was sent at least twice without an answer; NULL where there is none. */
const struct ike_exchange *ike_sa_unanswered(const struct ike_sa *sa);

/* A Phase 1 exchange that was answered, and whose request was then sent again and again: the answer does not arrive.
 * NULL where there is none. */
const struct ike_exchange *ike_sa_answer_lost(const struct ike_sa *sa);

/* Something new came from this side: the answers that it waited for have arrived. */
void ike_sa_answers_arrive(struct ike_sa *sa, uint8_t side);

#endif
