"""What asks for the merchant, in the words that they read: several things in one message, one in a ticket."""

from app.lib.reading import Json
from app.listeners.base import about
from app.vocabulary import ExceptionKind as K

USUAL = (
    *map(about, (K.PRESUMED_LOST, K.RETURNED, K.RETURNING, K.HELD_UP, K.INVALID_NUMBER, K.STALLED, K.LATE)),
    *map(about, (K.LABEL_NOT_MOVING, K.NO_UPDATE)),
    "case.opened",
    "connection.broken",
    "flow.alert",
)
"""What a team hears of unless it chooses otherwise: all that somebody has to see to."""
TICKETS = ("case.opened", *map(about, (K.PRESUMED_LOST, K.RETURNED, K.HELD_UP)), "flow.ticket")
"""What becomes a ticket unless the merchant chooses otherwise: what a shopper will ask about."""


def headline(told: Json) -> str:
    """Return what it is about: "#1042: Not moving", "3 parcels and orders need a look"."""
    items, more = told["data"]["items"], told["data"]["more"]
    shop = told["shop"]["name"]
    if len(items) == 1 and not more:
        return f"{items[0]['name']}: {items[0]['label']} ({shop})"
    return f"{len(items) + more} things need a look ({shop})"


def text(told: Json) -> str:
    """Return an alert as plain text."""
    data = told["data"]
    lines = [_line(item) for item in data["items"]]
    if data["more"]:
        lines.append(f"… and {data['more']} more.")
    return "\n\n".join([*lines, f"See all in Doorstep: {data['url']}"])


def subject(told: Json) -> str:
    """Return a ticket's subject: "#1042: Maybe lost"."""
    return f"{told['data']['order']['name']}: {told['data']['says']['label']}"


def _line(item: Json) -> str:
    said = " ".join((item["why"], item["advice"])).strip()
    line = f"{item['name']}: {item['label']}. {said}".strip()
    return f"{line}\n{item['url']}" if item["url"] else line
