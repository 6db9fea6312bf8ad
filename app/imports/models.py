"""Tables of what is brought in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.lib.db import Base, OfShop, key, word


class ImportKind(StrEnum):
    """What is brought in."""

    HISTORY = "history"
    """What the store sold before it connected."""
    SUBSCRIBERS = "subscribers"
    """A list of another tool, with what each agreed to."""
    PARCELS = "parcels"
    """Tracking numbers of orders that are here."""
    ORDERS = "orders"
    """Orders that the store does not tell of any more."""


class ImportState(StrEnum):
    """How far it has come."""

    LOOKING = "looking"
    """A file is looked at; nothing of it is here."""
    READY = "ready"
    """What a file would bring is known, and waits for its merchant's word."""
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Import(OfShop, Base):
    """Something that is brought in, bit by bit: how far it has come, and where it goes on.

    The cursor is committed together with what was brought until there: whoever dies in between repeats
    nothing that counts.
    """

    __tablename__ = "import"

    id: Mapped[key]
    kind: Mapped[ImportKind] = word(ImportKind)
    state: Mapped[ImportState] = word(ImportState, default=ImportState.RUNNING)
    asked_at: Mapped[datetime]
    """What happened before is the past, of which nobody is told."""
    ended_at: Mapped[datetime | None]
    step: Mapped[str | None]
    """What is being read just now, of a file its hash; None: nothing any more."""
    cursor: Mapped[str | None]
    """Where that goes on; None: at its beginning."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By step: {"done": n, "total": n or None, "odd": how many could not be read}."""
    begins_at: Mapped[datetime | None]
    """When the oldest order that was found was made."""
    failure: Mapped[str | None]
    """What of it could not be had, in the merchant's words."""
    name: Mapped[str | None]
    """What the merchant's file was called."""
    layout: Mapped[dict[str, Any] | None]
    """How a file is read: app.imports.uploads.Layout, written out."""
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What a file brings, in words, and what is wrong with which line: app.imports.bringing.Report."""

    __table_args__ = (
        Index("uq_import_history", "shop_id", unique=True, postgresql_where=text("kind = 'history'")),
        Index("ix_import_recent", "shop_id", text("id DESC")),
    )


class ImportPart(OfShop, Base):
    """A part of a merchant's file, as UTF-8; kept until all of it is here, or nobody wants it."""

    __tablename__ = "import_part"

    id: Mapped[key]
    import_id: Mapped[int] = mapped_column(ForeignKey("import.id", ondelete="CASCADE"))
    begins: Mapped[int]
    """At which byte of the file."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    """Whole lines, unless one is longer than a part."""

    __table_args__ = (UniqueConstraint("import_id", "begins"),)
