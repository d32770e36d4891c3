# SPDX-License-Identifier: GPL-2.0-or-later
"""The man pages name every option that --help names and every key of the configuration, and nothing that does not exist."""
import pathlib
import re
import subprocess

import pytest

from conftest import PROGRAM, TOP

MAN = TOP / "docs" / "man"
DAEMON = pathlib.Path(PROGRAM).resolve().parent.parent / "nfq-daemon" / "asaphased"
OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z0-9-]*")
COMMANDS = ["diagnose", "read", "explain", "report", "show", "top"]
SETTING = re.compile(r'\{"([a-z]+)", "([a-z-]+)", &\w+, MEMBER\(')

if not DAEMON.exists():
    pytest.skip("the daemon is not built", allow_module_level=True)


def page(name):
    """The text of a page without its markup."""
    text = (MAN / name).read_text(encoding="utf-8").replace("\\-", "-").replace("\\&", "")
    return re.sub(r"\\f[A-Z]", "", text)


def helps(*arguments):
    """Options at the beginnings of the lines of --help."""
    text = subprocess.run([*map(str, arguments), "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    lines = re.findall(r"^ +(-.*?)(?:  .*)?$", text, re.M)
    return {option for line in lines for option in OPTION.findall(line.split("=")[0])}


def section(text, heading):
    """What stands below a subsection's heading."""
    return re.search(rf'^\.SS "?{re.escape(heading)}"?\n(.*?)(?=^\.S[SH]|\Z)', text, re.M | re.S).group(1)


def settings():
    """(group, key) of every key of the configuration."""
    return SETTING.findall((TOP / "nfq-daemon" / "config.c").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_of_a_command_is_in_its_page(command):
    text = page("asaphase.1")
    places = section(text, "Wherever a capture is read") + section(text, "Every command")
    if f".SS {command}\n" in text:
        places += section(text, command)
    assert helps(PROGRAM, command) - set(OPTION.findall(places)) == set()


def test_commands_are_those_of_the_help():
    text = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    named = set(re.findall(r"^  asaphase (\w+)", text, re.M))
    described = re.search(r"^\.SH COMMANDS\n(.*?)^\.SH", page("asaphase.1"), re.M | re.S).group(1)
    assert named == set(COMMANDS) == set(re.findall(r"^\.TP\n\.B (\w+)$", described, re.M))


def test_each_option_of_the_daemon_is_in_its_page():
    text = page("asaphased.8")
    rules = section(text, "asaphased rules")
    daemon = re.search(r"^\.SH OPTIONS\n(.*?)^\.SS", text, re.M | re.S).group(1)
    assert helps(DAEMON) - set(OPTION.findall(daemon)) == set()
    assert helps(DAEMON, "rules") - set(OPTION.findall(rules + "--help -h")) == set()


def test_pages_name_no_option_that_does_not_exist():
    known = {"-", "--version"} | helps(DAEMON) | helps(DAEMON, "rules")
    for command in COMMANDS:
        known |= helps(PROGRAM, command)
    for name in ("asaphase.1", "asaphased.8"):
        text = re.sub(r"^\.(?:SH EXAMPLES.*?(?=^\.SH)|TH.*?\n|RB \"\$ .*?\n)", "", page(name), flags=re.M | re.S)
        tagged = re.findall(r"^\.TP\n(.*)$", text, re.M)
        assert {option for line in tagged for option in OPTION.findall(line.split("=")[0])} <= known


def test_each_key_of_the_configuration_is_in_its_page_and_no_other():
    text = page("asaphased.conf.5")
    found = settings()
    assert len(found) > 15
    described = []
    for group in dict.fromkeys(group for group, _ in found):
        described += [(group, key) for key in re.findall(r"^\.TP\n\.BR? ([a-z-]+)", section(text, f"[{group}]"), re.M)]
    assert described == found
    assert re.findall(r"^\.TP\n\.B (\w+)$", section(text, "[peer NAME]"), re.M) == ["local", "remote"]


def test_the_page_marks_what_only_a_restart_takes_up():
    text = (TOP / "nfq-daemon" / "config.c").read_text(encoding="utf-8")
    only_restart = {key for _, key, value in re.findall(r'\{"([a-z]+)", "([a-z-]+)", &.*, (true|false)\},', text) if value == "true"}
    assert only_restart
    assert set(re.findall(r'^\.TP\n\.BR ([a-z-]+) " \*"', page("asaphased.conf.5"), re.M)) == only_restart


def test_the_example_of_the_configuration_is_good(tmp_path):
    example = re.search(r"^\.SH EXAMPLES\n\.nf\n(.*?)^\.fi", page("asaphased.conf.5"), re.M | re.S).group(1)
    file = tmp_path / "asaphased.conf"
    file.write_text(example, encoding="utf-8")
    done = subprocess.run([DAEMON, "--check-config", "-c", file], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", sorted(MAN.iterdir()), ids=lambda file: file.name)
def test_groff_has_nothing_to_say(file):
    done = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", file], capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
