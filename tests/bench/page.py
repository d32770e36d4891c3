# SPDX-License-Identifier: GPL-2.0-or-later
"""What the benchmarks share: docs/performance.md, of which each writes a section, and what this machine is."""

import os
import statistics
import subprocess
import time

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


def write_section(name, text):
    """Puts the text between this section's marks, at the end where there are none yet."""
    begin, end = f"<!-- begin: written by {name} -->", f"<!-- end: written by {name} -->"
    page = "# Performance\n"
    if os.path.exists(PAGE):
        with open(PAGE, encoding="utf-8") as file:
            page = file.read()
    section = f"{begin}\n{text}\n{end}"
    if begin in page:
        head, rest = page.split(begin, 1)
        page = head + section + rest.split(end, 1)[1]
    else:
        page = f"{page.rstrip()}\n\n{section}\n"
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(page)


def took(command, environment=None):
    """Seconds of wall time and KiB of memory at most of one run. asaphase ends with 1 where it found a fault."""
    start = time.monotonic()
    usage = ended(command, environment)
    return time.monotonic() - start, usage.ru_maxrss


def processor_time(command, environment=None):
    """As took(), but with seconds of processor time, user and system: what else the machine does spoils it less."""
    usage = ended(command, environment)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def ended(command, environment=None):
    """Runs it. Returns what it used."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(command)}: exit status {process.returncode}")
    return usage


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
