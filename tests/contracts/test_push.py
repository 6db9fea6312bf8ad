"""Web push: the example of RFC 8291 to the byte, and a service that checks who sends and reads it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app.channels import push
from app.channels.base import Browser, Push, SendError
from app.lib.config import settings
from tests.push_service import Firefox, playing, raw, text

SAID = b"When I grow up, I want to be a watermelon"
BROWSER = Browser(
    endpoint="https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
    key=raw("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
    auth=raw("BTBZMqHH6r4Tts7J_aSIgg"),
)
SENDER = raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
SALT = raw("DGv6ra1nlYgDCS1FRnbzlw")
SEALED = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
    "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
"""RFC 8291, section 5 and appendix A."""


def test_it_seals_as_the_example_of_the_rfc() -> None:
    own = ec.derive_private_key(int.from_bytes(SENDER), ec.SECP256R1())
    assert text(push.encrypt(SAID, BROWSER, salt=SALT, own=own)) == SEALED


@given(said=st.binary(max_size=push.MOST_BYTES))
def test_only_its_browser_reads_it_and_no_two_are_alike(said: bytes) -> None:
    browser = Firefox()
    to = Browser(endpoint=browser.endpoint, key=browser.point, auth=browser.auth)
    first, second = push.encrypt(said, to), push.encrypt(said, to)
    assert browser.read(first) == browser.read(second) == said
    assert first != second
    assert len(first) <= push.RECORD


def test_a_service_takes_what_is_signed_for_it_and_shows_what_was_said() -> None:
    with playing(Firefox(trusted=push.public_key())) as browser:
        assert send(browser) == ["201"]
    assert browser.shown == [
        {"title": "Ridge & Pine", "body": "Delivered", "url": "https://doorstep.test/t/x", "tag": "abc"}
    ]


@pytest.mark.parametrize(
    ("status", "permanent", "is_gone"),
    [(410, True, True), (404, True, True), (413, True, False), (429, False, False), (503, False, False)],
)
def test_what_a_service_refuses(status: int, *, permanent: bool, is_gone: bool) -> None:
    with playing(Firefox(trusted=push.public_key(), status=status)) as browser:
        (outcome,) = send(browser)
    assert isinstance(outcome, SendError)
    assert (outcome.permanent, outcome.bad_address) == (permanent, is_gone)


def test_a_browser_that_subscribed_with_another_key_refuses_for_good() -> None:
    with playing(Firefox(trusted="another")) as browser:
        (outcome,) = send(browser)
    assert isinstance(outcome, SendError)
    assert outcome.permanent


@pytest.mark.parametrize(
    "changed",
    [
        {"endpoint": "https://evil.example/push"},
        {"endpoint": "http://fcm.googleapis.com/fcm/send/x"},
        {"endpoint": "https://fcm.googleapis.com:8443/x"},
        {"endpoint": "https://fcm.googleapis.com.evil.example/x"},
        {"endpoint": "https://evilpush.apple.com.example/x"},
        {"endpoint": "https://fcm.googleapis.com:99999/x"},
        {"endpoint": "https://[fcm.googleapis.com/x"},
        {"endpoint": "https://fcm.googleapis.com/\0"},
        {"endpoint": "https://fcm.googleapis.com/" + "\u20ac" * 1900},
        {"endpoint": ""},
        {"key": "AAAA"},
        {"key": "not base64 at all!"},
        {"auth": "AAAA"},
    ],
)
def test_what_is_no_browser_of_anybody_is_not_asked(changed: dict[str, str]) -> None:
    whole = Firefox().subscription
    named = {name: whole[name] for name in ("endpoint", "key", "auth")}
    assert push.browser(**named).endpoint == named["endpoint"]
    with pytest.raises(push.Unfit):
        push.browser(**(named | changed))


def test_our_key_is_the_same_in_every_process_and_outlives_a_rotation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = push.public_key()
    rotated = settings().model_copy(update={"secret_keys": "n" * 40 + "," + settings().secret_keys})
    monkeypatch.setattr(push, "settings", lambda: rotated)
    push._ours.cache_clear()
    assert push.public_key() == before


def send(browser: Firefox) -> list[object]:
    told = Push(
        to=Browser(endpoint=browser.endpoint, key=browser.point, auth=browser.auth),
        title="Ridge & Pine",
        words="Delivered",
        url="https://doorstep.test/t/x",
        ref="abc",
    )
    with push.Pushes() as line:
        return [outcome for _, outcome in line.send_all([(1, told)], lambda _: True)]
