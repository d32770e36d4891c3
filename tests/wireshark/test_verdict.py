# SPDX-License-Identifier: GPL-2.0-or-later
"""The verdict on the frame where it appears: what a user filters for, and what the tree then says."""
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
    assert fields(name, "asaphase.cause", where="asaphase.cause") == [["child-refused"]]
    assert fields(name, "asaphase.cause", "asaphase.confidence", where="asaphase.cause",
                  arguments=keys_of(name)) == [["ts-unacceptable", "certain"]]


def test_the_tree_says_why_and_what_next():
    text = tshark("ikev2-psk-wrong-cbc", "-O", "asaphase", "-Y", "frame.number == 4")
    for part in ("ASA IPsec phase: Phase 1 failed: psk-mismatch (possible)", "Cause: psk-mismatch", "Evidence, frame 4: ",
                 "%ASA-4-750003: Local:10.1.0.1", "Type next: ASA: ", "State: NONE"):
        assert part in text


def test_a_healthy_capture_has_no_verdict_to_filter_for():
    assert fields("ikev2-up-cbc", "frame.number", where="asaphase.cause") == []


def test_a_later_success_says_so():
    causes = [row[0] for row in fields("ikev2-psk-wrong-then-right", "asaphase.cause", where="asaphase.cause")]
    assert causes == ["psk-mismatch", "none"]


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
