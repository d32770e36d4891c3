# SPDX-License-Identifier: GPL-2.0-or-later
"""One strongSwan daemon in its own namespace, driven by swanctl."""

import os
import subprocess
import time

from world import INNER_NET, SECOND_NET, SIDES, stop

PLUGINS = ("random nonce drbg openssl aes gcm sha1 sha2 md5 hmac kdf gmp curve25519 pem pkcs1 pkcs8 x509 pubkey constraints "
           "eap-md5 eap-identity {esp} kernel-netlink socket-default vici updown")
# kernel-libipsec does ESP in user space: always UDP-encapsulated, with a forced NAT. Without it IKE stays on port 500.
# It has to come before kernel-netlink, which takes what is left.
USER_SPACE_ESP = "kernel-libipsec"
CHARON = "/usr/lib/ipsec/charon"

DEFAULTS = {
    "version": 2, "aggressive": False, "ike": "aes256-sha256-modp2048", "esp": "aes256-sha256", "auth": "psk",
    "psk": "correct horse battery staple", "id": None, "expect_id": None, "local_net": None, "remote_net": None,
    "dpd": 0, "child_rekey": 0, "child_life": 0, "ike_rekey": 0, "second_child": False, "mobike": False,
    "fragmentation": "yes", "second_remote_net": None, "cookie": False, "esp_in_user_space": True, "eap": None,
    "daemon": {}, "connection": {},  # further settings, as swanctl.conf and strongswan.conf name them
    "second_connection": False, "second_psk": None,  # an IKE SA of its own, with other identities, for the second child
    "retransmit_timeout": 1.5, "retransmit_tries": 3, "retransmit_base": 1.6, "close_action": "none",
}


def block(name, body):
    """A strongSwan configuration section from nested dicts and strings."""
    lines = [f"{name} {{"]
    for key, value in body.items():
        if isinstance(value, dict):
            lines.append(block(key, value))
        elif value is not None:
            lines.append(f"{key} = {value}")
    lines.append("}")
    return "\n".join(lines)


class Peer:
    """A side of the tunnel. Options: see DEFAULTS."""

    def __init__(self, world, side, **options):
        unknown = set(options) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"no such option: {', '.join(unknown)}")
        self.world, self.side = world, side
        self.options = {**DEFAULTS, **options}
        self.other = SIDES[1 - SIDES.index(side)]
        self.folder = os.path.join(world.folder, side)
        self.log = os.path.join(self.folder, "charon.log")
        self.charon = None
        os.makedirs(self.folder, exist_ok=True)

    def path(self, name):
        return os.path.join(self.folder, name)

    def _write_daemon_configuration(self):
        options = self.options
        plugins = PLUGINS.format(esp=USER_SPACE_ESP if options["esp_in_user_space"] else "")
        body = {
            "load": plugins, "retransmit_timeout": options["retransmit_timeout"],
            "retransmit_tries": options["retransmit_tries"], "retransmit_base": options["retransmit_base"],
            "i_dont_care_about_security_and_use_aggressive_mode_psk": "yes",
            "plugins": {"vici": {"socket": f"unix://{self.path('vici')}"}},
            "filelog": {"log": {"path": self.log, "append": "yes", "default": 1, "ike": 4, "flush_line": "yes"}},
        }
        body.update(options["daemon"])
        if options["cookie"]:
            body["cookie_threshold"] = 1
            body["cookie_threshold_ip"] = 1
        with open(self.path("strongswan.conf"), "w", encoding="ascii") as file:
            file.write(block("charon", body) + "\n")

    def _authentication(self, side, own):
        options = self.options
        body = {"auth": options["auth"]}
        if options["auth"] == "cert":
            body = {"auth": "pubkey"}
            if own:
                body["certs"] = f"{side}.pem"
        if options["auth"] == "eap":
            eap_side = "left"
            body = {"auth": "eap-md5" if side == eap_side else "psk"}
        identity = options["id"] if own else options["expect_id"]
        body["id"] = identity or (f"{side}.example" if options["auth"] == "cert" else self.world.outer(side))
        return body

    def _children(self):
        options = self.options
        # A hard lifetime of 0 would switch off the rekeying too.
        life = f"{options['child_life']}s" if options["child_life"] else None
        base = {"esp_proposals": options["esp"], "rekey_time": f"{options['child_rekey']}s", "life_time": life,
                "rand_time": "0s", "start_action": "none", "close_action": options["close_action"], "dpd_action": "clear"}
        first = {**base, "local_ts": options["local_net"] or INNER_NET[self.side],
                 "remote_ts": options["remote_net"] or INNER_NET[self.other]}
        second = {**base, "local_ts": SECOND_NET[self.side],
                  "remote_ts": options["second_remote_net"] or SECOND_NET[self.other]}
        return {"first": first}, {"second": second}

    def _connection(self, children, local, remote):
        options = self.options
        return {
            "version": options["version"], "local_addrs": self.world.outer(self.side),
            "remote_addrs": self.world.outer(self.other), "proposals": options["ike"],
            "aggressive": "yes" if options["aggressive"] else "no", "mobike": "yes" if options["mobike"] else "no",
            "fragmentation": options["fragmentation"], "dpd_delay": f"{options['dpd']}s",
            "rekey_time": f"{options['ike_rekey']}s", "reauth_time": "0s", "rand_time": "0s",
            "local": local, "remote": remote, "children": children, **options["connection"],
        }

    def _write_connections(self):
        options = self.options
        first, second = self._children()
        connections = {"tunnel": self._connection(
            {**first, **(second if options["second_child"] else {})},
            self._authentication(self.side, True), self._authentication(self.other, False))}
        secrets = {"ike-peer": {"secret": f'"{options["psk"]}"'}}
        if options["eap"]:
            secrets["eap-user"] = {"id": self.world.outer("left"), "secret": f'"{options["eap"]}"'}
        if options["second_connection"]:
            names = {side: f"second.{side}.example" for side in SIDES}
            connections["second"] = self._connection(second, {"auth": "psk", "id": names[self.side]},
                                                     {"auth": "psk", "id": names[self.other]})
            secrets["ike-second"] = {"id-1": names["left"], "id-2": names["right"],
                                     "secret": f'"{options["second_psk"] or options["psk"]}"'}
        with open(self.path("swanctl.conf"), "w", encoding="ascii") as file:
            file.write(block("connections", connections) + "\n" + block("secrets", secrets) + "\n")

    def start(self):
        self._write_daemon_configuration()
        command = f"mount -t tmpfs tmpfs /run && exec {CHARON}"
        environment = {**os.environ, "STRONGSWAN_CONF": self.path("strongswan.conf")}
        self.charon = subprocess.Popen(self.world.inside(self.side, "unshare", "-m", "sh", "-c", command),
                                       env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            if os.path.exists(self.path("vici")):
                break
            time.sleep(0.1)
        self.load()
        return self

    def load(self, **changes):
        """Loads the configuration, with changes, into the running daemon."""
        self.options.update(changes)
        self._write_connections()
        self.swanctl("--load-all", "--file", self.path("swanctl.conf"))

    def swanctl(self, *arguments, check=True, seconds=20):
        command = ("timeout", str(seconds), "swanctl", *arguments, "--uri", f"unix://{self.path('vici')}")
        environment = {**os.environ, "SWANCTL_DIR": self.folder}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if check and done.returncode != 0:
            raise RuntimeError(f"swanctl {' '.join(arguments)} on {self.side}: {done.stderr.strip()} {done.stdout.strip()[-300:]}")
        return done.returncode == 0

    def initiate(self, child="first", seconds=15, check=False):
        """Asks for a child SA. Returns whether it came up."""
        return self.swanctl("--initiate", "--child", child, "--timeout", str(seconds), check=check, seconds=seconds + 5)

    def terminate(self):
        return self.swanctl("--terminate", "--ike", "tunnel", "--timeout", "5", check=False)

    def rekey(self, what="--child", name="first", *more):
        return self.swanctl("--rekey", what, name, *more, check=False)

    def redirect(self, gateway):
        """Sends the other side to another gateway (RFC 5685)."""
        return self.swanctl("--redirect", "--ike", "tunnel", "--gateway", gateway)

    def restart(self):
        """A daemon that remembers nothing."""
        self.kill()
        os.remove(self.path("vici"))
        return self.start()

    def stop(self):
        if self.charon is not None:
            stop(self.charon)

    def kill(self):
        """Dies without a word to the other side."""
        self.charon.kill()
        self.charon.wait(5)

    def said(self, words):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return words in file.read()
