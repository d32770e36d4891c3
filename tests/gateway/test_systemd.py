# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd and its journal get from the daemon, with sockets of the test's own in their places."""

import os
import re
import signal
import socket
import time

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT, RIGHT, TOP, wait_until

NEEDS = (PROGRAM,)
# In a mount namespace of the daemon's own: the journal's folder is the test's.
WITH_JOURNAL = 'mkdir -p /run/systemd/journal && mount --bind "$0" /run/systemd/journal && exec "$@"'
WATCHDOG_SECONDS = 2


class Listener:
    """A datagram socket, and all that came to it."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(path)
        self.messages = []

    def take(self):
        try:
            while True:
                self.messages.append(self.socket.recv(1 << 20).decode())
        except BlockingIOError:
            pass
        return self.messages


def fields(message):
    """{name: [values]} of a message in the journal's own protocol; none of ours has a line break in it."""
    result = {}
    for line in message.splitlines():
        name, _, value = line.partition("=")
        result.setdefault(name, []).append(value)
    return result


def begin(world, **settings):
    folder = os.path.join(world.folder, "journal")
    os.makedirs(folder)
    daemon = Daemon(world, settings=settings)
    journal = Listener(os.path.join(folder, "socket"))
    notify = Listener(os.path.join(world.folder, "notify"))
    daemon.through = ("unshare", "--mount", "env", "JOURNAL_STREAM=1:1", f"NOTIFY_SOCKET={world.folder}/notify",
                      f"WATCHDOG_USEC={WATCHDOG_SECONDS * 1000000}", "sh", "-c", WITH_JOURNAL, folder)
    return daemon.start(), journal, notify


def test_notifications(world):
    """Ready, reloading, stopping; and a watchdog that is fed, but not by a daemon that stands still."""
    daemon, journal, notify = begin(world)

    def count(word):
        return sum(word in message.splitlines() for message in notify.take())

    assert count("READY=1") == 1
    wait_until(lambda: count("WATCHDOG=1") >= 2, 10, "the watchdog is fed")
    daemon.signal(signal.SIGSTOP)
    fed = count("WATCHDOG=1")
    time.sleep(2 * WATCHDOG_SECONDS)
    assert count("WATCHDOG=1") <= fed + 1
    daemon.signal(signal.SIGCONT)
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: count("RELOADING=1") == 1 and count("READY=1") == 2, 10, "it reads its configuration again")
    wait_until(lambda: any("read again" in message for message in journal.take()), 10, "the journal hears of it")
    daemon.stop()
    assert count("STOPPING=1") == 1


test_notifications.needs = NEEDS
test_notifications.modes = ("offload",)


def test_a_verdict_in_the_journal(world):
    """A message when a tunnel goes one way and one when it is well again, with the fields that docs/operator.md names. The local
    side falls silent: what the other one sends to it is what an ASA may log about."""
    world.silence()
    daemon, journal, notify = begin(world)
    world.begin_sending(RIGHT, spi=0x2000, rate=100, seconds=120)
    there = world.begin_sending(LEFT, spi=0x1000, rate=100, seconds=120)
    wait_until(lambda: all((daemon.value(f"tunnel_{way}_packets_total", **TUNNEL) or 0) > 0 for way in ("encaps", "decaps")), 15,
               "traffic both ways")
    time.sleep(2)
    sent = there.end()["packets"]

    def verdicts():
        notify.take()  # as systemd would: the daemon waits where nobody reads its keep-alives
        return [fields(message) for message in journal.take() if "ASAPHASE_CAUSE=" in message]

    def causes():
        return [verdict["ASAPHASE_CAUSE"] for verdict in verdicts()]

    wait_until(lambda: causes() == [["one-way"]], 30, lambda: f"one-way, not {causes()}")
    world.begin_sending(LEFT, spi=0x1000, rate=100, seconds=60, first_sequence=sent + 1)
    wait_until(lambda: causes() == [["one-way"], ["none"]], 30, lambda: f"well again, not {causes()}")
    lost, found = verdicts()
    assert lost["ASAPHASE_CAUSE"] == ["one-way"] and found["ASAPHASE_CAUSE"] == ["none"]
    assert lost["PRIORITY"] == ["4"] and found["PRIORITY"] == ["5"]
    assert lost["ASAPHASE_PHASE"] == ["data"] and lost["ASAPHASE_CONFIDENCE"] == ["possible"]
    assert (lost["ASAPHASE_LOCAL"], lost["ASAPHASE_REMOTE"]) == ([TUNNEL["local"]], [TUNNEL["remote"]])
    assert lost["MESSAGE"][0].startswith(f"{TUNNEL['local']} - {TUNNEL['remote']}: Data fails: one-way (possible): ")
    assert any(step.startswith("ASA: show crypto ipsec sa peer") for step in lost["ASAPHASE_NEXT"])
    assert lost["ASAPHASE_ASA_WOULD_LOG"][0].startswith("%ASA-4-402116: ")

    with open(os.path.join(TOP, "docs", "operator.md"), encoding="utf-8") as file:
        document = file.read()
    assert f"MESSAGE_ID={lost['MESSAGE_ID'][0]}" in document
    told = set(re.findall(r"`(ASAPHASE_\w+)`", document))
    assert told == {name for name in lost if name.startswith("ASAPHASE_")}


test_a_verdict_in_the_journal.needs = NEEDS
test_a_verdict_in_the_journal.modes = ("offload",)
