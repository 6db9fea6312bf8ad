"""Files of other tools bring subscribers and tracking numbers along: told to nobody, and taken back."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.audience import profiles
from app.audience.models import ConsentRow, Profile
from app.commerce import catalog
from app.commerce.models import Fulfillment, LineItem, Order
from app.commerce.models import Variant as VariantRow
from app.events import EventRow
from app.imports import bringing, files, uploads
from app.imports.models import Import, ImportKind, ImportPart, ImportState
from app.lib import clock
from app.platforms.base import Consent
from app.platforms.purchases import Person, Variant
from app.stock import waiting
from app.stock.waiting import Asked
from app.tracking.models import Shipment, TrackingEvent
from app.tracking.polls.models import CarrierWatch
from app.vocabulary import ConsentSource, ConsentState, Medium, ShipmentStatus
from jobs import imports
from tests.journeys import payloads
from tests.journeys.carrier import NUMBER, OTHER, connect
from tests.journeys.conftest import StoreVoice

ANSWER = Path(__file__).parents[1] / "recordings" / "carriers" / "aftership" / "trackings.answer.json"
SMS = "SMS Marketing Consent,SMS Marketing Consent Timestamp"
MAIL = "Email Marketing Consent,Email Marketing Consent Timestamp,Email Suppressions"
SAID = "SUBSCRIBED,2026-03-01T10:00:00+00:00"
KLAVIYO = f"""Klaviyo ID,Email,First Name,Phone Number,{MAIL},{SMS}
01,ana@example.com,Ana,+13035550100,{SAID},[],{SAID}
02,bo@example.com,Bo,,UNSUBSCRIBED,2026-04-01T10:00:00+00:00,[],,
03,cy@example.com,Cy,,NEVER_SUBSCRIBED,,[],,
04,dee@example.com,Dee,,SUBSCRIBED,,"[""HARD_BOUNCE""]",,
05,not an address,Ed,,SUBSCRIBED,,[],,
"""
MAILCHIMP = """Email Address;First Name;OPTIN_TIME;OPTIN_IP;CONFIRM_TIME;CONFIRM_IP;LEID;EUID
ana@example.com;Ana;2024-05-01 10:00:00;192.0.2.1;2024-05-01 10:05:00;192.0.2.1;1;a
bo@example.com;Bö;;;2024-06-01 10:05:00;;2;b
"""
AST = "order_id,tracking_provider,tracking_number,date_shipped,status_shipped\n"
AFTERSHIP = "Order Number,Courier,Tracking Number,Tag,Shipment Pickup Date,Shipment Delivery Date\n"


def test_a_list_of_klaviyo_is_looked_at_brought_in_and_taken_back(
    shopify_store: StoreVoice, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = shopify_store.shop
    shop.country = "DE"
    shopify_store.session.commit()
    path = file(tmp_path, KLAVIYO)
    run(shop.id, path)
    assert shopify_store.session.scalars(select(Import)).all() == [], "it was only looked at"
    shown = capsys.readouterr().out
    assert "1  email: said yes, and has to confirm it" in shown
    assert "2  email: said no" in shown
    assert "1  sms: said yes, which is not enough" in shown
    assert "line 6: Its e-mail address is none." in shown
    assert consents(shopify_store) == []
    run(shop.id, path, "--go")
    assert consents(shopify_store) == [
        ("email", "subscribed", "2026-03-01"),
        ("email", "unsubscribed", "2000-01-01"),
        ("email", "unsubscribed", "2026-04-01"),
        ("sms", "subscribed", "2026-03-01"),
    ]
    shopify_store.settle()
    assert shopify_store.told() == []
    run(shop.id, "--undo", str(only(shopify_store).id))
    assert consents(shopify_store) == []
    assert shopify_store.session.scalars(select(Profile)).all() == []
    assert only(shopify_store).state is ImportState.UNDONE


def test_a_list_of_mailchimp_says_who_confirmed_and_what_was_said_here_holds(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    no = Consent(
        person=Person(email="ana@example.com"),
        medium=Medium.EMAIL,
        state=ConsentState.UNSUBSCRIBED,
        source=ConsentSource.PREFERENCES,
        at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    session, shop = shopify_store.session, shopify_store.shop
    profiles.keep_consent(session, shop.id, no, heard_at=clock.now())
    session.commit()
    run(shop.id, file(tmp_path, MAILCHIMP, "cp1252"), "--go")
    rows = session.scalars(select(ConsentRow).order_by(ConsentRow.at)).all()
    assert [(str(row.basis), row.state) for row in rows] == [
        ("confirmed", ConsentState.SUBSCRIBED),
        ("express", ConsentState.SUBSCRIBED),
        ("None", ConsentState.UNSUBSCRIBED),
    ]
    assert session.scalars(select(Profile.first_name).filter_by(email="bo@example.com")).one() == "Bö"
    run(shop.id, "--undo", str(only(shopify_store).id))
    assert consents(shopify_store) == [("email", "unsubscribed", "2026-01-01")]
    assert session.scalars(select(Profile.email)).all() == ["ana@example.com"], "who was here before stays"


def test_a_yes_of_tomorrow_does_not_hold_against_a_no_of_today(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    tomorrow = MAILCHIMP.replace("2024-", "2099-")
    run(shopify_store.shop.id, file(tmp_path, tomorrow), "--go")
    shopify_store.session.expire_all()
    now = clock.now()
    assert all(row.at <= now for row in shopify_store.session.scalars(select(ConsentRow)))


@pytest.mark.parametrize(
    ("heading", "line"),
    [
        (AST, '{order},ups,="{number}",{day},1\n'),
        (AFTERSHIP, "{order},ups,{number},Delivered,{day},{day}\n"),
    ],
)
def test_tracking_numbers_come_to_their_orders_and_go_again(
    heading: str, line: str, shopify_store: StoreVoice, tmp_path: Path
) -> None:
    bought(shopify_store, 1001)
    before = shopify_store.told()
    day = f"{clock.now() - timedelta(days=2):%Y-%m-%d}"
    lines = [line.format(order=order, number=f"1Z{order}", day=day) for order in ("1001", "4004")]
    lines.append(line.format(order="1001", number="1.23E+21", day=day).replace('="1.23E+21"', "1.23E+21"))
    path = file(tmp_path, heading + "".join(lines))
    run(shopify_store.shop.id, path, "--go")
    found = only(shopify_store)
    assert found.counts == {"lines": {"done": 1, "odd": 2}}
    parcel = shopify_store.session.scalars(select(Shipment)).one()
    wanted = ShipmentStatus.DELIVERED if heading is AFTERSHIP else ShipmentStatus.PENDING
    assert (parcel.number, parcel.carrier_slug, parcel.status) == ("1Z1001", "ups", wanted)
    shopify_store.settle()
    assert shopify_store.told() == before, "nobody is told of it"
    run(shopify_store.shop.id, "--undo", str(found.id))
    assert shopify_store.session.scalar(select(func.count()).select_from(Fulfillment)) == 0


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


def test_what_is_on_the_road_is_followed_from_then_on(shopify_store: StoreVoice, tmp_path: Path) -> None:
    bought(shopify_store, 1001)
    connect(shopify_store)
    day = f"{clock.now() - timedelta(days=2):%Y-%m-%d}"
    lines = f"1001,ups,{NUMBER},InTransit,{day},\n1001,ups,{OTHER},Delivered,{day},{day}\n"
    lines += f"1001,ups,{'1' * 101},,,\n"
    run(shopify_store.shop.id, file(tmp_path, AFTERSHIP + lines), "--go")
    assert only(shopify_store).counts == {"lines": {"done": 2, "odd": 1}}
    assert shopify_store.session.scalars(select(CarrierWatch.number)).all() == [NUMBER]
    shopify_store.settle()
    assert shopify_store.told() == ["thank_you"]
    run(shopify_store.shop.id, "--undo", str(only(shopify_store).id))
    assert shopify_store.session.scalars(select(CarrierWatch.number)).all() == []


def test_whoever_dies_amid_a_file_goes_on_where_what_was_kept_ends(
    shopify_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "MOST", 7)
    monkeypatch.setattr(uploads, "PART", 300)
    body = "".join(f"s{i}@example.com;N{i};;;2024-06-01 10:05:00;;{i};e{i}\n" for i in range(60))
    path = file(tmp_path, MAILCHIMP.splitlines(keepends=True)[0] + body)
    kept, calls = files.keep, 0

    def dying(*given: Any) -> None:
        nonlocal calls
        calls += 1
        if calls % 67 == 0:
            raise KeyboardInterrupt
        kept(*given)

    monkeypatch.setattr(files, "keep", dying)
    died = 0
    while True:
        try:
            run(shopify_store.shop.id, path, "--go")
            break
        except KeyboardInterrupt:
            died += 1
    assert died > 0
    done = shopify_store.session.scalars(select(Import).filter_by(state=ImportState.DONE)).one()
    assert done.counts == {"lines": {"done": 60, "odd": 0}}
    assert len(consents(shopify_store)) == 60
    assert not shopify_store.session.scalars(select(ImportPart).filter_by(import_id=done.id)).all()


def test_what_is_taken_back_meanwhile_is_left(
    shopify_store: StoreVoice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = bringing.begin

    def taken_back(row: Import) -> None:
        begun(row)
        row.state = ImportState.UNDOING

    monkeypatch.setattr(bringing, "begin", taken_back)
    with pytest.raises(SystemExit, match="elsewhere, or was taken back"):
        run(shopify_store.shop.id, file(tmp_path, MAILCHIMP), "--go")
    assert consents(shopify_store) == []


def test_who_waits_for_a_thing_stays_when_their_list_goes(shopify_store: StoreVoice, tmp_path: Path) -> None:
    session, shop = shopify_store.session, shopify_store.shop
    run(shop.id, file(tmp_path, MAILCHIMP), "--go")
    mug = Variant(external_id="1", product_id="2", updated_at=clock.now())
    catalog.keep_variant(session, shop.id, mug)
    asked = Asked(address="ana@example.com", wording="Tell me.", source="page")
    waiting.ask(session, shop, session.scalars(select(VariantRow.id)).one(), asked)
    session.commit()
    run(shop.id, "--undo", str(only(shopify_store).id))
    assert session.scalars(select(Profile.email)).all() == ["ana@example.com"]
    assert waiting.is_waited_for(session, shop.id, "ana@example.com")


def test_a_file_that_is_none_of_these_is_refused_with_a_sentence(
    shopify_store: StoreVoice, tmp_path: Path
) -> None:
    with pytest.raises(SystemExit, match="no list that we know"):
        run(shopify_store.shop.id, file(tmp_path, "a,b\n1,2\n"))
    with pytest.raises(SystemExit, match="no such import"):
        run(shopify_store.shop.id, "--undo", "7")


def run(shop_id: int, *arguments: object) -> None:
    imports.main([str(shop_id), *map(str, arguments)])


def lines(session: Session, order: Order) -> list[LineItem]:
    mine = select(LineItem).filter_by(order_id=order.id).order_by(LineItem.position)
    return list(session.scalars(mine))


def file(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding))
    return path


def bought(store: StoreVoice, number: int) -> None:
    store.shopify("orders/paid", payloads.order(clock.now() - timedelta(days=3), number, name=f"#{number}"))
    store.settle()


def only(store: StoreVoice) -> Import:
    store.session.expire_all()
    return store.session.scalars(select(Import)).one()


def consents(store: StoreVoice) -> list[tuple[str, str, str]]:
    store.session.expire_all()
    rows = store.session.scalars(select(ConsentRow))
    return sorted((str(row.medium), str(row.state), f"{row.at:%Y-%m-%d}") for row in rows)
