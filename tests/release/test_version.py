# SPDX-License-Identifier: GPL-2.0-or-later
"""The version: one place says it, all programs print the same, and a build from a git checkout names its commit."""
import re
import subprocess

import pytest

from conftest import BUILD, TOP, VERSION

BUILT = rf"{re.escape(VERSION)}(\+([0-9]+\.)?g[0-9a-f]+(\.dirty)?)?"


def version_of(repository, *options):
    """What a build in this repository would print."""
    header = repository.folder.parent / "version.h"
    done = repository.run("cmake", f"-DVERSION={VERSION}", f"-DSOURCE={repository.folder}", f"-DOUTPUT={header}", *options, "-P",
                          TOP / "cmake" / "version.cmake")
    assert done.returncode == 0, done.stderr
    return re.search(r'^#define ASAPHASE_VERSION "(.*)"$', header.read_text(encoding="utf-8"), re.M)[1]


def head(repository):
    return "g" + repository.git("rev-parse", "--short=10", "HEAD")


def test_a_history_without_the_release_adds_the_commit(repository):
    assert version_of(repository) == f"{VERSION}+{head(repository)}"


def test_the_release_itself_is_plain(repository):
    repository.git("tag", "-a", "-m", "release", f"v{VERSION}")
    assert version_of(repository) == VERSION


def test_commits_after_the_release_are_counted(repository):
    repository.git("tag", "-a", "-m", "release", f"v{VERSION}")
    for _ in range(3):
        repository.commit()
    assert version_of(repository) == f"{VERSION}+3.{head(repository)}"


def test_two_commits_have_two_versions(repository):
    before = version_of(repository)
    repository.commit()
    assert version_of(repository) != before


def test_the_tag_of_another_version_is_not_the_release(repository):
    repository.git("tag", "-a", "-m", "release", "v0.0.1")
    assert version_of(repository) == f"{VERSION}+{head(repository)}"


def test_changed_files_are_told(repository):
    repository.git("tag", "-a", "-m", "release", f"v{VERSION}")
    repository.write("CHANGELOG.md", "changed\n")
    assert version_of(repository) == f"{VERSION}+0.{head(repository)}.dirty"


def test_a_tarball_is_plain_also_inside_another_repository(repository):
    unpacked = repository.folder / "unpacked"
    unpacked.mkdir()
    assert version_of(repository, f"-DSOURCE={unpacked}") == VERSION


def test_packages_are_plain(repository):
    assert version_of(repository, "-DPLAIN=ON") == VERSION


def test_the_header_is_left_alone_where_nothing_changed(repository):
    version_of(repository)
    header = repository.folder.parent / "version.h"
    before = header.stat().st_mtime_ns
    version_of(repository)
    assert header.stat().st_mtime_ns == before
    repository.commit()
    version_of(repository)
    assert header.stat().st_mtime_ns != before


def test_few_files_are_compiled_again_after_a_commit():
    """Those that include the header: sources only, so that it spreads no further."""
    including = [file for part in ("cli", "core", "kernel-helpers", "nfq-daemon", "wireshark-plugin") for file in (TOP / part).rglob("*.[ch]")
                 if "generated/version.h" in file.read_text(encoding="utf-8")]
    assert 0 < len(including) <= 8
    assert [file for file in including if file.suffix == ".h"] == []


def programs():
    """What each program of the build prints as its version."""
    printed = {name: subprocess.run([BUILD / name, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
               for name in ("cli/asaphase", "nfq-daemon/asaphased")}
    plugins = subprocess.run([TOP / "tests/wireshark/with-plugin", BUILD, "tshark", "-G", "plugins"], capture_output=True, text=True,
                             check=True).stdout
    printed["plugin"] = next(line.split()[1] for line in plugins.splitlines() if line.startswith("asaphase.so"))
    return printed


def test_all_programs_of_a_build_print_the_same_version():
    printed = programs()
    assert len(set(printed.values())) == 1, printed
    assert re.fullmatch(BUILT, printed["plugin"]), printed


@pytest.mark.skipif(not (TOP / ".git").exists(), reason="no git checkout")
def test_a_build_from_this_checkout_names_a_commit_of_it():
    """Plain is the release alone, which has a tag."""
    version = programs()["cli/asaphase"]
    commit = f"v{VERSION}" if version == VERSION else re.search(r"g([0-9a-f]+)", version)[1]
    assert subprocess.run(["git", "-C", TOP, "cat-file", "-e", f"{commit}^{{commit}}"], check=False).returncode == 0, version
