"""Slack's incoming webhooks: one message in the channel that the merchant chose for it.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks. Slack knows no keys for that,
and cannot be asked: an alert whose answer was lost is said twice.
"""

from urllib.parse import urlsplit

import orjson

from app.lib.reading import Json
from app.lib.words import merchant_sentence
from app.listeners import alarms
from app.listeners.base import ALARMS, Field, Keys, Listener, ListenerKind, Occasion, Request, Unfit

HOSTS = ("hooks.slack.com", "hooks.slack-gov.com")


def check(keys: Keys) -> None:
    """Take the address of an incoming webhook."""
    url = keys["url"]
    parts = urlsplit(url) if url.isascii() and not any(it.isspace() for it in url) else None
    if parts is None or parts.scheme != "https" or parts.netloc not in HOSTS:
        raise Unfit(
            merchant_sentence("That is no Slack webhook: those begin with https://hooks.slack.com/services/.")
        )


def request(keys: Keys, occasion: Occasion) -> Request | None:
    """Return the message."""
    data = occasion.told["data"]
    lines = [_line(item) for item in data["items"]]
    if data["more"]:
        lines.append(f"… and {data['more']} more.")
    head = alarms.headline(occasion.told)
    text = "\n".join([f"*{_plain(head)}*", *lines, f"<{data['url']}|See all in Doorstep>"])
    section: Json = {"type": "section", "text": {"type": "mrkdwn", "text": text[:3000]}}
    body = {"text": _plain(head), "blocks": [section]}
    return Request(url=keys["url"], body=orjson.dumps(body), headers={"Content-Type": "application/json"})


def _line(item: Json) -> str:
    name = f"<{item['url']}|{_plain(item['name'])}>" if item["url"] else _plain(item["name"])
    return f"• {name}: *{_plain(item['label'])}* {_plain(' '.join((item['why'], item['advice'])).strip())}"


def _plain(text: str) -> str:
    """Return a text in which Slack finds neither links, mentions nor styles."""
    bare = text.translate(str.maketrans("", "", "*_~`"))
    return bare.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


PLUGIN = Listener(
    key="slack",
    label="Slack",
    kind=ListenerKind.ALERT,
    fields=(
        Field(
            name="url",
            label=merchant_sentence("Webhook URL"),
            help=merchant_sentence("It begins with https://hooks.slack.com/services/."),
        ),
    ),
    manual=merchant_sentence(
        "In Slack, make an app with Incoming Webhooks, add it to a channel, and copy the Webhook URL."
    ),
    hears=ALARMS,
    starts_with=alarms.USUAL,
    check=check,
    request=request,
)
