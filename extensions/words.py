"""Writes what Shopify's extensions say, from the app's own catalogs: `python -m extensions.words`."""

import json
from collections.abc import Iterator
from pathlib import Path

from app.lib.words import CATALOGS, Words
from app.storefront.back_in_stock import AGREED, WHICH

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
BACK_IN_STOCK = {
    "heading": "Tell me when it is back",
    "which": WHICH,
    "email": "E-mail address",
    "agreed": AGREED,
    "ask": "Tell me when it is back",
}
ORDER_STATUS = {
    "heading": "Where is my order?",
    "follow": "Follow my order",
}


def files() -> Iterator[tuple[Path, str]]:
    """Yield each file and what it has to hold, in every language that we speak."""
    for language in ("en", *CATALOGS):
        name = f"{'pt-BR' if language == 'pt' else language}{'.default' if language == 'en' else ''}.json"
        words = Words(language)
        blocks = {"look_up": _said(words, LOOK_UP), "back_in_stock": _said(words, BACK_IN_STOCK)}
        yield FOLDER / "doorstep-tracking" / "locales" / name, _json(blocks)
        yield FOLDER / "doorstep-order-status" / "locales" / name, _json(_said(words, ORDER_STATUS))


def _said(words: Words, sentences: dict[str, str]) -> dict[str, str]:
    return {key: words.say(text) for key, text in sentences.items()}


def _json(said: object) -> str:
    return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    for file, text in files():
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
