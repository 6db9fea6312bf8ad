"""Discount codes in a store on Shopify: one discount for all codes on the same terms, as Shopify wants it.

Its limit of one use is each code's own. The first code of a discount is one that nobody is given.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from app.lib import clock, reading
from app.lib.http import Unreachable
from app.lib.reading import Json
from app.lib.words import merchant_sentence

SCOPE = "write_discounts"
TAKEN = ("TAKEN", "DUPLICATE")
"""What Shopify says of a code that is there already."""


class Known(NamedTuple):
    """A code that the store has."""

    discount: str
    code: str | None
    """What the store calls them; of a code that it has and does not list, None."""
    is_used: bool


def asked(code: str) -> Json:
    """Return the variables of DiscountByCode."""
    return {"code": code, "search": f"code:{code}"}


def known(data: Json, code: str) -> Known | None:
    """Return a code that the store has; None where it has none."""
    node = reading.object_(data, "codeDiscountNodeByCode")
    if not node:
        return None
    codes = reading.object_(reading.object_(node, "codeDiscount"), "codes")
    for each in reading.objects(codes, "nodes"):
        if (reading.text(each, "code") or "").upper() == code.upper():
            used = reading.whole(each, "asyncUsageCount") or 0
            return Known(reading.required(node, "id"), reading.required(each, "id"), used > 0)
    return Known(reading.required(node, "id"), None, is_used=False)


def discount(batch: str, percent: int, expires_at: datetime) -> Json:
    """Return the variables of DiscountCreate."""
    return {
        "discount": {
            "title": f"Doorstep: {percent} %, until {expires_at:%Y-%m-%d}",
            "code": batch,
            "startsAt": clock.now().isoformat(),
            "endsAt": expires_at.isoformat(),
            "usageLimit": 1,
            "appliesOncePerCustomer": True,
            "context": {"all": "ALL"},
            "customerGets": {"value": {"percentage": percent / 100}, "items": {"all": True}},
        }
    }


def created(data: Json) -> str:
    """Return what the store calls the discount that it made; raises Unreachable where it made none."""
    answer = reading.object_(data, "discountCodeBasicCreate")
    _check(answer)
    return reading.required(reading.object_(answer, "codeDiscountNode"), "id")


def codes(discount_id: str, wanted: Sequence[str]) -> Json:
    """Return the variables of DiscountCodesAdd."""
    return {"discount": discount_id, "codes": [{"code": code} for code in wanted]}


def adding(data: Json) -> str:
    """Return what the store calls its adding of codes, which takes a while."""
    answer = reading.object_(data, "discountRedeemCodeBulkAdd")
    _check(answer)
    return reading.required(reading.object_(answer, "bulkCreation"), "id")


def added(data: Json) -> Collection[str] | None:
    """Return the codes that the store has added, or had; None while it is at it."""
    work = reading.object_(data, "discountRedeemCodeBulkCreation")
    if work.get("done") is not True:
        return None
    found = set()
    for each in reading.objects(reading.object_(work, "codes"), "nodes"):
        wrong = {reading.text(error, "code") for error in reading.objects(each, "errors")}
        if wrong <= set(TAKEN):
            found.add(reading.required(each, "code"))
    return found


def gone(data: Json) -> None:
    """Raise Unreachable where the store refuses to take a code back."""
    _check(reading.object_(data, "discountCodeRedeemCodeBulkDelete"))


def _check(answer: Json) -> None:
    wrong = reading.objects(answer, "userErrors")
    if wrong:
        said = {
            f"{'.'.join(reading.texts(it, 'field')) or 'it'} ({reading.text(it, 'code') or 'no reason'})"
            for it in wrong
        }
        raise Unreachable(
            merchant_sentence("Shopify refuses %(names)s", names=", ".join(sorted(said))), permanent=True
        )
