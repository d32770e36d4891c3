/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Private to core: one packet on its way into a tunnel's state, and what the parts of that state offer one another.
 * tunnel.c finds the tunnel; ikev2_sa.c takes IKEv2 messages, ikev1_sa.c IKEv1 messages.
 */
#ifndef ASAPHASE_CORE_TUNNEL_ARRIVAL_H
#define ASAPHASE_CORE_TUNNEL_ARRIVAL_H

#include "core/base/time.h"
#include "core/tunnel/tunnel.h"

/* Fewer lost packets are no verdict. */
#define LOSS_LEAST 10

struct arrival {
	struct tunnels *tunnels;
	struct tunnel *tunnel;
	uint32_t frame;
	int64_t time;
	uint8_t side;                      /* that sent it */
	const struct datagram *datagram;   /* NULL where only esp is set */
	const struct ike_message *message; /* NULL unless IKE */
	const struct esp_packet *esp;      /* NULL unless ESP */
	struct annotation *annotation;     /* never NULL */
};

/* ---- tunnel.c ---- */

/* A child came up: makes room for its SPIs. */
void tunnel_add_child(const struct arrival *arrival);

/*
 * SPIs read from a decrypted exchange, for the child that was added last: the one in packets that requester sends, and
 * the one in packets that the other side sends.
 */
void tunnel_pair_child(struct tunnel *tunnel, uint8_t requester, uint32_t from_requester, uint32_t from_other);

/* Takes what a decrypted message agrees on; requester sent the request that it answers. */
void child_agreement_read(const struct ike_message *message, uint8_t requester, struct child_agreement *agreement);

/* The same for the child that was added last. */
void tunnel_note_agreement(struct tunnel *tunnel, const struct child_agreement *agreement);

/* A decrypted Delete: its sender no longer receives on these SPIs. */
void tunnel_note_deleted(const struct arrival *arrival);

void tunnel_note_invalid_spi(const struct arrival *arrival, uint32_t spi);

/* An EAP conversation goes on: the child that seemed to be up was not. */
void tunnel_drop_empty_child(const struct arrival *arrival);

/* ---- ike_exchange.c: requests, answers, copies ---- */

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

/* ---- ike_sa.c: what IKEv1 and IKEv2 share ---- */

void ike_sa_add_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                         uint32_t b);

/* The first exchange was refused / authentication was refused / Phase 1 came up / a child came up / was refused, at
 * this packet. */
void ike_sa_refuse_init(struct ike_sa *sa, const struct arrival *arrival, const struct ike_notify *error);
void ike_sa_refuse_authentication(struct ike_sa *sa, const struct arrival *arrival);
/* The initiator has not refused the responder after all. */
void ike_sa_confirm(struct ike_sa *sa);
void ike_sa_come_up(struct ike_sa *sa, const struct arrival *arrival);
void ike_sa_child_up(struct ike_sa *sa, const struct arrival *arrival);
void ike_sa_refuse_child(struct ike_sa *sa, const struct arrival *arrival, bool perhaps_pfs);

/* Something that may be the delete of an old child. */
void ike_sa_close_rekey(struct ike_sa *sa, const struct arrival *arrival);

/* Who the sender of this message says he is, and by which method he proves it; nothing where it is encrypted. */
void ike_sa_read_identity(struct ike_sa *sa, const struct arrival *arrival);

/* The suite, in numbers and words, from the message that chose it; and what the initiator offered. */
void ike_sa_read_chosen(struct ike_sa *sa, const struct ike_message *message);
void ike_sa_read_offered(struct ike_sa *sa, const struct ike_message *message);

/* The same and more, from the whole of a first message that was taken in part. */
void ike_sa_read_rest(struct ike_sa *sa, const struct arrival *arrival);

/* ---- nat.c ---- */

/* NAT detection hashes of this message against its outer header. */
void ike_sa_check_nat(struct ike_sa *sa, const struct arrival *arrival);

/* ---- ikev2_sa.c ---- */

/* Whether a peer would heed the message: false for IKEv2 in the clear after IKE_SA_INIT, which anybody can send. */
static inline bool ike_message_is_believed(const struct ike_message *message)
{
	return message->major_version != 2 || message->exchange_type == IKE2_SA_INIT || message->encrypted ||
	       message->decrypted;
}

/* One IKEv2 message. */
void ikev2_sa_take(struct ike_sa *sa, const struct arrival *arrival);

/* ---- ikev1_sa.c ---- */

/* One IKEv1 message. */
void ikev1_sa_take(struct ike_sa *sa, const struct arrival *arrival);

/* The ASA's word for an IKEv1 SA: MM_WAIT_MSG2 … MM_ACTIVE, AM_ACTIVE. */
const char *ikev1_sa_state(const struct ike_sa *sa, unsigned asa_side, char *text, size_t size);

#endif
