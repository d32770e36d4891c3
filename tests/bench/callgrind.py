# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a program's instructions go, as valgrind's callgrind counts them: the same whatever else the machine does."""

import collections
import os
import re
import subprocess
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))

# Of one line of source: in which library or program it is, the function that contains it and that function's file, and, where it
# was inlined there, the file that it is from.
Place = collections.namedtuple("Place", "binary function home file line")
FILE_OF = {"fl": "home", "fi": "file", "fe": "file"}


def instructions_of(command, inside=None):
    """Runs the command, which may end with 1. Returns a Counter {Place: instructions}, of what happens inside one function only
    where one is named."""
    with tempfile.NamedTemporaryFile() as out:
        options = ["--compress-strings=no", "--compress-pos=no", f"--callgrind-out-file={out.name}"]
        if inside is not None:
            options.append(f"--toggle-collect={inside}")
        done = subprocess.run(["valgrind", "--quiet", "--tool=callgrind", *options, *command], stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode not in (0, 1):
            raise RuntimeError(f"{' '.join(command)} under valgrind: exit status {done.returncode}: {done.stderr}")
        with open(out.name, encoding="utf-8") as file:
            return _read(file)


def _read(lines):
    counts = collections.Counter()
    now = {"binary": "", "function": "", "home": "", "file": ""}
    is_call = False
    for line in lines:
        key, _, value = line.rstrip("\n").partition("=")
        if key == "ob":
            now["binary"] = value
        elif key in FILE_OF:
            now["file"] = value
            now[FILE_OF[key]] = value
        elif key == "fn":
            now["function"] = value
        elif key == "calls":
            is_call = True  # what follows is the callee's
        elif line[0].isdigit():
            if not is_call:
                number, count = line.split()
                counts[Place(line=int(number), **now)] += int(count)
            is_call = False
    return counts


class Sources:
    """Which function of the source a line is from, however it was inlined: those that begin in a line's first column."""

    def __init__(self):
        self._files = {}

    def function(self, path, line):
        if path not in self._files:
            self._files[path] = self._read(path)
        names = self._files[path]
        return names[line - 1] if 0 < line <= len(names) else ""

    @staticmethod
    def _read(path):
        names, name = [], ""
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                for line in file:
                    head = re.match(r"[a-z][^=;]*?\b(\w+)\(", line)
                    name = head.group(1) if head else name
                    names.append(name)
                    if line.startswith("}"):
                        name = ""
        return names


def part_of(place):
    """In a word or two: a file of this project, or a function of a library."""
    for path in (place.file, place.home):
        if path.startswith(TOP + os.sep):
            return f"`{os.path.relpath(path, TOP)}`"
    return f"{os.path.basename(place.binary).split('.so')[0]}: `{place.function}`"
