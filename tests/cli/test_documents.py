# SPDX-License-Identifier: GPL-2.0-or-later
"""Every `$ asaphase …` in a console block of the README and docs/ prints what the document says it prints."""
import os
import re
import subprocess

import pytest

from conftest import PROGRAM, TOP

DOCUMENTS = [TOP / "README.md", *sorted((TOP / "docs").glob("*.md"))]
LEFT_OUT = "[…]"  # a line that stands for any number of lines


def transcripts():
    """(document and command, command, lines printed) of each transcript that starts with the program's name."""
    for document in DOCUMENTS:
        for block in re.findall(r"^```console\n(.*?)^```$", document.read_text(encoding="utf-8"), re.M | re.S):
            for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
                command, _, printed = part.partition("\n")
                if command.split("|")[-1].split()[0] == "asaphase":
                    yield pytest.param(command, printed.splitlines(), id=f"{document.name}: {command}")


def matches(promised, printed):
    """Whether printed is promised, where LEFT_OUT stands for any lines."""
    pattern = "".join(r"(?:.*\n)*" if line.strip() == LEFT_OUT else re.escape(line) + "\n" for line in promised)
    return re.fullmatch(pattern, "".join(line + "\n" for line in printed)) is not None


@pytest.mark.parametrize("command, promised", transcripts())
def test_a_transcript_is_what_the_program_prints(command, promised):
    path = os.path.dirname(os.path.abspath(PROGRAM)) + os.pathsep + os.environ["PATH"]
    done = subprocess.run(["bash", "-c", command], cwd=TOP, capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "PATH": path, "TZ": "UTC"})
    assert matches(promised, done.stdout.splitlines()), done.stdout + done.stderr


def test_there_are_transcripts():
    assert len(list(transcripts())) >= 3
