/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private to core: SPIs that come and go, of one direction and in the whole table. */
#ifndef ASAPHASE_CORE_TUNNEL_SPIS_H
#define ASAPHASE_CORE_TUNNEL_SPIS_H

#include "core/tunnel/tunnel.h"

/* Forgets the SPIs of one direction that were not used since before. */
void tunnel_retire_spis(struct tunnels *tunnels, struct tunnel *tunnel, unsigned side, int64_t before);

/* Whether the direction has more SPIs than tunnels ordinarily have. */
bool tunnel_is_crowded(const struct esp_direction *direction);

/* In a crowded direction: an SPI that is not trusted, and not the newest, goes; none where there is none to be found at
 * once. */
void tunnel_crowd_out_untrusted(struct tunnels *tunnels, struct esp_direction *direction);

/* In a full table: the SPI that is needed least goes. Returns false where all that were looked at are in use. */
bool tunnels_free_spi(struct tunnels *tunnels);

#endif
