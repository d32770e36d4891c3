/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/catalogue/causes.h"

#include <stdio.h>
#include <string.h>

#include "core/base/text_template.h"

/* ASA messages that several causes share. Texts: Cisco "ASA Series Syslog Messages"; the "IKEv2" in 750003 and 752012
 * as live boxes print it. */
/* The last members of a message: who logs it, whatever counter stands still. */
#define BY_EITHER LOGGED_BY_EITHER, ESP_MISSING_NONE
#define BY_REFUSER LOGGED_BY_REFUSER, ESP_MISSING_NONE

#define LOG_ABORTED_BY(side, error, is_recalled)                                                                       \
	{                                                                                                              \
		"750003",                                                                                              \
		        "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:Unknown IKEv2 Negotiation aborted " \
		        "due to "                                                                                      \
		        "ERROR: " error,                                                                               \
		        4, FOR_IKEV2, is_recalled, side                                                                \
	}
#define LOG_ABORTED(error, is_recalled) LOG_ABORTED_BY(BY_EITHER, error, is_recalled)
#define LOG_REFUSED(error, is_recalled) LOG_ABORTED_BY(BY_REFUSER, error, is_recalled)
#define LOG_UNSUCCESSFUL                                                                                               \
	{                                                                                                              \
		"752012",                                                                                              \
		        "IKEv{version} was unsuccessful at setting up a tunnel. Map Tag = <map>. Map Sequence Number " \
		        "= <n>.",                                                                                      \
		        4, FOR_BOTH, false, BY_EITHER                                                                  \
	}
#define LOG_ALL_FAILED                                                                                                 \
	{                                                                                                              \
		"752015",                                                                                              \
		        "Tunnel Manager has failed to establish an L2L SA. All configured IKE versions failed to "     \
		        "establish the "                                                                               \
		        "tunnel. Map Tag = <map>. Map Sequence Number = <n>.",                                         \
		        3, FOR_BOTH, false, BY_EITHER                                                                  \
	}
#define LOG_V1_TIMEOUT                                                                                                 \
	{                                                                                                              \
		"713136", "IP = {peer}, IKE session establishment timed out [IKE_state_name], aborting!", 5,           \
		        FOR_IKEV1, false, BY_EITHER                                                                    \
	}
#define LOG_V1_NOTIFY(name)                                                                                            \
	{                                                                                                              \
		"713068", "IP = {peer}, Received non-routine Notify message: " name, 5, FOR_IKEV1, false, BY_EITHER    \
	}
#define LOG_V1_ROW(text)                                                                                               \
	{                                                                                                              \
		"713902", "Group = {peer}, IP = {peer}, " text, 3, FOR_IKEV1, false, BY_EITHER                         \
	}
#define LOG_SESSION_END(reason)                                                                                        \
	{                                                                                                              \
		"113019",                                                                                              \
		        "Group = {peer}, Username = {peer}, IP = {peer}, Session disconnected. Session Type: "         \
		        "LAN-to-LAN, Duration: "                                                                       \
		        "<time>, Bytes xmt: <n>, Bytes rcv: <n>, Reason: " reason,                                     \
		        4, FOR_BOTH, false, BY_EITHER                                                                  \
	}

/* Commands that several causes share. A debug never stands without the command that ends it. */
#define STEP_PING                                                                                                      \
	{                                                                                                              \
		AT_ASA, FOR_BOTH, "ping outside {peer}", "is the peer reachable from the outside interface?"           \
	}
#define STEP_IKEV2_SA                                                                                                  \
	{                                                                                                              \
		AT_ASA, FOR_IKEV2, "show crypto ikev2 sa detail",                                                      \
		        "the IKE SA's state, selectors and NAT-T as the ASA sees them"                                 \
	}
#define STEP_IKEV1_SA                                                                                                  \
	{                                                                                                              \
		AT_ASA, FOR_IKEV1, "show crypto ikev1 sa detail", "the IKE SA's state as the ASA sees it"              \
	}
#define STEP_IPSEC_SA                                                                                                  \
	{                                                                                                              \
		AT_ASA, FOR_BOTH, "show crypto ipsec sa peer {peer}",                                                  \
		        "are there ESP SAs, and do encaps and decaps both grow?"                                       \
	}
#define STEP_TUNNEL_GROUP                                                                                              \
	{                                                                                                              \
		AT_ASA, FOR_BOTH, "show running-config tunnel-group {peer}",                                           \
		        "authentication method; keys are masked, so compare them with the documented value"            \
	}
#define STEP_CRYPTO_MAP                                                                                                \
	{                                                                                                              \
		AT_ASA, FOR_BOTH, "show running-config crypto map",                                                    \
		        "peer, access list, proposals and interface of the entry"                                      \
	}
#define STEP_DEBUG_IKEV2                                                                                               \
	{                                                                                                              \
		AT_ASA, FOR_IKEV2, "debug crypto ikev2 protocol 5 ; … ; no debug crypto ikev2 protocol 5",             \
		        "one attempt only: end the debug in the same change"                                           \
	}
#define STEP_DEBUG_IKEV1                                                                                               \
	{                                                                                                              \
		AT_ASA, FOR_IKEV1, "debug crypto ikev1 127 ; … ; no debug crypto ikev1 127",                           \
		        "one attempt only: end the debug in the same change"                                           \
	}
#define STEP_SWANCTL_SAS                                                                                               \
	{                                                                                                              \
		AT_PEER, FOR_BOTH, "swanctl --list-sas",                                                               \
		        "on a strongSwan peer: IKE and CHILD SAs with bytes in and out"                                \
	}
#define STEP_SWANCTL_LOG                                                                                               \
	{                                                                                                              \
		AT_PEER, FOR_BOTH, "journalctl -u strongswan --since -10min | grep -E 'IKE|CFG|ENC'",                  \
		        "on a strongSwan peer: its own reason for the refusal"                                         \
	}
#define STEP_XFRM                                                                                                      \
	{                                                                                                              \
		AT_PEER, FOR_BOTH, "ip -s xfrm state",                                                                 \
		        "on a Linux peer: packets per SPI; ip -s xfrm policy shows the selectors"                      \
	}

#define NO_IKEV2_SA "There are no IKEv2 SAs"

static const struct catalogue_entry entries[CAUSE_LAST] = {
        [CAUSE_NONE] =
                {
                        .name = "none",
                        .phase = PHASE_NONE,
                        .headline = "Works as far as packets outside the tunnel show",
                        .meaning = "Phase 1 and 2 are up, and ESP goes both ways. That does not show that hosts behind "
                                   "the "
                                   "tunnel answer: whoever still complains looks inside.",
                        .article = "IKE SA READY and an SA pair with non-zero encaps and decaps",
                        .show = {"MM_ACTIVE", "READY"},
                        .messages =
                                {
                                        {"750006",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:{peer} IKEv2 SA "
                                         "UP. Reason: New Connection Established",
                                         5, FOR_IKEV2, true, BY_EITHER},
                                        {"752016",
                                         "IKEv{version} was successful at setting up a tunnel. Map Tag = <map>. Map "
                                         "Sequence Number = <n>.",
                                         5, FOR_BOTH, false, BY_EITHER},
                                        {"713119", "Group = {peer}, IP = {peer}, PHASE 1 COMPLETED", 5, FOR_IKEV1,
                                         false, BY_EITHER},
                                        {"713120", "Group = {peer}, IP = {peer}, PHASE 2 COMPLETED (msgid=<id>)", 5,
                                         FOR_IKEV1, false, BY_EITHER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH,
                                         "packet-tracer input inside icmp <inside-host> 8 0 <remote-host> detailed",
                                         "somebody still complains: where does the ASA drop it? VPN: encrypt must "
                                         "allow"},
                                        {AT_ASA, FOR_BOTH, "show running-config all group-policy | include vpn-filter",
                                         "a vpn-filter drops what was decrypted"},
                                        {AT_ASA, FOR_BOTH, "show route <inside-host> ; show nat detail",
                                         "the route back inside, and the NAT exemption's hits"},
                                },
                },
        [CAUSE_NO_RESPONSE] =
                {
                        .name = "no-response",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_ROUTING,
                        .headline = "the first IKE message was never answered",
                        .meaning = "The initiator repeats its first message and nothing comes back: UDP 500 is dropped "
                                   "on the path, the peer is down, or it "
                                   "ignores this initiator.",
                        .article = "IKE_SA timed out: UDP/500 packets are being dropped on the path. Check "
                                   "intermediate firewalls and the local OUTSIDE_IN ACL.",
                        .show = {"MM_WAIT_MSG2",
                                 "NEGO or BUILDING while it retries (the article's words), then " NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("Maximum number of retransmissions reached", true),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        LOG_V1_TIMEOUT,
                                },
                        .steps =
                                {
                                        STEP_PING,
                                        {AT_ASA, FOR_BOTH, "show access-list OUTSIDE_IN",
                                         "does an access list on the outside interface drop UDP 500?"},
                                        {AT_ASA, FOR_BOTH, "packet-tracer input outside udp {peer} 500 {asa} 500",
                                         "what this ASA does with the peer's IKE"},
                                        {AT_ASA, FOR_IKEV2, "show running-config crypto ikev2",
                                         "is IKEv2 enabled on the outside interface?"},
                                        {AT_ASA, FOR_IKEV1, "show running-config crypto ikev1",
                                         "is IKEv1 enabled on the outside interface?"},
                                        {AT_PATH, FOR_BOTH, "traceroute -U -p 500 {peer}",
                                         "where on the path do packets to UDP 500 end?"},
                                        {AT_PEER, FOR_BOTH, "ss -ulpn 'sport = :500'",
                                         "on a Linux peer: does anything listen?"},
                                        {AT_PEER, FOR_BOTH, "tcpdump -ni any udp port 500 and host {asa}",
                                         "do the requests arrive, and do answers leave?"},
                                },
                        .alternatives = {"version-mismatch"},
                },
        [CAUSE_NATT_BLOCKED] =
                {
                        .name = "natt-blocked",
                        .phase = PHASE_1,
                        .headline = "UDP 500 passes, UDP 4500 does not",
                        .meaning = "The first exchange was answered on UDP 500. The next message moved to the NAT "
                                   "traversal port, as it must behind a NAT, "
                                   "and nothing came back there.",
                        .article = "IKE_SA timed out: packets are being dropped on the path (here those to UDP 4500)",
                        .show = {"MM_WAIT_MSG6",
                                 "NEGO or BUILDING while it retries (the article's words), then " NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("Failed to receive the AUTH msg before the timer expired", false),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        LOG_V1_TIMEOUT,
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "packet-tracer input outside udp {peer} 4500 {asa} 4500",
                                         "what this ASA does with UDP 4500"},
                                        {AT_ASA, FOR_BOTH, "show access-list OUTSIDE_IN",
                                         "does an access list permit UDP 500 but not 4500?"},
                                        {AT_PATH, FOR_BOTH, "traceroute -U -p 4500 {peer}",
                                         "where on the path do packets to UDP 4500 end?"},
                                        {AT_PEER, FOR_BOTH, "tcpdump -ni any udp port 4500 and host {asa}",
                                         "do the requests arrive, and do answers leave?"},
                                        {AT_PEER, FOR_BOTH, "nft list ruleset | grep -n 4500",
                                         "on a Linux peer: does a local rule drop it?"},
                                },
                        .alternatives = {"auth-no-response"},
                },
        [CAUSE_AUTH_NO_RESPONSE] =
                {
                        .name = "auth-no-response",
                        .phase = PHASE_1,
                        .headline = "the authentication request was never answered",
                        .meaning = "The first exchange worked, then the authentication message on the same port was "
                                   "repeated without an answer. With large "
                                   "certificates the message may be lost as IP fragments; without them the peer may "
                                   "drop it in silence.",
                        .article = "IKE_SA timed out",
                        .show = {"MM_WAIT_MSG6",
                                 "NEGO or BUILDING while it retries (the article's words), then " NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("Failed to receive the AUTH msg before the timer expired", false),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        LOG_V1_TIMEOUT,
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_IKEV2, "crypto ikev2 fragmentation mtu 1200",
                                         "smaller IKEv2 fragments, where IP fragments are dropped"},
                                        {AT_ASA, FOR_BOTH, "show fragment outside",
                                         "are IP fragments being dropped on the outside interface?"},
                                        {AT_PATH, FOR_BOTH, "ping -M do -s 1400 {peer}",
                                         "does a large packet pass without fragmentation?"},
                                        STEP_SWANCTL_LOG,
                                        {AT_PEER, FOR_IKEV2, "swanctl.conf: fragmentation = yes",
                                         "IKEv2 fragments instead of IP fragments"},
                                },
                        .alternatives = {"natt-blocked", "psk-mismatch"},
                },
        [CAUSE_IKE_PROPOSAL_MISMATCH] =
                {
                        .name = "ike-proposal-mismatch",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_SUITES,
                        .headline = "no common IKE proposal",
                        .meaning = "The responder found no policy of its own that matches what the initiator offered: "
                                   "encryption, integrity, PRF or DH group.",
                        .article = "IKE_SA NO_PROPOSAL_CHOSEN: Phase 1 cipher suite mismatch. The "
                                   "encryption/integrity/DH/PRF combination one side proposed has "
                                   "no matching policy on the other side.",
                        .show = {"MM_WAIT_MSG2, then no SA", NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("Received no proposal chosen notify", true),
                                        LOG_REFUSED("Failed to find a matching policy", true),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        LOG_V1_NOTIFY("No proposal chosen (14)"),
                                        {"713257",
                                         "Phase 1 failure: Mismatched attribute types for class <class>: Rcv'd: <a> "
                                         "Cfg'd: <b>",
                                         5, FOR_IKEV1, false, BY_REFUSER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_IKEV2, "show running-config crypto ikev2",
                                         "the policies: encryption, integrity, group, prf"},
                                        {AT_ASA, FOR_IKEV1, "show running-config crypto ikev1",
                                         "the policies: encryption, hash, group, authentication"},
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: the connection's IKE proposals (its log names both "
                                         "sides')"},
                                        {AT_PEER, FOR_BOTH, "swanctl.conf: proposals = <one that the ASA has>",
                                         "one common combination is enough"},
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                        .alternatives = {"dh-group-mismatch", "version-mismatch"},
                },
        [CAUSE_DH_GROUP_MISMATCH] =
                {
                        .name = "dh-group-mismatch",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_SUITES,
                        .headline = "the responder wants another DH group",
                        .meaning = "The responder accepted a proposal but wants the key exchange in another group, and "
                                   "no retry with that group succeeded.",
                        .article = "IKE_SA INVALID_KE_PAYLOAD: DH group mismatch. One side's first DH attempt does not "
                                   "match what the other side expects, and "
                                   "they cannot agree to fall back.",
                        .show = {"MM_WAIT_MSG2", NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("The peer's KE payload contained the wrong DH group", true),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        {"713118",
                                         "Detected invalid Diffie-Helmann group_descriptor <group>, in IKE area", 3,
                                         FOR_IKEV1, false, BY_REFUSER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_IKEV2, "show running-config crypto ikev2",
                                         "the group line of each policy"},
                                        {AT_ASA, FOR_IKEV1, "show running-config crypto ikev1",
                                         "the group line of each policy"},
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: put the group that the ASA wants first"},
                                },
                        .alternatives = {"ike-proposal-mismatch"},
                },
        [CAUSE_PSK_MISMATCH] =
                {
                        .name = "psk-mismatch",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_AUTHENTICATION,
                        .headline = "authentication refused, without certificates",
                        .meaning = "The peers agreed on keys and then one refused the other's authentication. No "
                                   "certificate was sent: most often the pre-shared key is wrong on one side or the "
                                   "other. A wrong identity or raw public key gives the very same packets.",
                        .article = "%ASA-4-750003: ... Failed to authenticate the IKE SA: either the local PSK is "
                                   "wrong, the remote PSK is wrong, or both.",
                        .show = {"MM_WAIT_MSG6 on the initiator, MM_WAIT_MSG5 on the responder", NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_ABORTED("Failed to authenticate the IKE SA", false),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        {"713201",
                                         "IP = {peer}, Duplicate Phase 1 packet detected. Retransmitting last packet.",
                                         5, FOR_IKEV1, true, BY_EITHER},
                                        LOG_V1_TIMEOUT,
                                },
                        .steps =
                                {
                                        STEP_TUNNEL_GROUP,
                                        {AT_ASA, FOR_BOTH, "more system:running-config | begin tunnel-group {peer}",
                                         "the same with the keys in the clear: mind who sees it"},
                                        {AT_ASA, FOR_IKEV2,
                                         "tunnel-group {peer} ipsec-attributes ; ikev2 remote-authentication "
                                         "pre-shared-key <key> ; ikev2 local-authentication pre-shared-key <key>",
                                         "set both directions: they may differ"},
                                        {AT_ASA, FOR_IKEV1,
                                         "tunnel-group {peer} ipsec-attributes ; ikev1 pre-shared-key <key>",
                                         "set the key again"},
                                        {AT_ASA, FOR_BOTH, "show running-config crypto isakmp",
                                         "crypto isakmp identity: does the peer expect that identity?"},
                                        {AT_PEER, FOR_BOTH, "swanctl --load-creds",
                                         "on a strongSwan peer: after correcting secret and id of the ike-… section"},
                                        STEP_SWANCTL_LOG,
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                        .alternatives = {"identity-mismatch", "cert-untrusted"},
                },
        [CAUSE_CERT_UNTRUSTED] =
                {
                        .name = "cert-untrusted",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_AUTHENTICATION,
                        .headline = "authentication refused, certificates in use",
                        .meaning = "The peers agreed on keys and then one refused the other's certificate: not signed "
                                   "by a CA it trusts, expired, revoked, "
                                   "or with an identity it does not expect.",
                        .article = "IKE_SA AUTHENTICATION_FAILED: Cert chain validation failed. The cert presented by "
                                   "the peer is not signed by a CA the local "
                                   "side trusts.",
                        .show = {"MM_WAIT_MSG6 on the initiator, MM_WAIT_MSG5 on the responder", NO_IKEV2_SA},
                        .messages =
                                {
                                        {"751006",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:Unknown "
                                         "Certificate authentication failed. Error: <error>",
                                         3, FOR_IKEV2, false, BY_REFUSER},
                                        LOG_ABORTED("Failed to authenticate the IKE SA", false),
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        LOG_V1_TIMEOUT,
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show crypto ca certificates",
                                         "the CA of the peer's certificate must be among the trustpoints; mind the "
                                         "dates"},
                                        {AT_ASA, FOR_BOTH, "show clock",
                                         "a wrong clock makes good certificates invalid"},
                                        {AT_ASA, FOR_BOTH, "show running-config tunnel-group {peer}",
                                         "trust-point and peer-id-validate of the tunnel group"},
                                        {AT_ASA, FOR_BOTH, "debug crypto ca 3 ; … ; no debug crypto ca 3",
                                         "why validation failed; end the debug in the same change"},
                                        {AT_PEER, FOR_BOTH, "swanctl --list-certs",
                                         "on a strongSwan peer: its certificate's issuer and dates, and the CAs it "
                                         "trusts"},
                                        STEP_SWANCTL_LOG,
                                },
                        .alternatives = {"identity-mismatch", "psk-mismatch"},
                },
        [CAUSE_VERSION_MISMATCH] =
                {
                        .name = "version-mismatch",
                        .phase = PHASE_1,
                        .headline = "the peers do not speak the same IKE version",
                        .meaning = "One side uses IKEv1 and the other IKEv2 for this tunnel.",
                        .article = "IKE_SA timed out, where one side is IKEv1 only",
                        .show = {"no SA", NO_IKEV2_SA},
                        .messages =
                                {
                                        LOG_UNSUCCESSFUL,
                                        LOG_ALL_FAILED,
                                        {"751008",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:Unknown "
                                         "Group=<group>, Tunnel rejected: IKEv2 not enabled in group policy",
                                         3, FOR_IKEV2, false, BY_REFUSER},
                                },
                        .steps =
                                {
                                        STEP_CRYPTO_MAP,
                                        {AT_ASA, FOR_BOTH, "show running-config group-policy",
                                         "vpn-tunnel-protocol: ikev1, ikev2 or both"},
                                        {AT_ASA, FOR_BOTH, "show running-config crypto ikev2",
                                         "is IKEv2 enabled on the outside interface?"},
                                        {AT_PEER, FOR_BOTH, "swanctl.conf: version = 2",
                                         "on a strongSwan peer: 0 accepts both, 1 and 2 only that one"},
                                },
                        .alternatives = {"no-response"},
                },
        [CAUSE_PEER_DEAD] =
                {
                        .name = "peer-dead",
                        .phase = PHASE_1,
                        .fails = CHECKLIST_ROUTING,
                        .headline = "the peer went silent after the tunnel was up",
                        .meaning = "The tunnel was up; then liveness checks (DPD) were repeated and nothing at all "
                                   "came back.",
                        .article = "There are no IKEv2 SAs: Phase 1 was torn down",
                        .show = {"MM_ACTIVE until the checks give up, then no SA",
                                 "READY until the checks give up, then " NO_IKEV2_SA},
                        .messages =
                                {
                                        {"713123",
                                         "Group = {peer}, IP = {peer}, IKE lost contact with remote peer, deleting "
                                         "connection (keepalive type: DPD)",
                                         3, FOR_IKEV1, false, BY_EITHER},
                                        {"750007",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:{peer} IKEv2 SA "
                                         "DOWN. Reason: peer lost",
                                         5, FOR_IKEV2, true, BY_EITHER},
                                        LOG_SESSION_END("Lost Service"),
                                },
                        .steps =
                                {
                                        STEP_PING,
                                        STEP_IKEV2_SA,
                                        STEP_IKEV1_SA,
                                        {AT_PEER, FOR_BOTH, "uptime ; systemctl status strongswan",
                                         "did the peer or its IKE daemon restart?"},
                                        {AT_PATH, FOR_BOTH, "traceroute {peer}",
                                         "did the path or a firewall's state change?"},
                                },
                        .alternatives = {"natt-blocked"},
                },
        [CAUSE_CHILD_REFUSED] =
                {
                        .name = "child-refused",
                        .phase = PHASE_2,
                        .headline = "the child SA was refused: proposal or traffic selectors",
                        .meaning =
                                "The IKE SA is up, and the peer refused the child: its ESP proposal or its traffic "
                                "selectors do not match. Without keys both "
                                "look alike on the wire; with ikev2_decryption_table set, Wireshark tells them apart.",
                        .article = "IKE SA READY but no Child SA: Phase 1 succeeded, Phase 2 failed.",
                        .show = {"MM_ACTIVE, and no entry in show crypto ipsec sa", "READY, and no child SA"},
                        .messages =
                                {
                                        LOG_REFUSED("There was no IPSEC policy found for received TS", false),
                                        LOG_ABORTED("Create child exchange failed", true),
                                        {"751022",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:Unknown Tunnel "
                                         "rejected: Crypto Map Policy not found for remote traffic selector <range> "
                                         "local traffic selector <range>!",
                                         3, FOR_IKEV2, false, BY_REFUSER},
                                        {"713061",
                                         "Group = {peer}, IP = {peer}, Rejecting IPSec tunnel: no matching crypto map "
                                         "entry for remote proxy <net> local proxy <net> on interface <if>",
                                         3, FOR_IKEV1, false, BY_REFUSER},
                                        LOG_V1_ROW("QM FSM error (P2 struct <address>, mess id <id>)!"),
                                },
                        .steps =
                                {
                                        STEP_CRYPTO_MAP,
                                        {AT_ASA, FOR_BOTH, "show running-config access-list <crypto ACL>",
                                         "permit ip A B here must be permit ip B A on the peer"},
                                        {AT_ASA, FOR_BOTH, "show running-config crypto ipsec",
                                         "encryption and integrity of the ESP proposals, and PFS in the crypto map"},
                                        STEP_IPSEC_SA,
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: local_ts, remote_ts and esp_proposals of the child"},
                                        STEP_SWANCTL_LOG,
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                        .alternatives = {"ts-unacceptable", "esp-proposal-mismatch", "pfs-mismatch"},
                },
        [CAUSE_ESP_PROPOSAL_MISMATCH] =
                {
                        .name = "esp-proposal-mismatch",
                        .phase = PHASE_2,
                        .fails = CHECKLIST_SUITES,
                        .headline = "no common ESP proposal",
                        .meaning = "The IKE SA is up. The child was refused because the two sides share no ESP cipher "
                                   "suite (or one wants PFS and the other does not).",
                        .article =
                                "Proposal Mismatch: if the proposal does not match, the ESP SAs never get installed.",
                        .show = {"MM_ACTIVE, and no entry in show crypto ipsec sa", "READY, and no child SA"},
                        .messages =
                                {
                                        LOG_ABORTED("Received no proposal chosen notify", true),
                                        {"713257",
                                         "Phase 2 failure: Mismatched attribute types for class <class>: Rcv'd: <a> "
                                         "Cfg'd: <b>",
                                         5, FOR_IKEV1, false, BY_REFUSER},
                                        LOG_V1_NOTIFY("No proposal chosen (14)"),
                                        LOG_V1_ROW("QM FSM error (P2 struct <address>, mess id <id>)!"),
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_IKEV2, "show running-config crypto ipsec",
                                         "crypto ipsec ikev2 ipsec-proposal: encryption and integrity"},
                                        {AT_ASA, FOR_IKEV1, "show running-config crypto ipsec",
                                         "crypto ipsec ikev1 transform-set: encryption and hash"},
                                        STEP_CRYPTO_MAP,
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: esp_proposals of the child"},
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                        .alternatives = {"pfs-mismatch"},
                },
        [CAUSE_TS_UNACCEPTABLE] =
                {
                        .name = "ts-unacceptable",
                        .phase = PHASE_2,
                        .fails = CHECKLIST_CRYPTO_MAP,
                        .headline = "traffic selectors do not match",
                        .meaning = "The IKE SA is up. The child was refused because the networks one side wants to "
                                   "protect are not the mirror of the other side's.",
                        .article = "Traffic Selector Mismatch: the local side's access-list ... permit ip A B must "
                                   "mirror the remote side's access-list ... permit ip B A.",
                        .show = {"MM_ACTIVE, and no entry in show crypto ipsec sa", "READY, and no child SA"},
                        .messages =
                                {
                                        {"751022",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:Unknown Tunnel "
                                         "rejected: Crypto Map Policy not found for remote traffic selector <range> "
                                         "local traffic selector <range>!",
                                         3, FOR_IKEV2, false, BY_REFUSER},
                                        LOG_REFUSED("There was no IPSEC policy found for received TS", false),
                                        {"713061",
                                         "Group = {peer}, IP = {peer}, Rejecting IPSec tunnel: no matching crypto map "
                                         "entry for remote proxy <net> local proxy <net> on interface <if>",
                                         3, FOR_IKEV1, false, BY_REFUSER},
                                        LOG_V1_NOTIFY("Invalid ID info (18)"),
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show running-config access-list <crypto ACL>",
                                         "permit ip A B here must be permit ip B A on the peer"},
                                        STEP_IKEV2_SA,
                                        STEP_CRYPTO_MAP,
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: local_ts and remote_ts of the child"},
                                        {AT_PEER, FOR_BOTH, "swanctl --load-conns", "after correcting them"},
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                },
        [CAUSE_PFS_MISMATCH] =
                {
                        .name = "pfs-mismatch",
                        .phase = PHASE_2,
                        .fails = CHECKLIST_SUITES,
                        .headline = "the first child came up, every rekey is refused: PFS differs",
                        .meaning = "The first child SA has no key exchange of its own and came up. A rekey with (or "
                                   "without) perfect forward secrecy is then refused: "
                                   "the sides want different groups. Traffic stops when the old SA's lifetime ends.",
                        .article = "the ESP SAs immediately disappearing",
                        .show = {"MM_ACTIVE; the SA pair goes when its lifetime ends",
                                 "READY; the child SA goes when its lifetime ends"},
                        .messages =
                                {
                                        LOG_ABORTED("Create child exchange failed", true),
                                        LOG_ABORTED("Received no proposal chosen notify", true),
                                        {"713257",
                                         "Phase 2 failure: Mismatched attribute types for class Group Description: "
                                         "Rcv'd: <a> Cfg'd: <b>",
                                         5, FOR_IKEV1, false, BY_REFUSER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show running-config crypto map | include pfs",
                                         "the group, or that there is none"},
                                        {AT_ASA, FOR_BOTH, "crypto map <map> <n> set pfs group14",
                                         "the same group as the peer"},
                                        {AT_PEER, FOR_BOTH, "swanctl --list-conns",
                                         "on a strongSwan peer: a DH group in esp_proposals turns PFS on"},
                                        STEP_DEBUG_IKEV2,
                                        STEP_DEBUG_IKEV1,
                                },
                        .alternatives = {"child-refused"},
                },
        [CAUSE_REKEY_CHURN] =
                {
                        .name = "rekey-churn",
                        .phase = PHASE_2,
                        .headline = "child SAs are rekeyed far too often",
                        .meaning = "Children are replaced within seconds of one another. IKEv2 does not negotiate "
                                   "lifetimes: the side with the very short one "
                                   "drives every rekey.",
                        .article = "Lifetime Mismatch: a vastly mismatched setting leads to frequent rekey churn that "
                                   "confuses third-party peers.",
                        .show = {"MM_ACTIVE, SPIs that keep changing", "READY, SPIs that keep changing"},
                        .messages =
                                {
                                        {"713075",
                                         "Group = {peer}, IP = {peer}, Overriding Initiator's IPsec rekeying duration "
                                         "from <larger> to <smaller> seconds",
                                         5, FOR_IKEV1, false, BY_EITHER},
                                        {"713073",
                                         "Group = {peer}, IP = {peer}, Responder forcing change of IPsec rekeying "
                                         "duration from <larger> to <smaller> seconds",
                                         5, FOR_IKEV1, false, BY_EITHER},
                                        {"602303",
                                         "IPSEC: An outbound LAN-to-LAN SA (SPI= <spi>) between {asa} and {peer} "
                                         "(user= {peer}) has been created.",
                                         6, FOR_BOTH, true, BY_EITHER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show running-config crypto ipsec | include lifetime",
                                         "seconds and kilobytes"},
                                        {AT_ASA, FOR_BOTH, "show running-config crypto map | include lifetime",
                                         "the entry's own lifetime overrides the global one"},
                                        {AT_ASA, FOR_BOTH,
                                         "crypto map <map> <n> set security-association lifetime seconds 28800",
                                         "match the peer"},
                                        {AT_PEER, FOR_BOTH, "swanctl --list-sas",
                                         "on a strongSwan peer: rekeying in …; rekey_time and rekey_bytes of the "
                                         "child"},
                                },
                },
        [CAUSE_ONE_WAY] =
                {
                        .name = "one-way",
                        .phase = PHASE_DATA,
                        .headline = "ESP flows one way only",
                        .meaning = "The tunnel is up and one side sends ESP, but none comes back: the remote side or "
                                   "the path drops the return traffic, or the far "
                                   "network does not route it into the tunnel.",
                        .article = "IKE SA READY, Child SA present, but encaps == 0 or decaps == 0: tunnel is up but "
                                   "no traffic. Probably routing or NAT problem upstream.",
                        .show = {"MM_ACTIVE; #pkts {growing} grows and #pkts {still} does not",
                                 "READY; #pkts {growing} grows and #pkts {still} does not"},
                        .messages =
                                {
                                        {"402116",
                                         "IPSEC: Received an ESP packet (SPI= <spi>, sequence number= <n>) from {peer} "
                                         "(user= {peer}) to {asa}. The decapsulated inner packet doesn't match the "
                                         "negotiated policy in the SA.",
                                         4, FOR_BOTH, false, LOGGED_BY_EITHER, ESP_MISSING_ENCAPS},
                                },
                        .steps =
                                {
                                        STEP_IPSEC_SA,
                                        {AT_ASA, FOR_BOTH, "show route <remote protected network>",
                                         "is the inside traffic routed to the outside interface?"},
                                        {AT_ASA, FOR_BOTH, "show nat detail",
                                         "identity NAT (NAT exemption) for the protected networks must come first"},
                                        {AT_ASA, FOR_BOTH,
                                         "packet-tracer input inside icmp <inside host> 8 0 <remote host> detailed",
                                         "does the packet reach the VPN encrypt phase?"},
                                        {AT_ASA, FOR_BOTH, "show asp table vpn-context detail",
                                         "packets and errors per SPI"},
                                        {AT_PATH, FOR_BOTH, "tcpdump -ni any 'esp or udp port 4500'",
                                         "on each hop: where does the return ESP end?"},
                                        STEP_XFRM,
                                        {AT_PEER, FOR_BOTH, "ip route get <asa's protected host> ; iptables -t nat -S",
                                         "return route and NAT on a Linux peer"},
                                },
                        .alternatives = {"traffic-without-answer"},
                },
        [CAUSE_NO_TRAFFIC] =
                {
                        .name = "no-traffic",
                        .phase = PHASE_DATA,
                        .fails = CHECKLIST_INTERESTING_TRAFFIC,
                        .headline = "the tunnel is up and carries nothing",
                        .meaning = "IKE SA and child are up, and no ESP was seen since in either direction: nobody "
                                   "sends interesting traffic, it is not routed to the tunnel, or "
                                   "NAT changes it before it matches.",
                        .article = "IKE SA READY, Child SA present, but encaps == 0 or decaps == 0: tunnel is up but "
                                   "no traffic. Probably routing or NAT problem upstream.",
                        .show = {"MM_ACTIVE; #pkts encaps: 0, #pkts decaps: 0",
                                 "READY; #pkts encaps: 0, #pkts decaps: 0"},
                        .steps =
                                {
                                        STEP_IPSEC_SA,
                                        {AT_ASA, FOR_BOTH,
                                         "packet-tracer input inside icmp <inside host> 8 0 <remote host> detailed",
                                         "does interesting traffic reach the VPN encrypt phase?"},
                                        {AT_ASA, FOR_BOTH, "show nat detail",
                                         "identity NAT for the protected networks must come first"},
                                        {AT_ASA, FOR_BOTH, "show route <remote protected network>",
                                         "does it point to the outside interface?"},
                                        STEP_XFRM,
                                },
                        .alternatives = {"idle"},
                },
        [CAUSE_UNKNOWN_SPI] =
                {
                        .name = "unknown-spi",
                        .phase = PHASE_DATA,
                        .headline = "ESP arrives on an SPI that its receiver does not know",
                        .meaning = "One side still sends on an SA that the other has lost, usually after a restart or "
                                   "a missed delete.",
                        .article = "encaps climbs but decaps is zero: the remote side is dropping the ESP traffic",
                        .show = {"MM_ACTIVE", "READY"},
                        .messages =
                                {
                                        {"402114",
                                         "IPSEC: Received an ESP packet (SPI= <spi>, sequence number= <n>) from {peer} "
                                         "to {asa} with an invalid SPI.",
                                         4, FOR_BOTH, false, BY_EITHER},
                                        {"750015",
                                         "Local:{asa}:{asa_port} Remote:{peer}:{peer_port} Username:{peer} deleting "
                                         "IPSec SA. Reason: invalid SPI notification received for SPI <spi>; local "
                                         "traffic selector = <range>; remote traffic selector = <range>",
                                         4, FOR_IKEV2, false, BY_EITHER},
                                },
                        .steps =
                                {
                                        STEP_IPSEC_SA,
                                        {AT_ASA, FOR_BOTH, "clear crypto ipsec sa peer {peer}",
                                         "drops the stale SAs; traffic negotiates new ones"},
                                        {AT_PEER, FOR_BOTH, "swanctl --terminate --ike <name>",
                                         "on a strongSwan peer: drop its stale SAs"},
                                        {AT_ASA, FOR_IKEV1,
                                         "show running-config tunnel-group {peer} | include keepalive",
                                         "DPD finds a restarted peer; is it on?"},
                                },
                },
        [CAUSE_PACKET_LOSS] =
                {
                        .name = "packet-loss",
                        .phase = PHASE_DATA,
                        .headline = "ESP packets are lost on the path",
                        .meaning = "ESP sequence numbers show gaps that later packets do not fill.",
                        .article = NULL,
                        .show = {"MM_ACTIVE", "READY"},
                        .messages =
                                {
                                        {"402119",
                                         "IPSEC: Received an ESP packet (SPI= <spi>, sequence number= <n>) from {peer} "
                                         "(user= {peer}) to {asa} that failed anti-replay checking.",
                                         4, FOR_BOTH, false, BY_EITHER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show crypto ipsec stats", "replay and drop counters"},
                                        {AT_ASA, FOR_BOTH, "show interface outside",
                                         "drops and errors on the interface"},
                                        {AT_PATH, FOR_BOTH, "mtr --udp --port 4500 {peer}", "which hop loses packets?"},
                                        {AT_ASA, FOR_BOTH, "crypto ipsec security-association replay window-size 1024",
                                         "a larger window, where packets are reordered rather than lost"},
                                },
                        .alternatives = {"capture-dropped-packets"},
                },
        [CAUSE_MTU] =
                {
                        .name = "mtu",
                        .phase = PHASE_DATA,
                        .headline = "tunnel packets are too big for the path",
                        .meaning = "A router on the path reports that ESP packets do not fit its next link; large "
                                   "transfers stall while small packets pass.",
                        .article = NULL,
                        .show = {"MM_ACTIVE", "READY"},
                        .messages =
                                {
                                        {"602103",
                                         "IPSEC: Received an ICMP Destination Unreachable from <router> with suggested "
                                         "PMTU of <n>",
                                         6, FOR_BOTH, true, BY_EITHER},
                                },
                        .steps =
                                {
                                        {AT_ASA, FOR_BOTH, "show crypto ipsec sa peer {peer} | include mtu",
                                         "path mtu and ipsec overhead"},
                                        {AT_ASA, FOR_BOTH, "sysopt connection tcpmss 1350",
                                         "keeps TCP below the path's MTU"},
                                        {AT_ASA, FOR_BOTH, "crypto ipsec df-bit clear-df outside",
                                         "lets large packets be fragmented"},
                                        {AT_PATH, FOR_BOTH, "ping -M do -s 1400 {peer}", "find the size that passes"},
                                        {AT_PEER, FOR_BOTH,
                                         "ip route show cache {asa} ; nft add rule … tcp option maxseg size set rt mtu",
                                         "path MTU and MSS clamping on a Linux peer"},
                                },
                },
        [CAUSE_UNDETERMINED] =
                {
                        .name = "undetermined",
                        .phase = PHASE_NONE,
                        .headline = "No fault seen, too little seen to call it well",
                        .meaning = "Nothing in these packets speaks of a fault, and they do not show that all works. "
                                   "What is "
                                   "known of each phase, and what would tell the rest, stands above.",
                        .article = NULL,
                        .steps =
                                {
                                        {AT_ASA, FOR_IKEV2, "show crypto ikev2 sa detail",
                                         "is the IKE SA up, with a child?"},
                                        {AT_ASA, FOR_IKEV1, "show crypto ikev1 sa detail", "is the IKE SA up?"},
                                        {AT_ASA, FOR_BOTH, "show crypto ipsec sa peer {peer}",
                                         "do encaps and decaps both grow?"},
                                        {AT_ASA, FOR_BOTH,
                                         "capture VPN type raw-data interface outside match ip host {asa} host {peer}",
                                         "both directions, IKE and ESP; end it with no capture VPN"},
                                },
                },
};

static const char *const phase_names[] = {
        [PHASE_NONE] = "-",
        [PHASE_1] = "1",
        [PHASE_2] = "2",
        [PHASE_DATA] = "data",
};

static const char *const confidence_names[] = {
        [CONFIDENCE_POSSIBLE] = "possible",
        [CONFIDENCE_LIKELY] = "likely",
        [CONFIDENCE_CERTAIN] = "certain",
};

const struct catalogue_entry *catalogue_entry(enum cause cause)
{
	return &entries[cause < CAUSE_LAST ? cause : CAUSE_NONE];
}

const char *cause_name(enum cause cause)
{
	return catalogue_entry(cause)->name;
}

const char *phase_name(enum phase phase)
{
	return phase_names[phase];
}

const char *confidence_name(enum confidence value)
{
	return confidence_names[value];
}

const char *asa_message_note(const struct asa_message *message)
{
	static const char *const notes[2][2] = {
	        [LOGGED_BY_EITHER] = {"", "wording from memory, not from a source"},
	        [LOGGED_BY_REFUSER] = {"by the side that refuses",
	                               "by the side that refuses; wording from memory, not from a source"},
	};
	return notes[message->logged_by][message->recalled];
}

enum cause cause_from_name(const char *name)
{
	for (unsigned cause = 0; cause < CAUSE_LAST; cause++)
		if (strcmp(entries[cause].name, name) == 0)
			return (enum cause)cause;
	return CAUSE_LAST;
}

/* Where a word's value lies in struct catalogue_values: a string or an unsigned number. */
static const struct {
	const char *word;
	size_t offset;
	bool is_number;
} words[] = {
        {"asa", offsetof(struct catalogue_values, asa), false},
        {"peer", offsetof(struct catalogue_values, peer), false},
        {"asa_port", offsetof(struct catalogue_values, asa_port), true},
        {"peer_port", offsetof(struct catalogue_values, peer_port), true},
        {"version", offsetof(struct catalogue_values, version), true},
        {"growing", offsetof(struct catalogue_values, growing), false},
        {"still", offsetof(struct catalogue_values, still), false},
};

static void write_word(const void *context, const char *word, size_t length, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strlen(words[i].word) != length || memcmp(words[i].word, word, length) != 0)
			continue;
		const char *member = (const char *)context + words[i].offset;
		if (words[i].is_number)
			snprintf(text, size, "%u", *(const unsigned *)(const void *)member);
		else if (*(const char *const *)(const void *)member != NULL)
			snprintf(text, size, "%s", *(const char *const *)(const void *)member);
	}
}

const char *catalogue_fill(const char *template, const struct catalogue_values *values, char *text, size_t size)
{
	return text_template_fill(template, write_word, values, text, size);
}
