"""What a stranger may send: a clear answer, no row, no cost to a neighbor."""

import gzip
import json
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from bench import house
from bench.house import House
from tests.faults.load import deliver, order, post, signed, tell


@pytest.fixture(scope="module")
def running() -> Iterator[House]:
    with house.running(durable=False) as found:
        yield found


@pytest.mark.parametrize(
    "spoil",
    [
        {"X-Shopify-Hmac-Sha256": ""},
        {"X-Shopify-Hmac-Sha256": "not base64 !"},
        {"X-Shopify-Hmac-Sha256": "AAAA"},
        {"X-Shopify-Hmac-Sha256": "é".encode().decode("latin-1")},
        {"secret": "another"},
    ],
    ids=["empty", "no base64", "truncated", "no ascii", "wrong key"],
)
def test_a_forged_delivery_is_refused_and_leaves_no_row(running: House, spoil: dict[str, str]) -> None:
    before = running.one("SELECT count(*) FROM inbox")
    body = json.dumps(order(1)).encode()
    secret = spoil.pop("secret", None)
    headers = signed(body, **({"secret": secret} if secret else {})) | spoil
    assert post(running, body, headers) == 401
    assert running.one("SELECT count(*) FROM inbox") == before


@pytest.mark.parametrize("position", [0, 10, -1])
def test_one_changed_byte_is_noticed(running: House, position: int) -> None:
    body = bytearray(json.dumps(order(2)).encode())
    headers = signed(bytes(body))
    body[position] ^= 1
    assert post(running, bytes(body), headers) == 401


def test_an_address_that_no_database_can_be_asked_for_leads_nowhere(running: House) -> None:
    signature = {"X-WC-Webhook-Signature": signed(b"{}")["X-Shopify-Hmac-Sha256"]}
    url = f"http://127.0.0.1:{running.port}/webhooks/woocommerce/a%00b"
    assert requests.post(url, data=b"{}", headers=signature, timeout=6).status_code == 404


def test_missing_headers_are_said(running: House) -> None:
    body = b"{}"
    assert post(running, body, {k: v for k, v in signed(body).items() if "Webhook-Id" not in k}) == 400
    assert post(running, body, {k: v for k, v in signed(body).items() if "Domain" not in k}) == 400


def test_a_shop_that_we_do_not_know_is_answered_and_dropped(running: House) -> None:
    before = running.one("SELECT count(*) FROM inbox")
    body = b'{"id": 1}'
    assert post(running, body, signed(body) | {"X-Shopify-Shop-Domain": "stranger.myshopify.com"}) == 200
    assert running.one("SELECT count(*) FROM inbox") == before


def test_a_topic_that_we_do_not_know_is_kept(running: House) -> None:
    body = b'{"id": 1, "updated_at": "2026-11-24T00:00:00Z"}'
    assert post(running, body, signed(body) | {"X-Shopify-Topic": "future/topic"}) == 200
    assert running.wait(
        lambda: running.query("SELECT state FROM inbox WHERE topic = 'future/topic'") == [("ignored",)], 20
    )


def test_huge_bodies_slow_senders_and_gzip_bombs_cost_no_neighbor(running: House) -> None:
    web = running.process("web").running.pid
    before = _resident(web)
    crawling = [_slow_loris(running.port) for _ in range(200)]
    huge = b"{" + b" " * 60_000_000 + b"}"
    assert post(running, huge, signed(huge), timeout=30) in (413, 0)
    bomb = gzip.compress(b"0" * 100_000_000)
    assert post(running, bomb, signed(bomb) | {"Content-Encoding": "gzip"}) in (200, 413)
    began = time.monotonic()
    assert set(deliver(running, range(100, 140)).values()) == {200}
    took = time.monotonic() - began
    grown = _resident(web) - before
    tell("hostile bodies", grown_mb=grown // 1_000_000, forty_good_ones_took_seconds=round(took, 2))
    assert grown < 150_000_000
    for line in crawling:
        line.close()


def test_a_thousand_idle_connections_keep_nobody_waiting(running: House) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    idle = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(1100)]
    began = time.monotonic()
    answers = deliver(running, range(300, 320))
    tell("idle connections", idle=len(idle), twenty_good_ones_took_seconds=round(time.monotonic() - began, 2))
    for line in idle:
        line.close()
    assert set(answers.values()) == {200}


def test_a_reader_of_the_logs_finds_no_secret_and_no_shopper(running: House) -> None:
    deliver(running, range(200, 205))
    running.quiet(30)
    written = "".join(file.read_text() for file in Path(running.scratch / "log").glob("*.log"))
    for secret in ("house-client-secret", "HouseWooSecret", "shopper200@example.org", "Pearl Street"):
        assert secret not in written


def _slow_loris(port: int) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port))
    line.sendall(b"POST /webhooks/shopify HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    return line


def _resident(pid: int) -> int:
    """Bytes of memory of a process and of those that it started."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(_resident(int(child)) for child in children)
