/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: IKEv1 messages into their ISAKMP SA. */
#ifndef ASAPHASE_CORE_TUNNEL_IKEV1_SA_H
#define ASAPHASE_CORE_TUNNEL_IKEV1_SA_H

#include "core/tunnel/arrival.h"

void ikev1_sa_take(struct ike_sa *sa, const struct arrival *arrival);

#endif
