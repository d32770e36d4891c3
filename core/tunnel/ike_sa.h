/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: what happens to an IKE SA, whichever version carries it. */
#ifndef ASAPHASE_CORE_TUNNEL_IKE_SA_H
#define ASAPHASE_CORE_TUNNEL_IKE_SA_H

#include "core/tunnel/arrival.h"

void ike_sa_add_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                         uint32_t b);

/* The same, or where there is evidence of this kind already, brings that up to date. */
void ike_sa_update_evidence(struct ike_sa *sa, const struct arrival *arrival, enum evidence_kind kind, uint32_t a,
                            uint32_t b);

/* The first exchange was refused / authentication was refused / Phase 1 came up / a child came up / was refused, at
 * this packet. */
void ike_sa_refuse_init(struct ike_sa *sa, const struct arrival *arrival, const struct ike_notify *error);
void ike_sa_refuse_authentication(struct ike_sa *sa, const struct arrival *arrival);
void ike_sa_come_up(struct ike_sa *sa, const struct arrival *arrival);
void ike_sa_child_up(struct ike_sa *sa, const struct arrival *arrival);
void ike_sa_refuse_child(struct ike_sa *sa, const struct arrival *arrival, bool perhaps_pfs);

/* Of an SA refused with INVALID_KE_PAYLOAD: whether that names a group other than the one that was sent. */
bool ike_sa_wants_other_group(const struct ike_sa *sa);

/* Phase 1 failed at this packet; what failed is said by the stage. */
void ike_sa_note_failure(struct ike_sa *sa, const struct arrival *arrival);

/* What had failed did not, or went on. */
void ike_sa_clear_failure(struct ike_sa *sa);

/* The initiator has not refused the responder after all. */
void ike_sa_confirm(struct ike_sa *sa);

/* Something that may be the delete of an old child. */
void ike_sa_close_rekey(struct ike_sa *sa, const struct arrival *arrival);

/* Who the sender of this message says he is, and by which method he proves it; nothing where it is encrypted. */
void ike_sa_read_identity(struct ike_sa *sa, const struct arrival *arrival);

/* The suite, in numbers and words, from the message that chose it; and what the initiator offered. */
void ike_sa_read_chosen(struct ike_sa *sa, const struct ike_message *message);
void ike_sa_read_offered(struct ike_sa *sa, const struct ike_message *message);

/* The same and more, from the whole of a first message that was taken in part. */
void ike_sa_read_rest(struct ike_sa *sa, const struct arrival *arrival);

/* nat.c: NAT detection hashes of this message against its outer header. */
void ike_sa_check_nat(struct ike_sa *sa, const struct arrival *arrival);

#endif
