"""`python -m jobs.imports SHOP FILE [--go]`: what a file would bring, and bringing it; `--undo ID` undoes it.

Files of Klaviyo and Mailchimp (subscribers with what they agreed to), of Advanced Shipment Tracking and
AfterShip, and any table with an order's number and a tracking number. They are read line by line, however
long. Say the process dies on any line: the same command goes on where what was kept ends.
"""

import argparse
import hashlib
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import grants
from app.imports import files, lists, table
from app.imports.files import Left
from app.imports.lists import Odd, Sent
from app.imports.models import Import, ImportKind, ImportState
from app.imports.table import NoTable, Record
from app.lib import clock
from app.lib.db import attempt, transaction
from app.platforms.base import Consent
from app.shops.models import Shop
from app.vocabulary import Category, ConsentSource, ConsentState

LONGEST = 50_000_000
MOST = 100
"""Lines that share a transaction."""
SHOWN = 20
"""Complaints that are printed; the rest is counted."""

Said = tuple[Consent, ...] | Sent


class Overtaken(Exception):
    """Somebody else brings the same file in, or has taken it back meanwhile."""


class Opened:
    """A merchant's file as UTF-8, and how its records are read."""

    def __init__(
        self, file: BinaryIO, key: str, separator: str, columns: tuple[str, ...], begins: int
    ) -> None:
        self.file, self.key, self.separator, self.columns, self.begins = file, key, separator, columns, begins

    def records(self, start: int | None = None, line: int = 2) -> Iterator[Record]:
        """Yield the records from a byte on, which is that line of the file."""
        begins = self.begins if start is None else start
        self.file.seek(begins)
        return table.records(self.file, self.separator, self.columns, start=begins, line=line)


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m jobs.imports")
    parser.add_argument("shop", type=int, help="its number, as python -m app.cli shops lists it")
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--go", action="store_true", help="bring it in; without this it is only looked at")
    parser.add_argument("--undo", type=int, metavar="ID", help="take back what an import brought")
    asked = parser.parse_args(arguments)
    if asked.undo is not None:
        _undo(asked.shop, asked.undo)
    elif asked.file is None:
        parser.error("name a file, or --undo")
    else:
        _file(asked.shop, asked.file, go=asked.go)


def opened(path: Path, spool: BinaryIO) -> Opened:
    """Return a file, written into `spool` as UTF-8; raises NoTable."""
    if path.stat().st_size > LONGEST:
        raise NoTable("The file is longer than 50 MB. Split it, and bring in one part after the other.")
    with path.open("rb") as source:
        encoding = table.encoding_of(source)
        source.seek(0)
        spool.writelines(table.as_utf8(source, encoding))
    spool.seek(0)
    separator, columns, begins = table.heading(spool)
    key = lists.list_of(columns)
    if key is None:
        raise NoTable(
            "Its columns are those of no list that we know: Klaviyo, Mailchimp, or tracking numbers."
        )
    return Opened(spool, key, separator, columns, begins)


def look(source: Opened, country: str | None) -> tuple[Counter[str], list[str]]:
    """Return what a file would bring, in words, and what is wrong with which line."""
    found: Counter[str] = Counter()
    wrong: list[str] = []
    for record in source.records():
        try:
            said = _read(source, record, country)
        except Odd as error:
            wrong.append(f"line {record.line}: {error}")
            continue
        found.update(
            [_worth(it, country) for it in said] if not isinstance(said, Sent) else ["tracking numbers"]
        )
    return found, wrong


def take(shop_id: int, source: Opened, digest: str) -> tuple[int, list[str]]:
    """Bring a file in, from where it was left; returns the import, and what was left out of it and why.

    Raises Overtaken.
    """
    wrong: list[str] = []
    import_id, country, cursor = _begin(shop_id, source, digest)
    start, line = (int(it) for it in cursor.split("|")) if cursor else (None, 2)
    records = source.records(start, line)
    while batch := list(islice(records, MOST)):
        with transaction() as session:
            row = _hold(session, import_id, cursor)
            shop = session.get_one(Shop, shop_id)
            kept = 0
            for record in batch:
                try:
                    said = _read(source, record, country)
                    with attempt(session):
                        files.keep(session, shop, row, said)
                    kept += 1
                except (Odd, Left) as error:
                    wrong.append(f"line {record.line}: {error}")
            known = row.counts.get("lines", {"done": 0, "odd": 0})
            row.counts = {"lines": {"done": known["done"] + kept, "odd": known["odd"] + len(batch) - kept}}
            row.cursor = cursor = f"{batch[-1].ends}|{batch[-1].next_line}"
    with transaction() as session:
        row = _hold(session, import_id, cursor)
        row.state, row.ended_at = ImportState.DONE, clock.now()
    return import_id, wrong


def _hold(session: Session, import_id: int, cursor: str | None) -> Import:
    """Lock an import that stands where we left it; raises Overtaken."""
    row = session.scalars(select(Import).filter_by(id=import_id).with_for_update()).one()
    if (row.state, row.cursor) != (ImportState.RUNNING, cursor):
        raise Overtaken
    return row


def _begin(shop_id: int, source: Opened, digest: str) -> tuple[int, str | None, str | None]:
    kind = ImportKind.PARCELS if source.key == "tracking" else ImportKind.SUBSCRIBERS
    with transaction() as session:
        shop = session.get_one(Shop, shop_id)
        mine = select(Import).filter_by(shop_id=shop_id, kind=kind, step=digest, state=ImportState.RUNNING)
        row = session.scalar(mine)
        if row is None:
            row = Import(shop_id=shop_id, kind=kind, step=digest, asked_at=clock.now(), counts={})
            session.add(row)
            session.flush()  # what it brings is marked with its id
        return row.id, shop.country, row.cursor


def _read(source: Opened, record: Record, country: str | None) -> Said:
    if record.failure:
        raise Odd(record.failure)
    return lists.LISTS[source.key].read(record.values, country)


def _worth(said: Consent, country: str | None) -> str:
    """Return what a line of a list is worth here, in words."""
    medium = str(said.medium)
    if said.state is not ConsentState.SUBSCRIBED:
        return f"{medium}: said no"
    row = grants.grant(ConsentSource.IMPORT, said.medium, Category.MARKETING, country)
    if row.gives is grants.Gives.NO:
        return f"{medium}: said yes, which is not enough ({row.why})"
    if row.gives is grants.Gives.IF_CONFIRMED and not said.is_confirmed:
        return f"{medium}: said yes, and has to confirm it ({row.why})"
    return f"{medium}: said yes, and may be written to"


def _file(shop_id: int, path: Path, *, go: bool) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with transaction() as session:
        country = session.get_one(Shop, shop_id).country
    with tempfile.TemporaryFile() as spool:
        try:
            source = opened(path, spool)
        except NoTable as error:
            raise SystemExit(str(error)) from error
        print(f"A file of {lists.LISTS[source.key].label}.")
        if go:
            try:
                import_id, wrong = take(shop_id, source, digest)
            except Overtaken as error:
                raise SystemExit("It is brought in elsewhere, or was taken back meanwhile.") from error
            print(f"Import {import_id} is done; --undo {import_id} takes it back.")
        else:
            found, wrong = look(source, country)
            for what, count in found.most_common():
                print(f"{count:>9,}  {what}")
            print("Nothing was brought in yet: add --go.")
    for complaint in wrong[:SHOWN]:
        print(complaint)
    if len(wrong) > SHOWN:
        print(f"and {len(wrong) - SHOWN:,} more lines")


def _undo(shop_id: int, import_id: int) -> None:
    with transaction() as session:
        row = session.scalar(select(Import).filter_by(id=import_id, shop_id=shop_id).with_for_update())
        if row is None or row.kind is ImportKind.HISTORY:
            raise SystemExit("There is no such import.")
        files.undo(session, row)
    print(f"What import {import_id} brought is gone.")


if __name__ == "__main__":
    main()
