"""A flow out of its file; whatever cannot be understood is told with its line."""

from collections import Counter
from collections.abc import Callable
from datetime import time
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from app.flows.plan import trial_files
from app.flows.plan.cells import conditions_in, needed_span_in, span_in
from app.flows.plan.definition import (
    Action,
    Choice,
    Clock,
    Draw,
    Flow,
    HoldOut,
    How,
    Leave,
    LetGo,
    Message,
    Moment,
    Pause,
    Step,
    Unchanged,
    Until,
    Wait,
)
from app.flows.plan.faults import Fault, Unsound
from app.flows.plan.sheet import Cell, Mistake, Table, Text, parse, rows_of, table_of, text_of
from app.lib.told import tell
from app.vocabulary import Category, Medium

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

FLOW = ("flow", "starts", "about", "category", "again after", "hold out", "only", "exits", "steps", "tests")
KINDS = ("wait", "message", "split", "action", "exit")
BESIDE = {"action": ("says",), "message": ("number",)}
MOST_MESSAGES = 100


def read(text: str) -> Flow:
    """Return the flow that a file describes; raises Unsound with all that cannot be understood."""
    return _Reader(parse(text)).flow()


class _Reader:
    """Reads one file to its end, whatever it meets on the way."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._faults: list[Fault] = []

    def flow(self) -> Flow:
        table = self._table
        self._try(lambda: table.only(tell("A flow"), *FLOW))
        key, starts, about = (self._try(partial(_needed, table, name)) for name in FLOW[:3])
        category = self._try(lambda: _word(table.needed("category"), Category))
        again = self._try(lambda: span_in(table.text("again after")))
        hold_out = self._try(lambda: _percent(table.text("hold out")))
        only = self._try(lambda: conditions_in(table.cells.get("only")))
        exits = [self._try(partial(_let_go, row)) for row in _rows(table, "exits")]
        steps = self._steps()
        trials = [self._try(partial(trial_files.read, row)) for row in _rows(table, "tests")]
        if self._faults or key is None or starts is None or about is None or category is None:
            raise Unsound(sorted(self._faults))
        return Flow(
            key=key,
            starts=starts,
            about=about,
            category=category,
            again_after=again,
            hold_out=hold_out or 0,
            only=only or (),
            exits=tuple(filter(None, exits)),
            steps=tuple(steps),
            trials=tuple(filter(None, trials)),
            lines={name: cell.line for name, cell in table.cells.items()},
        )

    def _try(self, make: Callable[[], T], step: str = "") -> T | None:
        try:
            return make()
        except Mistake as mistake:
            self._faults.append(Fault(mistake.line, step, mistake.sentence))
            return None

    def _steps(self) -> list[Step]:
        counts: Counter[str] = Counter()
        sent: Counter[Medium] = Counter()
        found = []
        for row in _rows(self._table, "steps"):
            kind = next((kind for kind in KINDS if isinstance(row, Table) and kind in row.cells), "step")
            counts[kind] += 1
            usual = kind if counts[kind] == 1 else f"{kind}-{counts[kind]}"
            given = row.cells.get("id") if isinstance(row, Table) else None
            ident = given.text if isinstance(given, Text) else usual
            found.append(self._try(partial(_step, row, kind, ident, sent), ident))
        if not found:
            self._faults.append(Fault(self._table.line, "", tell("A flow needs steps.")))
        return list(filter(None, found))


def _rows(table: Table, name: str) -> tuple[Cell, ...]:
    return rows_of(table.cells[name]) if name in table.cells else ()


def _needed(table: Table, name: str) -> str:
    return table.needed(name).text


def _step(row: Cell, kind: str, ident: str, sent: Counter[Medium]) -> Step:
    table = table_of(row)
    if kind not in KINDS:
        raise Mistake(table.line, tell("A step is one of %(kinds)s.", kinds=", ".join(KINDS)))
    table.only(tell("This step"), "id", kind, *BESIDE.get(kind, ()), "then")
    then = table.text("then")
    known: dict[str, Any] = {"id": ident, "then": then.text if then else None, "line": table.line}
    match kind:
        case "wait":
            return _wait(table.cells["wait"], known)
        case "message":
            return _message(table, known, sent)
        case "split":
            return _split(table_of(table.cells["split"]), known)
        case "action":
            says = table.text("says")
            return Action(**known, kind=table.needed("action").text, says=says.text if says else "")
        case _:
            return Leave(**known, because=table.needed("exit").text)


def _message(table: Table, known: dict[str, Any], sent: Counter[Medium]) -> Message:
    medium, given = _word(table.needed("message"), Medium), table.text("number")
    if given is None:
        sent[medium] += 1
        return Message(**known, medium=medium, number=sent[medium])
    if not given.text.isdecimal() or not 0 < int(given.text) <= MOST_MESSAGES:
        raise Mistake(
            given.line,
            tell("%(text)s is no number of a message; write it like “1”.", text=repr(given.text)),
        )
    return Message(**known, medium=medium, number=int(given.text), is_given=True)


def _wait(cell: Cell, known: dict[str, Any]) -> Wait:
    if isinstance(cell, Text):
        return Wait(**known, how=Pause(span=needed_span_in(cell)))
    table = table_of(cell)
    otherwise = table.text("else")
    return Wait(**known, how=_how(table), otherwise=otherwise.text if otherwise else None)


def _how(table: Table) -> How:
    if "until" in table.cells:
        table.only(tell("A wait until something is so"), "until", "for", "at most", "else")
        conditions = conditions_in(table.cells["until"])
        at_most = needed_span_in(table.needed("at most"))
        return Until(conditions=conditions, held_for=span_in(table.text("for")), at_most=at_most)
    if "unchanged" in table.cells:
        table.only(tell("A wait until nothing changes"), "unchanged", "for", "at most", "else")
        span, at_most = (needed_span_in(table.needed(name)) for name in ("for", "at most"))
        return Unchanged(field=table.needed("unchanged").text, span=span, at_most=at_most)
    if "until moment" in table.cells:
        table.only(tell("A wait for a moment"), "until moment")
        return Moment(field=table.needed("until moment").text)
    table.only(tell("A wait"), "for", "from start", "at", "clock")
    from_start = table.text("from start")
    if from_start and "for" in table.cells:
        raise Mistake(table.line, tell("A wait counts “for” so long, or “from start”, and not both."))
    at, clock = table.text("at"), table.text("clock")
    return Pause(
        span=needed_span_in(from_start or table.needed("for")),
        from_start=from_start is not None,
        at=_hour(at) if at else None,
        clock=_word(clock, Clock) if clock else Clock.SHOPPER,
    )


def _split(table: Table, known: dict[str, Any]) -> Step:
    if "hold out" in table.cells:
        table.only(tell("A split that holds out"), "hold out")
        return HoldOut(**known, percent=_percent(table.needed("hold out")))
    if known["then"] is not None:
        raise Mistake(table.line, tell("A split says itself where it leads."))
    if "by chance" in table.cells:
        table.only(tell("A split by chance"), "by chance")
        arms = table_of(table.cells["by chance"])
        drawn = tuple((name, _percent(text_of(cell))) for name, cell in arms.cells.items())
        if not drawn:
            raise Mistake(arms.line, tell("A split by chance needs arms."))
        return Draw(**known, arms=drawn)
    table.only(tell("A split"), "if", "yes", "no")
    conditions = conditions_in(table.cells.get("if"))
    if not conditions:
        raise Mistake(table.line, tell("A split needs conditions: “if”, “by chance” or “hold out”."))
    return Choice(**known, conditions=conditions, yes=table.needed("yes").text, no=table.needed("no").text)


def _let_go(row: Cell) -> LetGo:
    table = table_of(row)
    table.only(tell("An exit"), "if", "because")
    conditions = conditions_in(table.cells.get("if"))
    if not conditions:
        raise Mistake(table.line, tell("An exit needs conditions under “if”."))
    return LetGo(conditions=conditions, because=table.needed("because").text)


def _percent(cell: Text | None) -> int:
    if cell is None:
        return 0
    figure = cell.text.removesuffix("%").strip()
    if not figure.isdecimal() or int(figure) > 100:  # noqa: PLR2004 - percent
        raise Mistake(cell.line, tell("%(text)s is no share; write it like “10 %%”.", text=repr(cell.text)))
    return int(figure)


def _word(cell: Text, kind: type[Word]) -> Word:
    try:
        return kind(cell.text)
    except ValueError as error:
        raise Mistake(
            cell.line, tell("%(text)s is none of %(all)s.", text=repr(cell.text), all=", ".join(kind))
        ) from error


def _hour(cell: Text) -> time:
    try:
        return time.fromisoformat(cell.text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError as error:
        raise Mistake(
            cell.line, tell("%(text)s is no hour of the day; write it like “09:00”.", text=repr(cell.text))
        ) from error
