# SPDX-License-Identifier: GPL-2.0-or-later
"""Every `$ asaphase …` in a console block prints what the document says it prints; what documents name and link to is there."""
import os
import re
import subprocess

import pytest

from conftest import PROGRAM, TOP

DOCUMENTS = [*sorted(TOP.glob("*.md")), *sorted((TOP / "docs").glob("*.md"))]
FOR_DEVELOPERS = [TOP / "CONTRIBUTING.md", TOP / "docs" / "developer.md"]
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


def text_of(document):
    return document.read_text(encoding="utf-8")


def anchors(document):
    """Those of the headings, as forges make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in re.findall(r"^#+ (.*)$", text_of(document), re.M)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_links_lead_somewhere(document):
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)", text_of(document)):
        there = document.parent / target if target else document
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), f"{target}#{anchor}"


def named_paths(text):
    """What is written as a path of this tree; capitals stand for what is to be filled in."""
    return [path for path in re.findall(r"`([\w.-]+/[\w./-]*)`", text) if not re.search(r"[A-Z]{2}|^build/", path)]


@pytest.mark.parametrize("document", FOR_DEVELOPERS, ids=lambda document: document.name)
def test_files_that_developers_are_sent_to_are_there(document):
    paths = named_paths(text_of(document))
    assert paths
    assert [path for path in paths if not (TOP / path).exists()] == []


def test_each_question_of_developers_is_answered_where_the_page_says():
    section = re.search(r"^## Where is it decided\?\n(.*?)^## ", text_of(TOP / "docs" / "developer.md"), re.M | re.S)[1]
    rows = [line for line in section.splitlines() if line.startswith("|")][2:]
    assert len(rows) > 10
    for row in rows:
        files = "".join(text_of(TOP / path) for path in named_paths(row))
        for name, sign in re.findall(r"`(\w+)(\(\)|\[\])`", row):
            assert re.search(rf"\b{name}{re.escape(sign[0])}", files), f"{name}{sign} is not in a file of: {row}"


PLACES = {"at a shell": "## At a shell", "in Wireshark": "## In Wireshark", "on a gateway": "## On a gateway"}


def test_answers_about_speed_are_those_of_the_tables_below():
    """Each figure of an answer stands in the section of its place."""
    page = text_of(TOP / "docs" / "performance.md")
    answers = re.findall(rf"^\| ({'|'.join(PLACES)}) \| .*\? \| (.*) \|$", page, re.M)
    assert {place for place, _ in answers} == set(PLACES)
    for place, answer in answers:
        section = page.split(PLACES[place], 1)[1].split("\n## ", 1)[0]
        figures = re.findall(r"\d[\d,.]*\d|\d", answer)
        assert [figure for figure in figures if not re.search(rf"(?<![\d,.]){re.escape(figure)}(?!\d)", section)] == [], answer
