"""What the WhatsApp Cloud API puts on the wire, signed as it signs it.

The recordings are composed after its documentation (tests/recordings/whatsapp/SOURCES.md).
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

from app.channels.base import Text
from app.channels.receipts.base import ReceiptKind
from app.channels.sms.base import Letterhead, Told
from app.vocabulary import Medium

K = ReceiptKind
FOLDER = Path(__file__).parents[2] / "recordings" / "whatsapp"
HOST = "graph.facebook.com"
NUMBER_ID = "106540352242922"
KEYS = {"account_id": "102290129340398", "token": "EAAJB", "app_secret": "s3cret"}
HOOK = "https://doorstep.test/webhooks/texts/whatsapp/key"
HEAD = Letterhead(sender=NUMBER_ID, report_to=HOOK)
TEXT = Text(to="+13035550142", words="Ridge & Pine: Arriving Tuesday", ref="9f3c2b", medium=Medium.WHATSAPP)
RECEIPTS = {
    "taken": K.TAKEN,
    "delivered": K.DELIVERED,
    "read": K.DELIVERED,
    "bounced": K.BOUNCED,
    "failed": K.DROPPED,
}
HEARD = ("heard", "pressed", "picture")
OTHERS = ("preferred", "templates_changed")


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.COMPOSED.answer.json").read_bytes())
    return found


def delivery(what: str) -> bytes:
    return (FOLDER / f"{what}.COMPOSED.json").read_bytes()


def by_meta(body: bytes, by: str = KEYS["app_secret"]) -> dict[str, str]:
    digest = hmac.new(by.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}"}


def signed(what: str, sender: str | None = NUMBER_ID) -> Told:
    body = delivery(what)
    return Told(url=HOOK, headers=by_meta(body), body=body, sender=sender)
