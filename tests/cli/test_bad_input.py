# SPDX-License-Identifier: GPL-2.0-or-later
"""Broken captures and wrong options: one clear line that names file and frame, and nothing good is lost."""
import json
import os
import struct

import pytest

from conftest import RAW_IP, ike_header, pcap, records, udp_packet


def one_line(done):
    text = done.stderr.decode()
    assert text.count("\n") == 1, text
    assert text.startswith("asaphase: ") or text.startswith("asaphase "), text
    return text


@pytest.fixture
def made(tmp_path):
    """Writes a made-up file and returns its path."""

    def write(data, name="made.pcap"):
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize("command", ["diagnose", "read"])
class TestNothingToRead:
    def test_missing_file(self, asaphase, tmp_path, command):
        done = asaphase(command, tmp_path / "gone.pcap")
        assert done.returncode == 2
        assert "gone.pcap: No such file or directory" in one_line(done)

    def test_empty_file(self, asaphase, made, command):
        done = asaphase(command, made(b""))
        assert done.returncode == 2
        assert "made.pcap: is empty" in one_line(done)

    def test_not_a_capture(self, asaphase, made, command):
        done = asaphase(command, made(b"%ASA-4-750003: Local:203.0.113.2:500\n" * 9))
        assert done.returncode == 2
        assert "is not a capture" in one_line(done)

    def test_a_folder(self, asaphase, tmp_path, command):
        done = asaphase(command, tmp_path)
        assert done.returncode == 2
        one_line(done)

    def test_cut_within_the_first_packet(self, asaphase, capture, made, command):
        done = asaphase(command, made(capture("ikev2-up-cbc").read_bytes()[:60]))
        assert done.returncode == 2
        assert "truncated" in one_line(done)


def test_a_files_name_is_printed_without_control_characters(asaphase, capture, made):
    path = made(capture("ikev2-psk-wrong-cbc").read_bytes()[:-10], "a\x1b[31m\nb\u009b.pcap")
    for arguments in (["diagnose", path], ["diagnose", "--brief", path], ["explain", path, path], ["read", path],
                      ["show", "crypto", "ikev2", "sa", "-r", path], ["diagnose", f"{path}\x1b[31m"], ["report", path]):
        done = asaphase(*arguments)
        text = (done.stdout + done.stderr).decode()
        assert (done.returncode == 2) == (arguments[-1] != path) or arguments[0] == "explain"
        assert "\x1b" not in text and "\u009b" not in text
        assert "a?[31m?b?.pcap" in text or arguments[0] == "explain"
    done = asaphase("diagnose", "--json", path)
    assert json.loads(done.stdout)["capture"]["file"] == str(path)


def test_a_files_name_of_any_bytes_is_json(asaphase, capture, tmp_path):
    path = os.path.join(os.fsencode(tmp_path), b"a\xff\xfe.pcap")
    with open(path, "wb") as file:
        file.write(capture("ikev2-psk-wrong-cbc").read_bytes())
    done = asaphase("diagnose", "--json", os.fsdecode(path))
    assert json.loads(done.stdout)["capture"]["file"].endswith("a\ufffd\ufffd.pcap")


WIFI = 105


@pytest.mark.parametrize("command", [["diagnose"], ["diagnose", "--json"], ["read"], ["report"], ["show", "crypto", "ikev2", "sa", "-r"]])
def test_a_link_type_that_is_not_read_is_no_capture_without_ipsec(asaphase, capture, made, command):
    frames = records(capture("ikev2-psk-wrong-cbc").read_bytes())
    done = asaphase(*command, made(pcap(frames, link_type=WIFI)))
    assert done.returncode == 2 and done.stdout == b""
    assert "made.pcap: link type IEEE802_11 (105)" in one_line(done)


def test_a_capture_without_packets(asaphase, made):
    done = asaphase("diagnose", made(pcap([])))
    assert done.returncode == 2
    assert "holds no packets" in one_line(done)


def test_cut_in_mid_packet_keeps_what_came_before(asaphase, capture, made):
    whole = capture("ikev2-psk-wrong-then-right").read_bytes()
    done = asaphase("diagnose", "--json", made(whole[:-10]))
    (tunnel,) = json.loads(done.stdout)["tunnels"]
    assert tunnel["cause"] == "none"
    assert f"frame {len(records(whole))}: truncated" in one_line(done)
    assert done.returncode == 0


def test_a_snap_length_of_64_gives_no_false_verdict(asaphase, capture, made):
    short = [(frame[:64], length) for frame, length in records(capture("ikev2-up-cbc").read_bytes())]
    done = asaphase("diagnose", "--json", made(pcap(short, snap_length=64)))
    (tunnel,) = json.loads(done.stdout)["tunnels"]
    assert tunnel["cause"] == "none"
    assert tunnel["esp"]["encaps"]["packets"] == 8
    assert done.returncode == 0
    assert b"made.pcap: frame 1: " in done.stderr


def test_a_capture_without_ipsec_says_so(asaphase, made):
    done = asaphase("diagnose", made(pcap([udp_packet(b"hello", port=53)], link_type=RAW_IP)))
    assert done.returncode == 3  # of no tunnel anything is known
    assert b"no IKE and no ESP among them" in done.stdout


def payload(next_payload, length, body=b""):
    return struct.pack(">BBH", next_payload, 0, length) + body


MALFORMED = {
    "length shorter than the header": ike_header(10),
    "length beyond the datagram": ike_header(4000) + payload(0, 8, bytes(4)),
    "payload of length zero": ike_header(28 + 8) + payload(33, 0, bytes(4)),
    "payload beyond the message": ike_header(28 + 8) + payload(0, 900, bytes(4)),
    "a hundred payloads": ike_header(28 + 400, first_payload=43) + payload(43, 4) * 99 + payload(0, 4),
    "proposal beyond its payload": ike_header(28 + 12) + payload(0, 12, struct.pack(">BBHBBBB", 0, 0, 200, 1, 1, 0, 1)),
    "proposal of length zero": ike_header(28 + 12) + payload(0, 12, struct.pack(">BBHBBBB", 2, 0, 0, 1, 1, 0, 1)),
    "notify shorter than its fields": ike_header(28 + 5, first_payload=41) + payload(0, 5, b"\0"),
    "only a header": ike_header(28, first_payload=33),
    "no header": b"\1\2\3",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_ike_names_the_frame_and_loses_nothing(asaphase, capture, made, name):
    good = records(capture("ikev2-psk-wrong-cbc").read_bytes())
    ethernet = good[0][0][:14]
    bad = ethernet + udp_packet(MALFORMED[name], source="10.9.9.9")
    done = asaphase("diagnose", "--json", made(pcap([bad, *good])))
    tunnels = json.loads(done.stdout)["tunnels"]
    assert [tunnel["cause"] for tunnel in tunnels if tunnel["peer"] == "10.2.0.1" and tunnel["asa"] == "10.1.0.1"] == ["psk-mismatch"]
    assert all(tunnel["cause"] == "undetermined" for tunnel in tunnels if "10.9.9.9" in (tunnel["asa"], tunnel["peer"]))
    assert b"made.pcap: frame 1: " in done.stderr


def test_one_bad_file_does_not_keep_the_others(asaphase, capture, tmp_path):
    done = asaphase("diagnose", tmp_path / "gone.pcap", capture("ikev2-psk-wrong-cbc"))
    assert done.returncode == 2
    assert b"psk-mismatch" in done.stdout
    assert b"gone.pcap" in done.stderr


@pytest.mark.parametrize("arguments, words", [
    (["diagnose"], "no FILE given"),
    (["diagnose", "--jsn", "x"], "--jsn"),
    (["diagnose", "-", "-"], "read once"),
    (["diagnose", "--log", "-", "-"], "read once"),
    (["diagnose", "--log", "-", "x", "y"], "read once"),
    (["diagnose", "--asa", "10.1.0", "x"], "not an IPv4 or IPv6 address"),
    (["diagnose", "--ike-port", "70000", "x"], "not a port"),
    (["diagnose", "--one-way-packets", "-1", "x"], "whole number"),
    (["read"], "neither FILE nor -i"),
    (["dignose", "x"], "no command 'dignose'"),
    (["top"], "needs a terminal"),
    (["top", "--delay", "0"], "1 to 3600 seconds"),
    (["top", "x"], "takes no FILE"),
])
def test_wrong_options_are_named_in_one_line(asaphase, arguments, words):
    done = asaphase(*arguments)
    assert done.returncode == 2
    assert words in one_line(done)


def test_help_and_version(asaphase):
    assert b"asaphase diagnose FILE" in asaphase("--help").stdout
    assert asaphase("--version").stdout.startswith(b"asaphase 0.")
    assert b"--asa" in asaphase("diagnose", "--help").stdout
    assert asaphase().returncode == 2


@pytest.mark.parametrize("command", ["diagnose", "read", "explain", "report", "show", "top"])
def test_a_usage_line_can_be_typed_as_it_stands(asaphase, command):
    usage = asaphase(command, "--help").stdout.decode().split("Usage:\n  ")[1].splitlines()[0]
    assert usage.startswith(f"asaphase {command} [OPTION…]")
