"""Customers: found, copied, erased."""

import json
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from pydantic import Field
from sqlalchemy import select

from app.admin.customers import index as people
from app.admin.customers.index import NOTHING, Bought
from app.api.routes import Asking, Book, NotThere
from app.api.shapes import Id, Page, Shape
from app.audience.models import Profile
from app.lib import crypto
from app.platforms.base import PrivacyKind
from app.platforms.purchases import Person
from app.privacy import tasks
from app.shops.api_keys import Scope

book = Book()
routes = book.routes
ONE = "/customers/<int(max=9223372036854775807):customer_id>"


class Spent(Shape):
    """A sum in one currency, in its smallest unit."""

    amount: int
    currency: str


class Customer(Shape):
    """Somebody who bought, waits or agreed to something."""

    id: Id
    external_id: str | None
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    orders: int
    spent: list[Spent]
    last_order_at: datetime | None


class CustomerList(Shape):
    """Some customers, the latest first."""

    customers: list[Customer]
    before: Id | None


class CustomerQuery(Page):
    """Which customers."""

    email: Annotated[str, Field(max_length=254)] = ""


class Copy(Shape):
    """Everything that is known of somebody, by table."""

    task_id: Id
    rows: dict[str, list[dict[str, Any]]]


class Erase(Shape):
    """Erasing cannot be undone, so it is asked for in so many words."""

    confirm: Literal["erase"]


class Erased(Shape):
    """What was erased; names nobody."""

    task_id: Id
    certificate: dict[str, Any]


@book.route("GET", "/customers", Scope.READ_CUSTOMERS, CustomerList, query=CustomerQuery)
def index(asking: Asking, asked: CustomerQuery) -> CustomerList:
    """List customers, the latest first."""
    chosen = select(Profile).where(Profile.shop_id == asking.shop.id, *people.is_somebody())
    if asked.email.strip():
        chosen = chosen.where(Profile.email == asked.email.strip().lower())
    if asked.before is not None:
        chosen = chosen.where(Profile.id < asked.before)
    rows = asking.session.scalars(chosen.order_by(Profile.id.desc()).limit(asked.limit + 1)).all()
    shown = rows[: asked.limit]
    bought = people.of_profiles(asking.session, [it.id for it in shown])
    if shown:
        asking.saw("customers " + ",".join(str(it.id) for it in shown))
    return CustomerList(
        customers=[_told(it, bought.get(it.id, NOTHING)) for it in shown],
        before=shown[-1].id if len(rows) > asked.limit else None,
    )


@book.route("GET", ONE, Scope.READ_CUSTOMERS, Customer)
def show(asking: Asking, customer_id: int) -> Customer:
    """Return one customer."""
    profile = _find(asking, customer_id)
    asking.saw(f"customer {profile.id}")
    return _told(profile, people.of_profiles(asking.session, [profile.id]).get(profile.id, NOTHING))


@book.route("POST", f"{ONE}/copy", Scope.READ_CUSTOMERS, Copy, status=HTTPStatus.CREATED)
def copy(asking: Asking, customer_id: int) -> Copy:
    """Make a copy of everything that is known of a customer, and return it."""
    profile = _find(asking, customer_id)
    task = tasks.ask_about(asking.session, asking.shop, _person(profile), PrivacyKind.EXPORT, by=asking.who)
    asking.saw(f"customer {profile.id}, copied")
    return Copy(task_id=task.id, rows=json.loads(crypto.unseal(task.export or b"")))


@book.route("POST", f"{ONE}/erase", Scope.WRITE_CUSTOMERS, Erased, body=Erase)
def erase(asking: Asking, customer_id: int, sent: Erase) -> Erased:
    """Erase everything that says who a customer is, for good."""
    del sent  # that it fits is what matters
    profile = _find(asking, customer_id)
    person = _person(profile)
    asking.saw(f"customer {profile.id}, erased")
    task = tasks.ask_about(asking.session, asking.shop, person, PrivacyKind.ERASE_PERSON, by=asking.who)
    return Erased(task_id=task.id, certificate=task.certificate or {})


def _find(asking: Asking, customer_id: int) -> Profile:
    mine = select(Profile).where(
        Profile.id == customer_id, Profile.shop_id == asking.shop.id, *people.is_somebody()
    )
    found = asking.session.scalar(mine)
    if found is None:
        raise NotThere
    return found


def _person(profile: Profile) -> Person:
    return Person(external_id=profile.external_id, email=profile.email)


def _told(profile: Profile, bought: Bought) -> Customer:
    return Customer(
        id=profile.id,
        external_id=profile.external_id,
        email=profile.email,
        phone=profile.phone,
        first_name=profile.first_name,
        last_name=profile.last_name,
        orders=bought.orders,
        spent=[Spent(amount=amount, currency=currency) for currency, amount in bought.spent.items()],
        last_order_at=bought.last_at,
    )
