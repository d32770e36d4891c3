# SPDX-License-Identifier: GPL-2.0-or-later
"""The Prometheus rules: promtool's own checks, and its unit tests beside this file."""
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
RULES = sorted((HERE.parent.parent / "nfq-daemon" / "prometheus").glob("*.yml"))


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_rules_are_well_formed(file):
    promtool("check", "rules", "--lint-fatal", file)


@pytest.mark.parametrize("file", sorted(HERE.glob("*.test.yml")), ids=lambda file: file.name)
def test_rules_say_what_they_must(file):
    promtool("test", "rules", file)
