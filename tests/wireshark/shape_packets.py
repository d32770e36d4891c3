#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives random packets (randpkt, as classic pcap with Ethernet) the shape of IKE and ESP, so that they are read as such.

usage: shape_packets.py SEED INPUT OUTPUT
Random bytes past the headers stay random; lengths, versions and ports are made mostly, not always, plausible.
"""
import pathlib
import random
import struct
import sys

ENDS = [bytes((10, 1, 0, end)) for end in (1, 2, 3)]


def ike_header(body, chance):
    """Over the first bytes of body: SPIs out of a few, a known version and exchange, a length that mostly fits."""
    version = chance.choice((0x10, 0x20, 0x20, 0x20, chance.randrange(256)))
    exchange = chance.choice((2, 4, 5, 32, 34, 35, 36, 37, chance.randrange(256)))
    length = len(body) if chance.random() < 0.8 else chance.randrange(1 << 16)
    header = struct.pack(">QQBBBBII", chance.randrange(1, 4), chance.choice((0, 7, 8)), chance.choice((33, 41, 46, 53, 1, 8, 132)),
                         version, exchange, chance.choice((0x08, 0x20, 0x28, 0x00, 0x01)), chance.randrange(3), length)
    return header + body[28:] if len(body) >= 28 else header[:len(body)]


def shaped(frame, chance):
    """An Ethernet frame with IPv4: IKE on 500 or 4500, ESP bare or in UDP, an ICMP error or syslog."""
    rest = frame[14 + 28:] or b"\0"
    source, destination = chance.sample(ENDS, 2)
    kind = chance.choice(("ike", "ike", "ike4500", "esp", "udp-esp", "icmp", "syslog"))
    if kind == "esp":
        protocol, payload = 50, struct.pack(">II", chance.randrange(1, 9), chance.randrange(64)) + rest
    elif kind == "icmp":
        protocol, payload = 1, struct.pack(">BBHHH", 3, 4, 0, 0, 1400) + rest
    else:
        port = {"ike": 500, "ike4500": 4500, "udp-esp": 4500, "syslog": 514}[kind]
        body = {"ike": ike_header(rest, chance), "ike4500": bytes(4) + ike_header(rest, chance), "udp-esp": rest,
                "syslog": b"<164>%ASA-4-750003: " + rest}[kind]
        protocol, payload = 17, struct.pack(">HHHH", port, port, min(8 + len(body), 65535), 0) + body
    ip = struct.pack(">BBHHHBBH", 0x45, 0, min(20 + len(payload), 65535), 0, chance.choice((0, 0, 0, 0x2000, 0x0010)), 64, protocol,
                     0) + source + destination
    return frame[:12].ljust(12, b"\0") + b"\x08\x00" + ip + payload


def main():
    seed, source, target = sys.argv[1:]
    chance = random.Random(int(seed))
    data = pathlib.Path(source).read_bytes()
    made, offset = [data[:24]], 24
    while offset + 16 <= len(data):
        seconds, fraction, captured, _ = struct.unpack_from("<IIII", data, offset)
        frame = shaped(data[offset + 16:offset + 16 + captured], chance)
        made.append(struct.pack("<IIII", seconds, fraction, len(frame), len(frame)) + frame)
        offset += 16 + captured
    pathlib.Path(target).write_bytes(b"".join(made))


if __name__ == "__main__":
    main()
