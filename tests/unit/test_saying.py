from flask import Flask, render_template_string

from app.admin import saying
from app.admin.messages import rules

PAGE = (
    "{{ spoken().tag }} {{ spoken().direction }} {{ say('Export') }} "
    "{{ say_many('%(count)s day', '%(count)s days', 1200) }} "
    "{% trans name='<i>' %}by <b>{{ name }}</b>{% endtrans %} "
    "{% trans count=1 %}one{% pluralize %}{{ count }} parcels{% endtrans %}"
)


def shown_to(languages: str) -> str:
    app = Flask(__name__)
    saying.join(app)
    with app.test_request_context(headers={"Accept-Language": languages}):
        return render_template_string(PAGE)


def test_english_is_said_to_whom_we_cannot_answer_in_their_own_language() -> None:
    assert shown_to("tlh, xx;q=0.5") == "en ltr Export 1,200 days by <b>&lt;i&gt;</b> one"
    assert saying.say("Export") == "Export"


def test_every_sentence_can_be_seen_in_brackets() -> None:
    assert shown_to("en-XA, en;q=0.5") == "en ltr ⟦Export⟧ ⟦1,200 days⟧ ⟦by <b>&lt;i&gt;</b>⟧ ⟦one⟧"
    assert shown_to("ar-XB").startswith("ar rtl ⟦Export⟧")


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
