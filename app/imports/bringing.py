"""Brings a merchant's file in, some lines at a time: first only looked at, then for good.

What is looked at is brought in and taken back in the same transaction, so that what is said of it is so.
Where it goes on is committed together with what was brought until there.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import grants, profiles
from app.flows import switches
from app.imports import files, lists, uploads
from app.imports.cells import Home, Odd, Values
from app.imports.lists import Said, Sent
from app.imports.models import Import, ImportKind, ImportState
from app.imports.parcels import Left
from app.imports.sold import Sold
from app.imports.table import Record
from app.imports.uploads import Layout
from app.lib import clock
from app.lib.db import attempt
from app.lib.words import merchant_sentence
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.shops import errands
from app.shops.models import Shop
from app.vocabulary import Category, ConsentSource, ConsentState

ORDERS, NUMBERS = merchant_sentence("orders"), merchant_sentence("tracking numbers")
SCANS = merchant_sentence("scans")
MOST = 100
"""Things that share a transaction."""
SHOWN = 200
"""Complaints that are kept; the rest is counted."""
LOOK, TAKE, UNDO = "imports.look", "imports.take", "imports.undo"
"""Errands: their subject is the import."""


Reader = Callable[[Sequence[Values], Home], Said]


class Overtaken(Exception):
    """Somebody else has taken an import further meanwhile, or back."""


class _TakenBack(Exception):
    """It was only looked at."""


@dataclass(slots=True)
class Report:
    """What a file brings, in words, and what is wrong with which line."""

    found: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[int, str]] = field(default_factory=list)
    done: int = 0
    """How many lines bring something."""
    odd: int = 0
    """And how many do not."""

    def write(self, row: Import) -> None:
        """Add it to what is known of an import."""
        known = row.report
        found = Counter(known.get("found", {})) + self.found
        wrong = [*known.get("wrong", ()), *map(list, self.wrong)][:SHOWN]
        row.report = {"found": dict(found.most_common()), "wrong": wrong}
        lines = row.counts.get("lines", {"done": 0, "odd": 0})
        row.counts = {"lines": {"done": lines["done"] + self.done, "odd": lines["odd"] + self.odd}}


def look(session: Session, row: Import) -> bool:
    """Look at the next lines of a file; False once all of it was looked at."""
    shop = session.get_one(Shop, row.shop_id)
    some = _next(session, row)
    report = Report()
    with suppress(_TakenBack), attempt(session):
        report = _keep(session, shop, row, some)
        raise _TakenBack
    return _go_on(row, some, report, ImportState.READY)


def take(session: Session, row: Import) -> bool:
    """Bring the next lines of a file in; False once all of it is here."""
    shop = session.get_one(Shop, row.shop_id)
    some = _next(session, row)
    report = _keep(session, shop, row, some)
    if _go_on(row, some, report, ImportState.DONE):
        return True
    row.ended_at = clock.now()
    uploads.drop(session, row)
    if row.kind is ImportKind.ORDERS:
        switches.look_back(session, row.shop_id, switches.switched_on(session, row.shop_id))
    return False


def undo(session: Session, row: Import) -> bool:
    """Take some of an import back; False once nothing of it is left."""
    uploads.drop(session, row)
    return files.undo(session, row)


def go(session: Session, row: Import) -> None:
    """Have a file that was looked at brought in."""
    begin(row)
    errands.add(session, row.shop_id, TAKE, str(row.id))


def begin(row: Import) -> None:
    """Let a file be brought in from its beginning; what happened until now is the past."""
    row.state, row.asked_at, row.cursor = ImportState.RUNNING, clock.now(), None
    row.counts, row.report = {}, {}


def go_on(session: Session, shop: Shop) -> None:
    """Go on with the files of a shop that comes back, wherever each of them was."""
    for errand, (state, _) in STEPS.items():
        half = select(Import.id).where(
            Import.shop_id == shop.id, Import.state == state, Import.kind != ImportKind.HISTORY
        )
        for import_id in session.scalars(half):
            errands.add(session, shop.id, errand, str(import_id))


def take_back(session: Session, row: Import) -> None:
    """Have what an import brought removed."""
    row.state, row.cursor = ImportState.UNDOING, None
    errands.add(session, row.shop_id, UNDO, str(row.id))


def hold(session: Session, shop_id: int, import_id: int, state: ImportState) -> Import:
    """Lock an import of a shop that is in a state; raises Overtaken where it is not (any more)."""
    mine = select(Import).filter_by(id=import_id, shop_id=shop_id, state=state)
    row = session.scalar(mine.with_for_update())
    if row is None:
        raise Overtaken
    return row


STEPS: dict[str, tuple[ImportState, Callable[[Session, Import], bool]]] = {
    LOOK: (ImportState.LOOKING, look),
    TAKE: (ImportState.RUNNING, take),
    UNDO: (ImportState.UNDOING, undo),
}


def _next(session: Session, row: Import) -> list[list[Record]]:
    """Return the lines about the next things of a file, those about one together."""
    return list(islice(_things(uploads.records(session, row), Layout.of(row)), MOST))


def _things(records: Iterable[Record], layout: Layout) -> Iterator[list[Record]]:
    name_of = lists.LISTS[layout.list].thing
    gathered: list[Record] = []
    for record in records:
        name = name_of(record.values)
        if gathered and (name is None or name != name_of(gathered[-1].values)):
            yield gathered
            gathered = []
        gathered.append(record)
    if gathered:
        yield gathered


def _keep(session: Session, shop: Shop, row: Import, things: Sequence[list[Record]]) -> Report:
    report = Report()
    home = Home(shop.country, shop.currency, shop.platform)
    read = lists.LISTS[Layout.of(row).list].read
    said: list[tuple[list[Record], Said]] = []
    for lines in things:
        try:
            said.append((lines, _read(lines, read, home)))
        except Odd as error:
            report.wrong.append((lines[0].line, str(error)))
            report.odd += len(lines)
    profiles.hold(session, shop.id, [person for _, it in said for person in _people(it)])
    for lines, it in said:
        try:
            with attempt(session):
                files.keep(session, shop, row, it)
            report.found.update(_worth(it, home.country))
            report.done += len(lines)
        except Left as error:
            report.wrong.append((lines[0].line, str(error)))
            report.odd += len(lines)
    report.wrong.sort()
    return report


def _read(lines: Sequence[Record], read: Reader, home: Home) -> Said:
    """Return what lines about one thing say; raises Odd."""
    failure = next((line.failure for line in lines if line.failure), None)
    if failure is not None:
        raise Odd(failure)
    return read([line.values for line in lines], home)


def _go_on(row: Import, things: Sequence[list[Record]], report: Report, over: ImportState) -> bool:
    report.write(row)
    if things:
        last = things[-1][-1]
        row.cursor = f"{last.ends}|{last.next_line}"
        return True
    row.cursor, row.state = None, over
    return False


def _people(said: Said) -> list[Person]:
    if isinstance(said, Sold):
        return [said.order.person]
    return [] if isinstance(said, Sent) else [consent.person for consent in said]


def _worth(said: Said, country: str | None) -> list[str]:
    """Return what a line is worth here, in words."""
    if isinstance(said, Sold):
        return [ORDERS] + ([NUMBERS] if said.parcel else [])
    if isinstance(said, Sent):
        return [SCANS if said.scan is not None else NUMBERS]
    return [_worth_of(consent, country) for consent in said] or [merchant_sentence("nothing said of offers")]


def _worth_of(said: Consent, country: str | None) -> str:
    medium = str(said.medium)
    if said.state is not ConsentState.SUBSCRIBED:
        return merchant_sentence("%(medium)s: said no", medium=medium)
    row = grants.grant(ConsentSource.IMPORT, said.medium, Category.MARKETING, country)
    if row.gives is grants.Gives.NO:
        return merchant_sentence(
            "%(medium)s: said yes, which is not enough (%(why)s)", medium=medium, why=row.why
        )
    if row.gives is grants.Gives.IF_CONFIRMED and not said.is_confirmed:
        return merchant_sentence(
            "%(medium)s: said yes, and has to confirm it (%(why)s)", medium=medium, why=row.why
        )
    return merchant_sentence("%(medium)s: said yes, and may be written to", medium=medium)
