"""UPS's tracking API, as it answers whoever has keys: it carries parcels of Harbor Goods."""

import secrets
from zoneinfo import ZoneInfo

from flask import Flask, Response, jsonify, request

from demo.sales import Parcel, Sale, Scan
from demo.shoppers import HARBOR as SHOPPERS
from demo.shoppers import Place
from demo.stores import Json, Shelf
from demo.woocommerce.wire import HOST as HARBOR_HOST

HOST = "onlinetools.ups.com"
KEYS = {"client_id": "harbor-goods", "client_secret": "harbor-goods-demo-secret"}
LASTS = 14_399
"""Seconds of a pass."""
CODES = {
    "label_printed": ("M", "MP", "Shipper created a label, UPS has not received the package yet."),
    "carrier_picked_up": ("P", "PU", "Pickup Scan"),
    "in_transit": ("I", "AR", "Arrived at Facility"),
    "delayed": ("X", "LT", "A late trailer arrival has caused a delay."),
    "out_for_delivery": ("O", "OT", "Out For Delivery Today"),
    "delivered": ("D", "FS", "DELIVERED"),
}
ZONES = {"IE": "Europe/Dublin", "GB": "Europe/London", "US": "America/New_York"}
"""Everywhere else it is Berlin's time."""
TOWNS = {shopper.id: shopper.town for shopper in SHOPPERS}

api = Flask("ups", static_folder=None)


@api.post("/security/v1/oauth/token")
def token() -> tuple[Response, int]:
    """Give a pass for the keys."""
    given = request.authorization
    entered = {"client_id": given.username, "client_secret": given.password} if given else {}
    if entered != KEYS or request.form.get("grant_type") != "client_credentials":
        return _error("10401", "ClientId is Invalid"), 401
    issued = secrets.token_urlsafe(24)
    Shelf(HOST).put("pass", issued, {})
    return jsonify(token_type="Bearer", access_token=issued, expires_in=str(LASTS), status="approved"), 200  # noqa: S106 - a word of the protocol


@api.get("/api/track/v1/details/<number>")
def details(number: str) -> tuple[Response, int]:
    """Tell where a parcel is."""
    issued = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not issued or Shelf(HOST).get("pass", issued) is None:
        return _error("250002", "Invalid Authentication Information."), 401
    if not request.headers.get("transId") or not request.headers.get("transactionSrc"):
        return _error("250001", "Missing transaction headers."), 400
    found = _parcel(number)
    if found is None:
        return _error("TV1002", "Invalid inquiry number"), 404
    sale, parcel = found
    told = [_package(sale, parcel)] if parcel.scans else []
    warnings = {} if told else {"warnings": [{"code": "TW0001", "message": "Tracking Information Not Found"}]}
    return jsonify(trackResponse={"shipment": [{"inquiryNumber": number, "package": told, **warnings}]}), 200


def _parcel(number: str) -> tuple[Sale, Parcel] | None:
    for row in Shelf(HARBOR_HOST).every("sale"):
        sale = Sale.model_validate(row)
        for parcel in sale.parcels:
            if parcel.carrier == "ups" and number in parcel.numbers:
                return sale, parcel
    return None


def _package(sale: Sale, parcel: Parcel) -> Json:
    day = parcel.expected_at.strftime("%Y%m%d")
    newest_first = [_activity(scan) for scan in reversed(parcel.scans)]
    return {
        "trackingNumber": parcel.numbers[0],
        "deliveryDate": [{"type": "SDD", "date": day}],
        "packageAddress": [{"type": "DESTINATION", "address": _address(TOWNS[sale.shopper])}],
        "activity": newest_first,
        "currentStatus": newest_first[0]["status"],
        "packageCount": 1,
        "service": {"code": "011", "description": "UPS Standard"},
    }


def _activity(scan: Scan) -> Json:
    kind, code, text = CODES[scan.status]
    local = scan.at.astimezone(ZoneInfo(ZONES.get(scan.place[2], "Europe/Berlin")))
    offset = local.strftime("%z")
    return {
        "location": {"address": _address(scan.place)},
        "status": {"type": kind, "code": code, "description": text},
        "date": local.strftime("%Y%m%d"),
        "time": local.strftime("%H%M%S"),
        "gmtDate": scan.at.strftime("%Y%m%d"),
        "gmtTime": scan.at.strftime("%H:%M:%S"),
        "gmtOffset": f"{offset[:3]}:{offset[3:]}",
    }


def _address(place: Place) -> Json:
    city, region, country = place
    return {"city": city, "stateProvince": region, "countryCode": country, "country": country}


def _error(code: str, message: str) -> Response:
    return jsonify(response={"errors": [{"code": code, "message": message}]})
