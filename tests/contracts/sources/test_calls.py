"""What the aggregators are asked, and what becomes of their answers."""

import json
from typing import Any

import pytest

from app.carriers import aftership, seventeentrack, ship24, shippo, trackingmore
from app.carriers.base import Parcel, SourceError
from app.lib.http import Outside
from app.vocabulary import ShipmentStatus as S
from tests.contracts.sources.network import playing
from tests.contracts.sources.test_aggregators import recorded

KEYS = {"api_key": "key", "webhook_secret": "whs", "email": "owner@ridge.example"}
UPS = Parcel(number="1Z5R89390357567127", carrier="ups")


def test_aftership_is_told_the_carrier_by_its_own_name() -> None:
    with playing("api.aftership.com") as api:
        api.will(201, {"meta": {"code": 201}, "data": {"tracking_number": "1", "slug": "dhl-germany"}})
        aftership.register(Outside(), KEYS, Parcel(number="1", carrier="dhl_parcel_de", postcode="10115"))
    assert api.asked[0].body == {
        "tracking_number": "1",
        "slug": "dhl-germany",
        "tracking_postal_code": "10115",
    }
    assert api.asked[0].headers["as-api-key"] == "key"


def test_a_parcel_that_aftership_has_already_is_asked_for() -> None:
    with playing("api.aftership.com") as api:
        api.will(400, {"meta": {"code": 4003, "message": "Tracking already exists."}, "data": {}})
        api.will(200, recorded("aftership", "trackings.answer.json"))
        updates = aftership.register(Outside(), KEYS, UPS)
    assert [update.number for update in updates] == ["1111111111111", "2222222222222", "1231231231231"]
    assert "tracking_numbers=1Z5R89390357567127" in api.asked[1].url


def test_what_aftership_does_not_take_is_said() -> None:
    with playing("api.aftership.com") as api:
        api.will(400, {"meta": {"code": 4005, "message": "The value of tracking_number is invalid."}})
        with pytest.raises(SourceError, match="4005"):
            aftership.register(Outside(), KEYS, UPS)


def test_shippo_is_asked_by_carrier_and_number() -> None:
    with playing("api.goshippo.com") as api:
        api.will(200, recorded("shippo", "track.answer.json"))
        shippo.register(Outside(), KEYS, UPS)
        (update,) = shippo.fetch(Outside(), KEYS, (Parcel(number="A/1", carrier="evri"),))
    assert api.asked[0].body == {"carrier": "ups", "tracking_number": "1Z5R89390357567127"}
    assert api.asked[0].headers["Authorization"] == "ShippoToken key"
    assert api.asked[1].url.endswith("/tracks/hermes_uk/A%2F1")
    assert update.number == "SHIPPO_TRANSIT"


def test_shippo_cannot_follow_a_carrier_that_nobody_knows() -> None:
    with pytest.raises(SourceError) as error:
        shippo.register(Outside(), KEYS, Parcel(number="1"))
    assert error.value.permanent


def test_17track_takes_numbers_by_the_list_and_says_what_it_refuses() -> None:
    with playing("api.17track.net") as api:
        api.will(200, {"code": 0, "data": {"accepted": [{"number": "1"}], "rejected": []}})
        assert seventeentrack.register(Outside(), KEYS, Parcel(number="1")) == ()
        assert api.asked[0].headers["17token"] == "key"
    for code, is_refused in ((-18019901, False), (-18019903, True)):
        with playing("api.17track.net") as api:
            rejected = [{"number": "1", "error": {"code": code}}]
            api.will(200, {"code": 0, "data": {"accepted": [], "rejected": rejected}})
            assert refuses(lambda: seventeentrack.register(Outside(), KEYS, Parcel(number="1"))) is is_refused


def test_a_number_that_17track_has_already_goes_on_if_it_was_stopped() -> None:
    rejected = [{"number": "1", "error": {"code": -18019901}}]
    not_stopped = [{"number": "1", "error": {"code": -18019904}}]
    with playing("api.17track.net") as api:
        api.will(200, {"code": 0, "data": {"accepted": [], "rejected": rejected}})
        api.will(200, {"code": 0, "data": {"accepted": [], "rejected": not_stopped}})
        assert seventeentrack.register(Outside(), KEYS, Parcel(number="1")) == ()
    assert [asked.url.rpartition("/")[2] for asked in api.asked] == ["register", "retrack"]


def test_a_parcel_that_aftership_has_given_up_goes_on() -> None:
    answer = recorded("aftership", "trackings.answer.json")
    answer["data"]["trackings"] = [answer["data"]["trackings"][0] | {"id": "t1", "tag": "Expired"}]
    with playing("api.aftership.com") as api:
        api.will(400, {"meta": {"code": 4003}, "data": {}})
        api.will(200, answer)
        api.will(200, {"meta": {"code": 200}, "data": {}})
        (update,) = aftership.register(Outside(), KEYS, UPS)
    assert update.is_ended
    assert (api.asked[2].url.endswith("/trackings/t1/retrack"), len(api.asked)) == (True, 3)


def test_17track_is_asked_about_several_numbers_at_once() -> None:
    with playing("api.17track.net") as api:
        api.will(200, recorded("17track", "gettrackinfo.answer.json"))
        (update,) = seventeentrack.fetch(Outside(), KEYS, (Parcel(number="RR123456789CN"), UPS))
    assert update.scans[0].status is S.DELIVERED


def test_17track_out_of_order_may_be_asked_later() -> None:
    with playing("api.17track.net") as api:
        api.will(200, {"code": -1, "data": {"errors": []}})
        with pytest.raises(SourceError) as error:
            seventeentrack.fetch(Outside(), KEYS, (UPS,))
    assert not error.value.permanent


def test_trackingmore_is_asked_which_carrier_where_we_do_not_know_its_name() -> None:
    with playing("api.trackingmore.com") as api:
        api.will(200, {"data": [{"courier_code": "dhl"}, {"courier_code": "royal-mail"}]})
        api.will(
            200, {"meta": {"code": 200}, "data": recorded("trackingmore", "update.COMPOSED.json")["data"]}
        )
        (update,) = trackingmore.register(Outside(), KEYS, Parcel(number="1", carrier="royal_mail"))
    assert api.asked[1].body == {"tracking_number": "1", "courier_code": "royal-mail"}
    assert update.scans[0].status is S.DELIVERED


def test_a_parcel_that_trackingmore_has_already_is_asked_for() -> None:
    with playing("api.trackingmore.com") as api:
        api.will(400, {"meta": {"code": 4101, "message": "Tracking No. already exists."}, "data": []})
        api.will(200, {"data": [recorded("trackingmore", "update.COMPOSED.json")["data"]]})
        (update,) = trackingmore.register(Outside(), KEYS, UPS)
    assert update.number == UPS.number
    assert api.asked[0].headers["Tracking-Api-Key"] == "key"


def test_what_trackingmore_does_not_take_is_said() -> None:
    with playing("api.trackingmore.com") as api:
        api.will(400, {"meta": {"code": 4110}, "data": []})
        assert refuses(lambda: trackingmore.register(Outside(), KEYS, UPS))
    with playing("api.trackingmore.com") as api:
        api.will(200, {"data": []})
        assert refuses(lambda: trackingmore.register(Outside(), KEYS, Parcel(number="1")))


def test_ship24_answers_with_all_that_it_knows() -> None:
    with playing("api.ship24.com") as api:
        api.will(200, {"data": recorded("ship24", "trackings.COMPOSED.json")})
        (made,) = ship24.register(Outside(), KEYS, Parcel(number="1", country="ES"))
        (asked,) = ship24.fetch(Outside(), KEYS, (Parcel(number="A 1"),))
    assert api.asked[0].body == {"trackingNumber": "1", "destinationCountryCode": "ES"}
    assert api.asked[1].url.endswith("/trackers/search/A%201/results")
    assert made == asked
    assert json.dumps(api.asked[1].body) == "{}"


def refuses(ask: Any) -> bool:
    try:
        ask()
    except SourceError as error:
        return error.permanent
    return False
