"""What we sign is verified by dkimpy, which is not ours, with the key that DNS shows."""

from dataclasses import replace

import dkim as verifier
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.channels import dkim, mime
from app.channels.base import Mail
from app.channels.dkim import Signer
from app.lib import clock

SECRET = dkim.make()
SIGNER = Signer("shop.example", "doorstep1", SECRET)
MAIL = Mail(
    to="ana@example.org",
    sender="Ridge & Pine <orders@shop.example>",
    reply_to="hello@shop.example",
    subject="On its way: order #1042",
    text="Hello Ana\n\n.\n  two  spaces \n\n\n",
    html="<p>Hello Ana</p>",
    message_id="<1042@shop.example>",
    headers={
        "List-Unsubscribe": f"<https://doorstep.test/u/{'a' * 120}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)


def test_a_signed_mail_is_verified() -> None:
    assert is_verified(signed(MAIL))


@given(
    subject=st.text(max_size=300),
    text=st.text(max_size=500),
    name=st.text(max_size=60).filter(lambda it: "<" not in it and ">" not in it),
)
def test_whatever_a_mail_says_it_is_verified(subject: str, text: str, name: str) -> None:
    told = replace(MAIL, subject=subject, text=text, sender=f"{name} <orders@shop.example>")
    assert is_verified(signed(told))


@pytest.mark.parametrize(
    ("what", "becomes"),
    [
        (b"SGVsbG8gQW5h", b"SGVsbG8gRXZl"),
        (b"Subject: On its way", b"Subject: On its vay"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click", b"List-Unsubscribe-Post: nothing"),
        (b"/u/aaa", b"/u/bbb"),
        (b"From: ", b"From: eve <eve@evil.example>\r\nFrom: "),
        (b"To: ana", b"To: eve"),
    ],
)
def test_a_changed_mail_is_not(what: bytes, becomes: bytes) -> None:
    mail = signed(MAIL)
    assert what in mail
    assert not is_verified(mail.replace(what, becomes, 1))


def test_another_key_does_not_verify_it() -> None:
    assert not is_verified(signed(MAIL), dkim.make())


def test_both_headers_of_one_click_are_signed() -> None:
    head = signed(MAIL).partition(b"\r\n\r\n")[0].decode()
    names = head[head.index(" h=") : head.index(" bh=")]
    assert "list-unsubscribe:list-unsubscribe-post:" in names


def test_a_record_is_read_as_it_was_written() -> None:
    record = dkim.record(SECRET)
    key = dkim.public_key(record)
    assert key
    assert dkim.is_strong(key) is True
    assert dkim.public_key("v=DKIM1; p=") == ""
    assert dkim.public_key("v=spf1 -all") is None
    assert dkim.is_strong("bm8ga2V5") is None


def signed(mail: Mail) -> bytes:
    now = clock.now()
    return SIGNER.sign(mime.write(mail, now), int(now.timestamp()))


def is_verified(mail: bytes, secret: str = SECRET) -> bool:
    def shown(name: bytes, timeout: int = 5) -> bytes:
        del timeout
        assert name == b"doorstep1._domainkey.shop.example."
        return dkim.record(secret).encode()

    return bool(verifier.verify(mail, dnsfunc=shown))
