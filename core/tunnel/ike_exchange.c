/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/tunnel/ike_exchange.h"

#include <string.h>

#include "core/tunnel/ike_sa.h"

#define MAX_FRAGMENTS 32
#define ANSWER_LOST_COPIES 2

/* The slot to give up when all are in use: the oldest that was answered, else the oldest. */
static struct ike_exchange *oldest_exchange(struct ike_sa *sa)
{
	struct ike_exchange *oldest = &sa->exchanges[0];
	for (unsigned i = 1; i < sa->exchange_count; i++) {
		struct ike_exchange *exchange = &sa->exchanges[i];
		bool answered = exchange->response_time != 0;
		bool oldest_answered = oldest->response_time != 0;
		if (answered != oldest_answered ? answered : exchange->last_copy_time < oldest->last_copy_time)
			oldest = exchange;
	}
	return oldest;
}

struct ike_exchange *ike_exchange_of(struct ike_sa *sa, uint8_t exchange_type, uint32_t message_id, uint8_t sender)
{
	for (unsigned i = sa->exchange_count; i-- > 0;) {
		struct ike_exchange *exchange = &sa->exchanges[i];
		if (exchange->message_id == message_id && exchange->sender == sender &&
		    exchange->exchange_type == exchange_type)
			return exchange;
	}
	struct ike_exchange *exchange =
	        sa->exchange_count < IKE_SA_EXCHANGES ? &sa->exchanges[sa->exchange_count++] : oldest_exchange(sa);
	memset(exchange, 0, sizeof *exchange);
	exchange->message_id = message_id;
	exchange->sender = sender;
	exchange->exchange_type = exchange_type;
	return exchange;
}

static uint32_t fragment_bit(const struct ike_message *message)
{
	return message->fragment == 0 || message->fragment > MAX_FRAGMENTS ? 0 : UINT32_C(1) << (message->fragment - 1);
}

bool ike_exchange_is_whole(uint32_t fragment_set, const struct ike_message *message)
{
	if (message->fragments <= 1)
		return true;
	if (message->fragments >= MAX_FRAGMENTS)
		return fragment_set == UINT32_MAX;
	uint32_t all = (UINT32_C(1) << message->fragments) - 1;
	return (fragment_set & all) == all;
}

static void add_plaintext(struct plaintext_length *sum, const struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	if (!message->encrypted || !sa->init.suite_known || sa->version != 2)
		return;
	struct plaintext_length part = infer_plaintext_length(&sa->init.suite, message->encrypted_length);
	if (!part.known)
		return;
	sum->known = true;
	sum->least += part.least;
	sum->most += part.most;
}

/* Keeps one piece of evidence up to date while a request is sent again although it was answered. */
static void note_asked_again(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	if (exchange->asked_again < UINT16_MAX)
		exchange->asked_again++;
	if (exchange->asked_again < ANSWER_LOST_COPIES)
		return;
	ike_sa_update_evidence(sa, arrival, EVIDENCE_ANSWER_LOST, exchange->asked_again, exchange->request_port);
}

static enum copy note_copy(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	/* Of a fragmented message only the first fragment's copies are counted: each fragment is sent again. */
	bool counts = arrival->message->fragment <= 1;
	if (counts && exchange->copies < UINT16_MAX)
		exchange->copies++;
	if (counts && exchange->response_time != 0)
		note_asked_again(sa, exchange, arrival);
	exchange->last_copy_time = arrival->time;
	exchange->request_port = arrival->datagram->destination_port;
	arrival->annotation->retransmission_of = exchange->request_frame;
	arrival->annotation->copy = exchange->copies > UINT8_MAX ? UINT8_MAX : (uint8_t)exchange->copies;
	return COPY_AGAIN;
}

static void begin_request(struct ike_exchange *exchange, const struct arrival *arrival)
{
	/* An answer that came first stays: frames can be out of order. A new request on an old message ID (cookie,
	 * other KE) starts over. */
	if (exchange->request_frame != 0 || exchange->copies != 0) {
		exchange->response_time = 0;
		exchange->response_frame = 0;
		exchange->settled = false;
	}
	exchange->copies = 1;
	exchange->asked_again = 0;
	exchange->request_frame = arrival->frame;
	exchange->request_time = arrival->time;
	exchange->last_copy_time = arrival->time;
	exchange->request_digest = arrival->message->digest;
	exchange->request_port = arrival->datagram->destination_port;
	exchange->request_fragment_set = fragment_bit(arrival->message);
	exchange->fragments = arrival->message->fragment != 0;
	exchange->request_plaintext = (struct plaintext_length){0};
}

enum copy ike_exchange_take_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	uint32_t bit = fragment_bit(message);

	if (exchange->copies != 0 && bit != 0 && exchange->request_fragment_set != 0) {
		if ((exchange->request_fragment_set & bit) != 0)
			return note_copy(sa, exchange, arrival);
		exchange->request_fragment_set |= bit;
		exchange->fragments++;
		add_plaintext(&exchange->request_plaintext, sa, arrival);
		return COPY_FRAGMENT;
	}
	if (exchange->copies != 0 && exchange->request_digest == message->digest)
		return note_copy(sa, exchange, arrival);
	ike_sa_answers_arrive(sa, arrival->side);
	begin_request(exchange, arrival);
	add_plaintext(&exchange->request_plaintext, sa, arrival);
	return COPY_FIRST;
}

enum copy ike_exchange_take_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	struct annotation *annotation = arrival->annotation;
	uint32_t bit = fragment_bit(message);

	annotation->request_in = exchange->request_frame;
	if (exchange->request_frame != 0 || exchange->copies != 0)
		annotation->response_time = arrival->time - exchange->request_time;
	if (exchange->response_time != 0 && bit != 0 && exchange->response_fragment_set != 0) {
		if ((exchange->response_fragment_set & bit) != 0) {
			annotation->retransmission_of = exchange->response_frame;
			return COPY_AGAIN;
		}
		exchange->response_fragment_set |= bit;
		add_plaintext(&exchange->response_plaintext, sa, arrival);
		return COPY_FRAGMENT;
	}
	if (exchange->response_time != 0 && exchange->response_digest == message->digest) {
		annotation->retransmission_of = exchange->response_frame;
		return COPY_AGAIN;
	}
	ike_sa_answers_arrive(sa, arrival->side);
	exchange->response_time = arrival->time;
	exchange->response_frame = arrival->frame;
	exchange->response_digest = message->digest;
	exchange->response_fragment_set = bit;
	exchange->response_plaintext = (struct plaintext_length){0};
	add_plaintext(&exchange->response_plaintext, sa, arrival);
	return COPY_FIRST;
}

const struct ike_exchange *ike_sa_unanswered(const struct ike_sa *sa)
{
	for (unsigned i = sa->exchange_count; i-- > 0;)
		if (sa->exchanges[i].copies >= 2 && sa->exchanges[i].response_time == 0)
			return &sa->exchanges[i];
	return NULL;
}

static bool is_phase_1(const struct ike_exchange *exchange)
{
	switch (exchange->exchange_type) {
	case IKE2_SA_INIT:
	case IKE2_AUTH:
	case IKE1_MAIN_MODE:
	case IKE1_AGGRESSIVE_MODE:
		return true;
	default:
		return false;
	}
}

const struct ike_exchange *ike_sa_answer_lost(const struct ike_sa *sa)
{
	for (unsigned i = sa->exchange_count; i-- > 0;)
		if (sa->exchanges[i].asked_again >= ANSWER_LOST_COPIES && is_phase_1(&sa->exchanges[i]))
			return &sa->exchanges[i];
	return NULL;
}

void ike_sa_answers_arrive(struct ike_sa *sa, uint8_t side)
{
	bool waited = false;

	for (unsigned i = 0; i < sa->exchange_count; i++) {
		if (sa->exchanges[i].sender != side || sa->exchanges[i].asked_again == 0)
			continue;
		sa->exchanges[i].asked_again = 0;
		waited = true;
	}
	if (waited)
		evidence_list_remove(&sa->evidence, EVIDENCE_ANSWER_LOST);
}
