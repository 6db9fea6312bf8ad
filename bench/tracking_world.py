"""Carriers that know what simulated parcels have done by now, and keep count of who asks."""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from app.carriers.base import Source
from app.lib import clock, http

HOSTS = {
    "ups": "onlinetools.ups.com",
    "fedex": "apis.fedex.com",
    "usps": "apis.usps.com",
    "dhl": "api-eu.dhl.com",
}
WAY = ("label", "picked_up", "moved", "moved", "moved", "van", "delivered")
CODES = {
    "ups": {"label": "M/MP", "picked_up": "P/PU", "moved": "I/DP", "van": "O/OT", "delivered": "D/FS"},
    "fedex": {"label": "OC", "picked_up": "PU", "moved": "DP", "van": "OD", "delivered": "DL"},
    "usps": {"label": "GX", "picked_up": "03", "moved": "10", "van": "OF", "delivered": "01"},
    "dhl": {"label": "pre-transit", "picked_up": "transit", "moved": "transit", "van": "transit",
            "delivered": "delivered"},
}  # fmt: skip
Step = tuple[datetime, str]


class World:
    """Every parcel's way, what was asked about it, and how long what had happened was not known."""

    def __init__(self, parcels: Iterable[int], begins: datetime) -> None:
        self.ways = {f"P{number}": _way(Random(number), begins) for number in parcels}
        self.known: Counter[str] = Counter()
        self.begins = begins
        self.requests: Counter[str] = Counter()
        self.numbers: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.moments: dict[tuple[str, str], list[float]] = defaultdict(list)
        self.lags: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def playing(self, sources: Mapping[str, Source]) -> Iterator[None]:
        """Answer for every carrier."""
        for key in sources:
            http.play(HOSTS[key], _Carrier(self, sources[key]))
        yield
        for key in sources:
            http.play(HOSTS[key], None)

    def steps(self, key: str, number: str) -> list[Step]:
        """Return what a parcel has done by now, newest first; whoever asks learns of it."""
        now = clock.now()
        done = [step for step in self.ways[number] if step[0] <= now]
        for at, _ in done[self.known[number] :]:
            if at >= self.begins:
                self.lags[key].append((now - at).total_seconds())
        self.known[number] = len(done)
        self.numbers[key] += 1
        return done[::-1]


class _Carrier(BaseAdapter):
    """One carrier's API, with its limits for each account."""

    def __init__(self, world: World, source: Source) -> None:
        super().__init__()
        self.world, self.source, self.key = world, source, source.key
        self._windows: dict[tuple[str, int], deque[float]] = defaultdict(deque)
        self._passes = 0

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:  # noqa: ANN401 - requests' own
        url = str(request.url)
        if "/oauth" in url:
            self._passes += 1
            return _answer(
                request, 200, {"access_token": f"{self.key}-{self._passes}", "expires_in": "86399"}
            )
        account = request.headers.get("Authorization") or request.headers["DHL-API-Key"]
        if not self._lets_in(account):
            self.world.refused[self.key] += 1
            return _answer(request, 429, {})
        return _answer(request, 200, self._told(url, request.body))

    def close(self) -> None:
        """Nothing is open."""

    def _lets_in(self, account: str) -> bool:
        now = clock.now().timestamp()
        self.world.requests[self.key] += 1
        self.world.moments[self.key, account].append(now)
        is_in = True
        for place, limit in enumerate(self.source.limits):
            window = self._windows[account, place]
            while window and window[0] <= now - limit.per.total_seconds():
                window.popleft()
            window.append(now)
            is_in = is_in and len(window) <= limit.requests
        return is_in

    def _told(self, url: str, body: Any) -> dict[str, Any]:  # noqa: ANN401 - requests' own
        if self.key == "fedex":
            asked = [one["trackingNumberInfo"]["trackingNumber"] for one in json.loads(body)["trackingInfo"]]
            return {"output": {"completeTrackResults": [_fedex(n, self._steps(n)) for n in asked]}}
        if self.key == "dhl":
            number = url.partition("trackingNumber=")[2].partition("&")[0]
            return {"shipments": [_dhl(number, self._steps(number))]}
        number = url.partition("?")[0].rpartition("/")[2]
        told = _ups if self.key == "ups" else _usps
        return told(number, self._steps(number))

    def _steps(self, number: str) -> list[Step]:
        return [(at, CODES[self.key][what]) for at, what in self.world.steps(self.key, number)]


def _way(chance: Random, begins: datetime) -> list[Step]:
    """Return a parcel's steps: it left some time in the last days, so that the day sees all of them."""
    at = begins + timedelta(hours=chance.uniform(-96, 12))
    steps = []
    for what in WAY:
        steps.append((at.replace(microsecond=0), what))
        at += timedelta(hours=chance.uniform(3, 6) if what == "van" else chance.uniform(8, 26))
    return steps


def _ups(number: str, steps: list[Step]) -> dict[str, Any]:
    lines = [
        {
            "status": dict(zip(("type", "code"), code.split("/"), strict=True)),
            "gmtDate": f"{at:%Y%m%d}",
            "gmtTime": f"{at:%H%M%S}",
        }
        for at, code in steps
    ]
    return {"trackResponse": {"shipment": [{"package": [{"trackingNumber": number, "activity": lines}]}]}}


def _fedex(number: str, steps: list[Step]) -> dict[str, Any]:
    events = [{"eventType": code, "date": at.isoformat()} for at, code in steps]
    record = {"trackingNumberInfo": {"trackingNumber": number}, "scanEvents": events}
    return {"trackingNumber": number, "trackResults": [record]}


def _usps(number: str, steps: list[Step]) -> dict[str, Any]:
    events = [{"eventCode": code, "GMTTimestamp": at.isoformat()} for at, code in steps]
    return {"trackingNumber": number, "trackingEvents": events}


def _dhl(number: str, steps: list[Step]) -> dict[str, Any]:
    return {"id": number, "events": [{"timestamp": at.isoformat(), "statusCode": code} for at, code in steps]}


def _answer(request: PreparedRequest, status: int, body: dict[str, Any]) -> Response:
    response = Response()
    response.status_code, response.url, response.request = status, str(request.url), request
    response.headers["Content-Type"] = "application/json"
    response.raw = HTTPResponse(BytesIO(json.dumps(body).encode()), status=status, preload_content=False)
    return response
