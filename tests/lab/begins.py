# SPDX-License-Identifier: GPL-2.0-or-later
"""From which frame on a fault can be known without keys, as tshark reads the capture: it knows no rule of asaphase."""

import collections
import dataclasses

import truth

FIELDS = ("frame.number", "frame.time_epoch", "ip.src", "ipv6.src", "icmp.type", "icmp.code", "isakmp.ispi",
          "isakmp.exchangetype", "isakmp.messageid", "isakmp.flags", "isakmp.length", "esp.spi", "esp.sequence")
INFORMATIONAL_V1, INFORMATIONAL_V2 = "5", "37"
QUICK_MODE, IKE_AUTH, CREATE_CHILD_SA = "32", "35", "36"
TOO_BIG = ("3", "4")

NEVER_ANSWERED = (5, 1.0)    # packets, seconds: of a child that never had a packet back
NOT_ANSWERED_NOW = (8, 5.0)  # of one that had
REKEYS = 3
DELETED_WITH = 2.0  # seconds from a child to the Delete of the one that it replaces
NO_TRAFFIC = 30.0  # seconds
LIVENESS_V1 = 3  # two may be the Deletes of the child and of the IKE SA, which nobody answers
LOSSES = ((10, 0.01, 0), (3, 0.05, 50))  # packets lost, which share of those sent, of how many at least


@dataclasses.dataclass
class Frame:
    number: int
    time: float
    source: str
    icmp: tuple    # type and code; empty strings where it is none
    exchange: str  # of IKE; empty where it is none
    message: tuple  # equal for a message and its copies: the messages of main mode differ in length
    spi: str       # of ESP; empty where it is none
    sequence: int


def read(capture):
    """The frames, outermost packet first; what an ICMP error quotes is not read."""
    arguments = [word for field in FIELDS for word in ("-e", field)]
    for line in truth.tshark(capture, "-T", "fields", "-E", "occurrence=f", *arguments):
        (number, time, v4, v6, icmp_type, icmp_code, ispi, exchange, message_id, flags, length, spi, sequence) = line.split("\t")
        quoted = icmp_type != ""
        yield Frame(int(number), float(time), v4 or v6, (icmp_type, icmp_code), "" if quoted else exchange,
                    (v4 or v6, ispi, exchange, message_id, flags, length),
                    "" if quoted else spi, int(sequence or 0))


def first_copy(frames):
    """The first IKE message that is sent again."""
    seen = set()
    for frame in frames:
        if not frame.exchange:
            continue
        if frame.message in seen:
            return frame.number
        seen.add(frame.message)
    return None


def peer_dead(frames):
    """A liveness request that is sent again; IKEv1 sends new ones."""
    frames = list(frames)
    unanswered = []
    for frame in frames:
        if frame.exchange == INFORMATIONAL_V1:
            unanswered = [other for other in unanswered if other.source == frame.source] + [frame]
        if len(unanswered) == LIVENESS_V1:
            return frame.number
    return first_copy(frame for frame in frames if frame.exchange != INFORMATIONAL_V1)


def one_way(frames):
    """So many packets over so long a time without one back."""
    answered, run = False, []
    for frame in frames:
        if not frame.spi:
            continue
        if run and run[0].source != frame.source:
            answered, run = True, []
        run.append(frame)
        packets, seconds = NOT_ANSWERED_NOW if answered else NEVER_ANSWERED
        if len(run) >= packets and frame.time - run[0].time >= seconds - 1e-6:
            return frame.number
    return None


def packet_loss(frames):
    """Sequence numbers that never came, of one direction."""
    seen = collections.defaultdict(set)
    for frame in frames:
        if not frame.spi:
            continue
        numbers = seen[frame.spi]
        numbers.add(frame.sequence)
        sent = max(numbers)
        lost = sent - len(numbers)
        if any(lost >= least and lost >= share * sent and sent >= of for least, share, of in LOSSES):
            return frame.number
    return None


def mtu(frames):
    """The second error: the first is path MTU discovery at work."""
    errors = [frame.number for frame in frames if frame.icmp == TOO_BIG]
    return errors[1]


def rekey_churn(frames):
    """The third time that a child came (IKEv2's answer, the third message of IKEv1's quick mode) and another was deleted with it."""
    exchanges, deletes = collections.defaultdict(list), []
    for frame in frames:
        if frame.exchange in (QUICK_MODE, CREATE_CHILD_SA):
            exchanges[frame.exchange, frame.message[1], frame.message[3]].append(frame)
        elif frame.exchange in (INFORMATIONAL_V1, INFORMATIONAL_V2):
            deletes.append(frame)
    replaced = []
    for (kind, _, _), messages in exchanges.items():
        last = 2 if kind == QUICK_MODE else 1
        for child in messages[last:last + 1]:
            near = [frame for frame in deletes if abs(frame.time - child.time) <= DELETED_WITH]
            replaced += [max(child.number, near[0].number)] if near else []
    return sorted(replaced)[REKEYS - 1]


def no_traffic(frames):
    """Half a minute after the last negotiation came to its end, which no ESP followed."""
    up = None
    for frame in frames:
        if frame.exchange in (QUICK_MODE, IKE_AUTH):
            up = frame.time
        elif up is not None and frame.time - up >= NO_TRAFFIC:
            return frame.number
    return None


def child_refused(frames):
    """IKEv1: an INFORMATIONAL where the second message of quick mode was due."""
    quick = None
    for frame in frames:
        if frame.exchange == QUICK_MODE:
            quick = frame
        elif frame.exchange == INFORMATIONAL_V1 and quick and frame.source != quick.source:
            return frame.number
    return None


BY_CAUSE = {
    "no-response": first_copy, "natt-blocked": first_copy, "auth-no-response": first_copy, "peer-dead": peer_dead,
    "one-way": one_way, "packet-loss": packet_loss, "mtu": mtu, "rekey-churn": rekey_churn, "no-traffic": no_traffic,
    "child-refused": child_refused,
}


def frame_of(capture, cause):
    """The frame; None for a cause that only its proof shows."""
    return BY_CAUSE[cause](read(capture)) if cause in BY_CAUSE else None
