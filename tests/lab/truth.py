# SPDX-License-Identifier: GPL-2.0-or-later
"""What is true of a capture: from what was configured, the daemons' logs and tshark's plain counts."""

import collections
import re
import subprocess

ENCRYPTION = {"aes256": "AES-CBC-256 [RFC3602]", "aes128": "AES-CBC-128 [RFC3602]", "3des": "3DES [RFC2451]",
              "aes256gcm16": "AES-GCM-256 with 16 octet ICV [RFC5282]",
              "aes128gcm16": "AES-GCM-128 with 16 octet ICV [RFC5282]"}
INTEGRITY = {"sha256": "HMAC_SHA2_256_128 [RFC4868]", "sha1": "HMAC_SHA1_96 [RFC2404]",
             "sha384": "HMAC_SHA2_384_192 [RFC4868]", "sha512": "HMAC_SHA2_512_256 [RFC4868]"}
ODD_PORTS = (5500, 5501)  # where IKE and ESP are found in the scenarios with odd ports
KEYS = ("Sk_ai", "Sk_ar", "Sk_ei", "Sk_er")


def tshark(capture, *arguments):
    decode = [word for port in ODD_PORTS for word in ("-d", f"udp.port=={port},udpencap")]
    done = subprocess.run(("tshark", "-n", "-r", capture, *decode, *arguments), capture_output=True, text=True, timeout=60,
                          check=False)
    return [line for line in done.stdout.splitlines() if line]


def esp_counts(capture, family):
    """Packets of ESP by "source>destination"."""
    fields = ("ip.src", "ip.dst") if family == 4 else ("ipv6.src", "ipv6.dst")
    lines = tshark(capture, "-Y", "esp && !icmp", "-T", "fields", "-e", fields[0], "-e", fields[1])
    return dict(collections.Counter(line.replace("\t", ">") for line in lines))


def answers(cause, phase, esp):
    """What is to be answered for each phase: esp are the counts of the ways that carry some."""
    after = "ok" if len(esp) > 1 else "unknown"
    if cause in ("none", "undetermined"):
        return {"1": "ok", "2": "ok", "data": after}
    was_up = phase != "1" or cause == "peer-dead"
    found = {"1": "ok" if was_up else "unknown", "2": "ok" if was_up else after, "data": after}
    return {**found, phase: "failed"}


def _hex_dump(lines, start, length):
    digits = ""
    for line in lines[start:]:
        match = re.search(r"\]\s+\d+: ((?:[0-9A-F]{2} )+)", line)
        if not match or len(digits) >= 2 * length:
            break
        digits += match.group(1).replace(" ", "")
    return digits[: 2 * length].lower()


def key_sets(log):
    """The four SK_* keys of each IKE SA in the order in which they were derived."""
    with open(log, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    sets, current = [], None
    for number, line in enumerate(lines):
        match = re.search(r"\b(Sk_\w+) secret => (\d+) bytes", line)
        if not match:
            continue
        if match.group(1) == "Sk_d":
            current = {}
            sets.append(current)
        if current is not None and match.group(1) in KEYS:
            current[match.group(1)] = _hex_dump(lines, number + 1, int(match.group(2)))
    return sets


def spi_pairs(capture):
    """SPIs of each IKE SA whose IKE_SA_INIT was answered with keys, in order."""
    lines = tshark(capture, "-Y", "isakmp.exchangetype == 34 && isakmp.flag_r == 1 && isakmp.key_exchange.data",
                   "-T", "fields", "-e", "isakmp.ispi", "-e", "isakmp.rspi")
    pairs = []
    for line in lines:
        if line not in pairs:
            pairs.append(line)
    return [line.split("\t") for line in pairs]


def decryption_table(capture, log, proposal):
    """Lines for Wireshark's ikev2_decryption_table."""
    words = proposal.split(",")[0].split("-")
    if words[0] not in ENCRYPTION:
        return []  # Wireshark cannot decrypt it
    integrity = next((INTEGRITY[word] for word in words if word in INTEGRITY), "NONE [RFC4306]")
    if "gcm" in words[0]:
        integrity = "NONE [RFC4306]"
    lines = []
    for (initiator, responder), keys in zip(spi_pairs(capture), key_sets(log)):
        lines.append(f'{initiator},{responder},{keys["Sk_ei"]},{keys["Sk_er"]},"{ENCRYPTION[words[0]]}",'
                     f'{keys.get("Sk_ai", "")},{keys.get("Sk_ar", "")},"{integrity}"')
    return lines


def frames(capture, display_filter, table=()):
    """Numbers of the frames that a display filter matches, decrypted with table."""
    keys = [word for line in table for word in ("-o", f"uat:ikev2_decryption_table:{line}")]
    return [int(line) for line in tshark(capture, *keys, "-Y", display_filter, "-T", "fields", "-e", "frame.number")]


def first_frame(capture, display_filter, table):
    """The first of these; None where there is none."""
    return next(iter(frames(capture, display_filter, table)), None)
