"""Changes to a message: whatever is done to its blocks, it stays a message, and nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages.documents import templates
from app.messages.documents.blocks import KINDS
from app.messages.documents.document import Document
from app.messages.wording import editing
from app.vocabulary import Trigger

MESSAGES = st.sampled_from(Trigger).map(templates.default)
FULL = sorted(kind for kind in KINDS if editing.starts_full(kind))


def ids(document: Document) -> list[str]:
    return [block.id for block in document.blocks]


def spoken() -> Document:
    return Document.of(
        {
            "subject": "Hi",
            "blocks": [{"kind": "heading", "text": "One"}, {"kind": "text", "text": "Two"}],
            "languages": {
                "de": {
                    "subject": "Hallo",
                    "blocks": {"heading": {"text": "Eins"}, "text": {"text": "Zwei"}},
                },
                "fr": {"blocks": {"text": {"text": "Deux"}}},
            },
        }
    )


@given(MESSAGES, st.data())
def test_a_block_that_is_moved_is_at_its_place_and_the_others_keep_their_order(
    document: Document, data: st.DataObject
) -> None:
    ident, place = data.draw(st.sampled_from(ids(document))), data.draw(st.integers(-2, 70))
    after = Document.of(editing.moved(document, ident, place))
    assert ids(after).index(ident) == max(0, min(place, len(document.blocks) - 1))
    assert [it for it in ids(after) if it != ident] == [it for it in ids(document) if it != ident]
    assert {it.id: it for it in after.blocks} == {it.id: it for it in document.blocks}


@given(MESSAGES, st.sampled_from(FULL), st.data())
def test_a_block_that_is_added_and_removed_leaves_nothing_behind(
    document: Document, kind: str, data: st.DataObject
) -> None:
    behind = data.draw(st.sampled_from([None, *ids(document)]))
    made, ident = editing.added(document, kind, {}, behind)
    after = Document.of(made)
    assert ident not in ids(document)
    before = ids(after)[ids(after).index(ident) - 1]
    assert before == (behind or ids(document)[-1])
    assert Document.of(editing.without(after, ident)).data() == document.data()


def test_a_block_takes_what_other_languages_say_along() -> None:
    left = Document.of(editing.without(spoken(), "text"))
    assert left.languages == {"de": {"subject": "Hallo", "blocks": {"heading": {"text": "Eins"}}}}


def test_words_of_a_language_are_written_and_taken_back() -> None:
    document = spoken()
    said = Document.of(editing.rewritten(document, "text", {"text": "Dos", "title": ""}, "es"))
    assert said.languages == {**document.languages, "es": {"blocks": {"text": {"text": "Dos"}}}}
    assert said.blocks == document.blocks
    assert (
        Document.of(editing.rewritten(said, "text", {"text": "", "title": ""}, "es")).languages
        == document.languages
    )
    named = Document.of(editing.renamed(said, {"subject": "Hola", "preview": "", "sms": ""}, "es"))
    assert named.languages["es"] == {"subject": "Hola", "blocks": {"text": {"text": "Dos"}}}
    assert named.subject == "Hi"


def test_a_field_that_is_emptied_is_as_usual() -> None:
    document = Document.of({"subject": "Hi", "blocks": [{"kind": "items", "title": "Yours"}]})
    emptied = Document.of(editing.rewritten(document, "items", {"title": "", "total": True}))
    assert emptied.blocks[0].fields == {"title": "In your order", "total": True}


def test_what_is_not_there_is_not_changed() -> None:
    with pytest.raises(LookupError):
        editing.moved(spoken(), "x", 0)
    with pytest.raises(LookupError):
        editing.without(spoken(), "x")
    with pytest.raises(LookupError):
        editing.rewritten(spoken(), "x", {})
