"""Sample histories gone through by the engine, on no clock: whether a flow does what its file says."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from app.flows.plan.advance import Place, Turn, advance, enter
from app.flows.plan.conditions import Condition, Op, Value, nothing_known
from app.flows.plan.definition import Flow
from app.flows.plan.facts import Facts
from app.flows.plan.faults import Fault
from app.flows.plan.fields import FIELDS, Kind
from app.flows.plan.spans import Span, Unit
from app.flows.plan.trial import Trial
from app.lib.business_days import BusinessCalendar
from app.lib.told import Told, tell

AT_MOST = timedelta(days=4000)
"""So long somebody is followed at most."""
Done = list[tuple[str, datetime]]


def failures(flow: Flow) -> list[Fault]:
    """Return each trial of a flow that goes otherwise than it says, in words; empty: all go as they say."""
    return [fault for trial in flow.trials for fault in _judged(flow, trial)]


def renewed(flow: Flow) -> Flow:
    """Return a flow whose trials expect what it does now; one that says what cannot be stays wrong."""
    kinds = FIELDS.get(flow.about, {})
    trials = (it if any(_unsayable(it, kinds)) else _as_it_goes(flow, it, kinds) for it in flow.trials)
    return replace(flow, trials=tuple(trials))


def _as_it_goes(flow: Flow, trial: Trial, kinds: Mapping[str, Kind]) -> Trial:
    if not any(_judged(flow, trial)):
        return trial
    done, place = _walk(flow, trial, kinds)
    spans = tuple((step, _span(at - trial.begins_at)) for step, at in done)
    return replace(trial, done=spans, over=place.over)


def _span(gap: timedelta) -> Span:
    minutes = round(gap / timedelta(minutes=1))
    return Span(minutes // 60, Unit.HOUR) if minutes % 60 == 0 else Span(minutes, Unit.MINUTE)


def _judged(flow: Flow, trial: Trial) -> Iterator[Fault]:
    kinds = FIELDS.get(flow.about, {})
    wrong = list(_unsayable(trial, kinds))
    if wrong:
        yield from wrong
        return
    done, place = _walk(flow, trial, kinds)
    wanted = [(step, _after(trial, span)) for step, span in trial.done]
    for step, at in wanted:
        if (step, at) not in done:
            came = next((then for ident, then in done if ident == step), None)
            wanted_after = _said(at - trial.begins_at)
            sentence = (
                tell(
                    "%(step)s was to come after %(span)s; it came after %(other)s.",
                    step=repr(step),
                    span=wanted_after,
                    other=_said(came - trial.begins_at),
                )
                if came
                else tell(
                    "%(step)s was to come after %(span)s; it never did.", step=repr(step), span=wanted_after
                )
            )
            yield Fault(trial.line, trial.name, sentence)
    for step, at in done:
        if step not in dict(wanted):
            sentence = tell(
                "%(step)s came after %(span)s, and nobody wrote of it.",
                step=repr(step),
                span=_said(at - trial.begins_at),
            )
            yield Fault(trial.line, trial.name, sentence)
    if trial.over is not None and place.over != trial.over:
        sentence = (
            tell(
                "It was to be over because %(why)s; it is over because %(other)s.",
                why=repr(trial.over),
                other=repr(place.over),
            )
            if place.over
            else tell("It was to be over because %(why)s; it is not over.", why=repr(trial.over))
        )
        yield Fault(trial.line, trial.name, sentence)


def _unsayable(trial: Trial, kinds: Mapping[str, Kind]) -> Iterator[Fault]:
    """Return what a trial says of fields that cannot be so."""
    for news in trial.news:
        for fact in news.facts:
            why = _not_sayable(fact, kinds)
            if why is not None:
                yield Fault(fact.line or trial.line, trial.name, why)
        for field, _ in news.moments:
            if kinds.get(field) is not Kind.MOMENT:
                sentence = tell("%(field)s is no moment that is known here.", field=repr(field))
                yield Fault(trial.line, trial.name, sentence)


def _not_sayable(fact: Condition, kinds: Mapping[str, Kind]) -> Told | None:
    """Return why a condition does not say what a field is; None: it does."""
    match kinds.get(fact.field):
        case None:
            return nothing_known(fact.field)
        case Kind.MOMENT:
            return tell("%(field)s is a moment: write it under “moments”.", field=fact.field)
        case Kind.CHANGING:
            is_name = fact.op is Op.HOLDS and not fact.negated
            return None if is_name else tell("%(field)s changes: write its name.", field=fact.field)
        case Kind.FLAG:
            return None if fact.op is Op.HOLDS else tell("%(field)s is so, or not so.", field=fact.field)
        case _ if fact.op is Op.IS and not fact.negated:
            return fact.fault(kinds)
        case _:
            return tell("Say what %(field)s is: “%(field)s is …”.", field=fact.field)


def _walk(flow: Flow, trial: Trial, kinds: Mapping[str, Kind]) -> tuple[Done, Place]:
    """Let somebody who is held out of nothing go through; returns what was done when, and where they end."""
    seen, now, done = _Seen(trial, kinds), trial.begins_at, Done()
    place = enter(flow, "somebody", now)
    place = Place(who=place.who, step=place.step, arrived_at=now, entered_at=now)
    while place.over is None and now < trial.begins_at + AT_MOST:
        turn: Turn = advance(flow, place, seen.at(now), now)
        done += ((deed.step.id, now) for deed in turn.done)
        place = turn.place
        moments = [at for at in (turn.look_at, seen.next_after(now)) if at is not None]
        if not moments:
            break
        now = min(moments)
    return done, place


class _Seen:
    """What is known of a trial's subject at each moment."""

    def __init__(self, trial: Trial, kinds: Mapping[str, Kind]) -> None:
        self._trial, self._kinds = trial, kinds
        self._news = sorted(((_after(trial, it.after), it) for it in trial.news), key=lambda pair: pair[0])

    def next_after(self, now: datetime) -> datetime | None:
        """Return when something is next heard."""
        return next((at for at, _ in self._news if at > now), None)

    def at(self, now: datetime) -> Facts:
        """Return what is known by a moment."""
        known, changed, moments = dict[str, Value](), dict[str, datetime](), dict[str, datetime]()
        for at, news in (pair for pair in self._news if pair[0] <= now):
            moments |= {field: _after(self._trial, span) for field, span in news.moments}
            for fact in news.facts:
                kind = self._kinds[fact.field]
                value = _value(fact, kind)
                if kind is Kind.CHANGING or known.get(fact.field) != value:
                    changed[fact.field] = at
                known[fact.field] = value
        return Facts(
            known=known,
            changed_at=changed,
            moments=moments,
            shopper_zone=self._trial.zone,
            calendar=BusinessCalendar(zone=self._trial.zone),
        )


def _value(fact: Condition, kind: Kind) -> Value:
    if kind is Kind.NUMBER:
        return int(fact.values[0])
    return fact.values[0] if fact.values else not fact.negated


def _after(trial: Trial, span: Span) -> datetime:
    return span.after(trial.begins_at, BusinessCalendar(zone=trial.zone))


def _said(gap: timedelta) -> Told:
    minutes = round(gap / timedelta(minutes=1))
    for size, unit in ((24 * 60, Unit.DAY), (60, Unit.HOUR)):
        if minutes and minutes % size == 0:
            return Span(minutes // size, unit).told
    return Span(minutes, Unit.MINUTE).told
