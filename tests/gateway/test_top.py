# SPDX-License-Identifier: GPL-2.0-or-later
"""asaphase top on a running daemon, in a terminal of 80 by 24 that tmux keeps."""

import os
import re
import time

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT, OUTER, RIGHT, run, wait_until

ASAPHASE = "cli/asaphase"
RED = re.compile(r"\033\[(?:\d+;)*31[;m]")
COLOUR = re.compile(r"\033\[[0-9;]*m")


class Terminal:
    """A tmux session of its own server, with one command in it."""

    def __init__(self, world, command):
        self.socket = os.path.join(world.folder, "tmux")
        # What runs in it is followed by a shell's word, to see that the terminal is given back.
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", f"{command}; echo status $?; sleep 60")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.tmux("kill-server")

    def tmux(self, *arguments):
        environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"], "HOME": "/root"}
        return run("env", "-i", *(f"{name}={value}" for name, value in environment.items()),
                   "tmux", "-u", "-S", self.socket, *arguments)

    def press(self, *keys):
        self.tmux("send-keys", *keys)

    def resize(self, columns, lines):
        self.tmux("resize-window", "-x", str(columns), "-y", str(lines))

    def coloured(self):
        return self.tmux("capture-pane", "-e", "-p").splitlines()

    def lines(self):
        return [COLOUR.sub("", line) for line in self.coloured()]

    def wait_for(self, words, seconds=60):
        wait_until(lambda: any(words in line for line in self.lines()), seconds, f"'{words}' on the screen")

    def line_of(self, words):
        return next(line for line in self.lines() if words in line)


def test_top_shows_one_way_first_and_in_red(world):
    """Two tunnels, one of them one-way: rates, order, colours, keys, other sizes, the diagnosis, the end."""
    world.silence()
    daemon = Daemon(world).start()
    world.begin_sending(LEFT, family=6, spi=0x3000, rate=50, seconds=240)
    world.begin_sending(RIGHT, family=6, spi=0x4000, rate=50, seconds=240)
    world.begin_sending(LEFT, spi=0x1000, rate=100, seconds=240)
    back = world.begin_sending(RIGHT, spi=0x2000, rate=100, seconds=240)
    wait_until(lambda: (daemon.value("tunnel_decaps_packets_total", **TUNNEL) or 0) > 0, 15, "traffic both ways")
    back.end()
    wait_until(lambda: daemon.value("tunnel_one_way", **TUNNEL, missing="decaps") == 1, 90, "one-way found")
    program = os.path.join(world.build, ASAPHASE)
    with Terminal(world, f"{program} top --delay 1 --socket {daemon.settings['socket path']}") as terminal:
        terminal.wait_for("one-way")
        time.sleep(2.5)
        lines = terminal.lines()
        assert all(len(line) <= 80 for line in lines)
        assert "2 tunnels, 1 with a fault" in lines[0] and "by fault" in lines[1]
        first, second = lines[3], lines[4]
        assert OUTER[4][RIGHT] in first and first.rstrip().endswith("one-way"), first
        assert second.rstrip().endswith("ok"), second
        out, back = re.search(r" (\S+) +(\S+) +one-way", first).groups()
        assert out not in ("-", "0") and back == "0", first
        out, back = re.search(r" (\S+) +(\S+) +ok", second).groups()
        assert "-" not in (out, back) and "0" not in (out, back), second
        coloured = terminal.coloured()
        assert RED.search(coloured[3]) and not RED.search(coloured[4])
        world.figure("80x24: " + " | ".join(" ".join(line.split()) for line in (first, second)))

        terminal.press("s")
        terminal.wait_for("by out")
        terminal.press("r")
        terminal.wait_for("by out, reversed")
        assert terminal.lines()[3].rstrip().endswith("ok"), "the slower one first"
        terminal.resize(120, 40)
        terminal.wait_for("OUT b/s")
        assert "one-way (possible)" in terminal.line_of("one-way")
        terminal.resize(60, 10)
        wait_until(lambda: all(len(line) <= 60 for line in terminal.lines()) and
                   terminal.lines()[3].startswith(OUTER[6][LEFT]) and terminal.lines()[4].startswith(OUTER[4][LEFT]), 60,
                   "a line a tunnel on a narrow screen")
        terminal.resize(80, 24)
        terminal.wait_for("VERDICT")

        terminal.press("Down", "Enter")
        terminal.wait_for("cause: one-way")
        terminal.press("q")
        terminal.wait_for("by out, reversed")
        daemon.stop()
        terminal.wait_for("no asaphased answers")
        terminal.press("q")
        terminal.wait_for("status 0")


test_top_shows_one_way_first_and_in_red.needs = (PROGRAM, ASAPHASE)
test_top_shows_one_way_first_and_in_red.modes = ("queue",)
