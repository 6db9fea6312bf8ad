"""What WhatsApp is asked, and what its answers mean for a message."""

from dataclasses import replace

import pytest
import requests

from app.channels.base import SendError
from app.channels.sms import calls
from app.channels.sms.calls import KeysRefused
from app.channels.whatsapp import cloud
from app.channels.whatsapp.templates import fill, read
from app.lib.http import Outside, Unreachable
from tests.contracts.sms.wire import failing
from tests.contracts.sources.network import playing
from tests.contracts.whatsapp.wire import HEAD, HOST, KEYS, TEXT, recorded

ERROR = {"error": {"message": "(#{}) said", "type": "OAuthException", "fbtrace_id": "A"}}


def test_free_words_are_handed_over_with_what_a_receipt_names_them_by() -> None:
    with playing(HOST) as api:
        api.will(200, recorded("sent"))
        ident = cloud.send(calls.outside(), KEYS, HEAD, TEXT)
    (asked,) = api.asked
    assert ident == recorded("sent")["messages"][0]["id"]
    assert asked.url == f"{cloud.API}/{HEAD.sender}/messages"
    assert asked.headers["Authorization"] == "Bearer EAAJB"
    assert asked.body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+13035550142",
        "type": "text",
        "text": {"body": TEXT.words, "preview_url": False},
        "biz_opaque_callback_data": "9f3c2b",
    }


def test_a_template_is_handed_over_with_its_language_and_its_values() -> None:
    template = read(recorded("templates")["data"][0])
    values = {"body.first_name": "Ana", "body.order": "#1042", "body.headline": "Arriving Tuesday"}
    filled = fill(template, values | {"button.0": "1aBc"})
    with playing(HOST) as api:
        api.will(200, recorded("sent"))
        cloud.send(calls.outside(), KEYS, HEAD, replace(TEXT, template=filled))
    told = api.asked[0].body
    assert told["type"] == "template"
    assert "text" not in told
    assert told["template"] == {
        "name": "order_shipped",
        "language": {"code": "en_US"},
        "components": [
            {
                "type": "body",
                "parameters": [
                    {"type": "text", "parameter_name": "first_name", "text": "Ana"},
                    {"type": "text", "parameter_name": "order", "text": "#1042"},
                    {"type": "text", "parameter_name": "headline", "text": "Arriving Tuesday"},
                ],
            },
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "1aBc"}],
            },
        ],
    }


@pytest.mark.parametrize(
    ("status", "code", "means"),
    [
        (401, 190, "keys"),
        (403, 10, "keys"),
        (403, 200, "keys"),
        (403, 131031, "everyone"),
        (400, 130429, "everyone"),
        (400, 80007, "everyone"),
        (400, 131042, "everyone"),
        (503, 131016, "everyone"),
        (500, 2, "everyone"),
        (400, 131056, "later"),
        (400, 131047, "later"),
        (400, 131026, "nobody"),
        (400, 130472, "never"),
        (404, 132001, "never"),
        (400, 132015, "never"),
        (400, 131050, "never"),
        (500, 131000, "unknown"),
        (500, None, "unknown"),
        (502, None, "unknown"),
        (503, None, "everyone"),
        (429, None, "everyone"),
        (401, None, "keys"),
        (400, None, "never"),
    ],
)
def test_the_graphs_own_code_says_what_follows(status: int, code: int | None, means: str) -> None:
    answer = {"error": ERROR["error"] | {"code": code}} if code is not None else {}
    with playing(HOST) as api:
        api.will(status, answer)
        error = refusal()
    found = {
        "keys": isinstance(error, KeysRefused),
        "everyone": error.everyone and not isinstance(error, KeysRefused),
        "unknown": error.unknown,
        "nobody": error.permanent and error.bad_address,
        "never": error.permanent and not error.bad_address,
        "later": not (error.permanent or error.everyone or error.unknown),
    }
    assert [name for name, is_so in found.items() if is_so] == [means]
    assert "said" not in str(error), "Meta's words may repeat a number"


def test_the_recorded_refusal_says_that_nobody_is_there() -> None:
    with playing(HOST) as api:
        api.will(400, recorded("refused"))
        error = refusal()
    assert (error.permanent, error.bad_address, error.everyone, error.unknown) == (True, True, False, False)


@pytest.mark.parametrize("broken", [requests.ReadTimeout(), requests.ConnectionError("Connection aborted.")])
def test_where_the_line_breaks_nobody_knows(broken: Exception) -> None:
    with failing(HOST, broken):
        assert refusal().unknown


def test_a_page_in_place_of_an_answer_leaves_it_open_whether_it_was_taken() -> None:
    with failing(HOST, None, status=200, body=b"<html>"):
        assert refusal().unknown
    with failing(HOST, None, status=404, body=b"<html>"):
        assert not refusal().unknown


def test_every_page_of_templates_is_read() -> None:
    first, last = recorded("templates"), recorded("templates")
    first = {"data": first["data"][:3], "paging": {**first["paging"], "next": "https://graph.facebook.com/x"}}
    last = {"data": last["data"][3:], "paging": last["paging"]}
    with playing(HOST) as api:
        api.will(200, first).will(200, last)
        found = cloud.templates(Outside(), KEYS)
    assert [(it.name, it.language, it.status, it.category) for it in found] == [
        ("order_shipped", "en_US", "approved", "utility"),
        ("order_shipped", "de", "approved", "utility"),
        ("order_delivered", "en_US", "pending", "utility"),
        ("winter_sale", "en_US", "approved", "marketing"),
    ]
    assert "after=MjQZD" in api.asked[1].url
    assert all(asked.url.startswith(f"{cloud.API}/102290129340398/message_templates") for asked in api.asked)


@pytest.mark.parametrize(
    ("status", "code", "kind"), [(401, 190, KeysRefused), (400, 80008, Unreachable), (500, 1, Unreachable)]
)
def test_templates_that_are_not_told_are_asked_for_again(
    status: int, code: int, kind: type[Exception]
) -> None:
    with playing(HOST) as api:
        api.will(status, {"error": {"code": code}})
        with pytest.raises(kind):
            cloud.templates(Outside(), KEYS)


def refusal() -> SendError:
    with pytest.raises(SendError) as caught:
        cloud.send(calls.outside(), KEYS, HEAD, TEXT)
    return caught.value
