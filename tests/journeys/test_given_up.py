"""A source gives up a parcel after some weeks without news; it is followed again until it arrives."""

import hashlib
import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from app.carriers.base import Scan, Update
from app.lib import clock
from app.shops.models import Errand
from app.tracking.scans import scans
from app.tracking.sources import following
from app.vocabulary import ShipmentStatus as S
from tests.journeys.conftest import StoreVoice
from tests.journeys.test_sources import NUMBER, parcel, with_parcel


@pytest.mark.parametrize(
    ("status", "asked"), [(S.IN_TRANSIT, [following.FOLLOW]), (S.DELIVERED, [])], ids=["open", "arrived"]
)
def test_a_parcel_that_its_source_has_given_up_is_followed_again_until_it_arrives(
    shopify_store: StoreVoice, status: S, asked: list[str]
) -> None:
    voice = with_parcel(shopify_store, key="17track", keys={"api_key": "key"})
    at = clock.now() - timedelta(minutes=5)
    told = Update(
        number=NUMBER, scans=(Scan(external_id="1", status=status, raw_status="x", happened_at=at),)
    )
    scans.keep_update(voice.session, voice.shop.id, told, source="17track", heard_at=at)
    voice.session.execute(delete(Errand))
    parcel(voice.session).followed_by = "17track"
    voice.session.commit()
    body = json.dumps({"event": "TRACKING_STOPPED", "data": {"number": NUMBER}}).encode()
    url, headers = f"/webhooks/carriers/17track/{voice.shop.key}", {"sign": signed(body)}
    assert voice.client.post(url, data=body, headers=headers).status_code == 200
    voice.settle()
    assert voice.session.scalars(select(Errand.kind).filter_by(kind=following.FOLLOW)).all() == asked
    assert parcel(voice.session).followed_by == (None if asked else "17track")
    assert (parcel(voice.session).heard_at, parcel(voice.session).status) == (at, status)


def signed(body: bytes) -> str:
    return hashlib.sha256(body + b"/key").hexdigest()
