#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes seed inputs for the fuzz targets: from the Ethernet captures of tests/captures, from tests/texts, and made up in the
forms that the daemon's parsers read. usage: seeds.py FOLDER"""
import pathlib
import struct
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
CAPTURES = TESTS / "captures"
TEXTS = TESTS / "texts"
ETHERNET, ETHERNET_HEADER = 1, 14
LONGEST_GAP = 255


def packets(path):
    """(time in tenths of a second, frame) of a classic little-endian pcap file of Ethernet frames; nothing for others."""
    data = path.read_bytes()
    magic = data[:4]
    scale = {b"\xd4\xc3\xb2\xa1": 1e6, b"\x4d\x3c\xb2\xa1": 1e9}.get(magic)
    if scale is None or struct.unpack_from("<I", data, 20)[0] != ETHERNET:
        return
    offset = 24
    while offset + 16 <= len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, offset)
        yield int((seconds + fraction / scale) * 10), data[offset + 16:offset + 16 + captured]
        offset += 16 + captured


def ike_message(ip_packet):
    """The IKE message of an IPv4 packet; b"" where there is none."""
    header = (ip_packet[0] & 15) * 4
    if ip_packet[0] >> 4 != 4 or ip_packet[9] != 17:
        return b""
    port = max(struct.unpack_from(">HH", ip_packet, header))
    payload = ip_packet[header + 8:]
    return payload if port == 500 else payload[4:] if payload[:4] == bytes(4) else b""


def write(folder, name, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


# ---- length inference: suites that peers choose, and the lengths of the captures ----

IKE_HEADER = 28
SUITES = {  # encryption, key length, integrity, prf, group: IANA numbers
    "cbc": (12, 256, 12, 5, 14),
    "cbc-sha1": (12, 128, 2, 2, 2),
    "3des": (3, 0, 2, 2, 2),
    "gcm": (20, 256, 0, 5, 19),
    "chacha20": (28, 0, 0, 5, 31),
}


def write_suites(target, lengths):
    for name, suite in SUITES.items():
        for exchange in range(34, 38):
            for response in (0, 1):
                control = struct.pack(">5H2B2B", *suite, 1, 0, exchange, response)
                write(target / "fuzz_infer", f"{name}-{exchange}-{response}", control + b"".join(struct.pack(">I", n) for n in lengths))


# ---- netlink ----

def attribute(kind, data, nested=False):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind | (0x8000 if nested else 0)) + data + bytes(-length % 4)


def message(kind, attributes):
    """An nf_tables message: netlink's header, nfnetlink's, attributes."""
    data = struct.pack("=BBH", 1, 0, 0) + attributes
    return struct.pack("=IHHII", 16 + len(data), 0x0A00 | kind, 2, 1, 1) + data


def set_element(key, packets, size):
    counter = attribute(1, struct.pack(">Q", size), True) + attribute(2, struct.pack(">Q", packets), True)
    return attribute(1, attribute(1, attribute(1, key), True)  # the key's data
                     + attribute(5, struct.pack(">Q", 60000))  # milliseconds until it expires
                     + attribute(7, attribute(1, b"counter\0") + attribute(2, counter, True), True), True)


def write_netlink(target):
    for form, addresses in enumerate((8, 8, 32, 32)):
        keys = [bytes(range(addresses)) + struct.pack(">I", 0x1000 + n) for n in range(3)]
        elements = b"".join(set_element(key, 7, 900) for key in keys)
        dump = message(12, attribute(1, b"asaphase\0") + attribute(2, b"esp_0\0") + attribute(3, elements, True))
        counter = message(18, attribute(4, attribute(1, struct.pack(">Q", 9), True), True))
        for number in range(4):
            write(target / "fuzz_netlink", f"{form}-{number}", bytes([number]) + dump + counter)


# ---- the daemon's texts ----

CONFIG = """# every kind of value
[daemon]
mode=queue
role=transit
[queues]
first=8
esp=4
receive-buffer=16
[offload]
sample-one-in=1024
[ports]
ike=500, 5500
nat-traversal=4500 4501
[tunnels]
local=192.0.2.1, 2001:db8::1
one-way-packets=9
[export]
textfile=
per-spi=yes
[socket]
group=adm
[state]
file=/var/lib/asaphase/state
[peer headquarters]
local=192.0.2.1
remote=198.51.100.7
"""

REQUESTS = (
    '{"request":"diagnose"}',
    '{"request":"diagnose","as":"text","color":true,"width":100,"peer":"10.2.0.1"}',
    '{"request":"diagnose","as":"brief"}',
    '{"request":"show","words":["crypto","ipsec","sa","peer","10.2.0.1"]}',
    '{"request":"show","words":["cry","ikev2","sa","det"]}',
    '{"request":"show","words":["vpn-sessiondb","l2l"]}',
    '{"request":"nothing"}',
)

STATE = """tunnel 192.0.2.1 198.51.100.7 10 1000 1 1700000000 20 2000 0 1700000001
failures 192.0.2.1 198.51.100.7 psk-mismatch 3
kernel 6a1f3c2e-0000-4000-8000-000000000000 12
spi 192.0.2.1 198.51.100.7 4097 1 10 1000
spi 2001:db8::1 2001:db8::2 4098 0 20 2000
"""


def write_texts(target):
    write(target / "fuzz_config", "whole", CONFIG.encode())
    for number, part in enumerate(CONFIG.split("[")[1:]):
        write(target / "fuzz_config", f"group-{number}", f"[{part}".encode())
    for number, request in enumerate(REQUESTS):
        write(target / "fuzz_control", str(number), request.encode())
    write(target / "fuzz_state", "whole", STATE.encode())


def gso_packet(segments, size):
    """IPv4 and UDP around ESP packets in a row."""
    esp = b"".join(struct.pack(">II", 0x1234ABCD, 100 + n) + bytes(size - 8) for n in range(segments))
    udp = struct.pack(">HHHH", 4500, 4500, 8 + len(esp), 0) + esp
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes((10, 1, 0, 1, 10, 2, 0, 1)) + udp


def main():
    target = pathlib.Path(sys.argv[1])
    lengths = set()
    for path in sorted(CAPTURES.glob("*.pcap")):
        row, before = b"", None
        for number, (time, frame) in enumerate(packets(path)):
            ip_packet = frame[ETHERNET_HEADER:]
            gap = 0 if before is None else min(max(time - before, 0), LONGEST_GAP)
            before = time
            row += struct.pack(">HB", len(ip_packet), gap) + ip_packet
            if number < 12:
                write(target / "fuzz_datagram", f"{path.stem}-{number}", b"\0\0" + frame)
                ike = ike_message(ip_packet)
                if ike:
                    write(target / "fuzz_ike_message", f"{path.stem}-{number}", b"\0\x29" + ike)
                    lengths.add(max(len(ike) - IKE_HEADER, 0))
        write(target / "fuzz_frames", path.stem, row)
    for path in sorted(TEXTS.iterdir()):
        write(target / "fuzz_pasted", path.stem, path.read_bytes())
        if path.suffix == ".log":
            write(target / "fuzz_asa_log", path.stem, path.read_bytes())
    write_suites(target, sorted(lengths))
    write_netlink(target)
    write_texts(target)
    for segments, size in ((1, 40), (2, 1400), (5, 104), (40, 64)):
        write(target / "fuzz_gso_segments", f"{segments}-{size}", b"\0" + gso_packet(segments, size))


main()
