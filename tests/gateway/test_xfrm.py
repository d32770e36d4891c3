# SPDX-License-Identifier: GPL-2.0-or-later
"""SPIs paired by what the kernel's IPsec says, where tunnels end.

Kernels without ESP take no whole SA, but reserve SPIs; for which SPIs belong together that is the same."""

import json
import os
import signal
import subprocess
import sys

from daemon import PROGRAM, TUNNEL, Daemon
from world import INNER, ROUTER
from gateway_world import LEFT, OUTER, RIGHT, Skipped, other, run, wait_until

ASAPHASE = "cli/asaphase"
NEEDS = (PROGRAM, ASAPHASE)
NETWORK = {LEFT: "192.168.1.0/24", RIGHT: "192.168.2.0/24"}
KEY = "0x" + "42" * 20
# Runs a program for which socket(AF_NETLINK, …, NETLINK_XFRM) fails with EPERM.
WITHOUT_XFRM = """
import ctypes, os, struct, sys
def step(code, yes, no, value): return struct.pack("HBBI", code, yes, no, value)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
SYSTEM_CALL, FIRST, THIRD = 0, 16, 32
SOCKET, AF_NETLINK, NETLINK_XFRM, EPERM = 41, 16, 6, 1
steps = [step(LOAD, 0, 0, SYSTEM_CALL), step(EQUAL, 0, 5, SOCKET), step(LOAD, 0, 0, FIRST), step(EQUAL, 0, 3, AF_NETLINK),
         step(LOAD, 0, 0, THIRD), step(EQUAL, 0, 1, NETLINK_XFRM), step(RETURN, 0, 0, 0x00050000 | EPERM),
         step(RETURN, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b"".join(steps))
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code)))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0 and libc.prctl(22, 2, program) == 0, os.strerror(ctypes.get_errno())
os.execv(sys.argv[1], sys.argv[1:])
"""
# One of an interface's offloads: SIOCETHTOOL.
SWITCH_OFFLOAD = """
import ctypes, fcntl, socket, struct, sys
value = ctypes.create_string_buffer(struct.pack("II", int(sys.argv[2]), int(sys.argv[3])))
fcntl.ioctl(socket.socket(), 0x8946, struct.pack("16sP", sys.argv[1].encode(), ctypes.addressof(value)))
"""
ETHTOOL_STSO, ETHTOOL_SGRO = 0x1f, 0x2c


def xfrm(world, *arguments, place="gateway"):
    return run("ip", "-n", world.namespace(place), "xfrm", *arguments)


def ends_of(source):
    return "src", OUTER[4][source], "dst", OUTER[4][other(source)], "proto", "esp"


def add_esp(world, place, source, spi, reqid):
    """Adds a whole SA. Returns whether the kernel takes it."""
    try:
        xfrm(world, "state", "add", *ends_of(source), "spi", spi, "reqid", str(reqid), "mode", "tunnel", "aead",
             "rfc4106(gcm(aes))", KEY, "128", place=place)
    except RuntimeError:
        return False
    return True


def add_sa(world, source, spi, reqid):
    if not add_esp(world, "gateway", source, spi, reqid):
        xfrm(world, "state", "allocspi", *ends_of(source), "reqid", str(reqid), "mode", "tunnel", "min", spi, "max", spi)


def add_policy(world, source, reqid, network=NETWORK):
    xfrm(world, "policy", "add", "src", network[source], "dst", network[other(source)], "dir",
         "out" if source == LEFT else "in", "tmpl", *ends_of(source), "reqid", str(reqid), "mode", "tunnel")


def make_tunnel(world, spi):
    """A whole tunnel between left and right, in their kernels. Returns whether they have ESP."""
    for place in (LEFT, RIGHT):
        for source in (LEFT, RIGHT):
            if not add_esp(world, place, source, spi[source], 1):
                return False
            xfrm(world, "policy", "add", "src", INNER[source], "dst", INNER[other(source)], "dir",
                 "out" if place == source else "in", "tmpl", *ends_of(source), "reqid", "1", "mode", "tunnel", place=place)
        run("ip", "-n", world.namespace(place), "route", "add", INNER[other(place)], "dev", "wan", "via", ROUTER[4][place], "src",
            INNER[place])
    return True


def asaphase(world, daemon, *arguments):
    done = subprocess.run(world.inside(daemon.place, os.path.join(world.build, ASAPHASE), *arguments, "--socket",
                                       daemon.settings["socket path"]), capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1, 3), done.stderr
    return done.stdout


def children(world, daemon):
    """{(spi out, spi in): paired by}"""
    told = json.loads(asaphase(world, daemon, "diagnose", "--live", "--json"))
    return {(child["spi_out"], child["spi_in"]): child["paired_by"] for tunnel in told["tunnels"] for child in tunnel["children"]}


def log(daemon):
    with open(daemon.log, encoding="utf-8") as file:
        return file.read()


def wait_for_pairs(world, daemon, pairs, seconds=15):
    wait_until(lambda: children(world, daemon) == {pair: "xfrm" for pair in pairs}, seconds, f"pairs {pairs}")


def test_spis_are_paired_by_the_kernel(world):
    """What timing would pair wrongly, states and policies pair rightly: those found at the start, and those that come."""
    world.silence()
    for spi, reqid in ((0x1000, 1), (0x1100, 2)):
        add_sa(world, LEFT, hex(spi), reqid)
    for spi, reqid in ((0x2000, 1), (0x2100, 2)):
        add_sa(world, RIGHT, hex(spi), reqid)
    daemon = Daemon(world, role="terminating").start()
    # The first SPI of the one side is not the partner of the first of the other.
    for side, spi in ((LEFT, 0x1000), (RIGHT, 0x2100), (LEFT, 0x1100), (RIGHT, 0x2000)):
        world.send(side, spi=spi, packets=20, rate=2000)
    first = [("0x00001000", "0x00002000"), ("0x00001100", "0x00002100")]
    wait_for_pairs(world, daemon, first)

    # A third whose reqids differ, which only policies join; the daemon is told of them as they come.
    add_policy(world, LEFT, 3)
    add_policy(world, RIGHT, 4)
    shown = asaphase(world, daemon, "show", "crypto", "ipsec", "sa")
    assert "ident (addr/mask/prot/port): (192.168" not in shown
    daemon.signal(signal.SIGTERM)
    daemon.process.wait(60)
    add_sa(world, LEFT, "0x1200", 3)
    add_sa(world, RIGHT, "0x2200", 4)
    daemon.start()
    for side, spi in ((LEFT, 0x1200), (RIGHT, 0x2200)):
        world.send(side, spi=spi, packets=20, rate=2000)
    wait_until(lambda: children(world, daemon).get(("0x00001200", "0x00002200")) == "xfrm", 15, "joined by policies")
    shown = asaphase(world, daemon, "show", "crypto", "ipsec", "sa")
    assert "local ident (addr/mask/prot/port): (192.168.1.0/255.255.255.0/0/0)" in shown, shown
    assert "remote ident (addr/mask/prot/port): (192.168.2.0/255.255.255.0/0/0)" in shown, shown
    assert "0x00001200" in shown

    # Deleted, they are up no more.
    for source, spi in ((LEFT, "0x1200"), (RIGHT, "0x2200")):
        xfrm(world, "state", "delete", *ends_of(source), "spi", spi)
    wait_until(lambda: "0x00001200" not in asaphase(world, daemon, "show", "crypto", "ipsec", "sa"), 15, "it is gone")
    xfrm(world, "state", "flush")
    wait_until(lambda: "inbound esp sas" not in asaphase(world, daemon, "show", "crypto", "ipsec", "sa"), 15, "all are gone")


test_spis_are_paired_by_the_kernel.needs = NEEDS


def test_what_the_kernel_does_not_say_for_certain(world):
    """Two SAs each way with one reqid, made at the same time: not paired by them."""
    world.silence()
    for side, first in ((LEFT, 0x1000), (RIGHT, 0x2000)):
        for spi in (first, first + 1):
            add_sa(world, side, hex(spi), 7)
    daemon = Daemon(world, role="terminating").start()
    for spi in (0, 1):
        world.send(LEFT, spi=0x1000 + spi, packets=20, rate=2000)
        world.send(RIGHT, spi=0x2000 + spi, packets=20, rate=2000)
    daemon.fresh_metrics()
    assert set(children(world, daemon).values()) == {"timing"}


test_what_the_kernel_does_not_say_for_certain.needs = NEEDS
test_what_the_kernel_does_not_say_for_certain.modes = ("offload",)


def test_changes_faster_than_they_are_read(world):
    """The daemon stands still while thousands of policies come and go: it says so, reads all again, and goes on."""
    world.silence()
    daemon = Daemon(world, role="terminating").start()
    daemon.signal(signal.SIGSTOP)
    batch = os.path.join(world.folder, "policies")
    with open(batch, "w", encoding="ascii") as file:
        for number in range(6000):
            for action in ("add", "delete"):
                end = (f" tmpl src {OUTER[4][LEFT]} dst {OUTER[4][RIGHT]} proto esp reqid {number + 1} mode tunnel"
                       if action == "add" else "")
                file.write(f"xfrm policy {action} src 10.{number // 256}.{number % 256}.0/24 dst 10.200.0.0/16 dir out{end}\n")
    run("ip", "-n", world.namespace("gateway"), "-batch", batch)
    add_sa(world, LEFT, "0x1000", 1)
    add_sa(world, RIGHT, "0x2000", 1)
    daemon.signal(signal.SIGCONT)
    wait_until(lambda: "changed faster than they could be read" in log(daemon), 15, "the daemon says so")
    for side, spi in ((LEFT, 0x1000), (RIGHT, 0x2000)):
        world.send(side, spi=spi, packets=20, rate=2000)
    wait_for_pairs(world, daemon, [("0x00001000", "0x00002000")])


test_changes_faster_than_they_are_read.needs = NEEDS
test_changes_faster_than_they_are_read.modes = ("queue",)


def test_esp_that_passes_unseen(world):
    """Where GRO takes ESP past the packet filter, the kernel's own count shows it: hidden, not one-way; and seen again, it is not."""
    if not make_tunnel(world, {LEFT: "0x1000", RIGHT: "0x2000"}):
        raise Skipped("this kernel has no ESP")
    if subprocess.run(("modprobe", "esp4_offload"), capture_output=True, check=False).returncode != 0:
        raise Skipped("this kernel has no esp4_offload")

    def switch(place, interface, offload, on):
        run(*world.inside(place, sys.executable, "-c", SWITCH_OFFLOAD, interface, str(offload), str(int(on))))

    # A pair of virtual interfaces goes without GRO as long as the sender's has TSO.
    switch("gateway", RIGHT, ETHTOOL_STSO, False)
    switch(RIGHT, "wan", ETHTOOL_SGRO, False)
    daemon = Daemon(world, place=RIGHT, role="terminating").start()
    pinging = subprocess.Popen(world.inside(LEFT, "ping", "-q", "-i", "0.1", "-I", INNER[LEFT], INNER[RIGHT]), stdout=subprocess.DEVNULL)
    world.started.append(pinging)

    def is_hidden():
        assert not daemon.total("tunnel_one_way"), "called one-way"
        return daemon.value("tunnel_hidden", **TUNNEL, direction="encaps") == 1

    wait_until(lambda: min(daemon.value(f"tunnel_{way}_packets_total", **TUNNEL) or 0 for way in ("encaps", "decaps")) > 20, 60,
               "traffic both ways")
    assert not is_hidden()
    switch(RIGHT, "wan", ETHTOOL_SGRO, True)
    found = wait_until(is_hidden, 60, "hidden")
    assert f"ESP from {OUTER[4][LEFT]} to {OUTER[4][RIGHT]} passes by the packet filter" in log(daemon)
    switch(RIGHT, "wan", ETHTOOL_SGRO, False)
    cleared = wait_until(lambda: not is_hidden(), 60, "seen again")
    assert daemon.value("tunnel_hidden", **TUNNEL, direction="decaps") == 0
    world.figure(f"found after {found:.1f} s, cleared after {cleared:.1f} s")


test_esp_that_passes_unseen.needs = NEEDS


def test_kernel_that_does_not_tell(world):
    """Where NETLINK_XFRM is forbidden the daemon says so, and goes on with timing."""
    if os.uname().machine != "x86_64":
        raise Skipped("the filter of system calls is written for x86_64")
    world.silence()
    add_sa(world, LEFT, "0x1000", 1)
    add_sa(world, RIGHT, "0x2000", 1)
    daemon = Daemon(world, role="terminating")
    daemon.through = (sys.executable, "-c", WITHOUT_XFRM)
    daemon.start()
    for side, spi in ((LEFT, 0x1000), (RIGHT, 0x2000)):
        world.send(side, spi=spi, packets=20, rate=2000)
    daemon.fresh_metrics()
    assert "NETLINK_XFRM: Operation not permitted): SPIs are paired by IKE and timing" in log(daemon), log(daemon)
    assert children(world, daemon) == {("0x00001000", "0x00002000"): "timing"}


test_kernel_that_does_not_tell.needs = NEEDS
test_kernel_that_does_not_tell.modes = ("offload",)
