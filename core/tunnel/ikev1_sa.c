/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One IKEv1 message into its ISAKMP SA: RFC 2408, RFC 2409. */
#include "core/tunnel/ikev1_sa.h"

#include "core/base/time.h"
#include "core/tunnel/children.h"
#include "core/tunnel/ike_exchange.h"
#include "core/tunnel/ike_sa.h"

/* A quick mode's refusal is an Informational that comes this soon after it. */
#define REFUSAL_WITHIN (5 * NANOSECONDS)

/* ---- phase 1: main and aggressive mode ---- */

/* Which message of main mode this is, 1 to 6 (RFC 2409 sec. 5). */
static uint8_t main_mode_number(const struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	bool has_sa = ike_message_has_payload(message, IKE1_PAYLOAD_SA);

	if (arrival->side == sa->initiator)
		return message->responder_spi == 0 ? 1 : message->encrypted ? 5 : 3;
	return message->encrypted ? 6 : has_sa ? 2 : 4;
}

static uint8_t aggressive_mode_number(const struct ike_sa *sa, const struct arrival *arrival)
{
	if (arrival->side != sa->initiator)
		return 2;
	return arrival->message->responder_spi == 0 ? 1 : 3;
}

static void take_proposal(struct ike_sa *sa, const struct arrival *arrival)
{
	sa->stage = IKE_STAGE_INIT_SENT;
	ike_sa_read_offered(sa, arrival->message);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_REQUEST, 1, 0);
}

static void take_choice(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->stage >= IKE_STAGE_AUTH_SENT)
		return;
	sa->stage = IKE_STAGE_INIT_DONE;
	sa->responder_spi = arrival->message->responder_spi;
	ike_sa_clear_failure(sa);
	ike_sa_read_chosen(sa, arrival->message);
	evidence_list_remove(&sa->evidence, EVIDENCE_INIT_ERROR);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_RESPONSE, sa->init.suite.dh_group, 0);
}

/* The exchange goes on after an error in the clear, so whoever sent that was not the peer. */
static void go_on_after_error(struct ike_sa *sa)
{
	if (sa->stage != IKE_STAGE_INIT_REFUSED)
		return;
	sa->stage = sa->init.suite_known ? IKE_STAGE_INIT_DONE : IKE_STAGE_INIT_SENT;
	ike_sa_clear_failure(sa);
	evidence_list_remove(&sa->evidence, EVIDENCE_INIT_ERROR);
}

static void take_keys(struct ike_sa *sa, const struct arrival *arrival)
{
	ike_sa_check_nat(sa, arrival);
	if (sa->stage == IKE_STAGE_INIT_SENT)
		sa->other_half_unseen = true;
	go_on_after_error(sa);
}

static void take_identity(struct ike_sa *sa, const struct arrival *arrival)
{
	go_on_after_error(sa);
	if (sa->stage < IKE_STAGE_AUTH_SENT)
		sa->stage = IKE_STAGE_AUTH_SENT;
	ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REQUEST, arrival->message->length,
	                    arrival->datagram->destination_port);
}

static void take_phase_1_end(struct ike_sa *sa, const struct arrival *arrival)
{
	ike_sa_come_up(sa, arrival);
	sa->ikev1.refusals = 0;
	evidence_list_remove(&sa->evidence, EVIDENCE_INIT_ERROR);
	evidence_list_remove(&sa->evidence, EVIDENCE_MM5_REFUSED);
	evidence_list_remove(&sa->evidence, EVIDENCE_AGGRESSIVE_REFUSED);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_PHASE_1_UP, 0, 0);
}

static void take_aggressive_answer(struct ike_sa *sa, const struct arrival *arrival)
{
	take_choice(sa, arrival);
	take_keys(sa, arrival);
	if (sa->stage == IKE_STAGE_INIT_DONE)
		sa->stage = IKE_STAGE_AUTH_SENT;
}

typedef void take_message(struct ike_sa *sa, const struct arrival *arrival);

static take_message *const main_mode_takers[] = {
        NULL, take_proposal, take_choice, take_keys, take_keys, take_identity, take_phase_1_end,
};

static take_message *const aggressive_mode_takers[] = {
        NULL,
        take_proposal,
        take_aggressive_answer,
        take_phase_1_end,
};

static void note_stuck(struct ike_sa *sa, const struct ike_exchange *exchange, const struct arrival *arrival)
{
	enum evidence_kind kind = sa->ikev1.messages == 1 ? EVIDENCE_INIT_UNANSWERED : EVIDENCE_MAIN_MODE_STUCK;
	uint32_t a = sa->ikev1.messages == 1 ? exchange->copies : sa->ikev1.messages;
	uint32_t b = sa->ikev1.messages == 1 ? milliseconds_between(exchange->request_time, arrival->time)
	                                     : exchange->copies;

	ike_sa_update_evidence(sa, arrival, kind, a, b);
}

static bool has_seen(const struct ike_sa *sa, uint32_t pair)
{
	for (unsigned i = 0; i < sa->exchange_count; i++)
		if (sa->exchanges[i].exchange_type == IKE1_MAIN_MODE && sa->exchanges[i].message_id == pair)
			return true;
	return false;
}

/*
 * Where a capture begins in the middle of main mode, the first message was taken for the responder's: 3 looks like 4,
 * and 5 like 6. When the other side then sends its like, the first was the initiator's.
 */
static bool was_taken_for_its_answer(const struct ike_sa *sa, uint8_t number)
{
	return (number == 3 || number == 5) && sa->ikev1.messages == number + 1 && !has_seen(sa, 1) &&
	       (number == 3 || !has_seen(sa, 2));
}

static void swap_initiator(struct ike_sa *sa, const struct arrival *arrival)
{
	struct tunnel *tunnel = arrival->tunnel;

	sa->initiator = !sa->initiator;
	sa->exchange_count = 0;
	sa->ikev1.messages--;
	if (!tunnel->asa_declared && tunnel->ike_sas[0] == sa)
		tunnel->asa_side = sa->initiator;
}

static void take_main_mode(struct ike_sa *sa, const struct arrival *arrival, uint8_t number)
{
	/* The first message of all may as well be 5: whether it ends phase 1 is told by what follows. */
	if (number == 6 && sa->ikev1.messages == 0)
		take_identity(sa, arrival);
	else
		main_mode_takers[number](sa, arrival);
}

static void take_phase_1(struct ike_sa *sa, const struct arrival *arrival)
{
	bool is_main = arrival->message->exchange_type == IKE1_MAIN_MODE;
	uint8_t number = is_main ? main_mode_number(sa, arrival) : aggressive_mode_number(sa, arrival);

	if (is_main && was_taken_for_its_answer(sa, number)) {
		swap_initiator(sa, arrival);
		number = main_mode_number(sa, arrival);
	}
	bool is_request = arrival->side == sa->initiator;
	struct ike_exchange *exchange =
	        ike_exchange_of(sa, arrival->message->exchange_type, (number + 1u) / 2u, sa->initiator);
	enum copy copy = is_request ? ike_exchange_take_request(sa, exchange, arrival)
	                            : ike_exchange_take_response(sa, exchange, arrival);

	sa->ikev1.exchange_type = arrival->message->exchange_type;
	ike_sa_read_identity(sa, arrival);
	if (copy != COPY_AGAIN) {
		if (is_main)
			take_main_mode(sa, arrival, number);
		else
			aggressive_mode_takers[number](sa, arrival);
		evidence_list_remove(&sa->evidence, EVIDENCE_INIT_UNANSWERED);
		evidence_list_remove(&sa->evidence, EVIDENCE_MAIN_MODE_STUCK);
	}
	if (number > sa->ikev1.messages)
		sa->ikev1.messages = number;
	if (copy == COPY_AGAIN && is_request && exchange->response_time == 0)
		note_stuck(sa, exchange, arrival);
}

/* ---- Informational ---- */

/* Who waits for the other's proof: after MM5 the initiator waits, after AM2 the initiator judges. */
static bool may_refuse_authentication(const struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->stage != IKE_STAGE_AUTH_SENT && sa->stage != IKE_STAGE_AUTH_REFUSED)
		return false;
	bool from_initiator = arrival->side == sa->initiator;
	return sa->ikev1.exchange_type == IKE1_AGGRESSIVE_MODE ? from_initiator : !from_initiator;
}

static void refuse_authentication(struct ike_sa *sa, const struct arrival *arrival)
{
	enum evidence_kind kind =
	        sa->ikev1.exchange_type == IKE1_AGGRESSIVE_MODE ? EVIDENCE_AGGRESSIVE_REFUSED : EVIDENCE_MM5_REFUSED;
	struct evidence *known = evidence_list_find(&sa->evidence, kind);

	sa->ikev1.refusals++;
	ike_sa_refuse_authentication(sa, arrival);
	if (known != NULL) {
		known->a = sa->ikev1.refusals;
		return;
	}
	ike_sa_add_evidence(sa, arrival, kind, sa->ikev1.refusals, 0);
}

/* Who has chosen a proposal does not say afterwards that there was none to choose. */
static bool may_refuse_init(const struct ike_sa *sa, const struct ike_notify *error)
{
	return sa->stage < IKE_STAGE_INIT_DONE ||
	       (sa->stage == IKE_STAGE_INIT_DONE && error->type != IKE_NOTIFY_NO_PROPOSAL_CHOSEN);
}

static void take_cleartext_informational(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_notify *error = ike_message_error(arrival->message);
	const struct ike_notify *invalid = ike_message_notify(arrival->message, IKE_NOTIFY_INVALID_SPI);

	if (invalid != NULL)
		tunnel_note_invalid_spi(arrival, invalid->spi != 0 ? invalid->spi : invalid->data);
	else if (error == NULL)
		return;
	else if (may_refuse_init(sa, error) && arrival->side != sa->initiator)
		ike_sa_refuse_init(sa, arrival, error);
	else if (may_refuse_authentication(sa, arrival)) {
		refuse_authentication(sa, arrival);
		sa->failure.error = error->type;
	}
}

/* The newest quick mode that the other side began and this side has not answered. */
static struct ike_exchange *open_quick_mode(struct ike_sa *sa, const struct arrival *arrival)
{
	for (unsigned i = sa->exchange_count; i-- > 0;) {
		struct ike_exchange *exchange = &sa->exchanges[i];
		if (exchange->exchange_type == IKE1_QUICK_MODE && exchange->sender != arrival->side &&
		    exchange->response_time == 0 && arrival->time - exchange->last_copy_time < REFUSAL_WITHIN)
			return exchange;
	}
	return NULL;
}

static void refuse_quick_mode(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	exchange->response_time = arrival->time;
	exchange->response_frame = arrival->frame;
	exchange->response_holds = INFERRED_REFUSED;
	arrival->annotation->request_in = exchange->request_frame;
	ike_sa_refuse_child(sa, arrival, false);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_QUICK_MODE_REFUSED, 0, 0);
}

/* The responder goes on with it: the Informational that came in between was about something else. */
static void undo_quick_mode_refusal(struct ike_sa *sa, struct ike_exchange *exchange)
{
	if (exchange->response_holds != INFERRED_REFUSED)
		return;
	exchange->response_holds = INFERRED_NOTHING;
	if (sa->children.refusals > 0)
		sa->children.refusals--;
	if (sa->children.refusals == 0)
		evidence_list_remove(&sa->evidence, EVIDENCE_QUICK_MODE_REFUSED);
}

static void take_liveness(struct ike_sa *sa, const struct arrival *arrival)
{
	if (sa->ikev1.lone_informationals[arrival->side] == 0)
		sa->ikev1.lone_informational_start[arrival->side] = arrival->time;
	if (sa->ikev1.lone_informationals[arrival->side] < UINT16_MAX)
		sa->ikev1.lone_informationals[arrival->side]++;
}

static void take_informational(struct ike_sa *sa, const struct arrival *arrival)
{
	struct ike_exchange *quick_mode;

	tunnel_note_deleted(arrival);
	if (!arrival->message->encrypted) {
		take_cleartext_informational(sa, arrival);
	} else if (may_refuse_authentication(sa, arrival)) {
		refuse_authentication(sa, arrival);
	} else if ((quick_mode = open_quick_mode(sa, arrival)) != NULL) {
		refuse_quick_mode(sa, quick_mode, arrival);
	} else {
		take_liveness(sa, arrival);
		ike_sa_close_rekey(sa, arrival);
	}
}

/* ---- quick mode ---- */

static void note_quick_mode_unanswered(struct ike_sa *sa, const struct ike_exchange *exchange,
                                       const struct arrival *arrival)
{
	struct evidence *known = evidence_list_find(&sa->evidence, EVIDENCE_QUICK_MODE_UNANSWERED);

	if (known == NULL)
		ike_sa_add_evidence(sa, arrival, EVIDENCE_QUICK_MODE_UNANSWERED, exchange->copies, 0);
	else
		known->a = exchange->copies;
}

/* QM3: the initiator confirms, both sides install the SAs (RFC 2409 sec. 5.5). */
static void finish_quick_mode(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	arrival->annotation->request_in = exchange->response_frame;
	if (exchange->settled)
		return;
	exchange->settled = true;
	exchange->response_holds = INFERRED_CHILD_UP;
	ike_sa_child_up(sa, arrival);
	if (exchange->request_spi != 0 && exchange->response_spi != 0) {
		tunnel_pair_child(arrival->tunnel, exchange->sender, exchange->response_spi, exchange->request_spi);
		tunnel_note_agreement(arrival->tunnel, &sa->ikev1.quick_mode);
	}
	ike_sa_add_evidence(sa, arrival, EVIDENCE_QUICK_MODE_UP, 0, 0);
}

/* Decrypted: what the responder agrees to. */
static void read_quick_mode_answer(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	uint32_t spi = ike_message_esp_spi(arrival->message);

	if (spi == 0)
		return;
	exchange->response_spi = spi;
	child_agreement_read(arrival->message, exchange->sender, &sa->ikev1.quick_mode);
}

static void take_quick_mode(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	struct ike_exchange *exchange = NULL;

	/* Either side may begin: the message ID is known already when this is an answer. */
	for (unsigned i = 0; i < sa->exchange_count; i++)
		if (sa->exchanges[i].exchange_type == IKE1_QUICK_MODE &&
		    sa->exchanges[i].message_id == message->message_id)
			exchange = &sa->exchanges[i];
	if (exchange == NULL)
		exchange = ike_exchange_of(sa, IKE1_QUICK_MODE, message->message_id, arrival->side);
	if (exchange->sender != arrival->side) {
		ike_exchange_take_response(sa, exchange, arrival);
		undo_quick_mode_refusal(sa, exchange);
		/* Whoever answers has both keys and trust, also where the last of phase 1 was not seen or was cut up.
		 */
		if (sa->stage != IKE_STAGE_UP)
			take_phase_1_end(sa, arrival);
		read_quick_mode_answer(sa, exchange, arrival);
		evidence_list_remove(&sa->evidence, EVIDENCE_QUICK_MODE_UNANSWERED);
	} else if (exchange->response_frame != 0 && exchange->request_digest != message->digest &&
	           exchange->response_holds != INFERRED_REFUSED) {
		finish_quick_mode(sa, exchange, arrival);
	} else if (ike_exchange_take_request(sa, exchange, arrival) != COPY_AGAIN) {
		exchange->request_spi = ike_message_esp_spi(message);
	} else if (exchange->response_time == 0) {
		note_quick_mode_unanswered(sa, exchange, arrival);
	}
}

/* ---- dispatch ---- */

static const struct {
	uint8_t exchange_type;
	take_message *take;
} exchanges[] = {
        {IKE1_MAIN_MODE, take_phase_1},
        {IKE1_AGGRESSIVE_MODE, take_phase_1},
        {IKE1_INFORMATIONAL, take_informational},
        {IKE1_QUICK_MODE, take_quick_mode},
};

void ikev1_sa_take(struct ike_sa *sa, const struct arrival *arrival)
{
	/* A Cisco fragment shows nothing of its message: size alone says certificates. */
	if (arrival->message->fragment != 0) {
		sa->authentication.certificates = true;
		return;
	}
	for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++)
		if (exchanges[i].exchange_type == arrival->message->exchange_type)
			exchanges[i].take(sa, arrival);
}
