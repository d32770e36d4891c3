# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures as lists of IP packets: reading a lab capture, writing it under another link layer or file format."""

import dataclasses
import struct

PROTOCOL_TCP, PROTOCOL_UDP, PROTOCOL_ESP = 6, 17, 50
IKE_PORT, NAT_TRAVERSAL_PORT = 500, 4500
NON_ESP_MARKER = bytes(4)
NANOSECONDS = 10**9
MAC_LEFT, MAC_RIGHT = bytes.fromhex("020000000001"), bytes.fromhex("020000000002")


@dataclasses.dataclass
class Packet:
    """One IP packet. time is in nanoseconds; origin is its frame number in the lab capture, None where it was made up."""
    time: int
    ip: bytes
    origin: int | None = None

    @property
    def version(self):
        return self.ip[0] >> 4

    @property
    def source(self):
        return self.ip[12:16] if self.version == 4 else self.ip[8:24]

    @property
    def destination(self):
        return self.ip[16:20] if self.version == 4 else self.ip[24:40]

    @property
    def protocol(self):
        return self.ip[9] if self.version == 4 else self.ip[6]

    @property
    def payload(self):
        return self.ip[(self.ip[0] & 15) * 4:] if self.version == 4 else self.ip[40:]

    @property
    def is_later_fragment(self):
        return self.version == 4 and struct.unpack(">H", self.ip[6:8])[0] & 0x1fff != 0

    @property
    def ports(self):
        """Of UDP: source and destination; (0, 0) otherwise."""
        return struct.unpack(">HH", self.payload[:4]) if self.protocol == PROTOCOL_UDP else (0, 0)

    @property
    def udp(self):
        """What a UDP datagram carries."""
        return self.payload[8:]

    def is_esp(self, ports=(NAT_TRAVERSAL_PORT,)):
        if self.protocol == PROTOCOL_ESP:
            return True
        return (self.protocol == PROTOCOL_UDP and not self.is_later_fragment and any(port in ports for port in self.ports)
                and len(self.udp) >= 8 and self.udp[:4] != NON_ESP_MARKER)

    @property
    def ike(self):
        """The IKE message on one of the two usual ports, None where there is none."""
        if self.protocol != PROTOCOL_UDP or self.is_later_fragment:
            return None
        if NAT_TRAVERSAL_PORT in self.ports:
            return self.udp[4:] if self.udp[:4] == NON_ESP_MARKER and len(self.udp) >= 32 else None
        return self.udp if IKE_PORT in self.ports else None


# ---- making packets ----

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip_packet(source, destination, protocol, payload, identification=0, fragment=0):
    """An IPv4 or IPv6 packet, by the length of the addresses. fragment: flags and offset of IPv4."""
    if len(source) == 16:
        return struct.pack(">IHBB", 6 << 28, len(payload), protocol, 64) + source + destination + payload
    header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), identification, fragment, 64, protocol, 0)
    header += source + destination
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + payload


def _transport_checksum(source, destination, protocol, segment):
    return checksum(source + destination + struct.pack(">II", len(segment), protocol) + segment)


def udp_packet(source, destination, ports, payload):
    segment = struct.pack(">HHHH", *ports, 8 + len(payload), 0) + payload
    value = _transport_checksum(source, destination, PROTOCOL_UDP, segment) or 0xffff
    return ip_packet(source, destination, PROTOCOL_UDP, segment[:6] + struct.pack(">H", value) + segment[8:])


def tcp_packet(source, destination, ports, sequence, acknowledgement, flags, payload=b""):
    segment = struct.pack(">HHIIBBHHH", *ports, sequence & 0xffffffff, acknowledgement & 0xffffffff, 5 << 4, flags, 65535, 0, 0)
    segment += payload
    value = _transport_checksum(source, destination, PROTOCOL_TCP, segment)
    return ip_packet(source, destination, PROTOCOL_TCP, segment[:16] + struct.pack(">H", value) + segment[18:])


def _with_header_checksum(ip):
    """IPv4's; IPv6 has none."""
    if ip[0] >> 4 != 4:
        return ip
    size = (ip[0] & 15) * 4
    header = ip[:10] + b"\0\0" + ip[12:size]
    return header[:10] + struct.pack(">H", checksum(header)) + header[12:] + ip[size:]


def with_hops(ip, more):
    """The packet with so many hops more."""
    at = 8 if ip[0] >> 4 == 4 else 7
    return _with_header_checksum(ip[:at] + bytes([(ip[at] + more) & 0xff]) + ip[at + 1:])


def with_address(ip, old, new):
    """The packet with another address at the end that has the old one."""
    begin, size = (12, 4) if ip[0] >> 4 == 4 else (8, 16)
    ends = [new if end == old else end for end in (ip[begin:begin + size], ip[begin + size:begin + 2 * size])]
    return _with_header_checksum(ip[:begin] + b"".join(ends) + ip[begin + 2 * size:])


# ---- reading ----

def read(path):
    """The IP packets of a capture that the lab made: pcap in microseconds, Ethernet."""
    with open(path, "rb") as file:
        data = file.read()
    magic, link_type = struct.unpack("<I", data[:4])[0], struct.unpack("<I", data[20:24])[0]
    if magic != 0xa1b2c3d4 or link_type != 1:
        raise ValueError(f"{path}: not a pcap of Ethernet frames in this machine's byte order")
    packets, offset = [], 24
    while offset < len(data):
        seconds, microseconds, captured, _ = struct.unpack("<IIII", data[offset:offset + 16])
        frame = data[offset + 16:offset + 16 + captured]
        packets.append(Packet(seconds * NANOSECONDS + microseconds * 1000, frame[14:], len(packets) + 1))
        offset += 16 + captured
    return packets


# ---- link layers: from a packet to a frame ----

def _ethertype(packet):
    return b"\x08\x00" if packet.version == 4 else b"\x86\xdd"


def ethernet(packet, between=b""):
    # The lower address is taken for one end of the link, the higher for the other.
    ends = (MAC_LEFT, MAC_RIGHT) if packet.source < packet.destination else (MAC_RIGHT, MAC_LEFT)
    return ends[1] + ends[0] + between + _ethertype(packet) + packet.ip


def vlan(packet):
    return ethernet(packet, b"\x81\x00\x00\x64")


def two_vlans(packet):
    return ethernet(packet, b"\x88\xa8\x00\xc8\x81\x00\x00\x64")


def pppoe(packet):
    protocol = b"\x00\x21" if packet.version == 4 else b"\x00\x57"
    session = b"\x11\x00" + struct.pack(">HH", 1, 2 + len(packet.ip)) + protocol
    return MAC_RIGHT + MAC_LEFT + b"\x88\x64" + session + packet.ip


def raw(packet):
    return packet.ip


def null(packet):
    return struct.pack("<I", 2 if packet.version == 4 else 30) + packet.ip


def loop(packet):
    return struct.pack(">I", 2 if packet.version == 4 else 24) + packet.ip


def cooked(packet):
    return struct.pack(">HHH", 0, 1, 6) + MAC_LEFT + b"\0\0" + _ethertype(packet) + packet.ip


def cooked_2(packet):
    return _ethertype(packet) + struct.pack(">HIHBB", 0, 2, 1, 0, 6) + MAC_LEFT + b"\0\0" + packet.ip


# Frame maker and LINKTYPE_ number (https://www.tcpdump.org/linktypes.html).
LINKS = {"ethernet": (ethernet, 1), "vlan": (vlan, 1), "two-vlans": (two_vlans, 1), "pppoe": (pppoe, 1), "raw": (raw, 101),
         "null": (null, 0), "loop": (loop, 108), "cooked": (cooked, 113), "cooked-2": (cooked_2, 276)}


# ---- writing ----

def pcap(packets, link, snap_length):
    make, number = LINKS[link]
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, snap_length, number)]
    for packet in packets:
        frame = make(packet)
        kept = frame[:snap_length]
        parts.append(struct.pack("<IIII", packet.time // NANOSECONDS, packet.time % NANOSECONDS // 1000, len(kept), len(frame)))
        parts.append(kept)
    return b"".join(parts)


def _block(kind, body):
    body += b"\0" * (-len(body) % 4)
    length = struct.pack("<I", 12 + len(body))
    return struct.pack("<I", kind) + length + body + length


def pcapng(packets, link, snap_length):
    """With times in nanoseconds."""
    make, number = LINKS[link]
    resolution = struct.pack("<HHB3xHH", 9, 1, 9, 0, 0)
    parts = [_block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1)),
             _block(1, struct.pack("<HHI", number, 0, snap_length) + resolution)]
    for packet in packets:
        frame = make(packet)
        kept = frame[:snap_length]
        head = struct.pack("<IIIII", 0, packet.time >> 32, packet.time & 0xffffffff, len(kept), len(frame))
        parts.append(_block(6, head + kept))
    return b"".join(parts)


FORMATS = {"pcap": pcap, "pcapng": pcapng}
