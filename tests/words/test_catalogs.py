"""Every sentence is said in every language; slower than a unit test, and it asks for translations."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages import Catalog, Message

from app.lib import catalogs
from app.lib.words import CATALOGS, MERCHANTS, SHOPPERS, languages

BLANK = re.compile(r"%\((\w+)\)s")
TAG = re.compile(r"<[^>]*>")
OF_A_DAY = {"weekday", "date"}
"""Every language names a day by one of them, or both, as it likes."""
LONGEST = 2.2
"""Times as long as the English, for sentences; a single word may be any other single word."""


@pytest.fixture(scope="module")
def source() -> Catalog:
    return catalogs.extract()


@pytest.mark.parametrize("language", CATALOGS)
def test_every_sentence_is_said(language: str) -> None:
    assert list(catalogs.missing(language)) == []


@pytest.mark.parametrize("language", CATALOGS)
def test_every_blank_is_filled_and_no_other(language: str) -> None:
    for message, said in translations(language):
        for text in said:
            given, used = set(BLANK.findall(str(message.id))), set(BLANK.findall(text))
            if given & OF_A_DAY:
                assert used - given <= OF_A_DAY, text
            else:
                assert used - {"count"} == given - {"count"}, text
            assert "%" not in BLANK.sub("", text), text


@pytest.mark.parametrize("language", CATALOGS)
def test_a_translation_is_plain_text_about_as_long_as_the_english(language: str) -> None:
    for message, said in translations(language):
        english = message.id if isinstance(message.id, str) else message.id[-1]
        for text in said:
            assert not re.search(r"[<>{}]|&\w+;", text), text
            assert text == text.strip(), text
            assert len(text) <= max(24, LONGEST * len(english)), text


@pytest.mark.parametrize("language", CATALOGS)
def test_nothing_is_kept_that_is_no_longer_said(language: str, source: Catalog) -> None:
    for message, _ in translations(language):
        assert source.get(message.id, message.context) is not None, message.id


def test_what_merchants_are_told_is_found() -> None:
    told = catalogs.extract(MERCHANTS)
    assert told.get("Skip to content") is not None


def test_a_text_is_told_from_a_text_message() -> None:
    told = catalogs.extract(MERCHANTS)
    block, message = told.get("Text"), told.get("Text", "a text message")
    assert block is not None
    assert message is not None
    assert not {place for place, _ in block.locations} & {place for place, _ in message.locations}


def test_what_is_counted_stands_where_it_is_said() -> None:
    calls = [
        (file.name, call)
        for file in (catalogs.ROOT / "app" / "admin").rglob("*.py")
        for call in ast.walk(ast.parse(file.read_text()))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "say_many"
    ]
    assert len(calls) > 50
    for name, call in calls:
        assert all(isinstance(it, ast.Constant) for it in call.args[:2]), f"{name}:{call.lineno}"


@pytest.mark.parametrize("language", languages(MERCHANTS))
def test_merchants_get_the_same_blanks_and_the_same_markup(language: str) -> None:
    source = catalogs.extract(MERCHANTS)
    for message, said in translations(language, MERCHANTS):
        assert source.get(message.id, message.context) is not None, message.id
        english = message.id if isinstance(message.id, str) else message.id[-1]
        for text in filter(None, said):
            assert {*BLANK.findall(text)} - {"count"} == {*BLANK.findall(english)} - {"count"}, text
            assert sorted(TAG.findall(text)) == sorted(TAG.findall(english)), text
            assert "%" not in BLANK.sub("", text).replace("%%", ""), text


def translations(language: str, told_to: str = SHOPPERS) -> Iterator[tuple[Message, tuple[str, ...]]]:
    for message in catalogs.read(language, told_to):
        if message.id:
            yield (
                message,
                (message.string,) if isinstance(message.string, str) else tuple(message.string or ()),
            )
