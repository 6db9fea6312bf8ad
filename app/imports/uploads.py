"""A merchant's file: kept as UTF-8 in parts until all of it is here, and read on from where it was left."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from io import BytesIO
from tempfile import TemporaryFile
from typing import IO, Self

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.imports import lists, table, trackings
from app.imports.models import Import, ImportPart, ImportState
from app.imports.table import NoTable, Record
from app.lib import clock
from app.lib.words import merchant_sentence
from app.shops.models import Shop

LONGEST = 50_000_000
"""Bytes."""
PART = 2**16
LONGEST_NAME = 100
IN_HAND = (ImportState.LOOKING, ImportState.READY, ImportState.RUNNING)
"""While a file is still to be read."""
WORDS = re.compile(rb"[^\",;\t|\r\n]")
"""All that is no sign of a table's form."""
TOO_LONG = merchant_sentence(
    "The file is longer than 50 MB. Split it, and bring in one part after the other."
)
UNKNOWN = merchant_sentence(
    "Its columns are those of no list that we know: Klaviyo, Mailchimp, orders, or tracking numbers."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a file is read."""

    list: str
    """Whose it is, as app.imports.lists calls them."""
    separator: str
    columns: tuple[str, ...]
    begins: int
    """At which byte its records begin."""
    size: int

    @classmethod
    def of(cls, row: Import) -> Self:
        """Return how an import's file is read."""
        written = row.layout or {}
        return cls(**written | {"columns": tuple(written["columns"])})


def keep(session: Session, shop: Shop, name: str, source: IO[bytes]) -> Import:
    """Keep a file, to be looked at; one that was brought in by half already is returned as it stands.

    Raises NoTable.
    """
    with TemporaryFile() as spool:
        layout, digest = _spooled(source, spool)
        half = select(Import).filter_by(shop_id=shop.id, step=digest, state=ImportState.RUNNING)
        known = session.scalars(half.with_for_update()).first()
        if known is not None:
            return known
        row = Import(
            shop_id=shop.id,
            kind=lists.LISTS[layout.list].kind,
            state=ImportState.LOOKING,
            step=digest,
            asked_at=clock.now(),
            counts={},
            name=name[:LONGEST_NAME],
            layout=asdict(layout),
            report={},
        )
        session.add(row)
        session.flush()  # its parts name it
        for begins, content in _parts(spool):
            part = {"shop_id": shop.id, "import_id": row.id, "begins": begins, "content": content}
            session.execute(insert(ImportPart).values(part))
    return row


def records(session: Session, row: Import) -> Iterator[Record]:
    """Yield the records of an import's file from where its cursor stands."""
    layout = Layout.of(row)
    start, line = (int(it) for it in row.cursor.split("|")) if row.cursor else (layout.begins, 2)
    lines = _lines(session, row.id, start)
    return table.records(lines, layout.separator, layout.columns, start=start, line=line)


def drop(session: Session, row: Import) -> None:
    """Let go of an import's file."""
    session.execute(delete(ImportPart).filter_by(import_id=row.id))


def forget(session: Session, shop_id: int, words: Iterable[str]) -> None:
    """Empty the lines in which one of these words stands, of files that are still to be read."""
    wanted = [re.compile(re.escape(word.encode()), re.IGNORECASE) for word in words if word]
    still = select(Import.id).where(Import.shop_id == shop_id, Import.state.in_(IN_HAND))
    parts = select(ImportPart).where(ImportPart.import_id.in_(still))
    for part in session.scalars(parts.execution_options(yield_per=20)) if wanted else ():
        if any(word.search(part.content) for word in wanted):
            lines = (_emptied(line, wanted) for line in BytesIO(part.content))
            part.content = b"".join(lines)


def purge(session: Session, *, before: datetime) -> None:
    """Forget files that were looked at before a moment, and that nobody has brought in."""
    unwanted = Import.state.in_((ImportState.LOOKING, ImportState.READY))
    session.execute(delete(Import).where(unwanted, Import.asked_at < before))


def _emptied(line: bytes, wanted: list[re.Pattern[bytes]]) -> bytes:
    """Return a line of the same length, without words where it holds one that is not wanted."""
    return WORDS.sub(b" ", line) if any(word.search(line) for word in wanted) else line


def _spooled(source: IO[bytes], spool: IO[bytes]) -> tuple[Layout, str]:
    """Write a file down as UTF-8; returns how it is read, and what tells it from others."""
    digest, size = hashlib.sha256(), 0
    for block in _as_table(source):
        size += len(block)
        if size > LONGEST:
            raise NoTable(TOO_LONG)
        digest.update(block)
        spool.write(block)
    spool.seek(0)
    separator, columns, begins = table.heading(iter(lambda: spool.readline(PART), b""))
    whose = lists.list_of(columns)
    if whose is None:
        raise NoTable(UNKNOWN)
    layout = Layout(list=whose, separator=separator, columns=columns, begins=begins, size=size)
    return layout, digest.hexdigest()


def _as_table(source: IO[bytes]) -> Iterator[bytes]:
    """Yield a file as a table in UTF-8."""
    is_json = trackings.is_json(source.read(PART))
    source.seek(0)
    if is_json:
        yield from trackings.as_table(source)
        return
    encoding = table.encoding_of(source)
    source.seek(0)
    yield from table.as_utf8(source, encoding)


def _parts(spool: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield a file part by part, cut between two lines where they are not too long."""
    spool.seek(0)
    begins = 0
    while content := spool.read(PART):
        content += spool.readline(PART)
        yield begins, content
        begins += len(content)


def _lines(session: Session, import_id: int, start: int) -> Iterator[bytes]:
    """Yield the lines of a file from a byte on."""
    parts = select(ImportPart.begins, ImportPart.content).filter_by(import_id=import_id)
    while True:
        until_here = parts.where(ImportPart.begins <= start).order_by(ImportPart.begins.desc())
        found = session.execute(until_here.limit(1)).first()
        if found is None or found.begins + len(found.content) <= start:
            return
        yield from BytesIO(found.content[start - found.begins :])
        start = found.begins + len(found.content)
