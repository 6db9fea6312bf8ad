"""A shop's flows: what we ship, until the merchant publishes their own; versions never change."""

import difflib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import Session

from app.flows import switches, texted
from app.flows.models import Flow as FlowRow
from app.flows.models import FlowDraft, FlowVersion
from app.flows.plan import reading, soundness, trying, written
from app.flows.plan.definition import Flow, Message
from app.flows.plan.faults import Fault, Unsound
from app.lib import clock, plugins
from app.lib.db import among, memory
from app.lib.told import tell
from app.shops import texting
from app.vocabulary import Trigger

FOLDER = Path(__file__).parent / "presets"
PRESETS = tuple(Trigger(file.stem) for file in sorted(FOLDER.glob("*.yaml")))
"""The flows of the engine; others have nothing but a trigger and one message."""
OFFERS = tuple(trigger for trigger in PRESETS if trigger not in switches.NEWS)
"""Those that may wait for weeks, and for one shopper's turn."""

log = structlog.get_logger()
SHOWN = 10
"""Versions that a merchant can go back to: the newest."""


@dataclass(frozen=True, slots=True)
class Version:
    """A published flow."""

    id: int
    flow: Flow


@lru_cache(maxsize=1024)
def flow_of(file: str) -> Flow:
    """Return the flow of a file that was published."""
    return reading.read(file)


def readable(file: str) -> Flow | None:
    """Return the flow of a file that was kept; None where a release that came later cannot read it."""
    try:
        return flow_of(file)
    except Unsound:
        return None


@cache
def preset(trigger: Trigger) -> str:
    """Return the file that we ship, as it is published."""
    return written.write(reading.read((FOLDER / f"{trigger}.yaml").read_text()))


def current(session: Session, shop_id: int, trigger: Trigger) -> Version:
    """Return the version that whoever comes now comes into: the merchant's last, else what we ship today."""
    latest = _latest(session, shop_id, trigger)
    if latest is None or _is_outdated(latest):
        _add(session, shop_id, trigger, preset(trigger), after=latest, is_preset=True)
        latest = _latest(session, shop_id, trigger)
    assert latest is not None
    return Version(latest.id, flow_of(latest.file))


def starting(
    session: Session, shop_id: int, what: str, triggers: Collection[Trigger]
) -> dict[Trigger, Version]:
    """Return the versions in force of those of these flows that begin so: one query where none is new."""
    newest = select(FlowVersion).where(FlowVersion.shop_id == shop_id, FlowVersion.trigger.in_(triggers))
    newest = newest.ext(distinct_on(FlowVersion.trigger))
    newest = newest.order_by(FlowVersion.trigger, FlowVersion.number.desc())
    known = {row.trigger: row for row in session.scalars(newest)} if triggers else {}
    found = {}
    for trigger in triggers:
        row = known.get(trigger)
        if row is not None and not _is_outdated(row):
            flow = readable(row.file)
            if flow is None:  # the admin shows that it is to be mended; the other flows go on
                log.error("flow.unreadable", shop=shop_id, flow=trigger, version=row.number)
                continue
            version = Version(row.id, flow)
        elif flow_of(preset(trigger)).starts == what:
            version = current(session, shop_id, trigger)
        else:
            continue
        if version.flow.starts == what:
            found[trigger] = version
            _known(session)[version.id] = version.flow
    return found


def _is_outdated(row: FlowVersion) -> bool:
    """Tell whether it is what we shipped once, and no longer do."""
    return row.is_preset and row.file != preset(row.trigger)


def versions(session: Session, ids: Sequence[int]) -> dict[int, Flow]:
    """Return the flows of these versions; one that a release that came later cannot read is missing."""
    known = _known(session)
    missing = set(ids) - known.keys()
    if missing:
        rows = session.execute(select(FlowVersion.id, FlowVersion.file).where(among(FlowVersion.id, missing)))
        for version_id, file in rows:
            flow = readable(file)
            if flow is None:
                log.error("flow.unreadable", version_id=version_id)
            else:
                known[version_id] = flow
    return {version_id: known[version_id] for version_id in set(ids) & known.keys()}


def _known(session: Session) -> dict[int, Flow]:
    """Return the versions that were read in this transaction."""
    known: dict[int, Flow] = memory(session).setdefault("flow versions", {})
    return known


def file(session: Session, shop_id: int, trigger: Trigger) -> str:
    """Return the file of the flow that is in force."""
    latest = _latest(session, shop_id, trigger)
    return preset(trigger) if latest is None or latest.is_preset else latest.file


def files(session: Session, shop_id: int) -> dict[Trigger, str]:
    """Return the file of every flow that is in force, in one query."""
    newest = select(FlowVersion.trigger, FlowVersion.file, FlowVersion.is_preset).filter_by(shop_id=shop_id)
    newest = newest.ext(distinct_on(FlowVersion.trigger))
    newest = newest.order_by(FlowVersion.trigger, FlowVersion.number.desc())
    own = {trigger: text for trigger, text, is_preset in session.execute(newest) if not is_preset}
    return {trigger: own.get(trigger, preset(trigger)) for trigger in PRESETS}


def number(session: Session, shop_id: int, trigger: Trigger) -> int:
    """Return the number of the version that is in force; 0: none was needed yet."""
    latest = _latest(session, shop_id, trigger)
    return latest.number if latest else 0


def history(session: Session, shop_id: int, trigger: Trigger) -> Sequence[FlowVersion]:
    """Return the versions that were in force, the newest first."""
    mine = select(FlowVersion).filter_by(shop_id=shop_id, trigger=trigger)
    return session.scalars(mine.order_by(FlowVersion.number.desc()).limit(SHOWN)).all()


def draft(session: Session, shop_id: int, trigger: Trigger) -> str | None:
    """Return the file that the merchant is writing."""
    return session.scalar(select(FlowRow.draft).filter_by(shop_id=shop_id, trigger=trigger))


def faults(trigger: Trigger, text: str) -> list[Fault]:
    """Return all that keeps a file from being published as a flow."""
    try:
        flow = reading.read(text)
    except Unsound as unsound:
        return unsound.faults
    doers = plugins.discover("app.flows.actions")
    found = soundness.faults(flow, {key: doer.fault for key, doer in doers.items()})
    found = sorted([*found, *_never_texted(trigger, flow)])
    kind = flow_of(preset(trigger))
    for name, told, wanted in (("category", flow.category, kind.category), ("about", flow.about, kind.about)):
        if told != wanted and (name == "category" or told == "parcel" or trigger in switches.NEWS):
            sentence = (
                tell(
                    "The messages of %(flow)s are %(kind)s: write “category: %(kind)s”.",
                    flow=trigger.value,
                    kind=wanted,
                )
                if name == "category"
                else tell(
                    "The messages of %(flow)s are about a %(subject)s: write “about: %(subject)s”.",
                    flow=trigger.value,
                    subject=wanted,
                )
            )
            found.insert(0, Fault(flow.lines.get(name, 0), "", sentence))
    if flow.key != trigger:
        found.insert(0, another(trigger, flow))
    return found or trying.failures(flow)


def another(trigger: Trigger, flow: Flow) -> Fault:
    """Return what is wrong with a file that is another flow's."""
    sentence = tell(
        "This is the flow %(flow)s, and the file says %(other)s.", flow=trigger.value, other=repr(flow.key)
    )
    return Fault(flow.lines.get("flow", 0), "", sentence)


def _never_texted(trigger: Trigger, flow: Flow) -> Iterator[Fault]:
    """Say which texts of a flow of news would go to nobody."""
    if trigger not in switches.NEWS or trigger in texted.TEXTED:
        return
    for step in flow.steps:
        if isinstance(step, Message) and step.medium in texting.MEDIA:
            sentence = tell("Nobody is texted that a parcel is packed or on its way: tell it by mail.")
            yield Fault(step.line, step.id, sentence)


def changes(session: Session, shop_id: int, trigger: Trigger, text: str) -> list[str]:
    """Return what publishing a file would change: lines that begin with "-" or "+"; raises Unsound."""
    before = file(session, shop_id, trigger).splitlines()
    after = written.write(reading.read(text)).splitlines()
    told = difflib.unified_diff(before, after, n=1, lineterm="")
    return [line for line in told if not line.startswith(("---", "+++", "@@"))]


def publish(session: Session, shop_id: int, trigger: Trigger, text: str) -> int:
    """Publish a file, and forget the draft; returns the version's number. Raises Unsound.

    Who is in the flow stays in the version that they came into.
    """
    wrong = faults(trigger, text)
    if wrong:
        raise Unsound(wrong)
    mine = {"shop_id": shop_id, "trigger": trigger}
    forgotten = {"draft": None, "draft_number": 0, "draft_revision": FlowRow.draft_revision + 1}
    session.execute(update(FlowRow).filter_by(**mine).values(forgotten))
    session.execute(delete(FlowDraft).filter_by(**mine))
    new = written.write(reading.read(text))
    number: int | None = None
    while number is None:  # the number was taken meanwhile: somebody came in, or published as well
        latest = _latest(session, shop_id, trigger)
        if latest is not None and latest.file == new:
            return latest.number
        number = _add(session, shop_id, trigger, new, after=latest, is_preset=new == preset(trigger))
    return number


def _latest(session: Session, shop_id: int, trigger: Trigger) -> FlowVersion | None:
    of_flow = select(FlowVersion).filter_by(shop_id=shop_id, trigger=trigger)
    return session.scalar(of_flow.order_by(FlowVersion.number.desc()).limit(1))


def _add(  # noqa: PLR0913 - the columns of one row
    session: Session, shop_id: int, trigger: Trigger, text: str, *, after: FlowVersion | None, is_preset: bool
) -> int | None:
    """Add a version, and return its number; None where two do at once, and the first's holds."""
    number = after.number + 1 if after else 1
    row = {
        "shop_id": shop_id,
        "trigger": trigger,
        "number": number,
        "file": text,
        "is_preset": is_preset,
        "published_at": clock.now(),
    }
    put = insert(FlowVersion).values(row).on_conflict_do_nothing()
    return session.scalar(put.returning(FlowVersion.number))
