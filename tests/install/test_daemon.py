# SPDX-License-Identifier: GPL-2.0-or-later
"""What `cmake --install --component daemon` puts on a machine, and that systemd likes it."""

import os
import pathlib
import re
import shutil
import stat
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", TOP / "build" / "release")
EXPOSURE_MOST = 2.0


def install(root):
    subprocess.run(["cmake", "--install", BUILD, "--component", "daemon"], env={**os.environ, "DESTDIR": str(root)}, check=True,
                   capture_output=True)


def find(root, name):
    found = list(root.rglob(name))
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


@pytest.fixture(name="root", scope="module")
def installed(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    install(root)
    return root


@pytest.fixture(name="unit", scope="module")
def unit_here(root, tmp_path_factory):
    """The unit, with the installed program where it is now."""
    program = find(root, "asaphased")
    meant = "/" + str(program.relative_to(root))
    text = find(root, "asaphased.service").read_text()
    assert meant in text
    path = tmp_path_factory.mktemp("unit") / "asaphased.service"
    path.write_text(text.replace(meant, str(program)))
    return path


def systemd_analyze(*arguments):
    program = shutil.which("systemd-analyze")
    assert program, "missing Debian package: systemd"
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, check=False)


def test_all_is_there(root):
    files = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    for name in ("sbin/asaphased", "asaphase/asaphased.conf", "examples/asaphased.conf", "prometheus/asaphase.rules.yml",
                 "prometheus/asaphase.alerts.yml", "grafana/asaphase.json", "asaphase/operator.md", "systemd/system/asaphased.service",
                 "sysusers.d/asaphase.conf"):
        assert any(file.endswith(name) for file in files), f"{name} is not among {files}"


def test_nothing_is_writable_for_others(root):
    for path in root.rglob("*"):
        assert not path.lstat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path


def test_the_operators_configuration_stays(tmp_path):
    install(tmp_path)
    config = next(path for path in tmp_path.rglob("asaphased.conf") if "examples" not in path.parts)
    config.write_text("[daemon]\nmode = queue\n")
    install(tmp_path)
    assert config.read_text() == "[daemon]\nmode = queue\n"


def test_the_installed_program_likes_the_installed_configuration(root):
    config = next(path for path in root.rglob("asaphased.conf") if "examples" not in path.parts)
    done = subprocess.run([find(root, "asaphased"), "--check-config", "--config", config], capture_output=True, text=True,
                          check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_rules_may_be_looked_at_before_anything_is_installed():
    printed = subprocess.run([pathlib.Path(BUILD) / "nfq-daemon" / "asaphased", "rules", "--print", "nft"], check=True, capture_output=True,
                             text=True).stdout
    assert "table inet asaphase {" in printed


def test_systemd_finds_nothing_wrong(unit):
    done = systemd_analyze("verify", unit)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_exposure(unit):
    done = systemd_analyze("security", "--offline=true", "--no-pager", unit)
    level = float(re.search(r"Overall exposure level for asaphased.service: ([0-9.]+)", done.stdout).group(1))
    assert level <= EXPOSURE_MOST, done.stdout


def test_user_that_the_unit_names_is_made(root, unit):
    made = re.findall(r"^u (\S+)", find(root, "asaphase.conf").read_text(), re.M)
    assert re.findall(r"^(?:User|Group)=(.*)$", unit.read_text(), re.M) == 2 * made
