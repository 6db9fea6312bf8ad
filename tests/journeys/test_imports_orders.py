"""Orders of before, and the scans of their parcels, come from files: told to nobody, and taken back."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience.models import Profile
from app.commerce.models import LineItem, Order
from app.events import EventRow
from app.flows import switches
from app.imports.models import Import, ImportKind
from app.lib import clock
from app.shops.models import Errand
from app.tracking.models import Shipment, TrackingEvent
from app.vocabulary import ShipmentStatus
from tests.journeys import payloads
from tests.journeys.carrier import NUMBER, OTHER
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_imports import AFTERSHIP, bought, file, only, run

ANSWER = Path(__file__).parents[1] / "recordings" / "carriers" / "aftership" / "trackings.answer.json"
SHOPIFYS = """Name,Email,Financial Status,Paid at,Fulfillment Status,Currency,Total,Lineitem quantity,\
Lineitem name,Lineitem price,Shipping Name,Shipping Zip,Shipping Country,Created at,Id,Refunded Amount
#901,ana@example.com,paid,2024-01-02 10:00:00 -0500,fulfilled,USD,48.00,2,Mug,18.00,Ana Lee,80302,US,\
2024-01-02 09:59:00 -0500,5550001,0.00
#901,ana@example.com,,,,,,1,Spoon,6.00,,,,2024-01-02 09:59:00 -0500,,
#902,bo@example.com,voided,,unfulfilled,USD,10.00,1,Mug,10.00,,,,2024-02-02 10:00:00 -0500,5550002,
#903,cy@example.com,paid,soon,,USD,10.00,1,Mug,10.00,,,,2024-02-02 10:00:00 -0500,5550003,
#1001,dee@example.com,paid,2024-02-02 10:00:00 -0500,,USD,10.00,1,Mug,10.00,,,,2024-02-02 10:00:00 -0500,9,
"""
OWN = "order_number,email,order_date,total,item,tracking_number,carrier,delivered_at\n"


def test_orders_of_before_come_with_their_lines_and_go_again(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    session = shopify_store.session
    bought(shopify_store, 1001)
    before = shopify_store.told()
    run(shopify_store.shop.id, file(tmp_path, SHOPIFYS), "--go")
    found = only(shopify_store)
    assert (found.kind, found.counts) == (ImportKind.ORDERS, {"lines": {"done": 3, "odd": 2}})
    assert [line for line, _ in found.report["wrong"]] == [5, 6]
    order = session.scalars(select(Order).filter_by(external_id="5550001")).one()
    assert (order.name, order.total, order.email, order.state) == ("#901", 4800, "ana@example.com", "placed")
    assert [(it.title, it.quantity, it.price) for it in lines(session, order)] == [
        ("Mug", 2, 1800),
        ("Spoon", 1, 600),
    ]
    assert session.scalars(select(Order.state).filter_by(external_id="5550002")).one() == "open"
    shopify_store.settle()
    assert shopify_store.told() == before, "nobody is thanked for it"
    missing = session.scalars(select(Errand.subject).filter_by(kind=switches.SEED).order_by(Errand.subject))
    assert missing.all() == ["lapsed_survey", "win_back"], "but whoever lapses from now on is missed"
    told = payloads.order(clock.now() - timedelta(days=1), 5550001, name="#901")
    shopify_store.shopify("orders/updated", told)
    shopify_store.settle()
    run(shopify_store.shop.id, "--undo", str(found.id))
    kept = set(session.scalars(select(Order.external_id)))
    assert kept == {"1001", "5550001"}, "what the store has told of since stays"
    assert session.scalars(select(Profile.email).filter_by(email="bo@example.com")).all() == []


def test_an_own_table_of_orders_brings_its_tracking_numbers(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    rows = "A-7,ana@example.com,2024-03-01,30,Mug,1Z999AA10123456784,UPS,2024-03-05\n"
    run(shopify_store.shop.id, file(tmp_path, OWN + rows + "A-8,nobody,2024-03-01,30,Mug,,,\n"), "--go")
    found = only(shopify_store)
    assert found.report["found"] == {"orders": 1, "tracking numbers": 1}
    assert found.report["wrong"] == [[3, "Its e-mail address is none."]]
    parcel = shopify_store.session.scalars(select(Shipment)).one()
    assert (parcel.status, parcel.carrier_slug) == (ShipmentStatus.DELIVERED, "ups")
    shopify_store.settle()
    assert shopify_store.told() == []
    run(shopify_store.shop.id, "--undo", str(found.id))
    for table in (Order, Shipment, Profile, EventRow):
        assert shopify_store.session.scalars(select(table)).all() == []


CHECKPOINTS = "Tracking Number,Order Number,Courier,Checkpoint Time,Tag,Subtag,Message,City\n"


def test_scans_of_aftership_come_to_their_parcels_and_go_again(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    bought(shopify_store, 1001)
    before = shopify_store.told()
    day = clock.now() - timedelta(days=2)
    rows = [
        (f"{NUMBER},#1001,ups", day, "InTransit,InTransit_003,Arrived,Denver"),
        (f"{NUMBER},#1001,ups", day + timedelta(hours=20), "OutForDelivery,,On the van,Boulder"),
        (f"{OTHER},,ups", day, "InTransit,,Nobody's,"),
    ]
    body = "".join(f"{first},{at.isoformat()},{last}\n" for first, at, last in rows)
    run(shopify_store.shop.id, file(tmp_path, CHECKPOINTS + body), "--go")
    found = only(shopify_store)
    assert found.counts == {"lines": {"done": 2, "odd": 1}}
    assert found.report["wrong"] == [[4, "No parcel here has this number."]]
    parcel = shopify_store.session.scalars(select(Shipment)).one()
    assert parcel.status is ShipmentStatus.OUT_FOR_DELIVERY
    scans = shopify_store.session.scalars(select(TrackingEvent).order_by(TrackingEvent.happened_at)).all()
    assert [(scan.text, scan.city) for scan in scans] == [("Arrived", "Denver"), ("On the van", "Boulder")]
    shopify_store.settle()
    assert shopify_store.told() == before
    run(shopify_store.shop.id, "--undo", str(found.id))
    assert shopify_store.session.scalars(select(TrackingEvent)).all() == []


def test_what_aftership_itself_answers_is_read_as_a_list_of_scans(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    bought(shopify_store, 1001)
    answer = json.loads(ANSWER.read_text())
    told = answer["data"]["trackings"][0]
    told["order_number"], told["tracking_number"] = "1001", NUMBER
    run(shopify_store.shop.id, file(tmp_path, json.dumps(answer)), "--go")
    parcel = shopify_store.session.scalars(select(Shipment)).one()
    assert parcel.number == NUMBER
    texts = set(shopify_store.session.scalars(select(TrackingEvent.text)))
    assert {" ".join(line["message"].split()) for line in told["checkpoints"]} <= texts
    with pytest.raises(SystemExit, match="no list of AfterShip"):
        run(shopify_store.shop.id, file(tmp_path, '{"a": [1]}'))


def test_scans_alone_go_from_a_parcel_that_stays(shopify_store: StoreVoice, tmp_path: Path) -> None:
    bought(shopify_store, 1001)
    day = f"{clock.now() - timedelta(days=2):%Y-%m-%d}"
    run(shopify_store.shop.id, file(tmp_path, f"{AFTERSHIP}1001,ups,{NUMBER},InTransit,{day},\n"), "--go")
    at = (clock.now() - timedelta(days=1)).isoformat()
    run(shopify_store.shop.id, file(tmp_path, f"{CHECKPOINTS}{NUMBER},,ups,{at},Delivered,,Done,\n"), "--go")
    shopify_store.session.expire_all()
    assert shopify_store.session.scalars(select(Shipment.status)).one() is ShipmentStatus.DELIVERED
    last = shopify_store.session.scalars(select(Import.id).order_by(Import.id.desc())).first()
    run(shopify_store.shop.id, "--undo", str(last))
    shopify_store.session.expire_all()
    assert shopify_store.session.scalars(select(Shipment.status)).one() is ShipmentStatus.PENDING


def lines(session: Session, order: Order) -> list[LineItem]:
    mine = select(LineItem).filter_by(order_id=order.id).order_by(LineItem.position)
    return list(session.scalars(mine))
