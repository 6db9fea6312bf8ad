"""Files of other tools bring subscribers and tracking numbers along: told to nobody, and taken back."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.audience import profiles
from app.audience.models import ConsentRow, Profile
from app.commerce import catalog
from app.commerce.models import Fulfillment
from app.commerce.models import Variant as VariantRow
from app.imports import bringing, files, uploads
from app.imports.models import Import, ImportPart, ImportState
from app.lib import clock
from app.platforms.base import Consent
from app.platforms.purchases import Person, Variant
from app.stock import waiting
from app.stock.waiting import Asked
from app.tracking.models import Shipment
from app.tracking.polls.models import CarrierWatch
from app.vocabulary import ConsentSource, ConsentState, Medium, ShipmentStatus
from jobs import imports
from tests.journeys import payloads
from tests.journeys.carrier import NUMBER, OTHER, connect
from tests.journeys.conftest import StoreVoice

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
