"""What each way of saying yes is worth: for offers and for news of an order, on each medium, by country.

Laws and carriers' rules as data, each with who says so and when it was last checked: the first row that
fits holds, and what no row names is not given.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from app.lib.words import merchant_sentence
from app.vocabulary import Category, ConsentBasis, ConsentSource, ConsentState, Medium

C, M, S = Category, Medium, ConsentSource
TEXTS = (M.SMS, M.WHATSAPP)
ALL = tuple(Medium)
CHECKED = date(2026, 11, 26)

EU = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
    *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
)
LIKE_EU = (*EU, "IS", "LI", "NO", "CH", "GB")
"""Where personal data may be used for a contract, and only advertising needs consent."""
CONFIRMING = ("DE", "AT")
"""Where courts want proof that the address's own owner said yes."""


class Gives(StrEnum):
    """Whether a source gives permission."""

    YES = "yes"
    IF_CONFIRMED = "if confirmed"
    NO = "no"


class Grant(NamedTuple):
    """One line of the table."""

    source: ConsentSource
    media: tuple[Medium, ...]
    category: Category
    gives: Gives
    why: str
    """In the merchant's words."""
    said_by: str
    """Who says so: the law, the carriers' rule, the manual."""
    countries: tuple[str, ...] | None = None
    """None: everywhere."""
    lasts: timedelta | None = None
    """None: until taken back."""
    checked: date = CHECKED


YES, IF_CONFIRMED, NO = Gives.YES, Gives.IF_CONFIRMED, Gives.NO
DOUBLE = merchant_sentence("German courts want a click from the mailbox itself as proof (double opt-in)")
DOUBLE_BY = "bevh.org/rechtshilfen/datenschutz/double-opt-in; UWG § 7 (2)"
TYPED = merchant_sentence("anybody can type a number: its owner has to answer first")
TYPED_BY = "CTIA Short Code Monitoring Handbook A.1, A.2 (double opt-in)"
ASKED = merchant_sentence("they asked for it")
GDPR = "GDPR Art. 6 (1) (a); ePrivacy Directive Art. 13 (1)"

GRANTS = (
    # An address typed to buy something, and nothing else said.
    Grant(
        S.ORDER, (M.EMAIL,), C.TRANSACTIONAL, YES, merchant_sentence("it is about what they bought"),
        "GDPR Art. 6 (1) (b); CAN-SPAM, 15 USC 7702 (17)",
    ),
    Grant(
        S.ORDER, (M.SMS,), C.TRANSACTIONAL, YES,
        merchant_sentence("they typed the number to buy, and this is about it"),
        "GDPR Art. 6 (1) (b); ePrivacy Directive Art. 13 binds direct marketing only", LIKE_EU,
    ),
    Grant(
        S.ORDER, (M.SMS,), C.TRANSACTIONAL, NO,
        merchant_sentence(
            "a number typed at the checkout is no opt-in: carriers there block what was not asked for"
        ),
        "CTIA Short Code Monitoring Handbook A.1: requiring a number is not a compliant opt-in", ("US", "CA"),
    ),
    Grant(
        S.ORDER, (M.WHATSAPP,), C.TRANSACTIONAL, NO,
        merchant_sentence("WhatsApp wants an opt-in for every message"),
        "WhatsApp Business Messaging Policy, business.whatsapp.com/policy",
    ),
    Grant(
        S.ORDER, (M.EMAIL,), C.MARKETING, YES,
        merchant_sentence("shops may write to customers who have not declined"),
        "CAN-SPAM, 15 USC 7704 (a)", ("US",),
    ),
    Grant(
        S.ORDER, (M.EMAIL,), C.MARKETING, YES,
        merchant_sentence("a purchase is implied consent for two years"),
        "CASL s. 10 (10), crtc.gc.ca/eng/com500/guide.htm", ("CA",), timedelta(days=730),
    ),
    Grant(
        S.ORDER, (M.EMAIL,), C.MARKETING, NO,
        merchant_sentence(
            "customers may be written to only if they could decline when they typed the address, "
            "and stores do not say whether they could"
        ),
        "ePrivacy Directive Art. 13 (2); UWG § 7 (3); cnil.fr/la-prospection-commerciale-par-sms-mms",
        LIKE_EU,
    ),
    # A box ticked at the checkout, or the store's own record of one.
    *(
        row
        for source in (S.CHECKOUT, S.SHOPIFY)
        for row in (
            Grant(source, (M.EMAIL,), C.MARKETING, IF_CONFIRMED, DOUBLE, DOUBLE_BY, CONFIRMING),
            Grant(
                source, (M.EMAIL,), C.MARKETING, YES,
                merchant_sentence("they agreed to offers in the store"), GDPR,
            ),
            Grant(
                source, (M.SMS,), C.MARKETING, YES,
                merchant_sentence("they agreed to offers by text in the store"),
                "47 CFR 64.1200 (f) (9); shopify.dev, CustomerSmsMarketingConsentState",
            ),
            Grant(
                source, (M.SMS,), C.TRANSACTIONAL, YES,
                merchant_sentence("who agreed to offers by text may be told of their order by text"),
                "47 CFR 64.1200 (a) (1): the written consent holds the lesser one",
            ),
            Grant(
                source, (M.WHATSAPP,), C.MARKETING, YES,
                merchant_sentence("they agreed to offers by WhatsApp in the store"),
                "WhatsApp Business Messaging Policy",
            ),
            Grant(
                source, (M.WHATSAPP,), C.TRANSACTIONAL, YES,
                merchant_sentence("who agreed to offers by WhatsApp may be told of their order there"),
                "WhatsApp Business Messaging Policy",
            ),
        )
    ),
    # Asked for on the order's own page.
    Grant(S.TRACKING_PAGE, ALL, C.TRANSACTIONAL, YES, ASKED, f"{GDPR}; 47 CFR 64.1200 (a) (1)"),
    Grant(S.TRACKING_PAGE, (M.EMAIL,), C.MARKETING, IF_CONFIRMED, DOUBLE, DOUBLE_BY, CONFIRMING),
    Grant(S.TRACKING_PAGE, TEXTS, C.MARKETING, IF_CONFIRMED, TYPED, TYPED_BY),
    Grant(S.TRACKING_PAGE, ALL, C.MARKETING, YES, ASKED, GDPR),
    # Said from the address itself.
    *(
        Grant(
            source, ALL, category, YES,
            merchant_sentence("they said so from the address itself"), f"{GDPR}; {DOUBLE_BY}",
        )
        for source in (S.PREFERENCES, S.CONFIRMATION, S.KEYWORD)
        for category in C
    ),
    # A list that the merchant brings.
    Grant(S.IMPORT, (M.EMAIL,), C.MARKETING, IF_CONFIRMED, DOUBLE, DOUBLE_BY, CONFIRMING),
    Grant(
        S.IMPORT, (M.EMAIL,), C.MARKETING, YES,
        merchant_sentence("the merchant answers for the list"), GDPR,
    ),
    Grant(
        S.IMPORT, TEXTS, C.MARKETING, NO,
        merchant_sentence("a list holds no written agreement, and without one each text can cost $500"),
        "47 CFR 64.1200 (f) (9); 47 USC 227 (b) (3)",
    ),
)  # fmt: skip
UNNAMED = merchant_sentence("no rule that we know of lets a shop do this")


@dataclass(frozen=True, slots=True)
class Said:
    """The last thing that was said about one category on one medium."""

    state: ConsentState
    source: ConsentSource
    at: datetime
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an address may be written to, on what it stands, and why."""

    is_given: bool
    why: str
    source: ConsentSource | None = None
    basis: ConsentBasis | None = None
    until: datetime | None = None
    """When it ends by itself; None: when it is taken back."""
    wants_confirmation: bool = False
    """They said yes; a click from the address itself is all that is missing."""


@lru_cache(maxsize=4096)
def grant(source: ConsentSource, medium: Medium, category: Category, country: str | None) -> Grant:
    """Return what one source gives; what no row names is not given."""
    for row in GRANTS:
        fits = row.source is source and medium in row.media and row.category is category
        if fits and (row.countries is None or country in row.countries):
            return row
    return Grant(source, (medium,), category, NO, UNNAMED, "")


def permission(  # noqa: PLR0913 - what was said, and of what
    said: Said | None,
    offers: Said | None,
    *,
    medium: Medium,
    category: Category,
    country: str | None,
    ordered_at: datetime | None,
    now: datetime,
) -> Permission:
    """Say whether an address may be written to.

    `said` is about this category, `offers` about marketing on the same medium, which holds the lesser
    permission as well; `ordered_at` is when this very address was last typed to buy something.
    """
    if said is not None and said.state is ConsentState.UNSUBSCRIBED:
        return Permission(False, f"they said no on {said.at:%Y-%m-%d} ({said.source})", said.source)
    answers = [_of(yes, medium, category, country, now) for yes in (said, offers) if yes and _is_yes(yes)]
    if ordered_at is not None:
        answers.append(_of_order(ordered_at, medium, category, country, now))
    given = next((answer for answer in answers if answer.is_given), None)
    unsaid = Permission(False, "they never agreed to it")
    return given or next(iter(answers), unsaid)


def _is_yes(said: Said) -> bool:
    return said.state in (ConsentState.SUBSCRIBED, ConsentState.PENDING)


def _of(said: Said, medium: Medium, category: Category, country: str | None, now: datetime) -> Permission:
    row = grant(said.source, medium, category, country)
    is_pending = said.state is ConsentState.PENDING
    waits = row.gives is IF_CONFIRMED and not said.is_confirmed
    until = said.at + row.lasts if row.lasts else None
    is_over = until is not None and until <= now
    if row.gives is NO or waits or is_pending or is_over:
        why = merchant_sentence("they have not confirmed it yet") if is_pending else row.why
        return Permission(
            False, why, said.source, wants_confirmation=row.gives is not NO and (waits or is_pending)
        )
    basis = ConsentBasis.CONFIRMED if said.is_confirmed else ConsentBasis.EXPRESS
    return Permission(True, row.why, said.source, basis, until)


def _of_order(
    ordered_at: datetime, medium: Medium, category: Category, country: str | None, now: datetime
) -> Permission:
    row = grant(S.ORDER, medium, category, country)
    until = ordered_at + row.lasts if row.lasts else None
    if row.gives is not YES or (until is not None and until <= now):
        return Permission(False, row.why, S.ORDER)
    basis = ConsentBasis.PURCHASE if category is C.TRANSACTIONAL else ConsentBasis.CUSTOMER
    return Permission(True, row.why, S.ORDER, basis, until)
