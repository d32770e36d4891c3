# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: docs/performance.md, of which each writes a section and the answers that stand before all sections, and
what this machine is."""

import collections
import os
import statistics
import subprocess

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), os.pardir, os.pardir))
PAGE = os.path.join(TOP, "docs", "performance.md")


def machine():
    """Processors, kernel and load, for the head of a section."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        model = next(line.split(":")[1].strip() for line in file if line.startswith("model name"))
    return f"{os.cpu_count()} × {model}, Linux {os.uname().release.split('-')[0]}, load average {os.getloadavg()[0]:.1f} at the start"


def table(heads, rows):
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


ANSWERS, QUESTIONS = "tests/bench/page.py", ("where", "question", "answer")
PLACES = SHELL, WIRESHARK, GATEWAY = "at a shell", "in Wireshark", "on a gateway"
CARRIES_OVER = """

Seconds are those of the machine named below. What two things measured in turns make as a ratio carries over to others. Each section has
the figures first, then why a goal is missed. `tests/bench/run` measures again and writes this page."""


def marks(name):
    return f"<!-- begin: written by {name} -->", f"<!-- end: written by {name} -->"


def read_page():
    """The page, or its beginning with room for the answers."""
    if not os.path.exists(PAGE):
        return "# Performance\n\nIs it fast enough for you?\n\n" + "\n".join(marks(ANSWERS)) + "\n"
    with open(PAGE, encoding="utf-8") as file:
        return file.read()


def section_of(page, name):
    """What stands between the marks of a section; None where there are none."""
    begin, end = marks(name)
    return page.split(begin, 1)[1].split(end, 1)[0] if begin in page else None


def write_section(name, text):
    """Puts the text between this section's marks, at the end where there are none yet."""
    begin, end = marks(name)
    page, section = read_page(), f"{begin}\n{text}\n{end}"
    if begin in page:
        head, rest = page.split(begin, 1)
        page = head + section + rest.split(end, 1)[1]
    else:
        page = f"{page.rstrip()}\n\n{section}\n"
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


def write_answers(place, answers):
    """Puts (question, answer) of one place in the table that the page begins with; those of the others stay."""
    old = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in (section_of(read_page(), ANSWERS) or "").splitlines()]
    rows = [row for row in old if row[0] in PLACES and row[0] != place] + [(place, *answer) for answer in answers]
    rows.sort(key=lambda row: PLACES.index(row[0]))
    write_section(ANSWERS, table(QUESTIONS, rows) + CARRIES_OVER)


# seconds of wall time, of user and of system time; KiB of memory at most; pages first touched
Usage = collections.namedtuple("Usage", "wall user system memory pages")
USAGE_OF = os.path.join(TOP, "build", "release", "tests", "bench", "usage_of")


def usage_of(command):
    """Runs it, its output thrown away. asaphase ends with 1 where it found a fault."""
    done = subprocess.run([USAGE_OF, *command], stdout=subprocess.PIPE, text=True, check=True)
    status, wall, user, system, memory, pages = map(int, done.stdout.split())
    if status not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit status {status}")
    return Usage(wall / 1e9, user / 1e6, system / 1e6, memory, pages)


def took(command):
    """Seconds of wall time and KiB of memory at most of one run."""
    usage = usage_of(command)
    return usage.wall, usage.memory


def processor_time(command):
    """As took(), but with seconds of processor time, user and system: what else the machine does spoils it less."""
    usage = usage_of(command)
    return usage.user + usage.system, usage.memory


def compare(command, against, pairs, measure=took):
    """A B A B … after one run of each to warm up. Returns medians of both, median ratio, its range, memory of command."""
    measure(against), measure(command)
    ours, theirs, memory = [], [], 0
    for _ in range(pairs):
        theirs.append(measure(against)[0])
        seconds, kib = measure(command)
        ours.append(seconds)
        memory = max(memory, kib)
    ratios = [a / b for a, b in zip(ours, theirs)]
    return {"ours": statistics.median(ours), "theirs": statistics.median(theirs), "ratio": statistics.median(ratios),
            "least": min(ratios), "most": max(ratios), "memory": memory}
