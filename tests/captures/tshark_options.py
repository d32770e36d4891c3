# SPDX-License-Identifier: GPL-2.0-or-later
"""What the plugin and tshark have to be told where asaphase takes the options of a truth file."""
PREFERENCES = {"--ike-port": "ike_ports", "--natt-port": "nat_traversal_ports"}
DISSECTORS = {"--ike-port": "isakmp", "--natt-port": "udpencap"}


def ports_of(options):
    """Option and port, in pairs."""
    return [(option, port) for option, port in zip(options, options[1:]) if option in PREFERENCES]


def preferences(options):
    """For the plugin."""
    ports = {}
    for option, port in ports_of(options):
        ports.setdefault(PREFERENCES[option], []).append(port)
    return [word for name, listed in ports.items() for word in ("-o", f"asaphase.{name}:{','.join(listed)}")]


def decode_as(options):
    """For Wireshark's own dissectors, which decrypt."""
    return [word for option, port in ports_of(options) for word in ("-d", f"udp.port=={port},{DISSECTORS[option]}")]
