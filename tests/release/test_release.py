# SPDX-License-Identifier: GPL-2.0-or-later
"""packaging/release in a scratch repository: what it refuses, what it makes, and that a dry run makes nothing."""
import re

import pytest

from conftest import TOP, VERSION

NEXT = "99.1.0"
CHANGES = "### Added\n\n- A cause.\n\n### Fixed\n\n- Another."


def changelog(version=NEXT, changes=CHANGES, unreleased="", date="2026-12-01"):
    return f"# Changelog\n\n## [Unreleased]\n\n{unreleased}\n## [{version}] - {date}\n\n{changes}\n\n## [{VERSION}] - 2026-11-24\n\n- Before.\n"


@pytest.fixture(name="ready")
def ready_repository(repository):
    """Its changelog has the next version."""
    repository.write("CHANGELOG.md", changelog())
    repository.commit()
    return repository


def state(repository):
    """All that a release may change."""
    return (repository.git("rev-parse", "HEAD"), repository.git("tag", "--list"), repository.git("status", "--porcelain"),
            repository.read("CMakeLists.txt"))


def release(repository, *arguments):
    return repository.run("packaging/release", *arguments)


def assert_refused(repository, version, why):
    before = state(repository)
    for options in ([], ["--dry-run"]):
        done = release(repository, *options, version)
        assert done.returncode == 1 and why in done.stderr, done.stderr
    assert state(repository) == before


def test_a_release_sets_the_version_and_makes_an_annotated_tag(ready):
    done = release(ready, NEXT)
    assert done.returncode == 0, done.stderr
    assert f"\nproject(asaphase VERSION {NEXT} DESCRIPTION" in ready.read("CMakeLists.txt")
    assert ready.git("status", "--porcelain") == ""
    assert ready.git("log", "-1", "--format=%s") == f"Release {NEXT}"
    assert ready.git("diff", "--name-only", "HEAD~1") == "CMakeLists.txt"
    assert ready.git("cat-file", "-t", f"v{NEXT}") == "tag"
    assert ready.git("rev-parse", f"v{NEXT}^{{commit}}") == ready.git("rev-parse", "HEAD")
    assert f"v{NEXT}" in done.stdout and "git push" in done.stdout


def test_the_tag_says_what_changed_and_no_more(ready):
    release(ready, NEXT)
    assert ready.git("tag", "--list", "--format=%(contents)", f"v{NEXT}") == f"asaphase {NEXT}\n\n{CHANGES}"


def test_a_version_that_is_set_already_needs_no_commit(ready):
    ready.write("CMakeLists.txt", ready.read("CMakeLists.txt").replace(f"VERSION {VERSION} ", f"VERSION {NEXT} "))
    ready.commit()
    before = ready.git("rev-parse", "HEAD")
    assert release(ready, NEXT).returncode == 0
    assert ready.git("rev-parse", f"v{NEXT}^{{commit}}") == before == ready.git("rev-parse", "HEAD")


def test_a_dry_run_says_what_it_would_do_and_changes_nothing(ready):
    before = state(ready)
    done = release(ready, "--dry-run", NEXT)
    assert done.returncode == 0, done.stderr
    assert state(ready) == before
    assert f"would: set the version in CMakeLists.txt from {VERSION} to {NEXT}" in done.stdout and f"would: tag v{NEXT}" in done.stdout


@pytest.mark.parametrize("name", ["CHANGELOG.md", "new-file"])
def test_a_tree_that_is_not_clean_is_refused(ready, name):
    ready.write(name, changelog(date="2026-12-02"))
    assert_refused(ready, NEXT, "the tree is not clean")


@pytest.mark.parametrize("version", ["1.0", "v99.1.0", "99.1.0-rc1", "99.01.0", "x"])
def test_what_is_no_version_is_refused(ready, version):
    assert_refused(ready, version, "is not a version")


@pytest.mark.parametrize("text, why", [
    (changelog(version="99.2.0"), f"no line '## [{NEXT}]"),
    (changelog(date="soon"), f"no line '## [{NEXT}]"),
    (changelog(changes=""), "says nothing below"),
    (changelog(unreleased="- Forgotten.\n"), "has changes below '## [Unreleased]'"),
])
def test_a_changelog_that_is_not_ready_is_refused(repository, text, why):
    repository.write("CHANGELOG.md", text)
    repository.commit()
    assert_refused(repository, NEXT, why)


def test_a_tag_is_never_moved(ready):
    assert release(ready, NEXT).returncode == 0
    ready.commit()
    assert_refused(ready, NEXT, f"there is a tag v{NEXT} already")


def test_a_version_before_the_last_release_is_refused(ready):
    ready.git("tag", "-a", "-m", "release", "v99.1.10")
    assert_refused(ready, NEXT, "does not come after 99.1.10, the last release")


def test_a_version_before_the_one_that_is_set_is_refused(repository):
    repository.write("CHANGELOG.md", changelog(version="0.0.9"))
    repository.commit()
    assert_refused(repository, "0.0.9", f"does not come after {VERSION}, the version in CMakeLists.txt")


def test_wrong_usage_is_told_apart_from_a_refusal(ready):
    assert [release(ready, *arguments).returncode for arguments in ([], [NEXT, NEXT], ["--push", NEXT], ["--help"])] == [2, 2, 2, 0]


def test_this_changelog_has_this_version_and_a_place_for_what_comes():
    headings = re.findall(r"^## \[(.*?)\](?: - \d{4}-\d{2}-\d{2})?$", (TOP / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert headings[:2] == ["Unreleased", VERSION]
