# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase show: what an ASA would show, from a capture."""


def lines(run):
    assert run.returncode == 0, run.stderr
    return run.stdout.decode().splitlines()


def test_a_tunnel_that_is_up_is_ready_with_its_child(asaphase, capture):
    shown = lines(asaphase("show", "crypto", "ikev2", "sa", "-r", capture("ikev2-child-rekey")))
    assert shown[1] == "IKEv2 SAs:"
    assert "Session-id:-, Status:UP-ACTIVE, IKE count:1, CHILD count:1" in shown
    assert any(line.endswith("READY    INITIATOR") for line in shown)
    assert sum("ESP spi in/out: 0x" in line for line in shown) == 1


def test_counters_are_those_of_the_capture_over_its_rekey(asaphase, capture):
    shown = lines(asaphase("show", "crypto", "ipsec", "sa", "-r", capture("ikev2-child-rekey")))
    assert "      #pkts encaps: 16, #pkts encrypt: 16, #pkts digest: 16" in shown
    assert "      #pkts decaps: 16, #pkts decrypt: -, #pkts verify: -" in shown
    assert sum(line.startswith("      spi: 0x") for line in shown) == 2


def test_one_way_shows_as_the_article_has_it(asaphase, capture):
    shown = lines(asaphase("show", "crypto", "ipsec", "sa", "-r", capture("ikev2-one-way-from-left")))
    assert not any("#pkts encaps: 0," in line for line in shown)
    assert any("#pkts decaps: 0," in line for line in shown)


def test_the_other_side_sees_the_same_tunnel_reversed(asaphase, capture):
    shown = lines(asaphase("show", "crypto", "ikev2", "sa", "--asa", "10.2.0.1", "-r", capture("ikev2-child-rekey")))
    assert any(line.startswith("        - 10.2.0.1/") and line.endswith("READY    RESPONDER") for line in shown)


def test_a_refused_tunnel_has_no_sa(asaphase, capture):
    for words, said in ((("crypto", "ikev2", "sa"), "There are no IKEv2 SAs"),
                        (("crypto", "ipsec", "sa"), "There are no ipsec sas"),
                        (("vpn-sessiondb", "l2l"), "There are presently no active sessions")):
        assert said in lines(asaphase("show", *words, "-r", capture("ikev2-psk-wrong-cbc")))


def test_every_command_of_the_help_works_and_may_be_shortened(asaphase, capture):
    listed = asaphase("show", "--help").stdout.decode().split("as on an ASA:\n")[1].split("\n\n")[0]
    commands = [line.strip().split("  ")[0].split() for line in listed.splitlines()]
    assert ["crypto", "ikev2", "sa", "detail"] in commands
    assert ["vpn-sessiondb", "l2l"] in commands
    for words in commands:
        assert lines(asaphase("show", *words, "-r", capture("ikev2-child-rekey")))
    assert lines(asaphase("show", "cry", "ips", "sa", "-r", capture("ikev2-child-rekey")))


def test_what_cannot_be_shown_is_said(asaphase, capture, tmp_path):
    for arguments, said in ((["version", "-r", capture("ikev2-child-rekey")], "no such command"),
                            (["crypto", "ipsec", "s", "-r", capture("ikev2-child-rekey")], "not the only one"),
                            (["crypto", "ipsec", "sa", "peer", "x", "-r", capture("ikev2-child-rekey")], "not an address"),
                            (["-r", capture("ikev2-child-rekey")], "nothing named to show"),
                            (["crypto", "ipsec", "sa", "-r", tmp_path / "none"], "none")):
        run = asaphase("show", *arguments)
        assert (run.returncode, run.stdout) == (2, b"")
        assert said in run.stderr.decode()
