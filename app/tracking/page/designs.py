"""How a shop's tracking page is designed: a draft that can be undone, and versions that never change."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from sqlalchemy import UniqueConstraint, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.lib import clock, signing
from app.lib.db import Base, OfShop, key
from app.shops import choices, errands, theme
from app.shops.models import Errand, Shop
from app.shops.theme import Theme
from app.tracking.page.sections import SETTING, VARIANTS, Sections

BRAND = "brand"
PURPOSE = "design"
HOUR = 3600
"""Seconds: the address of a draft is good for one or two of these."""
MOST_STEPS, SHOWN = 40, 30
TOGETHER = timedelta(seconds=60)
"""Changes of one thing in quick succession, as somebody types, are undone at once."""
WHAT, AT = "what", "at"
MOST_VARIANTS, MOST_TAGS = 5, 20
"""Of a page, and of one variant."""


class Overtaken(Exception):
    """The draft has changed since it was looked at."""


class Moment(StrEnum):
    """A moment of an order that nobody placed, on which a design is looked at."""

    ORDERED = "ordered"
    PACKED = "packed"
    MOVING = "moving"
    LATE = "late"
    STUCK = "stuck"
    HELD = "held"
    OUT = "out"
    MISSED = "missed"
    COLLECT = "collect"
    RETURNING = "returning"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class PageVersion(OfShop, Base):
    """A design as it was published; never changed."""

    __tablename__ = "page_version"

    id: Mapped[key]
    number: Mapped[int]
    """From 1, of its shop."""
    design: Mapped[dict[str, Any]] = mapped_column(JSONB)
    published_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("shop_id", "number"),)


class PageDesign(OfShop, Base):
    """What is being designed in a shop, and what undo goes back to."""

    __tablename__ = "page_design"

    id: Mapped[key]
    steps: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """The design after each change since the last version, with what was changed and when; the last forty."""
    step: Mapped[int] = mapped_column(default=0)
    """How many of them count; 0: the page is as it is shown."""
    drafted_at: Mapped[datetime | None]
    theme: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What the store's own first page says of its look: {"color", "logo_url", "failure", "at"}."""
    number: Mapped[int | None]
    """The version that is shown; None: none was published yet, or it is as before the first."""

    __table_args__ = (UniqueConstraint("shop_id"),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An arrangement for orders that are sent to some countries or marked with some tags."""

    countries: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    sections: Sections

    @property
    def named(self) -> str:
        """What it is for, in a few words: "DE, AT, wholesale"."""
        return ", ".join((*self.countries, *self.tags))


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A page's arrangement, its variants, and the shop's look."""

    sections: Sections
    brand: Mapping[str, str]
    """As in a shop's settings: what is missing is taken from what we know."""
    variants: tuple[Variant, ...] = ()

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Return a design as it was kept, in a row or in a shop's settings."""
        brand, others = kept.get(BRAND), kept.get(VARIANTS)
        return cls(
            sections=Sections.read(kept.get(SETTING)),
            brand={str(name): str(value) for name, value in brand.items() if value}
            if isinstance(brand, dict)
            else {},
            variants=tuple(
                Variant(
                    countries=tuple(map(str, it.get("countries") or ())),
                    tags=tuple(map(str, it.get("tags") or ())),
                    sections=Sections.read(it.get("sections")),
                )
                for it in (others if isinstance(others, list) else ())
                if isinstance(it, dict)
            ),
        )

    def data(self) -> dict[str, Any]:
        """Return what is kept of it."""
        variants = [
            {"countries": list(it.countries), "tags": list(it.tags), "sections": it.sections.data()}
            for it in self.variants
        ]
        return {SETTING: self.sections.data(), BRAND: dict(self.brand), VARIANTS: variants}

    def arranged(self, variant: int) -> Sections:
        """Return the arrangement of a variant, from 1; the usual one for 0, or where there is none."""
        return self.variants[variant - 1].sections if 0 < variant <= len(self.variants) else self.sections

    def rearranged(self, variant: int, sections: Sections) -> "Design":
        """Return the design with another arrangement in a variant, or the usual one."""
        if not 0 < variant <= len(self.variants):
            return replace(self, sections=sections)
        kept = list(self.variants)
        kept[variant - 1] = replace(kept[variant - 1], sections=sections)
        return replace(self, variants=tuple(kept))

    @property
    def digest(self) -> str:
        """Names this design: another one has another."""
        written = json.dumps(self.data(), sort_keys=True)
        return hashlib.blake2b(written.encode(), digest_size=8).hexdigest()


def shown(shop: Shop) -> Design:
    """Return the design that shoppers see."""
    return Design.read(shop.settings)


def draft(session: Session, shop: Shop) -> Design:
    """Return what is being designed; what shoppers see, where nothing is."""
    row = row_of(session, shop.id)
    return Design.read(row.steps[row.step - 1]) if row and 0 < row.step <= len(row.steps) else shown(shop)


def row_of(session: Session, shop_id: int) -> PageDesign | None:
    """Return the row of a shop's design, where there is one."""
    return session.scalar(select(PageDesign).filter_by(shop_id=shop_id))


def open_for(session: Session, shop_id: int) -> PageDesign:
    """Return the row of a shop's design, made where there was none, and locked for this transaction."""
    made = insert(PageDesign).values(shop_id=shop_id, steps=[], step=0)
    session.execute(made.on_conflict_do_nothing(index_elements=("shop_id",)))
    row = select(PageDesign).filter_by(shop_id=shop_id).with_for_update()
    return session.scalars(row.execution_options(populate_existing=True)).one()


def save(session: Session, shop: Shop, design: Design, *, what: str = "") -> None:
    """Keep a change to the draft; what had been undone before is gone.

    `what`: who changes which part of it; several changes of that within a minute are one step to undo.
    """
    row, data, now = open_for(session, shop.id), design.data(), clock.now()
    if data == draft(session, shop).data():
        return
    kept = row.steps[: row.step]
    if kept and what and kept[-1].get(WHAT) == what and kept[-1][AT] > (now - TOGETHER).timestamp():
        kept = kept[:-1]
    row.steps = [*kept, {**data, WHAT: what, AT: now.timestamp()}][-MOST_STEPS:]
    row.step, row.drafted_at = len(row.steps), now


def go(session: Session, shop: Shop, by: int | None) -> None:
    """Go so many changes back or forth; None: drop the draft, which can be brought back."""
    row = open_for(session, shop.id)
    row.step = 0 if by is None else max(0, min(len(row.steps), row.step + by))


def publish(session: Session, shop: Shop, *, seen: str | None = None) -> int | None:
    """Show the draft to shoppers from now on; returns its number, None where there is no draft.

    `seen`: the digest of the draft that was looked at; None: whatever it is. Raises Overtaken for another.
    """
    row = open_for(session, shop.id)
    if row.step == 0:
        return None
    design = draft(session, shop)
    if seen not in (None, design.digest):
        raise Overtaken
    if row.number is None and not _last(session, shop.id):  # so that one can go back to before the first
        session.add(
            PageVersion(shop_id=shop.id, number=0, design=shown(shop).data(), published_at=clock.now())
        )
    number = _last(session, shop.id) + 1
    session.add(PageVersion(shop_id=shop.id, number=number, design=design.data(), published_at=clock.now()))
    _show(session, shop, design)
    row.number, row.steps, row.step, row.drafted_at = number, [], 0, None
    return number


def revert(session: Session, shop: Shop, number: int) -> bool:
    """Show an earlier version again, 0: as it was before the first; False where there is none."""
    design = session.scalar(select(PageVersion.design).filter_by(shop_id=shop.id, number=number))
    if design is None:
        return False
    _show(session, shop, Design.read(design))
    open_for(session, shop.id).number = number
    return True


def ask_theme(session: Session, shop_id: int) -> None:
    """Have the store's own first page looked at for a color and a logo."""
    open_for(session, shop_id).theme = None
    errands.add(session, shop_id, theme.READ)


def is_reading_theme(session: Session, shop_id: int) -> bool:
    """Tell whether that is still to be done."""
    waiting = select(Errand.id).filter_by(shop_id=shop_id, kind=theme.READ)
    return session.scalar(waiting.limit(1)) is not None


def note_theme(session: Session, shop_id: int, found: Theme, failure: str, *, at: datetime) -> None:
    """Keep what was found; the merchant decides whether to take it."""
    open_for(session, shop_id).theme = {
        "color": found.color,
        "logo_url": found.logo_url,
        "failure": failure,
        "at": at.isoformat(),
    }


def versions(session: Session, shop_id: int) -> Sequence[PageVersion]:
    """Return the versions of a shop's page, the newest first."""
    mine = select(PageVersion).filter_by(shop_id=shop_id).order_by(PageVersion.number.desc())
    return session.scalars(mine.limit(SHOWN)).all()


def as_designed(shop: Shop, design: Design) -> Shop:
    """Return a shop that is of no session, as it would be were this design shown."""
    columns = {it.key: getattr(shop, it.key) for it in Shop.__mapper__.column_attrs}
    return Shop(**{**columns, "settings": {**shop.settings, **design.data()}})


def token(shop_id: int, variant: int, moment: Moment, design: Design) -> str:
    """Return what an address carries that shows a draft; another draft has another one."""
    return signing.token(PURPOSE, [shop_id, variant, moment, design.digest, _hour()])


def read_token(signed: str) -> tuple[int, int, Moment]:
    """Return the shop, the variant and the moment of such an address; raises Forged, also when it is old."""
    match signing.read_token(PURPOSE, signed):
        case [int(shop_id), int(variant), str(moment), _, int(hour)] if hour <= _hour() <= hour + 1:
            return shop_id, variant, Moment(moment)
    raise signing.Forged


def _show(session: Session, shop: Shop, design: Design) -> None:
    choices.keep(session, shop, design.data())


def _last(session: Session, shop_id: int) -> int:
    return session.scalar(select(func.max(PageVersion.number)).filter_by(shop_id=shop_id)) or 0


def _hour() -> int:
    return int(clock.now().timestamp()) // HOUR
