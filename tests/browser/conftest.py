"""A real Chromium on the real app: what a page must hold at two widths, in light and dark."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from werkzeug.serving import make_server

from app.main import create_app
from bench import showing
from bench.showing import CHROMIUM

FLAGS = [*showing.FLAGS, "--disable-features=LocalNetworkAccessChecks"]
"""The stand-in for another site frames this machine's."""
PICTURES = os.environ.get("DOORSTEP_PICTURES")
"""A folder: every page is pictured into it."""
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js"
LOOKED: Counter[tuple[str, int, str]] = Counter()
"""How often which page was found to hold, at which width, in which scheme."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Site:
    """The app, served."""

    app: Flask
    url: str


@dataclass
class Look:
    """One way of looking at pages, and what was wrong on the way."""

    page: Page
    width: int
    scheme: str
    errors: list[str]

    def holds(self, rules: Sequence[str] = RULES) -> None:
        """Find nothing that keeps anybody out, no error, and nothing wider than the window."""
        self.page.evaluate(AXE.read_text())
        asked = {"runOnly": {"type": "tag", "values": list(rules)}}
        found: dict[str, Any] = self.page.evaluate("asked => axe.run(document, asked)", asked)
        wrong = [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        where = f"{self.page.url} at {self.width} px, {self.scheme}"
        assert wrong == [], where
        assert self.errors == [], where
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, where
        alike = re.sub(r"(?<=/)[^/]*\d[^/]*", "…", urlsplit(self.page.url).path)
        LOOKED[alike, self.width, self.scheme] += 1


def look_at(look: Look, address: str, name: str) -> None:
    """Go to a page, picture it, and find nothing wrong with it."""
    look.page.goto(address)
    picture(look, name)
    look.holds()
    small = look.page.evaluate(
        "[...document.querySelectorAll('a:not(.skip), button, summary, input')]"
        ".filter(e => e.checkVisibility() && e.getBoundingClientRect().height < 44).map(e => e.outerHTML)"
    )
    assert small == []  # nothing to tap is lower than 44 px, where people hold a phone


def picture(look: Look, name: str) -> None:
    if PICTURES:
        Path(PICTURES).mkdir(parents=True, exist_ok=True)
        path = Path(PICTURES) / f"{name}-{look.width}-{look.scheme}.png"
        look.page.screenshot(path=path, full_page=True)


@pytest.fixture
def site() -> Iterator[Site]:
    app = create_app()
    app.config.update(SESSION_COOKIE_SECURE=False, SESSION_COOKIE_NAME="doorstep")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("NO CHROMIUM HERE: no page was looked at (on Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


LOOKS = [
    pytest.param((390, "light"), id="390-light"),
    pytest.param((1280, "dark"), id="1280-dark"),
    pytest.param((390, "dark"), id="390-dark", marks=pytest.mark.long),
    pytest.param((1280, "light"), id="1280-light", marks=pytest.mark.long),
]
"""`make test` looks twice, at each width and in each scheme; `make browser` looks at all four."""


@pytest.fixture(params=LOOKS)
def look(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Look]:
    """Look at pages on a phone and on a desk, in light and in dark."""
    width, scheme = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    looking = Look(context.new_page(), width, scheme, [])
    listen(looking)
    yield looking
    context.close()


def listen(look: Look) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            look.errors.append(message.text)

    def broke(error: Exception) -> None:
        look.errors.append(str(error))

    look.page.on("console", said)
    look.page.on("pageerror", broke)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a worker tell what it has looked at."""
    if (told := getattr(session.config, "workeroutput", None)) is not None:
        told["looked"] = [[*look, times] for look, times in LOOKED.items()]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Hear it from each."""
    for address, width, scheme, times in getattr(node, "workeroutput", {}).get("looked", ()):
        LOOKED[address, width, scheme] += times


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many pages were found to hold, and in which ways."""
    if LOOKED:
        ways: Counter[str] = Counter()
        for (_, width, scheme), times in LOOKED.items():
            ways[f"{width} {scheme}"] += times
        pages = len({address for address, _, _ in LOOKED})
        said = ", ".join(f"{way} {times}" for way, times in sorted(ways.items()))
        terminalreporter.write_line(f"different pages: {pages}; looks that held: {ways.total()} ({said})")
