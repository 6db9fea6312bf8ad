"""One process of `make bench-send`: says "ready", and for each number it reads sends as many due messages.

Called with what it does: small, real (over SMTP), null (the real template, to nobody), plain (only renders
the real template, with plain python-liquid) or export (what the peers need to say the same). Answers JSON.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import select

from app.channels.base import Channel, Mail, Outcome
from app.lib.db import transaction
from app.messages.dispatch.journal import Journal
from app.messages.documents import compose, merge_fields, templates
from app.messages.documents.templates import Piece
from app.messages.letters import letter
from app.messages.letters.letter import Letter
from app.messages.liquid import names
from app.messages.liquid.dialect import sandbox
from app.messages.liquid.program import Program, flatten
from app.messages.models import Message
from app.vocabulary import Medium
from jobs.messages import Sender

SMALL = Path(__file__).parent / "peers" / "small.liquid"
LETTERS = 200
"""How many different letters the loops without a database render."""
Job = Callable[[int], int]


def main() -> None:
    """Do what is asked until there is nothing more to read."""
    kind = sys.argv[1]
    if kind == "export":
        print(json.dumps(_export()))
        return
    job = _plain() if kind == "plain" else _sending(kind)
    print("ready", flush=True)
    for line in sys.stdin:
        began, cpu = time.monotonic(), time.process_time()
        done = job(int(line))
        spent = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
        print(json.dumps({"done": done, **spent, "rss_mb": _rss() / 1e6}), flush=True)


def _sending(kind: str) -> Job:
    journal = Journal()

    def job(wanted: int) -> int:
        sender = Sender(journal, NULL if kind == "null" else None, _small if kind == "small" else None)
        done = 0
        with sender:
            while done < wanted and (sent := sender.send()) is not None:
                done += sent
        return done

    return job


class Nobody:
    """A line that takes everything at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send_all(
        self, mails: Iterable[tuple[int, Mail]], begin: Callable[[int], bool]
    ) -> Iterator[tuple[int, Outcome]]:
        """Take each."""
        for key, _ in mails:
            if begin(key):
                yield key, "taken"


NULL = Channel(key="null", medium=Medium.EMAIL, connect=Nobody)


@cache
def _small_template() -> Program:
    return flatten(sandbox(autoescape=True).from_string(SMALL.read_text()), {})


def _small(told: Letter) -> Mail:
    """Return a mail of the small template."""
    return Mail(
        to=told.to,
        sender=f"{told.brand.name} <orders@bench.example>",
        reply_to=told.brand.support_email,
        subject=f"On its way: order {told.order_name}",
        text=f"Your order is on its way: {told.track_url}",
        html=_small_template().run(_small_data(told)),
        message_id=told.message_id,
        headers={"List-Unsubscribe": f"<{told.preferences_url}>"},
    )


def _small_data(told: Letter) -> dict[str, Any]:
    return {
        "first_name": told.first_name,
        "order_name": told.order_name,
        "shop_name": told.brand.name,
        "items": [
            {"title": item.title, "quantity": item.quantity, "options": item.options} for item in told.items
        ],
        "track_url": told.track_url,
        "preferences_url": told.preferences_url,
    }


def _plain() -> Job:
    """Return a loop that renders the real template and does nothing else."""
    told = _letters()
    parsed = [piece.parsed() for piece in _real_pieces(told[0])]
    data = [merge_fields.of(one) for one in told]

    def job(wanted: int) -> int:
        for number in range(wanted):
            for template in parsed:
                template.render(**data[number % len(data)])
        return wanted

    return job


def _export() -> dict[str, Any]:
    """Return both templates and what they are filled with, and how long the small mail is."""
    told = _letters()
    real = [{k: v for k, v in merge_fields.of(one).items() if k not in names.HIDDEN} for one in told]
    sources = {piece.name: piece.source for piece in _real_pieces(told[0])}
    small = {"subject": "On its way: order {{ order_name }}", "html": SMALL.read_text()}
    small["text"] = "Your order is on its way: {{ track_url }}"
    return {
        "small": {"templates": small, "data": [_small_data(one) for one in told]},
        "real": {"templates": sources, "data": real},
    }


def _real_pieces(told: Letter) -> tuple[Piece, ...]:
    made = templates.template(told.document, told.brand, told.calendar.locale)
    return made.subject, made.text, made.html


def _letters() -> list[Letter]:
    with transaction() as session:
        messages = session.scalars(select(Message).order_by(Message.id).limit(LETTERS))
        found = [letter.gather(session, message) for message in messages]
    compose.render(found[0])
    return found


def _rss() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


if __name__ == "__main__":
    main()
