"""What a browser makes of the admin's pages: how soon they show, how still they stand, how fast they react.

Part of `make bench-admin`. The figures are those of web.dev/vitals, of the browser's own entries: the largest
paint, the sum of shifts, and for each press the time until the next picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright

from bench.showing import CHROMIUM, FLAGS

LOOKS = 3
PAINT_MS, SHIFT, REACTION_MS = 1000.0, 0.02, 100.0
UNNOTICED_MS = 16.0
"""The browser notes no press that is answered sooner."""
SIZE = {"width": 1280, "height": 900}
OBSERVE = """
window.seen = { paint: 0, shift: 0, presses: {} };
new PerformanceObserver((list) => {
  for (const it of list.getEntries()) seen.paint = it.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const it of list.getEntries()) if (!it.hadRecentInput) seen.shift += it.value;
}).observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => {
  for (const it of list.getEntries()) {
    const id = it.interactionId;
    if (id) seen.presses[id] = Math.max(seen.presses[id] || 0, it.duration);
  }
}).observe({ type: "event", durationThreshold: 16, buffered: true });
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a page: milliseconds, and the sum of what moved."""

    paint: float
    shift: float
    presses: Sequence[float]


def measure(link: str, pages: Sequence[str]) -> dict[str, float] | None:
    """Look at each page, print what was seen, and return the worst; None where there is no Chromium.

    `link` lets a browser in; `pages` are addresses on the same host.
    """
    if CHROMIUM is None:
        print("NO CHROMIUM HERE: no page was looked at in a browser")
        return None
    worst: dict[str, float] = {"paint_ms": 0.0, "shift": 0.0}
    presses: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        context = browser.new_context(viewport={**SIZE})  # type: ignore[arg-type] # two whole numbers
        context.add_init_script(OBSERVE)
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("navigation", name="Main").wait_for()
        for address in pages:
            looks = [_look(page, address) for _ in range(LOOKS)]
            paint, shift = median(it.paint for it in looks), max(it.shift for it in looks)
            here = [press for it in looks for press in it.presses]
            presses += here
            worst = {"paint_ms": max(worst["paint_ms"], paint), "shift": max(worst["shift"], shift)}
            print(
                f"{address.rpartition('/admin/')[2]:32} paint {paint:6.0f} ms  shift {shift:.3f}"
                f"  {len(here):3} presses, p75 {quantiles(here, n=4)[-1]:4.0f} ms, worst {max(here):4.0f} ms"
            )
        browser.close()
    return {**worst, "reaction_p75_ms": quantiles(presses, n=4)[-1]}


def is_met(worst: dict[str, float] | None) -> bool:
    """Tell whether what was seen is good enough; what was not looked at is."""
    return worst is None or (
        worst["paint_ms"] <= PAINT_MS and worst["shift"] <= SHIFT and worst["reaction_p75_ms"] <= REACTION_MS
    )


def _look(page: Page, address: str) -> Seen:
    page.goto(address, wait_until="networkidle")
    paint = page.evaluate("seen.paint")
    pressed = _press(page)
    page.wait_for_timeout(200)  # an entry is told of after the next picture
    seen = page.evaluate("seen")
    noted = list(seen["presses"].values())
    return Seen(paint, seen["shift"], noted + [UNNOTICED_MS] * max(0, pressed - len(noted)))


def _press(page: Page) -> int:
    """Type into the first field, unfold what can be and fold it again; returns how many presses that was."""
    pressed = 0
    for field in page.locator("main :is(input.in, textarea.in):visible").all()[:1]:
        field.click()
        page.keyboard.type("ana", delay=60)
        pressed += 4
    for fold in page.locator("main summary:visible").all()[:2]:
        for _ in range(2):  # what is unfolded may lie over the next
            fold.click()
            page.wait_for_timeout(60)
            pressed += 1
    for _ in range(3):
        page.keyboard.press("Tab", delay=30)
        pressed += 1
    return pressed
