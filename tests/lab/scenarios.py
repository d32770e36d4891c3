# SPDX-License-Identifier: GPL-2.0-or-later
"""The scenarios: one for each failure of the article, and healthy ones beside them. One table, at the end."""

import dataclasses
import threading
import time
import typing

import certificates
from world import SECOND_INNER

CBC1 = {"ike": "aes256-sha1-modp2048", "esp": "aes256-sha1"}
GCM = {"ike": "aes256gcm16-prfsha256-modp2048", "esp": "aes256gcm16"}
CERTIFICATES = {"auth": "cert"}
V1 = {"version": 1}
AUTH_ANSWER = "isakmp.exchangetype == 35 && isakmp.flag_r == 1"
CHILD_ANSWER = "isakmp.exchangetype == 36 && isakmp.flag_r == 1"
INIT_ANSWER = "isakmp.exchangetype == 34 && isakmp.flag_r == 1"
INFORMATIONAL_V1 = "isakmp.exchangetype == 5"
ESP = "@th,64,32 != 0 udp dport 4500"


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
    says: tuple = ()              # (side, words that its log must hold)
    shows: tuple = ()             # (display filter, least number of frames that the capture must hold)
    certificates: dict = dataclasses.field(default_factory=dict)


def _initiator(scenario, peers):
    return peers[scenario.initiator]


# ---- what happens in a run ----

def up(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    if world.family == 4:
        world.ping(scenario.initiator, 8, check=True)
    time.sleep(0.5)


def up_and_closed(world, peers, scenario):
    up(world, peers, scenario)
    _initiator(scenario, peers).terminate()


def refused(world, peers, scenario):
    del world
    if _initiator(scenario, peers).initiate(seconds=8):
        raise RuntimeError("came up, but should have been refused")
    time.sleep(0.5)


def refused_twice(world, peers, scenario):
    refused(world, peers, scenario)
    time.sleep(2)
    refused(world, peers, scenario)


def dropped(match):
    def play(world, peers, scenario):
        world.drop(match)
        if _initiator(scenario, peers).initiate(seconds=14):
            raise RuntimeError("came up although the path drops its packets")
    return play


def second_child_refused(world, peers, scenario):
    up(world, peers, scenario)
    if _initiator(scenario, peers).initiate("second", seconds=6):
        raise RuntimeError("the second child came up")
    world.ping(scenario.initiator, 4, check=True)


def second_child(world, peers, scenario):
    up(world, peers, scenario)
    _initiator(scenario, peers).initiate("second", seconds=6, check=True)
    world.ping(scenario.initiator, 6, check=True, inner=SECOND_INNER)
    world.ping(scenario.initiator, 4, check=True)


def rekey_refused(world, peers, scenario):
    up(world, peers, scenario)
    time.sleep(2)
    _initiator(scenario, peers).rekey()
    time.sleep(1)
    world.ping(scenario.initiator, 4)


def rekeyed(what, name):
    def play(world, peers, scenario):
        up(world, peers, scenario)
        _initiator(scenario, peers).rekey(what, name)
        time.sleep(1)
        world.ping(scenario.initiator, 8, check=True)
    return play


def churn(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    world.ping(scenario.initiator, 40, interval=0.6, check=True)


def one_way(from_side, after=0):
    """ESP from the other side is dropped on its way; IKE passes."""
    def play(world, peers, scenario):
        _initiator(scenario, peers).initiate(check=True)
        if after:
            world.ping(from_side, after, check=True)
        lost_from = world.outer("right" if from_side == "left" else "left")
        world.drop(f"ip saddr {lost_from} {ESP}")
        world.ping(from_side, 50)
    return play


def one_way_then_healed(world, peers, scenario):
    one_way("left", after=4)(world, peers, scenario)
    world.heal()
    world.ping("left", 8, check=True)


def dies(world, peers, scenario):
    up(world, peers, scenario)
    peers["right"].kill()
    time.sleep(16)


def later_success(change):
    def play(world, peers, scenario):
        refused(world, peers, scenario)
        time.sleep(3)
        peers["right"].load(**change)
        up(world, peers, scenario)
    return play


def child_later(world, peers, scenario):
    refused(world, peers, scenario)
    time.sleep(1)
    peers["right"].load(local_net=None)
    up(world, peers, scenario)


def both_at_once(world, peers, scenario):
    del scenario
    threads = [threading.Thread(target=peer.initiate) for peer in peers.values()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.ping("left", 8, check=True)


def idle(world, peers, scenario):
    del world
    _initiator(scenario, peers).initiate(check=True)
    time.sleep(40)


def trust(left, right, kind="rsa"):
    """CAs that sign each side's certificate; both sides trust "Good CA"."""
    return {"authority_of": {"left": left, "right": right}, "trusted_by": {"left": "Good CA", "right": "Good CA"},
            "kind": kind}


GOOD = trust("Good CA", "Good CA")
GOOD_LARGE = trust("Good CA", "Good CA", "rsa-large")
ROGUE_LEFT = trust("Rogue CA", "Good CA")
ROGUE_LEFT_SMALL = trust("Rogue CA", "Good CA", "ecdsa")
ROGUE_RIGHT = trust("Good CA", "Rogue CA")
REFUSED = (("left", "received AUTHENTICATION_FAILED"),)
NO_TS = (("left", "received TS_UNACCEPTABLE"),)
NO_PROPOSAL = (("left", "received NO_PROPOSAL_CHOSEN"),)
CAME_UP = (("left", "established with SPIs"), ("right", "established with SPIs"))
WRONG = {"psk": "wrong"}
OTHER_NET = {"local_net": "192.168.77.0/24"}
S = Scenario

SCENARIOS = [
    # healthy
    S("ikev2-up-cbc", "healthy, AES-CBC-256 and SHA-256", up, says=CAME_UP),
    S("ikev2-up-cbc-sha1", "healthy, AES-CBC-256 and SHA-1", up, both=CBC1, says=CAME_UP),
    S("ikev2-up-gcm", "healthy, AES-GCM-16", up, both=GCM, says=CAME_UP),
    S("ikev2-up-ipv6", "healthy over IPv6, no traffic yet", up, family=6),
    S("ikev2-up-certificates", "healthy, RSA certificates, fragmented IKE_AUTH", up, both=CERTIFICATES, certificates=GOOD, says=CAME_UP),
    S("ikev2-up-from-right", "healthy, initiated by the other side", up, initiator="right", says=CAME_UP),
    S("ikev2-up-closed", "healthy, then deleted by the initiator", up_and_closed, says=CAME_UP),
    S("ikev2-up-two-children", "healthy, two children", second_child, both={"second_child": True}, says=CAME_UP),
    S("ikev2-up-liveness", "up with liveness checks, but nothing is sent through it", idle, both={"dpd": 4}, cause="no-traffic"),
    S("ikev2-eap", "healthy, the initiator authenticates by EAP-MD5", up, both={"auth": "eap", "eap": "geheim"}, says=CAME_UP),
    S("ikev2-eap-gcm", "healthy, EAP-MD5 under AES-GCM", up, both={**GCM, "auth": "eap", "eap": "geheim"}, says=CAME_UP),
    S("ikev2-cookie", "healthy, the responder asks for a cookie first", up, right={"cookie": True}, says=CAME_UP),
    S("ikev2-dh-retry", "healthy, one round trip more for another DH group", up, left={"ike": "aes256-sha256-modp1024-modp2048"},
      right={"ike": "aes256-sha256-modp2048"}, history=("dh-group-mismatch",), says=CAME_UP),
    S("ikev2-child-rekey", "healthy, the child is rekeyed once", rekeyed("--child", "first"), says=CAME_UP),
    S("ikev2-child-rekey-gcm", "healthy, the child is rekeyed once, AES-GCM with PFS", rekeyed("--child", "first"),
      both={**GCM, "esp": "aes256gcm16-modp2048"}, says=CAME_UP),
    S("ikev2-ike-rekey", "healthy, the IKE SA is rekeyed once", rekeyed("--ike", "tunnel"), says=CAME_UP),
    S("ikev2-both-at-once", "healthy, both sides begin at the same moment", both_at_once, says=CAME_UP),
    S("ikev1-up-main", "healthy, main mode", up, both=V1, says=CAME_UP),
    S("ikev1-up-aggressive", "healthy, aggressive mode", up, both={**V1, "aggressive": True}, says=CAME_UP),
    S("ikev1-up-from-right", "healthy, main mode initiated by the other side", up, both=V1, initiator="right", says=CAME_UP),
    S("ikev1-up-certificates", "healthy, main mode with RSA certificates", up, both={**V1, **CERTIFICATES}, certificates=GOOD, says=CAME_UP),
    # Phase 1
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
    # Phase 2
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
    # data
    S("ikev2-one-way-from-left", "ESP from the right is lost", one_way("left"), "one-way", says=CAME_UP),
    S("ikev2-one-way-from-right", "ESP from the left is lost, seen at the right", one_way("right"), "one-way", capture="right", says=CAME_UP),
    S("ikev2-one-way-later", "two-way at first, then ESP from the right is lost", one_way("left", after=12), "one-way", says=CAME_UP),
    S("ikev1-one-way", "ESP from the right is lost, IKEv1", one_way("left"), "one-way", both=V1, says=CAME_UP),
    S("ikev2-one-way-healed", "one-way for a while, then healed", one_way_then_healed, history=("one-way",), says=CAME_UP),
]
