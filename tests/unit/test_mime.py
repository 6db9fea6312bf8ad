import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr

from hypothesis import given
from hypothesis import strategies as st

from app.channels import mime
from app.channels.base import Mail

WORDS = st.text(max_size=300)
LINE_ENDS = st.lists(
    st.sampled_from(["\r", "\n", "\r\n", "\r\nBcc: eve@example.org", "=?utf-8?q?x?=", "é", " "])
)


@given(subject=WORDS, name=WORDS, text=WORDS, html=WORDS)
def test_whatever_is_written_is_read_back(subject: str, name: str, text: str, html: str) -> None:
    read = parsed(mail(subject=subject, name=name, text=text, html=html))
    assert read["Subject"] == mime.one_line(subject)
    assert sender_of(read) == (mime.one_line(name), "orders@shop.example")
    assert content(read, "plain") == with_crlf(text)
    assert content(read, "html") == with_crlf(html)
    assert [part.defects for part in read.walk()] == [[], [], []]


@given(nasty=LINE_ENDS.map("".join))
def test_no_words_can_add_a_header(nasty: str) -> None:
    sent = Mail(
        to=f"ana@example.org{nasty}",
        sender=f"{nasty} <orders@shop.example>",
        reply_to=f"help@shop.example{nasty}",
        subject=nasty,
        text=nasty,
        html=nasty,
        message_id=f"<1@shop.example>{nasty}",
        headers={"List-Unsubscribe": f"<https://shop.example/u/1>{nasty}"},
    )
    head, _, _ = mime.write(sent, NOW).partition(b"\r\n\r\n")
    names = re.findall(rb"^([\w-]+):", head, re.MULTILINE)
    assert names == [*EXPECTED[:5], b"Reply-To", b"List-Unsubscribe", *EXPECTED[5:]]


@given(subject=st.text(max_size=2000), name=st.text(max_size=2000))
def test_no_line_is_longer_than_the_standard_allows(subject: str, name: str) -> None:
    lines = mime.write(mail(subject=subject, name=name), NOW).split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_the_one_click_address_is_never_encoded_or_folded() -> None:
    address = f"<https://a-shop-with-a-long-name.example/u/{'x' * 300}>"
    written = mime.write(mail(headers={"List-Unsubscribe": address}), NOW)
    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in written


def test_a_plain_subject_and_name_stay_legible() -> None:
    written = mime.write(mail(subject="On its way: order #1042", name="Ridge & Pine"), NOW)
    assert b"From: Ridge & Pine <orders@shop.example>\r\n" in written
    assert b"Subject: On its way: order #1042\r\n" in written


NOW = datetime(2026, 11, 17, 20, 0, tzinfo=UTC)
EXPECTED = [
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"Auto-Submitted",
    b"MIME-Version",
    b"Content-Type",
]


def mail(
    *,
    subject: str = "Thank you",
    name: str = "Ridge & Pine",
    text: str = "Hello",
    html: str = "<p>Hello</p>",
    headers: dict[str, str] | None = None,
) -> Mail:
    return Mail(
        to="ana@example.org",
        sender=f"{name} <orders@shop.example>",
        reply_to=None,
        subject=subject,
        text=text,
        html=html,
        message_id="<1@shop.example>",
        headers=headers or {},
    )


def parsed(sent: Mail) -> EmailMessage:
    return message_from_bytes(mime.write(sent, NOW), policy=default)


def content(read: EmailMessage, kind: str) -> str:
    part = read.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def sender_of(read: EmailMessage) -> tuple[str, str]:
    """Read by hand: headerregistry of Python 3.11 puts a space between the encoded words of a name."""
    (raw,) = (value for name, value in read.raw_items() if name == "From")
    phrase, address = parseaddr(str(raw))
    return str(make_header(decode_header(phrase))), address


def with_crlf(text: str) -> str:
    return re.sub(r"\r\n|\r|\n", "\r\n", text)
