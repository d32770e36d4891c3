# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphased in a test's gateway."""

import os
import re
import signal
import subprocess
import time

from gateway_world import LEFT, OUTER, RIGHT, run, wait_until

PROGRAM = "nfq-daemon/asaphased"
SAMPLE = re.compile(r'^(\w+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'(\w+)="([^"]*)"')


def read_metrics(text):
    """{name: [(labels, value)]} of a text file in Prometheus' format."""
    metrics = {}
    for line in text.splitlines():
        if line.startswith("#") or not line:
            continue
        name, labels, value = SAMPLE.match(line).groups()
        metrics.setdefault(name, []).append((dict(LABEL.findall(labels or "")), float(value)))
    return metrics


class Daemon:
    """left is the local side. The configuration's groups and keys can be changed by settings {"group key": value}."""

    def __init__(self, world, place="gateway", role="transit", settings=None):
        self.world, self.place = world, place
        self.folder = os.path.join(world.folder, f"daemon-{place}")
        self.textfile = os.path.join(self.folder, "metrics", "asaphase.prom")
        self.config = os.path.join(self.folder, "asaphased.conf")
        self.log = os.path.join(world.folder, f"asaphased-{place}.log")
        self.process = None
        self.through = ()  # a command that runs the daemon in its own way
        self.options = ()  # more of the daemon's own
        os.makedirs(os.path.join(self.folder, "metrics"))
        self.settings = {
            "daemon mode": world.mode, "daemon role": role, "tunnels local": f"{OUTER[4][LEFT]}, {OUTER[6][LEFT]}",
            "export textfile": self.textfile, "export interval": 1, "export per-spi": "yes",
            "socket path": os.path.join(self.folder, "socket"), "state file": os.path.join(self.folder, "state"),
            **(settings or {})}
        self.write_config()

    def write_config(self):
        groups = {}
        for name, value in self.settings.items():
            group, key = name.rsplit(" ", 1)
            groups.setdefault(group, []).append(f"{key} = {value}")
        with open(self.config, "w", encoding="ascii") as file:
            for group, lines in groups.items():
                file.write(f"[{group}]\n" + "\n".join(lines) + "\n")

    def program(self):
        return os.path.join(self.world.build, PROGRAM)

    def rules(self, *arguments):
        return run(*self.world.inside(self.place, self.program(), "rules", "--config", self.config, *arguments))

    def start(self):
        """Installs the rules and starts the daemon; returns when it has exported once."""
        self.rules("--install")
        before = os.stat(self.textfile).st_mtime_ns if os.path.exists(self.textfile) else 0
        with open(self.log, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(self.world.inside(self.place, *self.through, self.program(), "--config",
                                                              self.config, *self.options), stdout=log, stderr=log)
        self.world.started.append(self.process)
        wait_until(lambda: self.process.poll() is not None or
                   (os.path.exists(self.textfile) and os.stat(self.textfile).st_mtime_ns > before), 10, "first export")
        assert self.process.poll() is None, f"asaphased ended with {self.process.returncode}"
        return self

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """Dies without a chance to save anything."""
        self.signal(signal.SIGKILL)
        self.process.wait(60)

    def stop(self):
        self.signal(signal.SIGTERM)
        assert self.process.wait(60) == 0, f"asaphased ended with {self.process.returncode}"

    def metrics(self):
        with open(self.textfile, encoding="utf-8") as file:
            return read_metrics(file.read())

    def fresh_metrics(self):
        """As exported twice from now on: all that came before is in it."""
        for _ in range(2):
            before = os.stat(self.textfile).st_mtime_ns
            wait_until(lambda: os.stat(self.textfile).st_mtime_ns > before, 20, "next export")  # pylint: disable=cell-var-from-loop
        return self.metrics()

    def spis(self, metrics=None):
        """{spi: (packets, bytes)}"""
        metrics = metrics or self.fresh_metrics()
        sizes = {labels["spi"]: value for labels, value in metrics.get("asaphase_spi_bytes_total", [])}
        return {labels["spi"]: (int(value), int(sizes[labels["spi"]]))
                for labels, value in metrics.get("asaphase_spi_packets_total", [])}

    def value(self, name, metrics=None, **labels):
        """The one series of a metric that has these labels; None where there is none."""
        found = [value for have, value in (metrics or self.metrics()).get(f"asaphase_{name}", [])
                 if all(have.get(label) == wanted for label, wanted in labels.items())]
        assert len(found) <= 1, f"asaphase_{name} {labels}: {len(found)} series"
        return found[0] if found else None

    def total(self, name, metrics=None):
        return sum(value for _, value in (metrics or self.metrics()).get(f"asaphase_{name}", []))

    def resident(self):
        """KiB of memory in use."""
        with open(f"/proc/{self.main_process()}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1))

    def main_process(self):
        """ip netns exec becomes what it runs: the process that was started is the daemon."""
        return self.process.pid


TUNNEL = {"local": OUTER[4][LEFT], "remote": OUTER[4][RIGHT]}


def settle(seconds=0.5):
    """For what is on its way."""
    time.sleep(seconds)
