"""What stands on a shop's tracking page, in which order and when, as its merchant likes it: pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from app.shops.models import Shop
from app.tracking.story.journey import State, Story

SETTING = "sections"
VARIANTS = "section_variants"
"""Other arrangements, each for some countries and tags: the first that names one of an order's counts."""


class Section(StrEnum):
    """A part of the page that can be moved or hidden; the answer and the way to the shop always stand."""

    FEEDBACK = "feedback"
    """How the delivery went; its place is beside the answer."""
    EVERY_STEP = "every_step"
    """To be told of every step; its place is beside the answer, or under the updates."""
    ITEMS = "items"
    UPDATES = "updates"
    OWN = "own"
    """The merchant's own words, links and products."""
    HELP = "help"


class When(StrEnum):
    """In which states of an order a part is shown."""

    ALWAYS = "always"
    CALM = "calm"
    """While nothing is wrong."""
    BEFORE = "before"
    """Until it has arrived."""
    AFTER = "after"
    """Once it has arrived."""
    NEVER = "never"


MOVABLE = (Section.ITEMS, Section.UPDATES, Section.OWN, Section.HELP)
"""In the order of a page that nobody has changed."""
USUAL = dict.fromkeys(Section, When.ALWAYS) | {Section.OWN: When.CALM}
CHOICES: Mapping[Section, tuple[When, ...]] = {
    Section.FEEDBACK: (When.ALWAYS, When.NEVER),
    Section.EVERY_STEP: (When.ALWAYS, When.NEVER),
} | {section: tuple(When) for section in MOVABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """The merchant's own part."""

    heading: str = ""
    text: str = ""
    """As typed; it is cleaned when it is shown."""
    products: tuple[str, ...] = ()
    """Their external ids."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """How a shop's page is arranged."""

    order: tuple[Section, ...] = MOVABLE
    when: Mapping[Section, When]
    own: Own

    @classmethod
    def of(cls, shop: Shop, country: str | None = None, tags: Iterable[str] = ()) -> Self:
        """Return a shop's arrangement for an order that is sent to a country and marked with these tags."""
        marked = {tag.casefold() for tag in tags}
        for variant in _list(shop.settings.get(VARIANTS)):
            if not isinstance(variant, dict):
                continue
            wanted = {str(tag).casefold() for tag in _list(variant.get("tags"))}
            if country in _list(variant.get("countries")) or wanted & marked:
                return cls.read(variant.get("sections"))
        return cls.read(shop.settings.get(SETTING))

    @classmethod
    def read(cls, kept: Any) -> Self:  # noqa: ANN401 - what stands in a row
        """Return an arrangement as it was kept; whatever is missing or unfit in it is as usual."""
        kept = kept if isinstance(kept, dict) else {}
        own: Any = kept.get("own")
        own = own if isinstance(own, dict) else {}
        named = [section for it in _list(kept.get("order")) for section in MOVABLE if section == it]
        chosen: Any = kept.get("when") if isinstance(kept.get("when"), dict) else {}
        return cls(
            order=tuple(dict.fromkeys([*named, *MOVABLE])),
            when={it: _when(it, chosen.get(it)) for it in Section},
            own=Own(
                heading=str(own.get("heading") or ""),
                text=str(own.get("text") or ""),
                products=tuple(map(str, _list(own.get("products")))),
            ),
        )

    def shows(self, section: Section, story: Story) -> bool:
        """Tell whether a part stands on the page of an order in this state."""
        match self.when[section]:
            case When.ALWAYS:
                return True
            case When.CALM:
                return not story.is_bad_news and story.state is not State.CANCELLED
            case When.BEFORE:
                return story.state is not State.DELIVERED
            case When.AFTER:
                return story.state is State.DELIVERED
            case When.NEVER:
                return False

    def data(self) -> dict[str, Any]:
        """Return what is kept of it in the shop's settings."""
        own = {"heading": self.own.heading, "text": self.own.text, "products": list(self.own.products)}
        return {"order": list(self.order), "when": dict(self.when), "own": own}


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _when(section: Section, chosen: object) -> When:
    return next((it for it in CHOICES[section] if it == chosen), USUAL[section])
