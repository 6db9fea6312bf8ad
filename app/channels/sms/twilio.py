"""Twilio: texts by its Messages API, and what it tells at addresses of ours, signed with either scheme.

A webhook that is answered with plain text sends that text to the shopper: it gets an empty document.
"""

import hashlib
import hmac
from base64 import b64encode
from urllib.parse import SplitResult, parse_qs, parse_qsl, quote, urlencode, urlsplit

from app.channels.base import SendError, Text
from app.channels.receipts.base import Receipt, ReceiptKind
from app.channels.sms.base import Answer, Field, Heard, Keys, Letterhead, Provider, Told
from app.channels.sms.calls import post
from app.lib import clock
from app.lib.http import Outside
from app.lib.reading import Unreadable
from app.lib.words import merchant_sentence

API = "https://api.twilio.com/2010-04-01/Accounts"
SERVICE = "MG"
"""How the name of a messaging service begins, which picks the number itself."""
SIGNATURE, SETTINGS = "x-twilio-signature", "x-twilio-webhooks-signature-settings"
SCHEMES = {"HMAC_SHA1": ("auth_token", hashlib.sha1), "HMAC_SHA256": ("webhook_key", hashlib.sha256)}
"""Which of the merchant's secrets signs with which digest; without the second header it is the first."""
DEFAULT_PORTS = {"https": 443, "http": 80}
REF = "ref"
NOT_A_NUMBER = (21211, 21614, 21217, 21421, 30005, 30006)
"""Nobody can be reached there: no such number, a landline."""
OURS = (20005, 20429, 21212, 21603, 21606, 21611, 21659, 21660, 21705, 30001, 30002, 63038)
"""The account or its number is at fault, and so every text."""
KINDS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), ReceiptKind.TAKEN),
    **dict.fromkeys(("delivered", "read"), ReceiptKind.DELIVERED),
    **dict.fromkeys(("undelivered", "failed", "canceled"), ReceiptKind.DROPPED),
}
ANSWERED = (
    *("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"),
    *("help", "info", "start", "yes", "unstop"),
)
"""What Twilio answers by itself, in English, where the merchant has not had that switched off."""


def send(outside: Outside, keys: Keys, head: Letterhead, text: Text) -> str:
    """Hand over a text; returns its SID."""
    account = quote(keys["account_sid"], safe="")
    by = "MessagingServiceSid" if head.sender.startswith(SERVICE) else "From"
    form = {
        "To": text.to,
        by: head.sender,
        "Body": text.words,
        "StatusCallback": f"{head.report_to}?{urlencode({REF: text.ref})}",
    }
    keyring = keys["account_sid"], keys["auth_token"]
    is_taken, answer = post(outside, f"{API}/{account}/Messages.json", data=form, auth=keyring)
    if is_taken:
        return str(answer.get("sid") or "")
    code = answer.get("code") if isinstance(answer.get("code"), int) else 0
    raise SendError(
        f"Twilio {code}",
        permanent=code not in OURS,
        everyone=code in OURS,
        bad_address=code in NOT_A_NUMBER,
    )


def verify(told: Told, keys: Keys) -> bool:
    """Believe what is signed with the auth token, or with the key that the second scheme names.

    Twilio signs the address that it was given, with the port or without it, and every field of the form.
    """
    name, digest = SCHEMES.get(_scheme(told.headers.get(SETTINGS, "")), ("", hashlib.sha1))
    secret = keys.get(name)
    if not secret:
        return False
    try:
        fields = sorted(set(parse_qsl(told.body.decode(), keep_blank_values=True, strict_parsing=False)))
    except ValueError:
        return False
    written = "".join(f"{field}{value}" for field, value in fields)
    given = told.headers.get(SIGNATURE, "").encode()
    expected = (
        b64encode(hmac.digest(secret.encode(), f"{url}{written}".encode(errors="replace"), digest))
        for url in _addresses(told.url)
    )
    return any([hmac.compare_digest(one, given) for one in expected])  # noqa: C419 - each takes its time


def parse(told: Told) -> tuple[Receipt | Heard, ...]:
    """Return what became of a text, or what somebody texted."""
    try:
        form = dict(parse_qsl(told.body.decode(), keep_blank_values=True))
    except ValueError as error:
        raise Unreadable("it is no form") from error
    sid = form.get("MessageSid") or form.get("SmsSid")
    if not sid:
        raise Unreadable("it has no MessageSid")
    status = form.get("MessageStatus") or form.get("SmsStatus") or ""
    if status == "received" or ("Body" in form and "MessageStatus" not in form):
        words = form.get("Body", "")
        answered = bool(form.get("OptOutType")) or words.strip().lower() in ANSWERED
        return (Heard(id=sid, sender=form.get("From", ""), words=words, is_answered=answered),)
    ref, kind = parse_qs(urlsplit(told.url).query).get(REF, [""])[0], KINDS.get(status)
    if not ref or kind is None:
        return ()
    code = form.get("ErrorCode", "")
    if kind is ReceiptKind.DROPPED and code.isdecimal() and int(code) in NOT_A_NUMBER:
        kind = ReceiptKind.BOUNCED
    return (Receipt(ref=ref, kind=kind, at=clock.now(), event_id=f"{sid}:{status}", detail=code or None),)


def _scheme(settings: str) -> str:
    """Return the scheme that a "key=…,algorithm=…" names."""
    named = (part.partition("=") for part in settings.split(","))
    return next((value.strip() for name, _, value in named if name.strip() == "algorithm"), "HMAC_SHA1")


def _addresses(url: str) -> tuple[str, str]:
    """Return an address without its port and with it: Twilio signs now the one and now the other."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = parts.port or DEFAULT_PORTS.get(parts.scheme, 443)
    return _at(parts, host), _at(parts, f"{host}:{port}")


def _at(parts: SplitResult, where: str) -> str:
    return parts._replace(netloc=where).geturl()


PLUGIN = Provider(
    key="twilio",
    label="Twilio",
    fields=(
        Field(name="account_sid", label=merchant_sentence("Account SID"), is_secret=False),
        Field(name="auth_token", label=merchant_sentence("Auth token")),
        Field(
            name="webhook_key",
            label=merchant_sentence("Webhook signing key"),
            help=merchant_sentence(
                "Only where your account signs its webhooks with a key of their own (HMAC-SHA256)."
            ),
            is_optional=True,
        ),
    ),
    manual=merchant_sentence(
        "In Twilio’s console: the account SID and the auth token are on the first page. The webhook address "
        "belongs under Phone numbers, your number, “A message comes in”, as a POST."
    ),
    send=send,
    verify=verify,
    parse=parse,
    answer=Answer(body="<Response/>", content_type="text/xml"),
)
