/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: the views behind asa_show_append(), one file for each kind of thing that is shown. */
#ifndef ASAPHASE_CORE_ASA_SHOW_VIEWS_H
#define ASAPHASE_CORE_ASA_SHOW_VIEWS_H

#include "core/asa/shown_tunnel.h"

typedef void show_append(const struct show *show);

/* show_ike_sa.c */
void show_ikev1_sa(const struct show *show);
void show_ikev2_sa(const struct show *show);
void show_isakmp_sa(const struct show *show); /* both */
/* show_ipsec_sa.c */
void show_ipsec_sa(const struct show *show);
/* show_stats.c */
void show_ipsec_stats(const struct show *show);
void show_isakmp_stats(const struct show *show);
/* show_vpn_sessiondb.c */
void show_vpn_sessiondb_l2l(const struct show *show);

#endif
