"""What a store told us, and what we had to do there, in the merchant's words."""

import re
from collections.abc import Mapping

from app.admin.dates import Calendar
from app.admin.saying import after_another, figure, retold, say, say_many
from app.admin.stores.topics import TOPICS
from app.admin.tables import Said
from app.admin.words import Chip, as_sentence, source
from app.commerce.gaps import Comparison, GapOutcome
from app.commerce.inbox import SOURCES
from app.lib.words import sentence
from app.platforms.findings import Grade


def topic(name: str) -> str:
    """Write a store's word for what it told us: "fulfillment_events/create" → "Fulfillment event created"."""
    sender, _, told = name.partition("/")
    if sender == SOURCES:
        return say("What %(source)s told of a parcel", source=source(told.partition("/")[0]))
    return TOPICS.get(name) or re.sub(r"[_./]", " ", name).strip().capitalize()


def failure(said: str | None) -> str:
    """Say why something that the store told us could not be used."""
    kind, _, why = (said or "").partition(": ")
    if kind == "Unreadable" and why:
        return as_sentence(retold(why))
    if kind in ("JSONDecodeError", "ValueError"):
        return say("It came damaged: part of it cannot be read.")
    return say(
        "Something in it is new to us (%(kind)s). Try again after an update.",
        kind=kind or say("nothing more is known"),
    )


CALLS = Said(
    {
        "shopify.tell": sentence("Telling Shopify where a parcel is"),
        "woocommerce.tell": sentence("Telling WooCommerce where a parcel is"),
        "shopify.consent": sentence("Telling Shopify who agreed to offers"),
        "woocommerce.consent": sentence("Telling WooCommerce who agreed to offers"),
        "shopify.mark": sentence("Leaving a tag or a note in Shopify"),
        "woocommerce.mark": sentence("Leaving a tag or a note in WooCommerce"),
        "texts.answer": sentence("Answering a shopper’s text"),
    }
)


def call(kind: str) -> str:
    """Say what was to be done outside."""
    return CALLS.get(kind) or kind.replace(".", ": ").replace("_", " ").capitalize()


GRAVITY = {
    Grade.BAD: Chip(sentence("Mend this"), "bad"),
    Grade.ODD: Chip(sentence("Look at this"), "warn"),
    Grade.UNSEEN: Chip(sentence("Not seen"), "off"),
    Grade.GOOD: Chip(sentence("Well"), "good"),
}


def grade(it: Grade) -> Chip:
    """Return how grave a finding is, as a chip."""
    return GRAVITY[it]


def gap(run: Comparison | None, found: Mapping[GapOutcome, int], dates: Calendar) -> str:
    """Say what a comparison of a store's orders with ours found: "2 of 4,113 orders were missed, …"."""
    if run is None or run.ended_at is None:
        return say("Your store’s orders have not been compared with ours yet.")
    repaired, gone, unread = (found.get(outcome, 0) for outcome in GapOutcome)
    when = {"date": dates.date(run.since), "when": dates.within(run.ended_at)}
    said = [_missed(repaired, run.compared, when)]
    if run.scans:
        said.append(
            say_many(
                "%(count)s scan of parcels had to be fetched as well.",
                "%(count)s scans of parcels had to be fetched as well.",
                run.scans,
            )
        )
    if gone:
        said.append(
            say_many(
                "%(count)s order that we knew is no longer in your store.",
                "%(count)s orders that we knew are no longer in your store.",
                gone,
            )
        )
    if unread:
        said.append(
            say_many("%(count)s order could not be read.", "%(count)s orders could not be read.", unread)
        )
    return after_another(*said)


def _missed(repaired: int, compared: int, when: Mapping[str, str]) -> str:
    if not repaired:
        return say_many(
            "None of %(count)s order that changed since %(date)s was missed. Compared %(when)s.",
            "None of %(count)s orders that changed since %(date)s was missed. Compared %(when)s.",
            compared,
            **when,
        )
    if compared == 1:
        return say("1 of 1 order that changed since %(date)s was missed, repaired %(when)s.", **when)
    return say_many(
        "%(count)s of %(compared)s orders that changed since %(date)s was missed, repaired %(when)s.",
        "%(count)s of %(compared)s orders that changed since %(date)s were missed, repaired %(when)s.",
        repaired,
        compared=figure(compared),
        **when,
    )
