# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures made up for one test: what the lab's peers do not send."""
import ipaddress
import struct

ETHERNET, RAW_IP = 1, 101
ASA, PEER = "10.1.0.1", "10.2.0.1"
SA, KE, NOTIFY, VENDOR_ID = 33, 34, 41, 43
SA_INIT = 34
COOKIE = 16390


def pcap(path, packets, link_type=RAW_IP, interval=0.1):
    """Writes a capture of these packets, interval seconds apart; returns its path."""
    data = bytearray(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link_type))
    for number, packet in enumerate(packets):
        microseconds = int(number * interval * 1_000_000)
        data += struct.pack("<IIII", 1_700_000_000 + microseconds // 1_000_000, microseconds % 1_000_000, len(packet),
                            len(packet)) + packet
    path.write_bytes(data)
    return path


def append(path, capture, packets, interval=0.1):
    """Copies a lab capture (Ethernet) and adds these IP packets after its last one."""
    data = capture.read_bytes()
    offset = 24
    while offset < len(data):
        seconds, microseconds, captured = struct.unpack_from("<III", data, offset)
        offset += 16 + captured
    for number, packet in enumerate(packets, start=1):
        frame, late = ethernet(packet), microseconds + int(number * interval * 1_000_000)
        data += struct.pack("<IIII", seconds + late // 1_000_000, late % 1_000_000, len(frame), len(frame)) + frame
    path.write_bytes(data)
    return path


def syslog(text, source=ASA, destination="10.9.9.9"):
    return udp(b"<164>" + text.encode(), port=514, source=source, destination=destination)


def ip(payload, protocol, source=ASA, destination=PEER):
    addresses = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    if ipaddress.ip_address(source).version == 6:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + addresses + payload
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0) + addresses + payload


def udp(payload, port=500, source=ASA, destination=PEER, source_port=None):
    header = struct.pack(">HHHH", port if source_port is None else source_port, port, 8 + len(payload), 0)
    return ip(header + payload, 17, source, destination)


def ethernet(packet):
    return bytes(12) + b"\x08\x00" + packet


def esp(spi, sequence, source=ASA, destination=PEER, size=80):
    return ip(struct.pack(">II", spi, sequence) + bytes(size - 8), 50, source, destination)


def esp_in_udp(spi, sequence, source=ASA, destination=PEER, port=4500):
    return udp(struct.pack(">II", spi, sequence) + bytes(72), port, source, destination)


def ike(payloads, response=False, exchange=SA_INIT, responder_spi=0, message_id=0):
    """An IKEv2 message with these payloads, (type, body) each."""
    chain = b""
    for number, (_, body) in enumerate(payloads):
        following = payloads[number + 1][0] if number + 1 < len(payloads) else 0
        chain += struct.pack(">BBH", following, 0, 4 + len(body)) + body
    return struct.pack(">QQBBBBII", 0x1122334455667788, responder_spi, payloads[0][0], 0x20, exchange,
                       0x20 if response else 0x08, message_id, 28 + len(chain)) + chain


def notify(kind, data=b""):
    return NOTIFY, struct.pack(">BBH", 0, 0, kind) + data


def vendor(identifier):
    return VENDOR_ID, identifier


def proposal():
    """One IKE proposal: AES-CBC-256, SHA2-256, group 14."""
    transforms = [(1, struct.pack(">HHH", 12, 0x800E, 256)), (2, struct.pack(">H", 5)), (3, struct.pack(">H", 12)),
                  (4, struct.pack(">H", 14))]
    body = b""
    for number, (kind, rest) in enumerate(transforms):
        more = 3 if number + 1 < len(transforms) else 0
        body += struct.pack(">BBHBB", more, 0, 6 + len(rest), kind, 0) + rest
    return SA, struct.pack(">BBHBBBB", 0, 0, 8 + len(body), 1, 1, 0, len(transforms)) + body
