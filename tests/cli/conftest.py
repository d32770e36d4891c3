# SPDX-License-Identifier: GPL-2.0-or-later
"""What the command line's tests share: the program, the captures, and captures made up for one test."""
import os
import pathlib
import struct
import subprocess

import pytest

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
CAPTURES = TOP / "tests" / "captures"
PROGRAM = os.environ.get("ASAPHASE", str(TOP / "build/dev/cli/asaphase"))
ETHERNET, RAW_IP = 1, 101


@pytest.fixture
def asaphase():
    """Runs the program; stdout and stderr are text."""

    def run(*arguments, standard_input=None, environment=None):
        return subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, timeout=60, check=False,
                              input=standard_input, env={**os.environ, "TZ": "UTC", **(environment or {})})

    return run


@pytest.fixture
def capture():
    """Path of a bundled capture by name."""
    return lambda name: CAPTURES / f"{name}.pcap"


def pcap(frames, link_type=ETHERNET, snap_length=65535):
    """The bytes of a capture; frames are bytes or (bytes captured, length on the wire), a second apart."""
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, snap_length, link_type)
    for number, frame in enumerate(frames):
        frame, length = frame if isinstance(frame, tuple) else (frame, len(frame))
        data += struct.pack("<IIII", 1_700_000_000 + number, 0, len(frame), length) + frame
    return data


def records(data):
    """The frames of a classic little-endian capture file."""
    frames, offset = [], 24
    while offset < len(data):
        captured, length = struct.unpack_from("<II", data, offset + 8)
        frames.append((data[offset + 16:offset + 16 + captured], length))
        offset += 16 + captured
    return frames


def udp_packet(payload, source="10.1.0.1", destination="10.2.0.1", port=500):
    """An IPv4 packet with a UDP datagram; checksums are left out, as offloading leaves them."""
    udp = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    addresses = b"".join(bytes(map(int, address.split("."))) for address in (source, destination))
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + addresses + udp


def ike_header(length, first_payload=33, exchange=34, flags=8, message_id=0, responder_spi=0):
    return struct.pack(">QQBBBBII", 0x1122334455667788, responder_spi, first_payload, 0x20, exchange, flags, message_id, length)
