# SPDX-License-Identifier: GPL-2.0-or-later
"""What happens in a run, once both peers are there: each play takes the world, the peers by side and the scenario."""

import threading
import time

from world import OTHER_OUTER, SECOND_INNER, SIDES

# nftables expressions; IKE has four zero bytes where ESP has its SPI.
ESP = "@th,64,32 != 0 udp dport 4500"
IKE = "@th,64,32 0 udp dport 4500"


def _initiator(scenario, peers):
    return peers[scenario.initiator]


def _at_once(calls):
    threads = [threading.Thread(target=call, args=arguments) for call, *arguments in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def up(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    if world.family == 4:
        world.ping(scenario.initiator, 8, check=True)
    time.sleep(0.5)


def up_with_traffic(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    world.ping(scenario.initiator, 8, check=True)


def up_and_closed(world, peers, scenario):
    up(world, peers, scenario)
    _initiator(scenario, peers).terminate()


def refused(world, peers, scenario):
    del world
    if _initiator(scenario, peers).initiate(seconds=8):
        raise RuntimeError("came up, but should have been refused")
    time.sleep(0.5)


def refused_twice(world, peers, scenario):
    refused(world, peers, scenario)
    time.sleep(2)
    refused(world, peers, scenario)


def dropped(match):
    def play(world, peers, scenario):
        world.drop(match)
        if _initiator(scenario, peers).initiate(seconds=14):
            raise RuntimeError("came up although the path drops its packets")
    return play


def second_child_refused(world, peers, scenario):
    up(world, peers, scenario)
    if _initiator(scenario, peers).initiate("second", seconds=6):
        raise RuntimeError("the second child came up")
    world.ping(scenario.initiator, 4, check=True)


def second_child(world, peers, scenario):
    up(world, peers, scenario)
    _initiator(scenario, peers).initiate("second", seconds=6, check=True)
    world.ping(scenario.initiator, 6, check=True, inner=SECOND_INNER)
    world.ping(scenario.initiator, 4, check=True)


def rekey_refused(world, peers, scenario):
    up(world, peers, scenario)
    time.sleep(2)
    _initiator(scenario, peers).rekey()
    time.sleep(1)
    world.ping(scenario.initiator, 4)


def rekeyed(what, name, *more):
    def play(world, peers, scenario):
        up(world, peers, scenario)
        _initiator(scenario, peers).rekey(what, name, *more)
        time.sleep(1)
        world.ping(scenario.initiator, 8, check=True)
    return play


def churn(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    world.ping(scenario.initiator, 40, interval=0.6, check=True)


def one_way(from_side, after=0):
    """ESP from the other side is dropped on its way; IKE passes."""
    def play(world, peers, scenario):
        _initiator(scenario, peers).initiate(check=True)
        if after:
            world.ping(from_side, after, check=True)
        lost_from = world.outer(SIDES[1 - SIDES.index(from_side)])
        world.drop(f"ip saddr {lost_from} {ESP}")
        world.ping(from_side, 50)
    return play


def one_way_then_healed(world, peers, scenario):
    one_way("left", after=4)(world, peers, scenario)
    world.heal()
    world.ping("left", 8, check=True)


def dies(world, peers, scenario):
    up(world, peers, scenario)
    peers["right"].kill()
    time.sleep(16)


def later_success(change):
    def play(world, peers, scenario):
        refused(world, peers, scenario)
        _initiator(scenario, peers).terminate()  # IKEv1 would go on with the first attempt
        time.sleep(3)
        peers["right"].load(**change)
        up(world, peers, scenario)
    return play


def child_later(world, peers, scenario):
    refused(world, peers, scenario)
    time.sleep(1)
    peers["right"].load(local_net=None)
    up(world, peers, scenario)


def both_at_once(world, peers, scenario):
    del scenario
    _at_once([(peer.initiate,) for peer in peers.values()])
    world.ping("left", 8, check=True)


def both_rekey_at_once(what, name):
    """Each side's first copy is lost, so that both wait when the second copies meet."""
    def play(world, peers, scenario):
        up(world, peers, scenario)
        world.drop(IKE)
        _at_once([(peer.rekey, what, name) for peer in peers.values()])
        time.sleep(0.7)
        world.heal()
        time.sleep(4)
        world.ping(scenario.initiator, 8, check=True)
    return play


def idle(world, peers, scenario):
    del world
    _initiator(scenario, peers).initiate(check=True)
    time.sleep(40)


def idle_anew(world, peers, scenario):
    """Traffic, then a new IKE SA that carries none."""
    up_and_closed(world, peers, scenario)
    time.sleep(2)
    idle(world, peers, scenario)


def half_open_first(world, peers, scenario):
    """An attempt that stays half open, so that the next one is asked for a cookie."""
    world.drop("udp dport 4500")
    if _initiator(scenario, peers).initiate(seconds=3):
        raise RuntimeError("came up although the path drops its packets")
    _initiator(scenario, peers).terminate()
    world.heal()
    time.sleep(1)
    up(world, peers, scenario)


def behind_nat(then):
    def play(world, peers, scenario):
        world.masquerade()
        then(world, peers, scenario)
    return play


def dropped_at_first(match):
    def play(world, peers, scenario):
        world.drop(match)
        if _initiator(scenario, peers).initiate(seconds=5):
            raise RuntimeError("came up although the path drops its packets")
        world.heal()
        time.sleep(8)  # the next copy gets through
        world.ping(scenario.initiator, 8, check=True)
    return play


def dies_and_comes_back(world, peers, scenario):
    dies(world, peers, scenario)
    peers["right"].restart()
    up(world, peers, scenario)


def forgets(seconds):
    """The right restarts and knows nothing of the tunnel; the left goes on."""
    def play(world, peers, scenario):
        up(world, peers, scenario)
        peers["right"].restart()
        world.ping("left", seconds * 4)
    return play


def second_ike_sa(refused_by_right=False):
    def play(world, peers, scenario):
        up(world, peers, scenario)
        if _initiator(scenario, peers).initiate("second", seconds=6, check=not refused_by_right) and refused_by_right:
            raise RuntimeError("the second IKE SA came up")
        if not refused_by_right:
            world.ping(scenario.initiator, 6, check=True, inner=SECOND_INNER)
        world.ping(scenario.initiator, 6, check=True)
    return play


def rekeyed_under_load(world, peers, scenario):
    _initiator(scenario, peers).initiate(check=True)
    _at_once([(world.ping, "left", 40, 0.03, True), (world.ping, "right", 40, 0.03, True),
              (lambda: (time.sleep(0.3), peers["left"].rekey()),)])


def moves(world, peers, scenario):
    up(world, peers, scenario)
    world.lose_address("left")
    time.sleep(4)
    world.ping("left", 8, check=True)


def is_redirected(world, peers, scenario):
    up(world, peers, scenario)
    peers["right"].redirect(OTHER_OUTER["right"])
    time.sleep(2)
    world.ping("left", 8, check=True)


def lossy(percent):
    """The path loses part of the ESP that the left sends."""
    def play(world, peers, scenario):
        _initiator(scenario, peers).initiate(check=True)
        world.drop(f"ip saddr {world.outer('left')} {ESP} numgen random mod 100 < {percent}")
        world.ping("left", 70, interval=0.1)
    return play


def narrow_path(heeded):
    """Large packets do not fit the link behind the gateway, and the ICMP errors that say so may not reach the sender."""
    def play(world, peers, scenario):
        if not heeded:
            world.ignore_icmp_errors("left")
        up(world, peers, scenario)
        world.narrow(1280)
        answers = world.ping("left", 12, interval=0.5, size=1200)
        if (answers > 2) != heeded:
            raise RuntimeError(f"{answers} large packets were answered")
        world.ping("left", 4, check=True)
    return play
