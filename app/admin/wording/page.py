"""The page of the message editor: everything that is shown of one message, and of what is being written."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel import Locale
from flask import abort, g, request
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.admin import shell, studio
from app.admin.doors.session import address, saw
from app.admin.saying import spoken
from app.admin.wording import preview, view, words
from app.admin.wording import state as wording_state
from app.admin.wording.state import Panel, State, View
from app.lib import clock
from app.lib.words import CATALOGS, ENGLISH, merchant_sentence
from app.messages.documents import templates
from app.messages.documents.blocks import KINDS
from app.messages.documents.document import NAMES, Block, Document, Misfit
from app.messages.documents.lint import Finding, lint
from app.messages.gate import offers
from app.messages.letters.letter import Letter
from app.messages.models import Message
from app.messages.wording import publishing, showing, specimens, steps, trial, versions
from app.messages.wording.versions import Template
from app.shops import brand, texting
from app.shops.models import Shop
from app.vocabulary import WENT_OUT, Trigger

LATELY = timedelta(days=30)


def trigger_of(name: str) -> Trigger:
    """Return the message that an address names; answers 404 for any other."""
    return next((it for it in Trigger if it == name), None) or abort(404)


def draft(session: Session, shop: Shop, trigger: Trigger) -> Document:
    """Return what is being written, held until this transaction ends: two windows write one after another."""
    publishing.open_for(session, shop.id, trigger)
    return written(session, shop, trigger)[0]


def page(  # noqa: PLR0913 - what one page shows
    session: Session,
    shop: Shop,
    trigger: Trigger,
    state: State,
    *,
    typed: Mapping[str, Any] | None = None,
    misfit: Misfit | None = None,
    **more: object,
) -> str:
    """Show a message; `misfit` says why what was `typed` could not be kept."""
    g.shows_frames = True
    studio.stays_at(at(trigger, state))
    look = brand.of(shop)
    document, is_understood = written(session, shop, trigger)
    letter = wording_state.letter(session, shop, trigger, document, state.filled, state.language)
    if state.filled.isdecimal():
        saw(session, merchant_sentence("message %(number)s as a preview", number=state.filled))
    shown, filler = showing.of(letter), showing.Filler(letter)
    findings = lint(document, trigger, offers.category(trigger), look)
    block = next((it for it in document.blocks if it.id == state.block), None)
    if block is None and state.block:
        state = State(view=state.view, filled=state.filled, language=state.language)
    row = session.scalar(select(Template).filter_by(shop_id=shop.id, trigger=trigger))
    first, last = steps.ends(session, row) if row else (0, 0)
    sent, called = versions.sent(session, shop.id, trigger), _languages()
    return shell.page(
        session,
        shop,
        "wording/page.html",
        "messages",
        trigger=trigger,
        state=state,
        views=View,
        at=lambda **changed: at(trigger, state, **changed),
        document=document,
        is_understood=is_understood,
        lines=view.lines(document, findings, filler),
        block=block,
        kind_of=words.kind,
        fields=_fields(document, block, state, findings, letter, typed, misfit),
        misfit=misfit,
        was=studio.was(part(document, block.id if block else "", state.language)),
        kinds=[it for it in KINDS if it in words.KINDS],
        inserts=words.inserts(trigger),
        findings=findings,
        rules=words.RULES,
        place_of=lambda it: view.place_of(it, document, called),
        shown=shown,
        letter=letter,
        frame=preview.url(
            shop, trigger, document, state.filled, state.language, dark=state.view is View.DARK
        ),
        specimens=words.SPECIMENS,
        newest=specimens.newest(session, shop.id, trigger),
        languages=sorted(CATALOGS, key=called.__getitem__),
        language_names=called,
        row=row,
        may_undo=row is not None and row.step > first,
        may_redo=row is not None and row.step < last,
        sent=sent,
        changes=view.changes(sent.document, document) if row and row.draft else [],
        versions=versions.published(session, shop.id, trigger),
        lately=_lately(session, shop, trigger),
        readers=trial.readers(session, shop),
        texting=texting.of(shop),
        **more,
    )


def part(document: Document, ident: str, language: str) -> dict[str, Any]:
    """Return what a draft says in a block, or beside its blocks (""); in a language its own words only."""
    own = document.languages.get(language, {})
    if not ident:
        return {it: own.get(it, "") if language else getattr(document, it) for it in NAMES}
    if language:
        return dict((own.get("blocks") or {}).get(ident, {}))
    return next((dict(it.fields) for it in document.blocks if it.id == ident), {})


def _fields(  # noqa: PLR0913, PLR0917 - what a form is made of
    document: Document,
    block: Block | None,
    state: State,
    findings: list[Finding],
    letter: Letter,
    typed: Mapping[str, Any] | None,
    misfit: Misfit | None,
) -> list[view.Field]:
    """Return the fields of what is being written, as they were typed where they could not be kept."""
    filler = showing.Filler(letter)
    own = document.languages.get(state.language, {}) if state.language else None
    kind = request.values.get("kind", "")
    if block is not None:
        said = None if own is None else (own.get("blocks") or {}).get(block.id, {})
        found = view.fields_of_block(block, said, findings, filler)
    elif state.panel is Panel.ADD and kind in KINDS:
        found = view.fields_of_block(_blank(kind), None, (), filler)
    else:
        found = view.fields_of_message(document, own, findings, filler)
    return [view.as_typed(it, typed, misfit) for it in found] if typed is not None else found


def _languages() -> dict[str, str]:
    """Return what the reader calls each language that we speak."""
    here = spoken().locale
    return {it: Locale.parse(it).get_display_name(here) or it for it in (*CATALOGS, ENGLISH)}


def _blank(kind: str) -> Block:
    fields = {name: "" if it.default is None else it.default for name, it in KINDS[kind].fields.items()}
    return Block(id="", kind=kind, fields=fields)


def at(trigger: Trigger, state: State, **changed: object) -> str:
    """Return the address of the editor with something else in view."""
    apart = {name: changed.pop(name) for name in ("said", "moved", "kind", "after") if name in changed}
    return address("wording.show", name=trigger, **state.args(**changed), **apart)


def written(session: Session, shop: Shop, trigger: Trigger) -> tuple[Document, bool]:
    """Return what is being written, and whether it is still understood: else it is what we say."""
    try:
        return versions.draft(session, shop.id, trigger), True
    except Misfit:
        return templates.default(trigger), False


def _lately(session: Session, shop: Shop, trigger: Trigger) -> int:
    """Return how many of these messages went out in the last thirty days."""
    mine = select(func.count()).select_from(Message).filter_by(shop_id=shop.id, trigger=trigger)
    went = mine.where(Message.created_at > clock.now() - LATELY, Message.state.in_(WENT_OUT))
    return session.scalar(went) or 0
