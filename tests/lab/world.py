# SPDX-License-Identifier: GPL-2.0-or-later
"""Three network namespaces, left - gateway - right, and what happens on the path between them."""

import os
import subprocess
import time

SIDES = ("left", "right")
OUTER = {4: {"left": "10.1.0.1", "right": "10.2.0.1"}, 6: {"left": "fd00:1::1", "right": "fd00:2::1"}}
ROUTER = {4: {"left": "10.1.0.254", "right": "10.2.0.254"}, 6: {"left": "fd00:1::fe", "right": "fd00:2::fe"}}
# A second address for those who move, and a second gateway for those who are sent there.
OTHER_OUTER = {"left": "10.1.0.2", "right": "10.2.0.2"}
INNER = {"left": "192.168.1.1", "right": "192.168.2.1"}
INNER_NET = {"left": "192.168.1.0/24", "right": "192.168.2.0/24"}
SECOND_INNER = {"left": "192.168.101.1", "right": "192.168.102.1"}
SECOND_NET = {"left": "192.168.101.0/24", "right": "192.168.102.0/24"}
# Only a first fragment shows its ports: the later ones are kept whatever they belong to.
CAPTURE_FILTER = ("udp port 500 or udp port 4500 or udp portrange 5500-5501 or esp or icmp[icmptype] == 3 or "
                  "ip[6:2] & 0x1fff != 0 or ip6 proto 44 or (icmp6 and (ip6[40] == 1 or ip6[40] == 2))")
STOP_SECONDS = 5


def run(*command, check=True):
    """Runs a command to its end, bounded; raises with what it printed when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def stop(process):
    """Ends a process that we started; kills it when it does not listen."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)


class World:
    """The namespaces of one run. Use as a context manager: everything is taken down at the end, also on failure."""

    def __init__(self, family, folder):
        self.family = family
        self.folder = folder
        self.prefix = f"asalab{os.getpid()}"
        self.tcpdump = None

    def namespace(self, name):
        return f"{self.prefix}{name}"

    def inside(self, name, *command):
        return ("ip", "netns", "exec", self.namespace(name), *command)

    def __enter__(self):
        for name in ("left", "gateway", "right"):
            run("ip", "netns", "add", self.namespace(name))
            run("ip", "-n", self.namespace(name), "link", "set", "lo", "up")
        for side in SIDES:
            self._connect(side)
        run(*self.inside("gateway", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
        time.sleep(0.2)
        return self

    def __exit__(self, *_):
        if self.tcpdump is not None:
            stop(self.tcpdump)
        for name in ("left", "gateway", "right"):
            run("ip", "netns", "del", self.namespace(name), check=False)

    def _connect(self, side):
        own, gateway = self.namespace(side), self.namespace("gateway")
        run("ip", "link", "add", "wan", "netns", own, "type", "veth", "peer", "name", side, "netns", gateway)
        for family, length in ((4, "24"), (6, "64")):
            quick = () if family == 4 else ("nodad",)
            run("ip", "-n", own, "addr", "add", f"{OUTER[family][side]}/{length}", "dev", "wan", *quick)
            run("ip", "-n", gateway, "addr", "add", f"{ROUTER[family][side]}/{length}", "dev", side, *quick)
        run("ip", "-n", own, "addr", "add", f"{OTHER_OUTER[side]}/24", "dev", "wan")
        for inner in (INNER, SECOND_INNER):
            run("ip", "-n", own, "addr", "add", f"{inner[side]}/32", "dev", "lo")
        run("ip", "-n", own, "link", "set", "wan", "up")
        run("ip", "-n", gateway, "link", "set", side, "up")
        run("ip", "-n", own, "route", "add", "default", "via", ROUTER[4][side])
        run("ip", "-n", own, "-6", "route", "add", "default", "via", ROUTER[6][side])

    def outer(self, side):
        return OUTER[self.family][side]

    def capture(self, side):
        """Captures what passes the gateway on the link to this side, until the end."""
        path = os.path.join(self.folder, "capture.pcap")
        command = self.inside("gateway", "tcpdump", "--immediate-mode", "-U", "-Z", "root", "-i", side, "-w", path,
                              CAPTURE_FILTER)
        self.tcpdump = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(1)
        return path

    def end_capture(self):
        time.sleep(0.3)
        stop(self.tcpdump)

    def _load(self, namespace, table, chain):
        run(*self.inside(namespace, "nft", f"table inet {table} {{ chain {table} {{ {chain} }}; }}"))

    def drop(self, match):
        """From now on the gateway drops what matches, an nftables expression; forwarding only, so captures see it arrive."""
        self._load("gateway", "faults", f"type filter hook forward priority 0; {match} drop;")

    def heal(self):
        run(*self.inside("gateway", "nft", "delete", "table", "inet", "faults"), check=False)

    def masquerade(self):
        """The gateway hides the left behind its own address and ports of its own choice."""
        self._load("gateway", "translation", "type nat hook postrouting priority 100; oifname right meta l4proto udp "
                   "masquerade to :20000-30000 random;")

    def narrow(self, mtu):
        """The gateway sends packets of no more than so many bytes to the right."""
        run("ip", "-n", self.namespace("gateway"), "route", "change", "10.2.0.0/24", "dev", "right", "mtu", str(mtu))

    def ignore_icmp_errors(self, side):
        """A firewall on this side drops the ICMP errors that its own path sends it."""
        self._load(side, "deafness", "type filter hook input priority 0; "
                   "icmp type destination-unreachable drop;")

    def lose_address(self, side):
        """This side's first outer address is gone; the other one is left."""
        own = self.namespace(side)
        run("ip", "-n", own, "addr", "del", f"{OUTER[4][side]}/24", "dev", "wan")
        run("ip", "-n", own, "addr", "replace", f"{OTHER_OUTER[side]}/24", "dev", "wan")
        run("ip", "-n", own, "route", "replace", "default", "via", ROUTER[4][side])

    def ping(self, side, count, interval=0.25, check=False, inner=INNER, size=56):
        """Interesting traffic from this side's inner address to the other's. Returns how many answers came."""
        other = SIDES[1 - SIDES.index(side)]
        done = subprocess.run(self.inside(side, "ping", "-q", "-W", "1", "-i", str(interval), "-c", str(count), "-s",
                                          str(size), "-I", inner[side], inner[other]),
                              capture_output=True, text=True, timeout=count * interval + 30, check=False)
        received = [word for word in done.stdout.split(",") if "received" in word]
        answers = int(received[0].split()[0]) if received else 0
        if check and answers == 0:
            raise RuntimeError("no answer to ping through the tunnel")
        return answers
