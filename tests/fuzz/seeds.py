#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes seed inputs for the fuzz targets, from the Ethernet captures of tests/captures and from tests/texts. usage: seeds.py
FOLDER"""
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


def main():
    target = pathlib.Path(sys.argv[1])
    for path in sorted(CAPTURES.glob("*.pcap")):
        row, before = b"", None
        for number, (time, frame) in enumerate(packets(path)):
            ip_packet = frame[ETHERNET_HEADER:]
            gap = 0 if before is None else min(max(time - before, 0), LONGEST_GAP)
            before = time
            row += struct.pack(">HB", len(ip_packet), gap) + ip_packet
            if number < 12:
                write(target / "fuzz_datagram", f"{path.stem}-{number}", b"\0\0" + frame)
                message = ike_message(ip_packet)
                if message:
                    write(target / "fuzz_ike_message", f"{path.stem}-{number}", b"\0\x29" + message)
        write(target / "fuzz_frames", path.stem, row)
    for path in sorted(TEXTS.iterdir()):
        write(target / "fuzz_pasted", path.stem, path.read_bytes())
        if path.suffix == ".log":
            write(target / "fuzz_asa_log", path.stem, path.read_bytes())


main()
