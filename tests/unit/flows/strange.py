"""Flows, facts and times as chance makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from app.flows.plan.conditions import Condition, Op
from app.flows.plan.definition import (
    END,
    Action,
    Choice,
    Clock,
    Draw,
    Flow,
    HoldOut,
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
from app.flows.plan.facts import Facts
from app.flows.plan.spans import Span, Unit
from app.flows.plan.trial import News, Trial
from app.flows.plan.trial_files import AT_ONCE
from app.lib.business_days import BusinessCalendar
from app.vocabulary import Category, Medium

BEGIN = datetime(2026, 3, 26, 15, 30, tzinfo=UTC)
"""Three days before Europe's clocks go forward."""
HORIZON = timedelta(days=4000)
KINDS = ["wait", "wait", "message", "message", "choice", "draw", "hold", "do", "leave"]
Targets = st.SearchStrategy[str]
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")]

FACTS = ("checkout.is_bought", "not consent.email", "checkout.total is 5", "profile.country is DE")

names = st.sampled_from(["a", "b", "an hour", "on its way", "step-3", "no", "true", "09:00", "12", "Ünïcode"])
texts = st.sampled_from(["bought", "enough", "yes", "7", "it is over: really", "# no comment"])
units = st.sampled_from(list(Unit))
spans = st.builds(Span, st.integers(0, 40), units)
longer_spans = st.builds(Span, st.integers(1, 60), units)
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30]))

conditions = st.one_of(
    st.builds(
        Condition,
        st.sampled_from(["checkout.is_bought", "consent.email", "checkout.in_stock"]),
        negated=st.booleans(),
    ),
    st.builds(
        Condition,
        st.just("checkout.total"),
        st.sampled_from([Op.AT_LEAST, Op.AT_MOST, Op.IS, Op.IS_NOT]),
        st.integers(0, 5).map(lambda number: (str(number),)),
        st.booleans(),
    ),
    st.builds(
        Condition,
        st.just("profile.country"),
        st.just(Op.IS_ONE_OF),
        st.lists(st.sampled_from(["DE", "AT", "US"]), min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
)
several = st.lists(conditions, min_size=1, max_size=3).map(tuple)
hows = st.one_of(
    st.builds(
        Pause, span=spans, from_start=st.booleans(), at=st.none() | hours, clock=st.sampled_from(Clock)
    ),
    st.builds(Until, conditions=several, held_for=st.none() | longer_spans, at_most=longer_spans),
    st.builds(Unchanged, field=st.just("checkout.contents"), span=longer_spans, at_most=longer_spans),
    st.just(Moment(field="profile.lapses_at")),
)

facts = st.lists(st.sampled_from([*map(Condition.of, FACTS)]), max_size=3).map(tuple)
moments = st.just(()) | spans.map(lambda span: (("profile.lapses_at", span),))
trials = st.builds(
    Trial,
    name=texts,
    begins_at=st.integers(0, 10**6).map(lambda minutes: BEGIN + timedelta(minutes=minutes)),
    zone=st.sampled_from(ZONES),
    news=st.lists(st.builds(News, after=longer_spans, facts=facts, moments=moments), max_size=2).map(
        lambda later: (News(after=AT_ONCE, facts=()), *later)
    ),
    done=st.lists(st.tuples(names, spans), max_size=2, unique_by=lambda it: it[0]).map(tuple),
    over=texts,
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Return a flow whose steps lead only forward, sound or not in other ways."""
    idents = draw(st.lists(names, min_size=1, max_size=8, unique=True))
    sent = dict.fromkeys(Medium, 0)
    steps = [_step(draw, ident, [*idents[place + 1 :], END], sent) for place, ident in enumerate(idents)]
    return Flow(
        key="abandoned_checkout",
        starts="checkout_started",
        about="checkout",
        category=draw(st.sampled_from(Category)),
        again_after=draw(st.none() | longer_spans),
        hold_out=draw(st.sampled_from([0, 10, 50])),
        only=draw(st.just(()) | several),
        exits=tuple(
            LetGo(conditions=draw(several), because=draw(texts)) for _ in range(draw(st.integers(0, 2)))
        ),
        steps=tuple(steps),
        trials=tuple(draw(st.lists(trials, max_size=2))),
    )


def _step(draw: st.DrawFn, ident: str, ahead: Sequence[str], sent: dict[Medium, int]) -> Step:
    target, known = st.sampled_from(ahead), dict[str, Any](id=ident)
    match draw(st.sampled_from(KINDS)):
        case "choice":
            return Choice(**known, conditions=draw(several), yes=draw(target), no=draw(target))
        case "draw":
            arms = draw(st.lists(target, min_size=1, max_size=3, unique=True))
            percents = {1: (100,), 2: (30, 70), 3: (20, 30, 50)}[len(arms)]
            return Draw(**known, arms=tuple(zip(arms, percents, strict=True)))
        case "leave":
            return Leave(**known, because=draw(texts))
        case kind:
            return _going_on(draw, kind, known | {"then": draw(st.none() | target)}, target, sent)


def _going_on(
    draw: st.DrawFn, kind: str, known: dict[str, Any], target: Targets, sent: dict[Medium, int]
) -> Step:
    if kind == "wait":
        how = draw(hows)
        may_fail = isinstance(how, Until | Unchanged)
        return Wait(**known, how=how, otherwise=draw(st.none() | target) if may_fail else None)
    if kind == "hold":
        return HoldOut(**known, percent=draw(st.integers(1, 99)))
    if kind == "do":
        return Action(**known, kind="alert", says=draw(st.just("") | texts))
    medium = draw(st.sampled_from([Medium.EMAIL, Medium.SMS]))
    sent[medium] += 1
    return Message(**known, medium=medium, number=sent[medium])


@dataclass(frozen=True)
class History:
    """What becomes of a subject: at each of these moments something is otherwise."""

    news: tuple[tuple[datetime, Facts], ...]

    def at(self, now: datetime) -> Facts:
        """Return what is known at a moment."""
        return [facts for since, facts in self.news if since <= now][-1]

    def next(self, now: datetime) -> datetime | None:
        """Return when something is next heard."""
        return min((since for since, _ in self.news if since > now), default=None)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return what becomes of a subject from BEGIN on."""
    gaps = draw(st.lists(st.integers(1, 60 * 24 * 20), max_size=5))
    zone, shop_zone = draw(st.sampled_from(ZONES)), draw(st.sampled_from(ZONES))
    news, moment, known, changed = [], BEGIN, dict[str, Any](), dict[str, datetime]()
    for gap in [0, *gaps]:
        moment += timedelta(minutes=gap)
        for field, values in KNOWN.items():
            value = draw(st.sampled_from(values))
            if known.get(field) != value:
                known[field], changed[field] = value, moment
        if draw(st.booleans()):
            changed["checkout.contents"] = moment
        lapses_at = moment + timedelta(hours=draw(st.integers(0, 24 * 200)))
        facts = Facts(
            known=dict(known),
            changed_at=dict(changed),
            moments={"profile.lapses_at": lapses_at},
            shopper_zone=zone,
            calendar=BusinessCalendar(zone=shop_zone),
        )
        news.append((moment, facts))
    return History(tuple(news))


KNOWN: dict[str, Sequence[Any]] = {
    "checkout.is_bought": [False, False, False, True],
    "consent.email": [True, True, True, False],
    "checkout.in_stock": [True, True, None],
    "checkout.total": [0, 3, 5],
    "profile.country": ["DE", "US"],
}
