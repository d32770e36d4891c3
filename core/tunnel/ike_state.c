/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state of a tunnel's IKE SA in the ASA's words. */
#include "core/tunnel/tunnel.h"

#include <stdio.h>

const char *ikev1_sa_state(const struct ike_sa *sa, unsigned asa_side, char *text, size_t size)
{
	const char *mode = sa->ikev1.exchange_type == IKE1_AGGRESSIVE_MODE ? "AM" : "MM";
	bool asa_initiates = sa->initiator == asa_side;

	if (sa->ikev1.exchange_type == 0 && sa->stage != IKE_STAGE_UP) {
		snprintf(text, size, "NONE"); /* of an exchange that is neither main nor aggressive mode */
	} else if (sa->stage == IKE_STAGE_UP) {
		snprintf(text, size, "%s_ACTIVE", mode);
	} else if (!asa_initiates && sa->ikev1.messages <= 1) {
		snprintf(text, size, "NONE");
	} else {
		/* The ASA waits for the next message that is the other side's to send: even ones come from the
		 * responder. */
		unsigned next = sa->ikev1.messages + 1u;
		if ((next % 2 == 0) != asa_initiates)
			next++;
		snprintf(text, size, "%s_WAIT_MSG%u", mode, next > 6 ? 6 : next);
	}
	return text;
}

const char *tunnel_ike_state(const struct tunnel *tunnel, char *text, size_t size)
{
	const struct ike_sa *sa = tunnel_ike_sa(tunnel);

	if (sa == NULL)
		snprintf(text, size, "NONE");
	else if (sa->version == 1 && sa->stage != IKE_STAGE_INIT_REFUSED)
		ikev1_sa_state(sa, tunnel->asa_side, text, size);
	else if (tunnel_ike_sa_is_up(tunnel, sa))
		snprintf(text, size, "READY");
	else if (sa->stage == IKE_STAGE_INIT_REFUSED || sa->stage == IKE_STAGE_AUTH_REFUSED ||
	         sa->stage == IKE_STAGE_DELETED)
		snprintf(text, size, "NONE");
	else
		snprintf(text, size, "NEGO");
	return text;
}
