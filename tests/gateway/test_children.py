# SPDX-License-Identifier: GPL-2.0-or-later
"""Several children between two gateways: each is judged, by the daemon in the middle."""

import os
import subprocess
import sys
import threading
import time

from daemon import PROGRAM, Daemon
from gateway_world import HERE, LEFT, RIGHT, run, wait_until
from peer import Peer  # from tests/lab
from world import SECOND_INNER

NETWORKS = {LEFT: "10.1.0", RIGHT: "10.2.0"}
SECONDS = 22


def address(side, host):
    return f"{NETWORKS[side]}.{host}"


class Flows:
    """ESP of hosts at both sides, who have the same last byte where they have a tunnel."""

    def __init__(self):
        self.lines = {LEFT: [], RIGHT: []}

    def send(self, side, host, spi, begins=0.0, until=SECONDS):
        other = RIGHT if side == LEFT else LEFT
        self.lines[side].append(f"{address(side, host)} {address(other, host)} {spi} {begins} {until}")

    def both(self, host, out, back, begins=0.0, until=SECONDS):
        self.send(LEFT, host, out, begins, until)
        self.send(RIGHT, host, back, begins + 0.05, until)

    def play(self, world):
        """Returns when they begin, in seconds since the epoch."""
        start = time.time() + 2
        for side, lines in self.lines.items():
            for source in {line.split()[0] for line in lines}:
                run("ip", "-n", world.namespace("gateway"), "neigh", "replace", source, "lladdr", world.mac(side, "wan"),
                    "dev", side)
        for side, lines in self.lines.items():
            sender = subprocess.Popen(world.inside(side, sys.executable, os.path.join(HERE, "esp_flows.py"), "wan",
                                                   world.mac("gateway", side), str(start)), stdin=subprocess.PIPE, text=True)
            world.started.append(sender)
            sender.stdin.write("\n".join(lines) + "\n")
            sender.stdin.close()
        return start


def verdicts(daemon):
    """{remote: (cause, confidence)} as exported; of a tunnel that is undetermined there is none."""
    return {labels["remote"]: (labels["cause"], labels["confidence"])
            for labels, _ in daemon.metrics().get("asaphase_tunnel_verdict", [])}


def watch(daemon, start, seconds):
    """{remote: {(cause, confidence): seconds after start at which it was first exported}}"""
    first = {}
    while time.time() < start + seconds:
        for remote, verdict in verdicts(daemon).items():
            first.setdefault(remote, {}).setdefault(verdict, time.time() - start)
        time.sleep(0.2)
    return first


def test_each_child_is_judged(world):
    """Second children that are never answered, stop, come late; 64 of them; rekeys; one way from the start."""
    silent, stops, late, fine, rekeyed, many, alone = hosts = range(11, 18)
    flows = Flows()
    for host in (silent, stops, late, fine):
        flows.both(host, 0xa1, 0xb1)
        flows.send(LEFT, host, 0xa2, 3)
    flows.send(RIGHT, stops, 0xb2, 3.1, 11)
    flows.send(RIGHT, late, 0xb2, 6)
    flows.send(RIGHT, fine, 0xb2, 3.1)
    flows.both(rekeyed, 0xa1, 0xb1, 0, 5)
    flows.both(rekeyed, 0xa2, 0xb2, 4)
    flows.send(LEFT, many, 0x1000)
    for child in range(1, 64):
        flows.both(many, 0x1000 + child, 0x2000 + child, 0.1 * child)
    flows.send(LEFT, alone, 0xa1)

    world.silence()
    daemon = Daemon(world, settings={"tunnels local": ", ".join(address(LEFT, host) for host in hosts)}).start()
    first = watch(daemon, flows.play(world), SECONDS - 1)
    for name, host, begins in (("silent from its start", silent, 3), ("stopped", stops, 11), ("oldest of 64", many, 0),
                               ("without IKE", alone, 0)):
        seen = first.get(address(RIGHT, host), {})
        found = [when for (cause, _), when in seen.items() if cause == "one-way"]
        assert found and min(found) > begins and ("one-way", "certain") not in seen, f"{name}: {first}"
        assert ("none", "certain") not in seen, f"{name}: {first}"
        world.figure(f"{name}: after {min(found) - begins:.1f} s")
    for host in (late, fine, rekeyed):
        assert {cause for cause, _ in first[address(RIGHT, host)]} == {"none"}, first
    metrics = daemon.metrics()
    for host, one_way, answer in ((silent, 1, -1), (stops, 1, -1), (fine, 0, 1), (late, 0, 1), (many, 1, -1)):
        labels = {"local": address(LEFT, host), "remote": address(RIGHT, host)}
        assert daemon.value("tunnel_children_one_way", metrics, **labels) == one_way, labels
        assert daemon.value("tunnel_phase", metrics, **labels, phase="data") == answer, labels
    assert daemon.value("tunnel_children", metrics, remote=address(RIGHT, many)) == 64


test_each_child_is_judged.needs = (PROGRAM,)


def test_strongswan_with_a_second_child(world):
    """The right end drops what comes out of the second child: its ESP goes one way, whatever the first one does."""
    daemon = Daemon(world).start()
    peers = {side: Peer(world, side, second_child=True).start() for side in (LEFT, RIGHT)}
    world.started += [peer.charon for peer in peers.values()]
    peers[LEFT].initiate(check=True)
    peers[LEFT].initiate("second", check=True)
    run(*world.inside(RIGHT, "nft", "add table ip deaf; add chain ip deaf in { type filter hook prerouting priority -400; }; "
                                    f"add rule ip deaf in ip daddr {SECOND_INNER[RIGHT]} drop"))
    pings = [threading.Thread(target=world.ping, args=(LEFT, 80)),
             threading.Thread(target=world.ping, args=(LEFT, 40), kwargs={"inner": SECOND_INNER})]
    pings[0].start()
    try:
        wait_until(lambda: [cause for cause, _ in verdicts(daemon).values()] == ["none"], 15, lambda: verdicts(daemon))
        pings[1].start()
        took = wait_until(lambda: "one-way" in dict(verdicts(daemon).values()), 15, lambda: verdicts(daemon))
    finally:
        for ping in pings:
            if ping.ident is not None:
                ping.join()
    world.figure(f"one-way after {took:.1f} s")


test_strongswan_with_a_second_child.needs = (PROGRAM,)
