"""`make pictures`: the main pages of the demo as they are now, on a phone and on a desk, in docs/pictures.

Sixty-four colors and the first screen only: what is drawn shows how it looks, and the repository stays small.
RUNS=1 pictures the demo that runs already.
"""

import io
import os
import sys
from pathlib import Path
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench.showing import CHROMIUM, FLAGS, ROOT, admin_of, demo

FOLDER = ROOT / "docs" / "pictures"
WIDTHS = {390: 844, 1280: 900}
COLORS = 64
ADMIN = (
    "home",
    "shipments",
    "shipments/first",
    "exceptions",
    "exceptions/settings",
    "customers",
    "customers/first",
    "messages",
    "wording",
    "wording/shipped",
    "flows",
    "flows/abandoned_checkout",
    "flows/abandoned_checkout/file",
    "flows/abandoned_checkout/try",
    "flows/abandoned_checkout/rehearsal",
    "reviews",
    "reviews/where",
    "answers",
    "waiting",
    "lift",
    "page",
    "connection",
    "connection/check",
    "connection/undone",
    "connection/lists",
    "store-pages",
    "store-consent",
    "address",
    "sending",
    "sending/new",
    "texts",
    "whatsapp",
    "services",
    "sources",
    "hidden",
    "carriers",
    "team",
    "settings",
    "settings/offers",
    "settings/keys",
    "settings/keeping",
    "settings/everything",
    "settings/delete",
    "privacy",
    "privacy/looks",
)
"""Pages of a shop's admin; "first": where the first row of the list leads."""
DARK = (
    "tracking",
    "admin-home",
    "admin-shipments",
    "admin-flows-abandoned_checkout",
    "admin-wording-shipped",
)
"""What is pictured by night, too."""


def main() -> None:
    """Take them all anew."""
    if CHROMIUM is None:
        sys.exit("pictures need Chromium; on Debian: apt-get install chromium")
    FOLDER.mkdir(exist_ok=True)
    with demo(runs="RUNS" in os.environ) as notes, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        here = admin_of(notes)
        for width, height in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
            shown = {"tracking": notes["tracking"], "stores": notes["admin"], "in-shopify": notes["office"]}
            shown["sign-in"] = f"{notes['admin']}/sign-in"
            shown |= {f"admin-{name.replace('/', '-')}": f"{here}/{name}" for name in ADMIN}
            for name, address in shown.items():
                show(page, address)
                take(page, FOLDER / f"{name}-{width}.png")
                if name in DARK:
                    page.emulate_media(color_scheme="dark")
                    take(page, FOLDER / f"{name}-{width}-dark.png")
                    page.emulate_media(color_scheme="light")
        browser.close()


def show(page: Page, address: str) -> None:
    """Open a page; raises RuntimeError where it is not shown."""
    there, _, first = address.partition("/first")
    answer = page.goto(there + first)
    if there != address:
        row = page.locator("table.cards tbody th a").first.get_attribute("href")
        answer = page.goto(urljoin(page.url, str(row)))
    if answer is None or not answer.ok:
        raise RuntimeError(f"{address} answers {answer and answer.status}")
    page.wait_for_load_state("networkidle")


def take(page: Page, to: Path) -> None:
    """Picture what is shown."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").quantize(COLORS).save(to, optimize=True)
    print(f"{to.relative_to(ROOT)}: {to.stat().st_size // 1000} kB", flush=True)


if __name__ == "__main__":
    main()
