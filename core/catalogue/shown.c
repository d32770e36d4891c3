/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/shown.h"

#include <glib.h>
#include <string.h>

/* ---- states ---- */

#define PHASE_1_STEPS                                                                                                  \
	{AT_ASA, FOR_BOTH, "ping outside {peer}", "is the peer reachable from the outside interface?"},                \
	        {AT_ASA, FOR_BOTH, "show logging | include {peer}",                                                    \
	         "the log says why: paste it into asaphase explain, 750003 and 713xxx above all"},                     \
	        {AT_ASA, FOR_IKEV2, "show running-config crypto ikev2",                                                \
	         "is IKEv2 enabled on the outside interface, and is one policy common to both sides?"},                \
	        {AT_ASA, FOR_IKEV1, "show running-config crypto ikev1",                                                \
	         "is IKEv1 enabled on the outside interface, and is one policy common to both sides?"},                \
	        {AT_ASA, FOR_BOTH, "show running-config crypto map",                                                   \
	         "is the entry complete, and is the map applied to the outside interface?"},                           \
	        {AT_ASA, FOR_BOTH, "capture vpn interface outside match udp any host {peer} ; … ; no capture vpn",     \
	         "packets say more: asaphase diagnose on the exported file"},                                          \
	        {AT_ASA, FOR_IKEV2, "debug crypto ikev2 protocol 5 ; … ; no debug crypto ikev2 protocol 5",            \
	         "one attempt only: end the debug in the same change"},                                                \
	        {AT_ASA, FOR_IKEV2, "debug crypto ikev2 platform 5 ; … ; no debug crypto ikev2 platform 5",            \
	         "one attempt only: end the debug in the same change"},                                                \
	{                                                                                                              \
		AT_ASA, FOR_IKEV1, "debug crypto ikev1 127 ; … ; no debug crypto ikev1 127",                           \
		        "one attempt only: end the debug in the same change"                                           \
	}

static const struct shown_meaning states[SHOWN_LAST] = {
        [SHOWN_NOTHING] = {.headline = "nothing shown", .meaning = "Nothing was pasted that says how this tunnel is."},
        [SHOWN_NO_IKE_SA] =
                {.phase = PHASE_1,
                 .strength = CONFIDENCE_CERTAIN,
                 .headline = "there is no IKE SA",
                 .article = "There are no IKEv2 SAs: Phase 1 never completed (or was torn down).",
                 .meaning = "Phase 1 never completed, or it was torn down, or nobody has asked for the tunnel yet: "
                            "send a packet that matches the crypto map's access list, and look at the log.",
                 .steps = {PHASE_1_STEPS}},
        [SHOWN_NEGOTIATING] =
                {.phase = PHASE_1,
                 .strength = CONFIDENCE_CERTAIN,
                 .headline = "the IKE SA is still being negotiated",
                 .article = "IKE SA in NEGO or BUILDING state: Phase 1 in progress, hung.",
                 .meaning = "Phase 1 is under way. If it stays so, the peer does not answer, or the two do not "
                            "agree; the state alone does not tell which.",
                 .steps = {PHASE_1_STEPS}},
        [SHOWN_WAIT_MSG2] = {.phase = PHASE_1,
                             .cause = CAUSE_NO_RESPONSE,
                             .strength = CONFIDENCE_LIKELY,
                             .headline = "the first message of main mode is unanswered",
                             .meaning = "This ASA sent its proposal and nothing came back."},
        [SHOWN_WAIT_MSG3] =
                {.phase = PHASE_1,
                 .cause = CAUSE_NO_RESPONSE,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "the answer to the peer's proposal got no reply",
                 .meaning = "This ASA chose a proposal of the peer's, and no key exchange followed: its answer did "
                            "not arrive, or the peer did not like it."},
        [SHOWN_WAIT_MSG4] =
                {.phase = PHASE_1,
                 .cause = CAUSE_NO_RESPONSE,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "the key exchange is unanswered",
                 .meaning = "Proposals were agreed on and this ASA's key exchange got no answer. No pre-shared key "
                            "has been compared at this point."},
        [SHOWN_WAIT_MSG5] =
                {.phase = PHASE_1,
                 .cause = CAUSE_PSK_MISMATCH,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "no usable proof came from the peer",
                 .meaning = "Keys were exchanged, and the peer's proof did not come or could not be read: another "
                            "pre-shared key, or UDP 4500 is dropped."},
        [SHOWN_WAIT_MSG6] =
                {.phase = PHASE_1,
                 .cause = CAUSE_PSK_MISMATCH,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "the peer does not answer with its own proof",
                 .meaning = "This ASA proved itself and the peer did not: another pre-shared key, or UDP 4500 is "
                            "dropped."},
        [SHOWN_NO_CHILD] =
                {.phase = PHASE_2,
                 .cause = CAUSE_CHILD_REFUSED,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "the IKE SA is up and there is no child SA",
                 .article = "IKE SA READY but no Child SA / no show crypto ipsec sa entry: Phase 1 succeeded, Phase "
                            "2 failed.",
                 .meaning = "Phase 1 succeeded and Phase 2 failed: ESP proposal, traffic selectors or PFS."},
        [SHOWN_ENCAPS_ONLY] =
                {.phase = PHASE_DATA,
                 .cause = CAUSE_ONE_WAY,
                 .strength = CONFIDENCE_LIKELY,
                 .headline = "this ASA sends into the tunnel and nothing comes back",
                 .article = "If encaps climbs but decaps is zero, something on the remote side or the path is "
                            "dropping ESP return traffic.",
                 .meaning = "This side encrypts and sends; the remote side does not answer into the tunnel, or its "
                            "ESP is dropped on the way here."},
        [SHOWN_DECAPS_ONLY] =
                {.phase = PHASE_DATA,
                 .cause = CAUSE_ONE_WAY,
                 .strength = CONFIDENCE_LIKELY,
                 .headline = "the peer's traffic arrives and nothing is sent back",
                 .article = "IKE SA READY, Child SA present, but encaps == 0 or decaps == 0: Tunnel is up but no "
                            "traffic. Probably routing or NAT problem upstream.",
                 .meaning = "Packets of the peer are decrypted here, and no answer goes into the tunnel: the "
                            "answers are routed elsewhere, changed by NAT before the crypto map sees them, or the "
                            "host behind this ASA does not answer."},
        [SHOWN_NO_PACKETS] =
                {.phase = PHASE_DATA,
                 .cause = CAUSE_NO_TRAFFIC,
                 .strength = CONFIDENCE_LIKELY,
                 .headline = "the tunnel is up and has carried nothing",
                 .article = "IKE SA READY, Child SA present, but encaps == 0 or decaps == 0: Tunnel is up but no "
                            "traffic. Probably routing or NAT problem upstream.",
                 .meaning = "Neither side has sent anything through it."},
        [SHOWN_DECRYPT_FAILS] =
                {.phase = PHASE_DATA,
                 .cause = CAUSE_UNKNOWN_SPI,
                 .strength = CONFIDENCE_POSSIBLE,
                 .headline = "packets arrive that this ASA cannot decrypt or verify",
                 .meaning = "More packets were decapsulated than decrypted and verified: they were changed on the "
                            "way, or the two sides no longer have the same SA."},
        [SHOWN_IKE_UP] =
                {.strength = CONFIDENCE_LIKELY,
                 .headline = "Phase 1 is up",
                 .article = "IKE SA READY",
                 .meaning = "Phase 1 is up. Whether Phase 2 and the traffic are well, show crypto ipsec sa tells.",
                 .steps = {{AT_ASA, FOR_BOTH, "show crypto ipsec sa peer {peer}",
                            "are there ESP SAs, and do encaps and decaps both grow?"}}},
        [SHOWN_CHILD_UP] =
                {.strength = CONFIDENCE_LIKELY,
                 .headline = "both phases are up",
                 .article = "The local + remote selector pair has to match what the remote ASA shows on its side, just "
                            "reversed.",
                 .meaning = "A child SA is there. Whether traffic flows both ways, the counters of show crypto ipsec "
                            "sa tell; the selectors must be those of the other end, reversed.",
                 .steps = {{AT_ASA, FOR_BOTH, "show crypto ipsec sa peer {peer}", "do encaps and decaps both grow?"},
                           {AT_PEER, FOR_BOTH, "show crypto ikev2 sa detail",
                            "on an ASA peer: the same selectors, reversed"}}},
        [SHOWN_TRAFFIC] = {.strength = CONFIDENCE_CERTAIN,
                           .headline = "traffic flows both ways",
                           .article = "show crypto ipsec sa shows the SA pair with non-zero encaps after a few packets",
                           .meaning = "Both counters are above zero."},
};

const struct shown_meaning *catalogue_shown(enum shown_state state)
{
	return &states[state < SHOWN_LAST ? state : SHOWN_NOTHING];
}

/* Waiting for a message in aggressive mode: 2 is the first answer, 3 the proof. */
static const struct {
	const char *word;
	enum shown_state state;
} ikev1_states[] = {
        {"MM_WAIT_MSG2", SHOWN_WAIT_MSG2}, {"MM_WAIT_MSG3", SHOWN_WAIT_MSG3}, {"MM_WAIT_MSG4", SHOWN_WAIT_MSG4},
        {"MM_WAIT_MSG5", SHOWN_WAIT_MSG5}, {"MM_WAIT_MSG6", SHOWN_WAIT_MSG6}, {"AM_WAIT_MSG2", SHOWN_WAIT_MSG2},
        {"AM_WAIT_MSG3", SHOWN_WAIT_MSG5},
};

enum shown_state catalogue_ikev1_state(const char *word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ikev1_states); i++)
		if (g_ascii_strcasecmp(ikev1_states[i].word, word) == 0)
			return ikev1_states[i].state;
	/* MM_ACTIVE, AM_Active, MM_ACTIVE_REKEY */
	if (g_ascii_strncasecmp(word, "MM_ACTIVE", 9) == 0 || g_ascii_strncasecmp(word, "AM_ACTIVE", 9) == 0)
		return SHOWN_IKE_UP;
	if (g_ascii_strncasecmp(word, "MM_", 3) == 0 || g_ascii_strncasecmp(word, "AM_", 3) == 0)
		return SHOWN_NEGOTIATING;
	return SHOWN_NOTHING;
}

/* ---- counters ---- */

static const struct counter_meaning counters[] = {
        /* show crypto isakmp stats; the names recalled, and the article's words for them */
        {"Auth Fails", PHASE_1, CAUSE_PSK_MISMATCH, "authentications failed: pre-shared key, identity or certificate"},
        {"Authentication failures", PHASE_DATA, CAUSE_UNKNOWN_SPI,
         "packets failed their integrity check: changed on the way, or the SAs differ"},
        {"Decrypt Fails", PHASE_1, CAUSE_PSK_MISMATCH,
         "IKE messages could not be decrypted: often another pre-shared key"},
        {"Hash Valid Fails", PHASE_1, CAUSE_PSK_MISMATCH, "hashes did not verify: often another pre-shared key"},
        {"Initiator Fails", PHASE_1, CAUSE_NONE, "negotiations that this ASA began failed"},
        {"Responder Fails", PHASE_1, CAUSE_NONE, "negotiations that peers began failed"},
        {"No Sa Fails", PHASE_1, CAUSE_NONE, "messages came for an IKE SA that this ASA does not have"},
        {"System Capacity Fails", PHASE_1, CAUSE_NONE, "negotiations were refused for want of resources"},
        {"Retransmits", PHASE_1, CAUSE_NO_RESPONSE, "messages were sent again: answers are missing"},
        {"In P2 Exchange Invalids", PHASE_2, CAUSE_CHILD_REFUSED, "Phase 2 exchanges from peers could not be used"},
        {"In P2 Exchange Rejects", PHASE_2, CAUSE_CHILD_REFUSED, "Phase 2 exchanges from peers were refused"},
        {"Out P2 Exchange Invalids", PHASE_2, CAUSE_CHILD_REFUSED, "Phase 2 exchanges of this ASA could not be used"},
        {"Out P2 Exchange Rejects", PHASE_2, CAUSE_CHILD_REFUSED, "Phase 2 exchanges of this ASA were refused"},
        {"P2 exchange rejects", PHASE_2, CAUSE_CHILD_REFUSED, "Phase 2 exchanges were refused"},
        /* show crypto ipsec stats */
        {"Inbound SA delete requests", PHASE_2, CAUSE_CHILD_REFUSED,
         "peers deleted SAs: with no successful Phase 2 beside it, the ESP proposals do not fit"},
        {"Replay failures", PHASE_DATA, CAUSE_PACKET_LOSS, "packets came twice or far out of order"},
        {"Decryption failures", PHASE_DATA, CAUSE_UNKNOWN_SPI, "packets could not be decrypted"},
        {"Encryption failures", PHASE_DATA, CAUSE_NONE, "packets could not be encrypted"},
        {"Missing SA failures", PHASE_DATA, CAUSE_UNKNOWN_SPI, "packets came for an SA that this ASA does not have"},
        {"Protocol failures", PHASE_DATA, CAUSE_NONE, "packets of another protocol than negotiated"},
        {"Fragmentation failures", PHASE_DATA, CAUSE_MTU, "packets were too big and could not be fragmented"},
};

const struct counter_meaning *catalogue_counters(size_t *count)
{
	*count = G_N_ELEMENTS(counters);
	return counters;
}

const struct counter_meaning *catalogue_counter(const char *name, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(counters); i++)
		if (strlen(counters[i].name) == length && g_ascii_strncasecmp(counters[i].name, name, length) == 0)
			return &counters[i];
	return NULL;
}

/* ---- configurations ---- */

static const struct config_meaning config_faults[CONFIG_LAST] = {
        [CONFIG_NOT_MIRRORED] = {CAUSE_TS_UNACCEPTABLE, CONFIDENCE_LIKELY,
                                 "the two access lists are not each other's mirror",
                                 "Each permit ip A B of one side needs permit ip B A on the other."},
        [CONFIG_PFS_DIFFERS] =
                {CAUSE_PFS_MISMATCH, CONFIDENCE_LIKELY, "the two sides want different groups for PFS",
                 "set pfs must name the same group on both sides, or be absent on both. With IKEv2 the first "
                 "child comes up regardless, and every rekey is refused."},
        [CONFIG_LIFETIME_DIFFERS] =
                {CAUSE_REKEY_CHURN, CONFIDENCE_POSSIBLE, "the lifetimes of the two sides are far apart",
                 "The shorter one counts; across vendors that leads to frequent rekeys that confuse peers."},
        [CONFIG_VERSION_DIFFERS] =
                {CAUSE_VERSION_MISMATCH, CONFIDENCE_CERTAIN,
                 "one side has only IKEv1 for this peer, the other only IKEv2",
                 "The crypto map entry says which: set ikev1 transform-set, set ikev2 ipsec-proposal."},
        [CONFIG_KEY_DIFFERS] =
                {CAUSE_PSK_MISMATCH, CONFIDENCE_CERTAIN, "the pre-shared keys of the two sides differ",
                 "What one side has as its local key must be the other side's remote key (IKEv1: one key)."},
        [CONFIG_NO_TUNNEL_GROUP] = {CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, "no tunnel group is named after this peer",
                                    "Without tunnel-group <peer> type ipsec-l2l there is no key and no method for it."},
        [CONFIG_NO_KEY] =
                {CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY,
                 "the tunnel group has no key or certificate for this IKE version",
                 "The crypto map entry uses an IKE version for which the tunnel group's ipsec-attributes have neither "
                 "pre-shared key nor certificate."},
        [CONFIG_NO_PROPOSAL] = {CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY,
                                "the crypto map entry has no ESP proposal",
                                "It needs set ikev2 ipsec-proposal or set ikev1 transform-set."},
        [CONFIG_NO_ACL] = {CAUSE_TS_UNACCEPTABLE, CONFIDENCE_LIKELY, "the crypto map entry has no access list",
                           "Without match address nothing is sent into this tunnel."},
        [CONFIG_NOT_APPLIED] =
                {CAUSE_NO_TRAFFIC, CONFIDENCE_LIKELY, "the crypto map is not applied to any interface",
                 "crypto map <map> interface outside is missing: no traffic meets the map, and no peer does."},
        [CONFIG_BOTH_SOUND] =
                {CAUSE_NONE, CONFIDENCE_LIKELY, "the two ends fit, as far as they were pasted",
                 "Access lists mirror each other, PFS and IKE versions agree. Proposals and masked keys were not "
                 "compared."},
        [CONFIG_SOUND] =
                {CAUSE_NONE, CONFIDENCE_POSSIBLE, "nothing wrong in the configuration that was pasted",
                 "Paste the other end's beside it, each after its own prompt or in a file of its own, with the access "
                 "lists: then both are compared."},
        [CONFIG_MASKED] = {CAUSE_NONE, CONFIDENCE_POSSIBLE, "the keys are masked and say nothing",
                           "Compare the configured key with the documented value on both sides."},
};

const struct config_meaning *catalogue_config(enum config_fault fault)
{
	return &config_faults[fault < CONFIG_LAST ? fault : CONFIG_NOT_MIRRORED];
}
