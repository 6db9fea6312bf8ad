"""Twilio of both sample shops: texts land in the demo's mailbox, and are told as delivered."""

import hashlib
import hmac
import os
from base64 import b64encode
from email.message import EmailMessage
from pathlib import Path
from threading import Timer
from uuid import uuid4

import requests
from flask import Flask, Response, jsonify, request

from demo import mail

HOST = "api.twilio.com"
KEYS = {"account_sid": "AC0123456789abcdef0123456789abcdef", "auth_token": "sample-shops-demo-token"}
SENDER = "+15005550006"
ARRIVES_AFTER = 2.0
"""Seconds."""
PATIENCE = 10.0

api = Flask("twilio", static_folder=None)


@api.post("/2010-04-01/Accounts/<account>/Messages.json")
def send(account: str) -> tuple[Response, int]:
    """Take a text: it is kept at once, and its fate told a little later."""
    given = request.authorization
    signed_in = given is not None and (given.username, given.password) == tuple(KEYS.values())
    if not signed_in or account != KEYS["account_sid"]:
        return _error(20003, "Authenticate", 401)
    to, words = request.form.get("To", ""), request.form.get("Body", "")
    if not to.startswith("+"):
        return _error(21211, f"The 'To' number {to} is not a valid phone number.", 400)
    if not words:
        return _error(21602, "Message body is required.", 400)
    sid, told_at = f"SM{uuid4().hex}", request.form.get("StatusCallback", "")
    text = EmailMessage()
    text["From"], text["To"], text["Subject"] = f"Text <{SENDER}>", to, "Text message"
    text["Message-ID"] = f"<{sid}@twilio>"
    text.set_content(words)
    mail.keep(Path(os.environ["DEMO_MAIL"]), [to], text.as_bytes())
    if told_at:
        Timer(ARRIVES_AFTER, _tell, (told_at, sid, to)).start()
    return jsonify(sid=sid, status="queued", to=to, body=words, price=None, price_unit="USD"), 201


def receipt(url: str, sid: str, to: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the form in which a text is told as delivered, and the headers that sign it."""
    form = {
        "AccountSid": KEYS["account_sid"],
        "From": SENDER,
        "MessageSid": sid,
        "MessageStatus": "delivered",
        "To": to,
    }
    written = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.digest(KEYS["auth_token"].encode(), written.encode(), hashlib.sha1)
    return form, {"X-Twilio-Signature": b64encode(digest).decode()}


def _tell(url: str, sid: str, to: str) -> None:
    form, headers = receipt(url, sid, to)
    requests.post(url, data=form, headers=headers, timeout=PATIENCE)


def _error(code: int, message: str, status: int) -> tuple[Response, int]:
    return jsonify(code=code, message=message, status=status), status
