"""`make pictures`: every page of the demo as it is now, on a phone and on a desk, in docs/pictures.

Sixty-four colors and the first screen only: what is drawn shows how it looks, and the repository stays small.
"""

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.showing import CHROMIUM, FLAGS, ROOT, demo

FOLDER = ROOT / "docs" / "pictures"
WIDTHS = {390: 844, 1280: 900}
COLORS = 64
ADMIN = (
    "home",
    "shipments",
    "shipments/1",
    "exceptions",
    "customers",
    "customers/1",
    "messages",
    "wording",
    "wording/shipped",
    "flows",
    "flows/abandoned_checkout",
    "reviews",
    "answers",
    "waiting",
    "lift",
    "page",
    "connection",
    "connection/lists",
    "sending",
    "texts",
    "whatsapp",
    "services",
    "sources",
    "team",
    "settings",
    "settings/keys",
    "settings/keeping",
    "privacy",
)
"""Pages of the first shop's admin."""


def main() -> None:
    """Take them all anew."""
    if CHROMIUM is None:
        sys.exit("pictures need Chromium; on Debian: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with demo() as notes, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        shown = {"tracking": notes["tracking"], "stores": notes["admin"]}
        shown |= {f"admin-{page.replace('/', '-')}": f"{notes['admin']}/1/{page}" for page in ADMIN}
        for width, height in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            for name, address in shown.items():
                take(page, address, FOLDER / f"{name}-{width}.png")
        browser.close()


def take(page: Page, address: str, to: Path) -> None:
    """Picture one page; raises RuntimeError where it is not shown."""
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise RuntimeError(f"{address} answers {answer and answer.status}")
    page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(COLORS).save(to, optimize=True)
    print(f"{to.relative_to(ROOT)}: {to.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
