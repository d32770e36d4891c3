# SPDX-License-Identifier: GPL-2.0-or-later
"""bash completion, asked as bash asks it."""
import pathlib
import subprocess

import pytest

from conftest import PROGRAM, TOP

FOLDER = TOP / "packaging" / "completion"
DAEMON = str(pathlib.Path(PROGRAM).resolve().parent.parent / "nfq-daemon" / "asaphased")
ASK = r"""
source "$1"; function=_$(basename "$1" .bash); shift
complete -p "${function#_}" | grep -q -- "-F $function" || exit 3
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
"$function" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
"""


def complete(program, *words):
    name = pathlib.Path(program).name
    done = subprocess.run(["bash", "-c", ASK, "bash", FOLDER / f"{name}.bash", program, *words], cwd=TOP, capture_output=True, text=True,
                          timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return [line for line in done.stdout.split("\n") if line]


@pytest.mark.parametrize("words, expected", [
    ([""], {"diagnose", "explain", "read", "report", "show", "top", "--help", "--version"}),
    (["di"], {"diagnose"}),
    (["diagnose", "--js"], {"--json"}),
    (["diagnose", "--lo"], {"--log="}),
    (["report", "--re"], {"--redact"}),
    (["show", ""], {"crypto", "vpn-sessiondb"}),
    (["show", "crypto", ""], {"ikev1", "ikev2", "ipsec", "isakmp"}),
    (["show", "crypto", "ipsec", "s"], {"sa", "stats"}),
    (["show", "crypto", "ikev2", "sa", ""], {"detail"}),
    (["show", "vpn-sessiondb", ""], {"l2l"}),
    (["show", "vpn-sessiondb", "l2l", "-r", "tests/texts/wrong"], {"tests/texts/wrong-psk.log"}),
    (["diagnose", "tests/texts/wrong"], {"tests/texts/wrong-psk.log"}),
    (["diagnose", "--log", "=", "tests/texts/wrong"], {"tests/texts/wrong-psk.log"}),
    (["diagnose", "--asa", ""], set()),
    (["read", "-i", "l"], {"lo"}),
])
def test_asaphase(words, expected):
    assert set(complete(PROGRAM, *words)) == expected


@pytest.mark.skipif(not pathlib.Path(DAEMON).exists(), reason="the daemon is not built")
@pytest.mark.parametrize("words, expected", [
    (["r"], {"rules"}),
    (["--ch"], {"--check-config"}),
    (["rules", "--i"], {"--install"}),
    (["rules", "--print", ""], {"nft", "iptables"}),
    (["--config", "=", "tests/texts/wrong"], {"tests/texts/wrong-psk.log"}),
    (["-c", "tests/texts/wrong"], {"tests/texts/wrong-psk.log"}),
    (["--user", "roo"], {"root"}),
])
def test_asaphased(words, expected):
    assert set(complete(DAEMON, *words)) == expected


def test_options_are_all_that_the_help_names():
    assert set(complete(PROGRAM, "top", "--")) == {"--help", "--delay=", "--socket="}
