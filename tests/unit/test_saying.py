from datetime import UTC, datetime

import pytest
from flask import Flask, g, render_template_string

from app.admin import saying
from app.admin.dates import Calendar
from app.admin.messages import rules
from app.admin.moments import Moment
from app.lib.catalogs import ROOT
from app.lib.words import MERCHANTS, Words

PAGE = (
    "{{ spoken().tag }} {{ spoken().direction }} {{ say('Export') }} "
    "{{ say_many('%(count)s day', '%(count)s days', 1200) }} "
    "{% trans name='<i>' %}by <b>{{ name }}</b>{% endtrans %} "
    "{% trans count=1 %}one{% pluralize %}{{ count }} parcels{% endtrans %}"
)
LINK = (
    "{% trans href='/a', part='b', target=' target=_blank', name='Ada' %}"
    '<a href="{{ href }}#{{ part }}"{{ target }}>Look</a> at {{ name }}{% endtrans %}'
)
TIMELINE = "{% from 'admin/_pieces.html' import timeline %}{{ timeline([('', [it])], dates) }}"
NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def shown_to(languages: str, page: str = PAGE, **known: object) -> str:
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    saying.join(app)
    with app.test_request_context(headers={"Accept-Language": languages}):
        return render_template_string(page, **known)


def test_english_is_said_to_whom_we_cannot_answer_in_their_own_language() -> None:
    assert shown_to("tlh, xx;q=0.5") == "en ltr Export 1,200 days by <b>&lt;i&gt;</b> one"
    assert saying.say("Export") == "Export"


def test_every_sentence_can_be_seen_in_brackets() -> None:
    assert shown_to("en-XA, en;q=0.5") == "en ltr ⟦Export⟧ ⟦1,200 days⟧ ⟦by <b>&lt;i&gt;</b>⟧ ⟦one⟧"
    assert shown_to("ar-XB").startswith("ar rtl ⟦Export⟧")


def test_what_is_counted_is_written_as_its_reader_writes_numbers() -> None:
    page = "{% trans count=1200 %}{{ count }} day{% pluralize %}{{ count }} days{% endtrans %}"
    assert shown_to("en", page) == "1,200 days"


def test_nothing_is_isolated_within_a_tag() -> None:
    assert shown_to("ar-XB", LINK) == (
        '⟦<a href="/a#b" target=_blank>Look</a> at \N{LEFT-TO-RIGHT ISOLATE}Ada\N{POP DIRECTIONAL ISOLATE}⟧'
    )


def test_a_part_of_a_line_leads_on_whatever_letters_it_has() -> None:
    parcel = "A parcel of Ann's & Co"
    it = Moment(NOW, "", "parcel", f"{parcel} left", href="/x?a&b", about=parcel)
    shown = shown_to("en", TIMELINE, it=it, dates=Calendar.of(NOW, "UTC", "en"))
    assert '<a href="/x?a&amp;b">A parcel of Ann&#39;s &amp; Co</a> left' in shown


@pytest.mark.parametrize(
    ("language", "label", "read"), [("en", "On its way", "on its way"), ("de_AT", "Im Paket", "Im Paket")]
)
def test_a_label_amid_a_sentence_keeps_what_its_language_capitalizes(
    language: str, label: str, read: str
) -> None:
    with Flask(__name__).test_request_context():
        g.spoken = Words(language, MERCHANTS)
        assert saying.amid(label) == read


def test_what_the_gate_saw_is_kept_in_english_and_said_in_parts() -> None:
    with Flask(__name__).test_request_context(headers={"Accept-Language": "en-XA"}):
        assert rules.line("switched on", "off, nobody to carry it") == (
            "⟦⟦Switched on⟧: ⟦⟦off⟧, nobody to carry it⟧⟧"
        )
        said = rules.line("agreed to", "yes: they asked for it (order, contract)")
        assert said == "⟦⟦Agreed to⟧: ⟦⟦yes⟧: ⟦they asked for it⟧ (order, contract)⟧⟧"
    assert rules.line("agreed to", "yes: they asked for it (order)") == (
        "Agreed to: yes: they asked for it (order)"
    )
