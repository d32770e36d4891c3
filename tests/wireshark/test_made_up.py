# SPDX-License-Identifier: GPL-2.0-or-later
"""What the lab's peers do not send: cookies, vendor IDs, gaps in ESP, IPsec inside other tunnels, ports of one's own."""
import struct

import frames
from conftest import fields


def test_a_cookie_is_a_note(tmp_path):
    capture = frames.pcap(tmp_path / "cookie.pcap", [
        frames.udp(frames.ike([frames.proposal()])),
        frames.udp(frames.ike([frames.notify(frames.COOKIE, b"12345678")], response=True), source=frames.PEER,
                   destination=frames.ASA)])
    assert fields(capture, "frame.number", "_ws.expert.severity", where="asaphase.expert.cookie") == [["2", "4194304"]]


def test_vendor_ids_tell_an_asa_from_a_router(tmp_path):
    asa = [b"CISCO-DELETE-REASON", b"CISCO(COPYRIGHT)&Copyright (c) 2009 Cisco Systems, Inc.",
           bytes.fromhex("4048b7d56ebce88525e7de7f00d6c2d3")]
    router = asa + [b"CISCOVPN-REV-02"]
    for identifiers, guess in ((asa, "Cisco ASA"), (router, "Cisco IOS or IOS XE"), (asa[2:], "")):
        capture = frames.pcap(tmp_path / "vendor.pcap", [
            frames.udp(frames.ike([frames.proposal(), *map(frames.vendor, identifiers)]))])
        (row,) = fields(capture, "asaphase.vendor", "asaphase.vendor.evidence")
        assert row[0] == guess
        assert "FRAGMENTATION" in row[1]


def test_gaps_late_and_doubled_packets_are_told_apart(tmp_path):
    capture = frames.pcap(tmp_path / "esp.pcap", [frames.esp(0x1001, number) for number in (1, 2, 5, 3, 3, 6)])
    rows = fields(capture, "asaphase.esp.lost", "asaphase.esp.reordered", "asaphase.expert.esp_gap",
                  "asaphase.expert.esp_late", "asaphase.expert.esp_duplicate")
    assert [row[:2] for row in rows] == [["0", "0"], ["0", "0"], ["2", "0"], ["1", "1"], ["1", "1"], ["1", "1"]]
    assert [[bool(cell) for cell in row[2:]] for row in rows] == [
        [False] * 3, [False] * 3, [True, False, False], [False, True, False], [False, False, True], [False] * 3]


def erspan(packet):
    """As a switch mirrors it: Ethernet in GRE (protocol 0x88be, ERSPAN type II) in IP."""
    header = struct.pack(">HHI", 0x1000, 0x88BE, 0) + struct.pack(">HHI", 0x1000, 0, 0)
    return frames.ip(header + frames.ethernet(packet), 47, "192.0.2.1", "192.0.2.2")


def test_ipsec_is_seen_inside_a_mirrored_frame_and_under_mpls(tmp_path):
    packet = frames.esp(0x1001, 1)
    mpls = bytes(12) + b"\x88\x47" + struct.pack(">I", 100 << 12 | 1 << 8 | 64) + packet
    for name, frame, link_type in (("erspan", erspan(packet), frames.RAW_IP), ("mpls", mpls, frames.ETHERNET)):
        capture = frames.pcap(tmp_path / f"{name}.pcap", [frame], link_type)
        assert fields(capture, "asaphase.asa", "asaphase.esp.encaps") == [["10.1.0.1", "1"]], name


def test_ports_of_ones_own(tmp_path):
    capture = frames.pcap(tmp_path / "port.pcap", [frames.esp_in_udp(0x1001, 1, port=10000)])
    assert fields(capture, "asaphase.esp.encaps") == [[""]]
    assert fields(capture, "asaphase.esp.encaps", arguments=("-o", "asaphase.nat_traversal_ports:9999-10001")) == [["1"]]
    assert fields(capture, "asaphase.esp.encaps", arguments=("-d", "udp.port==10000,udpencap")) == [["1"]]
