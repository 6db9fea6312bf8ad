"""`python -m jobs.imports SHOP FILE [--go]`: what a file would bring, and bringing it; `--undo ID` undoes it.

Files of Klaviyo and Mailchimp (subscribers with what they agreed to), of Advanced Shipment Tracking and
AfterShip, any table with an order's number and a tracking number, and orders. What a merchant uploads in the
admin goes the same way, as errands. Say the process dies on any line: the errand, or the same command, goes
on where what was kept ends.
"""

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from time import monotonic

from app.imports import bringing, lists, uploads
from app.imports.bringing import LOOK, STEPS, TAKE, UNDO, Overtaken
from app.imports.models import Import, ImportKind, ImportState
from app.imports.table import NoTable
from app.imports.uploads import Layout
from app.lib.db import transaction
from app.shops import errands
from app.shops.errands import Due
from app.shops.models import Shop
from jobs import SLICE

SHOWN = 20
"""Complaints that are printed; the rest is counted."""


def run(kind: str, due: Due) -> None:
    """Take an import further for a few seconds; asked again until it is over."""
    ends = monotonic() + SLICE
    try:
        while _step(kind, due.shop_id, int(due.subject)):
            if monotonic() > ends:
                with transaction() as session:
                    errands.add(session, due.shop_id, kind, due.subject)
                return
    except Overtaken:  # whoever was faster goes on with it, or nobody wants it any more
        return


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
        try:
            _file(asked.shop, asked.file, go=asked.go)
        except Overtaken as error:
            raise SystemExit("It is brought in elsewhere, or was taken back meanwhile.") from error


def _step(kind: str, shop_id: int, import_id: int) -> bool:
    """Take an import one step further; False once this is over. Raises Overtaken."""
    state, step = STEPS[kind]
    with transaction() as session:
        return step(session, bringing.hold(session, shop_id, import_id, state))


def _file(shop_id: int, path: Path, *, go: bool) -> None:
    try:
        with path.open("rb") as file, transaction() as session:
            row = uploads.keep(session, session.get_one(Shop, shop_id), path.name, file)
            import_id, is_half_done = row.id, row.state is ImportState.RUNNING
            label = lists.LISTS[Layout.of(row).list].label
    except NoTable as error:
        raise SystemExit(str(error)) from error
    print(f"A file of {label}.")
    if not is_half_done:
        _through(LOOK, shop_id, import_id)
    if not go:
        _show(import_id)
        if not is_half_done:
            with transaction() as session:
                session.delete(session.get_one(Import, import_id))
        print("Nothing was brought in yet: add --go.")
        return
    if not is_half_done:
        with transaction() as session:
            bringing.begin(bringing.hold(session, shop_id, import_id, ImportState.READY))
    _through(TAKE, shop_id, import_id)
    _show(import_id)
    print(f"Import {import_id} is done; --undo {import_id} takes it back.")


def _through(kind: str, shop_id: int, import_id: int) -> None:
    while _step(kind, shop_id, import_id):
        pass


def _show(import_id: int) -> None:
    with transaction() as session:
        row = session.get_one(Import, import_id)
    for what, count in row.report.get("found", {}).items():
        print(f"{count:>9,}  {what}")
    wrong = row.report.get("wrong", [])
    for line, complaint in wrong[:SHOWN]:
        print(f"line {line}: {complaint}")
    more = row.counts.get("lines", {}).get("odd", 0) - len(wrong[:SHOWN])
    if more > 0:
        print(f"and {more:,} more lines")


def _undo(shop_id: int, import_id: int) -> None:
    with transaction() as session:
        row = session.get(Import, import_id, with_for_update=True)
        if row is None or row.shop_id != shop_id or row.kind is ImportKind.HISTORY:
            raise SystemExit("There is no such import.")
        row.state, row.cursor = ImportState.UNDOING, None
    _through(UNDO, shop_id, import_id)
    print(f"What import {import_id} brought is gone.")


HANDLERS: dict[str, Callable[[Due], str | None]] = {kind: partial(run, kind) for kind in STEPS}

if __name__ == "__main__":
    main()
