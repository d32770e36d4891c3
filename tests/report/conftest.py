# SPDX-License-Identifier: GPL-2.0-or-later
"""What the report's tests share: the program, captures, and one headless Chromium."""
import os
import pathlib
import struct
import subprocess

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = TOP / "tests" / "captures"
PROGRAM = os.environ.get("ASAPHASE", str(TOP / "build/dev/cli/asaphase"))
PHONE, DESKTOP = (390, 844), (1280, 900)
QUIET = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--disable-dev-shm-usage"]


def run(*arguments, **more):
    return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=120, check=False, **more)


@pytest.fixture
def report(tmp_path):
    """Writes the page of a capture (a bundled one by name, or a path); returns its path."""

    def write(capture, *options):
        path = capture if isinstance(capture, pathlib.Path) else CAPTURES / f"{capture}.pcap"
        page = tmp_path / f"{path.stem}.html"
        done = run("report", path, "-o", page, *options)
        assert done.returncode in (0, 1, 3), done.stderr.decode()
        return page

    return write


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for argument in [*QUIET, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    yield driver
    driver.quit()


@pytest.fixture
def view(browser):
    """Opens a page at a size; fails the test where the console is not empty at its end."""

    def show(page, size=DESKTOP, scheme="light", media=""):
        width, height = size
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                                {"media": media, "features": [{"name": "prefers-color-scheme", "value": scheme}]})
        browser.get(page.as_uri())
        return browser

    browser.get_log("browser")
    yield show
    assert browser.get_log("browser") == []


# ---- captures made up for one test ----

def pcap(packets):
    """A capture of raw IP packets, given as (seconds, bytes)."""
    return struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101) + b"".join(
        struct.pack("<IIII", int(seconds), int(seconds % 1 * 1e6), len(packet), len(packet)) + packet for seconds, packet in packets)


def ip_packet(source, destination, protocol, payload):
    addresses = b"".join(bytes(map(int, address.split("."))) for address in (source, destination))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + addresses + payload


def esp(source, destination, spi, sequence):
    return ip_packet(source, destination, 50, struct.pack(">II", spi, sequence) + bytes(40))


def ike_init(source, destination, spi):
    """A first message that nobody answers."""
    header = struct.pack(">QQBBBBII", spi, 0, 40, 0x20, 34, 8, 0, 28 + 20) + struct.pack(">BBH", 0, 0, 20) + bytes(16)
    return ip_packet(source, destination, 17, struct.pack(">HHHH", 500, 500, 8 + len(header), 0) + header)
