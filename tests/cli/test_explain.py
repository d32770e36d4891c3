# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase explain: pasted log lines, show output and configurations. tests/texts has what people paste."""
import pathlib
import re

import pytest

TEXTS = pathlib.Path(__file__).resolve().parent.parent / "texts"


class Finding:
    """One finding as it is printed."""

    def __init__(self, block):
        self.title, self.headline, *self.rest = block.split("\n")
        self.headline = self.headline.strip()
        cause = re.search(r"^  cause: ([a-z-]+), ([a-z]+)", block, re.M)
        self.cause, self.confidence = cause.groups() if cause else (None, None)
        self.text = block


def explained(run):
    blocks = run.stdout.decode().strip("\n").split("\n\n")
    return [Finding(block) for block in blocks if block]


@pytest.fixture
def explain(asaphase):
    """Findings of a text of tests/texts, or of bytes, and the exit status."""

    def run(text):
        data = text if isinstance(text, bytes) else (TEXTS / text).read_bytes()
        finished = asaphase("explain", standard_input=data)
        assert b"ERROR: AddressSanitizer" not in finished.stderr
        return explained(finished), finished.returncode

    return run


# ---- the article's own texts ----

def test_the_articles_log_excerpt_is_a_wrong_key_in_phase_1(explain):
    (finding,), status = explain("wrong-psk.log")
    assert status == 1
    assert finding.title == "203.0.113.2 (ASA-PERIM) – 203.0.113.6 (peer), crypto map OUTSIDE-MAP 10, IKEv2"
    assert finding.headline.startswith("Phase 1 failed: ")
    assert (finding.cause, finding.confidence) == ("psk-mismatch", "likely")
    assert "line 6     %ASA-4-750003: The local pre-shared key does not give the value" in finding.text
    assert "show running-config tunnel-group 203.0.113.6" in finding.text


def test_the_articles_ipsec_sa_is_one_way_with_what_to_look_at(explain):
    (finding,), status = explain("one-way-ipsec-sa.txt")
    assert status == 1
    assert finding.headline == "Data fails: this ASA sends into the tunnel and nothing comes back"
    assert finding.cause == "one-way"
    assert "#pkts encaps 2, #pkts decaps 0, between 10.10.0.0/16 and 172.20.0.0/24" in finding.text
    for look_at in ("show route", "show nat detail", "packet-tracer", "tcpdump -ni any 'esp or udp port 4500'"):
        assert look_at in finding.text


def test_the_articles_ikev2_sa_detail_is_up_with_its_selectors(explain):
    (finding,), status = explain("child-ikev2-sa-detail.txt")
    assert (status, finding.headline) == (0, "both phases are up")
    assert "between 10.10.0.0/16 and 172.20.0.0/24" in finding.text


def test_the_two_show_outputs_together_are_one_tunnel(explain):
    text = (TEXTS / "child-ikev2-sa-detail.txt").read_bytes() + (TEXTS / "one-way-ipsec-sa.txt").read_bytes()
    (finding,), status = explain(text)
    assert (finding.cause, status) == ("one-way", 1)


@pytest.mark.parametrize("row, phase, cause", [
    (b"IKE_SA NO_PROPOSAL_CHOSEN", "1", "ike-proposal-mismatch"),
    (b"IKE_SA INVALID_KE_PAYLOAD", "1", "dh-group-mismatch"),
    (b"IKE_SA AUTHENTICATION_FAILED", "1", "cert-untrusted"),
    (b"IKE_SA timed out", "1", "no-response"),
    (b"IKEv2-PROTO-1: TS_UNACCEPTABLE", "2", "ts-unacceptable"),
    (b"%ASA-5-713905: Group = 10.2.0.1, IP = 10.2.0.1, Phase 2 mismatch", "2", "esp-proposal-mismatch"),
])
def test_each_row_of_the_article_is_understood(explain, row, phase, cause):
    (finding,), status = explain(row)
    assert (finding.cause, status) == (cause, 1)
    assert finding.headline.startswith(f"Phase {phase} failed: ")


def test_debug_output_says_what_the_log_would(explain):
    text = (b"IKEv2-PROTO-1: (211): Failed to find a matching policy\n"
            b"IKEv2-PROTO-1: (211): Received Policies:\n"
            b"IKEv2-PROTO-1: (211): Expected Policies:\n")
    (finding,), status = explain(text)
    assert (finding.cause, status) == ("ike-proposal-mismatch", 1)


# ---- logs ----

def test_interleaved_tunnels_are_told_apart(explain):
    findings, status = explain("interleaved.log")
    assert status == 1
    assert [(f.title.split(" – ")[1].split()[0], f.cause) for f in findings] == [
        ("203.0.113.6", "auth-no-response"), ("198.51.100.9", "ts-unacceptable"), ("192.0.2.77", None)]
    assert findings[1].headline.startswith("Phase 2 failed: ")
    assert findings[2].headline == "the tunnel came up"


def test_a_success_undoes_a_failure(explain):
    log = (TEXTS / "wrong-psk.log").read_bytes()
    (finding,), status = explain(log + b"%ASA-5-750006: Local:203.0.113.2:500 Remote:203.0.113.6:500 Username:x IKEv2 SA UP. "
                                       b"Reason: New Connection Established\n")
    assert (finding.headline, status) == ("the tunnel came up", 0)


def test_a_failure_after_a_success_counts(explain):
    up = (b"%ASA-5-750006: Local:203.0.113.2:500 Remote:203.0.113.6:500 Username:x IKEv2 SA UP. Reason: x\n")
    (finding,), status = explain(up + (TEXTS / "wrong-psk.log").read_bytes())
    assert (finding.cause, status) == ("psk-mismatch", 1)


def test_an_error_nobody_knows_is_passed_on_in_its_own_words(explain):
    (finding,), status = explain(b"%ASA-4-750003: Local:10.0.0.1:500 Remote:10.0.0.2:500 Username:u IKEv2 Negotiation aborted "
                                 b"due to ERROR: Something new")
    assert (finding.cause, status) == (None, 1)
    assert finding.headline == "Phase 1 failed: the negotiation failed, and no message here says why"
    assert "Something new" in finding.text


def test_a_reason_without_a_failure_is_no_fault(explain):
    (finding,), status = explain(b"%ASA-4-113019: Group = 10.0.0.2, Username = 10.0.0.2, IP = 10.0.0.2, Session disconnected. "
                                 b"Session Type: LAN-to-LAN, Duration: 0h:10m:00s, Bytes xmt: 1, Bytes rcv: 1, Reason: Idle "
                                 b"Timeout")
    assert (finding.headline, status) == ("the tunnel went down", 0)
    assert "Idle Timeout" in finding.text


# ---- show output ----

@pytest.mark.parametrize("text, headline, cause, status", [
    (b"There are no IKEv2 SAs\n", "Phase 1 failed: there is no IKE SA", None, 1),
    (b"There are no IKEv1 SAs\n\nThere are no IKEv2 SAs\n", "Phase 1 failed: there is no IKE SA", None, 1),
    (b"  1 10.0.0.1/500  10.0.0.2/500  NEGO  INITIATOR\n", "Phase 1 failed: the IKE SA is still being negotiated", None, 1),
    (b"  1 10.0.0.1/500  10.0.0.2/500  Global/Global  BUILDING  RESPONDER\n",
     "Phase 1 failed: the IKE SA is still being negotiated", None, 1),
    (b"  1 2001:db8::1/500  2001:db8::2/500  READY  RESPONDER\n", "Phase 1 is up", None, 0),
    (b"1  10.0.0.2  Site  Init  No  AM_Active  3des  SHA  preshrd  86400\n", "Phase 1 is up", None, 0),
    (b"1   IKE Peer: 10.0.0.2\n    Rekey   : no              State   : MM_WAIT_MSG6 \n",
     "Phase 1 failed: the peer does not answer with its own proof", "psk-mismatch", 1),
    (b"current_peer: 10.0.0.2\n#pkts encaps: 9, #pkts encrypt: 9, #pkts digest: 9\n"
     b"#pkts decaps: 9, #pkts decrypt: 9, #pkts verify: 9\n", "traffic flows both ways", None, 0),
    (b"current_peer: 10.0.0.2\n#pkts encaps: 0, #pkts encrypt: 0, #pkts digest: 0\n"
     b"#pkts decaps: 9, #pkts decrypt: 9, #pkts verify: 9\n",
     "Data fails: the peer's traffic arrives and nothing is sent back", "one-way", 1),
    (b"current_peer: 10.0.0.2\n#pkts encaps: 0, #pkts encrypt: 0\n#pkts decaps: 0, #pkts decrypt: 0\n",
     "Data fails: the tunnel is up and has carried nothing", "no-traffic", 1),
    (b"current_peer: 10.0.0.2\n#pkts encaps: 5, #pkts encrypt: 5\n#pkts decaps: 9, #pkts decrypt: 0, #pkts verify: 0\n",
     "Data fails: packets arrive that this ASA cannot decrypt or verify", "unknown-spi", 1),
    # ESP-NULL has nothing to decrypt
    (b"current_peer: 10.0.0.2\n#pkts encaps: 122, #pkts encrypt: 0\n#pkts decaps: 198, #pkts decrypt: 0, #pkts verify: 198\n",
     "traffic flows both ways", None, 0),
    # asaphase's own show: what is not known is no zero
    (b"current_peer: 10.0.0.2\n#pkts encaps: 5, #pkts encrypt: 5\n#pkts decaps: 9, #pkts decrypt: -, #pkts verify: -\n",
     "traffic flows both ways", None, 0),
])
def test_the_decision_table(explain, text, headline, cause, status):
    (finding,), returned = explain(text)
    assert (finding.headline, finding.cause, returned) == (headline, cause, status)


def test_ready_without_a_child_is_phase_2(explain):
    (finding,), status = explain("ready-without-child.txt")
    assert (finding.cause, finding.confidence, status) == ("child-refused", "possible", 1)
    assert "show crypto ikev2 sa: READY" in finding.text and "There are no ipsec sas" in finding.text


def test_the_log_says_why_a_child_is_missing(explain):
    log = (b"%ASA-4-750003: Local:203.0.113.2:500 Remote:203.0.113.6:500 Username:u IKEv2 Negotiation aborted due to ERROR: "
           b"There was no IPSEC policy found for received TS\n")
    (finding,), _ = explain((TEXTS / "ready-without-child.txt").read_bytes() + log)
    assert (finding.cause, finding.confidence) == ("ts-unacceptable", "certain")


def test_what_is_shown_to_work_is_not_undone_by_an_old_log(explain):
    shown = (b"current_peer: 203.0.113.6\n#pkts encaps: 9, #pkts encrypt: 9\n#pkts decaps: 9, #pkts decrypt: 9\n")
    (finding,), status = explain((TEXTS / "wrong-psk.log").read_bytes() + shown)
    assert (finding.headline, status) == ("traffic flows both ways", 0)


def test_ikev1_states_are_told_per_peer(explain):
    findings, status = explain("ikev1-waiting.txt")
    assert status == 1
    assert [(f.cause, f.headline) for f in findings] == [
        ("no-response", "Phase 1 failed: the first message of main mode is unanswered"), (None, "Phase 1 is up")]


def test_one_pair_of_networks_that_is_one_way_is_found_among_good_ones(explain):
    block = (TEXTS / "one-way-ipsec-sa.txt").read_text()
    good = block.replace("172.20.0.0", "172.21.0.0").replace("decaps: 0", "decaps: 7").replace("decrypt: 0", "decrypt: 7")
    (finding,), status = explain((good + block).encode())
    assert (finding.cause, status) == ("one-way", 1)
    assert "172.21.0.0/24" in finding.text


def test_sessions_are_judged_by_their_bytes(explain):
    findings, status = explain("sessions.txt")
    assert [f.cause for f in findings] == [None, "one-way"]
    assert status == 1


def test_statistics_name_the_counters_that_speak_of_trouble(explain):
    (finding,), status = explain("stats.txt")
    assert status == 1
    for counter in ("Missing SA failures: 12", "Initiator Fails: 3", "Auth Fails: 3"):
        assert counter in finding.text
    assert "Replay failures" not in finding.text
    clean = re.sub(rb": (12|3)\n", b": 0\n", (TEXTS / "stats.txt").read_bytes())
    (finding,), status = explain(clean)
    assert (finding.headline, status) == ("the statistics count no failures", 0)


# ---- configurations ----

def headlines(findings):
    return [finding.headline.split(": ", 1)[-1] for finding in findings]


def test_two_configurations_are_compared(asaphase):
    run = asaphase("explain", TEXTS / "left-config.txt", TEXTS / "right-config.txt")
    findings = explained(run)
    assert run.returncode == 1
    assert headlines(findings) == ["the two access lists are not each other's mirror",
                                   "the two sides want different groups for PFS",
                                   "the lifetimes of the two sides are far apart",
                                   "the pre-shared keys of the two sides differ"]
    assert [f.cause for f in findings] == ["ts-unacceptable", "pfs-mismatch", "rekey-churn", "psk-mismatch"]
    assert "LEFT permits ip 10.10.0.0/16 to 172.20.0.0/24" in findings[0].text
    assert "RIGHT permits ip 172.20.0.0/24 to 10.10.10.0/24, which is not its mirror" in findings[0].text
    assert "10.11.0.9" not in findings[0].text  # these lines do mirror each other


def test_one_paste_with_two_prompts_says_the_same(asaphase, explain):
    two = [TEXTS / "left-config.txt", TEXTS / "right-config.txt"]
    findings, _ = explain(b"".join(file.read_bytes() for file in two))
    assert headlines(findings) == headlines(explained(asaphase("explain", *two)))


def test_no_key_is_ever_printed(asaphase):
    for files in ((TEXTS / "left-config.txt",), (TEXTS / "left-config.txt", TEXTS / "right-config.txt")):
        run = asaphase("explain", *files)
        assert b"Secret" not in run.stdout + run.stderr


def test_ends_that_fit_are_said_to_fit(explain):
    text = b"".join((TEXTS / f"{side}-config.txt").read_bytes() for side in ("left", "right"))
    text = (text.replace(b"10.10.10.0 255.255.255.0", b"10.10.0.0 255.255.0.0").replace(b"Another-", b"")
            .replace(b"Secret-Of-Left", b"Secret").replace(b"Secret-Of-Right", b"Secret").replace(b"86400", b"3600")
            .replace(b"crypto map MAP 20 set peer", b"crypto map MAP 20 set pfs group14\ncrypto map MAP 20 set peer"))
    (finding,), status = explain(text)
    assert (finding.headline, status) == ("the two ends fit, as far as they were pasted", 0)


@pytest.mark.parametrize("remove, add, headline", [
    (b" match address VPN-RIGHT", b"", "the crypto map entry has no access list"),
    (b" set ikev2 ipsec-proposal AES256", b"", "the crypto map entry has no ESP proposal"),
    (b"crypto map OUTSIDE-MAP interface outside", b"", "the crypto map is not applied to any interface"),
    (b"tunnel-group 203.0.113.6", b"tunnel-group 203.0.113.66", "no tunnel group is named after this peer"),
    (b" ikev2 remote", b" other", "the tunnel group has no key or certificate for this IKE version"),
])
def test_what_one_configuration_lacks_is_found(explain, remove, add, headline):
    text = (TEXTS / "left-config.txt").read_bytes().replace(remove, add)
    if headline.startswith("the tunnel group has"):
        text = text.replace(b" ikev2 local", b" other")
    findings, status = explain(text)
    assert headline in headlines(findings)
    assert status == 1


def test_versions_that_do_not_meet_are_found(explain):
    text = (TEXTS / "left-config.txt").read_bytes() + (TEXTS / "right-config.txt").read_bytes().replace(
        b"set ikev2 ipsec-proposal", b"set ikev1 transform-set")
    findings, _ = explain(text)
    assert "one side has only IKEv1 for this peer, the other only IKEv2" in headlines(findings)


def test_selectors_shown_by_both_ends_are_compared(explain):
    left = (TEXTS / "one-way-ipsec-sa.txt").read_text()
    right = (left.replace("ASA-PERIM", "PARTNER").replace("203.0.113.2", "A").replace("203.0.113.6", "203.0.113.2")
             .replace("A,", "203.0.113.6,").replace("local addr: A", "local addr: 203.0.113.6")
             .replace("local ident (addr/mask/prot/port): (10.10.0.0/255.255.0.0",
                      "local ident (addr/mask/prot/port): (172.20.0.0/255.255.255.0")
             .replace("remote ident (addr/mask/prot/port): (172.20.0.0/255.255.255.0",
                      "remote ident (addr/mask/prot/port): (10.10.10.0/255.255.255.0"))
    findings, _ = explain((left + right).encode())
    (finding,) = [f for f in findings if "not each other's mirror" in f.headline]
    assert "10.10.0.0/16" in finding.text and "10.10.10.0/24" in finding.text


def test_a_masked_tunnel_group_says_nothing_and_says_so(explain):
    (finding,), status = explain(b"tunnel-group 10.0.0.2 type ipsec-l2l\ntunnel-group 10.0.0.2 ipsec-attributes\n"
                                 b" ikev2 remote-authentication pre-shared-key *****\n"
                                 b" ikev2 local-authentication pre-shared-key *****\n")
    assert (finding.headline, status) == ("the keys are masked and say nothing", 0)
    assert "a key or certificate for IKEv2" in finding.text


# ---- input that is none ----

@pytest.mark.parametrize("text", [b"", b"\n\n\n", b"hello\n", b"%ASA-6-302013: Built outbound TCP connection\n",
                                  bytes(range(256)) * 50, b"%ASA-" * 10000, b"#pkts encaps: 99999999999999999999999\n"])
def test_what_says_nothing_is_unusable(asaphase, text):
    run = asaphase("explain", standard_input=text)
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"nothing in them about IPsec" in run.stderr


def test_a_missing_file_is_named(asaphase, tmp_path):
    run = asaphase("explain", tmp_path / "nowhere")
    assert run.returncode == 2
    assert run.stderr.decode().startswith(f"asaphase: {tmp_path}/nowhere: ")


def test_a_flood_of_peers_is_bounded_and_said(asaphase):
    text = b"".join(b"%%ASA-4-750003: Local:10.0.0.1:500 Remote:10.%d.%d.1:500 Username:u IKEv2 Negotiation aborted due to ERROR: "
                    b"Failed to authenticate the IKE SA\n" % (i // 250, i % 250) for i in range(5000))
    run = asaphase("explain", standard_input=text)
    assert run.returncode == 1
    assert b"were left out" in run.stderr


def test_the_shows_of_asaphase_itself_are_understood(asaphase, capture):
    for words, headline in ((("crypto", "ikev2", "sa"), "both phases are up"), (("crypto", "ipsec", "sa"), "traffic flows both ways"),
                            (("vpn-sessiondb", "l2l"), "traffic flows both ways")):
        shown = asaphase("show", *words, "-r", capture("ikev2-child-rekey")).stdout
        (finding,) = explained(asaphase("explain", standard_input=shown))
        assert finding.headline == headline
