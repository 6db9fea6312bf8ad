"""What every page of the admin has around it: navigation, the shop's name, and words for templates."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Response, g, render_template, request
from sqlalchemy.orm import Session

from app.admin import answer, words
from app.admin.answer import Tally
from app.admin.doors import embedded, stores
from app.admin.doors.session import address, form_token
from app.admin.saying import say, say_many
from app.admin.stores import words as store_words
from app.lib import plugins
from app.lib.config import settings
from app.platforms.base import Platform
from app.shops.models import Shop

SWITCHER = 8
"""So many stores are one click away on every page; the others are two."""


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation."""

    key: str
    name: str
    icon: str
    endpoint: str
    count: int = 0
    counted: str = ""
    """What is counted, with its number."""
    is_first: bool = False
    """Whether it has room at the foot of a phone; the others are behind "More"."""


def page(session: Session, shop: Shop, template: str, here: str, **values: object) -> str:
    """Render a page of a shop; `here` names its entry in the navigation."""
    known = values.pop("tally", None)  # where the page had to know it as well
    tally = known if isinstance(known, Tally) else answer.waits(session, [shop])[shop.id]
    return render_template(
        f"admin/{template}",
        shop=shop,
        platform=platform_of(shop),
        tally=tally,
        nav=_places(tally),
        here=here,
        dates=answer.calendar(shop),
        words=words,
        store_words=store_words,
        address=address,
        form_token=form_token,
        visitor=g.visitor,
        stores=stores.of(session, g.visitor, at_most=SWITCHER + 1) if g.visitor.sees_several else (),
        most_stores=SWITCHER,
        embedded=g.visitor.staff is not None,
        client_id=settings().shopify_client_id,
        app_bridge=embedded.app_bridge(),
        said=request.args.get("said"),
        **values,
    )


def platform_of(shop: Shop) -> Platform:
    """Return the plug-in of a shop's platform."""
    found: Platform = plugins.discover("app.platforms")[shop.platform]
    return found


def protect(response: Response) -> Response:
    """Let a page load nothing but our own files, and be framed by nobody but its own store's back office."""
    shop: Shop | None = g.get("shop")
    framed = shop is not None and g.visitor.staff is not None
    frames = embedded.frames(shop.domain) if shop and framed else "frame-ancestors 'none'"
    scripts = "'self' https://cdn.shopify.com" if framed else "'self'"
    leads_to = f" {urlsplit(there).scheme}://{urlsplit(there).netloc}" if (there := g.get("leads_to")) else ""
    shown = "'self'" if g.get("shows_frames") else "'none'"
    policy = (
        f"default-src 'none'; style-src 'self'; script-src {scripts}; img-src 'self'; font-src 'self'; "
        f"connect-src 'self'; frame-src {shown}; "
        f"form-action 'self'{leads_to}; base-uri 'none'; {frames}"
    )
    response.headers.setdefault("Content-Security-Policy", policy)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _places(tally: Tally) -> tuple[Place, ...]:
    wrong, waits = tally.exceptions.total, tally.unread + tally.undone + tally.broken
    late = say_many("%(count)s exception", "%(count)s exceptions", wrong)
    unjudged = say_many("%(count)s to read", "%(count)s to read", tally.reviews)
    needs = say_many("%(count)s thing that needs you", "%(count)s things that need you", waits)
    return (
        Place("home", say("Home"), "home", "overview.index", is_first=True),
        Place("shipments", say("Shipments"), "parcel", "shipments.index", wrong, late, is_first=True),
        Place("flows", say("Flows"), "flow", "flows.index", is_first=True),
        Place("messages", say("Messages"), "mail", "messages.index"),
        Place("customers", say("Customers"), "people", "customers.index", is_first=True),
        Place("reviews", say("Reviews"), "star", "reviews.index", tally.reviews, unjudged),
        Place("sources", say("Tracking"), "truck", "sources.index"),
        Place("connection", say("Connection"), "link", "inbox.index", waits, needs),
        Place("privacy", say("Privacy"), "lock", "privacy.index"),
        Place("settings", say("Settings"), "sliders", "settings.index"),
    )
