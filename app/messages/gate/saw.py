"""What each rule of the gate saw, in a few words without personal data."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from app.lib.words import merchant_sentence
from app.messages.gate import caps, country_rules, quiet_hours
from app.messages.gate.overtaken import OVERTAKEN_BY
from app.messages.gate.verdict import Facts
from app.vocabulary import Trigger

ASKED_ON_A_FORM = merchant_sentence("yes: they asked for it on a form")


def what_stops_it(facts: Facts) -> str:
    """Say why its address is not written to."""
    return facts.suppressed or merchant_sentence("nothing")


def how_often(facts: Facts) -> str:
    """Say how many offers its reader has had."""
    known = {"count": len(facts.sent_lately), "days": caps.LOOKS_BACK.days}
    return merchant_sentence("%(count)s within %(days)s days", **known)


def whom(facts: Facts) -> str:
    """Say whether there is a shop, an address and a person."""
    address = merchant_sentence("readable") if facts.address_is_readable else merchant_sentence("unreadable")
    known = {"state": facts.shop_state, "address": address if facts.address else merchant_sentence("none")}
    if facts.erased:
        return merchant_sentence("shop %(state)s, address %(address)s, erased", **known)
    return merchant_sentence("shop %(state)s, address %(address)s", **known)


def country(facts: Facts) -> str:
    """Say where its reader is, and which rule of that country binds it."""
    rule = country_rules.objection(facts.medium, facts.category, facts.country)
    where = facts.country or merchant_sentence("unknown")
    return f"{where}: {rule.why}" if rule else where


def switches(facts: Facts) -> str:
    """Say whether its flow is on, and somebody carries it."""
    flow = merchant_sentence("on") if facts.flow_is_on else merchant_sentence("off")
    if facts.has_channel and facts.has_words:
        return flow
    if facts.has_words:
        return merchant_sentence("%(flow)s, nobody to carry it", flow=flow)
    if facts.has_channel:
        return merchant_sentence("%(flow)s, no approved template and no open conversation", flow=flow)
    return merchant_sentence(
        "%(flow)s, nobody to carry it, no approved template and no open conversation", flow=flow
    )


def wishes(facts: Facts) -> str:
    """Say what its reader asked for."""
    if facts.is_taken_back:
        return merchant_sentence("no longer")
    if facts.only_if_late:
        return merchant_sentence("only if it is late")
    return merchant_sentence("every milestone")


def ages(facts: Facts) -> str:
    """Say how old its news is."""
    late = _in_seconds(facts.asked_at - facts.occasion_at)
    if facts.trigger is Trigger.THANK_YOU:
        return merchant_sentence(
            "heard of after %(age)s, asked for %(late)s after the store knew",
            age=_in_seconds(facts.order_age_when_heard),
            late=late,
        )
    return merchant_sentence("happened %(late)s before", late=late)


def _in_seconds(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))


def what_was_told(facts: Facts) -> str:
    """Say whether another message has said it."""
    if facts.merged_into is not None:
        return merchant_sentence("message %(id)s spoke for it", id=facts.merged_into)
    if facts.store_tells:
        return merchant_sentence("the store’s own mail asks it")
    return merchant_sentence("told before") if facts.is_told else merchant_sentence("nothing")


def hours(facts: Facts) -> str:
    """Say what time it is on its reader's clocks."""
    if quiet_hours.window_of(facts.medium, facts.category, facts.country) is None:
        return merchant_sentence("goes at any hour")
    return ", ".join(f"{facts.now.astimezone(zone):%a %H:%M} {zone.key}" for zone in facts.clocks)


def what_became(facts: Facts) -> str:
    """Say what has become of what it is about."""
    if facts.let_go is not None:
        return facts.let_go
    if facts.trigger is Trigger.THANK_YOU:
        is_off = facts.order_is_cancelled
        return merchant_sentence("cancelled") if is_off else merchant_sentence("the order stands")
    if facts.trigger is Trigger.ABANDONED_CHECKOUT:
        is_off = facts.is_bought
        return merchant_sentence("bought or emptied") if is_off else merchant_sentence("the cart stands")
    if facts.comes_from_flow and facts.trigger not in OVERTAKEN_BY:
        return merchant_sentence("its flow stands by it")
    return ", ".join(facts.parcels) or merchant_sentence("no parcel")


def either(name: str, yes: str, no: str) -> Callable[[Facts], str]:
    """Return how to say one yes-or-no fact."""
    return partial(_worded, name, yes, no)


def _worded(name: str, yes: str, no: str, facts: Facts) -> str:
    return yes if getattr(facts, name) else no


IS_TEST = either("order_is_test", merchant_sentence("test order"), merchant_sentence("no test"))
OFFERS_GO = either(
    "offers_are_paused", merchant_sentence("paused: too many complaints"), merchant_sentence("yes")
)
PROBLEMS = either("has_open_case", merchant_sentence("one is open"), merchant_sentence("none"))
ALL_IS_HEARD = either("is_behind", merchant_sentence("orders wait to be read"), merchant_sentence("yes"))
ITS_CODE = either("awaits_code", merchant_sentence("being made"), merchant_sentence("yes, or none"))
