"""Writes what Shopify's extensions say, from the app's own catalogs: `python -m extensions.words`."""

import json
from collections.abc import Iterator
from pathlib import Path

from app.lib.words import CATALOGS, Words

FOLDER = Path(__file__).parent / "shopify"
LOOK_UP = {
    "heading": "Where is my order?",
    "lead": "Two things from your order mail, and we show you. No account, no password.",
    "order": "Order number",
    "order_hint": "In your order mail, like #1042",
    "who": "E-mail, phone or postal code",
    "who_hint": "The one you ordered with. Any of the three will do.",
    "show": "Show my order",
}
ORDER_STATUS = {
    "heading": "Where is my order?",
    "follow": "Follow my order",
}


def files() -> Iterator[tuple[Path, str]]:
    """Yield each file and what it has to hold, in every language that we speak."""
    for language in ("en", *CATALOGS):
        name = f"{'pt-BR' if language == 'pt' else language}{'.default' if language == 'en' else ''}.json"
        said = {key: Words(language).say(text) for key, text in LOOK_UP.items()}
        yield FOLDER / "doorstep-tracking" / "locales" / name, _json({"look_up": said})
        said = {key: Words(language).say(text) for key, text in ORDER_STATUS.items()}
        yield FOLDER / "doorstep-order-status" / "locales" / name, _json(said)


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for file, text in files():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
