# SPDX-License-Identifier: GPL-2.0-or-later
"""What show prints of a capture whose keys are known: identities, selectors, suites and the overhead they make."""
from conftest import keys_of, tshark


def shown(name, command):
    return tshark(name, *keys_of(name), "-q", "-z", f"asaphase,show {command}")


def test_ikev2_sa_detail_has_identities_selectors_and_suite():
    text = shown("ikev2-child-rekey", "crypto ikev2 sa detail")
    assert "Auth sign: PSK, Auth verify: PSK" in text
    assert "      Local id: 10.1.0.1\n      Remote id: 10.2.0.1\n" in text
    assert "Child sa: local selector  192.168.1.0/0 - 192.168.1.255/65535\n" in text
    assert "          remote selector 192.168.2.0/0 - 192.168.2.255/65535\n" in text
    assert "          Encr: AES-CBC, keysize: 256, esp_hmac: SHA256\n" in text
    assert "CHILD count:1" in text  # the old child was deleted


def test_the_overhead_follows_from_the_suite():
    assert "ipsec overhead 86(52)" in shown("ikev2-child-rekey", "crypto ipsec sa")
    assert "ipsec overhead 63(44)" in shown("ikev2-child-rekey-gcm", "crypto ipsec sa")


def test_each_pair_of_networks_is_an_entry_with_its_own_counters():
    text = shown("ikev2-up-two-children", "crypto ipsec sa")
    entries = text.split("interface: ")[1:]
    assert [entry.split("local ident (addr/mask/prot/port): (")[1].split("/")[0] for entry in entries] == [
        "192.168.1.0", "192.168.101.0"]
    assert ["#pkts encaps: 12," in entry or "#pkts encaps: 6," in entry for entry in entries] == [True, True]


def test_a_deleted_sa_is_gone():
    assert "There are no IKEv2 SAs" in shown("ikev2-up-closed", "crypto ikev2 sa")
