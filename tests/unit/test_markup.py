"""What merchants write can do nothing on a shopper's page."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.markup import TAGS, clean

PIECES = st.sampled_from(
    [
        "<",
        ">",
        "</p>",
        "<p>",
        "<script>",
        "onclick=x",
        "<a href='javascript:x'>",
        "&lt;",
        "{{",
        '"',
        "a",
        "\n\n",
    ]
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", ""),
        ("Hello.\nThere.\n\nBye.", "<p>Hello.<br>There.</p><p>Bye.</p>"),
        ("<p>As <strong>written</strong></p>", "<p>As <strong>written</strong></p>"),
        ("<b onclick='x()'>A</b><script>x()</script>", "<p><b>A</b></p>"),
        ("<img src=https://else.example/x.png>Hi", "<p>Hi</p>"),
        ("1 < 2 & 3", "<p>1 &lt; 2 &amp; 3</p>"),
    ],
)
def test_text_becomes_paragraphs_and_only_harmless_tags_stay(typed: str, shown: str) -> None:
    assert clean(typed) == shown


@pytest.mark.parametrize(
    "link", ["http://a.example", "javascript:alert(1)", "//a.example", "mailto:a@b.c", "data:x"]
)
def test_links_lead_to_https_alone(link: str) -> None:
    assert "a.example" not in clean(f'<a href="{link}">x</a>')
    assert ":" not in clean(f'<a href="{link}">x</a>')
    assert 'href="https://a.example/"' in clean('<a href="https://a.example/">x</a>')


@given(st.lists(PIECES).map("".join) | st.text())
def test_whatever_is_typed_only_our_tags_come_out(typed: str) -> None:
    for tag, rest in re.findall(r"<\s*/?\s*([a-zA-Z!?]*)([^>]*)>?", clean(typed)):
        assert tag in TAGS
        assert re.fullmatch(r'( href="https://[^"]*")?( rel="noopener noreferrer")?', rest)
