# SPDX-License-Identifier: GPL-2.0-or-later
"""The lab's namespaces left - gateway - right, with senders, receivers and the daemon in them."""

import contextlib
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
sys.path.insert(0, os.path.join(TOP, "tests", "lab"))

from world import OUTER, SIDES, World, run, stop  # noqa: E402 pylint: disable=wrong-import-position

LEFT, RIGHT = SIDES


# A test that fails may take so long; one that passes does not wait for it.
PATIENCE_SECONDS = 60


class Skipped(Exception):
    """Raised by a test that cannot run here; says why."""


def other(side):
    return RIGHT if side == LEFT else LEFT


def wait_until(condition, seconds, what):
    """Asks ten times a second. Returns how long it took, or fails with what, a text or a function that makes it then.

    How long it may take is patience, not a verdict on speed: a busy machine has time enough."""
    start, seconds = time.monotonic(), max(seconds, PATIENCE_SECONDS)
    while time.monotonic() - start < seconds:
        if condition():
            return time.monotonic() - start
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s: {what() if callable(what) else what}")


class Traffic:
    """A sender or receiver that is running; result() is what it says at the end."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def result(self, seconds=120):
        output, errors = self.process.communicate(timeout=seconds)
        if self.process.returncode != 0:
            raise AssertionError(f"{self.name}: {errors.strip()}")
        return json.loads(output.splitlines()[-1])

    def end(self):
        self.process.terminate()
        return self.result()


class GatewayWorld(World):
    """A fresh world for one test. Whatever was started in it is ended with it."""

    def __init__(self, folder, build, mode):
        super().__init__(4, folder)
        self.prefix = f"asagw{os.getpid()}"
        self.build = build
        self.mode = mode
        self.figures = []
        self.started = []

    def __enter__(self):
        try:
            super().__enter__()
        except BaseException:
            super().__exit__()
            raise
        for side in SIDES:
            for family in (4, 6):
                run("ip", "-n", self.namespace("gateway"), "neigh", "replace", OUTER[family][side], "lladdr",
                    self.mac(side, "wan"), "dev", side)
        return self

    def __exit__(self, *exception):
        for traffic in self.started:
            stop(traffic)
        super().__exit__(*exception)

    def silence(self):
        """The ends answer nothing: an ICMP error for each packet would be traffic of its own."""
        for name in SIDES:
            run(*self.inside(name, "nft", "add table inet quiet; add chain inet quiet input "
                                          "{ type filter hook prerouting priority -500; }; "
                                          "add rule inet quiet input meta l4proto { esp, udp } drop"))

    def tool(self, name):
        return os.path.join(self.build, "tests", "gateway", name)

    def mac(self, namespace, interface):
        return run(*self.inside(namespace, "cat", f"/sys/class/net/{interface}/address")).strip()

    def figure(self, text):
        """A number that the last lines of the run show."""
        self.figures.append(text)

    # ---- traffic ----

    def begin_sending(self, side, family=4, source=None, **options):
        """Starts esp_sender in the namespace of side; options are its own, with underscores."""
        command = [*self.inside(side, self.tool("esp_sender")), "--interface", "wan", "--mac",
                   self.mac("gateway", side), "--source", source or OUTER[family][side], "--destination",
                   OUTER[family][other(side)]]
        for name, value in options.items():
            command.append(f"--{name.replace('_', '-')}")
            if value is not True:
                command.append(str(value))
        traffic = Traffic("esp_sender", command)
        self.started.append(traffic.process)
        return traffic

    def send(self, side, **options):
        return self.begin_sending(side, **options).result()

    def begin_receiving(self, side, flood_spi=0x10000000):
        traffic = Traffic("esp_receiver", self.inside(side, self.tool("esp_receiver"), "wan", hex(flood_spi)))
        self.started.append(traffic.process)
        line = traffic.process.stdout.readline()
        if line.strip() != "ready":
            raise AssertionError(f"esp_receiver: {traffic.process.stderr.read()}")
        return traffic

    @contextlib.contextmanager
    def receiving(self, side, **options):
        """Counts what arrives at side; the dictionary holds the result after the block."""
        traffic, result = self.begin_receiving(side, **options), {}
        yield result
        time.sleep(0.3)
        result.update(traffic.end())
        assert result["missed"] == 0, f"esp_receiver could not keep up: {result['missed']} packets unseen"

    # ---- rules, without the daemon ----

    def read_sets(self, *arguments):
        return run(*self.inside("gateway", self.tool("read_sets"), *(str(argument) for argument in arguments)))

    def begin_reading(self, times, pause):
        """Reads so many times, waiting so many seconds between, or for a "line" each time: a line of JSON for each."""
        reader = subprocess.Popen(self.inside("gateway", self.tool("read_sets"), "read", str(times), str(pause)),
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.started.append(reader)
        return reader

    def kernel_counts(self):
        """What the kernel counted: {spi: (packets, bytes)} summed over sets, and the number of uncounted packets."""
        told = json.loads(self.read_sets("read"))
        counts = {}
        for item in told["told"]:
            packets, size = counts.get(item["spi"], (0, 0))
            counts[item["spi"]] = (packets + item["packets"], size + item["bytes"])
        return counts, told["uncounted"]

    def ruleset(self):
        """All that nftables and iptables have in the gateway, without iptables-save's remarks on the time."""
        lines = []
        for command in (("nft", "list", "ruleset"), ("iptables-save",), ("ip6tables-save",)):
            lines += [line for line in run(*self.inside("gateway", *command)).splitlines() if not line.startswith("#")]
        return "\n".join(lines)
