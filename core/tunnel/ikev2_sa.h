/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: IKEv2 messages into their IKE SA. */
#ifndef ASAPHASE_CORE_TUNNEL_IKEV2_SA_H
#define ASAPHASE_CORE_TUNNEL_IKEV2_SA_H

#include "core/tunnel/arrival.h"

/* Whether a peer would heed the message: false for IKEv2 in the clear after IKE_SA_INIT, which anybody can send. */
static inline bool ike_message_is_believed(const struct ike_message *message)
{
	return message->major_version != 2 || message->exchange_type == IKE2_SA_INIT || message->encrypted ||
	       message->decrypted;
}

void ikev2_sa_take(struct ike_sa *sa, const struct arrival *arrival);

#endif
