# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase diagnose as a user meets it: the order of the text, the JSON contract, the exit status."""
import json
import re

import pytest

TUNNEL_KEYS = {"asa", "peer", "nat", "ike_version", "ike_state", "phase_failed", "cause", "confidence", "alternatives",
               "evidence", "asa_would_log", "next", "walk", "history", "phases", "events", "children", "esp"}
CHILD_KEYS = {"spi_out", "spi_in", "paired_by", "selectors", "cause", "confidence", "phases", "encaps", "decaps"}
ANSWER_KEYS = {"answer", "confidence", "why", "to_know"}
SPI_KEYS = {"spi", "src", "dst", "udp", "packets", "bytes", "first_frame", "last_frame", "first_seq", "last_seq", "lost",
            "duplicate", "reordered"}


def diagnose_json(asaphase, *arguments):
    done = asaphase("diagnose", "--json", *arguments)
    return done.returncode, json.loads(done.stdout)


def test_text_answers_in_the_promised_order(asaphase, capture):
    text = asaphase("diagnose", capture("ikev2-psk-wrong-cbc")).stdout.decode()
    parts = ["Phase 1 failed", "cause: psk-mismatch, possible", "Evidence", "frame 4", "An ASA would show",
             "There are no IKEv2 SAs", "An ASA would log", "%ASA-4-750003", "Type on the ASA", "Type on the peer",
             "From zero to pings"]
    positions = [text.index(part) for part in parts]
    assert positions == sorted(positions)


def test_every_debug_stands_with_its_end(asaphase, capture):
    text = asaphase("diagnose", capture("ikev2-psk-wrong-cbc")).stdout.decode()
    for line in text.splitlines():
        for command in re.findall(r"(?<!no )debug crypto [a-z0-9 ]+", line):
            assert f"no {command.strip()}" in line


def test_json_has_every_key_of_the_contract(asaphase, capture):
    status, found = diagnose_json(asaphase, capture("ikev2-up-cbc"))
    assert status == 0
    assert found["format"] == 1
    assert found["capture"]["packets"] == 20
    assert found["capture"]["first"] < found["capture"]["last"]
    (tunnel,) = found["tunnels"]
    assert TUNNEL_KEYS <= set(tunnel)
    assert len(tunnel["walk"]) == 7
    assert {"packets", "bytes", "lost"} <= set(tunnel["esp"]["encaps"])
    assert all(SPI_KEYS <= set(spi) for spi in tunnel["esp"]["spis"])
    assert tunnel["cause"] == "none" and tunnel["phase_failed"] is None
    (child,) = tunnel["children"]
    assert CHILD_KEYS <= set(child) and child["paired_by"] == "timing" and child["cause"] == "none"
    assert set(tunnel["phases"]) == {"1", "2", "data"} and set(child["phases"]) == {"2", "data"}
    for answer in [*tunnel["phases"].values(), *child["phases"].values()]:
        assert set(answer) == ANSWER_KEYS and answer["answer"] == "ok" and answer["confidence"] and answer["why"]
        assert answer["to_know"] is None


def test_evidence_names_frames_with_a_sentence(asaphase, capture):
    _, found = diagnose_json(asaphase, capture("ikev2-psk-wrong-cbc"))
    evidence = found["tunnels"][0]["evidence"]
    assert [entry["frame"] for entry in evidence] == [1, 2, 3, 4]
    assert "refused" in evidence[3]["text"]


def test_a_failure_leaves_later_phases_unknown_and_not_reached(asaphase, capture):
    _, found = diagnose_json(asaphase, capture("ikev2-psk-wrong-cbc"))
    phases = found["tunnels"][0]["phases"]
    assert [phases[phase]["answer"] for phase in ("1", "2", "data")] == ["failed", "unknown", "unknown"]
    assert phases["1"]["confidence"] == found["tunnels"][0]["confidence"]
    for phase in ("2", "data"):
        assert phases[phase] == {"answer": "unknown", "confidence": None, "why": "not reached", "to_know": None}


def test_too_little_seen_is_undetermined_and_says_what_would_tell(asaphase, capture):
    status, found = diagnose_json(asaphase, capture("ikev2-up-ipv6"))
    (tunnel,) = found["tunnels"]
    assert status == 3
    assert tunnel["cause"] == "undetermined" and tunnel["confidence"] is None and tunnel["phase_failed"] is None
    assert [tunnel["phases"][phase]["answer"] for phase in ("1", "2", "data")] == ["ok", "ok", "unknown"]
    assert tunnel["phases"]["data"]["confidence"] is None and "4500" in tunnel["phases"]["data"]["to_know"]
    text = asaphase("diagnose", capture("ikev2-up-ipv6")).stdout.decode()
    assert "Phase 1 ok · Phase 2 ok · data unknown: no ESP captured" in text and "  cause: undetermined\n" in text
    assert "1 tunnel, 0 with a fault, 1 undetermined" in text
    brief = asaphase("diagnose", "--brief", capture("ikev2-up-ipv6")).stdout.decode()
    assert brief.endswith(": undetermined: data unknown (no ESP captured)\n")


WELL, FAULT, UNKNOWN, UNREADABLE = "ikev2-up-cbc", "ikev2-psk-wrong-cbc", "ikev2-up-ipv6", None


@pytest.mark.parametrize("names, status", [
    ([WELL], 0), ([FAULT], 1), ([UNREADABLE], 2), ([UNKNOWN], 3),
    ([WELL, UNKNOWN], 3), ([UNKNOWN, WELL], 3), ([UNKNOWN, FAULT], 1), ([FAULT, UNKNOWN], 1), ([FAULT, WELL], 1),
    ([UNREADABLE, FAULT, UNKNOWN], 2), ([UNKNOWN, FAULT, UNREADABLE, WELL], 2), ([UNKNOWN, UNREADABLE], 2)])
def test_of_several_files_the_worst_makes_the_exit_status(asaphase, capture, tmp_path, names, status):
    paths = [capture(name) if name else tmp_path / "no-such.pcap" for name in names]
    assert asaphase("diagnose", "--brief", *paths).returncode == status


def test_asa_option_turns_the_view(asaphase, capture):
    _, by_default = diagnose_json(asaphase, capture("ikev2-up-cbc"))
    _, turned = diagnose_json(asaphase, "--asa", "10.2.0.1", capture("ikev2-up-cbc"))
    assert by_default["tunnels"][0]["asa"] == "10.1.0.1"
    assert turned["tunnels"][0]["asa"] == "10.2.0.1"
    assert turned["tunnels"][0]["esp"]["decaps"] == by_default["tunnels"][0]["esp"]["encaps"]


def test_text_says_which_side_it_took_for_the_asa(asaphase, capture):
    assert b"taken as the ASA: the IKE initiator" in asaphase("diagnose", capture("ikev2-up-cbc")).stdout
    assert b"taken as the ASA: as asked" in asaphase("diagnose", "--asa", "10.2.0.1", capture("ikev2-up-cbc")).stdout


def test_standard_input_is_read(asaphase, capture):
    done = asaphase("diagnose", "-", standard_input=capture("ikev2-psk-wrong-cbc").read_bytes())
    assert done.returncode == 1
    assert b"psk-mismatch" in done.stdout


def test_several_files_give_a_verdict_each(asaphase, capture):
    done = asaphase("diagnose", "--json", capture("ikev2-up-cbc"), capture("ikev2-psk-wrong-cbc"))
    causes = [json.loads(line)["tunnels"][0]["cause"] for line in done.stdout.splitlines()]
    assert causes == ["none", "psk-mismatch"]
    assert done.returncode == 1


def test_no_colour_off_a_terminal(asaphase, capture):
    assert b"\033[" not in asaphase("diagnose", capture("ikev2-psk-wrong-cbc")).stdout


def test_proposals_of_both_sides_are_named(asaphase, capture):
    text = asaphase("diagnose", capture("ikev2-up-cbc")).stdout.decode()
    assert "offered  AES-CBC-256, SHA2-256-128, PRF-HMAC-SHA2-256, group 14" in text
    assert "chosen   AES-CBC-256, SHA2-256-128, PRF-HMAC-SHA2-256, group 14" in text
