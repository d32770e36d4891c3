# SPDX-License-Identifier: GPL-2.0-or-later
"""What an ASA logs over UDP 514 in the same capture: annotated, and evidence for the verdict."""
import frames
from conftest import fields, path_of, tshark

NO_CRYPTO_MAP = ("%ASA-3-751022: Local:10.1.0.1:500 Remote:10.2.0.1:500 Username:10.2.0.1 Tunnel rejected: Crypto Map Policy "
                 "not found for remote traffic selector 10.2.1.0/10.2.1.255/0/65535/0 local traffic selector "
                 "10.1.1.0/10.1.1.255/0/65535/0!")
NOT_AUTHENTICATED = ("%ASA-4-750003: Local:10.1.0.1:500 Remote:10.2.0.1:500 Username:10.2.0.1 IKEv2 Negotiation aborted due "
                     "to ERROR: Failed to authenticate the IKE SA")


FAULT = 'asaphase.cause && !(asaphase.cause in {"none", "undetermined"})'


def test_a_log_makes_child_refused_exact(tmp_path):
    capture = frames.append(tmp_path / "a.pcap", path_of("ikev2-selectors-cbc"), [frames.syslog(NO_CRYPTO_MAP)])
    rows = fields(capture, "asaphase.cause", "asaphase.syslog.id", where=FAULT)
    assert rows[0] == ["child-refused", ""]
    assert rows[-1] == ["ts-unacceptable", "751022"]
    text = tshark(capture, "-q", "-z", "asaphase,tunnels")
    assert "ts-unacceptable" in text


def test_a_log_that_agrees_makes_the_verdict_surer(tmp_path):
    capture = frames.append(tmp_path / "b.pcap", path_of("ikev2-psk-wrong-cbc"), [frames.syslog(NOT_AUTHENTICATED)])
    rows = fields(capture, "frame.number", "asaphase.cause", "asaphase.confidence", where=FAULT)
    assert rows == [["4", "psk-mismatch", "possible"], ["5", "psk-mismatch", "likely"]]


def test_each_message_is_annotated_with_phase_meaning_and_tunnel(tmp_path):
    capture = frames.append(tmp_path / "c.pcap", path_of("ikev2-psk-wrong-cbc"), [
        frames.syslog(NOT_AUTHENTICATED), frames.syslog("%ASA-6-302013: Built outbound TCP connection 1"),
        frames.syslog("%ASA-3-752015: Tunnel Manager has failed to establish an L2L SA. All configured IKE versions failed to "
                      "establish the tunnel. Map Tag= OUTSIDE-MAP. Map Sequence Number = 10."), frames.syslog("nothing at all")])
    rows = fields(capture, "asaphase.phase", "asaphase.tunnel", "asaphase.syslog.id", "asaphase.expert.syslog", where="udp.port == 514")
    assert [row[:3] for row in rows] == [["1", "0", "750003"], ["", "", ""], [rows[2][0], "", "752015"], ["", "", ""]]
    assert rows[0][3]
    meanings = fields(capture, "asaphase.syslog.meaning", where="asaphase.syslog.id")
    assert all(row[0] for row in meanings) and len(meanings) == 2


def test_a_log_does_not_break_a_tunnel_that_is_up(tmp_path):
    capture = frames.append(tmp_path / "d.pcap", path_of("ikev2-up-cbc"), [frames.syslog(NOT_AUTHENTICATED)])
    assert fields(capture, "frame.number", where=FAULT) == []
