from typing import Any

import pytest
import yaml

from app.messages.documents import files, merge_fields, templates
from app.messages.documents.document import Document, Misfit
from app.messages.documents.lint import Finding, Rule, lint
from app.messages.gate import offers
from app.messages.liquid import blame
from app.messages.wording import sample
from app.shops.brand import Brand
from app.vocabulary import Category, Trigger
from tests.unit.blocks import EVERY_BLOCK
from tests.unit.letters import RIDGE

STATUS = {"kind": "status_bar"}
WRITTEN = """\
message: shipped
subject: Hello
blocks:
  - kind: status_bar
  - kind: text
    text: |
      Hello
      {{ nobody }}
  - {kind: image, url: 'https://a.example/x.png'}
  - kind: text
    text: "{{ nobody }}"
languages:
  de:
    blocks:
      text-2:
        text: '{{ niemand }}'
"""
DISCOUNT = {"kind": "discount", "text": "For next time", "code": "PINE"}


def found(
    *blocks: dict[str, Any],
    subject: str = "Hello",
    category: Category = Category.TRANSACTIONAL,
    look: Brand = RIDGE,
    **more: Any,
) -> list[Finding]:
    document = Document.of({"subject": subject, "blocks": list(blocks) or [STATUS], **more})
    return lint(document, Trigger.SHIPPED, category, look)


@pytest.mark.parametrize("trigger", Trigger)
def test_our_own_messages_are_right(trigger: Trigger) -> None:
    assert lint(templates.default(trigger), trigger, offers.category(trigger), RIDGE) == []


def test_a_text_that_is_paid_several_times_is_said_in_each_language() -> None:
    long = "Your parcel is on its way and will be with you before you know it. " * 5
    (finding,) = found(sms=long)
    assert (finding.rule, finding.field, finding.is_error) == (Rule.LONG_TEXT, "sms", False)
    assert "3 segments (GSM-7)" in finding.sentence
    (cyrillic,) = found(sms="It is on its way", languages={"de": {"sms": "Ш" * 140}})
    assert (cyrillic.rule, cyrillic.language) == (Rule.LONG_TEXT, "de")
    assert "3 segments (UCS-2)" in cyrillic.sentence
    assert found(sms="It’s on its way: " + "x" * 140) == [], "curly quotes are written plainly"


def test_every_block_can_be_right() -> None:
    findings = found(*EVERY_BLOCK)
    assert findings == []


@pytest.mark.parametrize(
    ("block", "rule", "line"),
    [
        ({"kind": "text", "text": "Hi\n{{ order.nmae }}"}, Rule.UNKNOWN_NAME, 2),
        ({"kind": "text", "text": "{{ nobody }}"}, Rule.UNKNOWN_NAME, 1),
        ({"kind": "text", "text": "{{ calendar }}"}, Rule.UNKNOWN_NAME, 1),
        ({"kind": "text", "text": "{% for i in items %}\n{{ i.titel }}{% endfor %}"}, Rule.UNKNOWN_NAME, 2),
        ({"kind": "text", "text": "\n\n{{ order.name | shout }}"}, Rule.UNKNOWN_FILTER, 3),
        ({"kind": "text", "text": "a\n{% if %}"}, Rule.SYNTAX, 2),
        ({"kind": "text", "text": "{% if order.name %}"}, Rule.SYNTAX, 1),
        ({"kind": "text", "text": "x\n{{ order.name | money }}"}, Rule.CANNOT_BE_FILLED, 2),
        ({"kind": "text", "text": "{% for i in (1..99999) %}x{% endfor %}"}, Rule.CANNOT_BE_FILLED, 1),
        ({"kind": "image", "url": "https://a.example/x.png"}, Rule.MISSING_ALT, 1),
        ({"kind": "raw", "html": "<p>\n<img src='x'>"}, Rule.MISSING_ALT, 2),
        ({"kind": "raw", "html": "\n<b style='color:#999; background-color: #888'>x</b>"}, Rule.CONTRAST, 2),
        ({"kind": "raw", "html": "<b style='color:#eeeeee'>x</b>"}, Rule.CONTRAST, 1),
        ({"kind": "button", "text": "Go", "color": "#eeeeee", "text_color": "#ffffff"}, Rule.CONTRAST, 1),
        ({"kind": "raw", "html": "x" * 90_000}, Rule.TOO_LARGE, 1),
        ({"kind": "button", "text": "Go", "url": "https://bit.ly/x"}, Rule.SHORTENED_LINK, 1),
    ],
)
def test_what_is_wrong_is_named_with_its_line(block: dict[str, Any], rule: Rule, line: int) -> None:
    (finding,) = found(STATUS, block)
    assert (finding.rule, finding.line) == (rule, line)
    assert finding.block == ("" if rule is Rule.TOO_LARGE else block["kind"])


@pytest.mark.parametrize(
    "text",
    [
        "{{ profile.nickname | default: 'there' }}",
        "{% assign x = order.name %}{{ x }}",
        "{% capture x %}a{% endcapture %}{{ x.size }}",
        "{% for i in items %}{{ i.title }}{{ forloop.index }}{{ i.total | money }}{% endfor %}",
        "{% for fact in facts %}{% for line in fact.lines %}{{ line.text }}{% endfor %}{% endfor %}",
        "{{ items.first.title }}{{ items[0].title }}{{ items.size }}",
    ],
)
def test_what_is_right_is_left_alone(text: str) -> None:
    assert found(STATUS, {"kind": "text", "text": text}) == []


def test_a_near_name_is_offered() -> None:
    (finding,) = found(STATUS, {"kind": "text", "text": "{{ order.nmae }}"})
    assert "'order.name'" in finding.sentence


def test_an_order_s_message_does_not_begin_by_selling() -> None:
    assert [finding.rule for finding in found(DISCOUNT, STATUS)] == [Rule.PROMOTION_FIRST]
    assert [finding.rule for finding in found({"kind": "heading", "text": "x"}, DISCOUNT)] == [
        Rule.PROMOTION_FIRST
    ]
    assert found(STATUS, DISCOUNT) == []
    assert [finding.rule for finding in found(subject="20 % off inside")] == [Rule.PROMOTION_IN_SUBJECT]
    assert found(DISCOUNT, STATUS, subject="20 % off inside", category=Category.MARKETING) == []


def test_an_offer_names_its_sender_s_address() -> None:
    nowhere = Brand(name="Lemon", url="https://lemon.example", legal_name="Lemon")
    (finding,) = found(category=Category.MARKETING, look=nowhere)
    assert finding.rule is Rule.NO_POSTAL_ADDRESS
    assert finding.is_error
    assert found(look=nowhere) == []


def test_other_languages_are_looked_at_as_well() -> None:
    german = {"de": {"subject": "Rabatt: 20 %", "blocks": {"text": {"text": "{{ ordr.name }}"}}}}
    findings = found(STATUS, {"kind": "text", "text": "Hi"}, languages=german)
    assert {(finding.rule, finding.language) for finding in findings} == {
        (Rule.UNKNOWN_NAME, "de"),
        (Rule.PROMOTION_IN_SUBJECT, "de"),
    }


def test_a_finding_stands_on_its_line_of_the_file() -> None:
    trigger, data = files.read(WRITTEN)
    document = Document.of(data)
    findings = files.lines(WRITTEN, document, lint(document, trigger, Category.TRANSACTIONAL, RIDGE))
    assert [line for line, _ in findings] == [8, 9, 11, 16]


@pytest.mark.parametrize("trigger", Trigger)
def test_a_message_comes_back_from_its_file(trigger: Trigger) -> None:
    document = templates.default(trigger)
    again, data = files.read(files.write(trigger, document))
    assert again is trigger
    assert Document.of(data).data() == document.data()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", "Line 1"),
        ("subject: x", "which message"),
        ("message: nothing", "which message"),
        ("message: shipped\nsubject: &a x\npreview: *a", "Line 3: anchors and aliases"),
        ("message: !!bool maybe", "Line 1: tags"),
        ("message: [shipped]", "which message"),
        ("message: shipped\nsubject: 2026-99-99", "looks like a date"),
        ("[" * 100_000, "Line 1: it is nested too deeply"),
        ("- " * 100_000, "Line 1: it is nested too deeply"),
        ("x" * 300_000, "letters"),
    ],
)
def test_what_is_no_file_of_a_message_is_refused_in_a_sentence(text: str, complaint: str) -> None:
    with pytest.raises(Misfit, match=complaint):
        files.read(text)


def test_a_json_file_is_read_as_well() -> None:
    assert (
        files.read('{"message": "shipped", "subject": "x", "blocks": [{"kind": "spacer"}]}')[0]
        is Trigger.SHIPPED
    )


def test_a_fault_says_where_and_nothing_of_the_shopper() -> None:
    document = Document.of(
        {"subject": "x", "blocks": [{"kind": "text", "text": "a\n{{ profile.first_name | money }}"}]}
    )
    told = sample.letter(Trigger.SHIPPED, document, RIDGE)
    fault = blame.find(document, merge_fields.of(told))
    assert str(fault) == "block “text”, text, line 2: LiquidTypeError"
    assert blame.find(templates.default(Trigger.SHIPPED), merge_fields.of(told)) is None


def test_files_are_for_people() -> None:
    written = files.write(Trigger.SHIPPED, templates.default(Trigger.SHIPPED))
    assert yaml.safe_load(written)["message"] == "shipped"
    assert "    {{ message.hello }}\n    {{ message.lead }}" in written
