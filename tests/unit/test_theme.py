"""What a store's first page says of its look; pages composed after what themes print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.lib.color import HEX
from app.shops import theme
from app.shops.theme import Theme

URL = "https://ridge.example/en/"
DAWN = """<html><head><meta name="theme-color" content="">
<link rel="apple-touch-icon" href="/cdn/touch.png">
<style>:root { --color-background: 255,255,255; --color-button: 30, 96, 72; }</style>
<script type="application/ld+json">{"@type": "Organization", "name": "Ridge",
"logo": "https:\\/\\/ridge.example\\/cdn\\/logo.png?width=500"}</script></head></html>"""
BLOCKS = """<style id="global-styles-inline-css">:root{--wp--preset--color--black: #000000;
--wp--preset--color--primary: #A8401B;}</style>
<script type="application/ld+json">{"@graph": [{"logo": {"url": "/logo.svg"}}]}</script>"""


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (DAWN, Theme(color="#1e6048", logo_url="https://ridge.example/cdn/logo.png?width=500")),
        (BLOCKS, Theme(color="#a8401b", logo_url="https://ridge.example/logo.svg")),
        ("<meta name='Theme-Color' content='#b80'>", Theme(color="#bb8800")),
        (
            "<link rel='apple-touch-icon' href='icon.png'>",
            Theme(logo_url="https://ridge.example/en/icon.png"),
        ),
        ("<link rel='apple-touch-icon' href='http://a.example/i.png'>", Theme()),
        ("<link rel='apple-touch-icon' href='javascript:alert(1)'>", Theme()),
        ("<meta name=theme-color content='#ffffff'><style>--color-button: 18,18,18;</style>", Theme()),
        ("<meta name=theme-color content='rgb(184, 134, 11)'>", Theme(color="#b8860b")),
        ("<style>--color-button: 999,0,0;</style>", Theme()),
        ("<script type='application/ld+json'>{broken</script>", Theme()),
        ("<script type='application/ld+json'>[{\"logo\": 7}]</script>", Theme()),
        ("<script type='application/ld+json'>{\"@graph\": 7}</script>", Theme()),
        ('<script type=\'application/ld+json\'>{"logo": "https://["}</script>', Theme()),
        ('<script type=\'application/ld+json\'>{"logo": "https://a.example/\\u0000"}</script>', Theme()),
        ('<script type=\'application/ld+json\'>{"logo": "https://a.example/\\ud800"}</script>', Theme()),
        ("<link rel='apple-touch-icon' href='//[a'>", Theme()),
        ("<![strange[ <meta name='theme-color' content='#a8401b'>", Theme(color="#a8401b")),
        ("<meta name='x' content='1><meta name='theme-color' content='#a8401b'>", Theme(color="#a8401b")),
        ("", Theme()),
    ],
)
def test_a_color_and_a_logo_are_found_where_a_theme_names_them(page: str, found: Theme) -> None:
    assert theme.read(page, URL) == found


@given(st.text(), st.sampled_from(["--color-button: {}", "<meta name=theme-color content='{}'>", "{}"]))
def test_whatever_stands_there_a_color_is_a_color_and_a_logo_an_https_address(text: str, form: str) -> None:
    found = theme.read(form.replace("{}", text), URL)
    assert not found.color or HEX.fullmatch(found.color)
    assert not found.logo_url or found.logo_url.startswith("https://")


@pytest.mark.parametrize(
    "part",
    [
        *("<!--", "<a ", "</", "<?", "<![CDATA[", "<meta", "<meta ", "<script", "<script>", "</script", "&"),
        *("<meta a='", "<link rel=x>", "<script>[", "--color-button:", "--color-button ", " ", "0 "),
        "<script type='application/ld+json'>{}</script>",
        *(
            f"<link {attribute * (900 // len(attribute))}>"
            for attribute in ("a= ", "a='", "a", "/ ", "='", '"a')
        ),
    ],
)
def test_however_long_a_page_is_and_whatever_it_never_ends_it_is_read_once(part: str) -> None:
    """What looks back at every character would take hours."""
    page = f"<meta name=theme-color content='0{part * (400_000 // len(part))}"
    for form in ("{}", "<style>--color-button: 0{}", "<script type='application/ld+json'>{}"):
        assert theme.read(form.replace("{}", page), URL).logo_url == ""
