# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on the frame where it appears: what a user filters for, and what the tree then says."""
import itertools
import re

import pytest
from conftest import fields, keys_of, seen, tshark, truth_of


def test_each_capture_gets_its_true_cause_without_keys(name):
    assert seen(name).last_cause == truth_of(name)["keyless"]["cause"]


def test_each_capture_gets_its_true_cause_with_keys(name):
    if "keyed" in truth_of(name):
        assert seen(name, *keys_of(name)).last_cause == truth_of(name)["keyed"]["cause"]


def test_the_refusing_frame_is_found_by_its_cause():
    assert fields("ikev2-psk-wrong-cbc", "frame.number", "asaphase.confidence",
                  where='asaphase.cause == "psk-mismatch"') == [["4", "possible"]]


def test_keys_tell_the_selectors_from_the_proposal():
    name = "ikev2-selectors-cbc"
    assert fields(name, "asaphase.cause", where="asaphase.phase_failed") == [["child-refused"]]
    assert fields(name, "asaphase.cause", "asaphase.confidence", where="asaphase.phase_failed",
                  arguments=keys_of(name)) == [["ts-unacceptable", "certain"]]


def test_the_tree_says_why_and_what_next():
    text = tshark("ikev2-psk-wrong-cbc", "-O", "asaphase", "-Y", "frame.number == 4")
    for part in ("ASA IPsec phase: Phase 1 failed: psk-mismatch (possible)", "Cause: psk-mismatch", "Evidence, frame 4: ",
                 "%ASA-4-750003: Local:10.1.0.1", "Type next: ASA: ", "State: NONE"):
        assert part in text


UNKNOWN, OK, FAILED = "0", "1", "2"


def answers_of(name):
    return fields(name, "frame.number", "asaphase.cause", "asaphase.phase1", "asaphase.phase2", "asaphase.data", where="asaphase.cause")


def test_a_healthy_capture_earns_its_three_answers_one_by_one():
    assert answers_of("ikev2-up-cbc") == [["1", "undetermined", UNKNOWN, UNKNOWN, UNKNOWN], ["4", "undetermined", OK, OK, UNKNOWN],
                                          ["6", "none", OK, OK, OK]]


def test_too_little_seen_stays_undetermined_and_says_what_would_tell():
    assert answers_of("ikev2-up-ipv6")[-1] == ["4", "undetermined", OK, OK, UNKNOWN]
    where = 'asaphase.data == "unknown" && asaphase.phase1 == "ok"'
    (row,) = fields("ikev2-up-ipv6", "asaphase.to_know", "asaphase.confidence", where=where)
    assert "4500" in row[0] and row[1] == ""
    text = tshark("ikev2-up-ipv6", "-O", "asaphase", "-Y", "frame.number == 4")
    assert "[Phase 1 ok · Phase 2 ok · data unknown: no ESP captured]" in text


def test_a_failure_leaves_later_phases_unknown():
    assert answers_of("ikev2-psk-wrong-cbc")[-1] == ["4", "psk-mismatch", FAILED, UNKNOWN, UNKNOWN]


def test_a_later_success_says_so():
    causes = [row[0] for row in fields("ikev2-psk-wrong-then-right", "asaphase.cause", where="asaphase.cause")]
    told = [cause for cause, _ in itertools.groupby(cause for cause in causes if cause != "undetermined")]
    assert told == ["psk-mismatch", "none"] and causes[-1] == "none"


def with_wrong_keys(name):
    """The options of keys_of() with each key another one: the right SPIs, so that Wireshark uses it."""
    def another(word):
        key = word.strip('"')
        return word.replace(key, key[::-1]) if re.fullmatch("[0-9a-f]{24,}", key) else word
    return [",".join(map(another, option.split(","))) for option in keys_of(name)]


@pytest.mark.parametrize("name", ["ikev2-selectors-cbc", "ikev2-selectors-gcm", "ikev2-psk-wrong-cbc", "ikev2-psk-wrong-gcm",
                                  "ikev2-up-cbc", "ikev2-up-gcm"])
def test_wrong_keys_tell_no_more_than_none(name):
    assert with_wrong_keys(name) != keys_of(name)
    assert seen(name, *with_wrong_keys(name)).causes == seen(name).causes
