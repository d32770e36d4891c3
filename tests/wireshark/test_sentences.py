# SPDX-License-Identifier: GPL-2.0-or-later
"""Each sentence that asaphase says of a capture, held against what tshark reads in the frame that the sentence names."""
import collections
import dataclasses
import json
import re
import subprocess

import pytest

from conftest import BUILD, NAMES, path_of, truth_of, tshark, warm_tshark
import tshark_options

FIELDS = {
    "number": "frame.number", "time": "frame.time_epoch", "v4": "ip.src", "v6": "ipv6.src", "sport": "udp.srcport", "port": "udp.dstport",
    "icmp": "icmp.type", "mtu": "icmp.mtu", "ispi": "isakmp.ispi", "rspi": "isakmp.rspi",
    "version": "isakmp.version", "exchange": "isakmp.exchangetype", "flags": "isakmp.flags", "message_id": "isakmp.messageid",
    "length": "isakmp.length", "notifies": "isakmp.notify.msgtype", "groups": "isakmp.key_exchange.dh_group",
    "groups_v1": "isakmp.ike.attr.group_description", "named": "isakmp.spi", "v4_to": "ip.dst", "v6_to": "ipv6.dst",
    "whole_v4": "ip.reassembled_in", "whole_v6": "ipv6.reassembled.in", "sent": "frame.len", "captured": "frame.cap_len",
    "notified": "isakmp.notify.data", "methods": "isakmp.ike.attr.authentication_method",
    "spi": "esp.spi", "sequence": "esp.sequence",
}
MAIN, AGGRESSIVE, INFORMATIONAL_V1, QUICK = 2, 4, 5, 32
SA_INIT, AUTH, CREATE_CHILD, INFORMATIONAL = 34, 35, 36, 37
RESPONSE = 0x20
NO_SPI = "0" * 16
NOTIFIES = {1: "UNSUPPORTED_CRITICAL_PAYLOAD", 5: "INVALID_MAJOR_VERSION", 7: "INVALID_SYNTAX", 11: "INVALID_SPI", 14: "NO_PROPOSAL_CHOSEN",
            17: "INVALID_KE_PAYLOAD", 24: "AUTHENTICATION_FAILED"}
INVALID_VERSION, INVALID_SPI, INVALID_KE, COOKIE, REDIRECT = 5, 11, 17, 16390, (16406, 16407, 16408)
PSK = 1  # authentication method of IKEv1


@dataclasses.dataclass
class Frame:
    """What tshark reads in one frame, outermost packet only; lists where a field is there several times."""
    values: dict

    def first(self, name):
        listed = self.values.get(name, [])
        return listed[0] if listed else ""

    def numbers(self, name):
        return [int(value, 0) for value in self.values.get(name, []) if value]

    def number(self, name):
        return (self.numbers(name) or [None])[0]

    @property
    def source(self):
        return self.first("v4") or self.first("v6")

    @property
    def ends(self):
        return {self.source, self.first("v4_to") or self.first("v6_to")}

    @property
    def time(self):
        return float(self.first("time"))

    @property
    def is_icmp(self):
        return bool(self.first("icmp"))

    @property
    def exchange(self):
        return None if self.is_icmp else self.number("exchange")

    @property
    def is_response(self):
        return bool((self.number("flags") or 0) & RESPONSE)

    @property
    def is_first_message(self):
        return self.exchange in (SA_INIT, MAIN, AGGRESSIVE) and self.first("rspi") == NO_SPI

    @property
    def message(self):
        return tuple(self.first(name) for name in ("ispi", "exchange", "flags", "message_id", "length")) + (self.source,)

    @property
    def spi(self):
        return None if self.is_icmp else self.number("spi")

    @property
    def sequence(self):
        return self.number("sequence")


class Capture:
    def __init__(self, name):
        self.name = name
        self.truth = truth_of(name)
        options = self.truth.get("options", [])
        run = subprocess.run([f"{BUILD}/cli/asaphase", "diagnose", "--json", *options, path_of(name)], capture_output=True, text=True, check=False)
        self.tunnels = json.loads(run.stdout)["tunnels"]
        self.page = subprocess.run([f"{BUILD}/cli/asaphase", "diagnose", *options, path_of(name)], capture_output=True, text=True,
                                   check=False).stdout
        prints = ("-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", *(word for field in FIELDS.values() for word in ("-e", field)))
        lines = (tshark(path_of(name), "-2", *tshark_options.decode_as(options), *prints, plugin=False) if options
                 else warm_tshark(False, "-2", *prints).read(path_of(name)))
        self.frames = {}
        for line in lines.splitlines():
            values = dict(zip(FIELDS, (column.split(";") if column else [] for column in line.split("\t"))))
            frame = Frame(values)
            self.frames[frame.number("number")] = frame

    def whole(self, number):
        """The frame in which tshark has the whole datagram: asaphase names its first fragment."""
        frame = self.frames[number]
        return frame.number("whole_v4") or frame.number("whole_v6") or number

    def until(self, number):
        return [frame for at, frame in sorted(self.frames.items()) if at <= number]

    def copies(self, number):
        """The frame and those before it that are the same message."""
        return [frame for frame in self.until(number) if frame.exchange and frame.message == self.frames[number].message]


# ---- what each kind of sentence claims: takes the capture, the frame's number and the words that the pattern caught ----

def is_exchange(*exchanges, response=None):
    def holds(capture, number, *_):
        frame = capture.frames[number]
        return frame.exchange in exchanges and (response is None or frame.is_response == response)
    return holds


def is_first_message(capture, number):
    return capture.frames[number].is_first_message


def agrees_in(capture, number, group):
    frame = capture.frames[number]
    if frame.number("captured") < frame.number("sent"):
        return True  # tshark reads no payload of a message that was cut
    chosen = frame.numbers("groups") if frame.exchange == SA_INIT else [
        value for other in capture.until(number) if other.exchange in (MAIN, AGGRESSIVE) and other.first("ispi") == frame.first("ispi")
        for value in other.numbers("groups_v1")]
    return int(group) in chosen


def was_sent_times(capture, number, times, milliseconds):
    copies = capture.copies(number)
    return len(copies) == int(times) and abs(copies[-1].time - copies[0].time - float(milliseconds)) < 0.002


def notifies(*kinds):
    def holds(capture, number, *_):
        return any(kind in capture.frames[number].numbers("notifies") for kind in kinds)
    return holds


def refuses_with(capture, number, name, kind):
    return int(kind) in capture.frames[number].numbers("notifies") and NOTIFIES.get(int(kind), name).replace("_", "-") == name.replace("_", "-")


def wants_group(capture, number, wanted, offered):
    frame = capture.frames[number]
    asked = [other.numbers("groups") for other in capture.until(number) if other.exchange == SA_INIT and not other.is_response]
    return wanted != offered and INVALID_KE in frame.numbers("notifies") and [int(offered)] in asked


def refuses_version(capture, number, version):
    return notifies(INVALID_VERSION)(capture, number) and any(
        other.first("version")[2:3] == version for other in capture.until(number) if other.is_first_message)


def both_versions(capture, number, *versions):
    seen = {frame.first("version")[2:3] for frame in capture.until(number) if frame.exchange}
    return set(versions) <= seen


def goes_to_port(capture, number, port):
    frame = capture.frames[number]
    return is_exchange(AUTH, MAIN, AGGRESSIVE)(capture, number) and int(port) in frame.numbers("port")


def sent_to_port(capture, number, times, port):
    return goes_to_port(capture, number, port) and len(capture.copies(number)) == int(times)


def sent_more_to_port(capture, number, times, port):
    frame = capture.frames[number]
    return int(port) in frame.numbers("port") and len(capture.copies(number)) == int(times) + 1


def has_message_id(capture, number, message_id):
    return is_exchange(AUTH)(capture, number) and capture.frames[number].number("message_id") == int(message_id)


def informationals(capture, number, count):
    answers = [frame for frame in capture.frames.values() if frame.exchange == INFORMATIONAL_V1 and frame.first("ispi") == capture.frames[number].first("ispi")
               and frame.source == capture.frames[number].source]
    return len(answers) == int(count)


def is_first_of_spi(capture, number, spi):
    return [frame.number("number") for frame in capture.until(number) if frame.spi == int(spi, 16)] == [number]


def goes_one_way(capture, number, packets, _):
    """Packets of other SPIs than those that were in use before may be made up: they are not counted as coming back."""
    esp = list({(frame.spi, frame.sequence): frame for frame in capture.until(number) if frame.spi}.values())  # copies once
    source = capture.frames[number].source
    known = collections.Counter(frame.spi for frame in esp)
    back = [frame.number("number") for frame in esp if frame.source != source and known[frame.spi] > 1]
    run = [frame for frame in esp if frame.source == source and frame.number("number") > (back or [0])[-1]]
    return capture.frames[number].spi is not None and len(run) == int(packets)


def has_no_esp_since_child(capture, number):
    frames = capture.until(number)
    came = max(frame.number("number") for frame in frames if frame.exchange in (AUTH, QUICK))
    return not any(frame.spi for frame in frames if frame.number("number") > came)


def lost_of(capture, number, lost, received):
    source = capture.frames[number].source
    sequences = collections.defaultdict(set)
    for frame in capture.until(number):
        if frame.spi and frame.source == source:
            sequences[frame.spi].add(frame.sequence)
    missing = sum(max(seen) - min(seen) + 1 - len(seen) for seen in sequences.values())
    return int(lost) <= missing and int(received) <= sum(map(len, sequences.values()))


def names_spi(capture, number, spi):
    frame = capture.frames[number]
    return INVALID_SPI in frame.numbers("notifies") and int(spi, 16) in [int(value.replace(":", ""), 16) for name in ("notified", "named") for value in frame.values.get(name, [])
                                                                    if re.fullmatch("[0-9a-f:]{8,11}", value)]


def names_mtu(capture, number, mtu):
    return int(mtu) in capture.frames[number].numbers("mtu")


def one_source(capture, number):
    ends = capture.frames[number].ends
    return len({frame.source for frame in capture.frames.values() if frame.ends == ends and (frame.exchange or frame.spi)}) == 1


def has_no_beginning(capture, number):
    """Of an IKE SA that moved to other addresses, there."""
    spi, ends = capture.frames[number].first("ispi"), capture.frames[number].ends
    return not any(frame.is_first_message and frame.first("ispi") == spi and frame.ends == ends for frame in capture.frames.values())


def anything(*_):
    """What packets outside the encryption cannot contradict."""
    return True


GROUP = r"group (\d+)(?: \([^)]*\))?"
SECONDS = r"([\d.]+) s"
SENTENCES = [
    (r"first message of Phase 1 sent", is_first_message),
    (rf"first message answered, keys agreed in {GROUP}", agrees_in),
    (r"first message answered", is_exchange(SA_INIT, MAIN, AGGRESSIVE)),
    (rf"first message sent (\d+) times in {SECONDS}, nothing came back", was_sent_times),
    (r"first exchange refused in the clear: ([A-Z_-]+) \((\d+)\)", refuses_with),
    (rf"responder asks for {GROUP} instead of {GROUP}", wants_group),
    (r"responder refuses IKE version (\d)", refuses_version),
    (r"IKEv(\d) went unanswered and IKEv(\d) is in use as well", both_versions),
    (r"responder asks for a cookie.*", notifies(COOKIE)),
    (r"responder sends the initiator to another gateway", notifies(*REDIRECT)),
    (r"authentication sent to port (\d+), .*", goes_to_port),
    (r"authentication sent, \d+ bytes in \d+ piece\(s\): certificates", is_exchange(AUTH, MAIN, AGGRESSIVE)),
    (r"authentication sent (\d+) times to port (\d+), nothing came back there", sent_to_port),
    (r"sent (\d+) times more to port (\d+) although it was answered.*", sent_more_to_port),
    (r"answer of \d+ bytes has room for one notify only.*", is_exchange(AUTH, response=True)),
    (r"right after the answer the initiator sends one short message.*", is_exchange(INFORMATIONAL, response=False)),
    (r"answer holds about \d+ bytes, .*", is_exchange(AUTH, response=True)),
    (r"answer has room for an SA with selectors: child SA up", is_exchange(AUTH, response=True)),
    (r"authentication goes on with message ID (\d+): EAP.*", has_message_id),
    (rf"{SECONDS} later a new attempt begins.*", is_first_message),
    (r"an earlier attempt ended in the same way", is_exchange(AUTH, SA_INIT, INFORMATIONAL, INFORMATIONAL_V1)),
    (r"CREATE_CHILD_SA answered with room for one notify only.*", is_exchange(CREATE_CHILD, response=True)),
    (r"CREATE_CHILD_SA with room for a key exchange .*", is_exchange(CREATE_CHILD, response=True)),
    (rf"another child SA, {SECONDS} after the one before", is_exchange(CREATE_CHILD, QUICK)),
    (rf"(\d+) rekeys in {SECONDS}", is_exchange(CREATE_CHILD, QUICK, INFORMATIONAL, INFORMATIONAL_V1)),
    (rf"request to a peer that was up, sent (\d+) times over {SECONDS}, unanswered", is_exchange(INFORMATIONAL, CREATE_CHILD, INFORMATIONAL_V1)),
    (rf"the (?:initiator|responder) deletes the IKE SA, {SECONDS} after it came up", is_exchange(INFORMATIONAL, INFORMATIONAL_V1)),
    (r"Phase 1 stays at message \d, sent \d+ times", is_exchange(MAIN, AGGRESSIVE)),
    (r"the encrypted identity was answered by (\d+) Informational\(s\) .*", informationals),
    (r"aggressive mode ends in an Informational.*", is_exchange(INFORMATIONAL_V1, AGGRESSIVE)),
    (r"quick mode answered by an Informational .*", is_exchange(INFORMATIONAL_V1)),
    (r"quick mode sent \d+ times, unanswered", is_exchange(QUICK)),
    (r"Phase 1 completed", is_exchange(MAIN, AGGRESSIVE, QUICK)),
    (r"quick mode completed: child SA up", is_exchange(QUICK)),
    (r"first ESP on SPI (0x[0-9a-f]{8})", is_first_of_spi),
    (r"ESP starts on new SPI (0x[0-9a-f]{8}) after all: child SA up", is_first_of_spi),
    (rf"last of (\d+) ESP packets one way in {SECONDS}, none came back in that time", goes_one_way),
    (r"of this child SA only SPI 0x[0-9a-f]{8} is in use, .*", anything),
    (r"no ESP in \d+ s since the child came up", has_no_esp_since_child),
    (r"(\d+) ESP packets lost, (\d+) received", lost_of),
    (r"receiver says SPI (0x[0-9a-f]{8}) is unknown to it", names_spi),
    (r"ICMP: packet too big, next link takes (\d+) bytes", names_mtu),
    (r"the capture holds one direction only: .*", one_source),
    (r"the beginning of this IKE SA was not seen between these addresses: .*", has_no_beginning),
]


def false_evidence(capture):
    for tunnel in capture.tunnels:
        for said in tunnel["evidence"]:
            for pattern, holds in SENTENCES:
                caught = re.fullmatch(pattern, said["text"])
                if caught:
                    if not holds(capture, capture.whole(said["frame"]), *caught.groups()):
                        yield f"frame {said['frame']}: {said['text']}"
                    break
            else:
                yield f"no check for: {said['text']}"


def false_of_the_version(capture):
    """Words of IKEv1 where tshark reads IKEv2 alone, and the reverse."""
    versions = {frame.first("version")[2:3] for frame in capture.frames.values() if frame.exchange}
    words = {"1": ("crypto ikev1 sa", "main mode", "quick mode", "aggressive mode", "MM_", "AM_"),
             "2": ("crypto ikev2 sa", "IKE_SA_INIT", "IKE_AUTH", "CREATE_CHILD_SA")}
    for version, other in (("1", "2"), ("2", "1")):
        if versions == {version}:
            yield from (f"IKEv{version}: {word}" for word in words[other] if word in said_of_packets(capture))


def said_of_packets(capture):
    """The page without what to type and compare, where both versions may stand."""
    return "\n".join(line for line in capture.page.splitlines() if not line.lstrip().startswith(("#", "show running-config", "debug")))


def false_of_the_mode(capture):
    exchanges = {frame.exchange for frame in capture.frames.values()}
    if AGGRESSIVE in exchanges and MAIN not in exchanges and "main mode" in capture.page:
        yield "main mode of aggressive mode"


def false_of_esp(capture):
    for tunnel in capture.tunnels:
        counted = sum(tunnel["esp"][way]["packets"] for way in ("encaps", "decaps"))
        said = [answer["why"] for answer in tunnel["phases"].values()] + [step["why"] for step in tunnel["walk"]]
        said += [evidence["text"] for evidence in tunnel["evidence"]]
        if counted:
            yield from (f"{counted} ESP packets, and: {text}" for text in said if re.search(r"\bno ESP\b(?! on this child| in \d+ s since)", text))


def false_of_the_method(capture):
    methods = {method for frame in capture.frames.values() for method in frame.numbers("methods")}
    if capture.truth["auth"] == "psk" or PSK in methods:
        return
    for tunnel in capture.tunnels:
        said = [answer["why"] for answer in tunnel["phases"].values()] + [evidence["text"] for evidence in tunnel["evidence"]]
        yield from (f"{capture.truth['auth']}: {text}" for text in said if "pre-shared" in text or "PSK" in text)


def false_of_groups(capture):
    yield from (caught.group() for caught in re.finditer(r"group (\d+)\b[^\n]* instead of group \1\b", capture.page))


# tshark's tcpencap does not read RFC 9329.
READ_BY_TSHARK = [name for name in NAMES if " in TCP" not in truth_of(name)["scenario"]]


@pytest.mark.parametrize("name", READ_BY_TSHARK)
def test_no_sentence_contradicts_the_capture(name):
    capture = Capture(name)
    kinds = (false_evidence, false_of_the_version, false_of_the_mode, false_of_esp, false_of_the_method, false_of_groups)
    assert [text for kind in kinds for text in kind(capture)] == []
