# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase diagnose as a user meets it: the order of the text, the JSON contract, the exit status."""
import json
import re

TUNNEL_KEYS = {"asa", "peer", "nat", "ike_version", "ike_state", "phase_failed", "cause", "confidence", "alternatives",
               "evidence", "asa_would_log", "next", "walk", "history", "children", "esp"}
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
    assert tunnel["children"][0]["paired_by"] == "timing"


def test_evidence_names_frames_with_a_sentence(asaphase, capture):
    _, found = diagnose_json(asaphase, capture("ikev2-psk-wrong-cbc"))
    evidence = found["tunnels"][0]["evidence"]
    assert [entry["frame"] for entry in evidence] == [1, 2, 3, 4]
    assert "refused" in evidence[3]["text"]


def test_exit_status_says_fault_or_none(asaphase, capture):
    assert asaphase("diagnose", capture("ikev2-up-cbc")).returncode == 0
    assert asaphase("diagnose", capture("ikev2-psk-wrong-cbc")).returncode == 1


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
