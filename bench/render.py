"""How many mails one core writes: the branded shipping mail, beside plain python-liquid.

    python -m bench.render

Interleaved rounds of processor time; the median of each. The mail is the default one with six items and
three recommendations. "Plain" is python-liquid filling the same parsed templates from the same merge fields.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from time import process_time

os.environ.setdefault("DATABASE_URL", "postgresql:///unused")
os.environ.setdefault("REDIS_URL", "redis:///0")
os.environ.setdefault("DOORSTEP_SECRET_KEYS", "a-master-key-for-benches-of-32-characters")

from app.messages.documents import compose, merge_fields, templates, weaving
from app.messages.documents.document import Document
from app.messages.letters.letter import Letter, Offer
from app.vocabulary import Trigger
from tests.unit.letters import MUGS, SHIRT, TUESDAY, letter

ROUNDS, MAILS = 7, 400


def branded() -> Letter:
    """Return the letter of the branded shipping mail."""
    data = templates.default(Trigger.SHIPPED).data()
    data["blocks"].append({"kind": "recommendations"})
    offers = tuple(
        Offer(title=f"Tent for {many}", url="https://ridge.example/t", image_url=MUGS.image_url, price=9900)
        for many in (1, 2, 3)
    )
    items = (SHIRT, MUGS, *(replace(MUGS, title=f"Summit Flask, {size} oz") for size in (12, 18, 25, 32)))
    return letter(document=Document.of(data), items=items, recommendations=offers, expected_at=TUESDAY)


def main() -> None:
    """Measure, and print a table."""
    told = branded()
    template = templates.template(told.document, told.brand, told.calendar.locale)
    fields = merge_fields.of(told)
    plain = [piece.parsed() for piece in (template.subject, template.text, template.html)]
    ours, theirs = template.html.fill(fields), plain[2].render(fields)
    if ours != theirs:
        raise SystemExit("the two do not write the same mail")
    print(f"the mail: {len(ours.encode()):,} bytes of HTML, {len(compose.render(told).text):,} of text")
    runs: dict[str, Callable[[], object]] = {
        "HTML, as we fill it": lambda: template.html.fill(fields),
        "HTML, plain python-liquid": lambda: plain[2].render(fields),
        "whole mail (fields, subject, text, HTML), ours": lambda: compose.render(told),
        "whole mail, plain python-liquid": lambda: [
            part.render(data) for data in (merge_fields.of(told),) for part in plain
        ],
        "a document woven anew (MJML, Liquid)": lambda: weaving.woven.__wrapped__(
            told.document, told.calendar.locale
        ),
        "made a program anew, for a shop's look": lambda: templates.template.__wrapped__(
            told.document, told.brand, told.calendar.locale
        ),
    }
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            many = MAILS if "anew" not in name else MAILS // 20
            began = process_time()
            for _ in range(many):
                run()
            taken[name].append((process_time() - began) / many)
    for name, times in taken.items():
        print(f"{name:50} {1 / median(times):9,.0f}/s {median(times) * 1e6:8,.0f} µs")


if __name__ == "__main__":
    main()
