/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers, severities and templates: Cisco, "ASA Series Syslog Messages", and logs of real boxes. What nobody read in
 * either is marked recalled.
 */
#include "core/catalogue/messages.h"

#include <glib.h>
#include <string.h>

#define SOURCED false
#define RECALLED true

/* One line a message; the columns are those of struct log_meaning. */
#define MESSAGE(number, severity, versions, phase, outcome, cause, strength, recalled, template, meaning)              \
	{                                                                                                              \
		number, severity, versions, phase, outcome, cause, strength, recalled, template, meaning               \
	}
/* One that names no cause. */
#define PLAIN(number, severity, versions, phase, outcome, recalled, template, meaning)                                 \
	MESSAGE(number, severity, versions, phase, outcome, CAUSE_NONE, CONFIDENCE_POSSIBLE, recalled, template,       \
	        meaning)

#define LOCAL_REMOTE "Local:<ip>:<port> Remote:<ip>:<port> Username:<user> "
#define MAP_ENTRY "Map Tag = <tag>. Map Sequence Number = <n>."
#define RECEIVED "IPSEC: Received an <protocol> packet (SPI= <spi>, sequence number= <n>) from <peer> "

static const struct log_meaning meanings[] = {
        /* ---- severity 3 ---- */
        MESSAGE(713022, 3, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "IP = <peer> No Group found matching <id> for Pre-shared key peer <ip>",
                "No tunnel group fits this peer, so there is no key to authenticate it with."),
        PLAIN(713042, 3, FOR_IKEV1, PHASE_1, LOG_FAILED, SOURCED,
              "IKE Initiator unable to find policy: Intf <n>, Src: <a>, Dst: <b>",
              "Traffic asked for a tunnel and no crypto map entry fits it."),
        MESSAGE(713048, 3, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                "Error processing payload: Payload ID: <id>",
                "A payload made no sense to the ASA; one that decrypts to nonsense speaks of a wrong key."),
        MESSAGE(713061, 3, FOR_IKEV1, PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
                "Tunnel rejected: Crypto Map Policy not found for Src:<a>, Dst: <b>!",
                "The networks that the peer asks for are in no crypto map entry."),
        MESSAGE(713065, 3, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                "IKE Remote Peer did not negotiate the following: <attribute>",
                "The peer left an attribute out that the ASA needs."),
        MESSAGE(713118, 3, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "Detected invalid Diffie-Helmann group_descriptor <group>, in IKE area",
                "The peer uses a DH group that the ASA does not have."),
        PLAIN(713122, 3, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Keep-alives configured <t> but peer <ip> support keep-alives (type = <t>)",
              "The two sides do not agree on keepalives."),
        MESSAGE(713123, 3, FOR_IKEV1, PHASE_1, LOG_DOWN, CAUSE_PEER_DEAD, CONFIDENCE_CERTAIN, SOURCED,
                "IKE lost contact with remote peer, deleting connection (keepalive type: <t>)",
                "The peer no longer answered the liveness checks."),
        MESSAGE(713133, 3, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, CAUSE_PFS_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                "Mismatch: Overriding phase 2 DH Group(DH group <n>) with phase 1 group(DH group <n>)",
                "The group of PFS differs from that of Phase 1 and was replaced."),
        MESSAGE(713134, 3, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                "Mismatch: P1 Authentication algorithm in the crypto map entry different from negotiated algorithm for "
                "the L2L connection",
                "Another authentication was negotiated than the crypto map entry names."),
        PLAIN(713194, 3, FOR_IKEV1, PHASE_NONE, LOG_DOWN, SOURCED,
              "Sending <IKE|IPsec> Delete With Reason message: <reason>", "The ASA takes the SA down."),
        PLAIN(713227, 3, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, SOURCED,
              "Rejecting new IPsec SA negotiation for peer <ip>. A negotiation was already in progress for local Proxy "
              "<net>, remote Proxy <net>",
              "Two negotiations for the same networks met; one goes on."),
        PLAIN(713262, 3, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, SOURCED,
              "Rejecting new IPsec SA negotiation for peer <ip>. A negotiation was already in progress for local Proxy "
              "<net>, remote Proxy <net>",
              "Two negotiations for the same networks met; one goes on."),
        PLAIN(713254, 3, FOR_IKEV1, PHASE_NONE, LOG_FAILED, SOURCED,
              "Invalid IPsec/UDP port = <n>, valid range is <min> - <max>, except port 4500, which is reserved for "
              "IPsec/NAT-T",
              "The configured port for IPsec over UDP cannot be used."),
        PLAIN(713902, 3, FOR_IKEV1, PHASE_NONE, LOG_FAILED, SOURCED, "<free text>",
              "An IKEv1 error that only its text describes."),
        PLAIN(602305, 3, FOR_BOTH, PHASE_2, LOG_FAILED, SOURCED,
              "IPSEC: SA creation error, source <a>, destination <b>, error <c>",
              "The SA was agreed on and could not be installed."),
        PLAIN(602306, 3, FOR_BOTH, PHASE_2, LOG_NEUTRAL, SOURCED, "IPSEC: SA change peer IP error, SPI: <spi>, …",
              "The peer moved to another address and the SA could not follow."),
        MESSAGE(750011, 3, FOR_IKEV2, PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "Tunnel Rejected: Selected IKEv2 encryption algorithm (<a>) is not strong enough to secure proposed "
                "IPsec encryption algorithm (<b>).",
                "The IKE cipher is weaker than the ESP cipher, which this ASA does not allow."),
        PLAIN(751001, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED,
              LOCAL_REMOTE "Failed to complete Diffie-Hellman operation. Error: <e>", "The key agreement failed."),
        MESSAGE(751002, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                LOCAL_REMOTE "No pre-shared key or trustpoint configured for self in tunnel group <g>",
                "This ASA has nothing to authenticate itself with: local-authentication is missing."),
        MESSAGE(751004, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                LOCAL_REMOTE "No remote authentication method configured for peer in tunnel group <g>",
                "This ASA has nothing to check the peer with: remote-authentication is missing."),
        MESSAGE(751006, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_CERT_UNTRUSTED, CONFIDENCE_CERTAIN, SOURCED,
                LOCAL_REMOTE "Certificate authentication failed. Error: <e>",
                "The peer's certificate was not accepted."),
        MESSAGE(751008, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_VERSION_MISMATCH, CONFIDENCE_CERTAIN, SOURCED,
                LOCAL_REMOTE "Group=<g>, Tunnel rejected: IKEv2 not enabled in group policy",
                "The peer speaks IKEv2, which the group policy does not allow."),
        MESSAGE(751009, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                LOCAL_REMOTE "Unable to find tunnel group for peer.",
                "No tunnel group has this peer's address or identity as its name."),
        MESSAGE(751010, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                LOCAL_REMOTE
                "Unable to determine self-authentication method. No crypto map setting or tunnel group found.",
                "Neither crypto map entry nor tunnel group says how this ASA authenticates itself to this peer."),
        PLAIN(751011, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED, LOCAL_REMOTE "Failed user authentication. Error: <e>",
              "A user failed to authenticate: remote access, not site to site."),
        PLAIN(751017, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED, LOCAL_REMOTE "Configuration Error: <d>",
              "The configuration does not allow this tunnel; the text says what."),
        PLAIN(751018, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, RECALLED,
              LOCAL_REMOTE "Terminating the VPN connection attempt …", "The attempt was ended; the text says why."),
        PLAIN(751020, 3, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED,
              LOCAL_REMOTE "An <encryption> remote access connection failed. Attempting to use an NSA Suite B crypto "
                           "algorithm without an AnyConnect Premium license.",
              "The license does not cover the cipher."),
        MESSAGE(751022, 3, FOR_IKEV2, PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
                LOCAL_REMOTE
                "Tunnel rejected: Crypto Map Policy not found for remote traffic selector <range> local traffic "
                "selector <range>!",
                "The networks that the peer asks for are in no crypto map entry."),
        PLAIN(751024, 3, FOR_IKEV2, PHASE_NONE, LOG_FAILED, RECALLED,
              LOCAL_REMOTE "IKEv2 IPv6 User Filter <filter> configured. This setting has been deprecated, terminating "
                           "connection",
              "An IPv6 filter of the group policy ends the connection."),
        PLAIN(752006, 3, FOR_BOTH, PHASE_1, LOG_FAILED, SOURCED,
              "Tunnel Manager failed to dispatch a KEY_ACQUIRE message. Probable mis-configuration of the crypto map "
              "or "
              "tunnel-group. " MAP_ENTRY " SRC Addr: <a> port: <p> Dst Addr: <b> port: <q>.",
              "Traffic asked for a tunnel and the ASA could not begin: crypto map entry and tunnel group do not fit."),
        PLAIN(752007, 3, FOR_BOTH, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Tunnel Manager failed to dispatch a KEY_ACQUIRE message. Entry already in Tunnel Manager. " MAP_ENTRY,
              "A negotiation for this entry is under way already."),
        PLAIN(752015, 3, FOR_BOTH, PHASE_NONE, LOG_GAVE_UP, SOURCED,
              "Tunnel Manager has failed to establish an L2L SA. All configured IKE versions failed to establish the "
              "tunnel. " MAP_ENTRY,
              "The ASA has tried every IKE version it may use and gives up."),
        PLAIN(702305, 3, FOR_BOTH, PHASE_2, LOG_NEUTRAL, RECALLED,
              "IPSEC: An <direction> <type> SA (SPI= <spi>) between <local> and <remote> (<user>) is rekeying due to "
              "sequence number rollover.",
              "The SA is replaced because its sequence numbers run out."),

        /* ---- severity 4 ---- */
        MESSAGE(402114, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, CAUSE_UNKNOWN_SPI, CONFIDENCE_CERTAIN, SOURCED,
                RECEIVED "to <local> with an invalid SPI.",
                "The peer sends on an SA that this ASA does not have (any more)."),
        PLAIN(402115, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, SOURCED,
              "IPSEC: Received a packet from <peer> to <local> containing <a> data instead of <b> data.",
              "The packet's protocol is not the one that was negotiated."),
        MESSAGE(402116, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE, SOURCED,
                RECEIVED
                "(user= <user>) to <local>. The decapsulated inner packet doesn't match the negotiated policy in the "
                "SA. …",
                "What the peer sends does not fit the SA's networks and is dropped after decryption: compare both "
                "access "
                "lists."),
        MESSAGE(402117, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, CAUSE_ONE_WAY, CONFIDENCE_POSSIBLE, SOURCED,
                "IPSEC: Received a non-IPSec packet (protocol= <p>) from <peer> to <local>.",
                "The peer sends in the clear what this ASA expects in the tunnel."),
        MESSAGE(402118, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, CAUSE_MTU, CONFIDENCE_POSSIBLE, SOURCED,
                RECEIVED "(user= <user>) to <local> containing an illegal IP fragment of length <l> with offset <o>.",
                "A fragment that cannot be right was dropped."),
        MESSAGE(402119, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, CAUSE_PACKET_LOSS, CONFIDENCE_POSSIBLE, SOURCED,
                RECEIVED "(user= <user>) to <local> that failed anti-replay checking.",
                "Packets arrive far out of order, or twice."),
        PLAIN(402120, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, SOURCED,
              RECEIVED "(user= <user>) to <local> that failed authentication.",
              "The packet was changed on the way or forged."),
        PLAIN(402121, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, SOURCED,
              RECEIVED "(user= <user>) to <local> that was dropped by IPSec (<reason>).",
              "Dropped; the text says why."),
        PLAIN(402122, 4, FOR_BOTH, PHASE_DATA, LOG_FAILED, SOURCED,
              "IPSEC: Received a cleartext packet from <a> to <b> that was to be encapsulated in IPsec that was "
              "dropped by "
              "IPsec (<reason>).",
              "A packet that should have gone into the tunnel was dropped; the text says why."),
        MESSAGE(713157, 4, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY, SOURCED,
                "Timed out on initial contact to server [<ip>] Tunnel could not be established.",
                "The peer never answered."),
        PLAIN(713903, 4, FOR_IKEV1, PHASE_NONE, LOG_NEUTRAL, SOURCED, "<free text>",
              "An IKEv1 warning that only its text describes."),
        PLAIN(750003, 4, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED,
              LOCAL_REMOTE "IKEv2 Negotiation aborted due to ERROR: <error>",
              "The negotiation ended with an error; the text says which."),
        PLAIN(750012, 4, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              LOCAL_REMOTE
              "Selected IKEv2 encryption algorithm (<a>) is not strong enough to secure proposed IPsec encryption "
              "algorithm (<b>).",
              "The IKE cipher is weaker than the ESP cipher."),
        PLAIN(750014, 4, FOR_IKEV2, PHASE_1, LOG_DOWN, SOURCED,
              LOCAL_REMOTE
              "IKEv2 Session aborted. Reason: Initial Contact received for Local ID: <i>, Remote ID: <j> from "
              "remote peer:<a>:<p> to <b>:<q>",
              "The peer began anew, usually after a restart: the old session is gone."),
        MESSAGE(750015, 4, FOR_IKEV2, PHASE_DATA, LOG_FAILED, CAUSE_UNKNOWN_SPI, CONFIDENCE_CERTAIN, SOURCED,
                LOCAL_REMOTE
                "deleting IPSec SA. Reason: invalid SPI notification received for SPI <spi>; local traffic "
                "selector = <range>; remote traffic selector = <range>",
                "The peer says that it does not have the SA this ASA sends on."),
        PLAIN(751014, 4, FOR_IKEV2, PHASE_1, LOG_NEUTRAL, SOURCED,
              LOCAL_REMOTE "Warning Configuration Payload request for attribute <a> could not be processed. Error: <e>",
              "An address or another setting that a client asked for was not given; nothing to do with the key."),
        PLAIN(751015, 4, FOR_IKEV2, PHASE_1, LOG_FAILED, SOURCED,
              LOCAL_REMOTE "SA request rejected by CAC. Reason: <reason>", "The ASA is at its limit of sessions."),
        PLAIN(751016, 4, FOR_IKEV2, PHASE_2, LOG_FAILED, RECALLED,
              LOCAL_REMOTE "L2L peer initiated a tunnel with the same outer and inner addresses. …",
              "The peer's protected network is its own outer address."),
        MESSAGE(751027, 4, FOR_IKEV2, PHASE_DATA, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_LIKELY, SOURCED,
                LOCAL_REMOTE
                "IKEv2 Received INVALID_SELECTORS Notification from peer. Peer received a packet (SPI=<spi>). The "
                "decapsulated inner packet didn't match the negotiated policy in the SA. …",
                "What this ASA sends does not fit the SA's networks as the peer has them."),
        PLAIN(752009, 4, FOR_IKEV2, PHASE_1, LOG_NEUTRAL, SOURCED, "IKEv2 Doesn't support Multiple Peers",
              "The crypto map entry names several peers, which this release cannot do with IKEv2."),
        MESSAGE(752010, 4, FOR_IKEV2, PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "IKEv2 Doesn't have a proposal specified", "The crypto map entry has no ikev2 ipsec-proposal."),
        MESSAGE(752011, 4, FOR_IKEV1, PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "IKEv1 Doesn't have a transform set specified", "The crypto map entry has no ikev1 transform-set."),
        PLAIN(752012, 4, FOR_BOTH, PHASE_NONE, LOG_GAVE_UP, SOURCED,
              "IKEv<n> was unsuccessful at setting up a tunnel. " MAP_ENTRY, "This IKE version failed for this entry."),
        PLAIN(752013, 4, FOR_IKEV2, PHASE_1, LOG_STARTED, SOURCED,
              "Tunnel Manager dispatching a KEY_ACQUIRE message to IKEv2 after a failed attempt. " MAP_ENTRY,
              "The other IKE version failed; IKEv2 is tried now."),
        PLAIN(752014, 4, FOR_IKEV1, PHASE_1, LOG_STARTED, SOURCED,
              "Tunnel Manager dispatching a KEY_ACQUIRE message to IKEv1 after a failed attempt. " MAP_ENTRY,
              "The other IKE version failed; IKEv1 is tried now."),
        PLAIN(752017, 4, FOR_BOTH, PHASE_1, LOG_FAILED, RECALLED,
              "IKEv<n> Backup L2L tunnel initiation denied on interface …", "A backup tunnel may not begin from here."),
        PLAIN(753001, 4, FOR_IKEV2, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Unexpected IKEv2 packet received from <ip>:<port>. Error: <reason>",
              "A packet came that fits no negotiation."),
        PLAIN(113019, 4, FOR_BOTH, PHASE_NONE, LOG_DOWN, SOURCED,
              "Group = <g>, Username = <u>, IP = <peer>, Session disconnected. Session Type: LAN-to-LAN, Duration: "
              "<t>, Bytes "
              "xmt: <n>, Bytes rcv: <n>, Reason: <r>",
              "The session ended; the reason is in the text."),

        /* ---- severity 5 ---- */
        PLAIN(750001, 5, FOR_IKEV2, PHASE_1, LOG_STARTED, SOURCED,
              LOCAL_REMOTE
              "IKEv2 Received request to <request> an IPsec tunnel; local traffic selector = <range>; remote "
              "traffic selector = <range>",
              "Traffic asks for a tunnel between these networks."),
        PLAIN(750002, 5, FOR_IKEV2, PHASE_1, LOG_STARTED, SOURCED, LOCAL_REMOTE "Received a IKE_INIT_SA request",
              "The peer begins."),
        PLAIN(750004, 5, FOR_IKEV2, PHASE_1, LOG_NEUTRAL, SOURCED,
              LOCAL_REMOTE "Sending COOKIE challenge to throttle possible DoS",
              "Many half-open negotiations: the peer must send a cookie back first."),
        PLAIN(750005, 5, FOR_IKEV2, PHASE_2, LOG_NEUTRAL, SOURCED,
              LOCAL_REMOTE
              "IPsec rekey collision detected. I am lowest nonce initiator, deleting SA with inbound SPI <spi>",
              "Both sides rekeyed at once; one SA is dropped."),
        PLAIN(750006, 5, FOR_IKEV2, PHASE_2, LOG_UP, SOURCED, LOCAL_REMOTE "SA UP. Reason: <r>", "The tunnel is up."),
        PLAIN(750007, 5, FOR_IKEV2, PHASE_NONE, LOG_DOWN, SOURCED, LOCAL_REMOTE "SA DOWN. Reason: <r>",
              "The tunnel went down; the reason is in the text."),
        PLAIN(750008, 5, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              LOCAL_REMOTE "SA rejected due to system resource low", "The ASA is short of memory."),
        PLAIN(750009, 5, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              LOCAL_REMOTE "SA request rejected due to CAC limit reached: Rejection reason: <r>",
              "The ASA is at its limit of sessions."),
        PLAIN(750010, 5, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              LOCAL_REMOTE "IKEv2 local throttle-request queue depth threshold of <n> reached; …",
              "More negotiations wait than are allowed at once."),
        PLAIN(750013, 5, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, SOURCED, "IKEv2 SA … Peer Moved from <a> to <b>",
              "The peer has another address now (MOBIKE)."),
        PLAIN(752003, 5, FOR_IKEV2, PHASE_1, LOG_STARTED, SOURCED,
              "Tunnel Manager dispatching a KEY_ACQUIRE message to IKEv2. " MAP_ENTRY,
              "Traffic asks for this entry's tunnel."),
        PLAIN(752004, 5, FOR_IKEV1, PHASE_1, LOG_STARTED, SOURCED,
              "Tunnel Manager dispatching a KEY_ACQUIRE message to IKEv1. " MAP_ENTRY,
              "Traffic asks for this entry's tunnel."),
        PLAIN(752016, 5, FOR_BOTH, PHASE_2, LOG_UP, SOURCED,
              "IKEv<n> was successful at setting up a tunnel. " MAP_ENTRY, "The tunnel is up."),
        PLAIN(713041, 5, FOR_IKEV1, PHASE_1, LOG_STARTED, SOURCED,
              "IKE Initiator: <new or rekey> Phase <1 or 2>, Intf <i>, IKE Peer <p> local Proxy Address <a>, remote "
              "Proxy "
              "Address <b>, Crypto map (<tag>)",
              "Traffic asks for a tunnel between these networks."),
        PLAIN(713049, 5, FOR_IKEV1, PHASE_2, LOG_PHASE_UP, SOURCED,
              "Security negotiation complete for <type> (<group>) <Initiator|Responder>, Inbound SPI = <s>, Outbound "
              "SPI = "
              "<s>",
              "The pair of ESP SAs is agreed on."),
        PLAIN(713050, 5, FOR_IKEV1, PHASE_NONE, LOG_DOWN, SOURCED,
              "Connection terminated for peer <a>. Reason: <r> Remote Proxy <x>, Local Proxy <y>",
              "The session ended; the reason is in the text."),
        PLAIN(713068, 5, FOR_IKEV1, PHASE_NONE, LOG_FAILED, SOURCED,
              "Received non-routine Notify message: <type> (<value>)", "The peer refuses; the notify's name says why."),
        MESSAGE(713073, 5, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, CAUSE_REKEY_CHURN, CONFIDENCE_POSSIBLE, SOURCED,
                "Responder forcing change of <Phase 1|Phase 2|IPsec> rekeying duration from <larger> to <smaller> "
                "seconds",
                "The lifetimes differ; the shorter one is used."),
        MESSAGE(713074, 5, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, CAUSE_REKEY_CHURN, CONFIDENCE_POSSIBLE, SOURCED,
                "Responder forcing change of IPsec rekeying duration from <larger> to <smaller> Kbs",
                "The lifetimes in kilobytes differ; the shorter one is used."),
        MESSAGE(713075, 5, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, CAUSE_REKEY_CHURN, CONFIDENCE_POSSIBLE, SOURCED,
                "Overriding Initiator's IPsec rekeying duration from <larger> to <smaller> seconds",
                "The lifetimes differ; the shorter one is used."),
        MESSAGE(713076, 5, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, CAUSE_REKEY_CHURN, CONFIDENCE_POSSIBLE, SOURCED,
                "Overriding Initiator's IPsec rekeying duration from <larger> to <smaller> Kbs",
                "The lifetimes in kilobytes differ; the shorter one is used."),
        PLAIN(713092, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Failure during phase 1 rekeying attempt due to collision", "Both sides rekeyed at once."),
        PLAIN(713119, 5, FOR_IKEV1, PHASE_1, LOG_PHASE_UP, SOURCED, "PHASE 1 COMPLETED", "Phase 1 is up."),
        PLAIN(713120, 5, FOR_IKEV1, PHASE_2, LOG_UP, SOURCED, "PHASE 2 COMPLETED (msgid=<id>)", "The tunnel is up."),
        PLAIN(713130, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Received unsupported transaction mode attribute: <id>", "A client setting that this ASA does not know."),
        MESSAGE(713136, 5, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE, SOURCED,
                "IKE session establishment timed out [<IKE state>], aborting!",
                "Phase 1 did not come to its end in time; the state says where it stopped."),
        MESSAGE(713139, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, RECALLED,
                "<group> not found, using BASE GROUP default preshared key",
                "No tunnel group fits this peer; the default group's key is used."),
        PLAIN(713178, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, RECALLED,
              "IKE Initiator received a packet from its peer without a Responder cookie",
              "A first answer that cannot be right."),
        MESSAGE(713201, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
                "Duplicate Phase <n> packet detected. <Action>",
                "The peer repeats itself: it did not get, or did not accept, the last answer."),
        PLAIN(713202, 5, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED, "Duplicate IP packet detected.",
              "A packet came twice."),
        PLAIN(713240, 5, FOR_IKEV1, PHASE_1, LOG_FAILED, SOURCED,
              "Received DH key with bad length: received length=<n> expected length=<n>",
              "The peer's key does not have its group's length."),
        MESSAGE(713257, 5, FOR_IKEV1, PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
                "Phase <n> failure: Mismatched attribute types for class <c>: Rcv'd: <a> Cfg'd: <b>",
                "An attribute of the proposal differs: the text names both sides' values."),
        PLAIN(713259, 5, FOR_IKEV1, PHASE_NONE, LOG_DOWN, SOURCED, "Session is being torn down. Reason: <r>",
              "The session ends; the reason is in the text."),
        PLAIN(713904, 5, FOR_IKEV1, PHASE_NONE, LOG_NEUTRAL, SOURCED, "<free text>",
              "An IKEv1 notice that only its text describes."),

        /* ---- severity 6 ---- */
        PLAIN(602303, 6, FOR_BOTH, PHASE_2, LOG_PHASE_UP, RECALLED,
              "IPSEC: An <direction> <type> SA (SPI= <spi>) between <local> and <remote> (user= <u>) has been created.",
              "An ESP SA is in place."),
        PLAIN(602304, 6, FOR_BOTH, PHASE_2, LOG_NEUTRAL, RECALLED,
              "IPSEC: An <direction> <type> SA (SPI= <spi>) between <local> and <remote> (user= <u>) has been deleted.",
              "An ESP SA is gone."),
        MESSAGE(602103, 6, FOR_BOTH, PHASE_DATA, LOG_NEUTRAL, CAUSE_MTU, CONFIDENCE_POSSIBLE, RECALLED,
                "IPSEC: Received an ICMP Destination Unreachable from <ip> with suggested PMTU of <n>; …",
                "A router on the path cannot forward packets of that size."),
        MESSAGE(602104, 6, FOR_BOTH, PHASE_DATA, LOG_NEUTRAL, CAUSE_MTU, CONFIDENCE_POSSIBLE, RECALLED,
                "IPSEC: Received an ICMP Destination Unreachable from <ip>, PMTU is unchanged because suggested PMTU "
                "of <n> "
                "is equal to or greater than the current PMTU of <n>, …",
                "A router on the path cannot forward packets of that size."),
        PLAIN(713219, 6, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED,
              "Queuing KEY-ACQUIRE messages to be processed when P1 SA is complete.", "Phase 2 waits for Phase 1."),
        PLAIN(713220, 6, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, SOURCED,
              "De-queuing KEY-ACQUIRE messages that were left pending.", "Phase 2 goes on."),
        PLAIN(713172, 6, FOR_IKEV1, PHASE_1, LOG_NEUTRAL, RECALLED,
              "Automatic NAT Detection Status: Remote end <is|is not> behind a NAT device This end <is|is not> behind "
              "a NAT "
              "device",
              "Where NAT is."),
        PLAIN(713905, 6, FOR_IKEV1, PHASE_NONE, LOG_NEUTRAL, SOURCED, "<free text>",
              "An IKEv1 message that only its text describes."),

        /* ---- severity 7 ---- */
        PLAIN(713906, 7, FOR_IKEV1, PHASE_NONE, LOG_NEUTRAL, SOURCED, "<free text>", "Debug output of IKE."),
        PLAIN(715080, 7, FOR_IKEV1, PHASE_2, LOG_NEUTRAL, SOURCED, "VPN: Starting P2 rekey timer: <n> seconds.",
              "When the SA will be rekeyed."),
        PLAIN(750016, 7, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              LOCAL_REMOTE "IKEv2 Need to send a DPD message to peer", "A liveness check is due."),
        PLAIN(751003, 7, FOR_IKEV2, PHASE_NONE, LOG_NEUTRAL, SOURCED, LOCAL_REMOTE "Need to send a DPD message to peer",
              "A liveness check is due."),
        PLAIN(752002, 7, FOR_BOTH, PHASE_NONE, LOG_NEUTRAL, SOURCED, "Tunnel Manager Removed entry. " MAP_ENTRY,
              "The attempt for this entry is over, one way or the other."),
        PLAIN(752008, 7, FOR_BOTH, PHASE_NONE, LOG_NEUTRAL, RECALLED,
              "Duplicate entry already in Tunnel Manager. " MAP_ENTRY,
              "A negotiation for this entry is under way already."),
        PLAIN(702307, 7, FOR_BOTH, PHASE_2, LOG_NEUTRAL, RECALLED,
              "IPSEC: An <direction> <type> SA (SPI= <spi>) between <local> and <remote> (<user>) is rekeying due to "
              "data "
              "rollover.",
              "The SA is replaced because its lifetime in kilobytes ends."),
};

/* ---- what a message says in its text ---- */

#define ANY 0

static const struct log_text texts[] = {
        /* 750003: the error. */
        {750003, "Failed to authenticate the IKE SA", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY,
         SOURCED,
         "The local pre-shared key does not give the value that the peer's message proves: the local key is wrong, the "
         "remote key is, or both."},
        {750003, "no IPSEC policy found for received TS", PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE,
         CONFIDENCE_CERTAIN, SOURCED, "The networks that the peer asks for are in no crypto map entry."},
        {750003, "Failed to receive the AUTH msg before the timer expired", PHASE_1, LOG_FAILED, CAUSE_AUTH_NO_RESPONSE,
         CONFIDENCE_LIKELY, SOURCED,
         "Keys were agreed on, and the authentication that must follow never came: UDP 4500 or large packets are "
         "dropped, or "
         "the peer refused in silence."},
        {750003, "Maximum number of retransmissions reached", PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY,
         RECALLED, "The peer does not answer."},
        {750003, "Failed to find a matching policy", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH,
         CONFIDENCE_LIKELY, RECALLED, "No IKEv2 policy here fits what the peer offers."},
        {750003, "no proposal chosen", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The peer has no policy that fits what this ASA offers."},
        {750003, "Create child exchange failed", PHASE_2, LOG_FAILED, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY, RECALLED,
         "The IKE SA is up; a child SA was refused."},
        {750003, "Auth exchange failed", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, RECALLED,
         "The authentication exchange failed."},
        {750003, "wrong DH group", PHASE_1, LOG_FAILED, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The peer's key exchange is in another group."},
        /* Reasons for going down. */
        {750007, "peer lost", PHASE_1, LOG_DOWN, CAUSE_PEER_DEAD, CONFIDENCE_LIKELY, RECALLED,
         "The peer no longer answered."},
        {113019, "crypto map policy not found", PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
         "The networks that the peer asked for are in no crypto map entry."},
        {113019, "Lost Service", PHASE_1, LOG_DOWN, CAUSE_PEER_DEAD, CONFIDENCE_LIKELY, RECALLED,
         "The peer no longer answered."},
        {113019, "Phase 2 Mismatch", PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The ESP proposals have nothing in common."},
        {713259, "crypto map policy not found", PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
         "The networks that the peer asked for are in no crypto map entry."},
        {713259, "Lost Service", PHASE_1, LOG_DOWN, CAUSE_PEER_DEAD, CONFIDENCE_LIKELY, RECALLED,
         "The peer no longer answered."},
        {713259, "Phase 2 Mismatch", PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The ESP proposals have nothing in common."},
        /* Which payload made no sense: 1 is the SA payload, with the proposals (RFC 2408 sec. 3.1). */
        {713048, "Payload ID: 1", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The peer's proposals were not acceptable."},
        /* What the peer answered, by the notify's number (RFC 2408 sec. 3.14.1). */
        {713068, "(14)", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "The peer has no policy that fits what this ASA offers."},
        {713068, "(18)", PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
         "The peer does not accept the networks that this ASA asks for."},
        {713068, "(17)", PHASE_1, LOG_FAILED, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "The peer does not accept the key exchange."},
        {713068, "(23)", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "The peer finds the hash wrong: the keys differ."},
        {713068, "(24)", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "The peer refuses the authentication."},
        {713068, "(20)", PHASE_1, LOG_FAILED, CAUSE_CERT_UNTRUSTED, CONFIDENCE_LIKELY, SOURCED,
         "The peer refuses the certificate."},
        {713068, "(22)", PHASE_1, LOG_FAILED, CAUSE_CERT_UNTRUSTED, CONFIDENCE_LIKELY, SOURCED,
         "The peer does not trust the certificate's CA."},
        {713068, "(11)", PHASE_DATA, LOG_FAILED, CAUSE_UNKNOWN_SPI, CONFIDENCE_CERTAIN, SOURCED,
         "The peer does not have the SA that this ASA sends on."},
        /* Where IKEv1 stopped. MM3 and MM4 carry keys and nonces, no hash of the pre-shared key. */
        {713136, "MM_WAIT_MSG2", PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY, SOURCED,
         "The first message was never answered."},
        {713136, "MM_WAIT_MSG3", PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE, SOURCED,
         "This ASA answered, and its answer did not arrive or was not liked."},
        {713136, "MM_WAIT_MSG4", PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_POSSIBLE, SOURCED,
         "The key exchange was sent and not answered. No key has been compared at this point."},
        {713136, "MM_WAIT_MSG5", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
         "Keys were exchanged, and no usable proof came from the peer: another pre-shared key, or UDP 4500 is "
         "dropped."},
        {713136, "MM_WAIT_MSG6", PHASE_1, LOG_FAILED, CAUSE_PSK_MISMATCH, CONFIDENCE_POSSIBLE, SOURCED,
         "This ASA proved itself, and the peer did not answer with its own proof: another pre-shared key, or UDP 4500 "
         "is "
         "dropped."},
        /* Which attributes differ. */
        {713257, "Phase 2 failure: Mismatched attribute types for class Group Description", PHASE_2, LOG_FAILED,
         CAUSE_PFS_MISMATCH, CONFIDENCE_CERTAIN, SOURCED,
         "The groups of PFS differ: the text names both sides' values."},
        {713257, "class Group Description", PHASE_1, LOG_FAILED, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "The DH groups differ: the text names both sides' values."},
        {713257, "Phase 2 failure", PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN, SOURCED,
         "An attribute of the ESP proposal differs: the text names both sides' values."},
        {713257, "Phase 1 failure", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_CERTAIN, SOURCED,
         "An attribute of the IKE proposal differs: the text names both sides' values."},
        /* Free text: 713902 to 713906. */
        {713902, "QM FSM error", PHASE_2, LOG_FAILED, CAUSE_CHILD_REFUSED, CONFIDENCE_LIKELY, SOURCED,
         "Quick mode ended in an error: proposal or networks do not fit."},
        {713902, "Removing peer from correlator table failed", PHASE_NONE, LOG_GAVE_UP, CAUSE_NONE, CONFIDENCE_POSSIBLE,
         SOURCED, "Clearing up after a failure that another message explains."},
        {713902, "Removing peer from peer table failed", PHASE_NONE, LOG_GAVE_UP, CAUSE_NONE, CONFIDENCE_POSSIBLE,
         RECALLED, "Clearing up after a failure that another message explains."},
        {ANY, "All IPSec SA proposals found unacceptable", PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH,
         CONFIDENCE_CERTAIN, RECALLED, "None of the offered ESP proposals is acceptable."},
        {ANY, "All SA proposals found unacceptable", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH,
         CONFIDENCE_CERTAIN, RECALLED, "None of the offered IKE proposals is acceptable."},
        {ANY, "Phase 1 mismatch", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The IKE proposals have nothing in common."},
        /* The article's 713905; Cisco's list has no such text. */
        {ANY, "Phase 2 mismatch", PHASE_2, LOG_FAILED, CAUSE_ESP_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, RECALLED,
         "The ESP proposals have nothing in common."},
        /* The article's rows, and what debug prints: the names of notifies. */
        {ANY, "TS_UNACCEPTABLE", PHASE_2, LOG_FAILED, CAUSE_TS_UNACCEPTABLE, CONFIDENCE_CERTAIN, SOURCED,
         "The traffic selectors of the two sides are not each other's mirror."},
        {ANY, "NO_PROPOSAL_CHOSEN", PHASE_1, LOG_FAILED, CAUSE_IKE_PROPOSAL_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "One side has no policy that fits what the other offers."},
        {ANY, "INVALID_KE_PAYLOAD", PHASE_1, LOG_FAILED, CAUSE_DH_GROUP_MISMATCH, CONFIDENCE_LIKELY, SOURCED,
         "One side wants the key exchange in another DH group."},
        {ANY, "AUTHENTICATION_FAILED", PHASE_1, LOG_FAILED, CAUSE_CERT_UNTRUSTED, CONFIDENCE_POSSIBLE, SOURCED,
         "Authentication was refused: with certificates, the chain was not trusted; with a pre-shared key, the keys "
         "differ."},
        {ANY, "IKE_SA timed out", PHASE_1, LOG_FAILED, CAUSE_NO_RESPONSE, CONFIDENCE_LIKELY, SOURCED,
         "UDP 500 is dropped on the path, or the peer is down."},
};

const struct log_meaning *catalogue_log_meanings(size_t *count)
{
	*count = G_N_ELEMENTS(meanings);
	return meanings;
}

const struct log_text *catalogue_log_texts(size_t *count)
{
	*count = G_N_ELEMENTS(texts);
	return texts;
}

const struct log_meaning *catalogue_log_meaning(uint32_t number)
{
	for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++)
		if (meanings[i].number == number)
			return &meanings[i];
	return NULL;
}

/* Where words that begin at text end; NULL where they do not stand there. A space stands for any number of them. */
static const char *match_words(const char *text, const char *end, const char *words)
{
	for (; *words != '\0'; words++) {
		if (text == end || g_ascii_tolower(*text) != g_ascii_tolower(*words))
			return NULL;
		text++;
		while (*words == ' ' && text < end && *text == ' ')
			text++;
	}
	return text;
}

/* Words in any case. Those that end in a digit must not be followed by another: 1 is not 14. */
static bool contains(const char *text, size_t length, const char *words)
{
	const char *end = text + length;
	bool ends_in_digit = g_ascii_isdigit(words[strlen(words) - 1]);

	for (; text < end; text++) {
		const char *after = match_words(text, end, words);
		if (after != NULL && !(ends_in_digit && after < end && g_ascii_isdigit(*after)))
			return true;
	}
	return false;
}

const struct log_text *catalogue_log_text(uint32_t number, const char *text, size_t length)
{
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
		if ((texts[i].number == number || texts[i].number == ANY) && contains(text, length, texts[i].contains))
			return &texts[i];
	return NULL;
}

enum cause catalogue_cause_in_phase(enum cause cause, enum phase phase)
{
	if (phase == PHASE_2 && cause == CAUSE_IKE_PROPOSAL_MISMATCH)
		return CAUSE_ESP_PROPOSAL_MISMATCH;
	if (phase == PHASE_2 && cause == CAUSE_DH_GROUP_MISMATCH)
		return CAUSE_PFS_MISMATCH;
	return cause;
}
