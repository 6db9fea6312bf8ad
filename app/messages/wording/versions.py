"""A shop's own messages: a draft that may change, and published versions that never do.

What a shop has not written is what we say (templates/messages).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib.db import Base, OfShop, key, word
from app.messages.documents import templates
from app.messages.documents.document import Document, Misfit
from app.vocabulary import Trigger

SHOWN = 50
"""Versions of a message that are listed; the others stay."""
KEPT = 4096
"""How many versions this process remembers; each is read once, for none ever changes."""


class Kept(NamedTuple):
    """What is kept for one message."""

    trigger: Trigger
    number: int | None
    """The version that is sent; None: what we say."""
    published: int
    """How many versions there are."""
    has_draft: bool


class Sent(NamedTuple):
    """What is sent now."""

    number: int | None
    """None: what we say."""
    document: Document


Version = tuple[int, datetime]
"""A version's id, and when it was published."""
Said = Document | Misfit


class Chosen(NamedTuple):
    """What a shop says in its own words."""

    said: Said
    version_id: int


_kept: dict[Version, Said] = {}


class TemplateVersion(OfShop, Base):
    """A message as it was published; never changed."""

    __tablename__ = "template_version"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    number: Mapped[int]
    """From 1, of its shop and trigger."""
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "trigger", "number"),)


class Template(OfShop, Base):
    """A shop's own message for a trigger: what is being written, and which version is sent."""

    __tablename__ = "template"

    id: Mapped[key]
    trigger: Mapped[Trigger] = word(Trigger)
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    drafted_at: Mapped[datetime | None]
    step: Mapped[int] = mapped_column(default=0, server_default="0")
    """Which of the steps of app/messages/wording/steps.py the draft is; 0: there is none."""
    version_id: Mapped[int | None] = mapped_column(ForeignKey("template_version.id"))
    """What is sent; None: what we say."""
    asked_to: Mapped[str | None]
    """Where a test mail of the draft is to go; None: none is asked for."""
    asked_as: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """With which letter, and in which language: {"specimen", "language"}."""
    tried: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """How the last one went: {"to", "at", "failure"}."""

    __table_args__ = (UniqueConstraint("shop_id", "trigger"),)


def documents(session: Session, shop_ids: Collection[int]) -> dict[tuple[int, Trigger], Chosen]:
    """Return what these shops say in their own words, in one query, or two where a version is new to us."""
    chosen = select(Template.shop_id, Template.trigger, TemplateVersion.id, TemplateVersion.published_at)
    chosen = chosen.join(TemplateVersion, TemplateVersion.id == Template.version_id)
    rows = session.execute(chosen.where(Template.shop_id.in_(shop_ids))).all()
    found = {(shop_id, trigger): (ident, at) for shop_id, trigger, ident, at in rows}
    read = _read(session, set(found.values()))
    return {place: Chosen(read[version], version[0]) for place, version in found.items()}


def current(session: Session, shop_id: int, trigger: Trigger) -> Document:
    """Return what a shop's message says; raises Misfit where we no longer understand it."""
    chosen = documents(session, [shop_id]).get((shop_id, trigger))
    said = chosen.said if chosen else templates.default(trigger)
    if isinstance(said, Misfit):
        raise said
    return said


def draft(session: Session, shop_id: int, trigger: Trigger) -> Document:
    """Return what is being written; what is sent, where nothing is."""
    row = session.scalar(select(Template).filter_by(shop_id=shop_id, trigger=trigger))
    return Document.of(row.draft) if row and row.draft else current(session, shop_id, trigger)


def sent(session: Session, shop_id: int, trigger: Trigger) -> Sent:
    """Return what is sent now; what we say, where a version is no longer understood."""
    number = select(TemplateVersion.number).join(Template, Template.version_id == TemplateVersion.id)
    chosen = session.scalar(number.where(Template.shop_id == shop_id, Template.trigger == trigger))
    try:
        return Sent(chosen, current(session, shop_id, trigger))
    except Misfit:
        return Sent(chosen, templates.default(trigger))


def published(session: Session, shop_id: int, trigger: Trigger) -> Sequence[TemplateVersion]:
    """Return a message's versions, the newest first."""
    mine = select(TemplateVersion).filter_by(shop_id=shop_id, trigger=trigger)
    return session.scalars(mine.order_by(TemplateVersion.number.desc()).limit(SHOWN)).all()


def numbered(session: Session, shop_id: int, trigger: Trigger, number: int | None) -> Document | None:
    """Return a version, or what we say (None); None where there is no such, or we understand it no more."""
    if number is None:
        return templates.default(trigger)
    mine = select(TemplateVersion.document).filter_by(shop_id=shop_id, trigger=trigger, number=number)
    data = session.scalar(mine)
    said = _understood(data) if data is not None else None
    return said if isinstance(said, Document) else None


def writing(session: Session, shop_id: int) -> dict[Trigger, Document]:
    """Return what each of a shop's messages says, its draft before what is sent; in three queries.

    What we no longer understand is what we say.
    """
    drafts = select(Template.trigger, Template.draft).where(
        Template.shop_id == shop_id, Template.draft.is_not(None)
    )
    said = {trigger: chosen.said for (_, trigger), chosen in documents(session, [shop_id]).items()}
    said |= {trigger: _understood(data) for trigger, data in session.execute(drafts) if data}
    own = {trigger: it for trigger, it in said.items() if isinstance(it, Document)}
    return {trigger: own.get(trigger) or templates.default(trigger) for trigger in Trigger}


def overview(session: Session, shop_id: int) -> list[Kept]:
    """Return what is kept for each of a shop's messages."""
    rows = {row.trigger: row for row in session.scalars(select(Template).filter_by(shop_id=shop_id))}
    published = select(TemplateVersion.trigger, TemplateVersion.id, TemplateVersion.number)
    numbers: dict[Trigger, dict[int, int]] = {trigger: {} for trigger in Trigger}
    for trigger, ident, number in session.execute(published.filter_by(shop_id=shop_id)):
        numbers[trigger][ident] = number
    return [
        Kept(
            trigger,
            numbers[trigger].get(row.version_id or 0) if row else None,
            len(numbers[trigger]),
            has_draft=bool(row and row.draft),
        )
        for trigger in Trigger
        for row in (rows.get(trigger),)
    ]


def _read(session: Session, versions: Collection[Version]) -> dict[Version, Said]:
    known = {version: _kept[version] for version in versions if version in _kept}
    unknown = {ident: (ident, at) for ident, at in versions if (ident, at) not in known}
    if unknown:
        wanted = select(TemplateVersion.id, TemplateVersion.document).where(TemplateVersion.id.in_(unknown))
        read = {unknown[ident]: _understood(data) for ident, data in session.execute(wanted)}
        if len(_kept) > KEPT:
            _kept.clear()
        _kept.update(read)
        known |= read
    return known


def _understood(data: object) -> Said:
    try:
        return Document.of(data)
    except Misfit as misfit:  # published by another release: it stops its own messages and no others
        return misfit
