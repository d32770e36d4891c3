# SPDX-License-Identifier: GPL-2.0-or-later
"""The seven steps from zero to pings, as diagnose answers them: + is known to hold, x is known to fail, ? cannot be told."""
import json

import pytest

STEPS = ["routing", "cipher suites", "authentication", "crypto map", "interesting traffic", "phase 1", "phase 2"]
MARKS = {True: "+", False: "x", None: "?"}


@pytest.mark.parametrize("name, answers", [
    ("ikev2-up-cbc", "+++++++"),
    ("ikev1-up-main", "+++++++"),
    ("ikev2-udp500-dropped", "x???+x?"),
    ("ikev2-ike-proposal", "+x??+x?"),
    ("ikev2-psk-wrong-cbc", "++x?+x?"),
    ("ikev2-udp4500-dropped", "++??+x?"),
    ("ikev2-selectors-cbc", "+++?++x"),
    ("ikev2-one-way-from-left", "++++++x"),
    ("ikev2-up-liveness", "++++++?"),
    ("ikev2-no-traffic", "++++x+x"),
])
def test_each_step_is_answered_from_the_packets(asaphase, capture, name, answers):
    (tunnel,) = json.loads(asaphase("diagnose", "--json", capture(name)).stdout)["tunnels"]
    assert [step["step"] for step in tunnel["walk"]] == STEPS
    assert "".join(MARKS[step["ok"]] for step in tunnel["walk"]) == answers
    assert all(step["why"] for step in tunnel["walk"])
