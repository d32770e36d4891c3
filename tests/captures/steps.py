# SPDX-License-Identifier: GPL-2.0-or-later
"""What can be done to the packets of a lab capture. Each step takes a list of packets and gives a new one."""

import dataclasses
import hashlib
import ipaddress
import random
import struct

from packets import (IKE_PORT, NANOSECONDS, NAT_TRAVERSAL_PORT, NON_ESP_MARKER, PROTOCOL_ESP, Packet, ip_packet,
                     tcp_packet, udp_packet)

MILLISECOND = NANOSECONDS // 1000
NO_PROPOSAL_CHOSEN, INVALID_MAJOR_VERSION, INVALID_SPI, AUTHENTICATION_FAILED = 14, 5, 11, 24
INVALID_SYNTAX = 7
NAT_DETECTION_SOURCE_IP, NAT_DETECTION_DESTINATION_IP = 16388, 16389
REDIRECT = 16407
SA_INIT, INFORMATIONAL, INFORMATIONAL_V1 = 34, 37, 5
NOTIFY, NOTIFY_V1 = 41, 11
FLAG_INITIATOR, FLAG_RESPONSE = 0x08, 0x20
TCP_FIN, TCP_SYN, TCP_PUSH, TCP_ACK = 1, 2, 8, 16
TCP_PREFIX = b"IKETCP"


def address(text):
    return ipaddress.ip_address(text).packed


def by_time(packets):
    return sorted(packets, key=lambda packet: packet.time)


# ---- which packets, and in which order ----

def only_from(source):
    return lambda packets: [packet for packet in packets if packet.source == address(source)]


def only(*origins):
    return lambda packets: [packet for packet in packets if packet.origin in origins]


def after(origin):
    """The capture starts midway, after this frame."""
    return lambda packets: [packet for packet in packets if packet.origin > origin]


def until(origin):
    return lambda packets: [packet for packet in packets if packet.origin <= origin]


def without_ike(packets):
    return [packet for packet in packets if packet.is_esp()]


def pairs_swapped(packets):
    """Every two packets have changed places; each keeps its time."""
    return [packet for pair in zip(packets[1::2], packets[::2]) for packet in pair] + packets[len(packets) & ~1:]


def one_direction_after_the_other(packets):
    """As when two captures of one direction each are put one after the other. The initiator's comes second."""
    first = packets[0].source
    return [packet for packet in packets if packet.source != first] + [packet for packet in packets if packet.source == first]


def without_times(packets):
    return [dataclasses.replace(packet, time=0) for packet in packets]


def twice(packets):
    """As on interface "any" of a gateway on the path: each packet when it comes and when it goes."""
    return [dataclasses.replace(packet, time=packet.time + later) for packet in packets for later in (0, MILLISECOND // 20)]


def slowed(factor):
    """Time runs slower: pauses are so many times as long."""
    return lambda packets: [dataclasses.replace(packet, time=packets[0].time + (packet.time - packets[0].time) * factor)
                            for packet in packets]


def _spi(packet):
    return packet.payload[:4] if packet.protocol == PROTOCOL_ESP else packet.udp[:4]


def overlapping_rekey(count):
    """In each direction the last packets of the old SPI come between those of the new one."""
    def step(packets):
        result = list(packets)
        for source in {packet.source for packet in packets if packet.is_esp()}:
            numbers = [n for n, packet in enumerate(packets) if packet.is_esp() and packet.source == source]
            old = _spi(packets[numbers[0]])
            of_old = [n for n in numbers if _spi(packets[n]) == old][-count:]
            of_new = [n for n in numbers if _spi(packets[n]) != old]
            for late, beside in zip(of_old, of_new):
                result[late] = dataclasses.replace(packets[late], time=packets[beside].time + MILLISECOND)
        return by_time(result)
    return step


# ---- other headers around the same messages ----

def _with_udp(packet, ports, payload):
    return dataclasses.replace(packet, ip=udp_packet(packet.source, packet.destination, ports, payload))


def ports_moved(moved):
    """Ports by moved, a dict."""
    return lambda packets: [_with_udp(packet, tuple(moved.get(port, port) for port in packet.ports), packet.udp)
                            for packet in packets]


def _with_true_nat_detection(packet, message):
    """The same message with hashes of the addresses and ports that it has now (RFC 7296 sec. 2.23)."""
    if message[18] != SA_INIT:
        return message
    kind, offset = message[16], 28
    while kind != 0 and offset + 8 <= len(message):
        following, _, length = struct.unpack(">BBH", message[offset:offset + 4])
        notify = struct.unpack(">H", message[offset + 6:offset + 8])[0]
        end = {NAT_DETECTION_SOURCE_IP: packet.source, NAT_DETECTION_DESTINATION_IP: packet.destination}.get(notify)
        if kind == NOTIFY and end is not None:
            digest = hashlib.sha1(message[:16] + end + struct.pack(">H", IKE_PORT)).digest()
            message = message[:offset + 8] + digest + message[offset + 28:]
        kind, offset = following, offset + length
    return message


def without_udp_encapsulation(packets):
    """As if there were no NAT: ESP as IP protocol 50, IKE on port 500 throughout, and NAT detection that says so."""
    result = []
    for packet in packets:
        if packet.is_esp():
            result.append(dataclasses.replace(packet, ip=ip_packet(packet.source, packet.destination, PROTOCOL_ESP, packet.udp)))
        elif packet.ike is not None:
            result.append(_with_udp(packet, (IKE_PORT, IKE_PORT), _with_true_nat_detection(packet, packet.ike)))
    return result


def in_fragments(size, last_first=False):
    """In IPv4 fragments of so many bytes of payload, a multiple of 8."""
    def step(packets):
        result = []
        for number, packet in enumerate(packets):
            pieces = [packet.payload[at:at + size] for at in range(0, len(packet.payload), size)]
            fragments = []
            for index, piece in enumerate(pieces):
                more = 0x2000 if index + 1 < len(pieces) else 0
                ip = ip_packet(packet.source, packet.destination, packet.protocol, piece, number + 1, more | index * size // 8)
                fragments.append(dataclasses.replace(packet, time=packet.time + index * 1000, ip=ip))
            result += fragments[::-1] if last_first else fragments
        return result
    return step


class _TcpStream:
    """A connection that the first packet's source opens; one is made for a whole capture (RFC 9329)."""

    def __init__(self, opener, other, start):
        self.ends = {opener: (other, (40123, NAT_TRAVERSAL_PORT)), other: (opener, (NAT_TRAVERSAL_PORT, 40123))}
        self.sequence = {opener: 0x10000000, other: 0xffffff00}  # the second one wraps soon
        self.result = []
        self.send(opener, start - 3 * MILLISECOND // 10, TCP_SYN)
        self.send(other, start - 2 * MILLISECOND // 10, TCP_SYN | TCP_ACK)
        self.send(opener, start - MILLISECOND // 10, TCP_ACK)

    def send(self, source, time, flags, payload=b"", origin=None):
        other, ports = self.ends[source]
        acknowledged = self.sequence[other] if flags & TCP_ACK else 0
        ip = tcp_packet(source, other, ports, self.sequence[source], acknowledged, flags, payload)
        self.result.append(Packet(time, ip, origin))
        self.sequence[source] += len(payload) + (flags & TCP_SYN != 0)


def in_tcp(segment=1400, joined=1, disordered=False):
    """
    In one TCP connection to port 4500. segment: most bytes a segment; joined: so many messages of one side that follow
    one another share a segment; disordered: segments are also sent again and overtake one another.
    """
    def step(packets):
        opener = packets[0].source
        stream = _TcpStream(opener, packets[0].destination, packets[0].time)
        opened, waiting, run = False, b"", 0
        for number, packet in enumerate(packets):
            message = NON_ESP_MARKER + packet.ike if packet.ike is not None else packet.udp
            if packet.source == opener and not opened:
                waiting, opened = waiting + TCP_PREFIX, True
            waiting += struct.pack(">H", len(message) + 2) + message
            run += 1
            more = number + 1 < len(packets) and packets[number + 1].source == packet.source
            if run < joined and more:
                continue
            for index, at in enumerate(range(0, len(waiting), segment)):
                stream.send(packet.source, packet.time + index * 1000, TCP_PUSH | TCP_ACK, waiting[at:at + segment], packet.origin)
            waiting, run = b"", 0
        return _disordered(stream.result) if disordered else stream.result
    return step


def _disordered(packets):
    result = list(packets)
    for number in range(6, len(result) - 1, 5):
        result[number], result[number + 1] = result[number + 1], result[number]
    for number in range(len(result) - 1, 6, -9):
        result.insert(number + 1, dataclasses.replace(result[number - 2], time=result[number].time, origin=None))
    return result


# ---- packets of others ----

def _ike_header(initiator_spi, responder_spi, first_payload, version, exchange, flags, message_id, body):
    return initiator_spi + responder_spi + struct.pack(">BBBBII", first_payload, version, exchange, flags, message_id,
                                                       28 + len(body)) + body


def _notify(kind, data=b""):
    return struct.pack(">BBHBBH", 0, 0, 8 + len(data), 0, 0, kind) + data


def _notify_v1(kind, data=b""):
    return struct.pack(">BBHIBBH", 0, 0, 12 + len(data), 1, 1, 0, kind) + data


def _answer(packet, payload, later=MILLISECOND // 2):
    """From the other end, a moment after packet."""
    ip = udp_packet(packet.destination, packet.source, packet.ports[::-1], payload)
    return Packet(packet.time + later, ip)


def _is_first_message(packet):
    return packet.ike is not None and packet.ike[8:16] == bytes(8)


def init_error(kind, data=b""):
    """An IKE_SA_INIT answer that is an error in the clear, to this request."""
    def message(packet):
        return _ike_header(packet.ike[:8], bytes(8), NOTIFY, 0x20, SA_INIT, FLAG_RESPONSE, 0, _notify(kind, data))
    return message


def init_error_v1(kind):
    """The same from a peer that speaks IKEv1."""
    def message(packet):
        return _ike_header(packet.ike[:8], b"\x5a" * 8, NOTIFY_V1, 0x10, INFORMATIONAL_V1, 0, 0x1234abcd, _notify_v1(kind))
    return message


def first_messages_answered(message, later=MILLISECOND // 2):
    """Each first message of an IKE SA is answered so, besides what is there already."""
    def step(packets):
        extra = [_answer(packet, message(packet), later) for packet in packets if _is_first_message(packet)]
        return by_time(packets + extra)
    return step


def invalid_spi(every):
    """The receiver says again and again that it does not know the SPI of the last direction's ESP (RFC 7296 sec. 1.5)."""
    def step(packets):
        last = packets[-1]
        extra = []
        of_last = [packet for packet in packets if packet.is_esp() and packet.source == last.source]
        for number, packet in enumerate(of_last[len(of_last) // 2::every]):
            message = _ike_header(struct.pack(">Q", 0x7000 + number), bytes(8), NOTIFY, 0x20, INFORMATIONAL, FLAG_INITIATOR, 0,
                                  _notify(INVALID_SPI, _spi(packet)))
            extra.append(_answer(packet, NON_ESP_MARKER + message))
        return by_time(packets + extra)
    return step


def invalid_spi_v1(every):
    """The same from a peer that speaks IKEv1 (RFC 2408 sec. 3.14)."""
    def step(packets):
        last = packets[-1]
        extra = []
        of_last = [packet for packet in packets if packet.is_esp() and packet.source == last.source]
        for number, packet in enumerate(of_last[len(of_last) // 2::every]):
            body = struct.pack(">BBHIBBH", 0, 0, 16, 1, 3, 4, INVALID_SPI) + _spi(packet)
            message = _ike_header(struct.pack(">Q", 0x7100 + number), bytes(8), NOTIFY_V1, 0x10, INFORMATIONAL_V1, 0, 0x77 + number,
                                  body)
            extra.append(_answer(packet, NON_ESP_MARKER + message))
        return by_time(packets + extra)
    return step


def redirected(origin, first_gateway):
    """
    The first message went to another gateway, which redirected it here (RFC 5685 sec. 3): a copy of frame origin to
    there, its answer, then everything as it was.
    """
    def step(packets):
        first = next(packet for packet in packets if packet.origin == origin)
        message = bytes(b ^ 0x55 for b in first.ike[:8]) + first.ike[8:]
        there = Packet(first.time - 5 * MILLISECOND, udp_packet(first.source, address(first_gateway), first.ports, message))
        gateway = struct.pack(">BB", 1, 4) + first.destination
        return [there, _answer(there, init_error(REDIRECT, gateway)(there))] + packets
    return step


def _esp(source, destination, spi, sequence, time, generator):
    payload = struct.pack(">II", spi, sequence) + generator.randbytes(96)
    return Packet(time, udp_packet(source, destination, (NAT_TRAVERSAL_PORT, NAT_TRAVERSAL_PORT), payload))


def noise(count):
    """ESP on SPIs that nobody negotiated, one packet each, from either side's address."""
    def step(packets):
        generator = random.Random(count)
        ends = (packets[0].source, packets[0].destination)
        start, end = packets[0].time, packets[-1].time
        extra = []
        for number in range(count):
            source, destination = ends if number % 2 else ends[::-1]
            extra.append(_esp(source, destination, generator.getrandbits(32) | 0x100, generator.getrandbits(32),
                              start + (end - start) * (number + 1) // (count + 2), generator))
        return by_time(packets + extra)
    return step


def spoofed_back(count):
    """A few ESP packets with SPIs of no SA in the direction that is missing, spread over the second half."""
    def step(packets):
        generator = random.Random(count)
        last = packets[-1]
        middle = packets[len(packets) // 2].time
        extra = [_esp(last.destination, last.source, generator.getrandbits(32) | 0x100, 1,
                      middle + (last.time - middle) * (number + 1) // (count + 1) + 7, generator) for number in range(count)]
        return by_time(packets + extra)
    return step


def tried_again(times, seconds):
    """The whole is repeated with other initiator SPIs, so many seconds apart."""
    def step(packets):
        result = []
        for number in range(times):
            for packet in packets:
                message = bytes([packet.ike[0] ^ number]) + packet.ike[1:]
                copy = _with_udp(packet, packet.ports, message)
                result.append(dataclasses.replace(copy, time=packet.time + number * seconds * NANOSECONDS,
                                                  origin=packet.origin if number == 0 else None))
        return result
    return step


def nat_keepalives(seconds):
    """The first sender keeps its NAT mapping open (RFC 3948 sec. 4) and nothing else is sent for so many seconds more."""
    def step(packets):
        last, first = packets[-1], packets[0]
        ports = (NAT_TRAVERSAL_PORT, NAT_TRAVERSAL_PORT)
        ip = udp_packet(first.source, first.destination, ports, b"\xff")
        return packets + [Packet(last.time + (n + 1) * 20 * NANOSECONDS, ip) for n in range(seconds // 20)]
    return step
