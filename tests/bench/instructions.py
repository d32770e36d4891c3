#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts the instructions that counting one ESP packet takes, and fails where they are more than they were: unlike time, they are
the same whatever else the machine does. Where more is meant, raise the limit here and say why in the commit."""

import argparse
import os
import sys

from callgrind import TOP, Sources, instructions_of

# SPIs: instructions a packet with gcc 12 when this was written. Another compiler may need a little more.
MEASURED = {1: 197, 1_000: 200, 100_000: 198}
MARGIN = 1.15
PACKETS = 400_000


# How count_spis counts, and the function that does it.
OURS, HASHED = ("--once", "count_in_batches"), ("--once-hashed", "count_with_hash_table")

# What is done with a packet, by the function that a line of source is from; what is left is finding its SPI.
READING, FINDING, COUNTING = "reading its headers", "finding its SPI", "counting"
PART_OF_FUNCTION = {
    "read_packet": READING, "count_into": COUNTING, "count_into_entry": COUNTING, "spi_entry_take_sequence": COUNTING,
    "take_sequence": COUNTING, "advance": COUNTING, "take_late": COUNTING, "take_far": COUNTING, "restart": COUNTING, "add_lost": COUNTING,
}
PART_OF_FILE = {"core/wire/esp_packet.c": READING, "core/base/ip_address.c": READING, "core/base/byte_order.h": READING}


def counted(build, way, spis, packets):
    program = os.path.join(build, "tests", "bench", "count_spis")
    return instructions_of([program, way[0], str(spis), str(packets)], way[1])


def instructions(build, spis, packets=PACKETS, way=OURS):
    """A packet, once all SPIs are known: what a run of more packets takes more than a shorter one."""
    return (counted(build, way, spis, 2 * packets).total() - counted(build, way, spis, packets).total()) / packets


def parts(build, spis, packets=PACKETS, way=OURS):
    """The same by what is done: {READING: instructions, FINDING: …, COUNTING: …}."""
    sources, found = Sources(), {READING: 0, FINDING: 0, COUNTING: 0}
    longer, shorter = (counted(build, way, spis, times * packets) for times in (2, 1))
    for place in longer:
        function = sources.function(place.file, place.line) or place.function
        part = PART_OF_FILE.get(os.path.relpath(place.file, TOP), PART_OF_FUNCTION.get(function, FINDING))
        found[part] += (longer[place] - shorter[place]) / packets
    return found


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
