/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One IKEv2 message into its IKE SA: RFC 7296 sec. 1 and 2. */
#include "core/tunnel/ikev2_sa.h"

#include "core/base/time.h"
#include "core/tunnel/children.h"
#include "core/tunnel/ike_exchange.h"
#include "core/tunnel/ike_sa.h"

#define AUTH_FIRST_MESSAGE_ID 1
/* With EAP the last answer has no IDr: it can be shorter by that. */
#define IDR_LEAST 12
/* Encrypted bytes of an IKE_AUTH message above which it is taken for a full one when the suite is unknown. */
#define FULL_AUTH_LEAST 120
#define CERTIFICATE_ENCRYPTED_LEAST 600
#define REFUSAL_MOST_UNDER_ANY_SUITE 60
/* An INFORMATIONAL so soon after IKE_AUTH may be the initiator's refusal of the responder (sec. 2.21.2). */
#define REFUSAL_BY_INITIATOR_WITHIN (1 * NANOSECONDS)

static bool has_notify(const struct ike_message *message, uint16_t type)
{
	return ike_message_notify(message, type) != NULL;
}

static void pair_child(const struct arrival *arrival, const struct ike_exchange *exchange)
{
	struct child_agreement agreement;

	if (arrival->message->decrypted) {
		child_agreement_read(arrival->message, exchange->sender, &agreement);
		tunnel_note_agreement(arrival->tunnel, &agreement);
	}
	uint32_t response_spi = ike_message_esp_spi(arrival->message);
	if (response_spi != 0 && exchange->request_spi != 0)
		tunnel_pair_child(arrival->tunnel, exchange->sender, response_spi, exchange->request_spi);
}

/* ---- IKE_SA_INIT ---- */

static void take_init_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	if (sa->stage >= IKE_STAGE_INIT_DONE || exchange->response_time != 0)
		return;
	sa->stage = IKE_STAGE_INIT_SENT;
	sa->init.group_sent = message->ke_group;
	ike_sa_read_offered(sa, message);
	ike_sa_check_nat(sa, arrival);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_REQUEST, exchange->copies, 0);
}

static void finish_init(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	sa->stage = IKE_STAGE_INIT_DONE;
	sa->responder_spi = message->responder_spi;
	ike_sa_clear_failure(sa);
	ike_sa_read_chosen(sa, message);
	ike_sa_check_nat(sa, arrival);
	/* What was refused before was forged, or overtaken by a retry. */
	evidence_list_remove(&sa->evidence, EVIDENCE_INIT_ERROR);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_INIT_RESPONSE, message->ke_group, 0);
}

static void take_init_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;
	const struct ike_notify *error = ike_message_error(message);

	(void)exchange;
	if (sa->stage >= IKE_STAGE_INIT_DONE)
		return;
	if (has_notify(message, IKE_NOTIFY_COOKIE)) {
		arrival->annotation->asks_cookie = true;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_COOKIE, 0, 0);
	} else if (has_notify(message, IKE_NOTIFY_REDIRECT)) {
		ike_sa_add_evidence(sa, arrival, EVIDENCE_REDIRECT, 0, 0);
	} else if (error != NULL) {
		ike_sa_refuse_init(sa, arrival, error);
	} else if (message->responder_spi != 0) {
		finish_init(sa, arrival);
	}
}

/* ---- IKE_AUTH ---- */

/* An earlier IKE_AUTH was answered and another follows: EAP (sec. 2.16). What the earlier answer seemed to say is
 * undone. */
static void undo_for_eap(struct ike_sa *sa, const struct arrival *arrival)
{
	if (!sa->authentication.eap)
		ike_sa_add_evidence(sa, arrival, EVIDENCE_EAP, arrival->message->message_id, 0);
	sa->authentication.eap = true;
	if (sa->children.up > 0)
		tunnel_drop_empty_child(arrival->tunnel);
	sa->stage = IKE_STAGE_AUTH_SENT;
	sa->children.up = 0;
	sa->children.refusals = 0;
	sa->children.refusals_pfs = 0;
	sa->children.error = 0;
	sa->children.first_time = 0;
	sa->children.last_time = 0;
	sa->up_time = 0;
	ike_sa_clear_failure(sa);
	evidence_list_remove(&sa->evidence, EVIDENCE_AUTH_REFUSED);
	evidence_list_remove(&sa->evidence, EVIDENCE_CHILD_REFUSED);
	evidence_list_remove(&sa->evidence, EVIDENCE_CHILD_UP);
}

static bool carries_certificates(const struct ike_exchange *exchange, const struct ike_message *message)
{
	if (exchange->fragments > 1)
		return true;
	if (exchange->request_plaintext.known)
		return exchange->request_plaintext.least >= INFER_CERTIFICATE_LEAST;
	return message->encrypted_length >= CERTIFICATE_ENCRYPTED_LEAST;
}

static void note_certificates(struct ike_sa *sa, const struct ike_exchange *exchange, const struct arrival *arrival)
{
	struct evidence *known = evidence_list_find(&sa->evidence, EVIDENCE_AUTH_REQUEST_CERTIFICATE);
	uint32_t pieces = exchange->fragments > 1 ? exchange->fragments : 1;

	sa->authentication.certificates = true;
	if (known == NULL)
		ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REQUEST_CERTIFICATE, exchange->request_plaintext.least,
		                    pieces);
	else {
		known->a = exchange->request_plaintext.least;
		known->b = pieces;
	}
}

static void take_auth_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	exchange->request_spi = ike_message_esp_spi(message);
	ike_sa_read_identity(sa, arrival);
	if (sa->stage == IKE_STAGE_INIT_SENT)
		sa->other_half_unseen = true;
	if (message->message_id > AUTH_FIRST_MESSAGE_ID && sa->stage > IKE_STAGE_AUTH_SENT)
		undo_for_eap(sa, arrival);
	if (sa->stage < IKE_STAGE_AUTH_SENT)
		sa->stage = IKE_STAGE_AUTH_SENT;
	if (message->responder_spi != 0)
		sa->responder_spi = message->responder_spi;
	exchange->request_holds = infer_content(&sa->init.suite, IKE2_AUTH, false, exchange->request_plaintext);
	if (message->message_id != AUTH_FIRST_MESSAGE_ID)
		return;
	if (carries_certificates(exchange, message))
		note_certificates(sa, exchange, arrival);
	else
		ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REQUEST, exchange->request_plaintext.least,
		                    arrival->datagram->destination_port);
}

static void take_child_refused(struct ike_sa *sa, const struct arrival *arrival, const struct ike_exchange *exchange,
                               uint16_t error)
{
	ike_sa_come_up(sa, arrival);
	ike_sa_refuse_child(sa, arrival, false);
	sa->children.error = error;
	if (error != 0)
		ike_sa_add_evidence(sa, arrival, EVIDENCE_DECRYPTED_ERROR, error, 0);
	else
		ike_sa_add_evidence(sa, arrival, EVIDENCE_CHILD_REFUSED, exchange->response_plaintext.least,
		                    infer_auth_success_least(&sa->init.suite));
}

/* Decrypted: the answer says itself what it is. An answer with neither error nor SA is the middle of EAP. */
static void take_decrypted_auth_response(struct ike_sa *sa, const struct arrival *arrival,
                                         const struct ike_exchange *exchange)
{
	const struct ike_message *message = arrival->message;
	const struct ike_notify *error = ike_message_error(message);

	ike_sa_read_identity(sa, arrival);
	if (error != NULL && ike_message_has_payload(message, IKE2_PAYLOAD_AUTH)) {
		take_child_refused(sa, arrival, exchange, error->type);
	} else if (error != NULL) {
		ike_sa_refuse_authentication(sa, arrival);
		sa->failure.error = error->type;
		sa->failure.certain = true;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_DECRYPTED_ERROR, error->type, 0);
	} else if (ike_message_has_payload(message, IKE2_PAYLOAD_SA)) {
		ike_sa_come_up(sa, arrival);
		ike_sa_child_up(sa, arrival);
		pair_child(arrival, exchange);
		ike_sa_add_evidence(sa, arrival, EVIDENCE_CHILD_UP, exchange->response_plaintext.least, 0);
	}
}

static enum inferred infer_auth_answer(const struct ike_sa *sa, const struct ike_exchange *exchange)
{
	struct plaintext_length plaintext = exchange->response_plaintext;
	enum inferred holds = infer_content(&sa->init.suite, IKE2_AUTH, true, plaintext);

	if (holds == INFERRED_CHILD_REFUSED && sa->authentication.eap &&
	    plaintext.most + IDR_LEAST >= infer_auth_success_least(&sa->init.suite))
		return INFERRED_CHILD_UP;
	return holds;
}

/*
 * Where the answer to IKE_SA_INIT is not in the capture or was cut: the smallest answer with IDr, AUTH and a notify has
 * 44 bytes of payload, which any suite makes longer than this; a bare notify is shorter under all but SHA-512.
 */
static bool is_refusal_under_any_suite(const struct ike_sa *sa, const struct ike_message *message)
{
	return !sa->init.suite_known && message->message_id == AUTH_FIRST_MESSAGE_ID && message->fragments <= 1 &&
	       message->encrypted_length <= REFUSAL_MOST_UNDER_ANY_SUITE;
}

static void take_inferred_auth_response(struct ike_sa *sa, const struct arrival *arrival,
                                        const struct ike_exchange *exchange)
{
	switch (exchange->response_holds) {
	case INFERRED_AUTH_REFUSED:
		ike_sa_refuse_authentication(sa, arrival);
		ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REFUSED, arrival->message->length,
		                    exchange->response_plaintext.most);
		break;
	case INFERRED_CHILD_REFUSED:
		take_child_refused(sa, arrival, exchange, 0);
		break;
	case INFERRED_NOTHING:
		if (is_refusal_under_any_suite(sa, arrival->message)) {
			ike_sa_refuse_authentication(sa, arrival);
			ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REFUSED_ANY_SUITE, arrival->message->length, 0);
			break;
		}
		/* Neither refusal nor success shows. A full-size answer is taken for up: a false fault would be worse.
		 */
		if (arrival->message->encrypted_length < FULL_AUTH_LEAST)
			break;
		/* fallthrough */
	default:
		ike_sa_come_up(sa, arrival);
		ike_sa_child_up(sa, arrival);
		ike_sa_add_evidence(sa, arrival, EVIDENCE_CHILD_UP, exchange->response_plaintext.least, 0);
		break;
	}
}

static bool is_inferred_refusal(const struct ike_sa *sa)
{
	return sa->stage == IKE_STAGE_AUTH_REFUSED && !sa->failure.certain;
}

static void take_auth_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	if (sa->stage == IKE_STAGE_UP || (exchange->settled && !is_inferred_refusal(sa)))
		return;
	if (sa->stage == IKE_STAGE_INIT_SENT)
		sa->other_half_unseen = true;
	if (sa->stage < IKE_STAGE_AUTH_SENT)
		sa->stage = IKE_STAGE_AUTH_SENT;
	exchange->response_holds = infer_auth_answer(sa, exchange);
	if (!message->decrypted && !ike_exchange_is_whole(exchange->response_fragment_set, message))
		return;
	/* Of two different answers one is forged: the one that refuses says less, for anybody can send a short one. */
	if (exchange->settled && !message->decrypted && exchange->response_holds == INFERRED_AUTH_REFUSED)
		return;
	exchange->settled = true;
	if (message->decrypted)
		take_decrypted_auth_response(sa, arrival, exchange);
	else
		take_inferred_auth_response(sa, arrival, exchange);
}

/* ---- CREATE_CHILD_SA ---- */

static void take_child_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	exchange->request_holds =
	        infer_content(&sa->init.suite, IKE2_CREATE_CHILD_SA, false, exchange->request_plaintext);
	if (message->decrypted) {
		exchange->request_spi = ike_message_esp_spi(message);
		exchange->rekey = has_notify(message, IKE_NOTIFY_REKEY_SA);
		exchange->request_holds = ike_message_has_payload(message, IKE2_PAYLOAD_KE) ? INFERRED_CHILD_REQUEST_PFS
		                                                                            : INFERRED_CHILD_REQUEST;
	}
}

/* Both sides asked at the same time, and the other one's request was granted (RFC 7296 sec. 2.25). */
static bool is_collision(const struct ike_sa *sa, const struct ike_exchange *refused)
{
	for (unsigned i = 0; i < sa->exchange_count; i++) {
		const struct ike_exchange *other = &sa->exchanges[i];
		if (other->exchange_type == IKE2_CREATE_CHILD_SA && other->sender != refused->sender &&
		    other->response_holds == INFERRED_CHILD_UP && other->response_time >= refused->request_time)
			return true;
	}
	return false;
}

static void take_child_refusal(struct ike_sa *sa, const struct ike_exchange *exchange, const struct arrival *arrival,
                               uint16_t error)
{
	bool with_key_exchange = exchange->request_holds == INFERRED_CHILD_REQUEST_PFS;
	bool perhaps_pfs = error == 0 ? with_key_exchange : exchange->rekey;

	/* The peer is busy with a rekey of its own, or has replaced what was to be rekeyed (sec. 2.25). */
	if (error == IKE_NOTIFY_TEMPORARY_FAILURE || error == IKE_NOTIFY_CHILD_SA_NOT_FOUND ||
	    (error == 0 && is_collision(sa, exchange)))
		return;
	ike_sa_refuse_child(sa, arrival, perhaps_pfs);
	sa->children.error = error;
	if (error != 0)
		ike_sa_add_evidence(sa, arrival, EVIDENCE_DECRYPTED_ERROR, error, 0);
	else
		ike_sa_add_evidence(sa, arrival,
		                    with_key_exchange ? EVIDENCE_CREATE_CHILD_REFUSED_PFS
		                                      : EVIDENCE_CREATE_CHILD_REFUSED,
		                    exchange->request_plaintext.least, exchange->response_plaintext.least);
}

static void take_child_success(struct ike_sa *sa, const struct ike_exchange *exchange, const struct arrival *arrival)
{
	uint32_t since = sa->children.last_time == 0 ? 0 : milliseconds_between(sa->children.last_time, arrival->time);

	ike_sa_child_up(sa, arrival);
	pair_child(arrival, exchange);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_CHILD_REKEYED, since, 0);
}

static void take_child_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	if (exchange->settled)
		return;
	exchange->response_holds =
	        infer_content(&sa->init.suite, IKE2_CREATE_CHILD_SA, true, exchange->response_plaintext);
	if (!message->decrypted && !ike_exchange_is_whole(exchange->response_fragment_set, message))
		return;
	exchange->settled = true;
	if (message->decrypted) {
		const struct ike_notify *error = ike_message_error(message);
		if (error != NULL)
			take_child_refusal(sa, exchange, arrival, error->type);
		else if (ike_message_has_payload(message, IKE2_PAYLOAD_TSI))
			take_child_success(sa, exchange, arrival);
	} else if (exchange->response_holds == INFERRED_REFUSED ||
	           exchange->response_holds == INFERRED_WRONG_GROUP_NOTIFY) {
		take_child_refusal(sa, exchange, arrival, 0);
	} else if (exchange->response_holds == INFERRED_CHILD_UP) {
		take_child_success(sa, exchange, arrival);
	}
}

/* ---- INFORMATIONAL ---- */

/* After IKE_SA_INIT a peer heeds nothing in the clear but, as a hint, that an SPI is unknown (sec. 1.5, 2.21). */
static void take_unprotected(struct ike_sa *sa, const struct arrival *arrival)
{
	const struct ike_notify *invalid = ike_message_notify(arrival->message, IKE_NOTIFY_INVALID_SPI);

	if (invalid == NULL || arrival->message->exchange_type != IKE2_INFORMATIONAL)
		return;
	uint32_t spi = invalid->data_length >= 4 ? invalid->data : invalid->spi;
	tunnel_note_invalid_spi(arrival, spi);
	ike_sa_add_evidence(sa, arrival, EVIDENCE_INVALID_SPI, spi, 0);
}

static bool is_soon_after_auth(const struct ike_sa *sa, const struct arrival *arrival)
{
	return arrival->side == sa->initiator && sa->children.up == 1 && sa->children.first_time == sa->up_time &&
	       arrival->time - sa->up_time < REFUSAL_BY_INITIATOR_WITHIN;
}

static bool deletes_ike_sa(const struct ike_exchange *exchange, const struct ike_message *message)
{
	return message->decrypted ? message->deletes_ike_sa : exchange->request_holds == INFERRED_ONE_NOTIFY;
}

static void take_informational_request(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	const struct ike_message *message = arrival->message;

	exchange->request_holds =
	        infer_content(&sa->init.suite, IKE2_INFORMATIONAL, false, exchange->request_plaintext);
	tunnel_note_deleted(arrival);
	bool short_message =
	        exchange->request_holds == INFERRED_SHORT || exchange->request_holds == INFERRED_ONE_NOTIFY;
	bool delete_of_child =
	        exchange->request_holds == INFERRED_SHORT || exchange->request_holds == INFERRED_DELETE_ESP;

	if (delete_of_child)
		ike_sa_close_rekey(sa, arrival);
	if (message->decrypted && has_notify(message, IKE_NOTIFY_AUTHENTICATION_FAILED)) {
		ike_sa_refuse_authentication(sa, arrival);
		sa->failure.error = IKE_NOTIFY_AUTHENTICATION_FAILED;
		sa->failure.certain = true;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_DECRYPTED_ERROR, sa->failure.error, 0);
	} else if (short_message && sa->stage == IKE_STAGE_UP && is_soon_after_auth(sa, arrival)) {
		sa->authentication.refused_by_initiator = true;
		ike_sa_note_failure(sa, arrival);
		ike_sa_add_evidence(sa, arrival, EVIDENCE_AUTH_REFUSED_BY_INITIATOR, exchange->request_plaintext.least,
		                    exchange->request_plaintext.most);
	} else if (deletes_ike_sa(exchange, message) && sa->stage == IKE_STAGE_UP) {
		sa->stage = IKE_STAGE_DELETED;
		ike_sa_add_evidence(sa, arrival, EVIDENCE_DELETED, arrival->side != sa->initiator,
		                    milliseconds_between(sa->up_time, arrival->time));
	}
}

static void take_informational_response(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival)
{
	(void)arrival;
	exchange->response_holds =
	        infer_content(&sa->init.suite, IKE2_INFORMATIONAL, true, exchange->response_plaintext);
}

/* ---- dispatch ---- */

typedef void take_message(struct ike_sa *sa, struct ike_exchange *exchange, const struct arrival *arrival);

static const struct {
	uint8_t exchange_type;
	take_message *request;
	take_message *response;
} exchanges[] = {
        {IKE2_SA_INIT, take_init_request, take_init_response},
        {IKE2_AUTH, take_auth_request, take_auth_response},
        {IKE2_CREATE_CHILD_SA, take_child_request, take_child_response},
        {IKE2_INFORMATIONAL, take_informational_request, take_informational_response},
};

static take_message *taker_of(const struct ike_message *message)
{
	for (size_t i = 0; i < sizeof exchanges / sizeof exchanges[0]; i++)
		if (exchanges[i].exchange_type == message->exchange_type)
			return message->is_response ? exchanges[i].response : exchanges[i].request;
	return NULL;
}

/* A request after what looked like the SA's end: it had not ended. */
static void note_use(struct ike_sa *sa, const struct arrival *arrival)
{
	if (!arrival->message->encrypted)
		return;
	ike_sa_confirm(sa);
	if (sa->stage == IKE_STAGE_DELETED) {
		sa->stage = IKE_STAGE_UP;
		evidence_list_remove(&sa->evidence, EVIDENCE_DELETED);
	}
}

/* Keeps one piece of evidence of each kind up to date while copies go unanswered. */
static void note_unanswered(struct ike_sa *sa, const struct ike_exchange *exchange, const struct arrival *arrival)
{
	enum evidence_kind kind = EVIDENCE_LIVENESS_UNANSWERED;
	uint32_t b = milliseconds_between(exchange->request_time, arrival->time);

	if (exchange->exchange_type == IKE2_SA_INIT) {
		kind = EVIDENCE_INIT_UNANSWERED;
	} else if (exchange->exchange_type == IKE2_AUTH) {
		kind = EVIDENCE_AUTH_UNANSWERED;
		b = exchange->request_port;
	}
	ike_sa_update_evidence(sa, arrival, kind, exchange->copies, b);
}

static void forget_unanswered(struct ike_sa *sa)
{
	evidence_list_remove(&sa->evidence, EVIDENCE_INIT_UNANSWERED);
	evidence_list_remove(&sa->evidence, EVIDENCE_AUTH_UNANSWERED);
	evidence_list_remove(&sa->evidence, EVIDENCE_LIVENESS_UNANSWERED);
}

static void take_request(struct ike_sa *sa, const struct arrival *arrival, take_message *take)
{
	const struct ike_message *message = arrival->message;
	struct ike_exchange *exchange = ike_exchange_of(sa, message->exchange_type, message->message_id, arrival->side);
	enum copy copy = ike_exchange_take_request(sa, exchange, arrival);

	if (copy == COPY_AGAIN) {
		if (exchange->response_time == 0)
			note_unanswered(sa, exchange, arrival);
	} else {
		if (copy == COPY_FIRST)
			note_use(sa, arrival);
		take(sa, exchange, arrival);
	}
	arrival->annotation->inferred = exchange->request_holds;
}

static void take_response(struct ike_sa *sa, const struct arrival *arrival, take_message *take)
{
	const struct ike_message *message = arrival->message;
	struct ike_exchange *exchange =
	        ike_exchange_of(sa, message->exchange_type, message->message_id, (uint8_t)!arrival->side);

	if (ike_exchange_take_response(sa, exchange, arrival) != COPY_AGAIN) {
		forget_unanswered(sa);
		take(sa, exchange, arrival);
	}
	arrival->annotation->inferred = exchange->response_holds;
}

void ikev2_sa_take(struct ike_sa *sa, const struct arrival *arrival)
{
	take_message *take = taker_of(arrival->message);

	if (take == NULL)
		return;
	if (!ike_message_is_believed(arrival->message)) {
		take_unprotected(sa, arrival);
		return;
	}
	if (arrival->message->is_response)
		take_response(sa, arrival, take);
	else
		take_request(sa, arrival, take);
}
