# SPDX-License-Identifier: GPL-2.0-or-later
"""Sends ESP of many hosts by one clock, inside a namespace: esp_flows.py INTERFACE MAC START < flows

Each line of the flows: SOURCE DESTINATION SPI FROM UNTIL, in seconds after START (since the epoch). FLOW_RATE packets a second."""

import heapq
import socket
import struct
import sys
import time

FLOW_RATE = 4
PAYLOAD = bytes(range(80))


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return ~total & 0xffff


def packet(source, destination, spi, sequence):
    header = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + len(PAYLOAD), 0, 0x4000, 64, socket.IPPROTO_ESP, 0,
                         socket.inet_aton(source), socket.inet_aton(destination))
    header = header[:10] + struct.pack(">H", checksum(header)) + header[12:]
    return header + struct.pack(">II", spi, sequence) + PAYLOAD


def main():
    interface, mac, start = sys.argv[1], bytes.fromhex(sys.argv[2].replace(":", "")), float(sys.argv[3])
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind((interface, socket.htons(0x0800)))
    ethernet = mac + link.getsockname()[4] + b"\x08\x00"
    flows = [line.split() for line in sys.stdin]
    sequences = {}
    due = [(float(begins), number) for number, (*_, begins, _) in enumerate(flows)]
    heapq.heapify(due)
    while due:
        at, number = heapq.heappop(due)
        source, destination, spi, _, until = flows[number]
        if at >= float(until):
            continue
        time.sleep(max(0, start + at - time.time()))
        # A flow goes on where the one before it on its SPI ended.
        sequence = sequences[source, spi] = sequences.get((source, spi), 0) + 1
        link.send(ethernet + packet(source, destination, int(spi, 0), sequence))
        heapq.heappush(due, (at + 1 / FLOW_RATE, number))


if __name__ == "__main__":
    main()
