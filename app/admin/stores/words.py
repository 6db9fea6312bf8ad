"""What a store told us, and what we had to do there, in the merchant's words."""

import re
from collections.abc import Mapping

from app.admin.dates import Calendar
from app.admin.words import Chip, plural, source
from app.commerce.gaps import Comparison, GapOutcome
from app.commerce.inbox import SOURCES
from app.platforms.findings import Grade

VERBS = {"create": "created", "update": "updated", "delete": "deleted", "merge": "merged"}


def topic(name: str) -> str:
    """Write a store's word for what it told us: "fulfillment_events/create" → "Fulfillment event created"."""
    sender, _, told = name.partition("/")
    if sender == SOURCES:
        return f"What {source(told.partition('/')[0])} told of a parcel"
    noun, _, verb = name.replace(".", "/").replace("_", " ").partition("/")
    one = re.sub(r"s\b", "", noun)
    return f"{one} {VERBS.get(verb, verb)}".strip().capitalize()


def failure(said: str | None) -> str:
    """Say why something that the store told us could not be used."""
    kind, _, sentence = (said or "").partition(": ")
    if kind == "Unreadable" and sentence:
        return f"{sentence[0].upper()}{sentence[1:]}."
    if kind in ("JSONDecodeError", "ValueError"):
        return "It came damaged: part of it cannot be read."
    return f"Something in it is new to us ({kind or 'nothing more is known'}). Try again after an update."


CALLS = {
    "shopify.tell": "Telling Shopify where a parcel is",
    "woocommerce.tell": "Telling WooCommerce where a parcel is",
    "shopify.consent": "Telling Shopify who agreed to offers",
    "woocommerce.consent": "Telling WooCommerce who agreed to offers",
    "shopify.mark": "Leaving a tag or a note in Shopify",
    "woocommerce.mark": "Leaving a tag or a note in WooCommerce",
    "texts.answer": "Answering a shopper’s text",
}


def call(kind: str) -> str:
    """Say what was to be done outside."""
    return CALLS.get(kind) or kind.replace(".", ": ").replace("_", " ").capitalize()


GRAVITY = {
    Grade.BAD: Chip("Mend this", "bad"),
    Grade.ODD: Chip("Look at this", "warn"),
    Grade.UNSEEN: Chip("Not seen", "off"),
    Grade.GOOD: Chip("Well", "good"),
}


def grade(it: Grade) -> Chip:
    """Return how grave a finding is, as a chip."""
    return GRAVITY[it]


def gap(run: Comparison | None, found: Mapping[GapOutcome, int], dates: Calendar) -> str:
    """Say what a comparison of a store's orders with ours found: "2 of 4,113 orders were missed, …"."""
    if run is None or run.ended_at is None:
        return "Your store’s orders have not been compared with ours yet."
    of = (
        f"{run.compared:,} order{'' if run.compared == 1 else 's'} that changed since {dates.date(run.since)}"
    )
    repaired, gone, unread = (found.get(outcome, 0) for outcome in GapOutcome)
    said = [f"None of {of} was missed."] if not repaired else []
    if repaired:
        were = "was" if repaired == 1 else "were"
        said.append(f"{repaired:,} of {of} {were} missed, repaired {dates.within(run.ended_at)}.")
    else:
        said.append(f"Compared {dates.within(run.ended_at)}.")
    if run.scans:
        said.append(f"{plural(run.scans, 'scan')} of parcels had to be fetched as well.")
    if gone:
        said.append(
            f"{plural(gone, 'order')} that we knew {'is' if gone == 1 else 'are'} no longer in your store."
        )
    if unread:
        said.append(f"{plural(unread, 'order')} could not be read.")
    return " ".join(said)
