"""What holds of the gate whatever the facts are."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from app.audience.grants import Said
from app.messages.gate.permission import RULES, Allowed, Deferred, Facts, Skipped, decide, seen
from app.vocabulary import Category, ConsentSource, ConsentState, Medium, Reason, ShipmentStatus, Trigger
from tests.unit.test_permission import DENVER, FINE, NOON

PARIS = ZoneInfo("Europe/Paris")


def any_facts() -> st.SearchStrategy[Facts]:
    moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - theirs wants it so
    ago = st.timedeltas(timedelta(0), timedelta(days=10))
    said = st.none() | st.builds(
        Said, st.sampled_from(ConsentState), st.sampled_from(ConsentSource), st.just(NOON), st.booleans()
    )

    def build(now: datetime, asked: timedelta, lately: list[timedelta], values: dict[str, object]) -> Facts:
        changes = values | {"now": now, "asked_at": now - asked, "occasion_at": now - asked}
        return replace(FINE, **changes, sent_lately=tuple(now - age for age in lately))  # type: ignore[arg-type]

    values = st.fixed_dictionaries(
        {
            "trigger": st.sampled_from(Trigger),
            "medium": st.sampled_from(Medium),
            "category": st.sampled_from(Category),
            "suppressed": st.sampled_from([None, None, "bounced"]),
            "said": said,
            "offers": said,
            "ordered_at": st.none() | moments,
            "country": st.sampled_from(["US", "CA", "DE", "FR", None]),
            "clocks": st.sampled_from([(DENVER,), (PARIS,), (DENVER, ZoneInfo("America/Chicago"))]),
            "flow_is_on": st.sampled_from([True, True, False]),
            "order_is_test": st.sampled_from([False, False, True]),
            "has_open_case": st.booleans(),
            "is_told": st.sampled_from([False, False, True]),
            "parcels": st.lists(st.sampled_from(ShipmentStatus), max_size=2).map(tuple),
        }
    )  # fmt: skip
    return st.builds(build, moments, ago, st.lists(ago, max_size=4), values)


STALE = replace(
    FINE,
    trigger=Trigger.CASE_REPLY,
    category=Category.MARKETING,
    offers=Said(ConsentState.SUBSCRIBED, ConsentSource.ORDER, NOON),
    asked_at=NOON - timedelta(microseconds=1),
    sent_lately=(NOON, NOON, NOON),
)


@given(any_facts(), st.timedeltas(timedelta(0), timedelta(days=60)))
@example(STALE, timedelta(days=7))
def test_waiting_alone_never_turns_a_no_into_a_yes(facts: Facts, wait: timedelta) -> None:
    if isinstance(decide(facts), Skipped):
        later = replace(facts, now=facts.now + wait)
        assert not isinstance(decide(later), Allowed)


@given(any_facts())
def test_what_is_put_off_is_put_off_to_the_future_and_goes_or_says_why_in_the_end(facts: Facts) -> None:
    troubled = replace(facts, has_open_case=False)
    for _ in range(12):
        decision = decide(troubled)
        if not isinstance(decision, Deferred):
            return
        assert decision.until > troubled.now
        assert decision.reason in (Reason.QUIET_HOURS, Reason.TOO_OFTEN)
        troubled = replace(troubled, now=decision.until)
    raise AssertionError("it waits for ever")


@given(any_facts())
def test_the_first_rule_that_objects_is_the_last_that_was_looked_at(facts: Facts) -> None:
    names = [rule.name for rule in RULES]
    looked_at = list(seen(facts))
    assert looked_at == names[: len(looked_at)]
    objecting = [rule for rule in RULES if rule.objects(facts) is not None]
    assert looked_at[-1] == (objecting[0].name if objecting else names[-1])
    if objecting:
        assert decide(facts) == objecting[0].objects(facts)
    assert "ada@" not in str(seen(facts))


@given(any_facts())
def test_more_restraint_never_opens_the_gate(facts: Facts) -> None:
    if isinstance(decide(facts), Allowed):
        return
    no = Said(ConsentState.UNSUBSCRIBED, ConsentSource.PREFERENCES, facts.now)
    for stricter in (
        replace(facts, suppressed="complained"),
        replace(facts, said=no),
        replace(facts, sent_lately=(*facts.sent_lately, facts.now)),
        replace(facts, is_told=True),
        replace(facts, flow_is_on=False),
    ):
        assert not isinstance(decide(stricter), Allowed)
