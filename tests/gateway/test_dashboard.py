# SPDX-License-Identifier: GPL-2.0-or-later
"""The Grafana dashboard's queries, asked of a real Prometheus that scrapes a real node exporter beside a running daemon."""

import json
import os
import re
import subprocess
import urllib.parse

from daemon import PROGRAM, TUNNEL, Daemon
from gateway_world import LEFT, OUTER, RIGHT, TOP, wait_until
from peer import Peer  # from tests/lab

SHIPPED = os.path.join(TOP, "nfq-daemon")
VARIABLES = {"$cluster": "lab", "$local": ".+", "$remote": ".+", "$__rate_interval": "15s"}
ONE_WAY = {"local": OUTER[6][LEFT], "remote": OUTER[6][RIGHT]}
CONFIGURATION = """
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: ["{shipped}/prometheus/*.yml"]
scrape_configs:
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:9100"], labels: {{cluster: lab}}}}]
"""
# Reads addresses from standard input, one a line, and prints what each answers, one JSON text a line.
FETCH = """
import sys, urllib.request
for line in sys.stdin:
    with urllib.request.urlopen(line.strip(), timeout=10) as answer:
        print(answer.read().decode().strip())
"""


class Prometheus:
    """A node exporter for the daemon's text file and a Prometheus that scrapes it, both in the gateway."""

    def __init__(self, world, daemon):
        self.world = world
        configuration = os.path.join(world.folder, "prometheus.yml")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION.format(shipped=SHIPPED))
        self.start("prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
                   "--web.listen-address=127.0.0.1:9100",
                   f"--collector.textfile.directory={os.path.dirname(daemon.textfile)}")
        self.start("prometheus", f"--config.file={configuration}", "--web.listen-address=127.0.0.1:9090",
                   f"--storage.tsdb.path={os.path.join(world.folder, 'series')}")

    def start(self, program, *arguments):
        with open(os.path.join(self.world.folder, f"{program}.log"), "w", encoding="utf-8") as log:
            self.world.started.append(subprocess.Popen(self.world.inside("gateway", program, *arguments), stdout=log, stderr=log))

    def fetch(self, paths):
        """What the interface answers to each path; None while it does not answer at all."""
        done = subprocess.run(self.world.inside("gateway", "python3", "-c", FETCH), capture_output=True, text=True, timeout=60,
                              input="".join(f"http://127.0.0.1:9090/api/v1/{path}\n" for path in paths), check=False)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        return answers if done.returncode == 0 else None

    def ask(self, queries):
        """The samples of each query: [(labels, value)]."""
        answers = self.fetch([f"query?{urllib.parse.urlencode({'query': query})}" for query in queries])
        if answers is None:
            return [[] for _ in queries]
        return [[(sample["metric"], float(sample["value"][1])) for sample in answer["data"]["result"]] for answer in answers]

    def value(self, query):
        samples = self.ask([query])[0]
        return samples[0][1] if len(samples) == 1 else None

    def without_series(self, asked):
        """Those of [(title, query)] that find nothing."""
        return [pair for pair, samples in zip(asked, self.ask([query for _, query in asked])) if not samples]

    def label_values(self, label, series):
        answers = self.fetch([f"label/{label}/values?{urllib.parse.urlencode({'match[]': series})}"])
        return answers[0]["data"] if answers else []


def filled_in(query):
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    return query


def dashboard():
    with open(os.path.join(SHIPPED, "grafana", "asaphase.json"), encoding="utf-8") as file:
        return json.load(file)


def panels(parent):
    """All panels, those of folded rows too."""
    for panel in parent.get("panels", []):
        yield panel
        yield from panels(panel)


def queries():
    """[(panel's title, query)]"""
    return [(panel["title"], filled_in(target["expr"])) for panel in panels(dashboard()) for target in panel.get("targets", [])]


def variables():
    """[(label, series)] of the dashboard's own variables."""
    texts = [variable["query"]["query"] for variable in dashboard()["templating"]["list"] if variable["type"] == "query"]
    return [(label, filled_in(series)) for series, label in
            (re.fullmatch(r"label_values\((.*), ?(\w+)\)", text).groups() for text in texts)]


def test_dashboard_on_real_series(world):
    """A wrong key and a one-way tunnel: each query of the dashboard returns series, and the first row says what is wrong."""
    daemon = Daemon(world, settings={"peer paris local": OUTER[4][LEFT], "peer paris remote": OUTER[4][RIGHT]}).start()
    prometheus = Prometheus(world, daemon)
    world.begin_sending(LEFT, family=6, spi=0x3000, rate=100, seconds=120)
    back = world.begin_sending(RIGHT, family=6, spi=0x4000, rate=100, seconds=120)
    peers = {side: Peer(world, side, psk="right" if side == RIGHT else "wrong").start() for side in (LEFT, RIGHT)}
    world.started += [peer.charon for peer in peers.values()]
    peers[LEFT].initiate(seconds=3)
    wait_until(lambda: daemon.value("ike_failures_total", **TUNNEL, cause="psk-mismatch") == 1, 10, "psk-mismatch")
    wait_until(lambda: (daemon.value("tunnel_decaps_packets_total", **ONE_WAY) or 0) > 0, 15, "traffic both ways")
    back.end()
    wait_until(lambda: daemon.value("tunnel_one_way", **ONE_WAY, missing="decaps") == 1, 15, "one-way found")

    asked = queries()
    wait_until(lambda: not prometheus.without_series(asked), 60, lambda: f"series for {prometheus.without_series(asked)}")
    first = dict(asked)
    for title, wanted in (("One-way tunnels", 1), ("Phase 1 failing", 1), ("Phase 2 failing", 0), ("Tunnels", 2), ("Stale exporters", 0)):
        wait_until(lambda: prometheus.value(first[title]) == wanted, 20, f"{title} = {wanted}")  # pylint: disable=cell-var-from-loop
    shown = f'sum(rate(asaphase_tunnel_encaps_packets_total{{remote="{ONE_WAY["remote"]}"}}[5s]))'
    wait_until(lambda: 90 <= (prometheus.value(shown) or 0) <= 110, 20, lambda: f"100 packets/s shown, not {prometheus.value(shown)}")
    wrong = {labels["remote"]: labels["cause"] for labels, _ in prometheus.ask([first["What is wrong now"]])[0]}
    assert wrong == {OUTER[4][RIGHT]: "psk-mismatch", OUTER[6][RIGHT]: "one-way"}
    for label, series in variables():
        assert prometheus.label_values(label, series), f"no value for {label} of {series}"
    alerts = {alert["labels"]["alertname"] for alert in prometheus.fetch(["alerts"])[0]["data"]["alerts"]}
    assert {"AsaphaseTunnelOneWay", "AsaphasePhase1Failing"} <= alerts, alerts
    world.figure(f"{len(asked)} queries, each with data")


test_dashboard_on_real_series.needs = (PROGRAM,)
test_dashboard_on_real_series.modes = ("offload",)
