# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin's tests share: tshark with and without the plugin, and the captures."""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = TOP / "tests" / "captures"
sys.path.append(str(CAPTURES))
import tshark_options  # noqa: E402

# The build whose plugin is tested.
BUILD = os.environ.get("ASAPHASE_BUILD", str(TOP / "build/release"))


@functools.cache
def path_of(name):
    (path,) = CAPTURES.glob(f"{name}.pcap*")
    return path


def truth_of(name):
    return json.loads((CAPTURES / f"{name}.truth.json").read_text())


NAMES = sorted(path.stem for path in CAPTURES.glob("*.pcap*"))


def preferences_of(name):
    """What the plugin has to be told about a capture."""
    return tshark_options.preferences(truth_of(name).get("options", []))


def keys_of(name):
    """The options that hand tshark a capture's keys; none where it has none."""
    table = CAPTURES / f"{name}.ikev2_decryption_table"
    lines = table.read_text().splitlines() if table.exists() else []
    keys = [argument for line in lines for argument in ("-o", f"uat:ikev2_decryption_table:{line}")]
    return [*keys, *tshark_options.decode_as(truth_of(name).get("options", []))] if keys else []


def run(program, *arguments, plugin=True):
    """A Wireshark program's standard output, with the plugin of BUILD or with none; complains of anything odd."""
    done = subprocess.run([TOP / "tests/wireshark/with-plugin", BUILD if plugin else "-", program, *map(str, arguments)],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for line in (done.stdout + done.stderr).splitlines():
        assert "issector bug," not in line, line
    assert "WARNING" not in done.stderr and "CRITICAL" not in done.stderr, done.stderr
    return done.stdout


def tshark(capture, *arguments, plugin=True):
    """tshark over a capture, by name or path."""
    if not isinstance(capture, str):
        return run("tshark", "-r", capture, *arguments, plugin=plugin)
    preferences = preferences_of(capture) if plugin else []
    return run("tshark", "-r", path_of(capture), *preferences, *arguments, plugin=plugin)


def fields(capture, *names, where=None, arguments=(), separator="\t"):
    """Rows of field values, one a frame; several values of one field are joined by ';'."""
    options = [option for name in names for option in ("-e", name)]
    output = tshark(capture, *arguments, "-T", "fields", "-E", "aggregator=;", "-E", f"separator={separator}", *options,
                    *(("-Y", where) if where else ()))
    return [line.split(separator) for line in output.splitlines()]


def info_column(capture, *arguments):
    """The Info column, a line a frame, as the packet list has it: in 4.4, the field _ws.col.info is made before the plugin is asked."""
    return tshark(capture, "-o", 'gui.column.format:"Info","%i"', *arguments).splitlines()


class Seen:
    """A whole capture as tshark prints it: list line and tree of each frame, and the plugin's tables."""

    def __init__(self, capture, *arguments, plugin=True):
        tables = ("-z", "asaphase,tunnels", "-z", "asaphase,sas") if plugin else ()
        text = tshark(capture, "-P", "-V", *arguments, *tables, plugin=plugin)
        packets, _, tables = text.partition("=" * 101 + "\n")
        self.packets = packets.rstrip("\n")
        self.tunnels, self.sas = (rows_of(tables, title) for title in ("ASA IPsec tunnels", "ASA IPsec SAs"))

    @property
    def causes(self):
        return re.findall(r"^    \[Cause: (\S+)", self.packets, re.MULTILINE)

    @property
    def last_cause(self):
        return self.causes[-1] if self.causes else "none"


def rows_of(text, title):
    """The rows of the statistics table with this title, as dictionaries."""
    part = text.partition(title + ":")[2].partition("=" * 20)[0]
    cells = [[cell.strip() for cell in line.split("|")[:-1]] for line in part.splitlines() if line.endswith("|")]
    return [dict(zip(cells[0], row)) for row in cells[1:]]


@functools.cache
def seen(capture, *arguments, plugin=True):
    """As Seen, remembered: many tests look at one capture in the same way."""
    return Seen(capture, *arguments, plugin=plugin)


# Tests of one capture run in one process (pytest -n auto --dist loadgroup), so that they share what was seen.
@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in NAMES])
def name(request):
    """Each bundled capture in turn."""
    return request.param
