"""WhatsApp's Cloud API for both sample shops: messages land in the demo's mailbox, and are told as read."""

import hashlib
import hmac
import json
import os
import re
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path
from threading import Timer
from typing import Any
from uuid import uuid4

import requests
from flask import Flask, Response, jsonify, request

from app.lib import clock
from demo import mail

HOST = "graph.facebook.com"
ACCOUNT, SECRET, TOKEN = "102290129340398", "sample-shops-secret", "sample-token-of-"
"""A token ends in the key of its shop: that is where we tell what became of a message."""
NUMBER_ID = "106540352242922"
ARRIVES_AFTER = 2.0
"""Seconds."""
PATIENCE = 10.0
BODY, OFFER = "Order {{order}}: {{headline}}. {{link}}", "{{headline}} {{link}}"
TEMPLATES: list[dict[str, Any]] = [
    {
        "name": name,
        "language": language,
        "category": category,
        "status": "APPROVED",
        "parameter_format": "NAMED",
        "components": [{"type": "BODY", "text": body}],
        "id": f"{name}-{language}",
    }
    for name, language, category, body in (
        ("order_update", "en", "UTILITY", BODY),
        ("order_update", "de", "UTILITY", BODY.replace("Order", "Bestellung")),
        ("offer", "en", "MARKETING", OFFER),
    )
]
PLACE = re.compile(r"\{\{(\w+)\}\}")

api = Flask("meta", static_folder=None)


@api.get("/v23.0/<account>/message_templates")
def templates(account: str) -> tuple[Response, int]:
    """Tell the templates, all on one page."""
    if _whose() is None or account != ACCOUNT:
        return _error(190, "Invalid OAuth access token", 401)
    return jsonify(data=TEMPLATES, paging={"cursors": {"before": "a", "after": "b"}}), 200


@api.post("/v23.0/<number>/messages")
def send(number: str) -> tuple[Response, int]:
    """Take a message: it is kept at once, and its fate told a little later."""
    shop = _whose()
    if shop is None or number != NUMBER_ID:
        return _error(190, "Invalid OAuth access token", 401)
    told = request.get_json()
    to, words = str(told.get("to", "")), _words(told)
    if not to.startswith("+"):
        return _error(131009, "Parameter value is not valid", 400)
    if words is None:
        return _error(132001, "Template name does not exist in the translation", 404)
    ident = f"wamid.{uuid4().hex}"
    message = EmailMessage()
    message["From"], message["To"] = f"WhatsApp <{NUMBER_ID}@whatsapp>", to
    message["Subject"] = "WhatsApp message"
    message["Message-ID"] = f"<{ident}@whatsapp>"
    message.set_content(words)
    mail.keep(Path(os.environ["DEMO_MAIL"]), [to], message.as_bytes())
    if told.get("biz_opaque_callback_data"):
        hook = f"{os.environ['DOORSTEP_URL']}/webhooks/texts/whatsapp/{shop}"
        Timer(ARRIVES_AFTER, _tell, (hook, ident, str(told["biz_opaque_callback_data"]))).start()
    return jsonify(messaging_product="whatsapp", contacts=[{"input": to}], messages=[{"id": ident}]), 200


def keys(shop_key: str) -> dict[str, str]:
    """Return what a sample shop enters."""
    return {"account_id": ACCOUNT, "token": f"{TOKEN}{shop_key}", "app_secret": SECRET}


def receipt(ident: str, ref: str) -> tuple[bytes, dict[str, str]]:
    """Return the delivery in which a message is told as read, and the header that signs it."""
    status = {
        "id": ident,
        "status": "read",
        "timestamp": str(int(clock.now().timestamp())),
        "biz_opaque_callback_data": ref,
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": NUMBER_ID},
        "statuses": [status],
    }
    entry = {"id": ACCOUNT, "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    digest = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Hub-Signature-256": f"sha256={digest}"}


def _tell(hook: str, ident: str, ref: str) -> None:
    body, headers = receipt(ident, ref)
    requests.post(hook, data=body, headers=headers, timeout=PATIENCE)


def _whose() -> str | None:
    """Return the key of the shop whose token was given; None for a stranger."""
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return given.removeprefix(TOKEN) if given.startswith(TOKEN) else None


def _words(told: Mapping[str, Any]) -> str | None:
    """Return what a message says; None where its template is not known in its language."""
    if told.get("type") == "text":
        return str(told["text"]["body"])
    asked = told["template"]
    alike = (
        it for it in TEMPLATES if (it["name"], it["language"]) == (asked["name"], asked["language"]["code"])
    )
    template = next(alike, None)
    if template is None:
        return None
    given = [it for part in asked["components"] if part["type"] == "body" for it in part["parameters"]]
    values = {it["parameter_name"]: it["text"] for it in given}
    return PLACE.sub(lambda found: str(values[found[1]]), template["components"][0]["text"])


def _error(code: int, message: str, status: int) -> tuple[Response, int]:
    return jsonify(error={"code": code, "message": f"(#{code}) {message}", "type": "OAuthException"}), status
