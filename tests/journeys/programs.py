"""A merchant's own program, which asks for everything and checks each answer by the document."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import api
from app.audience.models import Profile
from app.commerce.models import Order, Product, Variant
from app.flows.models import Flow
from app.lib import clock
from app.shops.models import AccessRecord
from app.stock.models import Waiting
from app.tracking.models import Shipment
from app.vocabulary import MessageState, Reason, Trigger
from tests.journeys.admin.conftest import parcel
from tests.journeys.conftest import StoreVoice
from tests.schemas import misfits


@dataclass
class Program:
    """A merchant's own program: every answer that it gets must be as the document says."""

    browser: FlaskClient
    document: dict[str, Any]
    secret: str
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def ask(self, method: str, path: str, body: object = None, *, secret: str | None = None) -> TestResponse:
        used = self.secret if secret is None else secret
        headers = {"Authorization": f"Bearer {used}"} if used else {}
        answer = self.browser.open(api.PREFIX + path, method=method, json=body, headers=headers)
        self.check(method, path, body, answer)
        return answer

    def check(self, method: str, path: str, body: object, answer: TestResponse) -> None:
        named, operation = self.operation(method, path.partition("?")[0])
        told = operation["responses"].get(str(answer.status_code))
        assert told is not None, f"{method} {named} answers {answer.status_code}: {answer.text}"
        schema = told["content"]["application/json"]["schema"]
        assert misfits(answer.get_json(), schema, self.document) == []
        if answer.status_code < 300 and body is not None:
            sent = operation["requestBody"]["content"]["application/json"]["schema"]
            assert misfits(body, sent, self.document) == []
        self.seen.add((method.lower(), named, answer.status_code))

    def operation(self, method: str, path: str) -> tuple[str, dict[str, Any]]:
        for named, operations in self.document["paths"].items():
            pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(named))
            if re.fullmatch(pattern, api.PREFIX + path) and method.lower() in operations:
                return named, operations[method.lower()]
        raise AssertionError(f"{method} {path} is not in the document")


EXAMPLES: dict[tuple[str, str], object] = {
    ("POST", "/shipments/{shipment_id}/status"): {"status": "delivered", "why": "The neighbor has it"},
    ("PUT", "/shipments/{shipment_id}/carrier"): {"carrier": "usps"},
    ("POST", "/shipments/{shipment_id}/notes"): {"words": "Called UPS"},
    ("POST", "/exceptions/{exception_id}/put-off"): {"days": 3},
    ("POST", "/messages/{message_id}/again"): {"times": 0},
    ("POST", "/customers/{customer_id}/erase"): {"confirm": "erase"},
    ("PUT", "/flows/{name}"): {"on": False},
}


def succeed(program: Program, store: StoreVoice) -> None:
    """Ask for everything that can be had, and for what cannot be done as things stand."""
    session = store.session
    for number in (1, 2):
        parcel(store, number, status="failure")
    shipment = session.scalars(select(Shipment).order_by(Shipment.id)).first()
    assert shipment is not None
    here = f"/shipments/{shipment.id}"

    def got(method: str, path: str, status: int = 200, body: object = None) -> Any:
        answer = program.ask(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    listed = got("GET", "/shipments?limit=1")
    assert len(got("GET", f"/shipments?before={listed['before']}")["shipments"]) == 1
    assert [it["order_name"] for it in got("GET", "/shipments?q=%231001")["shipments"]] == ["#1001"]
    assert got("GET", "/shipments?status=delivered")["shipments"] == []
    assert len(got("GET", here)["scans"]) == 1
    got("DELETE", f"{here}/status", 409)
    said = got("POST", f"{here}/status", 200, EXAMPLES["POST", "/shipments/{shipment_id}/status"])
    assert (said["status"], said["override"]["who"]) == ("delivered", "key “Warehouse”")
    assert got("DELETE", f"{here}/status")["override"] is None
    assert got("PUT", f"{here}/carrier", 200, {"carrier": "usps"})["carrier"] == "usps"
    got("PUT", f"{here}/carrier", 400, {"carrier": "the stork"})
    got("PUT", f"{here}/carrier", 200, {"carrier": None})
    assert got("POST", f"{here}/ask")["asked"] == "store"
    got("POST", f"{here}/notes", 201, {"words": "Called UPS"})
    wrong = got("GET", "/exceptions?limit=1")["exceptions"][0]
    assert got("GET", "/exceptions?skip=400")["skip"] is None
    for act, body in (("put-off", {"days": 3}), ("bring-back", None), ("resolve", None)):
        assert got("POST", f"/exceptions/{wrong['id']}/{act}", 200, body) == {"done": True}
    assert got("GET", "/exceptions?aside=true")["exceptions"][0]["resolved_at"] is not None
    messages(program, store, got)
    flows = got("GET", "/flows")["flows"]
    assert {it["flow"] for it in flows} >= {"shipped", "win_back"}
    assert got("PUT", "/flows/shipped", 200, {"on": False})["is_on"] is False
    wait(store, got)
    customers(store, got)


def messages(program: Program, store: StoreVoice, got: Callable[..., Any]) -> None:
    session = store.session
    thanks = next(it for it in store.messages() if it.trigger is Trigger.THANK_YOU)
    thanks.decision = {
        "at": clock.now().isoformat(),
        "answer": "skipped",
        "reason": "too_old",
        "saw": [["not suppressed", "nothing"], ["news", "happened 2 days before"]],
    }
    here = f"/messages/{thanks.id}"
    session.commit()
    got("POST", f"{here}/again", 409, {"times": 0})  # it still waits
    thanks.state, thanks.reason = MessageState.SKIPPED, Reason.TOO_OLD
    session.commit()
    listed = got("GET", f"/messages?order_id={thanks.order_id}&state=skipped&limit=1")
    assert listed["messages"]
    whole = got("GET", here)
    assert whole["why"]["saw"][1] == {"rule": "news", "saw": "happened 2 days before"}
    assert (whole["to"], whole["sentence"]) == (
        "a•••@example.com",
        "Your store told us long after it happened; by then it was no news.",
    )
    assert got("POST", f"{here}/again", 202, {"times": 0})["is_new"] is True
    assert got("POST", f"{here}/again", 202, {"times": 0})["is_new"] is False
    shipped = next(it for it in store.messages() if it.trigger is Trigger.SHIPPED)
    session.execute(update(Order).where(Order.id == shipped.order_id).values(is_test=True))
    session.commit()
    refused = program.ask("POST", f"/messages/{shipped.id}/again", {"times": 0})
    assert (refused.status_code, refused.get_json()["message"]) == (409, "It was a test order.")
    assert got("GET", f"/messages?before={thanks.id}")["messages"] == []


def wait(store: StoreVoice, got: Callable[..., Any]) -> None:
    session, shop = store.session, store.shop
    product = Product(shop_id=shop.id, external_id="5", title="Sock")
    session.add(product)
    session.flush()
    session.add(Variant(shop_id=shop.id, product_id=product.id, external_id="77", title="M"))
    session.commit()
    wanted = {"variant": "77", "email": "bo@example.com", "wording": "Tell me when it is back"}
    assert got("POST", "/back-in-stock", 201, wanted) == {"is_new": True, "wants_confirmation": False}
    assert got("POST", "/back-in-stock", 201, wanted)["is_new"] is False
    assert session.scalars(select(Waiting.source)).all() == ["api"]
    (waited,) = got("GET", "/back-in-stock")["waited"]
    assert (waited["variant"], waited["waiting"]) == ("77", 1)
    for wrong in ({"variant": "78"}, {"email": "nobody"}, {"wording": ""}, {"more": 1}):
        got("POST", "/back-in-stock", 400, wanted | wrong)
    store.shop.country = "DE"
    session.execute(update(Flow).values(on_since=None))
    session.commit()
    got("POST", "/back-in-stock", 409, wanted | {"email": "cy@example.com"})


def customers(store: StoreVoice, got: Callable[..., Any]) -> None:
    session = store.session
    assert len(got("GET", "/customers?limit=1")["customers"]) == 1
    (ada,) = got("GET", "/customers?email=ADA@example.com")["customers"]
    here = f"/customers/{ada['id']}"
    assert got("GET", here)["email"] == "ada@example.com"
    copy = got("POST", f"{here}/copy", 201)
    assert copy["rows"]["profile"][0]["email"] == "ada@example.com"
    got("POST", f"{here}/erase", 400, {"confirm": "yes"})
    assert got("POST", f"{here}/erase", 200, {"confirm": "erase"})["certificate"]["rows"]
    session.expire_all()
    assert session.get_one(Profile, ada["id"]).email is None
    noted = session.scalars(select(AccessRecord.what).where(AccessRecord.who == "key “Warehouse”")).all()
    for what in (f"customer {ada['id']}", f"customer {ada['id']}, copied", f"customer {ada['id']}, erased"):
        assert what in noted
