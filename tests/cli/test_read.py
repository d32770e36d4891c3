# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase read: lines, filters, a live interface."""
import os
import socket
import subprocess

import pytest

from conftest import PROGRAM, ike_header


def lines_of(done):
    return done.stdout.decode().splitlines()


def test_one_line_a_packet_with_phase_and_meaning(asaphase, capture):
    lines = lines_of(asaphase("read", capture("ikev2-psk-wrong-cbc")))
    assert len(lines) == 4
    assert "Phase 1  10.1.0.1.500 > 10.2.0.1.500: IKEv2 IKE_SA_INIT request 0" in lines[0]
    assert lines[3].endswith("← Phase 1 failed: psk-mismatch (possible)")


def test_data_packets_count_as_the_asa_counts(asaphase, capture):
    lines = lines_of(asaphase("read", capture("ikev2-up-cbc"), "udp[8:4] != 0 and port 4500"))
    assert "encaps 1" in lines[0] and "ESP SPI 0x" in lines[0]
    assert "decaps 1" in lines[1]


def test_a_filter_keeps_the_frame_numbers(asaphase, capture):
    lines = lines_of(asaphase("read", capture("ikev2-psk-wrong-cbc"), "udp", "port", "4500"))
    assert [line.split()[0] for line in lines] == ["3", "4"]


def test_a_filter_that_matches_nothing_says_so(asaphase, capture):
    done = asaphase("read", capture("ikev2-psk-wrong-cbc"), "tcp")
    assert done.returncode == 0 and done.stdout == b""
    assert b"no packet matches the filter" in done.stderr


def test_a_broken_filter_is_named(asaphase, capture):
    done = asaphase("read", capture("ikev2-psk-wrong-cbc"), "udp prot 500")
    assert done.returncode == 2
    assert b"filter:" in done.stderr and done.stderr.count(b"\n") == 1


def test_a_missing_second_file_is_shown_where_it_is_taken_for_a_filter(asaphase, capture):
    done = asaphase("read", capture("ikev2-psk-wrong-cbc"), "gone.pcap")
    assert done.returncode == 2
    assert b"gone.pcap" in done.stderr and done.stderr.count(b"\n") == 1


def test_a_filter_keeps_the_number_of_a_broken_frame(asaphase, capture, tmp_path):
    cut = tmp_path / "cut.pcap"
    cut.write_bytes(capture("ikev2-psk-wrong-cbc").read_bytes()[:-10])
    done = asaphase("read", cut, "udp port 500")
    assert b"frame 4: truncated" in done.stderr


def test_standard_input_is_read(asaphase, capture):
    done = asaphase("read", "-", standard_input=capture("ikev2-psk-wrong-cbc").read_bytes())
    assert len(lines_of(done)) == 4


def test_an_unknown_interface_is_named(asaphase):
    done = asaphase("read", "-i", "nosuchinterface0")
    assert done.returncode == 2
    assert b"interface nosuchinterface0" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="capturing needs root")
def test_a_live_interface_is_read_until_interrupted():
    process = subprocess.Popen([PROGRAM, "read", "-i", "lo", "udp port 500 and host 127.0.0.77"], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    assert "listening on lo" in process.stderr.readline()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.77", 0))
        sender.sendto(ike_header(28, first_payload=0), ("127.0.0.1", 500))
    line = process.stdout.readline()
    process.terminate()
    _, errors = process.communicate(timeout=60)
    assert "IKE_SA_INIT request 0" in line
    assert process.returncode == 0 and "1 packets" in errors


def test_the_rest_of_a_first_fragment_is_no_damage(asaphase, capture):
    lines = asaphase("read", capture("ikev2-up-fragments")).stdout.decode()
    assert "the rest is in later IP fragments" in lines and "malformed" not in lines
