# SPDX-License-Identifier: GPL-2.0-or-later
"""IKE and ESP that one frame does not hold, or holds several of: IP fragments, TCP; and on ports of one's own."""
import struct

import frames
import pytest
from conftest import fields, info_column, seen, truth_of

# Where a message stands in the file, and when the last piece of it came.
PLACES = {"First frame", "Last frame"}
CARRIED = ["ikev2-psk-wrong-fragments", "ikev1-up-fragments-last-first", "ikev2-up-fragments", "ikev2-up-tcp", "ikev2-up-tcp-split",
           "ikev2-up-tcp-joined", "ikev2-up-tcp-disordered", "ikev2-certificate-untrusted-tcp"]


def without_places(rows):
    return [{column: cell for column, cell in row.items() if column not in PLACES} for row in rows]


@pytest.mark.parametrize("name", CARRIED)
def test_the_tunnels_table_is_that_of_plain_packets(name):
    plain = truth_of(name)["derived_from"]
    assert without_places(seen(name).tunnels) == without_places(seen(plain).tunnels)


def test_a_frame_shows_each_packet_that_it_completes():
    rows = fields("ikev2-up-tcp-joined", "asaphase.esp.encaps", "asaphase.esp.decaps", "asaphase.tunnel")
    several = [(encaps.split(";"), decaps.split(";")) for encaps, decaps, tunnel in rows if ";" in encaps]
    assert several
    for encaps, decaps in several:
        totals = [int(out) + int(back) for out, back in zip(encaps, decaps)]
        assert totals == list(range(totals[0], totals[0] + len(totals)))


def test_a_message_in_pieces_is_shown_once_a_frame():
    assert all(";" not in row[0] for row in fields("ikev2-psk-wrong-fragments", "asaphase.exchange"))


@pytest.mark.parametrize("name", ["ikev2-up-tcp-joined", "ikev2-up-tcp-split"])
def test_requests_and_responses_in_tcp_point_at_each_other(name):
    rows = fields(name, "frame.number", "asaphase.request_in", "asaphase.response_in", where="asaphase.exchange", arguments=("-2",))
    answers = {number: request for number, request, _ in rows if request}
    assert len(answers) >= 3
    asked = {number: response.split(";") for number, _, response in rows if response}
    assert all(number in asked[request] for number, requests in answers.items() for request in requests.split(";"))




def test_ike_on_ports_of_ones_own(tmp_path):
    capture = frames.pcap(tmp_path / "port.pcap", [frames.udp(frames.ike([frames.proposal()]), port=5500)])
    assert fields(capture, "asaphase.exchange") == [[""]]
    for arguments in (("-o", "asaphase.ike_ports:5500"), ("-o", "asaphase.ike_ports:5000, 5499-5501"), ("-d", "udp.port==5500,isakmp")):
        assert fields(capture, "asaphase.exchange", arguments=arguments) == [["IKE_SA_INIT"]]


def test_info_is_annotated_on_ports_of_ones_own():
    info = info_column("ikev2-selectors-odd-ike-ports")
    assert info[0].endswith("[Phase 1]") and "child-refused" in info[3]


@pytest.mark.parametrize("kind", ["time exceeded", "parameter problem"])
def test_what_an_icmp_error_quotes_is_no_packet(tmp_path, kind):
    packet = frames.esp(0x1001, 1)
    error = struct.pack(">BBHI", {"time exceeded": 11, "parameter problem": 12}[kind], 0, 0, 0) + packet[:60]
    capture = frames.pcap(tmp_path / "icmp.pcap", [packet, frames.ip(error, 1, "192.0.2.9", frames.ASA)])
    assert fields(capture, "asaphase.esp.encaps") == [["1"], [""]]
