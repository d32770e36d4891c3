#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions that counting one ESP packet takes, and fails where they are more than they were: unlike time, they are
the same whatever else the machine does. Where more is meant, raise the limit here and say why in the commit."""

import argparse
import os
import subprocess
import sys
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
# SPIs: instructions a packet with gcc 12 when this was written. Another compiler may need a little more.
MEASURED = {1: 197, 1_000: 200, 100_000: 198}
MARGIN = 1.15
PACKETS = 400_000


# How count_spis counts, and the function that does it.
OURS, HASHED = ("--once", "count_in_batches"), ("--once-hashed", "count_with_hash_table")


def collected(program, way, spis, packets):
    with tempfile.NamedTemporaryFile() as out:
        done = subprocess.run(["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", f"--toggle-collect={way[1]}",
                               program, way[0], str(spis), str(packets)], capture_output=True, text=True, check=True)
    return int(next(line for line in done.stderr.splitlines() if "Collected" in line).split(":")[1].replace(",", ""))


def instructions(build, spis, packets=PACKETS, way=OURS):
    """A packet, once all SPIs are known: what a run of more packets takes more than a shorter one."""
    program = os.path.join(build, "tests", "bench", "count_spis")
    return (collected(program, way, spis, 2 * packets) - collected(program, way, spis, packets)) / packets


def main():
    parser = argparse.ArgumentParser(prog="tests/bench/instructions.py", description=__doc__)
    parser.add_argument("--build", default=os.path.join(TOP, "build", "release"), help="default: build/release")
    build = parser.parse_args().build
    failed = 0
    for spis, measured in MEASURED.items():
        now = instructions(build, spis)
        good = now <= measured * MARGIN
        failed += not good
        print(f"{spis:>7,} SPIs: {now:.0f} instructions a packet, {measured} before, at most {measured * MARGIN:.0f}{'' if good else ': too many'}")
    print(f"{len(MEASURED) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
