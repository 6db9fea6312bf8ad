"""What a message says: gathered inside a transaction as plain data, rendered outside it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from babel.lists import format_list
from liquid import BoundTemplate, RenderContext
from liquid.exceptions import LiquidError
from liquid.output import LimitedStringIO

from app.channels.base import Mail
from app.channels.mime import one_line
from app.lib.config import settings
from app.messages import templates
from app.messages.letter import Letter, Told, gather
from app.messages.liquid import Sandbox
from app.tracking.story import State

__all__ = ["Letter", "Unrenderable", "gather", "render"]


class Unrenderable(Exception):
    """The template cannot be filled; the sentence says where, and holds no personal data."""


def render(letter: Letter) -> Mail:
    """Return the mail of a letter; raises Unrenderable."""
    data = _data(letter)
    _, words = _fill(templates.words(letter.trigger), data)
    data |= words
    subject = one_line(str(data.get("subject", "")))
    text, _ = _fill(templates.text(), data)
    html, _ = _fill(templates.html(letter.brand.color), data)
    if not subject:
        raise Unrenderable(f"{letter.trigger}: the subject is empty")
    return Mail(
        to=letter.to,
        sender=f"{letter.brand.name} <{settings().mail_from}>",
        reply_to=letter.brand.support_email,
        subject=subject,
        text=text,
        html=html,
        message_id=letter.message_id,
        headers={
            "List-Unsubscribe": f"<{letter.preferences_url}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )


def _fill(template: BoundTemplate, data: dict[str, Any]) -> tuple[str, Mapping[str, object]]:
    """Return what a template prints, and what it assigns; raises Unrenderable."""
    context = RenderContext(template, globals=data)
    page = LimitedStringIO(limit=Sandbox.output_stream_limit)
    try:
        template.render_with_context(context, page)
    except (LiquidError, ValueError, TypeError, LookupError) as error:
        where = error.context() if isinstance(error, LiquidError) else None
        line = f", line {where[0]}" if where else ""
        raise Unrenderable(f"{type(error).__name__} in {template.name}{line}") from error
    return page.getvalue(), context.locals


def _data(letter: Letter) -> dict[str, Any]:
    """Return what a template may name."""
    brand, story = letter.brand, letter.story
    carriers = {parcel.carrier for parcel in letter.parcels}
    is_coming = story.state is State.MOVING
    return {
        "language": letter.calendar.locale.replace("_", "-"),
        "calendar": letter.calendar,
        "currency": letter.currency,
        "shop": {
            "name": brand.name,
            "url": brand.url,
            "logo_url": brand.logo_url,
            "legal_line": brand.legal_line,
            "answers": brand.support_email is not None,
        },
        "profile": {"first_name": letter.first_name},
        "order": {"name": letter.order_name, "total": letter.total, "is_first": letter.is_first},
        "story": {
            "state": story.state.value,
            "headline": story.headline,
            "then": story.then or "",
            "lead": story.lead,
            "is_bad_news": story.is_bad_news,
            "day": story.day or "" if is_coming else "",
            "days": _days(letter) if is_coming else "",
            "stops": _stops(letter),
        },
        "answer": letter.answer or "",
        "items": [asdict(item) for item in letter.items],
        "item_titles": _list([item.title for item in letter.items], letter),
        "have_pictures": any(item.image_url for item in letter.items),
        "parcels": [{"carrier": p.carrier, "number": p.number} for p in letter.parcels],
        "parcel_numbers": _list([str(parcel.place) for parcel in letter.parcels], letter),
        "is_whole": letter.is_whole,
        "carrier": carriers.pop() if len(carriers) == 1 else None,
        "facts": _facts(letter),
        "track_url": letter.track_url,
        "preferences_url": letter.preferences_url,
    }


def _days(letter: Letter) -> str:
    """Return from when to when it arrives, where that is several days."""
    days = letter.story.days
    return letter.calendar.from_to(*days) if days and days[0] < days[1] else ""


def _stops(letter: Letter) -> list[dict[str, object]]:
    """Return the stops of the journey: behind, here or ahead."""
    story = letter.story
    behind = story.step if story.is_over else story.step - 1
    return [
        {
            "name": name,
            "mark": "done" if place <= behind else "now" if place == story.step else "next",
            "is_here": place == story.step,
        }
        for place, name in enumerate(story.stops, start=1)
    ]


def _facts(letter: Letter) -> list[dict[str, object]]:
    facts: list[dict[str, object]] = []
    if letter.delivering_to:
        facts.append({"title": "Delivering to", "lines": [_line(line) for line in letter.delivering_to]})
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
        facts.append({"title": "Carrier", "lines": carriers})
    elif letter.order_name:
        facts.append({"title": "Order", "lines": [_line(letter.order_name)]})
    return facts


def _line(text: str | None, url: str | None = None) -> dict[str, str]:
    return {"text": text or "", "url": url or ""}


def _list(words: list[str], letter: Letter) -> str:
    return str(format_list(words, locale=letter.calendar.locale)) if words else ""
