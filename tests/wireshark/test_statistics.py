# SPDX-License-Identifier: GPL-2.0-or-later
"""The tables and the ASA's own views, as tshark prints them."""
import subprocess

from conftest import BUILD, TOP, fields, path_of, rows_of, seen, tshark, truth_of


def test_one_row_a_tunnel_with_its_verdict(name):
    truth, rows = truth_of(name), seen(name).tunnels
    assert truth["keyless"]["cause"] in [row["Cause"] for row in rows]
    if truth["keyless"].get("phase_failed"):
        assert truth["keyless"]["phase_failed"] in [row["Phase failed"] for row in rows]


def test_the_tables_count_what_went_over_the_wire(name):
    esp = truth_of(name).get("esp", {})
    counted = {}
    for row in seen(name).sas:
        direction = f"{row['Source']}>{row['Destination']}"
        counted[direction] = counted.get(direction, 0) + int(row["Packets"])
    assert counted == {direction: count for direction, count in esp.items() if count}
    assert sum(int(row["Encaps"]) + int(row["Decaps"]) for row in seen(name).tunnels) == sum(esp.values())


def test_the_table_of_tunnels_tells_undetermined_from_health():
    columns = ("Cause", "Confidence", "Phase 1", "Phase 2", "Data")
    well, unknown = ([row[column] for column in columns] for name in ("ikev2-up-cbc", "ikev2-up-ipv6") for row in seen(name).tunnels)
    assert well[0] == "none" and well[1] != "-" and well[2:] == ["ok", "ok", "ok"]
    assert unknown == ["undetermined", "-", "ok", "ok", "unknown"]
    assert "4500" in seen("ikev2-up-ipv6").tunnels[0]["To know"]


def test_a_row_without_a_verdict_is_no_health():
    text = tshark("ikev2-up-cbc", "-q", "-z", "asaphase,tunnels,isakmp")
    assert [row["Cause"] for row in rows_of(text, "ASA IPsec tunnels")] == ["undetermined"]


def test_spis_face_each_other():
    rows = seen("ikev2-up-cbc").sas
    assert {row["SPI"] for row in rows} == {row["Paired SPI"] for row in rows}
    assert [row["Direction"] for row in rows] == ["encaps", "decaps"]


def test_a_filter_holds_for_the_table():
    spi = fields("ikev2-up-cbc", "esp.spi", where="esp")[0][0]
    text = tshark("ikev2-up-cbc", "-q", "-z", f"asaphase,sas,esp.spi=={spi}")
    assert [row["SPI"] for row in rows_of(text, "ASA IPsec SAs")] == [spi]


def test_the_asa_views_are_printed_at_the_end():
    text = tshark("ikev2-up-cbc", "-q", "-z", "asaphase,show crypto ikev2 sa")
    assert "IKEv2 SAs:" in text and "READY" in text and "10.1.0.1/" in text
    text = tshark("ikev2-one-way-from-left", "-q", "-z", "asaphase,show crypto ipsec sa")
    assert "#pkts decaps: 0" in text


def test_an_asa_view_is_of_the_peer_that_is_asked_for():
    assert "#pkts encaps: 50," in tshark("ikev2-one-way-from-left", "-q", "-z", "asaphase,show crypto ipsec sa peer 10.2.0.1")
    assert "#pkts" not in tshark("ikev2-one-way-from-left", "-q", "-z", "asaphase,show crypto ipsec sa peer 10.9.0.1")


def test_an_asa_view_that_does_not_exist_is_named():
    done = subprocess.run([TOP / "tests/wireshark/with-plugin", BUILD, "tshark", "-r", path_of("ikev2-up-cbc"), "-q",
                           "-z", "asaphase,show crypto ipsec sa per 10.2.0.1"], capture_output=True, text=True, timeout=120, check=False)
    assert "'show crypto ipsec sa per 10.2.0.1' is no command" in done.stderr
    assert done.stdout == ""
