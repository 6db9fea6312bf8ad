"""Zendesk Support: a ticket with the parcel's story as an internal note, once for each thing that is wrong.

https://developer.zendesk.com/api-reference/ticketing/tickets/tickets/#create-ticket. It knows keys for two
hours; before a second try it is asked for the ticket of our own name as well.
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
    """Take a subdomain, and a name and token that can stand in a header."""
    if not is_subdomain(keys["subdomain"]):
        raise Unfit(
            merchant_sentence("The subdomain is what stands before .zendesk.com, such as ridge-and-pine."),
            "subdomain",
        )
    if not all(keys[name].isascii() and keys[name].isprintable() for name in ("email", "token")):
        raise Unfit(merchant_sentence("That is not an e-mail address and an API token."), "email")


def request(keys: Keys, occasion: Occasion) -> Request | None:
    """Return the ticket; none without somebody whom it could be about."""
    told = occasion.told
    customer = told["data"]["order"]["customer"]
    if not customer["email"]:
        return None
    name = " ".join(filter(None, (customer["first_name"], customer["last_name"]))) or customer["email"]
    ticket = {
        "subject": alarms.subject(told),
        "comment": {"body": "\n".join(told["data"]["story"]), "public": False},
        "requester": {"name": name, "email": customer["email"]},
        "external_id": occasion.key,
        "tags": ["doorstep", f"doorstep_{told['data']['says']['key']}"],
    }
    also = {"Content-Type": "application/json", "Idempotency-Key": occasion.key}
    return Request(
        url=_url(keys, "tickets.json"), body=orjson.dumps({"ticket": ticket}), headers=_headers(keys) | also
    )


def made(answer: Json) -> str | None:
    """Return the ticket's number."""
    return reading.text(reading.object_(answer, "ticket"), "id")


def asked(keys: Keys, occasion: Occasion) -> Request:
    """Ask for the ticket of our own name."""
    url = _url(keys, f"tickets.json?external_id={quote(occasion.key, safe='')}")
    return Request(method="GET", url=url, headers=_headers(keys))


def is_known(answer: Json, occasion: Occasion) -> str | None:
    """Return its number where it is there."""
    rows = (row for row in reading.objects(answer, "tickets") if row.get("external_id") == occasion.key)
    return next((reading.text(row, "id") for row in rows), None)


def forget(keys: Keys, known: Known) -> Request:
    """Return the request to delete a ticket of ours."""
    return Request(
        method="DELETE", url=_url(keys, f"tickets/{quote(known.made, safe='')}.json"), headers=_headers(keys)
    )


def _url(keys: Keys, path: str) -> str:
    return f"https://{keys['subdomain']}.zendesk.com/api/v2/{path}"


def _headers(keys: Keys) -> dict[str, str]:
    signed_in = base64.b64encode(f"{keys['email']}/token:{keys['token']}".encode()).decode()
    return {"Authorization": f"Basic {signed_in}"}


PLUGIN = Listener(
    key="zendesk",
    label="Zendesk",
    kind=ListenerKind.DESK,
    fields=(
        Field(
            name="subdomain",
            label=merchant_sentence("Subdomain"),
            help=merchant_sentence("What stands before .zendesk.com."),
            is_secret=False,
        ),
        Field(name="email", label=merchant_sentence("Agent’s e-mail address"), is_secret=False),
        Field(name="token", label=merchant_sentence("API token")),
    ),
    manual=merchant_sentence("In Zendesk, Admin Center → Apps and integrations → APIs → API tokens."),
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
