# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios: one for each failure of the article, and healthy ones beside them. One list for each phase that fails."""

import dataclasses
import typing

from plays import (behind_nat, both_at_once, both_rekey_at_once, child_later, churn, dies, dies_and_comes_back,
                   dropped, dropped_at_first, forgets, half_open_first, idle, idle_anew, is_redirected, later_success, lossy, moves, narrow_path,
                   one_way, one_way_then_healed, refused, refused_twice, rekey_refused, rekeyed, rekeyed_under_load,
                   second_child, second_child_refused, second_ike_sa, up, up_and_closed, up_with_traffic)

CBC1 = {"ike": "aes256-sha1-modp2048", "esp": "aes256-sha1"}
GCM = {"ike": "aes256gcm16-prfsha256-modp2048", "esp": "aes256gcm16"}
CERTIFICATES = {"auth": "cert"}
V1 = {"version": 1}
V2 = {"version": 2}
SHA512 = {"ike": "aes256-sha512-modp2048", "esp": "aes256-sha512"}
TRIPLE_DES = {"ike": "3des-sha1-modp1024", "esp": "3des-sha1"}
CURVES = {"ike": "aes128gcm16-prfsha256-x25519", "esp": "aes128gcm16-x25519"}
LARGE = {"auth": "cert", "fragmentation": "no"}  # with GOOD_LARGE certificates: needs IP fragments
# More than one packet holds already in the first message.
LARGE_FIRST = {"ike": ",".join(f"{cipher}-{hash}-modp8192" for cipher in ("aes256", "aes192", "aes128", "3des")
                               for hash in ("sha512", "sha384", "sha256", "sha1"))}
SMALL_FRAGMENTS = {"fragmentation": "force", "daemon": {"fragment_size": 576}}
ANY_PEER = {"connection": {"remote_addrs": "%any"}}
BEHIND_NAT = {"left": "10.2.0.254"}  # what the right sees of the left
ODD_PORTS = {"daemon": {"port": 5500, "port_nat_t": 5501}, "connection": {"local_port": 5501, "remote_port": 5501}}
MANY_ADDRESSES = {"mobike": True, "connection": {"local_addrs": "%any"}}
TWO_GATEWAYS = {"connection": {"local_addrs": "10.2.0.1, 10.2.0.2"}}
AUTH_ANSWER = "isakmp.exchangetype == 35 && isakmp.flag_r == 1"
CHILD_ANSWER = "isakmp.exchangetype == 36 && isakmp.flag_r == 1"
INIT_ANSWER = "isakmp.exchangetype == 34 && isakmp.flag_r == 1"
INFORMATIONAL_V1 = "isakmp.exchangetype == 5"


@dataclasses.dataclass
class Scenario:
    name: str
    sentence: str
    play: typing.Callable
    cause: str = "none"           # what can be known without keys
    keyed: str = ""               # with keys, where that tells more
    proof: str = ""               # display filter: its first frame proves the cause
    both: dict = dataclasses.field(default_factory=dict)
    left: dict = dataclasses.field(default_factory=dict)
    right: dict = dataclasses.field(default_factory=dict)
    family: int = 4
    initiator: str = "left"
    capture: str = "left"         # the gateway's link that is captured
    history: tuple = ()           # causes that occurred and were undone
    alternatives: tuple = ()      # what it is or could be, where the wire cannot tell it from the cause
    seen_as: dict = dataclasses.field(default_factory=dict)  # address of a side in the capture, where it is not its own
    options: tuple = ()           # that asaphase needs to read this capture
    says: tuple = ()              # (side, words that its log must hold)
    others: tuple = ()            # causes of further tunnels that the capture shows, sorted
    answers: dict = dataclasses.field(default_factory=dict)  # for phases where truth.answers() knows no better
    begins: str = ""              # display filter: its first frame is the one from which the fault can be known, where that is not
                                  # the proof and begins.py does not find it
    shows: tuple = ()             # (display filter, least number of frames that the capture must hold)
    certificates: dict = dataclasses.field(default_factory=dict)
    phase: typing.Optional[str] = None  # that fails: by the list in which the scenario stands


def trust(left, right, kind="rsa"):
    """CAs that sign each side's certificate; both sides trust "Good CA"."""
    return {"authority_of": {"left": left, "right": right}, "trusted_by": {"left": "Good CA", "right": "Good CA"},
            "kind": kind}


GOOD = trust("Good CA", "Good CA")
GOOD_LARGE = trust("Good CA", "Good CA", "rsa-large")
ROGUE_LEFT = trust("Rogue CA", "Good CA")
ROGUE_LEFT_LARGE = trust("Rogue CA", "Good CA", "rsa-large")
ROGUE_LEFT_SMALL = trust("Rogue CA", "Good CA", "ecdsa")
ROGUE_RIGHT = trust("Good CA", "Rogue CA")
REFUSED = (("left", "received AUTHENTICATION_FAILED"),)
NO_TS = (("left", "received TS_UNACCEPTABLE"),)
NO_PROPOSAL = (("left", "received NO_PROPOSAL_CHOSEN"),)
CAME_UP = (("left", "established with SPIs"), ("right", "established with SPIs"))
WRONG = {"psk": "wrong"}
OTHER_NET = {"local_net": "192.168.77.0/24"}
S = Scenario

HEALTHY = [
    S("ikev2-up-cbc", "healthy, AES-CBC-256 and SHA-256", up, says=CAME_UP),
    S("ikev2-up-cbc-sha1", "healthy, AES-CBC-256 and SHA-1", up, both=CBC1, says=CAME_UP),
    S("ikev2-up-gcm", "healthy, AES-GCM-16", up, both=GCM, says=CAME_UP),
    S("ikev2-up-ipv6", "healthy over IPv6, no traffic yet", up, "undetermined", family=6),
    S("ikev2-up-certificates", "healthy, RSA certificates, fragmented IKE_AUTH", up, both=CERTIFICATES, certificates=GOOD, says=CAME_UP),
    S("ikev2-up-from-right", "healthy, initiated by the other side", up, initiator="right", says=CAME_UP),
    S("ikev2-up-closed", "healthy, then deleted by the initiator", up_and_closed, says=CAME_UP),
    S("ikev2-up-two-children", "healthy, two children", second_child, both={"second_child": True}, says=CAME_UP),
    S("ikev2-eap", "healthy, the initiator authenticates by EAP-MD5", up, both={"auth": "eap", "eap": "geheim"}, says=CAME_UP),
    S("ikev2-eap-gcm", "healthy, EAP-MD5 under AES-GCM", up, both={**GCM, "auth": "eap", "eap": "geheim"}, says=CAME_UP),
    S("ikev2-cookie", "healthy, the responder asks for a cookie while an earlier attempt is half open", half_open_first,
      right={"cookie": True}, shows=(("isakmp.notify.msgtype == 16390", 1),), says=CAME_UP),
    S("ikev2-dh-retry", "healthy, one round trip more for another DH group", up, left={"ike": "aes256-sha256-modp1024-modp2048"},
      right={"ike": "aes256-sha256-modp2048"}, says=CAME_UP),
    S("ikev2-child-rekey", "healthy, the child is rekeyed once", rekeyed("--child", "first"), says=CAME_UP),
    S("ikev2-child-rekey-gcm", "healthy, the child is rekeyed once, AES-GCM with PFS", rekeyed("--child", "first"),
      both={**GCM, "esp": "aes256gcm16-modp2048"}, says=CAME_UP),
    S("ikev2-ike-rekey", "healthy, the IKE SA is rekeyed once", rekeyed("--ike", "tunnel"), says=CAME_UP),
    S("ikev2-both-at-once", "healthy, both sides begin at the same moment", both_at_once, says=CAME_UP),
    S("ikev1-up-main", "healthy, main mode", up, both=V1, says=CAME_UP),
    S("ikev1-up-aggressive", "healthy, aggressive mode", up, both={**V1, "aggressive": True}, says=CAME_UP),
    S("ikev1-up-from-right", "healthy, main mode initiated by the other side", up, both=V1, initiator="right", says=CAME_UP),
    S("ikev1-up-certificates", "healthy, main mode with RSA certificates", up, both={**V1, **CERTIFICATES}, certificates=GOOD, says=CAME_UP),
    S("ikev2-up-sha512", "healthy, AES-CBC-256 and SHA-512", up, both=SHA512, says=CAME_UP),
    S("ikev2-up-3des", "healthy, 3DES and SHA-1", up, both=TRIPLE_DES, says=CAME_UP),
    S("ikev2-up-chacha20", "healthy, ChaCha20-Poly1305", up, both={"ike": "chacha20poly1305-prfsha256-x25519",
                                                                  "esp": "chacha20poly1305"}, says=CAME_UP),
    S("ikev2-up-narrowed", "healthy, the responder narrows the selectors to its own", up, right={"local_net": "192.168.2.0/28"}, says=CAME_UP),
    S("ikev2-up-ipv6-traffic", "healthy over IPv6, with traffic", up_with_traffic, family=6, says=CAME_UP),
    S("ikev2-up-ip-fragments", "healthy, IKE_AUTH comes in IP fragments", up, both=LARGE, certificates=GOOD_LARGE, says=CAME_UP),
    S("ikev2-up-ip-fragments-ipv6", "healthy, IKE_AUTH comes in IPv6 fragments", up, "undetermined", both=LARGE,
      certificates=GOOD_LARGE, family=6, says=CAME_UP),
    S("ikev2-up-large-init", "healthy, IKE_SA_INIT comes in IP fragments", up, left=LARGE_FIRST, right={"ike": "aes256-sha256-modp8192"},
      shows=(("ip.flags.mf == 1", 1),), says=CAME_UP),
    S("ikev2-up-ike-fragments", "healthy, IKE_AUTH in many small IKE fragments", up, both={**CERTIFICATES, **SMALL_FRAGMENTS}, certificates=GOOD,
      says=CAME_UP),
    S("ikev2-up-nat", "healthy, the initiator is behind a NAT that moves ports, seen outside", behind_nat(up), right=ANY_PEER, capture="right",
      seen_as=BEHIND_NAT, says=CAME_UP),
    S("ikev2-up-nat-inside", "healthy, the initiator is behind a NAT that moves ports, seen inside", behind_nat(up), right=ANY_PEER, says=CAME_UP),
    S("ikev2-up-odd-ports", "healthy, IKE and ESP on port 5501", up, both=ODD_PORTS, options=("--natt-port", "5501"), says=CAME_UP),
    S("ikev2-mobike", "healthy, the initiator moves to another address", moves, left=MANY_ADDRESSES, right={**ANY_PEER, "mobike": True},
      capture="right", others=("none", "undetermined", "undetermined"), says=CAME_UP),
    S("ikev2-redirect", "healthy, the responder sends the initiator to another gateway", is_redirected, right=TWO_GATEWAYS,
      seen_as={"right": "10.2.0.2"}, others=("none",), says=CAME_UP),
    S("ikev2-two-ike-sas", "healthy, two IKE SAs between the same peers", second_ike_sa(), both={"second_connection": True}, says=CAME_UP),
    S("ikev2-second-ike-sa-refused", "healthy; a second IKE SA between the same peers has another pre-shared key and is refused", second_ike_sa(True),
      both={"second_connection": True}, right={"second_psk": "wrong"}, left={"second_psk": "also wrong"},
      history=("psk-mismatch",), says=CAME_UP + REFUSED),
    S("ikev2-child-rekey-x25519", "healthy, the child is rekeyed once, PFS with Curve25519", rekeyed("--child", "first"), both=CURVES, says=CAME_UP),
    S("ikev2-child-rekey-busy", "healthy, the child is rekeyed while much is sent both ways", rekeyed_under_load, says=CAME_UP),
    S("ikev2-both-rekey-child", "healthy, both sides rekey the child at the same moment", both_rekey_at_once("--child", "first"), says=CAME_UP),
    S("ikev2-both-rekey-ike", "healthy, both sides rekey the IKE SA at the same moment", both_rekey_at_once("--ike", "tunnel"), says=CAME_UP),
    S("ikev2-reauthenticated", "healthy, the IKE SA is made anew", rekeyed("--ike", "tunnel", "--reauth"), says=CAME_UP),
    S("ikev2-mtu-heeded", "healthy, the path takes smaller packets only and says so once", narrow_path(True), says=CAME_UP,
      shows=(("icmp.type == 3 && icmp.code == 4", 1),)),
    S("ikev1-up-ip-fragments", "healthy, main mode with certificates in IP fragments", up, both={**V1, **LARGE}, certificates=GOOD_LARGE,
      shows=(("ip.flags.mf == 1", 1),), says=CAME_UP),
    S("ikev1-up-fragments", "healthy, main mode with certificates in IKE fragments", up, both={**V1, **CERTIFICATES, **SMALL_FRAGMENTS},
      certificates=GOOD, shows=(("isakmp.typepayload == 132", 4),), says=CAME_UP),
    S("ikev1-up-two-children", "healthy, two children", second_child, both={**V1, "second_child": True}, says=CAME_UP),
    S("ikev1-up-pfs", "healthy, quick mode with PFS", up, both={**V1, "esp": "aes256-sha256-modp2048"}, says=CAME_UP),
    S("ikev1-up-ipv6", "healthy over IPv6, no traffic yet", up, "undetermined", both=V1, family=6, says=CAME_UP),
    S("ikev1-up-nat", "healthy, the initiator is behind a NAT that moves ports, seen outside", behind_nat(up), both=V1, right=ANY_PEER,
      capture="right", seen_as=BEHIND_NAT, says=CAME_UP),
    S("ikev1-up-closed", "healthy, then deleted by the initiator", up_and_closed, both=V1, says=CAME_UP),
    S("ikev1-child-rekey", "healthy, the child is rekeyed once", rekeyed("--child", "first"), both=V1, says=CAME_UP),
    S("ikev1-reauthenticated", "healthy, the ISAKMP SA is made anew", rekeyed("--ike", "tunnel"), both=V1, says=CAME_UP),
]

# Phase 1 fails, or did for a while.
PHASE_1 = [
    S("ikev2-psk-wrong-cbc", "the pre-shared keys differ", refused, "psk-mismatch", proof=AUTH_ANSWER, right=WRONG, says=REFUSED),
    S("ikev2-psk-wrong-cbc-sha1", "the pre-shared keys differ, SHA-1", refused, "psk-mismatch", proof=AUTH_ANSWER, both=CBC1, right=WRONG, says=REFUSED),
    S("ikev2-psk-wrong-gcm", "the pre-shared keys differ, AES-GCM", refused, "psk-mismatch", proof=AUTH_ANSWER, both=GCM, right=WRONG, says=REFUSED),
    S("ikev2-psk-wrong-ipv6", "the pre-shared keys differ, over IPv6", refused, "psk-mismatch", proof=AUTH_ANSWER, right=WRONG, family=6, says=REFUSED),
    S("ikev2-psk-wrong-from-right", "the pre-shared keys differ, initiated by the other side", refused, "psk-mismatch",
      proof=AUTH_ANSWER, right=WRONG, initiator="right", says=(("right", "received AUTHENTICATION_FAILED"),)),
    S("ikev2-psk-wrong-twice", "the pre-shared keys differ, tried twice", refused_twice, "psk-mismatch", proof=AUTH_ANSWER, right=WRONG, says=REFUSED),
    S("ikev2-identity-wrong", "the responder expects another identity", refused, "psk-mismatch", proof=AUTH_ANSWER,
      right={"expect_id": "somebody.example"}, says=REFUSED),
    S("ikev1-psk-wrong", "the pre-shared keys differ, main mode", refused, "psk-mismatch", proof=INFORMATIONAL_V1, both=V1, right=WRONG),
    S("ikev1-psk-wrong-aggressive", "the pre-shared keys differ, aggressive mode", refused, "psk-mismatch", proof=INFORMATIONAL_V1,
      both={**V1, "aggressive": True}, right=WRONG),
    S("ikev2-certificate-untrusted", "the responder does not trust the initiator's CA, fragmented IKE_AUTH", refused, "cert-untrusted",
      proof=AUTH_ANSWER, both=CERTIFICATES, certificates=ROGUE_LEFT, says=REFUSED),
    S("ikev2-certificate-untrusted-whole", "the responder does not trust the initiator's CA, IKE_AUTH in one piece", refused,
      "cert-untrusted", proof=AUTH_ANSWER, both={**CERTIFICATES, "fragmentation": "no"}, certificates=ROGUE_LEFT_SMALL, says=REFUSED),
    S("ikev2-certificate-untrusted-by-initiator", "the initiator does not trust the responder's CA, tried twice", refused_twice,
      "cert-untrusted", both=CERTIFICATES, certificates=ROGUE_RIGHT, proof="isakmp.exchangetype == 37",
      says=(("left", "no trusted RSA public key"),)),
    S("ikev2-ike-proposal", "no common IKE proposal", refused, "ike-proposal-mismatch", proof=INIT_ANSWER,
      right={"ike": "aes128-sha1-modp2048"}, says=NO_PROPOSAL),
    S("ikev2-ike-group", "the initiator offers only a DH group that the responder lacks", refused, "ike-proposal-mismatch",
      proof=INIT_ANSWER, left={"ike": "aes256-sha256-modp1536"}, says=NO_PROPOSAL),
    S("ikev1-ike-proposal", "no common Phase 1 proposal, main mode", refused, "ike-proposal-mismatch", proof=INFORMATIONAL_V1,
      both=V1, right={"ike": "aes128-sha1-modp2048"}, says=NO_PROPOSAL),
    S("ikev2-udp500-dropped", "the path drops UDP 500", dropped("udp dport 500"), "no-response"),
    S("ikev1-udp500-dropped", "the path drops UDP 500, main mode", dropped("udp dport 500"), "no-response", both=V1),
    S("ikev2-udp4500-dropped", "the path drops UDP 4500", dropped("udp dport 4500"), "natt-blocked"),
    S("ikev1-udp4500-dropped", "the path drops UDP 4500, main mode", dropped("udp dport 4500"), "natt-blocked", both=V1),
    S("ikev2-auth-fragments-dropped", "the path drops IP fragments and IKE_AUTH on port 500 needs them", dropped("ip frag-off & 0x3fff != 0"),
      "auth-no-response", both={**CERTIFICATES, "fragmentation": "no", "esp_in_user_space": False}, certificates=GOOD_LARGE),
    S("ikev2-peer-dead", "the peer dies after the tunnel was up", dies, "peer-dead", both={"dpd": 3}, says=CAME_UP),
    S("ikev1-peer-dead", "the peer dies after the tunnel was up, main mode", dies, "peer-dead", both={**V1, "dpd": 3}, says=CAME_UP),
    S("ikev2-psk-wrong-then-right", "the pre-shared keys differ at first, then are corrected", later_success({"psk": "correct horse battery staple"}),
      right=WRONG, history=("psk-mismatch",), says=CAME_UP),
    S("ikev2-ike-proposal-then-common", "no common IKE proposal at first, then one", later_success({"ike": "aes256-sha256-modp2048"}),
      right={"ike": "aes128-sha1-modp2048"}, history=("ike-proposal-mismatch",), says=CAME_UP),
    S("ikev2-psk-wrong-sha512", "the pre-shared keys differ, SHA-512", refused, "psk-mismatch", proof=AUTH_ANSWER, both=SHA512, right=WRONG, says=REFUSED),
    S("ikev2-psk-wrong-3des", "the pre-shared keys differ, 3DES", refused, "psk-mismatch", proof=AUTH_ANSWER, both=TRIPLE_DES, right=WRONG, says=REFUSED),
    S("ikev2-psk-wrong-nat", "the pre-shared keys differ, the initiator is behind a NAT that moves ports", behind_nat(refused), "psk-mismatch",
      proof=AUTH_ANSWER, left=WRONG, right=ANY_PEER, capture="right", seen_as=BEHIND_NAT, says=REFUSED),
    S("ikev2-psk-wrong-odd-ports", "the pre-shared keys differ, on port 5501", refused, "psk-mismatch", proof=AUTH_ANSWER, both=ODD_PORTS, right=WRONG,
      options=("--natt-port", "5501"), says=REFUSED),
    S("ikev2-eap-wrong", "the password for EAP is wrong", refused, "psk-mismatch", both={"auth": "eap", "eap": "geheim"}, right={"eap": "falsch"},
      begins="isakmp.messageid == 2 && isakmp.flag_r == 1", says=(("left", "received EAP_FAILURE"),)),
    S("ikev2-certificate-untrusted-ip-fragments", "the responder does not trust the initiator's CA, IKE_AUTH in IP fragments", refused,
      "cert-untrusted", proof=AUTH_ANSWER, both=LARGE, certificates=ROGUE_LEFT_LARGE, says=REFUSED),
    S("ikev2-version-1-expected", "the responder speaks IKEv1 only", refused, "ike-proposal-mismatch", alternatives=("version-mismatch",),
      proof=INIT_ANSWER, right=V1, says=NO_PROPOSAL),
    S("ikev1-version-2-expected", "the responder speaks IKEv2 only", refused, "ike-proposal-mismatch", alternatives=("version-mismatch",),
      proof=INFORMATIONAL_V1, left=V1, right=V2, says=NO_PROPOSAL),
    S("ikev2-udp500-dropped-from-right", "the path drops UDP 500, initiated by the other side", dropped("udp dport 500"), "no-response",
      initiator="right", capture="right"),
    S("ikev2-udp500-dropped-then-up", "the path drops UDP 500 for a while", dropped_at_first("udp dport 500"), history=("no-response",), says=CAME_UP),
    S("ikev2-udp4500-dropped-then-up", "the path drops UDP 4500 for a while", dropped_at_first("udp dport 4500"), history=("natt-blocked",), says=CAME_UP),
    S("ikev2-udp500-answers-dropped", "the path drops the answers from UDP 500, seen where they are sent", dropped("udp sport 500 ip saddr 10.2.0.1"),
      "no-response", capture="right"),
    S("ikev2-udp4500-answers-dropped", "the path drops the answers from UDP 4500, seen where they are sent", dropped("udp sport 4500 ip saddr 10.2.0.1"),
      "natt-blocked", capture="right"),
    S("ikev2-peer-dead-then-up", "the peer dies, comes back and the tunnel is made anew", dies_and_comes_back, both={"dpd": 3},
      history=("peer-dead",), says=CAME_UP),
    S("ikev2-peer-restarted", "the peer restarts, knows nothing of the tunnel and answers no liveness check", forgets(20), "peer-dead", both={"dpd": 3},
      answers={"data": "failed"}, says=CAME_UP),
    S("ikev1-psk-wrong-from-right", "the pre-shared keys differ, main mode initiated by the other side", refused, "psk-mismatch",
      proof=INFORMATIONAL_V1, both=V1, right=WRONG, initiator="right"),
    S("ikev1-psk-wrong-twice", "the pre-shared keys differ, main mode, tried twice", refused_twice, "psk-mismatch", proof=INFORMATIONAL_V1, both=V1,
      right=WRONG),
    S("ikev1-psk-wrong-then-right", "the pre-shared keys differ at first, then are corrected", later_success({"psk": "correct horse battery staple"}),
      both=V1, right=WRONG, history=("psk-mismatch",), says=CAME_UP),
    S("ikev1-identity-wrong", "the responder expects another identity, main mode", refused, "psk-mismatch", proof=INFORMATIONAL_V1, both=V1,
      right={"expect_id": "somebody.example"}, says=REFUSED),
    S("ikev1-certificate-untrusted", "the responder does not trust the initiator's CA, main mode", refused, "cert-untrusted", proof=INFORMATIONAL_V1,
      both={**V1, **CERTIFICATES}, certificates=ROGUE_LEFT),
    S("ikev1-ike-proposal-aggressive", "no common Phase 1 proposal, aggressive mode", refused, "ike-proposal-mismatch", proof=INFORMATIONAL_V1,
      both={**V1, "aggressive": True}, right={"ike": "aes128-sha1-modp2048"}, says=NO_PROPOSAL),
    S("ikev1-udp500-dropped-then-up", "the path drops UDP 500 for a while, main mode", dropped_at_first("udp dport 500"), both=V1,
      history=("no-response",), says=CAME_UP),
]

# Phase 2 fails, or did for a while.
PHASE_2 = [
    S("ikev2-esp-proposal-cbc", "no common ESP proposal", refused, "child-refused", "esp-proposal-mismatch", AUTH_ANSWER,
      right={"esp": "aes128-sha1"}, says=NO_PROPOSAL),
    S("ikev2-esp-proposal-gcm", "no common ESP proposal, AES-GCM", refused, "child-refused", "esp-proposal-mismatch", AUTH_ANSWER,
      both=GCM, right={"esp": "aes128gcm16"}, says=NO_PROPOSAL),
    S("ikev1-esp-proposal", "no common ESP proposal, quick mode", refused, "child-refused", both=V1, right={"esp": "aes128-sha1"}, says=NO_PROPOSAL),
    S("ikev2-selectors-cbc", "the selectors are not mirrored", refused, "child-refused", "ts-unacceptable", AUTH_ANSWER, right=OTHER_NET, says=NO_TS),
    S("ikev2-selectors-gcm", "the selectors are not mirrored, AES-GCM", refused, "child-refused", "ts-unacceptable", AUTH_ANSWER, both=GCM,
      right=OTHER_NET, says=NO_TS),
    S("ikev2-selectors-ipv6", "the selectors are not mirrored, over IPv6", refused, "child-refused", "ts-unacceptable", AUTH_ANSWER, right=OTHER_NET,
      family=6, says=NO_TS),
    S("ikev2-selectors-from-right", "the selectors are not mirrored, initiated by the other side", refused, "child-refused", "ts-unacceptable",
      AUTH_ANSWER, right=OTHER_NET, initiator="right", says=(("right", "received TS_UNACCEPTABLE"),)),
    S("ikev1-selectors", "the proxy identities are not mirrored, quick mode", refused, "child-refused", both=V1, right=OTHER_NET),
    S("ikev2-second-child-refused-cbc", "a second child is refused while the first is up", second_child_refused, "child-refused",
      "ts-unacceptable", CHILD_ANSWER, both={"second_child": True}, right={"second_child": False}, says=CAME_UP + NO_TS),
    S("ikev2-second-child-refused-gcm", "a second child is refused while the first is up, AES-GCM", second_child_refused, "child-refused",
      "ts-unacceptable", CHILD_ANSWER, both={**GCM, "second_child": True}, right={"second_child": False}, says=CAME_UP + NO_TS),
    S("ikev2-pfs-cbc", "the first child comes up, its rekey is refused: PFS groups differ", rekey_refused, "pfs-mismatch", proof=CHILD_ANSWER,
      left={"esp": "aes256-sha256-modp2048"}, right={"esp": "aes256-sha256-modp3072"}, says=CAME_UP + NO_PROPOSAL),
    S("ikev2-pfs-gcm", "the first child comes up, its rekey is refused: PFS groups differ, AES-GCM", rekey_refused, "pfs-mismatch",
      proof=CHILD_ANSWER, both=GCM, left={"esp": "aes256gcm16-modp2048"}, right={"esp": "aes256gcm16-modp3072"}, says=CAME_UP + NO_PROPOSAL),
    S("ikev2-churn", "one side has a lifetime of 4 seconds", churn, "rekey-churn", left={"child_rekey": 4}, says=CAME_UP,
      shows=((CHILD_ANSWER, 4),)),
    S("ikev1-churn", "one side has a lifetime of 4 seconds, quick mode", churn, "rekey-churn", both=V1, left={"child_rekey": 4, "child_life": 8}, says=CAME_UP,
      shows=(("isakmp.exchangetype == 32", 15),)),
    S("ikev2-child-refused-then-up", "the child is refused at first, then comes up on the same IKE SA", child_later, right=OTHER_NET,
      history=("child-refused",), says=CAME_UP),
    S("ikev2-pfs-x25519", "the first child comes up, its rekey is refused: PFS groups differ, with too small keys to show in the length",
      rekey_refused, "child-refused", "pfs-mismatch", proof=CHILD_ANSWER, alternatives=("pfs-mismatch",), left={"esp": "aes256-sha256-x25519"}, right={"esp": "aes256-sha256-ecp256"}, says=CAME_UP + NO_PROPOSAL),
    S("ikev2-pfs-missing", "the first child comes up, its rekey is refused: only the responder wants PFS", rekey_refused, "child-refused",
      "pfs-mismatch", proof=CHILD_ANSWER, alternatives=("pfs-mismatch",), right={"esp": "aes256-sha256-modp2048"}, says=CAME_UP + NO_PROPOSAL),
    S("ikev1-pfs", "PFS groups differ, quick mode", refused, "child-refused", alternatives=("pfs-mismatch",), both=V1,
      left={"esp": "aes256-sha256-modp2048"}, right={"esp": "aes256-sha256-modp3072"}, says=NO_PROPOSAL),
    S("ikev1-selectors-from-right", "the proxy identities are not mirrored, initiated by the other side", refused, "child-refused", both=V1,
      right=OTHER_NET, initiator="right"),
    S("ikev1-second-child-refused", "a second child is refused while the first is up", second_child_refused, "child-refused",
      both={**V1, "second_child": True}, right={"second_child": False}, says=CAME_UP),
    S("ikev1-child-refused-then-up", "the child is refused at first, then comes up", child_later, both=V1, right=OTHER_NET,
      history=("child-refused",), says=CAME_UP),
]

# The data fails, or did for a while.
DATA = [
    S("ikev2-up-liveness", "up with liveness checks, but nothing is sent through it", idle, both={"dpd": 4}, cause="undetermined"),
    S("ikev1-up-liveness", "up with liveness checks, but nothing is sent through it", idle, both={**V1, "dpd": 4}, cause="undetermined"),
    S("ikev2-no-traffic", "up with traffic and closed, then up again with liveness checks and nothing sent", idle_anew, "no-traffic", both={"dpd": 4}),
    S("ikev1-no-traffic", "up with traffic and closed, then up again with liveness checks and nothing sent", idle_anew, "no-traffic",
      both={**V1, "dpd": 4}),
    S("ikev2-one-way-from-left", "ESP from the right is lost", one_way("left"), "one-way", says=CAME_UP),
    S("ikev2-one-way-from-right", "ESP from the left is lost, seen at the right", one_way("right"), "one-way", capture="right", says=CAME_UP),
    S("ikev2-one-way-later", "two-way at first, then ESP from the right is lost", one_way("left", after=12), "one-way", says=CAME_UP),
    S("ikev1-one-way", "ESP from the right is lost, IKEv1", one_way("left"), "one-way", both=V1, says=CAME_UP),
    S("ikev2-one-way-healed", "one-way for a while, then healed", one_way_then_healed, history=("one-way",), says=CAME_UP),
    S("ikev2-one-way-nat", "ESP from the left is lost, the initiator is behind a NAT", behind_nat(one_way("right")), "one-way", right=ANY_PEER,
      capture="right", seen_as=BEHIND_NAT, says=CAME_UP),
    S("ikev1-one-way-from-right", "ESP from the left is lost, seen at the right, IKEv1", one_way("right"), "one-way", both=V1, capture="right",
      says=CAME_UP),
    S("ikev1-one-way-healed", "one-way for a while, then healed, IKEv1", one_way_then_healed, both=V1, history=("one-way",), says=CAME_UP),
    S("ikev2-packet-loss", "the path loses a third of the ESP from the left, seen at the right", lossy(33), "packet-loss", capture="right",
      says=CAME_UP),
    S("ikev1-packet-loss", "the path loses a third of the ESP from the left, seen at the right, IKEv1", lossy(33), "packet-loss", both=V1,
      capture="right", says=CAME_UP),
    S("ikev2-mtu", "large packets do not fit the path and the sender never hears of it", narrow_path(False), "mtu", says=CAME_UP,
      shows=(("icmp.type == 3 && icmp.code == 4", 2),)),
    S("ikev1-mtu", "large packets do not fit the path and the sender never hears of it, IKEv1", narrow_path(False), "mtu", both=V1, says=CAME_UP,
      shows=(("icmp.type == 3 && icmp.code == 4", 2),)),
]


HARMLESS = ("none", "undetermined")


def failing(phase, scenarios):
    """The scenarios of a list with the phase that fails in them."""
    return [dataclasses.replace(scenario, phase=phase if scenario.cause not in HARMLESS else None) for scenario in scenarios]


SCENARIOS = HEALTHY + failing("1", PHASE_1) + failing("2", PHASE_2) + failing("data", DATA)
