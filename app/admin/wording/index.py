"""What messages say: the list of them, and the editor of one, block by block; every change can be undone."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, g, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.admin import shell, studio
from app.admin.doors.session import Answer, for_shop
from app.admin.wording import view, words
from app.admin.wording.page import at, draft, page, part, trigger_of
from app.admin.wording.state import Panel, State
from app.messages.documents.blocks import KINDS
from app.messages.documents.document import Block, Document, Misfit
from app.messages.gate import offers
from app.messages.wording import editing, publishing, showing, specimens, steps, versions
from app.shops import brand
from app.shops.models import Shop
from app.vocabulary import Category, Trigger

blueprint = Blueprint("wording", __name__)

ONE = "/wording/<name>"


@blueprint.get("/wording")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """List every message with its subject, and whose words it has."""
    look = brand.of(shop)
    kept = {it.trigger: it for it in versions.overview(session, shop.id)}
    subjects = {}
    for trigger, document in versions.writing(session, shop.id).items():
        told = specimens.letter(trigger, document, look, specimens.Specimen.USUAL)
        subjects[trigger] = showing.Filler(told).said(document.subject) or document.subject
    groups: dict[str, list[Trigger]] = {"News": list(words.NEWS), "Offers": [], "Answers": []}
    for trigger in Trigger:
        if offers.category(trigger) is Category.MARKETING:
            groups["Offers"].append(trigger)
        elif trigger not in words.NEWS:
            groups["Answers"].append(trigger)
    return shell.page(
        session, shop, "wording/index.html", "messages", groups=groups, kept=kept, subjects=subjects
    )


@blueprint.get(ONE)
@for_shop
def show(session: Session, shop: Shop, name: str) -> str:
    """Show one message: its blocks, how it looks, and what of it is being written."""
    return page(session, shop, trigger_of(name), State.asked())


@blueprint.post(f"{ONE}/block")
@for_shop
def rewrite(session: Session, shop: Shop, name: str) -> Answer:
    """Write what a block says."""
    trigger, state = trigger_of(name), State.asked()
    document = draft(session, shop, trigger)
    block = _block(document, state.block)
    fields = view.typed(block.kind, request.form, words_only=bool(state.language))
    data = editing.rewritten(document, block.id, fields, state.language)
    return _rewritten(session, shop, trigger, state, document, data, block.id, fields)


@blueprint.post(f"{ONE}/envelope")
@for_shop
def rename(session: Session, shop: Shop, name: str) -> Answer:
    """Write the subject, what stands beside it, and the text message."""
    trigger, state = trigger_of(name), State.asked()
    names = {it: " ".join(request.form.get(f"f-{it}", "").split()) for it in words.NAMES}
    document = draft(session, shop, trigger)
    data = editing.renamed(document, names, state.language)
    return _rewritten(session, shop, trigger, state, document, data, "", names)


@blueprint.post(f"{ONE}/add")
@for_shop
def add(session: Session, shop: Shop, name: str) -> Answer:
    """Add a block after the one at hand; one that must be filled in first is asked for."""
    trigger, state = trigger_of(name), State.asked()
    kind, after = request.form.get("kind", ""), request.form.get("after", "")
    if kind not in KINDS:
        abort(404)
    document = draft(session, shop, trigger)
    fields: dict[str, Any] = {}
    if not editing.starts_full(kind):
        fields = view.typed(kind, request.form, words_only=False)
        if "filled" not in request.form:
            return redirect(at(trigger, state, panel=Panel.ADD, block="", kind=kind, after=after), 303)
    is_there = any(it.id == after for it in document.blocks)
    data, ident = editing.added(document, kind, fields, after if is_there else None)
    return _kept(session, shop, trigger, state, data, "", fields, block=ident, panel=Panel.ADD)


@blueprint.post(f"{ONE}/move")
@for_shop
def move(session: Session, shop: Shop, name: str) -> Answer:
    """Put a block elsewhere: to a place, counted from 1."""
    trigger, state = trigger_of(name), State.asked()
    document = draft(session, shop, trigger)
    ident, place = request.form.get("moved", ""), request.form.get("place", 0, int)
    _block(document, ident)
    return _kept(session, shop, trigger, state, editing.moved(document, ident, place - 1), "", moved=ident)


@blueprint.post(f"{ONE}/remove")
@for_shop
def remove(session: Session, shop: Shop, name: str) -> Answer:
    """Leave a block out."""
    trigger, state = trigger_of(name), State.asked()
    document = draft(session, shop, trigger)
    ident = request.form.get("removed", "")
    _block(document, ident)
    state = State(view=state.view, filled=state.filled, language=state.language)
    return _kept(session, shop, trigger, state, editing.without(document, ident), "", said="removed")


@blueprint.post(f"{ONE}/undo")
@for_shop
def undo(session: Session, shop: Shop, name: str) -> Response:
    """Go one change back, or forth again, or to the last one there was."""
    trigger, state = trigger_of(name), State.asked()
    row = publishing.open_for(session, shop.id, trigger)
    _, last = steps.ends(session, row)
    to = {"back": row.step - 1, "forth": row.step + 1, "none": 0, "last": last}
    way = request.form.get("way", "")
    if way not in to:
        abort(400)
    if to[way] >= 0:
        steps.go(session, row, to[way])
    said = {"none": "dropped", "last": "back-again"}.get(way)
    return redirect(at(trigger, state, said=said), 303)


def _rewritten(  # noqa: PLR0913, PLR0917 - what was changed, and of what
    session: Session,
    shop: Shop,
    trigger: Trigger,
    state: State,
    document: Document,
    data: Mapping[str, Any],
    ident: str,
    typed: Mapping[str, Any],
) -> Answer:
    """Keep what somebody writes in one place; what another wrote there in the meantime is undone to."""
    overtaken = studio.is_overtaken(part(document, ident, state.language), typed)
    what = "" if overtaken else f"{g.visitor.who} {state.language} {ident}"
    said = studio.what_was_said(overtaken=overtaken)
    return _kept(session, shop, trigger, state, data, what, typed, said=said)


def _kept(  # noqa: PLR0913, PLR0917 - what was changed, and what is shown next
    session: Session,
    shop: Shop,
    trigger: Trigger,
    state: State,
    data: Mapping[str, Any],
    what: str,
    typed: Mapping[str, Any] | None = None,
    **shown: str | None,
) -> Answer:
    """Keep the draft and show it; what is no message is shown as it was typed, and not kept."""
    try:
        publishing.save(session, shop.id, trigger, data, what=what)
    except Misfit as misfit:
        panel = Panel(shown.get("panel") or state.panel)
        return page(session, shop, trigger, state.beside(panel), typed=typed or {}, misfit=misfit)
    shown.pop("panel", None)
    return redirect(at(trigger, state, **shown), 303)


def _block(document: Document, ident: str) -> Block:
    return next((it for it in document.blocks if it.id == ident), None) or abort(404)
