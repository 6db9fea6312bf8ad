"""Gorgias: a ticket with the parcel's story as an internal note, once for each thing that is wrong.

https://developers.gorgias.com/reference/create-ticket. It knows no idempotency keys: before a ticket is
made a second time, it is asked for the one of our own name.
"""

import base64
from urllib.parse import quote

import orjson

from app.lib import reading
from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.listeners import alarms
from app.listeners.base import TICKETS, Field, Keys, Known, Listener, ListenerKind, Occasion, Request, Unfit
from app.listeners.base import is_name as is_subdomain


def check(keys: Keys) -> None:
    """Take a subdomain, and a name and key that can stand in a header."""
    if not is_subdomain(keys["subdomain"]):
        raise Unfit(
            merchant_sentence("The subdomain is what stands before .gorgias.com, such as ridge-and-pine."),
            "subdomain",
        )
    if not all(keys[name].isascii() and keys[name].isprintable() for name in ("email", "api_key")):
        raise Unfit(merchant_sentence("That is not an e-mail address and an API key."), "email")


def request(keys: Keys, occasion: Occasion) -> Request | None:
    """Return the ticket; none without somebody whom it could be about."""
    told = occasion.told
    email = told["data"]["order"]["customer"]["email"]
    if not email:
        return None
    note = {
        "channel": "internal-note",
        "via": "api",
        "from_agent": True,
        "sender": {"email": keys["email"]},
        "body_text": "\n".join(told["data"]["story"]),
    }
    ticket = {
        "channel": "api",
        "via": "api",
        "subject": alarms.subject(told),
        "external_id": occasion.key,
        "customer": {"email": email},
        "tags": [{"name": "doorstep"}, {"name": f"doorstep-{told['data']['says']['key']}"}],
        "messages": [note],
    }
    headers = _headers(keys) | {"Content-Type": "application/json"}
    return Request(url=_url(keys, "tickets"), body=orjson.dumps(ticket), headers=headers)


def made(answer: Json) -> str | None:
    """Return the ticket's number."""
    return reading.text(answer, "id")


def asked(keys: Keys, occasion: Occasion) -> Request:
    """Ask for the ticket of our own name."""
    url = _url(keys, f"tickets?external_id={quote(occasion.key, safe='')}")
    return Request(method="GET", url=url, headers=_headers(keys))


def is_known(answer: Json, occasion: Occasion) -> str | None:
    """Return its number where it is there."""
    rows = (row for row in reading.objects(answer, "data") if row.get("external_id") == occasion.key)
    return next((reading.text(row, "id") for row in rows), None)


def forget(keys: Keys, known: Known) -> Request:
    """Return the request to delete a ticket of ours."""
    return Request(
        method="DELETE", url=_url(keys, f"tickets/{quote(known.made, safe='')}"), headers=_headers(keys)
    )


def _url(keys: Keys, path: str) -> str:
    return f"https://{keys['subdomain']}.gorgias.com/api/{path}"


def _headers(keys: Keys) -> dict[str, str]:
    signed_in = base64.b64encode(f"{keys['email']}:{keys['api_key']}".encode()).decode()
    return {"Authorization": f"Basic {signed_in}"}


PLUGIN = Listener(
    key="gorgias",
    label="Gorgias",
    kind=ListenerKind.DESK,
    fields=(
        Field(
            name="subdomain",
            label=merchant_sentence("Subdomain"),
            help=merchant_sentence("What stands before .gorgias.com."),
            is_secret=False,
        ),
        Field(name="email", label=merchant_sentence("Agent’s e-mail address"), is_secret=False),
        Field(name="api_key", label=merchant_sentence("API key")),
    ),
    manual=merchant_sentence(
        "In Gorgias, Settings → Account → REST API: the username is the e-mail address."
    ),
    hears=TICKETS,
    starts_with=alarms.TICKETS,
    check=check,
    request=request,
    made=made,
    asked=asked,
    is_known=is_known,
    forget=forget,
    forgets=merchant_sentence(
        "to delete each ticket that was opened about them; its own record of them a person has to delete"
    ),
)
