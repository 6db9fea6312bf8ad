"""A message as data: its subject and its blocks, as they stand in a file, a database row or an editor."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from app.lib.told import tell
from app.lib.words import CATALOGS, ENGLISH, Words
from app.messages.documents.blocks import KINDS, LIQUID, SAID, Holds, Kind

NAMES = ("subject", "preview", "sms")
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
"""Liquid in a text."""
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
UNFIT = re.compile("[\0\ud800-\udfff]")
"""What no row can hold: a character that is none."""
MOST_BLOCKS, MOST_LETTERS = 60, 100_000
MOST_PIXELS = 600


class Misfit(ValueError):
    """The data is no message; `sentence` says what is wrong, and `block` with which."""

    def __init__(self, sentence: str, block: str = "", field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.block = block
        self.field = field


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block, all its fields filled."""

    id: str
    """Unique in its message; other languages name it by this."""
    kind: str
    fields: Mapping[str, Any]

    @property
    def rules(self) -> Kind:
        """What holds for every block of its kind."""
        return KINDS[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a message says, in one language or several; equal to another that says the same."""

    digest: str
    subject: str = field(compare=False)
    preview: str = field(compare=False, default="")
    """What a mailbox shows beside the subject."""
    sms: str = field(compare=False, default="")
    """The text message; empty: heading, day and link."""
    blocks: tuple[Block, ...] = field(compare=False)
    languages: Mapping[str, Mapping[str, Any]] = field(compare=False, default_factory=dict)
    """What is said otherwise in another language: {"de": {"subject": …, "blocks": {id: {field: …}}}}."""

    @classmethod
    def of(cls, data: object) -> Self:
        """Return the document that plain data (of JSON or YAML) describes; raises Misfit."""
        if not isinstance(data, Mapping):
            raise Misfit(tell("A message is a table with a subject and blocks."))
        strange = set(map(str, data)) - {*NAMES, "blocks", "languages"}
        if strange:
            raise Misfit(tell("A message has no %(name)s.", name=repr(min(strange))))
        written = _written(data)
        if len(written) > MOST_LETTERS:
            raise Misfit(tell("A message has at most %(most)s letters.", most=MOST_LETTERS))
        names = {name: _text(data.get(name), name) for name in NAMES}
        if not names["subject"].strip():
            raise Misfit(tell("A message needs a subject."), field="subject")
        blocks = _blocks(data.get("blocks"))
        return cls(
            digest=hashlib.blake2b(written.encode(), digest_size=16).hexdigest(),
            **names,
            blocks=blocks,
            languages=_languages(data.get("languages"), blocks),
        )

    def said_in(self, words: Words) -> "Document":
        """Return the message in a reader's language.

        A sentence of ours is said in all of our languages; the merchant's own as written for the language.
        """
        own = self.languages.get(words.language, {})
        of_blocks = own.get("blocks", {})
        names: dict[str, Any] = {name: own.get(name) or _known(getattr(self, name), words) for name in NAMES}
        return replace(
            self,
            **names,
            blocks=tuple(_block_in(block, of_blocks.get(block.id, {}), words) for block in self.blocks),
        )

    def holds(self, kind: str) -> bool:
        """Tell whether it has a block of a kind."""
        return any(block.kind == kind for block in self.blocks)

    def without_promotion(self) -> "Document":
        """Return the message without the blocks that sell; itself where none does."""
        blocks = tuple(block for block in self.blocks if not block.rules.promotes)
        return self if blocks == self.blocks else replace(self, digest=f"{self.digest}-", blocks=blocks)

    def data(self) -> dict[str, Any]:
        """Return the plain data that `of` reads; what is as it always is, is left out."""
        plain: dict[str, Any] = {name: getattr(self, name) for name in NAMES if getattr(self, name)}
        plain["blocks"] = [
            {"id": block.id, "kind": block.kind, **_told(block.fields, block.rules)} for block in self.blocks
        ]
        return plain | ({"languages": dict(self.languages)} if self.languages else {})


def _written(data: object) -> str:
    """Return the data as JSON; raises Misfit for what has no place there."""
    try:
        written = json.dumps(data, sort_keys=True, default=str)
        is_fit = not any(map(UNFIT.search, _texts(data)))
    except (TypeError, ValueError, RecursionError) as error:
        raise Misfit(tell("The names in a message are texts.")) from error
    if not is_fit:
        raise Misfit(tell("There is a character in it that is none."))
    return written


def _texts(data: object) -> Iterator[str]:
    """Yield every text in plain data, names among them."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for name, value in data.items():
            yield str(name)
            yield from _texts(value)
    elif isinstance(data, Sequence):
        for value in data:
            yield from _texts(value)


def _blocks(data: object) -> tuple[Block, ...]:
    if not isinstance(data, Sequence) or isinstance(data, str) or not data:
        raise Misfit(tell("A message needs blocks."))
    if len(data) > MOST_BLOCKS:
        raise Misfit(tell("A message has at most %(most)s blocks.", most=MOST_BLOCKS))
    counts: Counter[str] = Counter()
    blocks: list[Block] = []
    for place, part in enumerate(data, start=1):
        kind = str(part.get("kind")) if isinstance(part, Mapping) else ""
        if kind not in KINDS:
            raise Misfit(tell("Block %(place)s is of no kind that we know.", place=place), block=str(place))
        counts[kind] += 1
        ident = str(part.get("id") or (kind if counts[kind] == 1 else f"{kind}-{counts[kind]}"))
        if any(block.id == ident for block in blocks):
            raise Misfit(tell("Two blocks are called %(name)s.", name=repr(ident)), block=ident)
        given = {name: value for name, value in part.items() if name not in ("id", "kind")}
        blocks.append(Block(id=ident, kind=kind, fields=_fields(given, KINDS[kind], ident)))
    return tuple(blocks)


def _fields(given: Mapping[str, Any], kind: Kind, block: str) -> dict[str, Any]:
    for name in given:
        if name not in kind.fields:
            raise Misfit(tell("%(block)s has no %(name)s.", block=block, name=repr(name)), block, str(name))
    filled: dict[str, Any] = {}
    for name, rule in kind.fields.items():
        value = given.get(name)
        if value is None or value == "":
            if rule.is_required:
                raise Misfit(tell("%(block)s needs %(name)s.", block=block, name=repr(name)), block, name)
            filled[name] = rule.default
        else:
            filled[name] = _value(value, rule.holds, block, name)
    return filled


def _value(value: object, holds: Holds, block: str, name: str) -> object:
    match holds:
        case Holds.NUMBER:
            fits = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MOST_PIXELS
        case Holds.SWITCH:
            fits = isinstance(value, bool)
        case Holds.COLOR:
            fits = bool(COLOR.fullmatch(str(value)))
        case Holds.LINKS:
            fits = isinstance(value, list) and all(_is_link(link) for link in value)
        case _:
            fits = isinstance(value, str | int | float)
            value = str(value)
    if not fits:
        sentence = tell(
            "%(block)s: %(name)s cannot be %(value)s.",
            block=block,
            name=repr(name),
            value=repr(str(value)[:40]),
        )
        raise Misfit(sentence, block, name)
    return value


def _is_link(link: object) -> bool:
    if not isinstance(link, Mapping) or set(link) != {"name", "url"}:
        return False
    return all(isinstance(said, str | int | float) and str(said) for said in link.values())


def _text(value: object, name: str) -> str:
    if not isinstance(value, str | None):
        raise Misfit(tell("The %(name)s is a text.", name=name), field=name)
    return value or ""


def _languages(data: object, blocks: tuple[Block, ...]) -> Mapping[str, Mapping[str, Any]]:
    if data is None:
        return {}
    if not isinstance(data, Mapping):
        raise Misfit(tell("Languages are a table: de: {subject: …, blocks: {…}}."), field="languages")
    by_id = {block.id: block for block in blocks}
    for language, own in data.items():
        if language != ENGLISH and language not in CATALOGS:
            sentence = tell("We do not speak %(language)s.", language=repr(str(language)))
            raise Misfit(sentence, field="languages")
        if not isinstance(own, Mapping) or not set(map(str, own)) <= {*NAMES, "blocks"}:
            sentence = tell("%(language)s may have subject, preview, sms and blocks.", language=language)
            raise Misfit(sentence, field="languages")
        for name in NAMES:
            _text(own.get(name), f"{language} {name}")
        _other_words(language, own.get("blocks"), by_id)
    return data


def _other_words(language: str, data: object, by_id: Mapping[str, Block]) -> None:
    """Raise Misfit where a language says what has no place in the message."""
    if not isinstance(data, Mapping | None):
        sentence = tell("%(language)s: blocks are a table by id.", language=language)
        raise Misfit(sentence, field="languages")
    for ident, fields in (data or {}).items():
        if ident not in by_id or not isinstance(fields, Mapping):
            sentence = tell(
                "%(language)s speaks of a block %(block)s that is not there.",
                language=language,
                block=repr(str(ident)),
            )
            raise Misfit(sentence, str(ident))
        for name, said in fields.items():
            rule = by_id[ident].rules.fields.get(str(name))
            if rule is None or rule.holds not in LIQUID or not isinstance(said, str):
                sentence = tell(
                    "%(language)s: %(block)s has no words %(name)s.",
                    language=language,
                    block=ident,
                    name=repr(str(name)),
                )
                raise Misfit(sentence, str(ident), str(name))


def _block_in(block: Block, own: Mapping[str, Any], words: Words) -> Block:
    said = {
        name: _known(str(block.fields[name]), words)
        for name, rule in block.rules.fields.items()
        if rule.holds in SAID
    }
    return replace(block, fields={**block.fields, **said, **own})


def _known(text: str, words: Words) -> str:
    return text if TAG.search(text) else words.ours(text)


def _told(fields: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value != kind.fields[name].default}
