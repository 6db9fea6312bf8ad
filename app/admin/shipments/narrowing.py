"""Which parcels an address asks for: of a tab, that a search finds, of some carriers, to some countries."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Self

from babel import Locale
from flask import request
from sqlalchemy import ColumnElement, SQLColumnExpression, and_, func, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from app.admin import answer, finding, paging
from app.admin.answer import Group
from app.admin.saying import locale, say
from app.carriers import directory
from app.commerce.models import Order
from app.lib import clock
from app.shops.models import Shop
from app.tracking.carriers import own_carriers
from app.tracking.exceptions import attention
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.shoppers.feedback import BAD, Feedback
from app.vocabulary import ExceptionKind

ALL = "all"
LONGEST = 100
MOST = 50
"""So many carriers or countries may be asked for at once."""
OWN = "own:"
"""Begins the key of a carrier that only the shop knows; the others go by their slug."""
NOBODY = "none"
"""With whom those parcels are whose carrier we do not know."""
COUNTRY = Order.ship_to["country"].astext


class Choice(NamedTuple):
    """Something that a list can be narrowed to."""

    key: str
    name: str


class Offered(NamedTuple):
    """What a shop's lists can be narrowed to."""

    carriers: list[Choice]
    countries: list[Choice]


class Asked(NamedTuple):
    """Which parcels an address or a form asks for."""

    tab: str = ALL
    search: str = ""
    badly: bool = False
    """Only those whose delivery was rated badly."""
    kind: str = ""
    """Of exceptions, only those of this kind."""
    carriers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    @classmethod
    def now(cls) -> Self:
        """Return what this request asks for; whatever makes no sense in it is left out."""
        return cls.of_form(request.args)

    @classmethod
    def of_form(cls, given: MultiDict[str, str], tab: str = "") -> Self:
        """Return what an address or a form asks for, of the tab that it names where none is meant."""
        tab = tab or given.get("tab", ALL)
        tab = tab if tab in {*Group} - {Group.CANCELLED} else ALL
        kind = given.get("kind", "")
        return cls(
            tab,
            given.get("q", "").strip()[:LONGEST],
            tab == Group.DELIVERED and given.get("rated") == "badly",
            kind if tab == Group.EXCEPTIONS and kind in list(ExceptionKind) else "",
            _several(given, "carrier"),
            _several(given, "country"),
        )

    @property
    def filters(self) -> int:
        """How many carriers and countries are asked for."""
        return len(self.carriers) + len(self.countries)

    @property
    def is_narrowed(self) -> bool:
        """Whether a search or a filter may be why nothing is found."""
        return bool(self.search or self.filters)

    @property
    def filtered(self) -> dict[str, tuple[str, ...]]:
        """What an address says of carriers and countries, which other tabs go on with."""
        several = {"carrier": self.carriers, "country": self.countries}
        return {name: those for name, those in several.items() if those}

    @property
    def args(self) -> dict[str, Any]:
        """What an address says of all of it."""
        rest = {
            "tab": self.tab if self.tab != ALL else "",
            "kind": self.kind,
            "q": self.search,
            "rated": "badly" if self.badly else "",
        }
        return {name: value for name, value in rest.items() if value} | self.filtered

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The same as the fields of a form."""
        known = self.args.items()
        pairs = ((name, value if isinstance(value, tuple) else (value,)) for name, value in known)
        return [(name, one) for name, those in pairs for one in those]

    def without(self, name: str, key: str) -> dict[str, Any]:
        """Return what an address says of all but one carrier or country."""
        rest = dict(self.args)
        left = tuple(it for it in rest.pop(name, ()) if it != key)
        return rest | ({name: left} if left else {})

    def of(self, shop: Shop) -> tuple[ColumnElement[bool], ...]:
        """Say in SQL which parcels of a shop these are."""
        chosen = self.besides_the_search(shop)
        if self.search:
            chosen.append(Shipment.id.in_(finding.parcels(shop.id, self.search)))
        return tuple(chosen)

    def besides_the_search(self, shop: Shop) -> list[ColumnElement[bool]]:
        """Say in SQL which these are, whatever is searched for."""
        chosen: list[ColumnElement[bool]] = [Shipment.shop_id == shop.id]
        if self.tab == Group.EXCEPTIONS:
            wrong = select(ExceptionRow.shipment_id).where(ExceptionRow.shop_id == shop.id)
            wrong = wrong.where(attention.needs_a_look(clock.now()), ExceptionRow.shipment_id.is_not(None))
            chosen.append(Shipment.id.in_(wrong.filter_by(kind=self.kind) if self.kind else wrong))
        elif self.tab != ALL:
            chosen.extend(answer.is_in(shop, Group(self.tab)))
        if self.badly:
            rated = select(Feedback.shipment_id).where(Feedback.shop_id == shop.id, Feedback.grade <= BAD)
            chosen.append(Shipment.id.in_(rated))
        if self.carriers:
            chosen.append(is_with(self.carriers))
        if self.countries:
            there = select(Order.id).where(Order.shop_id == shop.id, COUNTRY.in_(self.countries))
            chosen.append(Shipment.order_id.in_(there))
        return chosen

    def in_queue(self) -> list[ColumnElement[bool]]:
        """Say in SQL which parts of the queue of exceptions a search and filters leave."""
        only: list[ColumnElement[bool]] = []
        if self.search:
            only.append(finding.is_parcel(self.search))
        if self.carriers:
            only += [ExceptionRow.shipment_id.is_not(None), is_with(self.carriers)]
        if self.countries:
            only.append(COUNTRY.in_(self.countries))
        return only


def is_with(carriers: Iterable[str]) -> ColumnElement[bool]:
    """Say in SQL that one of these carries a parcel."""
    own = [int(key.removeprefix(OWN)) for key in carriers if key.startswith(OWN)]
    slugs = [key for key in carriers if not key.startswith(OWN) and key != NOBODY]
    ours = Shipment.own_carrier_id.is_(None)
    these: list[ColumnElement[bool]] = []
    if own:
        these.append(Shipment.own_carrier_id.in_(own))
    if slugs:
        these.append(and_(ours, Shipment.carrier_slug.in_(slugs)))
    if NOBODY in carriers:
        these.append(and_(ours, Shipment.carrier_slug.is_(None)))
    return or_(*these)


def offered(session: Session, shop: Shop, asked: Asked) -> Offered:
    """Return the carriers and the countries of a shop's parcels, by name; and whatever is asked for."""
    slugs = {*_distinct(session, Shipment.carrier_slug, Shipment.shop_id == shop.id)}
    own = {f"{OWN}{it.id}": it.name for it in own_carriers.kept(session, shop.id)}
    known = directory.everyone()
    carriers = {slug: known[slug].name if slug in known else slug for slug in slugs} | own
    countries = {*_distinct(session, COUNTRY, Order.shop_id == shop.id)}
    names = Locale.parse(locale()).territories
    asked_for = {key: known[key].name if key in known else key for key in asked.carriers if key != NOBODY}
    nobody = Choice(NOBODY, say("Another, or not named"))
    return Offered(
        [*_by_name(asked_for | carriers), nobody],
        _by_name({code: names.get(code, code) for code in (*asked.countries, *countries)}),
    )


def _by_name(named: dict[str, str]) -> list[Choice]:
    return [Choice(*it) for it in sorted(named.items(), key=lambda it: it[1].casefold())]


def _several(given: MultiDict[str, str], name: str) -> tuple[str, ...]:
    said = (it[:LONGEST] for it in given.getlist(name) if it)
    whole = (it for it in said if not it.startswith(OWN) or paging.number(it.removeprefix(OWN)))
    return tuple(dict.fromkeys(whole))[:MOST]


def _distinct(
    session: Session, column: SQLColumnExpression[Any], is_mine: ColumnElement[bool]
) -> Sequence[str]:
    """Return the values of a column, each found by an index from the one before it."""
    values = select(func.min(column).label("value")).where(is_mine).cte(recursive=True)
    following = select(func.min(column)).where(is_mine, column > values.c.value).scalar_subquery()
    values = values.union_all(select(following).select_from(values).where(values.c.value.is_not(None)))
    return session.scalars(select(values.c.value).where(values.c.value.is_not(None))).all()
