# SPDX-License-Identifier: GPL-2.0-or-later
"""The page of asaphase report in a real browser: layout, folding, sorting, paper, colours, and nothing in the console."""
import html.parser
import json

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from conftest import CAPTURES, DESKTOP, PHONE, esp, ike_init, pcap, run

MOST_BYTES = 300_000
SHOWN = ["ikev2-psk-wrong-cbc", "ikev2-one-way-later", "ikev1-peer-dead", "ikev2-churn"]
EVERY = sorted(path.stem for path in CAPTURES.glob("*.pcap"))
VOID = {"meta", "br", "link", "hr", "img", "input"}


class Structure(html.parser.HTMLParser):
    """Fails on tags that do not close in order, and keeps ids and what they are referred to by."""

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.references, self.faults = [], [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            elif name in ("aria-labelledby", "marker-end", "href"):
                self.references.append(value.replace("url(", "").rstrip(")").lstrip("#"))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append((tag, self.getpos()))


@pytest.mark.parametrize("name", EVERY)
def test_every_capture_gives_a_well_formed_page_of_bounded_size(report, name):
    page = report(name)
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) < MOST_BYTES
    structure = Structure()
    structure.feed(text)
    assert structure.faults == [] and structure.open == []
    assert len(structure.ids) == len(set(structure.ids))
    assert set(structure.references) <= set(structure.ids)


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_is_wider_than_the_screen(report, view, name, size):
    browser = view(report(name), size)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    # Labels of a diagram end within it, give or take the width of a letter.
    outside = browser.execute_script("""
        return [...document.querySelectorAll('svg.ladder text, svg.plot text')].filter((text) => {
          const box = text.getBoundingClientRect(), card = text.closest('article').getBoundingClientRect();
          return box.left < card.left || box.right > card.right;
        }).map((text) => text.textContent);""")
    assert outside == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(report, view, scheme):
    """WCAG's contrast of at least 4.5 to 1 for every text in its own colour on its own ground."""
    browser = view(report("ikev2-psk-wrong-cbc"), DESKTOP, scheme)
    low = browser.execute_script("""
        const rgb = (color) => color.match(/[\\d.]+/g).map(Number);
        const light = (color) => {
          const [r, g, b] = rgb(color).map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const ground = (element) => {
          for (; element; element = element.parentElement) {
            const color = getComputedStyle(element).backgroundColor;
            if (rgb(color)[3] !== 0) return color;
          }
          return 'rgb(255, 255, 255)';
        };
        return [...document.querySelectorAll('body *')].filter((element) => [...element.childNodes].some(
          (node) => node.nodeType === 3 && node.textContent.trim() !== '') && element.tagName !== 'SCRIPT').filter((element) => {
            const style = getComputedStyle(element);
            const ink = element instanceof SVGElement ? style.fill : style.color;
            const [a, b] = [light(ink), light(ground(element))].sort((x, y) => y - x);
            return (a + 0.05) / (b + 0.05) < 4.5;
          }).map((element) => element.outerHTML.slice(0, 100));""")
    assert low == []


def test_light_and_dark_differ(report, view):
    page = report("ikev2-psk-wrong-cbc")
    ground = "return getComputedStyle(document.body).backgroundColor"
    assert view(page, scheme="light").execute_script(ground) != view(page, scheme="dark").execute_script(ground)


def test_the_ladder_has_an_arrow_for_each_message_with_its_length_and_what_it_holds(report, view):
    browser = view(report("ikev2-psk-wrong-cbc"))
    ladder = browser.find_element(By.CSS_SELECTOR, "svg.ladder")
    assert len(ladder.find_elements(By.CSS_SELECTOR, "line.arrow")) == 4
    words = ladder.text
    for expected in ["IKE_AUTH response 1, 80 bytes", "room for one notify only", "Phase 1 failed: psk-mismatch",
                     "frame 4, 0.007054 s", "10.1.0.1", "10.2.0.1"]:
        assert expected in words
    # The last message goes from right to left, and its head is drawn.
    last = ladder.find_elements(By.CSS_SELECTOR, "line.arrow")[-1]
    assert float(last.get_attribute("x1").rstrip("%")) > float(last.get_attribute("x2").rstrip("%"))


@pytest.mark.parametrize("name, badge, look, answers", [
    ("ikev2-up-cbc", "Works", "fine", ["Phase 1 ok", "Phase 2 ok", "Data ok"]),
    ("ikev2-psk-wrong-cbc", "Phase 1 failed", "fault", ["Phase 1 failed", "Phase 2 unknown", "Data unknown"]),
    ("ikev2-up-ipv6", "Undetermined", "unknown", ["Phase 1 ok", "Phase 2 ok", "Data unknown"])])
def test_a_card_gives_three_answers(report, view, name, badge, look, answers):
    card = view(report(name)).find_element(By.TAG_NAME, "article")
    assert card.get_attribute("class") == look and badge in card.find_element(By.CLASS_NAME, "badge").text
    assert [answer.text for answer in card.find_elements(By.CSS_SELECTOR, "ul.answers strong")] == answers


def test_what_would_tell_stands_where_something_is_unknown(report, view):
    browser = view(report("ikev2-up-ipv6"))
    assert "esp or udp port 4500" in browser.find_element(By.CLASS_NAME, "to-know").text
    assert "1 undetermined" in browser.find_element(By.CLASS_NAME, "tally").text
    assert browser.find_elements(By.CSS_SELECTOR, ".tally .good") == []
    assert view(report("ikev2-up-cbc")).find_elements(By.CLASS_NAME, "to-know") == []


def test_each_child_has_its_verdict(report, view):
    found = json.loads(run("diagnose", "--json", CAPTURES / "ikev1-up-two-children.pcap").stdout)["tunnels"][0]
    text = view(report("ikev1-up-two-children")).find_element(
        By.XPATH, "//h3[.='Children']/following-sibling::div//tbody").text
    up = [child for child in found["children"] if child["cause"]]
    assert len(text.splitlines()) == len(up) > 1
    assert all(child["spi_out"] in text and child["spi_in"] in text for child in up)


def test_a_log_counts_as_evidence(report, view, tmp_path):
    log = tmp_path / "asa.log"
    log.write_text("Nov 24 2026 02:58:17: %ASA-3-751022: Local:10.1.0.1:4500 Remote:10.2.0.1:4500 Username:10.2.0.1 Tunnel "
                   "rejected: Crypto Map Policy not found for remote traffic selector 1.1.1.1/1.1.1.1/0/65535/0 local traffic "
                   "selector 2.2.2.2/2.2.2.2/0/65535/0!\n")
    card = view(report("ikev2-selectors-cbc", "--log", log)).find_element(By.TAG_NAME, "article").text
    assert "ts-unacceptable" in card and "751022" in card and "line 1" in card


def test_copies_and_silence_show_in_the_ladder(report, view):
    browser = view(report("ikev2-udp500-dropped"))
    assert len(browser.find_elements(By.CSS_SELECTOR, "line.arrow.again, line.arrow.bad")) >= 2
    ladder = browser.find_element(By.CSS_SELECTOR, "svg.ladder").text
    assert "later" in ladder and "copy 2 of frame 1" in " ".join(ladder.split())


def test_the_plot_has_a_lane_for_each_spi_and_marks_where_it_became_one_way(report, view):
    found = json.loads(run("diagnose", "--json", CAPTURES / "ikev2-one-way-later.pcap").stdout)["tunnels"][0]
    browser = view(report("ikev2-one-way-later"))
    lanes = [lane.text for lane in browser.find_elements(By.CSS_SELECTOR, "svg.plot .lane")]
    for spi in found["esp"]["spis"]:
        assert any(spi["spi"] in lane and f"{spi['packets']} packets" in lane for lane in lanes)
    assert len(browser.find_elements(By.CSS_SELECTOR, "svg.plot line.event")) == 1
    widths = {kind: browser.execute_script(
        "return document.querySelector(arguments[0]).getBBox().width", f"svg.plot .{kind} path") for kind in ("encaps", "decaps")}
    assert widths["decaps"] < widths["encaps"] / 2


def test_a_direction_without_any_esp_is_said(report, view):
    browser = view(report("ikev1-one-way"))
    assert "none seen" in browser.find_element(By.CSS_SELECTOR, "svg.plot").text


def test_headings_sort_both_ways_by_number_and_by_keyboard(report, view):
    browser = view(report("ikev2-one-way-later"))
    table = browser.find_element(By.XPATH, "//h3[.='Evidence']/following-sibling::table")
    frames = lambda: [int(row.find_element(By.TAG_NAME, "td").text) for row in table.find_elements(By.CSS_SELECTOR, "tbody tr")]
    header = table.find_element(By.CSS_SELECTOR, "th")
    header.find_element(By.TAG_NAME, "button").click()
    assert header.get_attribute("aria-sort") == "ascending"
    assert frames() == sorted(frames()) and len(frames()) > 3
    header.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert header.get_attribute("aria-sort") == "descending"
    assert frames() == sorted(frames(), reverse=True)


def test_details_unfold_by_keyboard_and_all_at_once(report, view):
    browser = view(report("ikev2-one-way-later"))
    folded = browser.find_elements(By.TAG_NAME, "details")
    assert len(folded) >= 5 and not any(details.get_attribute("open") for details in folded)
    folded[0].find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    assert folded[0].get_attribute("open")
    browser.find_element(By.ID, "expand").click()
    assert all(details.get_attribute("open") for details in folded)
    shown = browser.find_element(By.XPATH, "//details[contains(., 'show crypto ipsec sa')]/pre").text
    assert "#pkts encaps: 62" in shown
    browser.find_element(By.ID, "collapse").click()
    assert not any(details.get_attribute("open") for details in folded)


def test_everything_is_on_paper(report, view):
    browser = view(report("ikev2-one-way-later"))
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert all(details.get_attribute("open") for details in browser.find_elements(By.TAG_NAME, "details"))
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert not any(details.get_attribute("open") for details in browser.find_elements(By.TAG_NAME, "details"))
    paper = browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
    assert len(paper) > 10_000
    assert view(report("ikev2-one-way-later"), media="print", scheme="dark").execute_script(
        "return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_a_screen_reader_finds_names_levels_and_texts(report, view):
    browser = view(report("ikev2-one-way-later"))
    for diagram in browser.find_elements(By.CSS_SELECTOR, "svg[role=img]"):
        assert diagram.accessible_name
    levels = [int(heading.tag_name[1]) for heading in browser.find_elements(By.CSS_SELECTOR, "h1, h2, h3, h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    steps = [step.get_attribute("textContent") for step in browser.find_elements(By.CSS_SELECTOR, "ol.walk li")]
    assert len(steps) == 7 and steps[0].startswith("✓holds: routing") and "fails: " in steps[6]
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"


def test_without_script_everything_is_there(report, browser):
    page = report("ikev2-one-way-later")
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.get(page.as_uri())
        assert "ESP flows one way only" in browser.find_element(By.TAG_NAME, "article").text
        assert browser.find_elements(By.CSS_SELECTOR, "th button, .tools button:not([hidden] *)") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get_log("browser")


def test_the_page_asks_for_nothing_and_its_policy_forbids_it(report, view):
    page = report("ikev2-psk-wrong-cbc")
    text = page.read_text(encoding="utf-8")
    assert "http://" not in text and "https://" not in text and "src=" not in text
    browser = view(page)
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    # An inline handler that slipped through would not run.
    browser.execute_script("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.slipped = 1\">')")
    assert browser.execute_script("return window.slipped") is None
    complaints = browser.get_log("browser")
    assert complaints and all("Content Security Policy" in complaint["message"] for complaint in complaints)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """4000 tunnels, each fifth unanswered."""
    packets = []
    for number in range(4000):
        peer = f"10.9.{number // 250}.{number % 250 + 1}"
        if number % 5 == 0:
            packets += [(1000 + number / 100 + second, ike_init("10.1.0.1", peer, number + 1)) for second in (0, 2, 6)]
        else:
            packets += [(1000 + number / 100, esp("10.1.0.1", peer, 7, 1)), (1000 + number / 100, esp(peer, "10.1.0.1", 9, 1))]
    path = tmp_path_factory.mktemp("large") / "large.pcap"
    path.write_bytes(pcap(sorted(packets, key=lambda packet: packet[0])))
    return path


def test_a_large_capture_gives_a_bounded_page_that_says_what_it_leaves_out(report, view, large):
    page = report(large)
    assert page.stat().st_size < MOST_BYTES
    browser = view(page, PHONE)
    body = browser.find_element(By.TAG_NAME, "body").text
    assert "800 of 4000 tunnels with a fault" in body
    assert "3800 more tunnels are left out here" in body
    cards = browser.find_elements(By.TAG_NAME, "article")
    assert 10 < len(cards) < 200 and all("fault" in card.get_attribute("class") for card in cards)
    assert f"{len(cards)} tunnels have their details below" in body


def test_a_tunnel_with_many_messages_and_spis_is_bounded(report, view, tmp_path):
    busy = tmp_path / "busy.pcap"
    packets = [(1000 + number / 10, packet) for number in range(600) for packet in
               [ike_init("10.1.0.1", "10.8.0.1", 50_000 + number), esp("10.1.0.1", "10.8.0.1", 300 + number // 2, number)]]
    busy.write_bytes(pcap(packets))
    browser = view(report(busy))
    assert len(browser.find_elements(By.CSS_SELECTOR, "svg.ladder line.arrow")) == 48
    assert "552 messages left out" in browser.find_element(By.CSS_SELECTOR, "svg.ladder").text
    assert "290 more SPIs" in browser.find_element(By.CSS_SELECTOR, "svg.plot").text
    browser.find_element(By.ID, "expand").click()
    assert "older SPIs are left out" in browser.find_element(By.TAG_NAME, "article").text
