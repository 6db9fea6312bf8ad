"""The designer of the tracking page: its parts by place and state, one's own part, the brand; undoable."""

import re
from collections.abc import Mapping
from dataclasses import replace

from babel import Locale
from flask import Blueprint, abort, g, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import studio
from app.admin.designer import own_part, words
from app.admin.designer.page import State, at, own_mark, page, written
from app.admin.doors.session import Answer, for_shop
from app.admin.saying import say
from app.flows.marks import LONGEST_TAG
from app.lib import addresses
from app.lib.color import HEX
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.designs import MOST_TAGS, MOST_VARIANTS, Design, Overtaken, Variant
from app.tracking.page.sections import CHOICES, MOVABLE, Section

blueprint = Blueprint("designer", __name__)

COUNTRY = re.compile(r"[A-Z]{2}")


class Removed(Exception):
    """What a form would change of the page of some orders: somebody else has removed that meanwhile."""


@blueprint.get("/page")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show the page as it is being designed."""
    return page(session, shop, State.asked())


@blueprint.post("/page/move")
@for_shop
def move(session: Session, shop: Shop) -> Response:
    """Put a part elsewhere: to a place, counted from 1."""
    state, design = _asked(session, shop)
    section = next((it for it in MOVABLE if it == request.form.get("moved")), None) or abort(404)
    arranged = design.arranged(state.variant)
    order = [it for it in arranged.order if it is not section]
    order.insert(max(0, min(request.form.get("place", 1, int) - 1, len(order))), section)
    designs.save(session, shop, design.rearranged(state.variant, replace(arranged, order=tuple(order))))
    return redirect(at(state, moved=section), 303)


@blueprint.post("/page/when")
@for_shop
def when(session: Session, shop: Shop) -> Response:
    """Choose in which states a part is shown."""
    state, design = _asked(session, shop)
    section = next((it for it in Section if it == request.form.get("part")), None) or abort(404)
    chosen = next((it for it in CHOICES[section] if it == request.form.get("when")), None) or abort(400)
    arranged = design.arranged(state.variant)
    shown = replace(arranged, when={**arranged.when, section: chosen})
    designs.save(session, shop, design.rearranged(state.variant, shown))
    return redirect(at(state), 303)


@blueprint.post("/page/own")
@for_shop
def own(session: Session, shop: Shop) -> Answer:
    """Write one's own part."""
    state, design = _asked(session, shop)
    state = replace(state, section=Section.OWN)
    typed, errors = own_part.typed(session, shop)
    if errors:
        return page(session, shop, state, own=typed, errors=errors)
    arranged = design.arranged(state.variant)
    overtaken = studio.is_overtaken(arranged.own, typed)
    rearranged = design.rearranged(state.variant, replace(arranged, own=typed))
    what = "" if overtaken else f"{g.visitor.who} own {state.variant}"
    designs.save(session, shop, rearranged, what=what)
    return redirect(at(state, said=studio.what_was_said(overtaken=overtaken)), 303)


@blueprint.post("/page/brand")
@for_shop
def brand(session: Session, shop: Shop) -> Answer:
    """Choose color, name and logo, or how one is reached."""
    state, design = replace(State.asked(), section=None), _draft(session, shop)
    before = written(design, state.panel)
    typed = {it: " ".join(request.form.get(it, "").split()) for it in before}
    errors = _wrong(typed)
    if errors:
        return page(session, shop, state, typed=typed, errors=errors)
    kept = {name: value for name, value in {**design.brand, **typed}.items() if value}
    overtaken = studio.is_overtaken(before, typed)
    what = "" if overtaken else f"{g.visitor.who} {state.panel}"
    designs.save(session, shop, replace(design, brand=kept), what=what)
    return redirect(at(state, said=studio.what_was_said(overtaken=overtaken)), 303)


@blueprint.post("/page/theme")
@for_shop
def read_theme(session: Session, shop: Shop) -> Response:
    """Have the store's own first page looked at, or take what was found there into the draft."""
    state, design = State.asked(), _draft(session, shop)
    row = designs.open_for(session, shop.id)
    if "take" not in request.form:
        designs.ask_theme(session, shop.id)
    elif row.theme:
        found = {name: row.theme[name] for name in ("color", "logo_url") if row.theme[name]}
        designs.save(session, shop, replace(design, brand={**design.brand, **found}))
    return redirect(at(state), 303)


@blueprint.post("/page/variants")
@for_shop
def vary(session: Session, shop: Shop) -> Answer:
    """Arrange the page in another way for some countries or tags, or no longer."""
    state, design = State.asked(), _draft(session, shop)
    if "gone" in request.form:
        gone = _place(design, request.form["gone"], 0)
        kept = tuple(it for place, it in enumerate(design.variants, start=1) if place != gone)
        designs.save(session, shop, replace(design, variants=kept))
        return redirect(at(state, variant=0), 303)
    typed = {name: request.form.get(name, "") for name in ("countries", "tags")}
    countries = _listed(re.split(r"[\s,;]+", typed["countries"].upper()))
    tags = _listed(typed["tags"].split(","))
    known = Locale.parse("en").territories
    wrong = [it for it in countries if not COUNTRY.fullmatch(it) or it not in known]
    errors = {}
    if wrong:
        errors["countries"] = say("“%(code)s” is no country’s code. Germany’s is DE.", code=wrong[0][:20])
    elif not countries and not tags:
        errors["countries"] = say("Name a country or a tag.")
    elif len(tags) > MOST_TAGS or max(map(len, tags), default=0) > LONGEST_TAG:
        errors["tags"] = say(
            "Name at most %(most)s tags of %(long)s characters each.", most=MOST_TAGS, long=LONGEST_TAG
        )
    elif len(design.variants) >= MOST_VARIANTS:
        errors["countries"] = say("Five are the most.")
    if errors:
        return page(session, shop, state, typed=typed, errors=errors)
    variant = Variant(countries=countries, tags=tags, sections=design.sections)
    designs.save(session, shop, replace(design, variants=(*design.variants, variant)))
    return redirect(at(state, variant=len(design.variants) + 1), 303)


@blueprint.post("/page/undo")
@for_shop
def undo(session: Session, shop: Shop) -> Response:
    """Go one change back, or forth again; drop the draft, or bring it back."""
    ways = {"back": -1, "forth": 1, "none": None, "last": designs.MOST_STEPS}
    way = request.form.get("way", "")
    if way not in ways:
        abort(400)
    designs.go(session, shop, ways[way])
    said = {"none": "dropped", "last": "back-again"}.get(way)
    return redirect(at(State.asked(), said=said), 303)


@blueprint.post("/page/publish")
@for_shop
def publish(session: Session, shop: Shop) -> Response:
    """Show the draft that was looked at to shoppers from now on."""
    try:
        number = designs.publish(session, shop, seen=request.form.get("seen", ""))
    except Overtaken:
        return redirect(at(State.asked(), said="overtaken"), 303)
    return redirect(at(State.asked(), said="published" if number else "nothing"), 303)


@blueprint.post("/page/revert")
@for_shop
def revert(session: Session, shop: Shop) -> Response:
    """Show an earlier version again; the draft stays."""
    went = designs.revert(session, shop, request.form.get("number", -1, int))
    return redirect(at(State.asked(), said="reverted" if went else "gone"), 303)


@blueprint.errorhandler(Removed)
def removed(_: Removed) -> Response:
    """Say that nothing was changed: it would have been on another page."""
    return redirect(at(State.asked(), variant=0, said="removed"), 303)


def _asked(session: Session, shop: Shop) -> tuple[State, Design]:
    """Return what a form is about, and the draft; raises Removed.

    The pages of some orders stand in a row, and whoever looks at one knows its place of then: its form says
    what it is for, too.
    """
    state, design = State.asked(), _draft(session, shop)
    if state.variant:
        state = replace(state, variant=_place(design, request.form.get("whose"), state.variant))
    return state, design


def _place(design: Design, whose: str | None, seen_at: int) -> int:
    """Return at which place, from 1, the page of some orders is now; raises Removed."""
    known = [own_mark(it) for it in design.variants]
    here = known[seen_at - 1] if 0 < seen_at <= len(known) else None
    if here is not None and whose in (None, here):
        return seen_at
    if whose not in known:
        raise Removed
    return known.index(whose) + 1


def _listed(typed: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (" ".join(it.split()) for it in typed))))


def _draft(session: Session, shop: Shop) -> Design:
    """Return the draft, held until this transaction ends: two windows change it one after another."""
    designs.open_for(session, shop.id)
    return designs.draft(session, shop)


def _wrong(typed: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with each field of the brand, with a way out."""
    wrong = {}
    for name, value in typed.items():
        if len(value) > words.LONGEST:
            wrong[name] = say("Keep it under %(most)s characters.", most=words.LONGEST)
        elif value and name == "color" and not HEX.fullmatch(value):
            wrong[name] = say("A color is six digits from 0 to f, like #1e6048.")
        elif value and name.endswith("_url") and not value.startswith("https://"):
            wrong[name] = say("An address begins with https://.")
        elif value and name == "support_email" and not addresses.is_plain(value.lower()):
            wrong[name] = say("This is no e-mail address. It looks like help@your-shop.com.")
    return wrong
