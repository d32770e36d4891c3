/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/checklist.h"

static const struct checklist_words steps[CHECKLIST_LAST] = {
        [CHECKLIST_ROUTING] = {"routing", "packets arrive from both ends", "nothing comes back from the peer",
                               "only one end is in the capture: ping outside <peer>"},
        [CHECKLIST_SUITES] =
                {"cipher suites", "both sides agreed on a suite",
                 "the peers share no suite: compare show running-config crypto ikev2 and crypto ipsec on both",
                 "not reached, or not in the capture"},
        [CHECKLIST_AUTHENTICATION] =
                {"authentication", "the peers authenticated each other",
                 "authentication was refused or not answered: compare PSK, identity or CA on both sides",
                 "not reached, or not in the capture"},
        [CHECKLIST_CRYPTO_MAP] = {"crypto map", "the peer's ESP or negotiation shows that its crypto map is applied",
                                  "the peer found no crypto map entry for this traffic",
                                  "packets cannot show it: show running-config crypto map, and that it is applied to "
                                  "the outside interface"},
        [CHECKLIST_INTERESTING_TRAFFIC] =
                {"interesting traffic", "something asked for the tunnel",
                 "the tunnel is up and no traffic uses it: packet-tracer, or better, real traffic",
                 "no negotiation in the capture: send a packet that matches the crypto map's access list"},
        [CHECKLIST_PHASE_1] = {"phase 1", "the IKE SA is up", "Phase 1 failed: see the verdict", "not seen"},
        [CHECKLIST_PHASE_2] = {"phase 2", "ESP flows both ways",
                               "no SA pair with both counters growing: see the verdict", "no ESP in the capture yet"},
};

const struct checklist_words *catalogue_checklist(enum checklist_step step)
{
	return &steps[step];
}
