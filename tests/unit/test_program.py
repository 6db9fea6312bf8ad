"""A flat program always says what python-liquid says, or leaves it to python-liquid."""

import re
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from liquid.exceptions import LiquidError

from app.lib.words import CATALOGS, ENGLISH
from app.messages.documents import merge_fields, templates
from app.messages.documents.document import Document
from app.messages.liquid.dialect import sandbox
from app.messages.liquid.program import flatten
from app.messages.liquid.slots import GIVES_WAY, Shared, Slow
from app.vocabulary import ShipmentStatus, Trigger
from tests.unit.blocks import EVERY_BLOCK
from tests.unit.letters import TUESDAY, letter

DATA: dict[str, Any] = {
    "shop": {"name": "Ridge & Pine", "logo_url": None},
    "name": "A<b>'\"",
    "none": None,
    "yes": True,
    "no": False,
    "count": 3,
    "list": ["x & y", 1, None, True],
    "stops": Shared([{"name": "one", "here": True}, {"name": "two", "here": False}]),
    "empty": [],
}
EXPRESSIONS = """
    name; none; yes; count; list; list.size; list.first; empty; shop.name; shop.logo_url; shop; unknown
    name.size; name.unknown; shop.unknown; 'text'; 7; 1.5; nil; true; name | upcase; name | escape
    name | append: '!'; none | default: 'there'; unknown | default: 'there'; unknown.more | default: 1
    list | join: ', '; name | unknown_filter; count | plus: 1; count | pluralize: 'a', 'b'
"""
CONDITIONS = """
    name; none; no; unknown; empty; count > 2; count < 2; 2 < count; name > 2; count >= 3; name == 'text'
    name != ''; none == nil; none != 'x'; count == '3'; yes == 1; empty == empty; list contains 1; name and no
    no or count > 1; list.size > 1; shop.logo_url; shop.name == 'Ridge & Pine'
"""


def one_of(written: str) -> st.SearchStrategy[str]:
    return st.sampled_from(
        [part.strip() for line in written.strip().splitlines() for part in line.split(";")]
    )


expressions = one_of(EXPRESSIONS).map(lambda found: f"{{{{ {found} }}}}")
texts = st.sampled_from(["", " ", "\n", "<p>", "a & b"])


def tags(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    asked, said = one_of(CONDITIONS), one_of(EXPRESSIONS)
    listed = one_of("list; stops; empty; count; unknown; (1..3); list limit:2")
    names = one_of("name; count; new")
    shapes = [
        ("% if {} %|{}|% elsif {} %|{}|% else %|{}|% endif %", (asked, inner, asked, inner, inner)),
        ("% if {} %|{}|% endif %", (asked, inner)),
        ("% unless {} %|{}|% else %|{}|% endunless %", (asked, inner, inner)),
        ("%- for name in {} -%|{}|{ forloop.last }|% else %|none|% endfor %", (listed, inner)),
        ("% for i in list %|% for j in stops %|{}|{ j.name }|{ i }|% endfor %|% endfor %", (inner,)),
        ("% assign {} = {} %|{}", (names, said, inner)),
        ("% capture name %|{}|% endcapture %|{ name }", (inner,)),
        ("% case count %|% when 3 %|{}|% endcase %|% cycle 'a', 'b' %", (inner,)),
    ]
    return st.one_of(*(st.builds(partial(tagged, shape), *parts) for shape, parts in shapes))


def tagged(shape: str, *parts: str) -> str:
    """Write a shape's tags in braces, and the parts where it has {}."""
    pieces = (piece if piece in ("{}", "none") else "{" + piece + "}" for piece in shape.split("|"))
    written, rest = "".join(pieces), iter(parts)
    return re.sub(r"\{\}", lambda _: next(rest), written)


sources = st.recursive(
    st.one_of(texts, expressions),
    lambda inner: st.lists(st.one_of(inner, tags(inner)), max_size=4).map("".join),
)


@given(source=sources, escapes=st.booleans())
def test_a_program_says_what_python_liquid_says(source: str, *, escapes: bool) -> None:
    parsed = sandbox(autoescape=escapes).from_string(source)
    try:
        said = flatten(parsed, {"shop": DATA["shop"]}).run(DATA)
    except GIVES_WAY:
        return
    assert said == parsed.render(DATA)


@pytest.mark.parametrize("language", [ENGLISH, *CATALOGS])
@pytest.mark.parametrize(
    "status", [ShipmentStatus.IN_TRANSIT, ShipmentStatus.DELAYED, ShipmentStatus.DELIVERED]
)
def test_no_mail_of_ours_needs_python_liquid(status: ShipmentStatus, language: str) -> None:
    every = Document.of({"subject": "x", "blocks": EVERY_BLOCK})
    for trigger in Trigger:
        for document in (templates.default(trigger), every):
            told = letter(trigger, status, expected_at=TUESDAY, language=language, document=document)
            template = templates.template(document, told.brand, told.calendar.locale)
            fields = merge_fields.of(told)
            for piece in (template.subject, template.text, template.html, template.sms):
                assert piece.program.run(fields) == piece.parsed().render(fields)


def test_a_loop_over_the_same_list_is_printed_once() -> None:
    program = flatten(
        sandbox(autoescape=True).from_string("{% for s in stops %}{{ s.name }}{{ no }}{% endfor %}"), {}
    )
    assert program.run(DATA) == program.run(DATA) == "onefalsetwofalse"
    assert program.run({**DATA, "no": "-"}) == "one-two-"
    assert program.run({**DATA, "stops": Shared([{"name": "three"}])}) == "threefalse"


@pytest.mark.parametrize(
    "bomb",
    [
        "{% for i in many %}x{% endfor %}",
        "{% for i in hundred %}{% for j in hundred %}{{ long }}{% endfor %}{% endfor %}",
        "{% assign a = long %}" + "{% assign a = a | append: a %}" * 40,
        "{% capture a %}{{ long }}{% endcapture %}" + "{% capture a %}{{ a }}{{ a }}{% endcapture %}" * 40,
    ],
)
def test_what_may_become_large_is_left_to_the_limits_of_python_liquid(bomb: str) -> None:
    data = {"many": [1] * 20_000, "hundred": [1] * 100, "long": "x" * 1000}
    parsed = sandbox(autoescape=False).from_string(bomb)
    with pytest.raises((Slow, LiquidError)):
        flatten(parsed, {}).run(data)


def test_words_of_a_shopper_are_escaped_whichever_way_they_are_said() -> None:
    piece = templates.template(
        Document.of(
            {"subject": "x", "blocks": [{"kind": "raw", "html": "{{ profile.first_name }}{% cycle 1 %}"}]}
        ),
        letter().brand,
        "en",
    ).html
    fields = merge_fields.of(letter(first_name="<script>"))
    assert "&lt;script&gt;1" in piece.program.run(fields)
    assert "<script>" not in piece.parsed().render(fields)
