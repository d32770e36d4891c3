# SPDX-License-Identifier: GPL-2.0-or-later
"""The fields besides the verdict: links between frames, what an encrypted message must hold, NAT, ESP counters."""
import json
import re
import subprocess

import pytest
from conftest import BUILD, TOP, fields, info_column, path_of, run, seen, truth_of

PROMISED = ["phase", "exchange", "state", "cause", "confidence", "evidence", "asa_log", "next_step", "tunnel", "request_in",
            "response_in", "response_time", "retransmission_of", "inferred", "esp.paired_spi", "esp.encaps", "esp.decaps",
            "esp.lost", "nat", "phase1", "phase2", "data", "to_know"]


def test_every_promised_field_is_there_and_described():
    registered = {}
    for line in run("tshark", "-G", "fields").splitlines():
        parts = line.split("\t")
        if parts[0] == "F" and parts[2].startswith("asaphase."):
            registered[parts[2]] = parts[-1]
    assert {f"asaphase.{name}" for name in PROMISED} <= set(registered)
    # Expert information's fields are described by their name alone.
    assert all(text for name, text in registered.items() if not name.startswith("asaphase.expert."))


def test_request_and_response_point_at_each_other():
    rows = fields("ikev2-up-cbc", "frame.number", "asaphase.request_in", "asaphase.response_in", "asaphase.response_time",
                  where="isakmp", arguments=("-2",))
    assert [row[:3] for row in rows[:4]] == [["1", "", "2"], ["2", "1", ""], ["3", "", "4"], ["4", "3", ""]]
    assert float(rows[1][3]) > 0 and rows[0][3] == ""


def test_a_copy_points_at_the_first_and_is_counted():
    rows = fields("ikev2-udp500-dropped", "frame.number", "asaphase.retransmission_of", "asaphase.expert.retransmission",
                  where="isakmp")
    first, *copies = rows
    assert copies and first[1:] == ["", ""]
    assert all(row[1] == first[0] and row[2] for row in copies)


def test_lengths_tell_what_is_inside():
    inferred = dict(fields("ikev2-psk-wrong-gcm", "frame.number", "asaphase.inferred", where="asaphase.inferred"))
    assert "authentication refused" in inferred["4"]


def test_nat_is_told_by_the_hashes():
    # The lab's ESP runs in user space, which has both ends claim a NAT.
    assert dict(fields("ikev2-up-cbc", "frame.number", "asaphase.nat", where="asaphase.nat"))["2"] == "forced"


@pytest.mark.parametrize("name", ["ikev2-up-cbc", "ikev1-up-main", "ikev2-one-way-from-left"])
def test_encaps_and_decaps_run_to_the_true_counts(name):
    truth = truth_of(name)
    encaps, decaps = fields(name, "asaphase.esp.encaps", "asaphase.esp.decaps", where="asaphase.esp.encaps")[-1]
    initiator, responder = truth["initiator"], truth["responder"]
    assert int(encaps) == truth["esp"].get(f"{initiator}>{responder}", 0)
    assert int(decaps) == truth["esp"].get(f"{responder}>{initiator}", 0)


def test_spis_are_paired():
    rows = fields("ikev2-up-cbc", "esp.spi", "asaphase.esp.paired_spi", where="esp")
    last = {int(spi, 0): int(paired, 0) for spi, paired in rows if paired}
    assert len(last) == 2 and all(last[paired] == spi for spi, paired in last.items())


def test_info_column_says_phase_and_cause_on_ike_and_nothing_on_other_packets():
    info = info_column("ikev2-up-cbc")
    assert "[Phase 1]" in info[0] and "[Phase 1 and 2 completed]" in info[3]
    assert not any("Phase" in line or "wrong" in line for line in info[4:] if line.startswith("ESP"))
    assert re.search(r"\[Works .* \(\w+\)\]$", info[5])
    assert "[Phase 1 and 2 completed] [undetermined: data unknown (no ESP captured)]" in info_column("ikev2-up-ipv6")[3]
    verdict = info_column("ikev2-one-way-from-left", "-Y", "asaphase.phase_failed")
    assert [re.fullmatch(r"ESP .*\[.*one-way \((\w+)\)\]", line).group(1) for line in verdict] == ["possible", "likely"]
    off = info_column("ikev2-psk-wrong-cbc", "-o", "asaphase.annotate_info:FALSE")
    assert len(off) == 4 and not any("Phase" in line for line in off)


def test_expert_information_has_a_name_per_cause_and_the_right_severity():
    error, warning, note = "8388608", "6291456", "4194304"
    for name, cause, severity in (("ikev2-psk-wrong-cbc", "psk-mismatch", error), ("ikev2-selectors-cbc", "child-refused", error),
                                  ("ikev2-one-way-from-left", "one-way", warning), ("ikev2-churn", "rekey-churn", warning),
                                  ("ikev2-dh-retry", "dh_round_trip", note), ("ikev2-up-cbc", "nat", note)):
        rows = fields(name, "_ws.expert.severity", where=f"asaphase.expert.{cause}")
        assert rows and all(severity in row[0].split(";") for row in rows), name


def causes_on_the_way(name):
    """What core itself found for a while, before a later packet undid it."""
    done = subprocess.run([f"{BUILD}/cli/asaphase", "diagnose", "--json", *truth_of(name).get("options", []), path_of(name)],
                          capture_output=True, text=True, timeout=60, check=False)
    return {event["cause"] for tunnel in json.loads(done.stdout)["tunnels"] for event in tunnel["history"]} - {"none", "undetermined"}


def test_a_healthy_capture_has_no_error_and_its_warnings_are_of_packets(name):
    truth = truth_of(name)
    if truth["healthy"] and not truth.get("history"):
        expert = re.findall(r"Expert Info \((\w+)/\w+\): (.*)\]", seen(name).packets)
        ours = [(severity, text) for severity, text in expert if text.startswith(("Phase", "Data", "ESP", "IKE message"))]
        undone = causes_on_the_way(name)
        assert all(severity in ("Chat", "Note") or text.startswith(("ESP sequence", "IKE message sent again"))
                   or any(f": {cause} (" in text for cause in undone) for severity, text in ours), ours


def test_preferences_choose_the_side_and_the_threshold():
    rows = fields("ikev2-up-cbc", "asaphase.asa", "asaphase.peer", where="frame.number == 1",
                  arguments=("-o", "asaphase.asa_addresses:10.2.0.1"))
    assert rows == [["10.2.0.1", "10.1.0.1"]]
    never = ("-o", "asaphase.one_way_packets:100000")
    assert fields("ikev2-one-way-later", "frame.number", where="asaphase.phase_failed")
    assert fields("ikev2-one-way-later", "frame.number", where="asaphase.phase_failed", arguments=never) == []


def test_the_manual_page_names_what_is_registered_and_no_more():
    page = (TOP / "docs/wireshark-plugin.md").read_text()
    rows = re.findall(r"^\| `(asaphase\.[\w.-]+)` \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    written = {name: (second, third) for name, second, third in rows}
    # One row stands for all causes.
    causes = re.findall(r"^\| `([\w-]+)` \| ([^|]+) \|", (TOP / "docs/causes.md").read_text(), re.MULTILINE)
    row = written.pop("asaphase.expert.CAUSE")
    written.update({f"asaphase.expert.{cause}": (row[0], headline) for cause, headline in causes})
    registered, expert = {}, {}
    for line in run("tshark", "-G", "fields").splitlines():
        parts = line.split("\t")
        if parts[0] == "F" and parts[2].startswith("asaphase.expert."):
            expert[parts[2]] = parts[1]
        elif parts[0] == "F" and parts[2].startswith("asaphase."):
            registered[parts[2]] = (parts[1], parts[-1])
    preferences = set(re.findall(r"^#(asaphase\.\w+):", run("tshark", "-G", "currentprefs"), re.MULTILINE))
    assert set(written) == set(registered) | set(expert) | preferences
    assert {name: written[name] for name in registered} == registered
    assert {name: written[name][1] for name in expert} == expert
