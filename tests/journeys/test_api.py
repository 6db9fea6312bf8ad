"""The programming interface: every route is in the document, every answer is as the document says."""

import json
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import api
from app.audience.models import Profile
from app.lib import clock
from app.main import create_app
from app.messages.models import Message
from app.shops import api_keys
from app.shops.api_keys import ApiKey, Scope
from app.shops.install import Store, install
from app.shops.models import AccessRecord
from app.tracking.models import ExceptionRow, Shipment
from app.tracking.parcels.notes import Note
from app.vocabulary import PlatformKey, ShipmentStatus
from tests.journeys.admin.conftest import parcel
from tests.journeys.conftest import StoreVoice
from tests.journeys.programs import EXAMPLES, Program, succeed
from tests.schemas import misfits, pointed

BIG = 2**62
PLACE = re.compile(r"<(?:int(?:\([^)]*\))?:)?(\w+)>")


@pytest.fixture(scope="module")
def house() -> Flask:
    made = create_app()
    made.testing = True
    return made


@pytest.fixture
def program(house: Flask, shopify_store: StoreVoice) -> Program:
    browser = house.test_client()
    document = browser.get(f"{api.PREFIX}/openapi.json").get_json()
    secret = api_keys.make(shopify_store.session, shopify_store.shop.id, "Warehouse", Scope, "owner")
    shopify_store.session.commit()
    return Program(browser, document, secret)


def test_every_route_is_in_the_document_and_everything_in_the_document_is_a_route(house: Flask) -> None:
    document = house.test_client().get(f"{api.PREFIX}/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    written = {(method, path) for path, operations in document["paths"].items() for method in operations}
    rules = {
        (method.lower(), PLACE.sub(r"{\1}", rule.rule))
        for rule in house.url_map.iter_rules()
        if rule.rule.startswith(api.PREFIX) and rule.endpoint != "api.openapi"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert written == rules
    names = [it["operationId"] for operations in document["paths"].values() for it in operations.values()]
    assert len(names) == len(set(names))
    for ref in set(re.findall(r'"(#/[^"]+)"', json.dumps(document))):
        assert pointed(ref, document), ref


def test_every_documented_answer_is_given_and_is_as_documented(
    program: Program, shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.routes.PER_MINUTE", 10_000)
    monkeypatch.setattr("app.api.routes.WRONG_PER_MINUTE", 10_000)
    succeed(program, shopify_store)
    poor = api_keys.make(shopify_store.session, shopify_store.shop.id, "Poor", [], "owner")
    shopify_store.session.commit()
    asked = [
        (method.upper(), path.removeprefix(api.PREFIX), operation)
        for path, operations in program.document["paths"].items()
        for method, operation in operations.items()
    ]
    for method, path, operation in asked:
        body: object = {} if "requestBody" in operation else None
        here = re.sub(r"\{name\}", "nothing", re.sub(r"\{\w+_id\}", str(BIG), path))
        assert program.ask(method, here, body, secret="").status_code == 401
        assert program.ask(method, here, body, secret="dsk_guessed").status_code == 401
        assert program.ask(method, here, body, secret=poor).status_code == 403
        if "400" in operation["responses"]:
            wrong = here if body is not None else f"{here}?limit=0"
            assert program.ask(method, wrong, body).status_code == 400
        if "404" in operation["responses"]:
            assert program.ask(method, here, EXAMPLES.get((method, path))).status_code == 404
    monkeypatch.setattr("app.api.routes.PER_MINUTE", 0)
    for method, path, operation in asked:
        here = re.sub(r"\{\w+\}", "1", path)
        answer = program.ask(method, here, {} if "requestBody" in operation else None)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")
    documented = {
        (method.lower(), f"{api.PREFIX}{path}", int(status))
        for method, path, operation in asked
        for status in operation["responses"]
    }
    assert program.seen == documented


def test_a_key_opens_its_own_shop_only(program: Program, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1, status="failure")
    session = shopify_store.session
    store = Store(
        platform=PlatformKey.WOOCOMMERCE, domain="harbor.example", url="https://harbor.example", name="H"
    )
    other = install(session, store)
    secret = api_keys.make(session, other.id, "Other", Scope, "owner")
    session.commit()
    ids = {
        "shipment_id": session.scalars(select(Shipment.id)).first(),
        "exception_id": session.scalars(select(ExceptionRow.id)).first(),
        "message_id": session.scalars(select(Message.id)).first(),
        "customer_id": session.scalars(select(Profile.id)).first(),
    }
    assert all(ids.values())
    for path, operations in program.document["paths"].items():
        for method in operations:
            named = path.removeprefix(api.PREFIX)
            here = re.sub(r"\{(\w+)\}", lambda found: str(ids.get(found[1], "shipped")), named)
            if "{name}" in named or (method == "post" and "{" not in named):
                continue
            answer = program.ask(method.upper(), here, EXAMPLES.get((method.upper(), named)), secret=secret)
            if "{" in named:
                assert answer.status_code == 404, (method, named)
            else:
                assert not [
                    it
                    for it in answer.get_json().values()
                    if isinstance(it, list) and it and "flow" not in it[0]
                ], named
    session.expire_all()
    assert session.scalars(select(Shipment.status)).one() is ShipmentStatus.EXCEPTION


def test_a_key_that_was_taken_away_or_whose_shop_left_opens_nothing(
    program: Program, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    assert program.ask("GET", "/flows").status_code == 200
    row = session.scalars(select(ApiKey)).one()
    assert row.used_at is not None
    for change in ("state", "key"):
        if change == "state":
            shop.state = "uninstalled"  # type: ignore[assignment]
        else:
            shop.state = "installed"  # type: ignore[assignment]
            api_keys.revoke(session, shop.id, row.id)
        session.commit()
        assert program.ask("GET", "/flows").status_code == 401


def test_a_key_is_let_in_so_often_a_minute_and_a_stranger_less_often(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.routes.PER_MINUTE", 3)
    monkeypatch.setattr("app.api.routes.WRONG_PER_MINUTE", 2)
    assert [program.ask("GET", "/flows").status_code for _ in range(4)] == [200, 200, 200, 429]
    assert [program.ask("GET", "/flows", secret="dsk_x").status_code for _ in range(3)] == [401, 401, 429]


def test_a_key_in_use_is_noted_now_and_then(program: Program, session: Session) -> None:
    program.ask("GET", "/flows")
    first = session.scalars(select(ApiKey.used_at)).one()
    program.ask("GET", "/flows")
    session.expire_all()
    assert session.scalars(select(ApiKey.used_at)).one() == first
    session.execute(update(ApiKey).values(used_at=clock.now() - timedelta(hours=1)))
    session.commit()
    program.ask("GET", "/flows")
    session.expire_all()
    assert clock.now() - (session.scalars(select(ApiKey.used_at)).one() or clock.now()) < timedelta(minutes=5)


def test_a_document_says_nothing_of_any_shop_and_nobody_needs_a_key_for_it(
    house: Flask, shopify_store: StoreVoice
) -> None:
    answer = house.test_client().get(f"{api.PREFIX}/openapi.json")
    assert answer.status_code == 200
    assert shopify_store.shop.domain not in answer.text


def test_what_a_key_changed_and_all_that_it_was_shown_is_written_down(
    program: Program, shopify_store: StoreVoice
) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    people = [
        Profile(shop_id=shop.id, email=f"{number}@example.com", first_seen_at=clock.now())
        for number in range(100)
    ]
    session.add_all(people)
    session.commit()
    program.ask("PUT", "/flows/shipped", {"on": False})
    program.ask("GET", "/customers?limit=100")
    rows = session.scalars(select(AccessRecord.what).order_by(AccessRecord.id)).all()
    shown = ",".join(str(person.id) for person in reversed(people))
    assert rows == ["flows: switch shipped", f"customers {shown}"]


def test_a_sign_that_no_table_can_hold_is_left_out(program: Program, shopify_store: StoreVoice) -> None:
    parcel(shopify_store, 1)
    ident = shopify_store.session.scalars(select(Shipment.id)).one()
    assert program.ask("POST", f"/shipments/{ident}/notes", {"words": "Cal\0led"}).status_code == 201
    assert shopify_store.session.scalars(select(Note.words)).all() == ["Called"]
    assert program.ask("POST", f"/shipments/{ident}/notes", {"words": "\0"}).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "", 404, None),
        ("GET", "/nothing", 404, None),
        ("PUT", "/shipments", 405, {"GET", "HEAD", "OPTIONS"}),
        ("GET", "/shipments?q=%00", 400, None),
        ("POST", "/back-in-stock", 413, None),
    ],
)
def test_what_is_refused_in_front_of_the_routes_is_told_as_they_tell_it(
    program: Program, method: str, path: str, status: int, allow: set[str] | None
) -> None:
    headers = {"Authorization": f"Bearer {program.secret}"}
    sent = {"wording": "a" * 1_000_001} if status == 413 else None
    answer = program.browser.open(api.PREFIX + path, method=method, json=sent, headers=headers)
    assert (answer.status_code, answer.mimetype) == (status, "application/json")
    assert misfits(answer.get_json(), {"$ref": "#/components/schemas/Problem"}, program.document) == []
    assert answer.get_json()["status"] == status
    assert answer.headers["Cache-Control"] == "no-store"
    assert {*answer.headers.get("Allow", "").split(", ")} == (allow or {""})


def test_a_failure_of_ours_is_told_without_its_inside(
    shopify_store: StoreVoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("of ada@example.com")

    monkeypatch.setattr("app.api.routes.api_keys.find", fail)
    asked = {"Authorization": "Bearer dsk_any"}
    answer = create_app().test_client().get(f"{api.PREFIX}/shipments", headers=asked)
    assert (answer.status_code, answer.get_json()["code"]) == (500, "Internal Server Error")
    assert "ada" not in answer.text
    assert shopify_store.shop.id


def test_pages_beside_the_interface_are_still_pages(house: Flask) -> None:
    for path in ("/api", "/api/v1s", "/nothing"):
        assert house.test_client().get(path).mimetype == "text/html"
