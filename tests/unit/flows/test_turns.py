"""Whose turn it is: what holds whatever the messages, and the cases that shoppers would notice."""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, permutations

from hypothesis import given
from hypothesis import strategies as st

from app.flows import turns
from app.flows.turns import PATIENCE, Gone, Others, Turn, arbitrate
from app.messages.gate import caps, permission
from app.messages.gate.verdict import Allowed, Deferred, Facts, Ruling, Skipped
from app.vocabulary import Category, Medium, Reason, Trigger
from tests.unit.test_permission import FINE, NOON, OFFER

CART, REVIEW, LAPSED = Trigger.ABANDONED_CHECKOUT, Trigger.REVIEW_REQUEST, Trigger.WIN_BACK
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = (1, 7)
IN_FORCE = {"person": ADA, "comes_from_flow": True}


def turn(message_id: int, trigger: Trigger, *, about: int | None = None, **times: datetime) -> Turn:
    offers = trigger in (CART, REVIEW, LAPSED)
    return Turn(
        message_id=message_id,
        trigger=trigger,
        medium=Medium.EMAIL,
        category=Category.MARKETING if offers else Category.TRANSACTIONAL,
        about=about,
        asked_at=times.get("asked_at", NOON),
        due_at=times.get("due_at", NOON),
    )


def facts_of(it: Turn, **changes: object) -> Facts:
    base = OFFER if it.is_offer else FINE
    known = {
        "trigger": it.trigger,
        "asked_at": it.asked_at,
        "occasion_at": it.asked_at,
        **IN_FORCE,
        **changes,
    }
    return replace(base, **known)  # type: ignore[arg-type]


def rule(
    *here: Turn, waiting: Iterable[Turn] = (), gone: Iterable[Gone] = (), **changes: object
) -> dict[int, Ruling]:
    known = {it.message_id: facts_of(it, **changes) for it in here}
    return arbitrate(here, known, {ADA: Others(tuple(waiting), tuple(gone))})


def test_what_matters_more_goes_whoever_was_asked_first() -> None:
    for order in permutations([turn(1, LAPSED), turn(2, REVIEW), turn(3, CART)]):
        found = rule(*order)
        assert found[3].decision == Allowed()
        for later in (1, 2):
            assert found[later].decision == Deferred(NOON + DAY, Reason.TOO_OFTEN)
            assert found[later].would_go_at == NOON


def test_an_offer_waits_for_one_that_matters_more_and_is_due_soon() -> None:
    cart = turn(9, CART, due_at=NOON + HOUR)
    found = rule(turn(1, LAPSED), waiting=[cart])[1]
    assert (found.decision, found.behind) == (Deferred(NOON + HOUR, Reason.OUTRANKED), 9)
    assert found.would_go_at == NOON
    assert rule(turn(1, CART), waiting=[turn(9, LAPSED, due_at=NOON + HOUR)])[1].decision == Allowed()
    far = turn(9, CART, due_at=NOON + 2 * DAY)
    assert rule(turn(1, LAPSED), waiting=[far])[1].decision == Allowed()


def test_one_that_is_due_by_now_in_other_hands_is_waited_for_a_moment() -> None:
    found = rule(turn(1, LAPSED), waiting=[turn(9, CART, due_at=NOON - HOUR)])[1]
    assert found.decision == Deferred(NOON + turns.A_MOMENT, Reason.OUTRANKED)


def test_who_has_waited_for_days_waits_no_longer() -> None:
    long_ago = NOON - PATIENCE
    old = turn(1, LAPSED, asked_at=long_ago)
    assert rule(old, waiting=[turn(9, CART, due_at=NOON + HOUR)])[1].decision == Allowed()
    found = rule(old, turn(2, CART))
    assert [found[1].decision, found[2].decision] == [Allowed(), Deferred(NOON + DAY, Reason.TOO_OFTEN)]


def test_bad_news_spoils_the_day_and_other_news_an_hour() -> None:
    for trigger, span in ((Trigger.RUNNING_LATE, DAY), (Trigger.CASE_REPLY, DAY), (Trigger.SHIPPED, HOUR)):
        news = Gone(5, trigger, Medium.EMAIL, None, NOON - HOUR / 2)
        found = rule(turn(1, CART), gone=[news])[1]
        assert found.decision == Deferred(NOON - HOUR / 2 + span, Reason.AFTER_NEWS)
        assert found.would_go_at == NOON
    old = Gone(5, Trigger.SHIPPED, Medium.EMAIL, None, NOON - HOUR)
    assert rule(turn(1, CART), gone=[old])[1].decision == Allowed()


def test_news_that_goes_in_the_same_breath_counts() -> None:
    found = rule(turn(2, CART), turn(1, Trigger.SHIPPED))
    assert found[1].decision == Allowed()
    assert found[2].decision == Deferred(NOON + HOUR, Reason.AFTER_NEWS)


def test_a_reminder_of_the_newer_cart_speaks_for_the_older() -> None:
    newer = Gone(5, CART, Medium.EMAIL, 22, NOON - 30 * HOUR)
    found = rule(turn(1, CART, about=21), gone=[newer])[1]
    assert (found.decision, found.would_go_at) == (Skipped(Reason.MERGED), NOON)
    assert permission.record_of(found)["saw"][-1] == ("not told yet", "message 5 spoke for it")  # type: ignore[index]
    for about, at in ((22, NOON - 30 * HOUR), (21, NOON - turns.MERGES_FOR)):
        kept = rule(turn(1, CART, about=about), gone=[newer._replace(at=at)])[1]
        assert kept.decision == Allowed()
    both = rule(turn(1, CART, about=21), turn(2, CART, about=22))
    assert both[2].decision == Allowed()
    assert both[1].decision == Deferred(NOON + DAY, Reason.TOO_OFTEN)


def test_when_it_would_have_gone_knows_the_night() -> None:
    night = NOON.replace(hour=5) + DAY  # ten at night in Denver
    it = turn(1, LAPSED, asked_at=night)
    found = rule(it, now=night, sent_lately=(night - HOUR,))[1]
    assert found.decision == Deferred(night - HOUR + DAY, Reason.TOO_OFTEN)
    assert found.would_go_at == NOON.replace(hour=16) + DAY, "nine in the morning in Denver"
    assert rule(it, now=night)[1].would_go_at is None, "the night is no other message"


def test_one_that_may_not_go_takes_nobodys_turn() -> None:
    kept, other = turn(1, CART), turn(2, CART)
    known = {1: facts_of(kept, suppressed="unsubscribed"), 2: facts_of(other)}
    found = arbitrate([kept, other], known, {})
    assert found[1].decision == Skipped(Reason.SUPPRESSED)
    assert found[2].decision == Allowed()


def test_what_was_told_in_the_same_breath_is_not_told_again() -> None:
    found = rule(turn(1, Trigger.SHIPPED), turn(2, Trigger.SHIPPED), news="shipped")
    assert [found[key].decision for key in (1, 2)] == [Allowed(), Skipped(Reason.ALREADY_TOLD)]


ANY_TRIGGER = st.sampled_from(
    [CART, REVIEW, LAPSED, Trigger.SHIPPED, Trigger.RUNNING_LATE, Trigger.CASE_REPLY]
)
PEOPLE: tuple[Hashable, ...] = (ADA, (1, 8), (1, "eve@example.com"))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[list[Turn], dict[int, Facts], dict[Hashable, Others]]:
    """Messages of a few shoppers, those that wait elsewhere, and what has gone."""
    numbers = iter(range(1, 100))

    def some(most: int) -> list[Turn]:
        return [
            turn(
                next(numbers),
                draw(ANY_TRIGGER),
                about=draw(st.integers(1, 3)),
                asked_at=NOON - draw(st.timedeltas(timedelta(0), timedelta(days=6))),
                due_at=NOON + draw(st.timedeltas(-DAY, 2 * DAY)),
            )
            for _ in range(draw(st.integers(0, most)))
        ]

    here = some(8)
    ago = st.timedeltas(timedelta(0), timedelta(days=8))
    person = {it.message_id: draw(st.sampled_from(PEOPLE)) for it in here}
    sent = {who: tuple(NOON - it for it in draw(st.lists(ago, max_size=3))) for who in PEOPLE}
    bad = {it.message_id: draw(st.sampled_from([None, None, None, "bounced"])) for it in here}
    known = {
        it.message_id: facts_of(
            it,
            person=person[it.message_id],
            suppressed=bad[it.message_id],
            sent_lately=sent[person[it.message_id]] if it.is_offer else (),
        )
        for it in here
    }
    others = {
        who: Others(
            tuple(it for it in some(4) if it.is_offer),
            tuple(
                Gone(
                    next(numbers), draw(ANY_TRIGGER), Medium.EMAIL, draw(st.integers(1, 3)), NOON - draw(ago)
                )
                for _ in range(draw(st.integers(0, 3)))
            ),
        )
        for who in PEOPLE
    }
    return here, known, others


Crowd = tuple[list[Turn], dict[int, Facts], dict[Hashable, Others]]


@given(crowds())
def test_it_only_puts_off_what_the_gate_allows_and_never_news(crowd: Crowd) -> None:
    here, known, others = crowd
    found = arbitrate(here, known, others)
    assert found.keys() == known.keys()
    for it in here:
        ruling, gate = found[it.message_id], permission.decide(found[it.message_id].facts)
        if ruling.decision != gate:
            assert gate == Allowed()
            assert it.is_offer
            assert isinstance(ruling.decision, Deferred)
            assert ruling.decision.reason in (Reason.OUTRANKED, Reason.AFTER_NEWS)
            assert NOON < ruling.decision.until <= it.asked_at + PATIENCE
        if not it.is_offer:
            assert ruling.decision == permission.decide(known[it.message_id]), "and nothing else changes it"


@given(crowds(), st.randoms(use_true_random=False))
def test_the_order_in_which_it_is_asked_changes_nothing(crowd: Crowd, chance: object) -> None:
    here, known, others = crowd
    mixed = list(here)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert arbitrate(mixed, dict(reversed(known.items())), others) == arbitrate(here, known, others)


@given(crowds())
def test_nobody_gets_more_than_the_caps_allow(crowd: Crowd) -> None:
    here, known, others = crowd
    found = arbitrate(here, known, others)
    for who in PEOPLE:
        went = [
            it
            for it in here
            if known[it.message_id].person == who and found[it.message_id].decision == Allowed()
        ]
        assert sum(it.is_offer for it in went) <= 1
    for it in here:
        if it.is_offer and found[it.message_id].decision == Allowed():
            assert caps.free_at(Category.MARKETING, known[it.message_id].sent_lately, NOON) == NOON


@given(crowds())
def test_nothing_goes_before_what_matters_more_and_could_go_as_well(crowd: Crowd) -> None:
    here, known, others = crowd
    found = arbitrate(here, known, others)
    for low in here:
        for high in here:
            same = known[low.message_id].person == known[high.message_id].person
            if same and low.is_offer and high.is_offer and high.place(NOON) < low.place(NOON):
                lost = found[high.message_id].decision, found[low.message_id].decision
                reasons = lost[0].reason if isinstance(lost[0], Deferred) else None
                assert not (lost[1] == Allowed() and reasons is Reason.OUTRANKED)


@given(st.lists(st.tuples(ANY_TRIGGER, st.integers(0, 72)), min_size=1, max_size=7))
def test_every_message_goes_or_says_why_in_the_end(asked: list[tuple[Trigger, int]]) -> None:
    """Live through ten days, hour by hour: a shopper whom several flows write to."""
    queue = {
        number: turn(number, trigger, about=number, asked_at=NOON + hours * HOUR, due_at=NOON + hours * HOUR)
        for number, (trigger, hours) in enumerate(asked, 1)
    }
    gone, ended = list[Gone](), dict[int, Ruling]()
    now = NOON
    while queue and now < NOON + 14 * DAY:
        due = [it for it in queue.values() if it.due_at <= now]
        known = {
            it.message_id: facts_of(
                it,
                now=now,
                sent_lately=tuple(g.at for g in gone if g.trigger in (CART, REVIEW, LAPSED))
                if it.is_offer
                else (),
            )
            for it in due
        }
        waiting = tuple(it for it in queue.values() if it.due_at > now and it.asked_at <= now and it.is_offer)
        for message_id, ruling in arbitrate(due, known, {ADA: Others(waiting, tuple(gone))}).items():
            it = queue.pop(message_id)
            if isinstance(ruling.decision, Deferred):
                assert ruling.decision.until > now
                queue[message_id] = replace(it, due_at=ruling.decision.until)
                continue
            ended[message_id] = ruling
            if ruling.decision == Allowed():
                gone.append(Gone(message_id, it.trigger, it.medium, it.about, now))
        now = max(now + timedelta(minutes=1), min((it.due_at for it in queue.values()), default=now))
    assert ended.keys() == set(range(1, len(asked) + 1)), "none is left behind"
    assert all(isinstance(it.decision, Allowed | Skipped) for it in ended.values())
    offers = sorted(it.at for it in gone if it.trigger in (CART, REVIEW, LAPSED))
    assert all(later - earlier >= DAY for earlier, later in pairwise(offers))
