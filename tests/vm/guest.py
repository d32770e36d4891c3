# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs inside the virtual machine of tests/vm/run: two peers with kernel ESP, and a gateway between or on them.

Usage: guest.py BUILD [TEST…]. A line "passed NAME …" or "failed NAME …" for each test."""

import json
import os
import subprocess
import sys
import tempfile
import time
import traceback

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
sys.path.insert(0, os.path.join(TOP, "tests", "gateway"))
sys.dont_write_bytecode = True

from daemon import Daemon  # noqa: E402 pylint: disable=wrong-import-position
from gateway_world import (LEFT, OUTER, RIGHT, GatewayWorld, other, run, stop,  # noqa: E402 pylint: disable=wrong-import-position
                           wait_until)

INNER = {LEFT: "192.168.1.1", RIGHT: "192.168.2.1"}
SPI = {LEFT: "0x0000a001", RIGHT: "0x0000b002"}  # in what this side sends
KEY = "0x" + "42" * 20
UDP = {False: (), True: ("encap", "espinudp", "4500", "4500", "0.0.0.0")}


class Peers:
    """left and right with an ESP tunnel set up by hand in their kernels."""

    def __init__(self, world, udp=False):
        self.world = world
        for side in (LEFT, RIGHT):
            for sender in (LEFT, RIGHT):
                self.xfrm(side, "state", "add", "src", OUTER[4][sender], "dst", OUTER[4][other(sender)], "proto", "esp", "spi",
                          SPI[sender], "reqid", "1", "mode", "tunnel", "aead", "rfc4106(gcm(aes))", KEY, "128", *UDP[udp])
                direction = "out" if sender == side else "in"
                self.xfrm(side, "policy", "add", "src", INNER[sender], "dst", INNER[other(sender)], "dir", direction, "tmpl",
                          "src", OUTER[4][sender], "dst", OUTER[4][other(sender)], "proto", "esp", "reqid", "1", "mode",
                          "tunnel")
            run("ip", "-n", world.namespace(side), "route", "add", INNER[other(side)], "dev", "wan", "via",
                "10.1.0.254" if side == LEFT else "10.2.0.254", "src", INNER[side])

    def xfrm(self, side, *arguments):
        return run("ip", "-n", self.world.namespace(side), "xfrm", *arguments)

    def sent(self, side):
        """What side's kernel says that it sent on its SA."""
        text = self.xfrm_counters(side, SPI[side])
        return int(text.split("(packets)")[0].split()[-1].rstrip(","))

    def xfrm_counters(self, side, spi):
        text = run("ip", "-s", "-n", self.world.namespace(side), "xfrm", "state", "get", "src", OUTER[4][side], "dst",
                   OUTER[4][other(side)], "proto", "esp", "spi", spi)
        return text.split("lifetime current:")[1]


def counts(world, place):
    """What the kernel counted in a namespace: {spi: packets}."""
    told = json.loads(run(*world.inside(place, world.tool("read_sets"), "read")))
    return {item["spi"]: item["packets"] for item in told["told"]}


def install(world, place, mode, role):
    run(*world.inside(place, world.tool("read_sets"), "install", mode, role))


def test_native_queue_is_used(world):
    """The kernel has nft queue, and the rules use it."""
    assert json.loads(world.read_sets("probe"))["queue_nft"] == 1
    for mode in ("offload", "queue"):
        install(world, "gateway", mode, "terminating")
        ruleset = world.ruleset()
        assert "queue flags bypass" in ruleset and "xt target" not in ruleset
    before = world.read_sets("remove")
    assert before == "" and "asaphase" not in world.ruleset()


def test_transit_counts_kernel_esp(world):
    """Between two peers, each direction's packets as the sender's kernel counts them."""
    peers = Peers(world)
    install(world, "gateway", "offload", "transit")
    answers = world.ping(LEFT, 40, interval=0.05, check=True)
    assert counts(world, "gateway") == {SPI[side]: peers.sent(side) for side in (LEFT, RIGHT)}
    return f"{answers} answers, {peers.sent(LEFT)} and {peers.sent(RIGHT)} ESP packets"


def test_terminating_counts_kernel_esp(world):
    """On a peer itself, where packets pass netfilter before decryption and after encryption."""
    peers = Peers(world)
    install(world, RIGHT, "offload", "terminating")
    world.ping(LEFT, 40, interval=0.05, check=True)
    assert counts(world, RIGHT) == {SPI[side]: peers.sent(side) for side in (LEFT, RIGHT)}
    return f"{peers.sent(LEFT)} and {peers.sent(RIGHT)} ESP packets"


def test_udp_encapsulated_kernel_esp(world):
    """ESP in UDP 4500, in transit."""
    peers = Peers(world, udp=True)
    keep = "import socket,time\nfor a in ('',):\n s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM)\n" \
           " s.bind((a,4500))\n s.setsockopt(17,100,2)\n print(1,flush=True)\n time.sleep(60)"
    for side in (LEFT, RIGHT):
        holder = subprocess.Popen(world.inside(side, "python3", "-c", keep), stdout=subprocess.PIPE)
        holder.stdout.readline()
        world.started.append(holder)
    install(world, "gateway", "offload", "transit")
    world.ping(LEFT, 20, interval=0.05, check=True)
    assert counts(world, "gateway") == {SPI[side]: peers.sent(side) for side in (LEFT, RIGHT)}
    return f"{peers.sent(LEFT)} and {peers.sent(RIGHT)} ESP packets"


def asaphase(world, daemon, *arguments):
    """What the command line says of the running daemon."""
    done = subprocess.run(world.inside(daemon.place, os.path.join(world.build, "cli", "asaphase"), *arguments, "--socket",
                                       daemon.settings["socket path"]), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def begin_daemon(world, place, mode, role):
    """A daemon with native queues. Where the tunnel ends it finds out by itself which addresses are local."""
    daemon = Daemon(world, place=place, role=role, settings={"daemon mode": mode, "export interval": 2})
    if role == "terminating":
        del daemon.settings["tunnels local"]
        daemon.write_config()
    daemon.start()
    ruleset = run(*world.inside(place, "nft", "list", "ruleset"))
    assert "queue flags bypass" in ruleset and "xt target" not in ruleset, "not the kernel's own queue"
    return daemon


def tunnel_of(place):
    """The tunnel's labels: the gateway in the middle counts left as local."""
    local = RIGHT if place == RIGHT else LEFT
    return {"local": OUTER[4][local], "remote": OUTER[4][other(local)]}


def check_counts(peers, daemon):
    """The exported file has what the peers' kernels say that they sent, for each SPI and for the tunnel."""
    metrics = daemon.fresh_metrics()
    sent = {side: peers.sent(side) for side in (LEFT, RIGHT)}
    labels = tunnel_of(daemon.place)
    local = RIGHT if daemon.place == RIGHT else LEFT
    assert {spi: packets for spi, (packets, _) in daemon.spis(metrics).items()} == {SPI[side]: sent[side] for side in sent}
    assert daemon.value("tunnel_encaps_packets_total", metrics, **labels) == sent[local]
    assert daemon.value("tunnel_decaps_packets_total", metrics, **labels) == sent[other(local)]
    assert not daemon.total("tunnel_one_way", metrics)
    return f"{sent[LEFT]} and {sent[RIGHT]} ESP packets counted"


def check_one_way(world, daemon):
    """right answers nothing for a while; then it does."""
    labels = {**tunnel_of(daemon.place), "missing": "encaps" if daemon.place == RIGHT else "decaps"}
    pinging = subprocess.Popen(world.inside(LEFT, "ping", "-q", "-i", "0.1", "-W", "1", "-I", INNER[LEFT], INNER[RIGHT]),
                               stdout=subprocess.DEVNULL)
    world.started.append(pinging)
    time.sleep(5)
    run(*world.inside(RIGHT, "nft", "add table inet faults; add chain inet faults input { type filter hook input priority 0; }; "
                                    "add rule inet faults input icmp type echo-request drop"))
    found = wait_until(lambda: daemon.value("tunnel_one_way", **labels) == 1, 30, "one-way found")
    run(*world.inside(RIGHT, "nft", "delete", "table", "inet", "faults"))
    cleared = wait_until(lambda: daemon.value("tunnel_one_way", **labels) == 0, 30, "one-way cleared")
    stop(pinging)
    return f"one-way found after {found:.1f} s, cleared after {cleared:.1f} s"


def check_daemon(world, place, mode, role):
    """Counts as the peers' kernels have them, one-way found and cleared, all rules gone at the end."""
    peers = Peers(world)
    daemon = begin_daemon(world, place, mode, role)
    world.ping(LEFT, 30, interval=0.1, check=True)
    figures = [check_counts(peers, daemon), check_one_way(world, daemon)]
    daemon.stop()
    daemon.rules("--remove")
    assert "asaphase" not in run(*world.inside(place, "nft", "list", "ruleset"))
    return "; ".join(figures)


def test_daemon_in_transit_queue_mode(world):
    """Native queues, every packet through the daemon."""
    return check_daemon(world, "gateway", "queue", "transit")


def test_daemon_in_transit_offload_mode(world):
    """The kernel counts."""
    return check_daemon(world, "gateway", "offload", "transit")


def test_daemon_on_a_peer_queue_mode(world):
    """The daemon where the tunnel ends: the kernel decrypts what it sees."""
    return check_daemon(world, RIGHT, "queue", "terminating")


def test_daemon_on_a_peer_offload_mode(world):
    """The same, and the kernel counts."""
    return check_daemon(world, RIGHT, "offload", "terminating")


def test_counts_go_on_while_the_daemon_is_dead(world):
    """SIGKILL, traffic, and a new daemon that goes on from the kernel's counters."""
    peers = Peers(world)
    daemon = begin_daemon(world, "gateway", "offload", "transit")
    world.ping(LEFT, 20, interval=0.05, check=True)
    daemon.fresh_metrics()
    daemon.kill()
    world.ping(LEFT, 40, interval=0.05, check=True)
    daemon.start()
    return check_counts(peers, daemon)


def test_vrf_shows_each_packet_once(world):
    """A gateway whose links are in a VRF, which shows packets to netfilter twice."""
    for command in (("link", "add", "blue", "type", "vrf", "table", "100"), ("link", "set", "blue", "up"),
                    ("link", "set", "left", "master", "blue"), ("link", "set", "right", "master", "blue")):
        run("ip", "-n", world.namespace("gateway"), *command)
    time.sleep(1)
    peers = Peers(world)
    install(world, "gateway", "offload", "terminating")
    world.ping(LEFT, 20, interval=0.05, check=True)
    expected = {SPI[side]: peers.sent(side) for side in (LEFT, RIGHT)}
    counted = counts(world, "gateway")
    assert counted == expected, f"counted {counted}, sent {expected}"
    return f"{peers.sent(LEFT)} and {peers.sent(RIGHT)} ESP packets"


def test_spis_are_paired_by_the_kernels_ipsec(world):
    """On a peer there is no IKE to see, and the kernel's own states say which two SPIs belong together."""
    Peers(world)
    daemon = begin_daemon(world, RIGHT, "offload", "terminating")
    world.ping(LEFT, 20, interval=0.1, check=True)
    daemon.fresh_metrics()
    verdict = json.loads(asaphase(world, daemon, "diagnose", "--live", "--json"))
    tunnel = next(item for item in verdict["tunnels"] if {item["asa"], item["peer"]} == set(OUTER[4].values()))
    pairs = [(child["spi_out"], child["spi_in"], child["paired_by"]) for child in tunnel["children"]]
    assert pairs == [(SPI[RIGHT], SPI[LEFT], "xfrm")], pairs


def main():
    build, names = sys.argv[1], sys.argv[2:]
    tests = [(name, value) for name, value in globals().items() if name.startswith("test_")]
    for name, test in tests:
        title = name.removeprefix("test_").replace("_", "-")
        if names and title not in names:
            continue
        start = time.monotonic()
        try:
            with GatewayWorld(tempfile.mkdtemp(), build, "offload") as world:
                figure = test(world) or ""
            print(f"passed {title} {time.monotonic() - start:.1f} s {figure}", flush=True)
        except Exception:  # pylint: disable=broad-except
            print(f"failed {title} {time.monotonic() - start:.1f} s", flush=True)
            traceback.print_exc(file=sys.stdout)
            sys.stdout.flush()


if __name__ == "__main__":
    main()
