# SPDX-License-Identifier: GPL-2.0-or-later
"""One pass or two, plugin or none: what must not differ does not."""
import re

from conftest import fields, keys_of, seen, tshark


# Wireshark itself ends a fragment's line with [Reassembled in #…], which one pass cannot know.
LIST_LINE = re.compile(r"^( *\d+ +-?\d+\.\d+ .*?)((?: \[(?!Reassembled)[^\[\]]*\])*)$")


def parts(packets):
    """The lines of Wireshark's own, and of the plugin: its item with the lines indented below, its words in the list."""
    own, plugin, inside = [], [], False
    for line in packets.splitlines():
        inside = line.startswith("[ASA IPsec phase") or (inside and line.startswith("    "))
        listed = LIST_LINE.match(line)
        if listed:
            own.append(listed[1])
            plugin.append(listed[2])
        else:
            (plugin if inside else own).append(line)
    return own, plugin


def without_later_frames(lines):
    """Without links to later frames, which one pass cannot know."""
    return [line for line in lines if not line or "Response in:" not in line]


def assert_two_passes_agree(name, *keys):
    one, two = seen(name, *keys), seen(name, *keys, "-2")
    assert without_later_frames(parts(one.packets)[1]) == without_later_frames(parts(two.packets)[1])
    assert one.tunnels == two.tunnels
    assert one.sas == two.sas


def test_two_passes_say_what_one_pass_says(name):
    assert_two_passes_agree(name)


def test_two_passes_say_what_one_pass_says_with_keys(name):
    if keys_of(name):
        assert_two_passes_agree(name, *keys_of(name))


def test_nothing_else_changes_by_the_plugin(name):
    assert parts(seen(name).packets)[0] == parts(seen(name, plugin=False).packets)[0]


def test_disabled_it_is_as_if_it_were_not_there():
    for name in ("ikev2-psk-wrong-cbc", "ikev2-one-way-later"):
        options = ("-P", "-V", "-z", "expert", "-z", "io,phs")
        assert tshark(name, *options, "--disable-protocol", "asaphase") == tshark(name, *options, plugin=False)


def test_what_waited_is_taken_as_if_it_had_not():
    """Of two passes, the first asks for nothing: all frames wait."""
    for name in ("ikev2-one-way-later", "ikev2-up-tcp-joined", "ikev1-psk-wrong-twice"):
        names = ("frame.number", "asaphase.cause", "asaphase.esp.encaps", "asaphase.esp.decaps", "asaphase.state")
        whole = fields(name, *names)
        text = tshark(name, "-2", "-T", "fields", "-E", "aggregator=;", *(word for field in names for word in ("-e", field)))
        assert [line.split("\t") for line in text.splitlines()] == whole


def test_expert_information_is_found_by_its_severity_alone():
    assert fields("ikev2-psk-wrong-cbc", "frame.number", where="_ws.expert.severity == error") == [["4"]]
    assert "psk-mismatch" in tshark("ikev2-psk-wrong-cbc", "-q", "-z", "expert,error")
