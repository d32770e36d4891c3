# SPDX-License-Identifier: GPL-2.0-or-later
"""The derived captures: which lab capture, what is done to it, and what is then true of it. One table."""

import dataclasses
import typing

from steps import (AUTHENTICATION_FAILED, INVALID_MAJOR_VERSION, INVALID_SYNTAX, NO_PROPOSAL_CHOSEN, after,
                   first_messages_answered, in_fragments, in_tcp, init_error, init_error_v1, invalid_spi, invalid_spi_v1,
                   nat_keepalives, noise, one_direction_after_the_other, only_from, overlapping_rekey, pairs_swapped,
                   ports_moved, redirected, slowed, spoofed_back, tried_again, twice, until, without_ike, without_times,
                   without_udp_encapsulation)

LEFT, RIGHT = "10.1.0.1", "10.2.0.1"
# Nothing is known to have failed, and nothing to work: one direction alone, or a capture that ends before the answer.
UNDETERMINED = {"cause": "undetermined", "phase_failed": None, "phases": {"1": "unknown", "2": "unknown", "data": "unknown"}}
PHASE_1_FAILED = {"phase_failed": "1", "phases": {"1": "failed", "2": "unknown", "data": "unknown"}}
EVERYTHING = 262144  # a snap length that cuts nothing


@dataclasses.dataclass
class Recipe:
    name: str
    source: str                      # the lab capture
    sentence: str                    # added to the source's
    steps: typing.Sequence = ()
    carriage: typing.Callable = None  # a last step that hides the ESP from a count of IP packets
    link: str = "ethernet"
    snap_length: int = EVERYTHING
    format: str = "pcap"
    options: tuple = ()              # that asaphase needs to read it
    keyless: dict = None             # in place of the source's verdict
    history: tuple = None            # in place of the source's
    truth: dict = dataclasses.field(default_factory=dict)  # other facts that change
    keys: bool = False               # the source's decryption table still fits


R = Recipe
FORGED = first_messages_answered(init_error(NO_PROPOSAL_CHOSEN))
FORGED_V1 = first_messages_answered(init_error_v1(NO_PROPOSAL_CHOSEN))
ODD_IKE = ports_moved({500: 5500, 4500: 5501})
ODD_OPTIONS = ("--ike-port", "5500", "--natt-port", "5501")

RECIPES = [
    # frames in another order, without time, twice
    R("ikev2-up-swapped", "ikev2-up-cbc", "each two frames have changed places", [pairs_swapped]),
    R("ikev1-up-swapped", "ikev1-up-main", "each two frames have changed places", [pairs_swapped]),
    R("ikev2-psk-wrong-swapped", "ikev2-psk-wrong-cbc", "each two frames have changed places", [pairs_swapped]),
    R("ikev2-child-rekey-swapped", "ikev2-child-rekey", "each two frames have changed places", [pairs_swapped]),
    R("ikev2-up-concatenated", "ikev2-up-two-children", "first all frames of the responder, then all of the initiator",
      [one_direction_after_the_other]),
    R("ikev1-up-concatenated", "ikev1-up-two-children", "first all frames of the responder, then all of the initiator",
      [one_direction_after_the_other]),
    R("ikev2-up-without-times", "ikev2-up-cbc", "all times are zero", [without_times]),
    R("ikev1-up-without-times", "ikev1-up-main", "all times are zero", [without_times]),
    R("ikev2-child-rekey-without-times", "ikev2-child-rekey-gcm", "all times are zero", [without_times]),
    R("ikev2-psk-wrong-without-times", "ikev2-psk-wrong-gcm", "all times are zero", [without_times]),
    R("ikev1-psk-wrong-without-times", "ikev1-psk-wrong", "all times are zero", [without_times]),
    R("ikev2-up-twice", "ikev2-up-cbc", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev1-up-twice", "ikev1-up-main", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev2-child-rekey-twice", "ikev2-child-rekey", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev2-up-closed-twice", "ikev2-up-closed", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev2-psk-wrong-twice-seen", "ikev2-psk-wrong-cbc", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev2-one-way-twice", "ikev2-one-way-later", "each packet was captured twice", [twice], link="cooked-2"),
    R("ikev2-packet-loss-twice", "ikev2-packet-loss", "each packet was captured twice", [twice], link="cooked-2"),

    # one direction only
    R("ikev2-up-from-left-only", "ikev2-up-cbc", "only the initiator's packets were captured", [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev2-up-from-right-only", "ikev2-up-cbc", "only the responder's packets were captured", [only_from(RIGHT)], keyless=UNDETERMINED),
    R("ikev2-child-rekey-from-left-only", "ikev2-child-rekey", "only the initiator's packets were captured", [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev2-child-rekey-from-right-only", "ikev2-child-rekey", "only the responder's packets were captured", [only_from(RIGHT)], keyless=UNDETERMINED),
    R("ikev1-up-from-left-only", "ikev1-up-main", "only the initiator's packets were captured", [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev1-up-from-right-only", "ikev1-up-main", "only the responder's packets were captured", [only_from(RIGHT)], keyless=UNDETERMINED),
    R("ikev1-up-aggressive-from-left-only", "ikev1-up-aggressive", "only the initiator's packets were captured", [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev2-up-certificates-from-left-only", "ikev2-up-certificates", "only the initiator's packets were captured", [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev2-eap-from-right-only", "ikev2-eap-gcm", "only the responder's packets were captured", [only_from(RIGHT)], keyless=UNDETERMINED),
    R("ikev2-psk-wrong-from-left-only", "ikev2-psk-wrong-cbc", "only the initiator's packets were captured, so the refusal cannot be seen",
      [only_from(LEFT)], keyless=UNDETERMINED),
    R("ikev2-psk-wrong-from-right-only", "ikev2-psk-wrong-cbc", "only the responder's packets were captured", [only_from(RIGHT)]),

    # beginning or end not captured, packets cut
    R("ikev2-up-esp-only", "ikev2-up-two-children", "only ESP was captured", [without_ike], truth={"ike_version": None}),
    R("ikev2-up-midway", "ikev2-up-cbc", "the capture starts before IKE_AUTH", [after(2)]),
    R("ikev2-up-midway-answer", "ikev2-up-cbc", "the capture starts with the answer to IKE_AUTH", [after(3)]),
    R("ikev2-child-rekey-midway", "ikev2-child-rekey", "the capture starts after IKE_AUTH", [after(4)]),
    R("ikev2-ike-rekey-midway", "ikev2-ike-rekey", "the capture starts after IKE_AUTH", [after(4)]),
    R("ikev1-child-rekey-midway", "ikev1-child-rekey", "the capture starts after quick mode", [after(9)]),
    R("ikev2-psk-wrong-midway", "ikev2-psk-wrong-cbc", "the capture starts before IKE_AUTH", [after(2)]),
    R("ikev2-one-way-midway", "ikev2-one-way-later", "the capture starts after IKE_AUTH", [after(4)], truth={"ike_version": None}),
    R("ikev2-peer-dead-midway", "ikev2-peer-dead", "the capture starts after IKE_AUTH", [after(4)]),
    R("ikev2-up-cut-short", "ikev2-up-cbc", "the capture ends before IKE_AUTH is answered", [until(3)], keyless=UNDETERMINED),
    R("ikev2-up-snap-96", "ikev2-up-cbc", "snap length 96", snap_length=96),
    R("ikev1-up-snap-96", "ikev1-up-main", "snap length 96", snap_length=96),
    R("ikev2-up-snap-64", "ikev2-up-two-children", "snap length 64, too short for IKE headers", snap_length=64, truth={"ike_version": None}),
    R("ikev2-child-rekey-snap-96", "ikev2-child-rekey", "snap length 96", snap_length=96),
    R("ikev2-psk-wrong-snap-96", "ikev2-psk-wrong-cbc", "snap length 96", snap_length=96),
    R("ikev2-psk-wrong-snap-128", "ikev2-psk-wrong-cbc", "snap length 128", snap_length=128),
    R("ikev2-ike-proposal-snap-96", "ikev2-ike-proposal", "snap length 96", snap_length=96),
    R("ikev2-one-way-snap-64", "ikev2-one-way-later", "snap length 64, too short for IKE headers", snap_length=64, truth={"ike_version": None}),

    # link layers and file formats
    R("ikev2-up-vlan", "ikev2-up-gcm", "in a VLAN", link="vlan", keys=True),
    R("ikev2-psk-wrong-two-vlans", "ikev2-psk-wrong-gcm", "in a VLAN in a VLAN", link="two-vlans", keys=True),
    R("ikev2-up-pppoe", "ikev2-up-gcm", "in a PPPoE session", link="pppoe"),
    R("ikev2-selectors-raw-ip", "ikev2-selectors-cbc", "without a link layer", link="raw", keys=True),
    R("ikev2-up-ipv6-raw-ip", "ikev2-up-ipv6-traffic", "without a link layer", link="raw"),
    R("ikev1-psk-wrong-null", "ikev1-psk-wrong", "from a BSD loopback device", link="null"),
    R("ikev2-psk-wrong-ipv6-loop", "ikev2-psk-wrong-ipv6", "from an OpenBSD loopback device", link="loop"),
    R("ikev1-up-cooked", "ikev1-up-main", "Linux cooked capture", link="cooked"),
    R("ikev2-esp-proposal-cooked-2", "ikev2-esp-proposal-gcm", "Linux cooked capture, version 2", link="cooked-2", keys=True),
    R("ikev2-psk-wrong-pcapng", "ikev2-psk-wrong-cbc", "pcapng with times in nanoseconds", format="pcapng", keys=True),
    R("ikev1-one-way-pcapng", "ikev1-one-way", "pcapng with times in nanoseconds, Linux cooked capture", format="pcapng", link="cooked"),

    # without NAT traversal, on other ports, in fragments, in TCP
    R("ikev2-up-protocol-50", "ikev2-up-gcm", "without UDP encapsulation", [without_udp_encapsulation]),
    R("ikev1-up-protocol-50", "ikev1-up-main", "without UDP encapsulation", [without_udp_encapsulation]),
    R("ikev2-child-rekey-protocol-50", "ikev2-child-rekey", "without UDP encapsulation", [without_udp_encapsulation]),
    R("ikev2-one-way-protocol-50", "ikev2-one-way-later", "without UDP encapsulation", [without_udp_encapsulation]),
    R("ikev2-psk-wrong-protocol-50", "ikev2-psk-wrong-cbc", "without NAT traversal", [without_udp_encapsulation], keys=True),
    R("ikev2-up-ipv6-protocol-50", "ikev2-up-ipv6-traffic", "without UDP encapsulation", [without_udp_encapsulation]),
    R("ikev2-up-odd-ike-ports", "ikev2-up-cbc", "IKE on port 5500, then 5501", [ODD_IKE], options=ODD_OPTIONS),
    R("ikev1-up-odd-ike-ports", "ikev1-up-main", "IKE on port 5500, then 5501", [ODD_IKE], options=ODD_OPTIONS),
    R("ikev2-selectors-odd-ike-ports", "ikev2-selectors-cbc", "IKE on port 5500, then 5501", [ODD_IKE], options=ODD_OPTIONS),
    R("ikev2-udp500-dropped-odd-ike-ports", "ikev2-udp500-dropped", "IKE on port 5500", [ODD_IKE], options=ODD_OPTIONS),
    R("ikev2-up-fragments", "ikev2-up-two-children", "in IP fragments of 104 bytes", carriage=in_fragments(104)),
    R("ikev1-up-fragments-last-first", "ikev1-up-certificates", "in IP fragments of 256 bytes, the last one first",
      carriage=in_fragments(256, last_first=True)),
    R("ikev2-psk-wrong-fragments", "ikev2-psk-wrong-cbc", "in IP fragments of 64 bytes, the last one first",
      carriage=in_fragments(64, last_first=True)),
    R("ikev2-one-way-fragments", "ikev2-one-way-later", "in IP fragments of 104 bytes", carriage=in_fragments(104)),
    R("ikev2-up-tcp", "ikev2-up-gcm", "in TCP", carriage=in_tcp()),
    R("ikev2-up-tcp-split", "ikev2-child-rekey", "in TCP, segments of 100 bytes", carriage=in_tcp(segment=100)),
    R("ikev2-up-tcp-joined", "ikev2-child-rekey-busy", "in TCP, up to three messages a segment", carriage=in_tcp(joined=3)),
    R("ikev2-up-tcp-disordered", "ikev2-up-two-children", "in TCP, segments of 90 bytes that are sent again and overtake one another",
      carriage=in_tcp(segment=90, disordered=True)),
    R("ikev2-psk-wrong-tcp", "ikev2-psk-wrong-cbc", "in TCP", carriage=in_tcp()),
    R("ikev2-selectors-tcp-split", "ikev2-selectors-gcm", "in TCP, segments of 40 bytes", carriage=in_tcp(segment=40)),
    R("ikev2-certificate-untrusted-tcp", "ikev2-certificate-untrusted-whole", "in TCP, segments of 536 bytes", carriage=in_tcp(segment=536)),
    R("ikev2-one-way-tcp", "ikev2-one-way-later", "in TCP, up to four messages a segment", carriage=in_tcp(joined=4)),
    R("ikev2-up-tcp-from-right-only", "ikev2-up-cbc", "in TCP, only the responder's segments were captured",
      carriage=lambda packets: only_from(RIGHT)(in_tcp(segment=100)(packets)), keyless=UNDETERMINED, truth={"esp": {f"{RIGHT}>{LEFT}": 8}}),

    # forged and foreign packets, redirection
    R("ikev2-up-forged-error", "ikev2-up-cbc", "a forged NO_PROPOSAL_CHOSEN comes before the valid answer", [FORGED],
      history=("ike-proposal-mismatch",)),
    R("ikev2-up-forged-authentication-failed", "ikev2-up-gcm", "a forged cleartext AUTHENTICATION_FAILED comes before the valid answer",
      [first_messages_answered(init_error(AUTHENTICATION_FAILED))]),
    R("ikev2-up-forged-error-later", "ikev2-up-cbc", "a forged INVALID_SYNTAX comes after the valid answer",
      [first_messages_answered(init_error(INVALID_SYNTAX), 6_000_000)]),
    R("ikev1-up-forged-error", "ikev1-up-main", "a forged NO-PROPOSAL-CHOSEN comes before the valid answer", [FORGED_V1],
      history=("ike-proposal-mismatch",)),
    R("ikev2-up-noise", "ikev2-up-two-children", "100 ESP packets on random SPIs beside it", [noise(100)]),
    R("ikev1-up-noise", "ikev1-up-two-children", "100 ESP packets on random SPIs beside it", [noise(100)]),
    R("ikev2-one-way-spoofed", "ikev2-one-way-later", "three spoofed ESP packets come back", [spoofed_back(3)]),
    R("ikev1-one-way-spoofed", "ikev1-one-way", "a spoofed ESP packet comes back", [spoofed_back(1)]),
    R("ikev2-redirect-init", "ikev2-up-cbc", "after another gateway has redirected the initiator here", [redirected(1, "10.2.0.9")],
      truth={"others": ["undetermined"]}),

    # what the peers of the lab do not do
    R("ikev2-child-rekey-overlap", "ikev2-child-rekey", "the old and the new SPI are used side by side", [overlapping_rekey(5)]),
    R("ikev1-child-rekey-overlap", "ikev1-child-rekey", "the old and the new SPI are used side by side", [overlapping_rekey(5)]),
    R("ikev2-up-slow", "ikev2-child-rekey", "sixty times as slow", [slowed(60)]),
    R("ikev2-up-keepalives", "ikev2-up-cbc", "then idle for ten minutes but for NAT keepalives", [nat_keepalives(600)]),
    R("ikev2-dh-group", "ikev2-dh-retry", "but the initiator does not follow the responder's wish, three times",
      [until(2), tried_again(3, 5)], history=(),
      keyless={**PHASE_1_FAILED, "cause": "dh-group-mismatch", "origin": 2, "begins": 3, "confidence": "certain"},
      truth={"healthy": False}),
    R("ikev2-version-refused", "ikev2-udp500-dropped", "no: the responder answers INVALID_MAJOR_VERSION",
      [first_messages_answered(init_error(INVALID_MAJOR_VERSION))],
      keyless={**PHASE_1_FAILED, "cause": "version-mismatch", "begins": 2, "confidence": "certain"}),
    R("ikev2-version-refused-in-ikev1", "ikev2-udp500-dropped", "no: the responder speaks IKEv1 and answers INVALID-MAJOR-VERSION",
      [first_messages_answered(init_error_v1(INVALID_MAJOR_VERSION))],
      keyless={**PHASE_1_FAILED, "cause": "version-mismatch", "begins": 2, "confidence": "certain"}),
    R("ikev1-version-refused", "ikev1-udp500-dropped", "no: the responder answers INVALID-MAJOR-VERSION",
      [first_messages_answered(init_error_v1(INVALID_MAJOR_VERSION))],
      keyless={**PHASE_1_FAILED, "cause": "version-mismatch", "begins": 2, "confidence": "certain"}),
    R("ikev2-unknown-spi", "ikev2-one-way-later", "because the peer no longer knows the SPI, and says so", [invalid_spi(4)],
      keyless={"cause": "unknown-spi", "phase_failed": "data", "begins": 50,
               "phases": {"1": "ok", "2": "ok", "data": "failed"}}),
    R("ikev1-unknown-spi", "ikev1-one-way", "because the peer no longer knows the SPI, and says so", [invalid_spi_v1(4)],
      keyless={"cause": "unknown-spi", "phase_failed": "data", "begins": 37,
               "phases": {"1": "ok", "2": "ok", "data": "failed"}}),
]
