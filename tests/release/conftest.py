# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tests of versions and releases share: a scratch repository with the files that a release touches."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", TOP / "build" / "release"))
FILES = ["CMakeLists.txt", "CHANGELOG.md", "packaging/release"]
# Nothing of the user's own: no hooks, no signing of tags.
GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
       "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org"}
VERSION = re.search(r"^project\(asaphase VERSION ([0-9.]+)", (TOP / "CMakeLists.txt").read_text(encoding="utf-8"), re.M)[1]


class Repository:
    """A scratch git repository."""

    def __init__(self, folder):
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def run(self, *command):
        return subprocess.run([*map(str, command)], cwd=self.folder, env={**os.environ, **GIT}, capture_output=True, text=True,
                              timeout=60, check=False)

    def git(self, *arguments):
        done = self.run("git", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, message="A change"):
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name):
        return (self.folder / name).read_text(encoding="utf-8")


@pytest.fixture(name="repository")
def scratch_repository(tmp_path):
    """One commit with what a release touches, as it is here."""
    folder = tmp_path / "asaphase"
    folder.mkdir()
    made = Repository(folder)
    for name in FILES:
        (folder / name).parent.mkdir(exist_ok=True)
        shutil.copy2(TOP / name, folder / name)
    made.commit("What is released")
    return made
