"""What the message editor's page prints: the blocks, the fields of one, and what is wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.admin.saying import retold, say
from app.admin.wording import words
from app.admin.wording.words import Kind
from app.messages.documents.blocks import KINDS, LIQUID, SAID, Holds
from app.messages.documents.document import NAMES, Block, Document, Misfit
from app.messages.documents.lint import Finding
from app.messages.wording.showing import Filler

SAYS = 48
"""Characters of a block that are shown in the list."""
LONG = 60
"""A line of words that is longer has a field of several lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One block in the list."""

    id: str
    kind: Kind
    says: str
    place: int
    """From 1."""
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    hint: str
    control: str
    """"line", "lines", "code", "switch", "number" or "color"."""
    value: Any
    reads: str = ""
    """What it says to the reader at hand, where that is not what is written."""
    placeholder: str = ""
    is_required: bool = False
    findings: Sequence[Finding] = ()
    error: str = ""


def lines(document: Document, findings: Sequence[Finding], filler: Filler) -> list[Line]:
    """Return the blocks as the list shows them."""
    return [
        Line(
            id=block.id,
            kind=words.kind(block.kind),
            says=_says(block, filler),
            place=place,
            errors=sum(it.is_error for it in findings if it.block == block.id),
            warnings=sum(not it.is_error for it in findings if it.block == block.id),
        )
        for place, block in enumerate(document.blocks, start=1)
    ]


def fields_of_block(
    block: Block, said: Mapping[str, Any] | None, findings: Sequence[Finding], filler: Filler
) -> list[Field]:
    """Return the fields of a block; `said`: what another language says in it, where that is written."""
    here = [it for it in findings if it.block == block.id]
    return [
        _field(
            name,
            words.label(block.kind, name),
            rule.holds,
            block.fields[name] if said is None else said.get(name, ""),
            [it for it in here if it.field == name],
            filler,
            placeholder="" if said is None else str(block.fields[name]),
            is_required=rule.is_required and said is None,
        )
        for name, rule in KINDS[block.kind].fields.items()
        if said is None or rule.holds in LIQUID
    ]


def fields_of_message(
    document: Document, said: Mapping[str, Any] | None, findings: Sequence[Finding], filler: Filler
) -> list[Field]:
    """Return the fields of the message itself."""
    return [
        _field(
            name,
            words.NAMES[name],
            Holds.WORDS,
            getattr(document, name) if said is None else said.get(name, ""),
            [it for it in findings if not it.block and it.field == name],
            filler,
            placeholder="" if said is None else str(getattr(document, name)),
            is_required=name == "subject" and said is None,
        )
        for name in NAMES
    ]


def as_typed(field: Field, typed: Mapping[str, Any], misfit: Misfit | None) -> Field:
    """Return a field with what somebody typed into it, and what is wrong with that."""
    value = typed.get(field.name, "")
    is_wrong = misfit is not None and misfit.field == field.name
    return replace(
        field,
        value=_written(value) if isinstance(value, list) else value,
        reads="",
        error=retold(misfit.sentence) if misfit is not None and is_wrong else "",
    )


def typed(kind: str, form: Mapping[str, str], *, words_only: bool) -> dict[str, Any]:
    """Return what a form says a block's fields are, as data; what makes no sense is left to be refused."""
    return {
        name: _read(form.get(f"f-{name}", ""), rule.holds)
        for name, rule in KINDS[kind].fields.items()
        if not words_only or rule.holds in LIQUID
    }


def changes(before: Document, after: Document) -> list[str]:
    """Say in a few words each what one message has that another has not."""
    old, new = ({block.id: block for block in it.blocks} for it in (before, after))
    said = [say("“%(part)s” added", part=_named(new[it])) for it in new if it not in old]
    said += [say("“%(part)s” removed", part=_named(old[it])) for it in old if it not in new]
    stayed = [it for it in old if it in new]
    said += [_changed(_named(new[it])) for it in stayed if old[it] != new[it]]
    if stayed != [it for it in new if it in old]:
        said.append(say("blocks in another order"))
    names = [it for it in NAMES if getattr(before, it) != getattr(after, it)]
    said += [_changed(say(words.NAMES[it].name)) for it in names]
    spoken = sorted({*before.languages, *after.languages})
    return said + [
        say("words in “%(language)s” changed", language=it)
        for it in spoken
        if (before.languages.get(it) or {}) != (after.languages.get(it) or {})
    ]


def place_of(finding: Finding, document: Document, languages: Mapping[str, str]) -> str:
    """Say where something is wrong; `languages` by their names."""
    place = say("Subject and text message")
    for number, block in enumerate(document.blocks, start=1):
        if block.id == finding.block:
            place = say("%(part)s, block %(number)s", part=_named(block), number=number)
    if finding.language:
        place = say("%(place)s, in %(language)s", place=place, language=languages[finding.language])
    return say("%(place)s, line %(line)s", place=place, line=finding.line) if finding.line > 1 else place


def _changed(part: str) -> str:
    return say("“%(part)s” changed", part=part)


def _named(block: Block) -> str:
    return say(words.kind(block.kind).name)


def _says(block: Block, filler: Filler) -> str:
    """Return the beginning of what a block says; empty where it has no words of its own."""
    rules = KINDS[block.kind].fields
    for name in ("text", "title", "alt"):
        if name in rules and rules[name].holds in SAID and block.fields[name]:
            source = str(block.fields[name])
            said = " ".join((filler.said(source) or source).split())
            return said if len(said) <= SAYS else f"{said[:SAYS].rstrip()}…"
    return ""


def _field(  # noqa: PLR0913, PLR0917 - what one field is made of
    name: str,
    label: words.Label,
    holds: Holds,
    value: Any,  # noqa: ANN401 - what a block holds
    findings: Sequence[Finding],
    filler: Filler,
    *,
    placeholder: str,
    is_required: bool,
) -> Field:
    has_tags = holds in SAID and isinstance(value, str) and ("{{" in value or "{%" in value)
    return Field(
        name=name,
        label=say(label.name),
        hint=say(label.hint) if label.hint else "",
        control=_control(holds, value),
        value=_written(value) if holds is Holds.LINKS else value,
        reads=" ".join((filler.said(value) or "").split()) if has_tags else "",
        placeholder=placeholder,
        is_required=is_required,
        findings=findings,
    )


def _control(holds: Holds, value: object) -> str:
    match holds:
        case Holds.LINES | Holds.LINKS:
            return "lines"
        case Holds.WORDS:
            return "lines" if len(str(value)) > LONG else "line"
        case Holds.URL:
            return "line"
        case _:
            return holds.value


def _written(links: object) -> str:
    if not isinstance(links, list):
        return str(links)
    return "\n".join(f"{link['name']} {link['url']}" for link in links)


def _read(text: str, holds: Holds) -> Any:  # noqa: ANN401 - what a block holds
    match holds:
        case Holds.NUMBER:
            plain = text.strip()
            return (
                int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < len("10000") else plain
            )
        case Holds.SWITCH:
            return text == "yes"
        case Holds.COLOR:
            return text.strip()
        case Holds.LINKS:
            return [_link(line) for line in text.splitlines() if line.strip()]
        case Holds.LINES | Holds.CODE:
            return text.replace("\r\n", "\n").strip("\n")
        case _:
            return " ".join(text.split())


def _link(line: str) -> dict[str, str]:
    name, _, url = line.strip().rpartition(" ")
    return {"name": name.strip(), "url": url}
