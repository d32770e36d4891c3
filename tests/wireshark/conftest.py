# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin's tests share: tshark with and without the plugin, and the captures."""
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

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


@functools.cache
def all_keys():
    """The options that hand tshark the keys of all captures: each message's SPIs tell which is its own."""
    lines = {line: None for table in sorted(CAPTURES.glob("*.ikev2_decryption_table")) for line in table.read_text().splitlines()}
    return tuple(argument for line in lines for argument in ("-o", f"uat:ikev2_decryption_table:{line}"))


def command_of(plugin, *command):
    """A command with the plugin of BUILD or with none."""
    return [TOP / "tests/wireshark/with-plugin", BUILD if plugin else "-", *map(str, command)]


def complain(status, output, errors):
    """Of anything odd that a Wireshark program said."""
    assert status == 0, errors
    for line in (output + errors).splitlines():
        assert "issector bug," not in line, line
    assert "WARNING" not in errors and "CRITICAL" not in errors, errors


def run(program, *arguments, plugin=True):
    """A Wireshark program's standard output."""
    done = subprocess.run(command_of(plugin, program, *arguments), capture_output=True, text=True, timeout=120, check=False)
    complain(done.returncode, done.stdout, done.stderr)
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


class WarmTshark:
    """A tshark that has started, and from there on reads captures in processes of their own: see warm_tshark.c."""

    def __init__(self, plugin, arguments):
        preload = pathlib.Path(BUILD).resolve() / "tests/wireshark/warm_tshark.so"
        assert preload.exists(), f"not built: {preload}"
        command = command_of(plugin, "env", f"LD_PRELOAD={preload}", "tshark", "-r", "/dev/null", *arguments)
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.folder = tempfile.TemporaryDirectory(prefix="asaphase-tshark-")

    def read(self, capture):
        output = pathlib.Path(self.folder.name) / "output"
        self.process.stdin.write(f"{capture}\t{output}\n")
        self.process.stdin.flush()
        status = self.process.stdout.readline()
        assert status, f"tshark ended with {self.process.wait()}"
        text, errors = output.read_text(), output.with_name("output.errors").read_text()
        complain(int(status), text, errors)
        assert errors == ""
        return text


@functools.cache
def warm_tshark(plugin, *arguments):
    return WarmTshark(plugin, arguments)


def whole(capture, arguments, prints, plugin):
    """What tshark prints of a capture: by one that stays, where it can be read as others are: in one pass or two, with keys or not."""
    keys = tuple(keys_of(capture))
    has_keys = keys and arguments[:len(keys)] == keys
    passes = arguments[len(keys):] if has_keys else arguments
    if preferences_of(capture) or passes not in ((), ("-2",)):
        return tshark(capture, *arguments, *prints, plugin=plugin)
    return warm_tshark(plugin, *(all_keys() if has_keys else ()), *passes, *prints).read(path_of(capture))


class Seen:
    """A whole capture as tshark prints it: list line and tree of each frame, and the plugin's tables."""

    def __init__(self, capture, *arguments, plugin=True):
        tables = ("-z", "asaphase,tunnels", "-z", "asaphase,sas") if plugin else ()
        text = whole(capture, arguments, ("-P", "-V", *tables), plugin)
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
