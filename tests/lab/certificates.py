# SPDX-License-Identifier: GPL-2.0-or-later
"""A CA and a certificate for each side, made afresh for each run with strongSwan's pki."""

import os
import subprocess

from world import SIDES

# Kinds of key: "rsa-large" gives certificates that do not fit one packet.
KEYS = {"rsa": ("rsa", "2048"), "rsa-large": ("rsa", "4096"), "ecdsa": ("ecdsa", "256")}


def _pki(path, *arguments):
    with open(path, "wb") as file:
        subprocess.run(("pki", *arguments, "--outform", "pem"), stdout=file, stderr=subprocess.DEVNULL, check=True, timeout=60)


def _key(path, kind):
    name, size = KEYS[kind]
    _pki(path, "--gen", "--type", name, "--size", size)


def _authority(folder, name, kind):
    key, certificate = os.path.join(folder, f"{name}.key"), os.path.join(folder, f"{name}.pem")
    _key(key, kind)
    _pki(certificate, "--self", "--ca", "--in", key, "--dn", f"C=XX, O=Lab, CN={name}", "--lifetime", "3650")
    return key, certificate


def make(peers, authority_of, trusted_by, kind="rsa"):
    """Gives each peer its key and certificate, signed by authority_of[side], and trust in the CA trusted_by[side]."""
    folder = peers["left"].world.folder
    authorities = {name: _authority(folder, name, kind)
                   for name in sorted({*authority_of.values(), *trusted_by.values()})}
    for side in SIDES:
        own = peers[side].folder
        for part in ("x509", "x509ca", "private"):
            os.makedirs(os.path.join(own, part), exist_ok=True)
        key = os.path.join(own, "private", f"{side}.pem")
        _key(key, kind)
        public = os.path.join(own, "public.pem")
        _pki(public, "--pub", "--in", key)
        ca_key, ca_certificate = authorities[authority_of[side]]
        _pki(os.path.join(own, "x509", f"{side}.pem"), "--issue", "--type", "pub", "--in", public, "--cacert",
             ca_certificate, "--cakey", ca_key, "--dn", f"C=XX, O=Lab, CN={side}.example", "--san", f"{side}.example",
             "--lifetime", "3650")
        with open(authorities[trusted_by[side]][1], "rb") as source, \
                open(os.path.join(own, "x509ca", "ca.pem"), "wb") as target:
            target.write(source.read())
