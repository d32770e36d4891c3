# SPDX-License-Identifier: GPL-2.0-or-later
"""The rules and the reader of their sets, without the daemon: nobody reads the queues here."""

import json
import subprocess
import time

from gateway_world import LEFT, OUTER, RIGHT, run, stop, wait_until

FORMS = ({"spi": 0x1000}, {"spi": 0x2000, "family": 6}, {"spi": 0x3000, "udp": "4500:4500"},
         {"spi": 0x4000, "family": 6, "udp": "61000:4500"})
# The kernel tells times in ticks, 10 ms at most.
TICK = 0.02


def expected(*reports):
    return {spi: (record["packets"], record["bytes"]) for report in reports for spi, record in report["spis"].items()}


def arrived(received):
    return {spi: (count["packets"], count["bytes"]) for spi, count in received["spis"].items()}


def test_kernel_counts_what_was_sent(world):
    """Each SPI's packets and bytes, for ESP and UDP-encapsulated ESP over IPv4 and IPv6, in both directions."""
    world.silence()
    world.read_sets("install", world.mode, "transit")
    with world.receiving(RIGHT) as right, world.receiving(LEFT) as left:
        sent = [world.send(LEFT, spis=50, packets=400, rate=20000, lose=7, duplicate=9, **form) for form in FORMS]
        back = [world.send(RIGHT, spis=5, packets=100, rate=20000, **{**form, "spi": form["spi"] + 0x800}) for form in FORMS]
    assert arrived(right) == expected(*sent), "packets were lost on the way"
    assert arrived(left) == expected(*back), "packets were lost on the way back"
    counts, uncounted = world.kernel_counts()
    assert counts == expected(*sent, *back)
    assert uncounted == 0


test_kernel_counts_what_was_sent.modes = ("offload",)


def test_reader_tells_only_what_is_new(world):
    """A second read tells what came since the first, and only SPIs that had something."""
    world.silence()
    world.read_sets("install", "offload", "transit")
    world.send(LEFT, spi=0x1000, spis=10, packets=100)
    before = time.time()
    reader = world.begin_reading(2, "line")
    first = json.loads(reader.stdout.readline())
    world.send(LEFT, spi=0x1002, spis=1, packets=70, first_sequence=101)
    after = time.time()
    second = json.loads(reader.communicate("\n", timeout=60)[0])
    assert {item["spi"]: item["packets"] for item in first["told"]} == {f"0x{0x1000 + i:08x}": 100 for i in range(10)}
    assert [(item["spi"], item["packets"], item["first"]) for item in second["told"]] == [("0x00001002", 70, False)]
    last = second["told"][0]["last"]
    assert before - TICK <= last <= after + TICK, f"its last packet is said to be of {last}, read and sent from {before} to {after}"


test_reader_tells_only_what_is_new.modes = ("offload",)


def test_reinstalling_keeps_counts(world):
    """The same rules again go on from their counts; other rules start anew."""
    world.silence()
    assert world.read_sets("install", "offload", "transit").strip() == "new"
    world.send(LEFT, spi=0x1000, spis=10, packets=100)
    assert world.read_sets("install", "offload", "transit").strip() == "kept"
    world.send(LEFT, spi=0x1000, spis=10, packets=100, first_sequence=101)
    counts, _ = world.kernel_counts()
    assert counts == {f"0x{0x1000 + i:08x}": (200, 200 * 92) for i in range(10)}
    assert world.read_sets("install", "offload", "terminating").strip() == "new"
    assert world.kernel_counts() == ({}, 0)


test_reinstalling_keeps_counts.modes = ("offload",)


def test_totals_never_go_back(world):
    """An element that the kernel lost and made anew starts at nought; what is told goes on."""
    world.silence()
    world.read_sets("install", "offload", "transit")
    world.send(LEFT, spi=0x1000, spis=2, packets=100)
    reader = world.begin_reading(2, "line")
    first = json.loads(reader.stdout.readline())
    run(*world.inside("gateway", "nft", "delete element inet asaphase esp_ipv4 { "
                                        f"{OUTER[4][LEFT]} . {OUTER[4][RIGHT]} . {0x1000} }}"))
    world.send(LEFT, spi=0x1000, spis=2, packets=30, first_sequence=101)
    second = json.loads(reader.communicate("\n", timeout=60)[0])
    assert {item["spi"]: item["packets"] for item in first["told"]} == {"0x00001000": 100, "0x00001001": 100}
    assert {item["spi"]: item["packets"] for item in second["told"]} == {"0x00001000": 30, "0x00001001": 30}


test_totals_never_go_back.modes = ("offload",)


def test_readings_amid_changes_tell_each_packet_once(world):
    """New SPIs come and others change their rules, without a pause, while sets are read. A disturbed reading may tell later."""
    world.silence()
    world.read_sets("install", "offload", "transit")
    load = world.begin_sending(LEFT, spi=0x1000, spis=15000, packets=10**9, rate=10000, seconds=8)
    changes = subprocess.Popen(["yes", "add table inet theirs; delete table inet theirs"], stdout=subprocess.PIPE)
    others = subprocess.Popen(world.inside("gateway", "sh", "-c", "exec nft -i >/dev/null"), stdin=changes.stdout)
    world.started += [changes, others]
    reader = world.begin_reading(60, 0.2)
    sent = load.result()
    told, disturbed = {}, 0
    for line in reader.communicate(timeout=60)[0].splitlines():
        reading = json.loads(line)
        disturbed += reading["disturbed"]
        for item in reading["told"]:
            told[item["spi"]] = told.get(item["spi"], 0) + item["packets"]
    stop(changes)
    stop(others)
    assert told == {spi: packets for spi, (packets, _) in expected(sent).items()}
    world.figure(f"{sent['packets']} packets of {len(told)} SPIs, {disturbed} of 60 readings said to be disturbed")


test_readings_amid_changes_tell_each_packet_once.modes = ("offload",)


def test_removing_rules_leaves_nothing_behind(world):
    """All of nftables and iptables is as it was, next to the rules of others."""
    run(*world.inside("gateway", "iptables", "-A", "FORWARD", "-s", "192.0.2.1", "-j", "DROP"))
    run(*world.inside("gateway", "nft", "add table inet theirs; add chain inet theirs raw "
                                        "{ type filter hook prerouting priority raw; }; "
                                        "add rule inet theirs raw ip saddr 192.0.2.2 counter drop"))
    before = world.ruleset()
    for role in ("terminating", "transit"):
        world.read_sets("install", world.mode, role)
        assert "table inet asaphase" in world.ruleset()
        world.read_sets("remove")
        assert world.ruleset() == before
    world.read_sets("remove")  # there is nothing: no complaint


def test_each_wire_packet_is_seen_once_in_every_role(world):
    """Transit, arriving at the gateway itself, and made by the gateway itself."""
    world.silence()
    world.read_sets("install", "offload", "terminating")
    transit = world.send(LEFT, spi=0x1000, packets=100)
    gateway_address = run(*world.inside("gateway", "ip", "-4", "-o", "addr", "show", "left")).split()[3].split("/")[0]
    run(*world.inside("gateway", "python3", "-c", SEND_ESP, OUTER[4][RIGHT], "0x3000", "100"))
    run(*world.inside(LEFT, "python3", "-c", SEND_ESP, gateway_address, "0x4000", "100"))
    run(*world.inside("gateway", "python3", "-c", SEND_ESP, "127.0.0.1", "0x5000", "100"))  # on no wire
    counts, _ = world.kernel_counts()
    assert counts["0x00001000"] == (transit["packets"], transit["bytes"])
    assert {spi: counts[spi][0] for spi in counts} == {"0x00001000": 100, "0x00003000": 100, "0x00004000": 100}


SEND_ESP = """
import socket, struct, sys
esp = socket.socket(socket.AF_INET, socket.SOCK_RAW, 50)
for number in range(int(sys.argv[3])):
    esp.sendto(struct.pack("!II", int(sys.argv[2], 0), number + 1) + bytes(64), (sys.argv[1], 0))
"""
test_each_wire_packet_is_seen_once_in_every_role.modes = ("offload",)


def test_flood_of_spis_is_bounded(world):
    """A million packets of as many invented SPIs: a live tunnel stays counted, and the sets stay within their allowance."""
    world.silence()
    capacity = 65536
    world.read_sets("install", "offload", "transit", capacity)
    world.send(LEFT, spi=0x1000, spis=20, packets=10)
    with world.receiving(RIGHT) as received:
        live = world.begin_sending(LEFT, spi=0x1000, spis=20, packets=2000, first_sequence=11, rate=8000)
        flood = world.send(LEFT, source="198.51.100.7", random_spis=True, packets=1000000)
        tunnel = live.result()
    run(*world.inside("gateway", "true"))
    counts, uncounted = world.kernel_counts()
    admitted = sum(packets for spi, (packets, _) in counts.items() if int(spi, 16) >= 0x10000000)
    assert received["flood"]["packets"] == flood["packets"], "the flood itself is forwarded like anything else"
    for spi, record in tunnel["spis"].items():
        assert counts[spi][0] == record["packets"] + 10, f"{spi} was not counted to the packet"
    assert admitted + uncounted == flood["packets"], "a packet is neither counted nor said to be uncounted"
    # A quarter at once, and capacity / 512 each second: see rules_print.c.
    seconds = flood["seconds"] + 2
    assert admitted <= capacity / 4 + seconds * capacity / 512 + 1, f"{admitted} invented SPIs were admitted"
    world.figure(f"{admitted} of {flood['packets']} invented SPIs admitted, {uncounted} packets said to be uncounted")


test_flood_of_spis_is_bounded.modes = ("offload",)
test_flood_of_spis_is_bounded.alone = True


def test_probation_ends(world):
    """An SPI of one packet leaves after a minute; one of two packets stays."""
    world.silence()
    world.read_sets("install", "offload", "transit")
    world.send(LEFT, spi=0x1000, spis=3, packets=1)
    world.send(LEFT, spi=0x2000, spis=3, packets=2)
    time.sleep(62)
    counts, _ = world.kernel_counts()
    assert sorted(counts) == [f"0x{0x2000 + i:08x}" for i in range(3)]
    world.send(LEFT, spi=0x1000, spis=3, packets=1, first_sequence=2)
    counts, _ = world.kernel_counts()
    assert len(counts) == 6


test_probation_ends.modes = ("offload",)


def test_odd_packets_are_passed_and_counted_once(world):
    """Fragments count as the ESP packet they make; packets without an ESP header do not count; garbage is passed."""
    world.silence()
    world.read_sets("install", "offload", "transit")
    with world.receiving(RIGHT) as received:
        fragments = world.send(LEFT, spi=0x1000, spis=2, packets=100, fragments=True)
        world.send(LEFT, spi=0x2000, packets=100, truncated=True)
        world.send(LEFT, spi=0x3000, packets=100, truncated=True, udp="4500:4500")
        world.send(LEFT, spi=0x4000, packets=100, truncated=True, family=6)
    counts, _ = world.kernel_counts()
    assert {spi: packets for spi, (packets, _) in counts.items()} == {"0x00001000": 100, "0x00001001": 100}, counts
    assert received["later_fragments"]["packets"] == fragments["packets"] / 2
    for form in ({}, {"udp": "4500:4500"}, {"family": 6}):
        world.send(LEFT, spi=0x5000, packets=20000, malformed=True, **form)
    world.read_sets("read")


test_odd_packets_are_passed_and_counted_once.modes = ("offload",)


def test_hundred_thousand_spis_are_read(world):
    """None is missing in a whole read. The CPU time of one of which all is new, and of one of which nothing is, is a figure."""
    world.silence()
    world.read_sets("install", "offload", "transit", 2 * 262144)
    times = {}

    # While the kernel still makes its table larger, one dump may pass some elements by; the next has them. And what a busy machine
    # loses on the way is sent again.
    def all_are_read():
        world.send(LEFT, spi=0x1000, spis=100000, packets=2)
        times.update(json.loads(world.read_sets("time")))
        return times["spis"] == 100000

    wait_until(all_are_read, 60, lambda: f"100,000 SPIs, not {times}")
    world.figure(f"100,000 SPIs in {times['first']:.2f} s of CPU when all are new, {times['again']:.2f} s after that")


test_hundred_thousand_spis_are_read.modes = ("offload",)
test_hundred_thousand_spis_are_read.alone = True
