"""What WhatsApp approved: a template's words, and the places in them that are filled; pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.channels.base import Filled
from app.channels.mime import one_line
from app.lib import reading
from app.lib.reading import Json
from app.lib.words import merchant_sentence

APPROVED = "approved"
NAMED = re.compile(r"\{\{\s*(\w+)\s*\}\}")
PLAIN_BUTTONS = ("QUICK_REPLY", "PHONE_NUMBER", "URL")
PLAIN_PARTS = ("HEADER", "BODY", "FOOTER", "BUTTONS")
LONGEST = 1024
"""Letters of a whole body."""


class Category(StrEnum):
    """What a template is for; it decides what it costs, and where it is delivered."""

    UTILITY = "utility"
    MARKETING = "marketing"
    AUTHENTICATION = "authentication"


class Part(StrEnum):
    """Where in a template something is filled in."""

    HEADER = "header"
    BODY = "body"
    BUTTON = "button"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place that is filled for each message."""

    part: Part
    name: str
    """"1" where they are counted, else their own name."""
    index: int = 0
    """Which of the buttons."""
    before: str = ""
    """What a button's address begins with."""

    @property
    def key(self) -> str:
        """What it is called in forms and rows: "body.1", "button.0"."""
        return f"{self.part}.{self.index if self.part is Part.BUTTON else self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """One template in one language, as WhatsApp tells of it."""

    name: str
    language: str
    """"en_US", "de"."""
    category: str
    status: str
    header: str = ""
    body: str
    slots: tuple[Slot, ...]
    is_named: bool
    """Its slots have names; else they are counted."""
    lacks: str = ""
    """What it wants and we do not give, in a few words; empty: nothing."""


class Misfit(ValueError):
    """A value does not fit where it is to stand; the sentence says which, without the value."""


def read(data: Json) -> Template:
    """Return a template as the Graph API lists it; raises Unreadable."""
    parts = {str(part.get("type")).upper(): part for part in reading.objects(data, "components")}
    header = reading.text(parts.get("HEADER", {}), "text") or ""
    body = reading.text(parts.get("BODY", {}), "text") or ""
    buttons = reading.objects(parts.get("BUTTONS", {}), "buttons")
    return Template(
        name=reading.required(data, "name"),
        language=reading.required(data, "language"),
        category=reading.required(data, "category").lower(),
        status=reading.required(data, "status").lower(),
        header=header,
        body=body,
        slots=(*_slots(Part.HEADER, header), *_slots(Part.BODY, body), *_of_buttons(buttons)),
        is_named=str(data.get("parameter_format")).upper() == "NAMED",
        lacks=_lacks(parts, buttons),
    )


def fill(template: Template, values: Mapping[str, str]) -> Filled:
    """Return a template with these values, by the keys of its slots; raises Misfit."""
    clean = {slot.key: _value(slot, values.get(slot.key, "")) for slot in template.slots}
    said = {part: _said(template, part, clean) for part in (Part.HEADER, Part.BODY)}
    if len(said[Part.BODY]) > LONGEST:
        raise Misfit(f"it becomes longer than {LONGEST} letters")
    components = [
        {"type": part.value, "parameters": given}
        for part in (Part.HEADER, Part.BODY)
        if (given := [_given(template, slot, clean) for slot in template.slots if slot.part is part])
    ]
    components += [
        {
            "type": "button",
            "sub_type": "url",
            "index": str(slot.index),
            "parameters": [{"type": "text", "text": clean[slot.key]}],
        }
        for slot in template.slots
        if slot.part is Part.BUTTON
    ]
    words = "\n".join(filter(None, (said[Part.HEADER], said[Part.BODY])))
    return Filled(name=template.name, language=template.language, components=tuple(components), words=words)


def _slots(part: Part, text: str) -> Iterator[Slot]:
    for name in dict.fromkeys(NAMED.findall(text)):
        yield Slot(part, name)


def _of_buttons(buttons: list[Json]) -> Iterator[Slot]:
    for index, button in enumerate(buttons):
        url = reading.text(button, "url") or ""
        found = NAMED.search(url)
        if found is not None:
            yield Slot(Part.BUTTON, found[1], index, url[: found.start()])


def _lacks(parts: Mapping[str, Json], buttons: list[Json]) -> str:
    kind = str(parts.get("HEADER", {}).get("format") or "TEXT").upper()
    if kind != "TEXT":
        return merchant_sentence("a %(kind)s at its head", kind=kind.lower())
    strange = sorted(set(parts) - set(PLAIN_PARTS))
    if strange:
        return merchant_sentence("a %(kind)s", kind=_plain(strange[0]))
    odd = (str(button.get("type")).upper() for button in buttons)
    unknown = next((it for it in odd if it not in PLAIN_BUTTONS), None)
    return merchant_sentence("a button of the kind %(kind)s", kind=_plain(unknown)) if unknown else ""


def _plain(word: str) -> str:
    return word.lower().replace("_", " ")


def _value(slot: Slot, value: str) -> str:
    clean = one_line(value)  # which holds neither a line's end nor four spaces: both are refused
    if not clean:
        raise Misfit(f"there is nothing for {slot.key}")
    return clean


def _given(template: Template, slot: Slot, values: Mapping[str, str]) -> dict[str, str]:
    name = {"parameter_name": slot.name} if template.is_named else {}
    return {"type": "text", **name, "text": values[slot.key]}


def _said(template: Template, part: Part, values: Mapping[str, str]) -> str:
    text = template.header if part is Part.HEADER else template.body
    return NAMED.sub(lambda found: values[f"{part}.{found[1]}"], text)
