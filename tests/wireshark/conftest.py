# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin's tests share: tshark with and without the plugin, and the captures."""
import json
import os
import pathlib
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = TOP / "tests" / "captures"
# The build whose plugin is tested.
BUILD = os.environ.get("ASAPHASE_BUILD", str(TOP / "build/release"))
NAMES = sorted(path.stem for path in CAPTURES.glob("*.pcap"))


def path_of(name):
    return CAPTURES / f"{name}.pcap"


def truth_of(name):
    return json.loads((CAPTURES / f"{name}.truth.json").read_text())


def keys_of(name):
    """The options that hand tshark a capture's keys; none where it has none."""
    table = CAPTURES / f"{name}.ikev2_decryption_table"
    lines = table.read_text().splitlines() if table.exists() else []
    return [argument for line in lines for argument in ("-o", f"uat:ikev2_decryption_table:{line}")]


def run(program, *arguments, plugin=True):
    """A Wireshark program's standard output, with the plugin of BUILD or with none; complains of anything odd."""
    done = subprocess.run([TOP / "tests/wireshark/with-plugin", BUILD if plugin else "-", program, *map(str, arguments)],
                          capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for line in (done.stdout + done.stderr).splitlines():
        assert "issector bug" not in line and "WARNING" not in line and "CRITICAL" not in line, line
    return done.stdout


def tshark(capture, *arguments, plugin=True):
    """tshark over a capture, by name or path."""
    return run("tshark", "-r", path_of(capture) if isinstance(capture, str) else capture, *arguments, plugin=plugin)


def fields(capture, *names, where=None, arguments=(), separator="\t"):
    """Rows of field values, one a frame; several values of one field are joined by ';'."""
    options = [option for name in names for option in ("-e", name)]
    output = tshark(capture, *arguments, "-T", "fields", "-E", "aggregator=;", "-E", f"separator={separator}", *options,
                    *(("-Y", where) if where else ()))
    return [line.split(separator) for line in output.splitlines()]


@pytest.fixture(params=NAMES)
def name(request):
    """Each bundled capture in turn."""
    return request.param
