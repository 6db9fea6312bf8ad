"""What the carriers are asked, the passes that they give, and what becomes of their answers."""

from datetime import timedelta
from typing import Any

import pytest

from app.carriers import dhl, fedex, ups, usps
from app.carriers.base import KeyRefused, NotData, Parcel, SourceError, TooOften, Update
from app.lib.http import Outside
from tests.contracts.sources.network import playing
from tests.contracts.sources.test_aggregators import recorded

KEYS = {"client_id": "id", "client_secret": "s+/=&ecret", "access_token": "a-pass", "api_key": "a-key"}


def test_ups_gives_a_pass_for_the_keys() -> None:
    with playing("onlinetools.ups.com") as api:
        api.will(200, {"access_token": "ups-pass", "expires_in": "14399", "token_type": "Bearer"})
        given = ups.authorize(Outside(), KEYS)
    assert (given.token, given.lasts) == ("ups-pass", timedelta(seconds=14399))
    assert api.asked[0].body == {"grant_type": "client_credentials"}
    assert api.asked[0].headers["Authorization"].startswith("Basic ")


def test_fedex_and_usps_take_the_keys_in_the_body() -> None:
    for plugin, host in ((fedex, "apis.fedex.com"), (usps, "apis.usps.com")):
        with playing(host) as api:
            api.will(200, {"access_token": "p", "expires_in": 3599})
            assert plugin.authorize(Outside(), KEYS).lasts == timedelta(seconds=3599)
        assert api.asked[0].body["client_id"] == "id"
        assert api.asked[0].body["client_secret"] == "s+/=&ecret"


def test_keys_that_give_no_pass_are_refused() -> None:
    refusals: list[tuple[int, dict[str, Any]]] = [
        (401, {"response": {"errors": [{"code": "10401", "message": "ClientId is Invalid"}]}}),
        (400, {"error": "invalid_client", "error_description": "Client authentication failed."}),
    ]
    for status, body in refusals:
        with playing("onlinetools.ups.com") as api:
            api.will(status, body)
            with pytest.raises(KeyRefused):
                ups.authorize(Outside(), KEYS)


def test_a_pass_that_does_not_come_is_asked_for_again() -> None:
    with playing("apis.usps.com") as api:
        api.will(429, {}, Retry_After="60")
        with pytest.raises(TooOften) as raised:
            usps.authorize(Outside(), KEYS)
    assert raised.value.retry_after == timedelta(seconds=60)
    bodies: list[dict[str, Any]] = [{}, {"access_token": ["x"]}]
    for body in bodies:
        with playing("apis.usps.com") as api:
            api.will(200, body)
            with pytest.raises(NotData):
                usps.authorize(Outside(), KEYS)


def test_ups_is_asked_for_one_number_with_its_pass() -> None:
    with playing("onlinetools.ups.com") as api:
        api.will(200, recorded("ups", "track.COMPOSED.answer.json"))
        updates = ups.fetch(Outside(), KEYS, (Parcel(number="1Z/9?", carrier="ups"),))
    assert len(updates) == 2
    assert "/api/track/v1/details/1Z%2F9%3F?" in api.asked[0].url
    assert api.asked[0].headers["Authorization"] == "Bearer a-pass"


def test_fedex_is_asked_for_thirty_numbers_at_once() -> None:
    parcels = tuple(Parcel(number=str(number)) for number in range(fedex.PLUGIN.at_once))
    with playing("apis.fedex.com") as api:
        api.will(200, recorded("fedex", "track.COMPOSED.answer.json"))
        fedex.fetch(Outside(), KEYS, parcels)
    asked = [one["trackingNumberInfo"]["trackingNumber"] for one in api.asked[0].body["trackingInfo"]]
    assert asked == [str(number) for number in range(30)]


def test_dhl_is_told_the_postcode() -> None:
    with playing("api-eu.dhl.com") as api:
        api.will(200, recorded("dhl", "shipments.COMPOSED.answer.json"))
        dhl.fetch(Outside(), KEYS, (Parcel(number="JD014600006281230704", postcode="10115"),))
    assert "recipientPostalCode=10115" in api.asked[0].url
    assert api.asked[0].headers["DHL-API-Key"] == "a-key"


def test_an_unknown_number_is_an_answer_and_every_other_error_is_not() -> None:
    parcels = (Parcel(number="1"),)
    with playing("apis.usps.com") as api:
        api.will(400, recorded("usps", "unknown.COMPOSED.answer.json"))
        assert usps.fetch(Outside(), KEYS, parcels) == not_found("usps")
    with playing("apis.usps.com") as api:
        api.will(400, {"error": {"code": "400", "errors": [{"code": "020001"}]}})
        with pytest.raises(SourceError, match="020001"):
            usps.fetch(Outside(), KEYS, parcels)
    with playing("onlinetools.ups.com") as api:
        api.will(404, recorded("ups", "invalid.COMPOSED.answer.json"))
        assert ups.fetch(Outside(), KEYS, parcels) == not_found("ups")
    with playing("onlinetools.ups.com") as api:
        api.will(200, recorded("ups", "not_found.COMPOSED.answer.json"))
        assert ups.fetch(Outside(), KEYS, parcels) == not_found("ups")
    with playing("onlinetools.ups.com") as api:
        api.will(400, {"response": {"errors": [{"code": "250003"}]}})
        with pytest.raises(SourceError, match="250003"):
            ups.fetch(Outside(), KEYS, parcels)
    with playing("api-eu.dhl.com") as api:
        api.will(404, recorded("dhl", "unknown.COMPOSED.answer.json"))
        assert dhl.fetch(Outside(), KEYS, parcels) == not_found("dhl")
    with playing("apis.fedex.com") as api:
        api.will(200, recorded("fedex", "track.COMPOSED.answer.json"))
        told = fedex.fetch(Outside(), KEYS, parcels)
    assert [update.number for update in told if update.is_not_found] == ["000000000000"]


def not_found(carrier: str) -> tuple[Update, ...]:
    return (Update(number="1", carrier=carrier, is_not_found=True),)
