"""Meta's Cloud API: messages by the Graph, signed webhooks of what became of them, and of what is written."""

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote

import orjson
from requests import codes

from app.channels.base import SendError, Text
from app.channels.receipts.base import Receipt, ReceiptKind
from app.channels.sms.base import (
    Field,
    Heard,
    Keys,
    Letterhead,
    Preferred,
    Provider,
    Said,
    TemplatesChanged,
    Told,
)
from app.channels.sms.calls import AWAY, KeysRefused, ask
from app.channels.whatsapp.numbers import number_of, spellings
from app.channels.whatsapp.templates import Template, read
from app.lib import clock, reading
from app.lib.http import Outside, Unreachable
from app.lib.reading import Json, Unreadable
from app.lib.words import merchant_sentence
from app.vocabulary import Medium

API = "https://graph.facebook.com/v23.0"
LISTED = "name,language,category,status,components,parameter_format"
PAGE, MOST_PAGES = 100, 25
KEYS = (0, 10, 190, *range(200, 300), 131005)
"""The token is over, or may not do this."""
OURS = (
    1,
    2,
    3,
    4,
    368,
    80007,
    130429,
    131016,
    131031,
    131037,
    131042,
    131045,
    131048,
    131057,
    133004,
    133010,
)
"""The service is away, or the account is too quick, blocked, unpaid, unregistered: every message."""
LATER = (131047, 131056)
"""Their conversation has just closed, so that a template is needed; too many to this one number."""
NOT_THERE = (131021, 131026)
"""The number is our own, or nobody on WhatsApp can be reached under it."""
KINDS = {
    "sent": ReceiptKind.TAKEN,
    "delivered": ReceiptKind.DELIVERED,
    "read": ReceiptKind.DELIVERED,
    "failed": ReceiptKind.DROPPED,
}
SIGNATURE, SCHEME = "x-hub-signature-256", "sha256="
OF_TEMPLATES = (
    "message_template_status_update",
    "template_category_update",
    "message_template_components_update",
)
SILENT = ("system", "reaction", "unsupported", "unknown")
"""What tells of somebody, and is nothing that they wrote to us."""


def send(outside: Outside, keys: Keys, head: Letterhead, text: Text) -> str:
    """Hand over a message; returns its id."""
    kind = (
        {"type": "text", "text": {"body": text.words, "preview_url": False}}
        if text.template is None
        else {
            "type": "template",
            "template": {
                "name": text.template.name,
                "language": {"code": text.template.language},
                "components": list(text.template.components),
            },
        }
    )
    message = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": text.to,
        **kind,
        "biz_opaque_callback_data": text.ref,
    }
    url = f"{API}/{quote(head.sender, safe='')}/messages"
    status, answer = ask(outside, url, json=message, headers=_bearer(keys))
    if codes.ok <= status < codes.multiple_choices:
        if answer is None:
            raise SendError(
                merchant_sentence("it answers %(status)s with something else than data", status=status),
                unknown=True,
                permanent=True,
            )
        return reading.first_text(answer, "messages", "id") or ""
    raise refusal(status, answer)


def refusal(status: int, answer: Json | None) -> SendError:
    """Return why a message was not taken; the Graph's own code says more than the status of its answer."""
    code = _code(reading.object_(answer or {}, "error"))
    said = (
        f"WhatsApp {code}" if code is not None else merchant_sentence("it answers %(status)s", status=status)
    )
    if code in KEYS or (code is None and status in (codes.unauthorized, codes.forbidden)):
        return KeysRefused(code if code is not None else status)
    if code in OURS or (code is None and status in AWAY):
        return SendError(said, everyone=True)
    if code in LATER:
        return SendError(said)
    if status >= codes.server_error:
        return SendError(said, unknown=True)
    return SendError(said, permanent=True, bad_address=code in NOT_THERE)


def templates(outside: Outside, keys: Keys) -> list[Template]:
    """Return every template of an account, approved or not; raises Unreachable, KeysRefused, Unreadable."""
    url = f"{API}/{quote(keys['account_id'], safe='')}/message_templates"
    found, after = list[Template](), ""
    for _ in range(MOST_PAGES):
        asked = {"fields": LISTED, "limit": str(PAGE), **({"after": after} if after else {})}
        response = outside.get(url, params=asked, headers=_bearer(keys), allow_redirects=False)
        answer = _data(response.content)
        if response.status_code != codes.ok:
            refused = refusal(response.status_code, answer)
            if isinstance(refused, KeysRefused):
                raise refused
            raise Unreachable(str(refused), permanent=refused.permanent)
        found += [read(one) for one in reading.objects(answer, "data")]
        paging = reading.object_(answer, "paging")
        after = reading.text(reading.object_(paging, "cursors"), "after") or ""
        if not after or not paging.get("next"):
            return found
    raise Unreadable("there are too many templates")


def verify(told: Told, keys: Keys) -> bool:
    """Believe what is signed with the app's secret, over these very bytes."""
    given = told.headers.get(SIGNATURE, "").strip().lower().encode()
    digest = hmac.new(keys["app_secret"].encode(), told.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"{SCHEME}{digest}".encode(), given)


def greeted(query: str) -> tuple[str, str] | None:
    """Return the token and the challenge of a query that asks whether the address is ours."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    if asked.get("hub.mode") != "subscribe" or not asked.get("hub.challenge"):
        return None
    return asked.get("hub.verify_token", ""), asked["hub.challenge"]


def parse(told: Told) -> tuple[Said, ...]:
    """Return what became of messages, what people wrote, and whether other templates are approved."""
    try:
        body = orjson.loads(told.body)
    except ValueError as error:
        raise Unreadable("it is no JSON") from error
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        raise Unreadable("it is not about a WhatsApp account")
    changes = (
        change for entry in reading.objects(body, "entry") for change in reading.objects(entry, "changes")
    )
    said = [it for change in changes for it in _said(change, told.sender)]
    return tuple(dict.fromkeys(said))


def _said(change: Json, number: str | None) -> Iterator[Said]:
    value, field = reading.object_(change, "value"), reading.text(change, "field")
    if field in OF_TEMPLATES:
        yield TemplatesChanged()
    about = reading.text(reading.object_(value, "metadata"), "phone_number_id")
    if number is not None and about not in (None, number):
        return
    if field == "messages":
        yield from filter(None, map(_receipt, reading.objects(value, "statuses")))
        yield from (
            _heard(one)
            for one in reading.objects(value, "messages")
            if reading.text(one, "type") not in SILENT
        )
    elif field == "user_preferences":
        for one in reading.objects(value, "user_preferences"):
            wants = {"stop": False, "resume": True}.get(reading.text(one, "value") or "")
            if wants is not None and reading.text(one, "category") == "marketing_messages":
                yield Preferred(
                    sender=number_of(reading.required(one, "wa_id")), wants_offers=wants, at=_at(one)
                )


def _receipt(status: Json) -> Receipt | None:
    ref, what = reading.text(status, "biz_opaque_callback_data"), reading.text(status, "status") or ""
    kind = KINDS.get(what)
    if ref is None or kind is None:
        return None
    code = next((it for error in reading.objects(status, "errors") if (it := _code(error)) is not None), None)
    if kind is ReceiptKind.DROPPED and code in NOT_THERE:
        kind = ReceiptKind.BOUNCED
    return Receipt(
        ref=ref,
        kind=kind,
        at=_at(status),
        event_id=f"{reading.required(status, 'id')}:{what}",
        detail=None if code is None else str(code),
    )


def _heard(message: Json) -> Heard:
    kind = reading.required(message, "type")
    told = reading.object_(message, kind)
    chosen = reading.object_(told, "button_reply") or reading.object_(told, "list_reply")
    words = next(
        filter(
            None,
            (
                *(reading.text(told, name) for name in ("body", "text", "caption")),
                reading.text(chosen, "title"),
            ),
        ),
        f"[{kind}]",
    )
    number, *others = spellings(number_of(reading.required(message, "from")))
    return Heard(
        id=reading.required(message, "id"),
        sender=number,
        words=words,
        at=_at(message),
        spellings=tuple(others),
    )


def _at(told: Json) -> datetime:
    """Return when something was, which is never to come; raises Unreadable."""
    seconds = reading.whole(told, "timestamp")
    if seconds is None:
        raise Unreadable("it has no timestamp")
    try:
        at = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise Unreadable("timestamp is no time") from error
    return min(at, clock.now())


def _code(error: Json) -> int | None:
    code = error.get("code")
    return code if isinstance(code, int) and not isinstance(code, bool) else None


def _data(content: bytes) -> Json:
    try:
        answer = orjson.loads(content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _bearer(keys: Keys) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys['token']}"}


PLUGIN = Provider(
    key="whatsapp",
    label="WhatsApp",
    medium=Medium.WHATSAPP,
    fields=(
        Field(name="account_id", label=merchant_sentence("WhatsApp Business Account ID"), is_secret=False),
        Field(
            name="token",
            label=merchant_sentence("Access token"),
            help=merchant_sentence("Of a system user, with both WhatsApp permissions; it never ends."),
        ),
        Field(
            name="app_secret",
            label=merchant_sentence("App secret"),
            help=merchant_sentence("In your Meta app’s basic settings: it signs what Meta tells us."),
        ),
    ),
    manual=merchant_sentence(
        "In Meta’s App Dashboard, under WhatsApp, API Setup: the IDs of your number and your account. Under "
        "Configuration: the webhook address and its token, with the fields messages, "
        "message_template_status_update, template_category_update and user_preferences."
    ),
    send=send,
    verify=verify,
    parse=parse,
    greeted=greeted,
)
