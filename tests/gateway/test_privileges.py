# SPDX-License-Identifier: GPL-2.0-or-later
"""What the daemon needs of root: CAP_NET_ADMIN, and nothing else."""

import os
import re
import subprocess

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT

NEEDS = (PROGRAM,)
NOBODY = 65534
NET_ADMIN = 1 << 12
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
NET_ADMIN_ALONE = ("--inh-caps=-all,+net_admin", "--ambient-caps=-all,+net_admin", "--bounding-set=-all,+net_admin")


def give_to_nobody(world, daemon):
    os.chmod(world.folder, 0o755)
    for folder, _, _ in os.walk(daemon.folder):
        os.chown(folder, NOBODY, NOBODY)


def status(process, name):
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return re.search(rf"^{name}:[ \t]*(.*)$", file.read(), re.M).group(1).split()


def processes(daemon):
    """The daemon's, and its keeper's."""
    with open(f"/proc/{daemon.main_process()}/task/{daemon.main_process()}/children", encoding="ascii") as file:
        return [daemon.main_process(), *file.read().split()]


def check(world, daemon):
    """Both processes are nobody's, with one capability that they cannot add to; and all works."""
    assert len(processes(daemon)) == 2
    for process in processes(daemon):
        assert set(status(process, "Uid") + status(process, "Gid")) == {str(NOBODY)}
        assert status(process, "Groups") == []
        for kind in ("CapPrm", "CapEff"):
            assert int(status(process, kind)[0], 16) == NET_ADMIN, f"{kind} of process {process}"
        assert status(process, "NoNewPrivs") == ["1"]
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert daemon.value("tunnel_encaps_packets_total", daemon.fresh_metrics(), **TUNNEL) == 100
    daemon.signal(1)
    daemon.fresh_metrics()
    daemon.stop()
    with open(daemon.log, encoding="utf-8") as file:
        words = file.read()
    assert "cannot" not in words and "not permitted" not in words, words


def test_as_another_user(world):
    """As the unit starts it: nobody, with CAP_NET_ADMIN alone."""
    world.silence()
    daemon = Daemon(world, role="terminating")
    give_to_nobody(world, daemon)
    daemon.through = (*AS_NOBODY, *NET_ADMIN_ALONE)
    check(world, daemon.start())


test_as_another_user.needs = NEEDS


def test_becomes_another_user(world):
    """Started by root with --user: it keeps what it opened before, among that the kernel's own counts of the queues."""
    world.silence()
    daemon = Daemon(world, role="terminating")
    give_to_nobody(world, daemon)
    daemon.options = ("--user", "nobody")
    daemon.start()
    assert daemon.total("queue_dropped_total") == 0 and "asaphase_queue_dropped_total" in daemon.metrics()
    check(world, daemon)


test_becomes_another_user.needs = NEEDS


def test_without_capability(world):
    """It says what is missing, for rules and for queues."""
    daemon = Daemon(world)
    give_to_nobody(world, daemon)
    for arguments in (("rules", "--install"), ()):
        done = subprocess.run(world.inside("gateway", *AS_NOBODY, "--bounding-set=-all", daemon.program(), *arguments, "--config",
                                           daemon.config), capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1 and "CAP_NET_ADMIN" in done.stderr, done.stderr


test_without_capability.needs = NEEDS
test_without_capability.modes = ("offload",)
