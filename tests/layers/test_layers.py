# SPDX-License-Identifier: GPL-2.0-or-later
"""The rooms of core: each uses only rooms before it in ROOMS, by what its files include and by what its objects link to; no
circle inside a room joins more than two files; nobody outside core/ includes a header that calls itself private.

Objects are those of the build in $BUILD (build/dev)."""
import collections
import os
import pathlib
import re
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build" / "dev"))
ROOMS = ["base", "wire", "count", "catalogue", "tunnel", "verdict", "asa", "pasted"]
LARGEST_CIRCLE = 2
FRONT_ENDS = ["cli", "wireshark-plugin", "nfq-daemon", "kernel-helpers"]


def room_of(name):
    return name.split("/")[0]


def files_of_core():
    return sorted(path.relative_to(TOP / "core").as_posix() for path in (TOP / "core").glob("*/*.[ch]"))


def includes():
    """Pairs of files of core/: which includes which."""
    pattern = re.compile(r'^#include "core/([^"]+)"', re.M)
    return [(name, used) for name in files_of_core() for used in pattern.findall((TOP / "core" / name).read_text(encoding="utf-8"))]


def links():
    """Pairs of files of core/: which calls, or reads, what the other defines."""
    objects = {f"{path.parent.name}/{path.name.removesuffix('.o')}": path for path in BUILD.glob("core/CMakeFiles/*.dir/*/*.c.o")}
    objects = {name: path for name, path in objects.items() if (TOP / "core" / name).exists()}
    assert sorted(objects) == [name for name in files_of_core() if name.endswith(".c")], f"objects in {BUILD} are not those of core/"
    names = {str(path): name for name, path in objects.items()}
    listed = subprocess.run(["nm", "--format=posix", "--extern-only", "--print-file-name", *names], capture_output=True, text=True, check=True)
    rows = [line.split()[:3] for line in listed.stdout.splitlines()]
    definer = {symbol: names[path.rstrip(":")] for path, symbol, kind in rows if kind != "U"}
    return [(names[path.rstrip(":")], definer[symbol]) for path, symbol, kind in rows if kind == "U" and symbol in definer]


def climbing(pairs):
    return sorted({f"{user} uses {used}" for user, used in pairs if ROOMS.index(room_of(user)) < ROOMS.index(room_of(used))})


def circles(pairs):
    """Groups of more than one file of which each reaches each other, the largest first."""
    uses = collections.defaultdict(set)
    for user, used in pairs:
        if user != used:
            uses[user].add(used)

    def reached(start):
        seen, ahead = set(), [start]
        while ahead:
            for used in uses[ahead.pop()] - seen:
                seen.add(used)
                ahead.append(used)
        return seen

    reach = {name: reached(name) for name in list(uses)}
    groups = {frozenset({name} | {other for other in reach[name] if name in reach.get(other, ())}) for name in reach}
    return sorted((sorted(group) for group in groups if len(group) > 1), key=len, reverse=True)


def test_every_file_of_core_is_in_a_room():
    assert {room_of(name) for name in files_of_core()} == set(ROOMS)
    assert not list((TOP / "core").glob("*.[ch]"))


def test_no_header_includes_itself():
    assert not [user for user, used in includes() if user == used]


def test_no_file_includes_one_of_a_higher_room():
    assert not climbing(includes())


def test_no_object_links_to_one_of_a_higher_room():
    assert not climbing(links())


@pytest.mark.parametrize("pairs", [includes, links])
def test_circles_inside_a_room_join_two_files_at_most(pairs):
    assert not [circle for circle in circles(pairs()) if len(circle) > LARGEST_CIRCLE]


def test_a_higher_room_and_a_circle_are_noticed():
    assert climbing([("base/time.h", "verdict/text.h")]) == ["base/time.h uses verdict/text.h"]
    assert not climbing([("verdict/text.h", "base/time.h"), ("wire/ike.c", "wire/ike.h")])
    assert circles([("wire/a.c", "wire/b.c"), ("wire/b.c", "wire/c.c"), ("wire/c.c", "wire/a.c")]) == [["wire/a.c", "wire/b.c", "wire/c.c"]]
    assert not circles([("wire/a.c", "wire/b.c"), ("wire/b.c", "wire/c.c"), ("wire/a.c", "wire/c.c")])


def test_no_front_end_includes_a_private_header():
    private = {f"core/{name}" for name in files_of_core() if name.endswith(".h") and is_private(TOP / "core" / name)}
    assert private
    used = [f"{path.relative_to(TOP)}: {line}" for front_end in FRONT_ENDS for path in (TOP / front_end).glob("**/*.[ch]")
            for line in path.read_text(encoding="utf-8").splitlines() if any(f'#include "{name}"' == line for name in private)]
    assert not used


def is_private(header):
    """A header says so in the comment at its head."""
    head = header.read_text(encoding="utf-8").split("#ifndef")[0]
    return "Private to core" in head or header.stem.endswith("_private")
