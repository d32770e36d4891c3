# SPDX-License-Identifier: GPL-2.0-or-later
"""What packets and names hold stays text; bad input and output are refused in a sentence; addresses can be hidden."""
import json
import pathlib
import re
import shutil

import pytest
from selenium.webdriver.common.by import By

from conftest import CAPTURES, run


def every_address(found):
    addresses = set()
    for tunnel in found["tunnels"]:
        addresses |= {tunnel["asa"], tunnel["peer"]}
        addresses |= {spi[end] for spi in tunnel["esp"]["spis"] for end in ("src", "dst")}
    return addresses


def test_a_files_name_is_text(report, view, tmp_path):
    capture = tmp_path / "<img src=x onerror=alert(1)>\"'&\u202e\x1b[31m.pcap"
    shutil.copy(CAPTURES / "ikev2-psk-wrong-cbc.pcap", capture)
    page = tmp_path / "page.html"
    assert run("report", capture, "-o", page).returncode == 1
    browser = view(page)
    assert browser.find_element(By.TAG_NAME, "h1").text.startswith("<img src=x onerror=alert(1)>\"'&")
    assert browser.find_elements(By.CSS_SELECTOR, "img, [onerror]") == []
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", page.read_text(encoding="utf-8"))


def one_of_each_set_of_addresses():
    """A capture's path for each set of addresses among the bundled ones, with that set."""
    done = run("diagnose", "--json", *sorted(CAPTURES.glob("*.pcap")))
    chosen = {}
    for line in done.stdout.splitlines():
        found = json.loads(line)
        chosen.setdefault(frozenset(every_address(found)), found["capture"]["file"])
    return chosen.items()


def test_redact_leaves_no_address_and_no_name(report):
    chosen = one_of_each_set_of_addresses()
    assert len(chosen) >= 3
    for addresses, path in chosen:
        name = pathlib.Path(path).stem
        page = report(name, "--redact").read_text(encoding="utf-8")
        body = page[page.index("<body>"):]
        assert [address for address in addresses if address in body] == []
        assert name not in page
        quads = set(re.findall(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?!\d)", body))
        assert all(quad == "0.0.0.0" or quad.startswith("255.") for quad in quads)


def test_redact_gives_the_same_name_to_the_same_address(report, view):
    browser = view(report("ikev2-one-way-later", "--redact"))
    assert browser.find_element(By.CSS_SELECTOR, "article h2").text == "address-1 – address-2"
    browser.find_element(By.ID, "expand").click()
    text = browser.find_element(By.TAG_NAME, "body").text
    assert "show crypto ipsec sa peer address-2" in text
    assert "local crypto endpt.: address-1/4500, remote crypto endpt.: address-2/4500" in text
    assert set(re.findall(r"address-\d+", text)) == {"address-1", "address-2"}
    assert "hidden" in browser.find_element(By.TAG_NAME, "footer").text


def test_redact_keeps_columns_in_line(report, view):
    rows = {}
    for options in ([], ["--redact"]):
        browser = view(report("ikev2-one-way-later", *options))
        browser.find_element(By.ID, "expand").click()
        shown = browser.find_element(By.XPATH, "//details[contains(summary, 'crypto ikev2 sa detail')]/pre").get_attribute("textContent")
        rows[bool(options)] = next(line for line in shown.splitlines() if "/4500" in line)
    assert rows[True].index("READY") == rows[False].index("READY")


def test_redact_tells_ports_from_ipv6_addresses(report):
    page = report("ikev2-psk-wrong-ipv6", "--redact").read_text(encoding="utf-8")
    assert "Local:address-1:" in page and "address-3" not in page


def test_without_redact_nothing_is_hidden(report):
    page = report("ikev2-psk-wrong-cbc").read_text(encoding="utf-8")
    assert "10.1.0.1" in page and "address-1" not in page


@pytest.mark.parametrize("arguments, words", [
    ([], "no FILE given"),
    (["{tmp}/gone.pcap", "-o", "{tmp}/page.html"], "gone.pcap"),
    (["{capture}", "{capture}", "-o", "{tmp}/page.html"], "one FILE a page"),
    (["{capture}", "-o", "{tmp}/no/such/folder.html"], "No such file"),
    (["{text}", "-o", "{tmp}/page.html"], "is not a capture"),
    (["{capture}", "-o", "/dev/full"], "No space left"),
])
def test_what_cannot_be_done_is_said_in_a_sentence(tmp_path, arguments, words):
    (tmp_path / "text").write_text("nothing of a capture in it, and long enough to be looked at")
    names = {"tmp": tmp_path, "capture": CAPTURES / "ikev2-psk-wrong-cbc.pcap", "text": tmp_path / "text"}
    done = run("report", *[argument.format(**names) for argument in arguments])
    assert done.returncode == 2 and done.stdout == b""
    assert words in done.stderr.decode() and done.stderr.count(b"\n") == 1
    assert not (tmp_path / "page.html").exists()


def test_a_capture_is_never_written_over(tmp_path):
    capture = tmp_path / "a.pcap"
    shutil.copy(CAPTURES / "ikev2-psk-wrong-cbc.pcap", capture)
    before = capture.read_bytes()
    (tmp_path / "link.html").symlink_to(capture)
    for output in (capture, tmp_path / "link.html"):
        assert run("report", capture, "-o", output).returncode == 2
    assert capture.read_bytes() == before


def test_a_damaged_capture_gives_a_page_that_says_so(tmp_path, view):
    cut = tmp_path / "cut.pcap"
    cut.write_bytes((CAPTURES / "ikev2-one-way-later.pcap").read_bytes()[:-7])
    done = run("report", cut, "-o", tmp_path / "page.html")
    assert done.returncode == 1 and b"frame 78" in done.stderr
    assert "frame 78" in view(tmp_path / "page.html").find_element(By.TAG_NAME, "body").text


def test_the_page_goes_to_standard_output_and_comes_from_standard_input():
    with open(CAPTURES / "ikev2-psk-wrong-cbc.pcap", "rb") as capture:
        done = run("report", "-", stdin=capture)
    assert done.returncode == 1
    assert done.stdout.startswith(b"<!DOCTYPE html>") and b"standard input" in done.stdout


def test_exit_status_says_whether_there_is_a_fault(tmp_path):
    assert run("report", CAPTURES / "ikev2-up-cbc.pcap", "-o", tmp_path / "page.html").returncode == 0
    assert run("report", CAPTURES / "ikev2-psk-wrong-cbc.pcap", "-o", tmp_path / "page.html").returncode == 1
