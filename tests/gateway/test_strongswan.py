# SPDX-License-Identifier: GPL-2.0-or-later
"""A real strongSwan tunnel through the gateway."""

import time

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT, RIGHT, Skipped, wait_until
from peer import Peer  # from tests/lab
from test_xfrm import ASAPHASE, add_esp, children

NO_FLOOD = 0xffffffff  # each SPI is counted


def test_strongswan_tunnel(world):
    """IKE is seen to come up, UDP-encapsulated ESP is counted to the packet, and a rekey loses no count."""
    daemon = Daemon(world).start()
    peers = {side: Peer(world, side).start() for side in (LEFT, RIGHT)}
    world.started += [peer.charon for peer in peers.values()]
    with world.receiving(RIGHT, flood_spi=NO_FLOOD) as right, world.receiving(LEFT, flood_spi=NO_FLOOD) as left:
        peers[LEFT].initiate(check=True)
        answers = world.ping(LEFT, 20, interval=0.1, check=True)
        peers[LEFT].rekey()
        time.sleep(1)
        answers += world.ping(LEFT, 20, interval=0.1, check=True)
    metrics = daemon.fresh_metrics()
    there = {spi: (count["packets"], count["bytes"]) for spi, count in right["spis"].items()}
    back = {spi: (count["packets"], count["bytes"]) for spi, count in left["spis"].items()}
    assert len(there) == 2 and len(back) == 2, "there was no rekey"
    assert daemon.spis(metrics) == {**there, **back}
    for direction, counts in (("encaps", there), ("decaps", back)):
        assert daemon.value(f"tunnel_{direction}_packets_total", metrics, **TUNNEL) == sum(
            packets for packets, _ in counts.values())
    assert daemon.value("tunnel_ike_up", metrics, **TUNNEL) == 1
    for missing in ("encaps", "decaps"):
        assert not daemon.value("tunnel_one_way", metrics, **TUNNEL, missing=missing)
    world.figure(f"{answers} pings, {sum(p for p, _ in there.values())} and {sum(p for p, _ in back.values())} ESP packets")


test_strongswan_tunnel.needs = (PROGRAM,)


def test_wrong_key_is_named(world):
    """A wrong pre-shared key shows as a failure of phase 1, and a right one after it as a tunnel that is up."""
    daemon = Daemon(world).start()
    peers = {side: Peer(world, side, psk="right" if side == RIGHT else "wrong").start() for side in (LEFT, RIGHT)}
    world.started += [peer.charon for peer in peers.values()]
    peers[LEFT].initiate(seconds=3)
    wait_until(lambda: daemon.value("ike_failures_total", **TUNNEL, cause="psk-mismatch") == 1, 10, "psk-mismatch")
    assert daemon.value("tunnel_ike_up", **TUNNEL) == 0
    peers[LEFT].load(psk="right")
    peers[LEFT].initiate(check=True)
    wait_until(lambda: daemon.value("tunnel_ike_up", **TUNNEL) == 1, 10, "tunnel up")


test_wrong_key_is_named.needs = (PROGRAM,)


def test_strongswan_with_the_kernels_esp(world):
    """On the gateway where the tunnel ends, each of three rekeys leaves one pair of SPIs, which the kernel told."""
    if not add_esp(world, "gateway", LEFT, "0xffff", 1):
        raise Skipped("this kernel has no ESP")
    daemon = Daemon(world, place=RIGHT, role="terminating").start()
    peers = {side: Peer(world, side, esp_in_user_space=False, retransmit_timeout=10).start() for side in (LEFT, RIGHT)}
    world.started += [peer.charon for peer in peers.values()]
    # Machines that emulate another are slow.
    peers[LEFT].initiate(check=True, seconds=60)
    pairs = set()
    for rekey in range(4):
        if rekey:
            peers[LEFT if rekey % 2 else RIGHT].rekey()
        wait_until(lambda: world.ping(LEFT, 10, interval=0.1) and all(  # pylint: disable=cell-var-from-loop
            spi for pair in children(world, daemon) for spi in pair) and len(children(world, daemon)) > rekey, 60, "a new child")
        daemon.fresh_metrics()
        known = children(world, daemon)
        assert set(known.values()) == {"xfrm"}, known
        assert len(known) == rekey + 1 and set(known) > pairs, f"{known} after {pairs}"
        pairs = set(known)
    for spis in zip(*pairs):
        assert len(set(spis)) == 4 and None not in spis, pairs
    world.figure(f"{len(pairs)} pairs: " + " ".join(f"{out}/{back}" for out, back in sorted(pairs)))


test_strongswan_with_the_kernels_esp.needs = (PROGRAM, ASAPHASE)
test_strongswan_with_the_kernels_esp.modes = ("offload",)
