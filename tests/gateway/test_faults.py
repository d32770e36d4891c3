# SPDX-License-Identifier: GPL-2.0-or-later
"""What goes wrong around the daemon: each time it says so, and nothing is lost that could be kept."""

import glob
import os
import signal
import stat
import subprocess
import time

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT, RIGHT, run, wait_until
from test_rules import arrived, expected

NEEDS = (PROGRAM,)


def log(daemon):
    with open(daemon.log, encoding="utf-8") as file:
        return file.read()


def wait_for_word(daemon, words, seconds=15):
    wait_until(lambda: words in log(daemon), seconds, f"'{words}' in the log")


def encaps(daemon, metrics=None):
    return daemon.value("tunnel_encaps_packets_total", metrics or daemon.fresh_metrics(), **TUNNEL)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class SmallDisk:
    """A file system of 256 KiB, for the daemon's state and metrics."""

    def __init__(self, world):
        self.folder = os.path.join(world.folder, "disk")
        self.filler = os.path.join(self.folder, "filler")
        self.settings = {"state file": os.path.join(self.folder, "state"), "export textfile": os.path.join(self.folder, "a.prom")}

    def __enter__(self):
        os.makedirs(self.folder)
        run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", self.folder)
        return self

    def __exit__(self, *exception):
        run("umount", "--lazy", self.folder)

    def begin(self, world):
        daemon = Daemon(world, settings=self.settings)
        daemon.textfile = self.settings["export textfile"]
        return daemon.start()

    def fill(self):
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 4096)
            except OSError:
                pass

    def make_read_only(self, read_only):
        run("mount", "-o", "remount,ro" if read_only else "remount,rw", self.folder)


def check_unwritable(world, disk, daemon, break_it, mend_it, reason):
    """While the folder cannot be written, counting goes on, and the last files stay whole; afterwards all is there."""
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    break_it()
    time.sleep(0.1)
    before = {path: read(path) for path in disk.settings.values()}
    world.send(LEFT, spi=0x1000, packets=100, first_sequence=101, rate=5000)
    for path in disk.settings.values():
        wait_for_word(daemon, f"{path}: cannot be written: {reason}; counting goes on, it is tried again")
    time.sleep(3)
    assert {path: read(path) for path in disk.settings.values()} == before
    assert not [name for name in os.listdir(disk.folder) if name.startswith(".")], "a half-written file is left behind"
    assert log(daemon).count("cannot be written") == 2, "said once for each file, not each second"
    mend_it()
    for path in disk.settings.values():
        wait_for_word(daemon, f"{path}: can be written again")
    assert encaps(daemon) == 200
    daemon.kill()
    daemon.start()
    assert encaps(daemon) == 200


def test_full_disk(world):
    """No room for state and metrics."""
    world.silence()
    with SmallDisk(world) as disk:
        daemon = disk.begin(world)
        check_unwritable(world, disk, daemon, disk.fill, lambda: os.remove(disk.filler), "No space left on device")


test_full_disk.needs = NEEDS


def test_read_only_folder(world):
    """State and metrics on a file system that has become read-only; also when the daemon starts."""
    world.silence()
    with SmallDisk(world) as disk:
        daemon = disk.begin(world)
        check_unwritable(world, disk, daemon, lambda: disk.make_read_only(True), lambda: disk.make_read_only(False),
                         "Read-only file system")
        daemon.stop()
        disk.make_read_only(True)
        with open(daemon.log, "a", encoding="utf-8") as errors:
            # In this mount namespace: one made while the disk is read-only would keep it so.
            daemon.process = subprocess.Popen(("nsenter", f"--net=/run/netns/{world.namespace('gateway')}", daemon.program(),
                                               "--config", daemon.config), stderr=errors)
        world.started.append(daemon.process)
        wait_until(lambda: log(daemon).count("cannot be written") == 4, 10, "said at the start, too")
        world.send(LEFT, spi=0x1000, packets=100, first_sequence=201, rate=5000)
        time.sleep(2)
        disk.make_read_only(False)
        assert encaps(daemon) == 300, "totals were read, and counting went on"
        daemon.stop()


test_read_only_folder.needs = NEEDS
test_read_only_folder.modes = ("offload",)


def test_killed_while_writing(world):
    """What is left of a file that was being written is swept away; the file before it holds."""
    world.silence()
    daemon = Daemon(world).start()
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    daemon.kill()
    halves = [os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.new")
              for path in (daemon.textfile, daemon.settings["state file"])]
    for half in halves:
        with open(half, "wb") as file:
            file.write(read(daemon.settings["state file"])[:40])
    daemon.start()
    assert encaps(daemon) == 100
    assert not [half for half in halves if os.path.exists(half)]
    daemon.stop()


test_killed_while_writing.needs = NEEDS


def test_damaged_state(world):
    """It is set aside whole, also a second one; the daemon starts anew with what the kernel still has."""
    world.silence()
    daemon = Daemon(world).start()
    state = daemon.settings["state file"]
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    kept = []
    for damage in (lambda good: good.replace(b"tunnel 10.", b"tunnel 11."), lambda good: good[:-7], lambda good: b"\0" * 5000):
        daemon.stop()
        kept.append(damage(read(state)))
        with open(state, "wb") as file:
            file.write(kept[-1])
        daemon.start()
        daemon.fresh_metrics()
    assert sorted(read(path) for path in glob.glob(state + ".damaged*")) == sorted(kept)
    assert log(daemon).count("set aside as") == 3
    assert log(daemon).count("the checksum does not fit: the file is damaged") == 3
    # In queue mode nobody else has counted.
    assert (encaps(daemon) or 0) == (100 if world.mode == "offload" else 0)


test_damaged_state.needs = NEEDS


def test_two_daemons(world):
    """The second says who is there and ends; with a socket of its own it finds the state in use, and with a state of its own the
    queues taken. The first does not notice."""
    world.silence()
    daemon = Daemon(world).start()
    ask = world.inside("gateway", daemon.program(), "--config")
    second = subprocess.run([*ask, daemon.config], capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode == 1
    assert f"another asaphased runs (process {daemon.main_process()}): it holds {daemon.settings['socket path']}.lock" in second.stderr
    other = os.path.join(world.folder, "second.conf")
    state = daemon.settings["state file"]
    for file_name, words in ((state, f"(process {daemon.main_process()}): it holds {state}.lock"), ("", "queue 0")):
        with open(other, "w", encoding="ascii") as file:
            file.write(f"[daemon]\nmode={world.mode}\n[export]\ntextfile=\n[state]\nfile={file_name}\n"
                       f"[socket]\npath={world.folder}/second.sock\n")
        second = subprocess.run([*ask, other], capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1 and words in second.stderr, second.stderr
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    daemon.stop()


test_two_daemons.needs = NEEDS


def test_rules_removed_under_it(world):
    """It says so, and so does its coming back; what was counted before and after adds up."""
    world.silence()
    daemon = Daemon(world).start()
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    daemon.rules("--remove")
    if world.mode == "offload":
        wait_for_word(daemon, "the rules are not installed, so nothing is counted: asaphased rules --install")
    world.send(LEFT, spi=0x1000, packets=100, first_sequence=101, rate=5000)
    assert encaps(daemon) == 100, "nobody counts these"
    daemon.rules("--install")
    if world.mode == "offload":
        wait_for_word(daemon, "the kernel's counters can be read again")
    world.send(LEFT, spi=0x1000, packets=50, first_sequence=201, rate=5000)
    world.send(LEFT, spi=0x1001, packets=50, rate=5000)
    assert encaps(daemon) == 200
    daemon.kill()
    daemon.start()
    assert encaps(daemon) == 200


test_rules_removed_under_it.needs = NEEDS


def test_sets_flushed(world):
    """Somebody empties the kernel's sets: totals keep what was read, and go on from there.

    An SPI that counts more within a second after that than in all its life before would hide it."""
    world.silence()
    daemon = Daemon(world).start()
    world.send(LEFT, spi=0x1000, spis=2, packets=100, rate=5000)
    assert encaps(daemon) == 200
    listed = run(*world.inside("gateway", "nft", "-t", "list", "table", "inet", "asaphase"))
    sets = [line.split()[1] for line in listed.splitlines() if line.strip().startswith("set ")]
    assert sets
    for name in sets:
        run(*world.inside("gateway", "nft", "flush", "set", "inet", "asaphase", name))
    world.send(LEFT, spi=0x1000, packets=40, first_sequence=101, rate=5000)
    world.send(LEFT, spi=0x1001, packets=60, first_sequence=101, rate=5000)
    assert encaps(daemon) == 300
    # All rules of the machine at once.
    run(*world.inside("gateway", "nft", "flush", "ruleset"))
    wait_for_word(daemon, "the rules are not installed, so nothing is counted")
    daemon.rules("--install")
    wait_for_word(daemon, "the kernel's counters can be read again")
    world.send(LEFT, spi=0x1000, packets=60, first_sequence=141, rate=5000)
    assert encaps(daemon) == 360


test_sets_flushed.needs = NEEDS
test_sets_flushed.modes = ("offload",)


def test_overrun(world):
    """More packets than a small buffer holds, while the daemon stands still for moments: none is lost, and each that it does not
    count it tells as missed."""
    world.silence()
    daemon = Daemon(world, settings={"queues receive-buffer": 1}).start()
    with world.receiving(RIGHT) as received:
        load = world.begin_sending(LEFT, spi=0x1000, spis=8, rate=20000, seconds=8, packets=10**9)
        for _ in range(4):
            time.sleep(1)
            daemon.signal(signal.SIGSTOP)
            time.sleep(0.5)
            daemon.signal(signal.SIGCONT)
        sent = load.result()
    assert arrived(received) == expected(sent), "packets were lost"
    wait_for_word(daemon, "packets passed the queues without being looked at")
    wait_for_word(daemon, "[queues] receive-buffer is 1 MiB")
    metrics = daemon.fresh_metrics()
    counted, missed = encaps(daemon, metrics), daemon.total("queue_missed_packets_total", metrics)
    assert missed > 0 and counted + missed == sent["packets"], f"{counted} counted, {missed} missed, {sent['packets']} sent"
    world.figure(f"{sent['packets']} sent and received, {counted:.0f} counted, {missed:.0f} told as missed")


test_overrun.needs = NEEDS
test_overrun.modes = ("queue",)


def test_links_in_its_folders(world):
    """Links where its files belong: what they point to is not touched, and nothing of its own can be written by others."""
    world.silence()
    victim = os.path.join(world.folder, "victim")
    with open(victim, "w", encoding="ascii") as file:
        file.write("precious\n")
    os.chmod(victim, 0o600)
    os.chown(victim, 1, 1)
    daemon = Daemon(world)
    paths = [daemon.textfile, daemon.settings["state file"], daemon.settings["socket path"]]
    for path in paths:
        if path != daemon.settings["state file"]:
            os.symlink(victim, path)
        os.symlink(victim, os.path.join(os.path.dirname(path), f".{os.path.basename(path)}.new"))
    before = os.umask(0)
    try:
        daemon.start()
    finally:
        os.umask(before)
    world.send(LEFT, spi=0x1000, packets=100, rate=5000)
    assert encaps(daemon) == 100
    for path, mode in zip(paths, (0o644, 0o640, 0o660)):
        found = os.lstat(path)
        assert not stat.S_ISLNK(found.st_mode) and stat.S_IMODE(found.st_mode) == mode, f"{path}: {oct(found.st_mode)}"
    assert not stat.S_IMODE(os.stat(daemon.settings["socket path"] + ".lock").st_mode) & 0o022
    daemon.stop()
    # A link for the lock is refused, as whoever it points to would be written to.
    lock = daemon.settings["socket path"] + ".lock"
    os.remove(lock)
    os.symlink(victim, lock)
    refused = subprocess.run(world.inside("gateway", daemon.program(), "--config", daemon.config), capture_output=True, text=True,
                             timeout=60, check=False)
    assert refused.returncode == 1 and f"{lock}: Too many levels of symbolic links" in refused.stderr, refused.stderr
    os.remove(lock)
    os.link(victim, lock)
    refused = subprocess.run(world.inside("gateway", daemon.program(), "--config", daemon.config), capture_output=True, text=True,
                             timeout=60, check=False)
    assert refused.returncode == 1 and f"{lock}: is no file of its own" in refused.stderr, refused.stderr
    assert read(victim) == b"precious\n"
    os.remove(lock)
    found = os.stat(victim)
    assert (stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid) == (0o600, 1, 1)


def test_file_where_its_socket_belongs(world):
    """A mistyped path costs nobody a file."""
    daemon = Daemon(world)
    path = daemon.settings["socket path"]
    with open(path, "w", encoding="ascii") as file:
        file.write("precious\n")
    refused = subprocess.run(world.inside("gateway", daemon.program(), "--config", daemon.config), capture_output=True, text=True,
                             timeout=60, check=False)
    assert refused.returncode == 1 and f"{path}: cannot listen there: File exists" in refused.stderr, refused.stderr
    assert read(path) == b"precious\n"


test_file_where_its_socket_belongs.needs = NEEDS
test_file_where_its_socket_belongs.modes = ("offload",)
test_links_in_its_folders.needs = NEEDS
test_links_in_its_folders.modes = ("offload",)
