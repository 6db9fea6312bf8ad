"""What a rehearsal came to, in lines and a table that are the same each time."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import NamedTuple

from app.flows.models import Enrollment
from app.flows.plan.definition import Action, Flow, Message
from app.flows.rehearsal.run import Rehearsed
from app.messages.models import Message as MessageRow
from app.vocabulary import Medium, MessageState

SENT, HELD_OUT, DONE = "sent", "held out", "done"


class Line(NamedTuple):
    """One thing that would have been sent or done, or would not, and why."""

    at: datetime
    about: str
    """"checkout-17"."""
    shopper: int | None
    step: str
    how: str
    """The medium; of what is no message, the action."""
    what: str
    """"sent", "held out", "done", or why it was skipped."""
    wanted_at: datetime
    """When its step was come to; earlier than `at` where it was put off."""


@dataclass(frozen=True, slots=True)
class Report:
    """All of it."""

    lines: tuple[Line, ...]
    came: int
    held_out: int
    gets_none: int
    """How many of those get no offers at all, from any flow."""
    ended: Counter[str]
    """How many left, by why; "" are still in it."""
    put_off: Counter[str]
    """How often a message was put off, by why."""
    texts: int
    """How many text messages would have been sent, which cost money."""


def report(flow: Flow, found: Rehearsed) -> Report:
    """Return what a rehearsal came to."""
    people = {row.id: row for row in found.enrollments}
    lines = [_message(row, people, flow) for row in found.messages]
    lines += (
        Line(at, task.key.partition(":")[0], task.matter.profile_id, task.step, kind, DONE, at)
        for at, kind, task in found.tasks
    )
    lines += _unseen(flow, found)
    return Report(
        tuple(sorted(lines, key=lambda line: (line.at, line.about, line.step))),
        len(people),
        sum(row.held_out for row in people.values()),
        sum(row.gets_none for row in people.values()),
        Counter(row.over or "" for row in people.values()),
        Counter(it.reason for it in found.deferrals),
        sum(line.what == SENT and line.how == Medium.SMS for line in lines),
    )


def table(flow: Flow, it: Report, zone: tzinfo, since: datetime, until: datetime) -> Iterator[str]:
    """Return the report as people read it."""
    begins, ends = (f"{moment.astimezone(zone):%Y-%m-%d}" for moment in (since, until))
    name = flow.key.replace("_", " ").capitalize()
    yield f"{name}, from {begins} to {ends}: {it.came} would have come in"
    yield ""
    rows = [_row(line, zone) for line in it.lines]
    yield from _aligned([("when", "about", "shopper", "step", "how", "what"), *rows]) if rows else ()
    yield ""
    yield from _counts("Messages", Counter(f"{line.how} {line.what}" for line in it.lines))
    yield from _counts("Put off", it.put_off)
    yield from _counts("Left", Counter({why or "still in it": many for why, many in it.ended.items()}))
    of_all = f", {it.gets_none} of them from all offers" if it.gets_none else ""
    yield f"Held out: {it.held_out}{of_all}. Texts to be paid for: {it.texts}."


def _message(row: MessageRow, people: dict[int, Enrollment], flow: Flow) -> Line:
    came = people.get(row.enrollment_id or 0)
    passed = {ident for ident, _ in came.path} if came else set()
    steps = sorted(
        (it.id for it in flow.senders(row.medium, row.step)), key=lambda ident: ident not in passed
    )
    waits = row.state in (MessageState.QUEUED, MessageState.SENDING)
    reason = f"waits: {row.reason or 'to be sent'}" if waits else f"skipped: {row.reason}"
    return Line(
        row.sent_at or row.due_at,
        row.key.partition(":")[0],
        came.profile_id if came else row.profile_id,
        steps[0] if steps else str(row.step),
        row.medium,
        SENT if row.state is MessageState.SENT else reason,
        row.created_at,
    )


def _unseen(flow: Flow, found: Rehearsed) -> Iterator[Line]:
    """Return what would have been sent or done to those who are held out."""
    seen = {(row.enrollment_id, row.medium, row.step) for row in found.messages}
    done = {(task.key, task.step) for _, _, task in found.tasks}
    for row in found.enrollments:
        about = f"{row.about}-{row.about_id}" + (f".{row.entry}" if row.entry > 1 else "")
        for ident, moment in row.path if row.held_out else ():
            at, step = datetime.fromisoformat(moment), flow.step(ident)
            if isinstance(step, Message) and (row.id, step.medium, step.number) not in seen:
                yield Line(at, about, row.profile_id, ident, step.medium, HELD_OUT, at)
            elif isinstance(step, Action) and (f"{about}:{row.trigger}:{ident}", ident) not in done:
                yield Line(at, about, row.profile_id, ident, step.kind, HELD_OUT, at)


def _row(line: Line, zone: tzinfo) -> tuple[str, ...]:
    here = line.at.astimezone(zone)
    late = line.at > line.wanted_at
    put_off = f" (wanted {line.wanted_at.astimezone(zone):%m-%d %H:%M})" if late else ""
    who = str(line.shopper) if line.shopper is not None else "-"
    return f"{here:%Y-%m-%d %H:%M}", line.about, who, line.step, line.how, line.what + put_off


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _counts(title: str, counts: Counter[str]) -> Iterable[str]:
    if counts:
        told = ", ".join(f"{what} {many}" for what, many in sorted(counts.items()))
        yield f"{title}: {told}."
