"""What each answer of an SMTP server means for a message; over real sockets."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.channels import line as line_module
from app.channels import server as server_module
from app.channels import smtp
from app.channels.base import Mail, SendError
from app.channels.smtp import Lines
from app.lib import clock
from app.lib.config import settings
from tests.contracts.smtp_server import CUT, NOT_A_WORD, SILENCE, ScriptedServer, scripted

TRANSIENT = {"permanent": False, "unknown": False, "everyone": False, "bad_address": False}
PERMANENT = TRANSIENT | {"permanent": True}
DEAD_ADDRESS = PERMANENT | {"bad_address": True}
UNKNOWN = TRANSIENT | {"unknown": True}
EVERYONE = TRANSIENT | {"everyone": True}


@pytest.mark.parametrize(
    ("stage", "answer", "meaning"),
    [
        ("MAIL", "421 4.7.0 too busy", EVERYONE),
        ("MAIL", "451 4.3.0 later", TRANSIENT),
        ("MAIL", "452 4.3.1 full", TRANSIENT),
        ("MAIL", "530 5.7.0 sign in first", EVERYONE),
        ("MAIL", "550 5.7.1 that sender is not yours", EVERYONE),
        ("MAIL", "454 Throttling failure: Maximum sending rate exceeded", EVERYONE),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded", EVERYONE),
        ("RCPT", "552 5.2.2 over the message quota", PERMANENT),
        ("DOT", "451 Maximum credits exceeded", EVERYONE),
        ("MAIL", "552 5.3.4 too large", PERMANENT),
        ("MAIL", CUT, TRANSIENT),
        ("MAIL", SILENCE, TRANSIENT),
        ("RCPT", "421 4.3.2 going down", EVERYONE),
        ("RCPT", "450 4.2.0 greylisted", TRANSIENT),
        ("RCPT", "452 4.2.2 mailbox full", TRANSIENT),
        ("RCPT", "535 5.7.8 who are you", EVERYONE),
        ("RCPT", "550 5.1.1 nobody of this name", DEAD_ADDRESS),
        ("RCPT", "550 nobody of this name", DEAD_ADDRESS),
        ("RCPT", "551 not here", DEAD_ADDRESS),
        ("RCPT", "552 5.2.2 mailbox full", PERMANENT),
        ("RCPT", "553 5.1.3 what is that", DEAD_ADDRESS),
        ("RCPT", "550 5.7.1 your network is on a list", PERMANENT),
        ("RCPT", "554 5.7.1 no", PERMANENT),
        ("RCPT", CUT, TRANSIENT),
        ("RCPT", SILENCE, TRANSIENT),
        ("DATA", "451 4.3.0 later", TRANSIENT),
        ("DATA", "554 5.5.1 no valid recipients", PERMANENT),
        ("DATA", CUT, TRANSIENT),
        ("BODY", CUT, TRANSIENT),
        ("BODY", NOT_A_WORD, TRANSIENT),
        ("DOT", "421 4.3.2 going down", EVERYONE),
        ("DOT", "451 4.7.1 later", TRANSIENT),
        ("DOT", "550 5.7.515 sender domain does not pass", EVERYONE),
        ("DOT", "554 5.6.0 we do not like the content", PERMANENT),
        ("DOT", "what", UNKNOWN),
        ("DOT", CUT, UNKNOWN),
        ("DOT", SILENCE, UNKNOWN),
    ],
)
def test_an_answer_means(server: ScriptedServer, stage: str, answer: str, meaning: dict[str, bool]) -> None:
    server.script[stage] = [answer]
    first = replace(MAIL, html="x" * 20_000_000) if stage == "BODY" else MAIL
    with smtp.connect() as line:
        with pytest.raises(SendError) as raised:
            send(line, first)
        assert {name: getattr(raised.value, name) for name in meaning} == meaning
        assert server.taken == []
        send(line, MAIL)
    assert len(server.taken) == 1
    assert not any(word in str(raised.value) for word in ("ana", "example.org", "nobody", "sender domain"))


@pytest.mark.parametrize(
    ("stage", "answer"),
    [("CONNECT", "421 too many of you"), ("CONNECT", "554 not you"), ("CONNECT", CUT), ("EHLO", CUT)],
)
def test_a_server_that_does_not_let_us_in_fails_everyone(
    server: ScriptedServer, stage: str, answer: str
) -> None:
    server.script[stage] = [answer]
    with pytest.raises(SendError) as raised:
        smtp.connect()
    assert (raised.value.everyone, raised.value.permanent) == (True, False)


def test_a_server_that_is_not_there_fails_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        use(monkeypatch, f"smtp://127.0.0.1:{gone.getsockname()[1]}")
    with pytest.raises(SendError, match="cannot be reached: nothing listens at this port") as raised:
        smtp.connect()
    assert raised.value.everyone


def test_a_line_that_cannot_be_opened_again_fails_everyone(server: ScriptedServer) -> None:
    server.script = {"MAIL": [CUT], "CONNECT": ["220 ready", "421 not again"]}
    with smtp.connect() as line:
        with pytest.raises(SendError) as first:
            send(line, MAIL)
        with pytest.raises(SendError) as second:
            send(line, MAIL)
    assert (first.value.everyone, second.value.everyone) == (False, True)


def test_one_connection_carries_a_chunk_and_a_failure_is_reset(server: ScriptedServer) -> None:
    server.script["RCPT"] = ["250 ok", "550 5.1.1 nobody"]
    with smtp.connect() as line:
        send(line, MAIL)
        with pytest.raises(SendError):
            send(line, MAIL)
        send(line, MAIL)
    assert (len(server.taken), server.connections) == (2, 1)
    assert [command.lower() for command in server.heard].count("rset") == 1


def test_the_bytes_arrive_as_they_were_written(server: ScriptedServer) -> None:
    with smtp.connect() as line:
        assert send(line, replace(MAIL, text=".\r\n..\r\n.hidden")) == "250 2.0.0"
    (taken,) = server.taken
    read = message_from_bytes(taken)
    text = read.get_payload(0)
    assert isinstance(text, type(read))
    assert text.get_payload(decode=True) == b".\r\n..\r\n.hidden"
    assert read["Message-ID"] == MAIL.message_id


def test_letters_beyond_ascii_need_a_server_that_takes_them(server: ScriptedServer) -> None:
    with smtp.connect() as line, pytest.raises(SendError) as raised:
        send(line, replace(MAIL, to="añá@example.org"))
    assert raised.value.permanent
    assert not any(command.startswith("MAIL") for command in server.heard)


def test_letters_beyond_ascii_are_sent_where_the_server_takes_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(extensions=("SMTPUTF8",)) as server:
        use(monkeypatch, f"smtp://127.0.0.1:{server.port}")
        with smtp.connect() as line:
            send(line, replace(MAIL, to="añá@example.org"))
    assert "To: añá@example.org\r\n".encode() in server.taken[0]


def test_a_domain_beyond_ascii_goes_to_any_server(server: ScriptedServer) -> None:
    with smtp.connect() as line:
        send(line, replace(MAIL, to="ana@bücher.example"))
    assert "RCPT TO:<ana@xn--bcher-kva.example>" in server.heard


@pytest.mark.parametrize("to", ["", "nobody", "a@b@c", "ana@example.org\r\nRCPT TO:<eve@example.org>"])
def test_what_is_no_address_is_refused_before_a_word_is_said(server: ScriptedServer, to: str) -> None:
    with smtp.connect() as line, pytest.raises(SendError) as raised:
        send(line, replace(MAIL, to=to))
    assert raised.value.permanent
    assert not any(command.startswith("MAIL") for command in server.heard)


def test_a_password_may_hold_any_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(extensions=("AUTH PLAIN",)) as server:
        use(monkeypatch, f"smtp://me%40shop.example:p%2Fw%3A%25@127.0.0.1:{server.port}")
        with smtp.connect() as line:
            send(line, MAIL)
    assert "AUTH PLAIN AG1lQHNob3AuZXhhbXBsZQBwL3c6JQ==" in server.heard


def test_a_wrong_password_fails_everyone(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(extensions=("AUTH PLAIN",)) as server:
        server.script["AUTH"] = ["535 5.7.8 me@shop.example is unknown"]
        use(monkeypatch, f"smtp://me:wrong@127.0.0.1:{server.port}")
        with pytest.raises(SendError, match=r"^sign-in: 535 5\.7\.8$") as raised:
            smtp.connect()
    assert (raised.value.everyone, raised.value.permanent) == (True, False)


def test_starttls_protects_the_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "cert.pem"))
    with scripted(tls=certificate(tmp_path), extensions=("STARTTLS",)) as server:
        use(monkeypatch, f"smtp+starttls://localhost:{server.port}")
        with smtp.connect() as line:
            send(line, MAIL)
    assert len(server.taken) == 1
    assert "STARTTLS" in [command.upper() for command in server.heard]


@pytest.mark.parametrize("fault", ["not offered", "454 4.7.0 not now", "a stranger's certificate"])
def test_a_line_that_cannot_be_protected_fails_everyone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fault: str
) -> None:
    offered = () if fault == "not offered" else ("STARTTLS",)
    with scripted(tls=certificate(tmp_path), extensions=offered) as server:
        if fault[0].isdigit():
            server.script["STARTTLS"] = [fault]
        use(monkeypatch, f"smtp+starttls://localhost:{server.port}")
        with pytest.raises(SendError) as raised:
            smtp.connect()
    assert (raised.value.everyone, raised.value.permanent) == (True, False)
    assert not any(command.startswith("MAIL") for command in server.heard)


@pytest.mark.parametrize("url", ["http://127.0.0.1", "smtp://", "127.0.0.1:25", "smtp://here:x"])
def test_a_strange_server_address_is_said_so(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    use(monkeypatch, url)
    with pytest.raises(SendError, match="DOORSTEP_SMTP_URL") as raised:
        smtp.connect()
    assert raised.value.everyone


MAIL = Mail(
    to="ana@example.org",
    sender="Ridge & Pine <orders@shop.example>",
    reply_to=None,
    subject="On its way: order #1042",
    text="Hello Ana",
    html="<p>Hello Ana</p>",
    message_id="<1042@shop.example>",
)


@pytest.fixture(params=[(), ("PIPELINING",)], ids=["one by one", "pipelined"])
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedServer]:
    with scripted(extensions=request.param) as running:
        use(monkeypatch, f"smtp://127.0.0.1:{running.port}")
        yield running


def send(line: Lines, mail: Mail) -> str:
    """Hand over one mail, and raise what it came to."""
    ((_, outcome),) = line.send_all([(1, mail)], lambda _: True)
    if isinstance(outcome, SendError):
        raise outcome
    return outcome


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(smtp, "settings", lambda: settings().model_copy(update={"smtp_url": url}))
    monkeypatch.setattr(server_module, "TIMEOUT", 0.5)
    monkeypatch.setattr(line_module, "TIMEOUT", 0.5)


def certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context
