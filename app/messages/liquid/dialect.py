"""Liquid as merchants may write it: no Python behind it, and an end to every loop.

Limits were tried with loops of 10^8, doubling strings, nested captures and chains of filters: all stop within
0.2 s.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache, wraps
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from babel.dates import format_date
from liquid import Environment, RenderContext, StrictDefaultUndefined, Undefined
from liquid.builtin.filters.string import newline_to_br
from liquid.exceptions import LiquidTypeError, ResourceLimitError
from liquid.filter import with_context
from markupsafe import Markup

from app.lib import money
from app.lib.config import settings
from app.lib.days import Calendar
from app.messages.letters.links import ON_THE_WEB, Clicks, click_url

SHOPIFY_PICTURES = "cdn.shopify.com"
STYLES = ("short", "medium", "long", "full", "time")


class Sandbox(Environment):
    """An environment that no template can make slow, large or indiscreet."""

    loop_iteration_limit = 10_000
    output_stream_limit = 500_000
    local_namespace_limit = 200_000
    context_depth_limit = 20


def sandbox(*, autoescape: bool, undefined: type[Undefined] = StrictDefaultUndefined) -> Sandbox:
    """Return an environment for HTML (autoescape) or for text; what it does not know is an error.

    Unless a fallback is named: `{{ profile.nickname | default: "there" }}`.
    """
    environment = Sandbox(autoescape=autoescape, undefined=undefined)
    environment.filters.pop("safe", None)
    for name, larger in GROWS.items():
        environment.add_filter(name, _bounded(environment.filters[name], larger))
    for name, filter_ in FILTERS.items():
        environment.add_filter(name, filter_)
    environment.add_filter("lines", newline_to_br if autoescape else str)
    return environment


def _bounded(filter_: Callable[..., Any], larger: Callable[..., int]) -> Callable[..., Any]:
    """Return a filter that makes nothing larger than a message may be; a chain of them would multiply."""

    @wraps(filter_)
    def bounded(value: object, *given: object, **named: object) -> object:
        if larger(value, *given) > Sandbox.output_stream_limit:
            raise ResourceLimitError(f"{filter_.__name__} would make too long a text", token=None)
        return filter_(value, *given, **named)

    return bounded


def _replaced(value: object, seek: object = "", put: object = "", *_: object) -> int:
    text = str(value)
    return len(text) + text.count(str(seek)) * len(str(put))


def _joined(values: object, separator: object = " ", *_: object) -> int:
    parts = values if isinstance(values, list | tuple | str) else ()
    return sum(len(str(part)) for part in parts) + len(parts) * len(str(separator))


GROWS: dict[str, Callable[..., int]] = {"replace": _replaced, "join": _joined}
"""How long a text they would make; each other filter of Liquid's own makes it a few times as long at most."""


@with_context
def _money(amount: object, *, context: RenderContext) -> str:
    """Write minor units in the order's currency: 12800 → "$128.00"."""
    calendar = context.resolve("calendar")
    if not isinstance(amount, int) or not isinstance(calendar, Calendar):
        raise LiquidTypeError("money expects an amount in minor units", token=None)
    return _written(amount, str(context.resolve("currency")), calendar.locale)


@with_context
def _date_local(moment: object, style: str = "long", *, context: RenderContext) -> str:
    """Write a time as a day where the shop is: "November 17, 2026"; or as one of STYLES."""
    calendar = context.resolve("calendar")
    if not isinstance(moment, datetime) or not isinstance(calendar, Calendar) or style not in STYLES:
        raise LiquidTypeError(f"date_local expects a time, and one of {', '.join(STYLES)}", token=None)
    if style == "time":
        return calendar.time(moment)
    return format_date(calendar.day(moment), style, locale=calendar.locale)


def _pluralize(count: object, one: str, many: str) -> str:
    """Choose a word by a number: 2 → "2 parcels"."""
    return f"{count} {one if count == 1 else many}"


@with_context
def _money_with_currency(amount: object, *, context: RenderContext) -> str:
    """Write minor units with the currency's own letters: 12800 → "$128.00 USD"."""
    return f"{_money(amount, context=context)} {context.resolve('currency')}"


def _image_url(image: object, *, width: object = None) -> str:
    """Return the address of an item's picture, or of one given, at a width where its host can make one."""
    address = image.get("image_url") if isinstance(image, Mapping) else image
    if not isinstance(address, str) or not address:
        return ""
    parts = urlsplit(address)
    if not isinstance(width, int) or parts.hostname != SHOPIFY_PICTURES:
        return address
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "width"]
    return urlunsplit(parts._replace(query=urlencode([*query, ("width", width)])))


@with_context
def _track_url(parcel: object, *, context: RenderContext) -> str:
    """Return where a parcel is followed: its carrier's page, else ours."""
    page = parcel.get("page") if isinstance(parcel, Mapping) else None
    return str(page or context.resolve("track_url"))


def _with_query(address: object, name: str, value: object) -> str:
    """Return an address with one more word in its query: "/review?stars=5"."""
    parts = urlsplit(_as_written(address))
    query = f"{parts.query}&" if parts.query else ""
    return urlunsplit(parts._replace(query=query + urlencode({name: value})))


@with_context
def _clicked(address: object, kind: str = "offers", *, context: RenderContext) -> str:
    """Return an address so that it is known who followed it: in offers, or where the link itself is one.

    Our own pages, the one to unsubscribe among them, stay as they are.
    """
    target, clicks = _as_written(address), context.resolve("clicks")
    ours = (context.resolve("track_url"), context.resolve("preferences_url"))
    page = target.partition("#")[0].partition("?")[0]
    is_away = page.startswith(ON_THE_WEB) and page not in ours and not page.startswith(f"{settings().url}/")
    if not isinstance(clicks, Clicks) or not is_away or not (clicks.is_offer or kind == "always"):
        return target
    return click_url(clicks.shop_id, clicks.message_id, target)


def _as_written(address: object) -> str:
    """Return an address as it is where no HTML is: what was captured in HTML is escaped."""
    return unescape(str(address)).strip() if isinstance(address, Markup) else str(address)


def _json(said: object) -> str:
    """Write a text, a number or a list as JSON."""
    if not isinstance(said, str | int | float | list | tuple | dict | None):
        raise LiquidTypeError("json expects a text, a number or a list", token=None)
    return json.dumps(said, ensure_ascii=False)


FILTERS: dict[str, Callable[..., Any]] = {
    "money": _money,
    "money_with_currency": _money_with_currency,
    "date_local": _date_local,
    "image_url": _image_url,
    "track_url": _track_url,
    "pluralize": _pluralize,
    "json": _json,
    "with_query": _with_query,
    "clicked": _clicked,
}
"""What merchants expect besides Liquid's own filters."""


@lru_cache(maxsize=4096)
def _written(amount: int, currency: str, locale: str) -> str:
    return money.display(amount, currency, locale)
