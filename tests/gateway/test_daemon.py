# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon in both modes: exact counts, faults under load, floods, bad packets, exports."""

import os
import signal
import subprocess
import time

from daemon import PROGRAM, TUNNEL, Daemon, read_metrics, settle
from gateway_world import LEFT, OUTER, RIGHT, run, stop, wait_until
from test_rules import FORMS, arrived, expected

NEEDS = (PROGRAM,)


def test_counts_what_was_sent(world):
    """Each SPI's packets and bytes to the packet, four forms, both directions, two queues."""
    world.silence()
    daemon = Daemon(world).start()
    with world.receiving(RIGHT) as right, world.receiving(LEFT) as left:
        sent = [world.send(LEFT, spis=25, packets=400, lose=7, duplicate=9, rate=20000, **form) for form in FORMS]
        back = [world.send(RIGHT, spis=5, packets=100, rate=20000, **{**form, "spi": form["spi"] + 0x800})
                for form in FORMS]
    assert arrived(right) == expected(*sent) and arrived(left) == expected(*back), "packets were lost on the way"
    metrics = daemon.fresh_metrics()
    assert daemon.spis(metrics) == expected(*sent, *back)
    assert daemon.value("tunnel_encaps_packets_total", metrics, **TUNNEL) == sum(
        record["packets"] for report in sent[0::2] for record in report["spis"].values())
    if world.mode == "queue":
        for name, kind in (("lost", "asaphase_spi_lost_packets"), ("duplicate", "asaphase_spi_duplicate_packets_total")):
            exported = {labels["spi"]: value for labels, value in metrics[kind]}
            # The last number left out is not known to be missing: none came after it.
            for report in sent:
                for spi, record in report["spis"].items():
                    tail = name == "lost" and (record["next_sequence"] - 1) % 7 == 0
                    assert exported[spi] == record[name] - tail, f"{spi} {name}: {exported[spi]}, sent {record}"


test_counts_what_was_sent.needs = NEEDS


def test_counts_at_the_highest_rate(world):
    """As fast as the machine can without a packet uncounted: the rate is the figure."""
    world.silence()
    daemon = Daemon(world).start()
    first = 0x1000
    for rate in (0, 200000, 150000, 100000, 70000, 50000, 30000, 20000, 10000):
        with world.receiving(RIGHT) as received:
            sent = world.send(LEFT, spi=first, spis=32, packets=max(rate, 200000) // 32, rate=rate)
        settle()
        counts = {spi: count for spi, count in daemon.spis().items() if spi in sent["spis"]}
        assert received["total"]["packets"] == sent["packets"], "packets were lost on the way"
        if counts == expected(sent):
            world.figure(f"{sent['packets'] / sent['seconds']:.0f} packets/s, each counted")
            return
        first += 0x100
    raise AssertionError("at no rate was every packet counted")


test_counts_at_the_highest_rate.needs = NEEDS
test_counts_at_the_highest_rate.alone = True


def test_one_way_is_found_and_clears(world):
    """Traffic stops in one direction, then comes back; then the other direction."""
    world.silence()
    daemon = Daemon(world).start()
    spi = {LEFT: 0x1000, RIGHT: 0x2000}
    sequence = {LEFT: 1, RIGHT: 1}
    flows = {}

    def begin(side):
        flows[side] = world.begin_sending(side, spi=spi[side], rate=100, seconds=120, first_sequence=sequence[side])

    def end(side):
        sequence[side] += flows.pop(side).end()["packets"]

    def missing(direction):
        return daemon.value("tunnel_one_way", **TUNNEL, missing=direction) == 1

    begin(LEFT)
    begin(RIGHT)
    wait_until(lambda: (daemon.value("tunnel_decaps_packets_total", **TUNNEL) or 0) > 0, 15, "traffic both ways")
    for side, direction in ((RIGHT, "decaps"), (LEFT, "encaps")):
        time.sleep(4)
        assert not missing("encaps") and not missing("decaps"), "one-way while traffic goes both ways"
        end(side)
        found = wait_until(lambda: missing(direction), 10, f"{direction} found missing")  # pylint: disable=cell-var-from-loop
        begin(side)
        cleared = wait_until(lambda: not missing(direction), 10, f"{direction} back")  # pylint: disable=cell-var-from-loop
        world.figure(f"missing {direction} found after {found:.1f} s, cleared after {cleared:.1f} s")


test_one_way_is_found_and_clears.needs = NEEDS


def test_no_packet_is_lost_to_a_stalled_or_killed_daemon(world):
    """SIGSTOP for 5 s, SIGKILL, restart, SIGTERM, restart, all under load: received = sent."""
    world.silence()
    daemon = Daemon(world).start()
    with world.receiving(RIGHT) as received:
        load = world.begin_sending(LEFT, spi=0x1000, spis=8, rate=20000, seconds=20, packets=10**9)
        time.sleep(2)
        daemon.signal(signal.SIGSTOP)
        time.sleep(5)
        daemon.signal(signal.SIGCONT)
        time.sleep(2)
        daemon.kill()
        time.sleep(2)
        daemon.start()
        time.sleep(2)
        daemon.stop()
        time.sleep(1)
        daemon.start()
        sent = load.result()
    assert arrived(received) == expected(sent), "packets were lost"
    world.figure(f"{sent['packets']} packets sent, {received['total']['packets']} received")
    if world.mode == "offload":
        assert daemon.spis() == expected(sent), "packets went uncounted"


test_no_packet_is_lost_to_a_stalled_or_killed_daemon.needs = NEEDS


def test_nothing_goes_uncounted_while_the_daemon_is_dead(world):
    """SIGKILL for 30 s in the middle of traffic, old and new SPIs: counts equal to the packet."""
    world.silence()
    daemon = Daemon(world).start()
    with world.receiving(RIGHT) as received:
        load = world.begin_sending(LEFT, spi=0x1000, spis=20, rate=10000, seconds=45, packets=10**9)
        time.sleep(5)
        daemon.kill()
        rekeyed = world.begin_sending(LEFT, spi=0x2000, spis=20, rate=1000, seconds=10, packets=10**9)
        single = world.send(LEFT, spi=0x3000, spis=20, packets=1)
        time.sleep(30)
        daemon.start()
        reports = [load.result(), rekeyed.result(), single]
    assert arrived(received) == expected(*reports), "packets were lost"
    metrics = daemon.fresh_metrics()
    assert daemon.spis(metrics) == expected(*reports)
    total = sum(report["packets"] for report in reports)
    assert daemon.value("tunnel_encaps_packets_total", metrics, **TUNNEL) == total
    world.figure(f"{total} packets sent, each counted")


test_nothing_goes_uncounted_while_the_daemon_is_dead.modes = ("offload",)
test_nothing_goes_uncounted_while_the_daemon_is_dead.needs = NEEDS


def test_loss_is_told(world):
    """One packet in 10 is lost on the way. In queue mode all of it is told; in offload mode never more, and the rest as uncertain."""
    world.silence()
    daemon = Daemon(world, settings={"export interval": 2}).start()
    clean = world.begin_sending(RIGHT, spi=0x2000, rate=4000, seconds=25, packets=10**9)
    sent = world.send(LEFT, spi=0x1000, rate=4000, seconds=25, packets=10**9, lose=10)["spis"]["0x00001000"]
    clean.result()
    metrics = daemon.fresh_metrics()
    labels = {**TUNNEL, "direction": "encaps"}
    told = daemon.value("tunnel_lost_packets_total", metrics, **labels)
    uncertain = daemon.value("tunnel_lost_uncertain_packets", metrics, **labels) or 0
    world.figure(f"{sent['lost']} of {sent['packets'] + sent['lost']} lost, {told:.0f} told, {uncertain:.0f} uncertain")
    assert daemon.value("tunnel_lost_packets_total", metrics, **TUNNEL, direction="decaps") == 0
    # What was sent after the last sample is not known of.
    assert told <= sent["lost"] <= told + uncertain + (110 if world.mode == "offload" else 0)
    if world.mode == "offload":
        assert told >= sent["lost"] / 3


test_loss_is_told.needs = NEEDS


def flood(world, daemon, first, rate):
    """Invented SPIs for 17 s beside a real tunnel's. Returns what was sent of each."""
    with world.receiving(RIGHT) as received:
        real = world.begin_sending(LEFT, spi=first, spis=10, rate=min(2000, rate // 10), seconds=25, packets=10**9)
        time.sleep(2)
        invented = world.send(LEFT, source="198.51.100.7", random_spis=True, packets=rate * 17, rate=rate)
        sent = real.result()
    assert received["flood"]["packets"] == invented["packets"]
    counts = daemon.spis()
    return invented, sent, {spi: counts.get(spi) for spi in sent["spis"]}


def test_flood_of_spis(world):
    """A million packets of as many invented SPIs: memory bounded, nothing lost, a real tunnel counted to the packet.

    Fewer where the machine is too slow to look at all of them."""
    world.silence()
    daemon = Daemon(world, settings={"tunnels spis": 65536}).start()
    before, missed = daemon.resident(), 0
    for number, rate in enumerate((60000, 30000, 15000, 5000)):
        invented, sent, counts = flood(world, daemon, 0x1000 * (number + 1), rate)
        earlier, missed = missed, daemon.total("queue_missed_packets_total")
        grown = daemon.resident() - before
        assert grown < 64 * 1024, f"memory grew by {grown} KiB"
        if world.mode == "queue" and missed > earlier:
            continue
        assert counts == expected(sent)
        world.figure(f"{invented['packets']} invented SPIs in {invented['seconds']:.0f} s, {grown} KiB more memory")
        return
    raise AssertionError("at no rate was every packet looked at")


test_flood_of_spis.needs = NEEDS
test_flood_of_spis.alone = True


def test_bad_packets(world):
    """Truncated, fragmented and malformed packets are passed, and the daemon goes on counting the good ones."""
    world.silence()
    daemon = Daemon(world).start()
    for form in FORMS:
        world.send(LEFT, spi=0x7000, packets=3000, rate=10000, malformed=True,
                   **{key: value for key, value in form.items() if key != "spi"})
        world.send(LEFT, spi=0x7000, packets=100, rate=10000, truncated=True,
                   **{key: value for key, value in form.items() if key != "spi"})
    with world.receiving(RIGHT) as received:
        fragments = world.send(LEFT, spi=0x5000, spis=2, packets=100, rate=10000, fragments=True)
        sent = [world.send(LEFT, packets=100, rate=10000, **form) for form in FORMS]
    assert received["later_fragments"]["packets"] == fragments["packets"] / 2
    counts = daemon.spis()
    for spi, record in expected(*sent).items():
        assert counts[spi] == record
    assert counts["0x00005000"][0] == counts["0x00005001"][0] == 100
    daemon.stop()


test_bad_packets.needs = NEEDS


def test_rules_command_leaves_nothing_behind(world):
    """asaphased rules --install, then --remove: nftables and iptables are as they were."""
    before = world.ruleset()
    daemon = Daemon(world)
    printed = daemon.rules("--install")
    assert "table inet asaphase {" in printed
    assert "table inet asaphase" in world.ruleset()
    daemon.rules("--remove")
    assert world.ruleset() == before


test_rules_command_leaves_nothing_behind.needs = NEEDS


def test_node_exporter_serves_it(world):
    """promtool finds nothing to complain of, and a real node exporter serves the file."""
    world.silence()
    daemon = Daemon(world, settings={"peer paris local": OUTER[4][LEFT], "peer paris remote": OUTER[4][RIGHT],
                                     "peer silent local": OUTER[4][LEFT], "peer silent remote": "203.0.113.9"}).start()
    sent = world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    daemon.fresh_metrics()
    with open(daemon.textfile, encoding="utf-8") as file:
        checked = subprocess.run(["promtool", "check", "metrics"], stdin=file, capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and not checked.stdout + checked.stderr, checked.stdout + checked.stderr
    exporter = subprocess.Popen(world.inside("gateway", "prometheus-node-exporter", "--collector.disable-defaults",
                                             "--collector.textfile", "--web.listen-address=127.0.0.1:9100",
                                             f"--collector.textfile.directory={os.path.dirname(daemon.textfile)}"),
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    world.started.append(exporter)
    fetch = ("python3", "-c", "import urllib.request; "
                              "print(urllib.request.urlopen('http://127.0.0.1:9100/metrics').read().decode())")

    def served():
        page = subprocess.run(world.inside("gateway", *fetch), capture_output=True, text=True, check=False)
        return page.returncode == 0 and "asaphase_" in page.stdout

    wait_until(served, 20, "node exporter serves asaphase's metrics")
    text = "\n".join(line for line in run(*world.inside("gateway", *fetch)).splitlines() if "asaphase_" in line)
    metrics = read_metrics(text)
    encaps = {labels["remote"]: value for labels, value in metrics["asaphase_tunnel_encaps_packets_total"]}
    assert encaps[OUTER[4][RIGHT]] == sent["packets"]
    assert encaps["203.0.113.9"] == 0
    stop(exporter)


test_node_exporter_serves_it.needs = NEEDS
