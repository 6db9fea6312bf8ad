"""The gate: may this message go to this shopper now? One pure function over facts gathered at the edge."""

from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from app.audience import grants
from app.audience.grants import Permission
from app.audience.suppression import UNSUBSCRIBED
from app.messages.gate import caps, country_rules, pending, quiet_hours, saw
from app.messages.gate.overtaken import OVERTAKEN_BY
from app.messages.gate.verdict import Allowed, Decision, Deferred, Facts, Objection, Ruling, Skipped
from app.vocabulary import Category, Medium, Reason, ShopState, Trigger

__all__ = [
    "Allowed",
    "Breath",
    "Decision",
    "Deferred",
    "Facts",
    "Skipped",
    "decide",
    "may_promote",
    "record_of",
    "seen",
]

THANKS_AT_MOST = timedelta(hours=24)
"""An order that was already older than this when we first heard of it, in any status, is not thanked for."""
NEWS_AT_MOST = timedelta(hours=72)
"""A parcel's milestone that was already older than this when it could first be told is no news."""
LET_GO_BECAUSE = {"bought": Reason.ALREADY_BOUGHT, "sold out": Reason.SOLD_OUT}
"""What a flow says when it lets go of somebody, where a merchant reads a better reason for it."""
WAITS_AT_MOST = timedelta(days=7)
"""An offer that could not go for so long after it was due is stale."""
TEXTED_AT_MOST = timedelta(hours=48)
"""A cart that was left longer ago is not texted about (CTIA Messaging Principles; carriers in the US)."""
ASKS = (Trigger.CONFIRM_RECIPIENT, Trigger.CONFIRM_WAITING)
"""Asks an address that somebody typed whether it agrees: nothing was agreed to before."""
WRITTEN = (Trigger.CASE_REPLY, Trigger.REVIEW_REPLY, Trigger.BULLETIN)
"""What a person wrote to people."""
ANSWERS = (*WRITTEN, Trigger.OWN_ORDERS, Trigger.CONFIRM_OFFERS, *ASKS)
"""What a person wrote, or asked for this minute: no flow, and never old news."""
ASKED_FOR = (Trigger.OWN_ORDERS,)
"""Goes even to who wants no delivery updates: the page just promised it."""
WAITED_FOR = (Trigger.BACK_IN_STOCK,)
"""Its reader asked for it on a form, and confirmed that from their mailbox where the law wants it."""
ASKED_AT_MOST = timedelta(hours=1)
"""What was asked for is of use for as long as its link is."""


class Rule(NamedTuple):
    """One look at the facts: what objects, and what it saw in a few words without personal data."""

    name: str
    objects: Callable[[Facts], Objection | None]
    saw: Callable[[Facts], str]


def decide(facts: Facts) -> Decision:
    """Say whether a message may go, in PRODUCT's order: the first rule that objects gives the reason."""
    for rule in RULES:
        objection = rule.objects(facts)
        if objection is not None:
            return objection
    return Allowed()


class Breath:
    """Messages that go in one breath: each counts for those behind it."""

    def __init__(self) -> None:
        self._spent: dict[Hashable, tuple[datetime, ...]] = {}
        self._told: set[Hashable] = set()

    def before(self, facts: Facts) -> Facts:
        """Return the facts about a message with what goes before it."""
        if facts.person in self._spent and facts.category is Category.MARKETING:
            facts = replace(facts, sent_lately=facts.sent_lately + self._spent[facts.person])
        if facts.news is not None and facts.news in self._told:
            facts = replace(facts, is_told=True)
        return facts

    def goes(self, facts: Facts) -> None:
        """Let a message go."""
        self._told.add(facts.news)
        if facts.category is Category.MARKETING:
            self._spent[facts.person] = (*self._spent.get(facts.person, ()), facts.now)


def record_of(ruling: Ruling) -> dict[str, object]:
    """Return a decision as it is kept with its message."""
    facts, is_allowed = ruling.facts, isinstance(ruling.decision, Allowed)
    saw = [*seen(facts, is_allowed=is_allowed).items()]
    if ruling.saw is not None:
        saw.append(("their turn", ruling.saw))
    record: dict[str, object] = {"at": facts.now.isoformat(timespec="seconds"), "saw": saw}
    match ruling.decision:
        case Allowed():
            return record | {"answer": "allowed"}
        case Deferred(until, reason):
            return record | {"answer": "deferred", "until": until.isoformat(), "reason": reason}
        case Skipped(reason):
            return record | {"answer": "skipped", "reason": reason}


def seen(facts: Facts, *, is_allowed: bool = False) -> dict[str, str]:
    """Return what each rule saw, up to the one that objects; no personal data.

    `is_allowed`: the gate has said that none of them does.
    """
    found = {}
    for rule in RULES:
        found[rule.name] = rule.saw(facts)
        if not is_allowed and rule.objects(facts) is not None:
            break
    return found


def may_write(facts: Facts) -> Permission:
    """Return whether the recipient's own word, or their purchase, lets us write."""
    return grants.permission(
        facts.said,
        facts.offers,
        medium=facts.medium,
        category=facts.category,
        country=facts.country,
        ordered_at=facts.ordered_at,
        now=facts.now,
    )


def may_promote(facts: Facts) -> bool:
    """Return whether the recipient may be shown offers, be it beside what they bought."""
    offers = grants.permission(
        facts.offers,
        facts.offers,
        medium=facts.medium,
        category=Category.MARKETING,
        country=facts.country,
        ordered_at=facts.ordered_at,
        now=facts.now,
    )
    return offers.is_given and not facts.offers_are_suppressed


def _somebody_is_there(facts: Facts) -> Objection | None:
    if facts.shop_state is not ShopState.INSTALLED:
        return Skipped(Reason.SHOP_GONE)
    if facts.erased:
        return Skipped(Reason.ERASED)
    if not facts.address:
        return Skipped(Reason.NO_ADDRESS)
    return None if facts.address_is_readable else Skipped(Reason.BAD_ADDRESS)


def _is_not_suppressed(facts: Facts) -> Objection | None:
    if facts.suppressed == UNSUBSCRIBED and facts.trigger in ASKED_FOR:
        return None
    return Skipped(Reason.SUPPRESSED) if facts.suppressed else None


def _is_agreed_to(facts: Facts) -> Objection | None:
    permission = may_write(facts)
    if permission.is_given or _is_asked_for(facts) or facts.trigger in ASKS:
        return None
    return Skipped(Reason.NOT_CONFIRMED if permission.wants_confirmation else Reason.NO_CONSENT)


def _is_asked_for(facts: Facts) -> bool:
    asked = (*ASKED_FOR, *WAITED_FOR)
    return facts.trigger in asked and facts.category is Category.TRANSACTIONAL


def _country_lets(facts: Facts) -> Objection | None:
    rule = country_rules.objection(facts.medium, facts.category, facts.country)
    return Skipped(Reason.COUNTRY_RULE) if rule else None


def _is_switched_on(facts: Facts) -> Objection | None:
    if not facts.has_channel:
        return Skipped(Reason.NO_CHANNEL)
    if not facts.has_words:
        return Skipped(Reason.NO_TEMPLATE)
    return None if facts.flow_is_on or facts.trigger in ANSWERS else Skipped(Reason.FLOW_OFF)


def _is_wanted(facts: Facts) -> Objection | None:
    if facts.is_taken_back:
        return Skipped(Reason.WITHDRAWN)
    return Skipped(Reason.ONLY_IF_LATE) if facts.only_if_late else None


def _is_a_real_purchase(facts: Facts) -> Objection | None:
    is_asked_for = facts.trigger in ANSWERS and facts.trigger is not Trigger.BULLETIN
    return Skipped(Reason.TEST_ORDER) if facts.order_is_test and not is_asked_for else None


def _is_news(facts: Facts) -> Objection | None:
    if facts.trigger in ASKED_FOR and facts.now - facts.occasion_at > ASKED_AT_MOST:
        return Skipped(Reason.TOO_OLD)
    if facts.category is Category.MARKETING and facts.now - facts.asked_at > WAITS_AT_MOST:
        return Skipped(Reason.TOO_OLD)
    if facts.trigger in ANSWERS:
        return None
    is_text = facts.medium is Medium.SMS and facts.cart_left_at is not None
    if is_text and facts.now - (facts.cart_left_at or facts.now) > TEXTED_AT_MOST:
        return Skipped(Reason.TOO_OLD)
    if facts.trigger is Trigger.THANK_YOU:
        age = max(facts.order_age_when_heard, facts.asked_at - facts.occasion_at)
        return Skipped(Reason.TOO_OLD) if age > THANKS_AT_MOST else None
    return Skipped(Reason.TOO_OLD) if facts.asked_at - facts.occasion_at > NEWS_AT_MOST else None


def _is_not_too_often(facts: Facts) -> Objection | None:
    free_at = caps.free_at(facts.category, facts.sent_lately, facts.now, facts.manners.caps())
    if free_at <= facts.now:
        return None
    if free_at > facts.asked_at + WAITS_AT_MOST:
        return Skipped(Reason.TOO_OFTEN)
    return Deferred(free_at, Reason.TOO_OFTEN)


def _is_not_told(facts: Facts) -> Objection | None:
    if facts.merged_into is not None:
        return Skipped(Reason.MERGED)
    if facts.store_tells:
        return Skipped(Reason.STORE_TELLS)
    return Skipped(Reason.ALREADY_TOLD) if facts.is_told else None


def _is_a_decent_hour(facts: Facts) -> Objection | None:
    window = quiet_hours.window_of(facts.medium, facts.category, facts.country)
    if window is None:
        return None
    if facts.category is Category.MARKETING:
        window = facts.manners.narrow(window)
    opens = quiet_hours.next_open(facts.now, facts.clocks, window)
    return Deferred(opens, Reason.QUIET_HOURS) if opens > facts.now else None


def _still_holds(facts: Facts) -> Objection | None:
    if facts.trigger in ANSWERS:
        return None
    if facts.let_go is not None:
        return Skipped(LET_GO_BECAUSE.get(facts.let_go, Reason.LET_GO))
    if facts.trigger is Trigger.THANK_YOU:
        return Skipped(Reason.SUPERSEDED) if facts.order_is_cancelled else None
    if facts.trigger is Trigger.ABANDONED_CHECKOUT:
        return Skipped(Reason.ALREADY_BOUGHT) if facts.is_bought else None
    if facts.comes_from_flow and facts.trigger not in OVERTAKEN_BY:
        return None
    overtaken = OVERTAKEN_BY.get(facts.trigger, ())
    holds = any(status not in overtaken for status in facts.parcels) and not facts.is_over
    return None if holds else Skipped(Reason.SUPERSEDED)


def _agreement(facts: Facts) -> str:
    permission = may_write(facts)
    if facts.trigger in WAITED_FOR and _is_asked_for(facts):
        return saw.ASKED_ON_A_FORM
    stands_on = f" ({permission.source}, {permission.basis})" if permission.basis else ""
    return f"{'yes' if permission.is_given else 'no'}: {permission.why}{stands_on}"


RULES = (
    Rule("somebody is there", _somebody_is_there, saw.whom),
    Rule("not suppressed", _is_not_suppressed, saw.what_stops_it),
    Rule("agreed to", _is_agreed_to, _agreement),
    Rule("country", _country_lets, saw.country),
    Rule("switched on", _is_switched_on, saw.switches),
    Rule("wanted", _is_wanted, saw.wishes),
    Rule("a real purchase", _is_a_real_purchase, saw.IS_TEST),
    Rule("news", _is_news, saw.ages),
    Rule("not too often", _is_not_too_often, saw.how_often),
    Rule("not told yet", _is_not_told, saw.what_was_told),
    Rule("a decent hour", _is_a_decent_hour, saw.hours),
    Rule("offers go", pending.is_not_paused, saw.OFFERS_GO),
    Rule("no open problem", pending.has_no_trouble, saw.PROBLEMS),
    Rule("still holds", _still_holds, saw.what_became),
    Rule("all is heard", pending.is_heard_out, saw.ALL_IS_HEARD),
    Rule("its code is there", pending.has_its_code, saw.ITS_CODE),
)
"""What no waiting can mend (switched off, a test, old news) stands before what only puts off."""
