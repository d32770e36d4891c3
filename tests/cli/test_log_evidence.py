# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase diagnose --log: a capture and the ASA's log of the same time."""
import json

PEERS = "Local:10.1.0.1:500 Remote:10.2.0.1:500 Username:Unknown "
SELECTORS = ("Nov 24 08:50:01 fw1 : %ASA-3-751022: " + PEERS +
             "Tunnel rejected: Crypto Map Policy not found for remote traffic selector a local traffic selector b!")
NOISE = "%ASA-6-302013: Built outbound TCP connection 1 for outside:10.2.0.1/443"


def verdict(run):
    (tunnel,) = json.loads(run.stdout)["tunnels"]
    return tunnel


def diagnose(asaphase, tmp_path, capture, *lines):
    log = tmp_path / "asa.log"
    log.write_text("".join(line + "\n" for line in lines))
    return asaphase("diagnose", "--json", "--log", log, capture)


def test_a_log_makes_a_refused_child_exact(asaphase, capture, tmp_path):
    alone = asaphase("diagnose", "--json", capture("ikev2-selectors-cbc"))
    assert verdict(alone)["cause"] == "child-refused"
    tunnel = verdict(diagnose(asaphase, tmp_path, capture("ikev2-selectors-cbc"), NOISE, SELECTORS))
    assert (tunnel["cause"], tunnel["confidence"], tunnel["phase_failed"]) == ("ts-unacceptable", "certain", "2")
    assert any("751022" in evidence["text"] and "line 2" in evidence["text"] for evidence in tunnel["evidence"])


def test_a_log_of_other_peers_changes_nothing_and_is_named(asaphase, capture, tmp_path):
    run = diagnose(asaphase, tmp_path, capture("ikev2-selectors-cbc"), SELECTORS.replace("10.2.0.1", "10.9.0.1"))
    assert verdict(run)["cause"] == "child-refused"
    assert b"1 messages about IPsec, none about a tunnel of the capture" in run.stderr


def test_a_log_makes_no_fault_of_a_healthy_tunnel(asaphase, capture, tmp_path):
    run = diagnose(asaphase, tmp_path, capture("ikev2-child-rekey"), SELECTORS)
    assert (verdict(run)["cause"], run.returncode) == ("none", 0)


def test_a_log_that_cannot_be_read_is_an_error(asaphase, capture, tmp_path):
    run = asaphase("diagnose", "--log", tmp_path / "nowhere", capture("ikev2-selectors-cbc"))
    assert run.returncode == 2
    assert run.stderr.decode().startswith(f"asaphase: {tmp_path}/nowhere: ")
    assert asaphase("diagnose", "--log", tmp_path, capture("ikev2-selectors-cbc")).returncode == 2


def test_a_log_of_any_bytes_is_passed_over(asaphase, capture, tmp_path):
    log = tmp_path / "binary.log"
    log.write_bytes(bytes(range(256)) * 200 + b"%ASA-" * 5000 + b"\n%ASA-4-750003: Local:")
    assert verdict(asaphase("diagnose", "--json", "--log", log, capture("ikev2-selectors-cbc")))["cause"] == "child-refused"
