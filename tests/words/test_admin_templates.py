"""No template of the admin has words of its own: in every branch they go through `say` or `{% trans %}`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from tests.shown import Shown

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "templates" / "admin"
TEMPLATES = sorted(FOLDER.rglob("*.html"))
WORD = re.compile(r"[^\W\d_]{2,}")
NAMES = ("Doorstep", "WhatsApp", "ms")
"""What is called so in every language."""
ATTRIBUTE = re.compile(r"""[\w-]+=('[^']*'|"[^"]*")""")
"""What a macro puts into a tag."""
EXAMPLE = re.compile(r"\S*[./_]\S*|\S+_…")
"""An address, or how something for machines begins."""
VALUE = "•"
"""Stands for whatever is filled in."""


class Words(Shown):
    """The words that a template shows or has read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def read_out(self, text: str) -> None:
        """Note it where it has words."""
        self.shown(text)

    def shown(self, text: str) -> None:
        """Note it where it has words."""
        rest = EXAMPLE.sub(" ", ATTRIBUTE.sub(" ", text))
        for name in NAMES:
            rest = re.sub(rf"\b{re.escape(name)}\b", " ", rest)
        if WORD.search(rest):
            self.found.append(text.strip())


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: str(file.relative_to(FOLDER)))
def test_a_template_of_the_admin_has_no_words_of_its_own(file: Path) -> None:
    words = Words()
    words.feed(written(file.read_text()))
    words.close()
    assert words.found == []


def test_words_are_found_in_every_branch() -> None:
    words = Words()
    page = "<p>{{ say('a') }}{% if b %}Left{% endif %}</p>{{ 'Right' if c else d ~ ' days' }}<i class='x'>"
    words.feed(written(page))
    assert words.found == ["•Left", "Right • days"]


def written(source: str) -> str:
    """Return a template with all of its branches after one another, and a sign for whatever is said."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    classes = {id(it) for block in tree.find_all(nodes.Block) if block.name == "width" for it in block.body}
    outputs = (it for it in tree.find_all(nodes.Output) if id(it) not in classes)
    return "".join(part for output in outputs for part in map(_shown, output.nodes))


def _shown(it: nodes.Node) -> str:
    if isinstance(it, nodes.TemplateData):
        return it.data
    return " ".join(_constants(it)) or VALUE


def _constants(it: nodes.Node) -> Iterator[str]:
    """Yield the words that an expression may come to by itself, and a sign for what it asks for."""
    match it:
        case nodes.Const(value=str(text)):
            yield text
        case nodes.CondExpr():
            yield from _constants(it.expr1)
            yield from _constants(it.expr2) if it.expr2 else ()
        case nodes.Concat():
            yield "".join(part for node in it.nodes for part in _constants(node))
        case nodes.Or() | nodes.And() | nodes.Add():
            yield from (*_constants(it.left), *_constants(it.right))
        case nodes.Filter(node=nodes.Node() as inner):
            yield from _constants(inner)
        case nodes.Getitem(node=nodes.Dict() as table):
            for pair in table.items:
                yield from _constants(pair.value)
        case _:
            yield VALUE
