"""What templates may name: the merge fields of a letter, in the reader's language."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

from babel.numbers import format_percent

from app.lib.words import Words
from app.messages.documents import templates
from app.messages.documents.said import Sentences
from app.messages.letters import sentences
from app.messages.letters.letter import Item, Letter, Offer, Told
from app.messages.liquid.slots import Shared
from app.tracking.story.parcel import Place

SAID = tuple(field.name for field in fields(Sentences))
OFFERED = tuple(field.name for field in fields(Offer))


def of(letter: Letter) -> dict[str, Any]:
    """Return what a template may name."""
    story, calendar = letter.story, letter.calendar
    carriers = {parcel.carrier for parcel in letter.parcels}
    return {
        "language": calendar.words.tag,
        "calendar": calendar,
        "currency": letter.currency,
        "shop": templates.shop(letter.brand),
        "profile": {"first_name": letter.first_name},
        "order": {"name": letter.order_name, "total": letter.total, "is_first": letter.is_first},
        "message": _plain(sentences.of(letter), SAID),
        "story": {
            "state": story.state.value,
            "headline": story.headline,
            "then": story.then or "",
            "lead": story.lead,
            "arrival": _arrival(letter),
            "is_bad_news": story.is_bad_news,
            "stops": _stops(story.stops, story.step, is_over=story.is_over),
        },
        "answer": letter.answer or "",
        "items": [_item(item, calendar.words) for item in letter.items],
        "have_prices": letter.has_prices and not letter.is_gift,
        "have_pictures": any(item.image_url for item in letter.items),
        "parcels": [{"carrier": p.carrier, "number": p.number, "page": p.page} for p in letter.parcels],
        "places": [_place(place, calendar.words) for place in letter.waits_at],
        "carrier": carriers.pop() if len(carriers) == 1 else None,
        "facts": _facts(letter),
        "discount": _discount(letter),
        "recommendations": [_plain(product, OFFERED) for product in letter.recommendations],
        "clicks": letter.clicks,
        "cart_url": letter.cart_url,
        "track_url": letter.track_url,
        "preferences_url": letter.preferences_url,
    }


def _discount(letter: Letter) -> dict[str, str]:
    """Return what a discount says; nothing where there is none."""
    offered, calendar = letter.discount, letter.calendar
    if offered is None:
        return dict.fromkeys(("code", "percent", "words", "until"), "")
    percent = format_percent(offered.percent / 100, locale=calendar.locale)
    return {
        "code": offered.code,
        "percent": percent,
        "words": calendar.words.say("%(percent)s off your next order with this code:", percent=percent),
        "until": calendar.words.say("Good for one order, until %(day)s.", day=calendar.spoken(offered.until)),
    }


def _place(place: Place, words: Words) -> dict[str, str]:
    return {
        "name": place.name or words.say("Your pickup point"),
        "address": words.isolated(place.address or ""),
        "hours": words.isolated(place.hours or ""),
        "code": words.isolated(place.code or ""),
    }


def _item(item: Item, words: Words) -> dict[str, object]:
    many = item.quantity > 1
    pieces = words.say_many("%(count)s piece", "%(count)s pieces", item.quantity) if many else None
    return {
        "title": item.title,
        "options": item.options,
        "quantity": item.quantity,
        "details": " · ".join(filter(None, (item.options, pieces))),
        "total": item.total,
        "image_url": item.image_url,
    }


def _arrival(letter: Letter) -> str:
    """Return the day or days on which it arrives; empty, where nobody named any."""
    days, calendar = letter.story.days, letter.calendar
    if days is None:
        return ""
    return calendar.spoken(days[0]) if days[0] == days[1] else calendar.from_to(*days)


@lru_cache(maxsize=1024)
def _stops(names: tuple[str, ...], here: int, *, is_over: bool) -> Shared:
    """Return the stops of the journey: behind, here or ahead."""
    behind = here if is_over else here - 1
    return Shared(
        {
            "name": name,
            "mark": "done" if place <= behind else "now" if place == here else "next",
            "is_here": place == here,
        }
        for place, name in enumerate(names, start=1)
    )


def _plain(record: Sentences | Offer, names: tuple[str, ...]) -> Mapping[str, Any]:
    return {name: getattr(record, name) for name in names}


def _facts(letter: Letter) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    words = letter.calendar.words
    if letter.delivering_to and not letter.waits_at:
        facts.append(
            {
                "title": words.say("Delivering to"),
                "lines": [_line(words.isolated(line)) for line in letter.delivering_to],
            }
        )
    by_carrier: dict[str | None, list[Told]] = {}
    for parcel in letter.parcels:
        by_carrier.setdefault(parcel.carrier, []).append(parcel)
    carriers = [
        line
        for name, parcels in by_carrier.items()
        for line in (_line(name), *(_line(parcel.number, parcel.page) for parcel in parcels))
        if line["text"]
    ]
    if carriers:
        facts.append({"title": words.say("Carrier"), "lines": carriers})
    elif letter.order_name:
        facts.append(
            {
                "title": words.say_as("over its number", "Order"),
                "lines": [_line(letter.order_name)],
            }
        )
    return facts


def _line(text: str | None, url: str | None = None) -> dict[str, str]:
    return {"text": text or "", "url": url or ""}
