# SPDX-License-Identifier: GPL-2.0-or-later
"""Files opened one after the other in one process, and frames asked for in any order, as in the GUI: through sharkd."""
import json
import random
import re
import subprocess

import frames
import pytest
from conftest import BUILD, TOP, path_of, rows_of, tshark

SANITIZED = TOP / "build/dev"


class Sharkd:
    """A sharkd that answers requests one at a time."""

    def __init__(self, build=BUILD, environment=()):
        self.process = subprocess.Popen(
            [TOP / "tests/wireshark/with-plugin", build, "env", *environment, "sharkd", "-C", "ASA IPsec"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def ask(self, method, **parameters):
        request = {"jsonrpc": "2.0", "id": 1, "method": method, **({"params": parameters} if parameters else {})}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "result" in answer, answer
        return answer["result"]

    def open(self, name):
        """Opens a capture; returns its packet list."""
        self.load(path_of(name))
        return self.ask("frames")

    def load(self, path):
        """The first pass over a capture, which asks for nothing."""
        assert self.ask("load", file=str(path)) == {"status": "OK"}

    def table(self, name):
        """The rows of a statistics table, as conftest.rows_of() has tshark's."""
        (tap,) = self.ask("tap", tap0=f"nstat:{name}")["taps"]
        names = [field["c"] for field in tap["fields"]]
        return [dict(zip(names, map(str, row))) for row in tap["tables"][0]["i"]]

    def tree(self, frame):
        """The plugin's part of a frame's tree as text."""
        nodes = self.ask("frame", frame=frame, proto=True)["tree"]
        return [json.dumps(node) for node in nodes if node["l"].startswith("[ASA IPsec phase")]


@pytest.fixture
def sharkd():
    with Sharkd() as running:
        yield running


def test_a_file_opened_again_says_the_same(sharkd):
    first = sharkd.open("ikev2-psk-wrong-twice")
    assert any("psk-mismatch" in row["c"] for row in first)
    other = sharkd.open("ikev2-up-cbc")
    assert not any("psk-mismatch" in row["c"] for row in other)
    assert sharkd.open("ikev2-psk-wrong-twice") == first
    assert sharkd.open("ikev2-up-cbc") == other


def test_frames_in_any_order_say_the_same(sharkd):
    for name in ("ikev2-psk-wrong-then-right", "ikev2-one-way-later", "ikev2-churn", "ikev1-psk-wrong"):
        frames = [row["num"] for row in sharkd.open(name)]
        ascending = {frame: sharkd.tree(frame) for frame in frames}
        shuffled = random.Random(1).sample(frames * 2, 2 * len(frames))
        for frame in shuffled:
            assert sharkd.tree(frame) == ascending[frame]


def esp_of_all_kinds(number):
    """One of many packets of six SAs, with a gap and one late packet now and then."""
    sequence = number // 6 + (2 if number % 600 == 0 else 0)
    return (frames.esp(0x1001, sequence),
            frames.esp_in_udp(0x1002, sequence),
            frames.esp(0x1003, sequence, "fd00::1", "fd00::2"),
            frames.esp(0x1004, sequence, frames.PEER, frames.ASA, size=8 + number % 1000),
            frames.esp_in_udp(0x1005, sequence, frames.PEER, frames.ASA),
            frames.esp(0x1006, sequence, "::ffff:10.1.0.1", "::ffff:10.2.0.1"))[number % 6]


def test_esp_that_waited_counts_as_if_asked_at_once(sharkd, tmp_path):
    packets = [esp_of_all_kinds(number) for number in range(6, 60_000)]
    # IPv6 alone can be so long, and this one's addresses look like IPv4.
    packets.append(frames.esp(0x1006, 1, "::ffff:10.1.0.1", "::ffff:10.2.0.1", size=65_535))
    capture = frames.pcap(tmp_path / "esp.pcap", packets, interval=0.01)
    sharkd.load(capture)
    waited = sharkd.table("asaphase,sas")
    assert [row["Packets"] for row in waited] == ["9999"] * 5 + ["10000"]
    assert waited == rows_of(tshark(capture, "-q", "-z", "asaphase,sas"), "ASA IPsec SAs")


def preload():
    return " ".join(subprocess.check_output(["gcc", f"-print-file-name={library}"], text=True).strip()
                    for library in ("libasan.so", "libubsan.so"))


def leaks_of_the_plugin(names):
    """What LeakSanitizer finds after these captures were opened in turn: stacks that the plugin is in."""
    options = "ASAN_OPTIONS=detect_leaks=1:fast_unwind_on_malloc=0"
    with Sharkd(SANITIZED, (f"LD_PRELOAD={preload()}", options)) as running:
        for name in names:
            running.open(name)
        _, errors = running.process.communicate(timeout=300)
    # sharkd leaks some memory of its own: that it was found shows that the sanitizer was at work.
    assert "LeakSanitizer: detected memory leaks" in errors, errors[-2000:]
    return [stack for stack in errors.split("\n\n") if re.search(r"/(core/\w+|wireshark-plugin)/\w+\.c:\d", stack)]


@pytest.mark.skipif(not (SANITIZED / "wireshark-plugin/home").exists(), reason="build/dev is not there")
def test_nothing_leaks_over_open_close_open():
    assert leaks_of_the_plugin(["ikev2-psk-wrong-twice", "ikev2-one-way-later", "ikev2-psk-wrong-twice"]) == []
