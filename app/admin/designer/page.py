"""The designer’s page: the parts of the tracking page, a draft of it, and what is being changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from babel import Locale
from flask import g, request, url_for
from sqlalchemy.orm import Session

from app.admin import shell, studio
from app.admin.designer import own_part, words
from app.admin.doors.session import address
from app.admin.saying import say, spoken
from app.lib.color import contrast
from app.shops import brand as brands
from app.shops.models import Shop
from app.tracking.page import designs
from app.tracking.page.designs import MOST_VARIANTS, Design, Moment, Variant
from app.tracking.page.sections import CHOICES, MOVABLE, USUAL, Own, Section, Sections, When


class Panel(StrEnum):
    """What stands beside the preview, where it is no part of the page."""

    BRAND = "brand"
    CONTACT = "contact"
    VARIANTS = "variants"
    VERSIONS = "versions"


class Screen(StrEnum):
    """On what the page is looked at."""

    DESKTOP = "desktop"
    PHONE = "phone"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is being looked at; all of it stands in the page's address."""

    panel: Panel = Panel.BRAND
    section: Section | None = None
    moment: Moment = Moment.MOVING
    screen: Screen = Screen.DESKTOP
    variant: int = 0
    """From 1; 0: everybody that no variant is for."""

    @classmethod
    def asked(cls) -> Self:
        """Return what the request asks for; what makes no sense is as usual."""
        value = request.values.get
        return cls(
            panel=next((it for it in Panel if it == value("panel")), Panel.BRAND),
            section=next((it for it in Section if it == value("section")), None),
            moment=next((it for it in Moment if it == value("moment")), Moment.MOVING),
            screen=next((it for it in Screen if it == value("screen")), Screen.DESKTOP),
            variant=max(0, min(value("variant", 0, int), MOST_VARIANTS)),
        )

    def args(self, **changed: object) -> Mapping[str, object]:
        """Return the parameters of an address that shows this, but for what is changed."""
        it = replace(self, **changed)  # type: ignore[arg-type] # fields of a state, named by our own templates
        return {
            "panel": it.panel if not it.section and it.panel != Panel.BRAND else None,
            "section": it.section,
            "moment": it.moment if it.moment != Moment.MOVING else None,
            "screen": it.screen if it.screen != Screen.DESKTOP else None,
            "variant": it.variant or None,
        }


def page(  # noqa: PLR0913 - what one page shows
    session: Session,
    shop: Shop,
    state: State,
    *,
    own: Own | None = None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> str:
    """Show the designer; `errors` say why what was `typed`, or one's `own` part, could not be kept."""
    g.shows_frames = True
    studio.stays_at(at(state))
    design, row = designs.draft(session, shop), designs.row_of(session, shop.id)
    if state.variant > len(design.variants):
        state = replace(state, variant=0)
    arranged = design.arranged(state.variant)
    known = designs.as_designed(shop, design)
    night = "designed.show_dark" if state.screen is Screen.DARK else "designed.show"
    return shell.page(
        session,
        shop,
        "designer/page.html",
        "sources",
        state=state,
        at=lambda **changed: at(state, **changed),
        screens=Screen,
        moments=words.MOMENTS,
        labels=words.SECTIONS,
        whens=words.WHEN,
        choices=CHOICES,
        usual=USUAL,
        never=When.NEVER,
        beside=[it for it in Section if it not in MOVABLE],
        arranged=arranged,
        design=design,
        own=own or arranged.own,
        products=own_part.titles(session, shop, arranged.own, errors),
        brand=brands.of(known),
        tokens=(brands.tokens(brands.of(known).color), brands.tokens(brands.of(known).color, dark=True)),
        contrast=contrast,
        fields=words.CONTACT if state.panel is Panel.CONTACT else words.BRAND,
        typed={**design.brand, **(typed or {})},
        errors=errors or {},
        was=studio.was(arranged.own if state.section else written(design, state.panel)),
        frame=url_for(
            f"storefront.{night}", token=designs.token(shop.id, state.variant, state.moment, design)
        ),
        row=row,
        is_reading=state.panel is Panel.BRAND and designs.is_reading_theme(session, shop.id),
        changes=_changes(designs.shown(shop), design),
        versions=designs.versions(session, shop.id),
        countries=Locale.parse(spoken().locale).territories,
        own_mark=own_mark,
        whose=own_mark(design.variants[state.variant - 1]) if state.variant else None,
    )


def own_mark(variant: Variant) -> str:
    """Name the page of some orders by what it is for, whatever place it has."""
    return studio.mark((variant.countries, variant.tags))


def written(design: Design, panel: Panel) -> dict[str, str]:
    """Return what a draft says in the fields of a panel of the shop's look."""
    names = words.CONTACT if panel is Panel.CONTACT else {"color": "", **words.BRAND}
    return {name: design.brand.get(name, "") for name in names}


def at(state: State, **changed: object) -> str:
    """Return the address of the designer with something else in view."""
    apart = {name: changed.pop(name) for name in ("said", "moved") if name in changed}
    return address("designer.index", **state.args(**changed), **apart)


def _changes(before: Design, after: Design) -> Sequence[str]:
    """Say in a few words each what one design has that another has not."""
    said = _rearranged(before.sections, after.sections)
    names = {"color": say("The color"), **{it: say(label.name) for it, label in words.BRAND.items()}}
    names |= {it: say(label.name) for it, label in words.CONTACT.items()}
    changed = [name for it, name in names.items() if before.brand.get(it) != after.brand.get(it)]
    said += [say("%(field)s changed", field=it) for it in changed]
    if before.variants != after.variants:
        said.append(say("Pages for some orders changed"))
    return said


def _rearranged(before: Sections, after: Sections) -> list[str]:
    said = [say("Parts in another order")] if before.order != after.order else []
    said += [
        say(words.WHEN_NOW[after.when[it]], part=say(words.SECTIONS[it].name))
        for it in Section
        if before.when[it] is not after.when[it]
    ]
    return said + ([say("Your own part changed")] if before.own != after.own else [])
