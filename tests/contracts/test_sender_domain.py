"""What DNS says of a domain, asked over the wire; each finding in plain words, with the record to copy."""

from collections.abc import Iterator

import pytest

from app.channels import authentication, dkim, spf
from app.channels.authentication import Finding, Hand, OwnKey, State
from app.channels.presets import BY_KEY, OWN
from app.channels.spf import Broken, Verdict
from app.lib import dns
from app.lib.config import settings
from tests.dns_server import NameServer, serving

DOMAIN = "ridge.example"
MINE = Hand(OWN, "mail.ridge.example")
KEY = OwnKey("doorstep1", dkim.record(dkim.make()))
IP = "198.51.100.7"


def test_a_domain_that_shows_everything_passes(names: NameServer) -> None:
    complete(names)
    found = examine(MINE, own=KEY)
    assert [it.state for it in found.values()] == [State.GOOD] * 5
    assert found["Passes"].said == "Your mail passes: DKIM and SPF speak for your domain."
    assert all(it.record is None for it in found.values())


def test_an_empty_domain_is_told_every_record_to_copy(names: NameServer) -> None:
    names.zone["mail.ridge.example", "A"] = [IP]
    found = examine(MINE, own=KEY)
    records = {what: (it.record.name, it.record.value) for what, it in found.items() if it.record}
    assert records == {
        "SPF": (DOMAIN, "v=spf1 a:mail.ridge.example ~all"),
        "DKIM": (f"doorstep1._domainkey.{DOMAIN}", KEY.record),
        "DMARC": (f"_dmarc.{DOMAIN}", "v=DMARC1; p=none; rua=mailto:hello@ridge.example"),
    }
    assert found["Passes"].state is State.WRONG
    for what, (name, value) in records.items():  # entered as they were said, they are right
        names.txt(name, value)
        assert examine(MINE, own=KEY)[what].state is State.GOOD
    assert examine(MINE, own=KEY)["Passes"].state is State.GOOD


def test_a_record_that_lacks_the_server_is_mended_and_not_replaced(names: NameServer) -> None:
    complete(names)
    names.txt(
        DOMAIN, "google-site-verification=1", "v=spf1 include:_spf.google.example ip4:203.0.113.0/24 -all"
    )
    names.txt("_spf.google.example", "v=spf1 ip4:192.0.2.128/25 -all")
    found = examine(MINE)["SPF"]
    assert found.state is State.WRONG
    assert found.record
    wanted = "v=spf1 a:mail.ridge.example include:_spf.google.example ip4:203.0.113.0/24 -all"
    assert found.record.value == wanted


def test_two_records_count_as_none(names: NameServer) -> None:
    complete(names)
    names.txt(DOMAIN, "v=spf1 a -all", "v=spf1 mx -all")
    assert "two records" in examine(MINE)["SPF"].said
    names.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert examine(MINE, own=KEY)["DMARC"].state is State.WRONG


def test_a_provider_with_a_return_address_of_its_own_needs_dkim(names: NameServer) -> None:
    complete(names)
    names.txt(DOMAIN, "v=spf1 include:sendgrid.net ~all")
    names.txt("sendgrid.net", f"v=spf1 ip4:{IP} ~all")
    grid = Hand(BY_KEY["sendgrid"], "smtp.sendgrid.net")
    found = examine(grid)
    assert (found["SPF"].state, found["DKIM"].state) == (State.GOOD, State.MISSING)
    assert found["Passes"].state is State.WRONG, "SPF speaks for SendGrid’s own name"
    names.txt(f"s1._domainkey.{DOMAIN}", KEY.record)
    assert examine(grid)["Passes"].state is State.GOOD


def test_a_key_of_the_merchants_own_server_is_looked_up_by_its_name(names: NameServer) -> None:
    complete(names)
    names.txt(f"mail2026._domainkey.{DOMAIN}", KEY.record)
    hand = Hand(OWN, "mail.ridge.example", ("mail2026",))
    assert examine(hand)["DKIM"].state is State.GOOD
    names.txt(f"mail2026._domainkey.{DOMAIN}", "v=DKIM1; p=")
    assert "taken back" in examine(hand)["DKIM"].said
    names.txt(f"mail2026._domainkey.{DOMAIN}", "v=DKIM1; k=rsa; p=bm8ga2V5")
    assert "cannot be read" in examine(hand)["DKIM"].said


def test_another_key_at_our_name_is_wrong(names: NameServer) -> None:
    complete(names)
    names.txt(f"doorstep1._domainkey.{DOMAIN}", dkim.record(dkim.make()))
    found = examine(MINE, own=KEY)["DKIM"]
    assert (found.state, found.record and found.record.value) == (State.WRONG, KEY.record)


def test_a_policy_of_what_it_belongs_to_counts(names: NameServer) -> None:
    complete(names)
    names.txt("_dmarc.ridge.example", "v=DMARC1; p=none; sp=reject")
    found = authentication.examine("news.ridge.example", [MINE], KEY, "hello@ridge.example")
    assert next(it for it in found if it.what == "DMARC").said.endswith("is refused.")
    names.txt("_dmarc.ridge.example", "v=DMARC1; rua=mailto:x@ridge.example")
    assert examine(MINE, own=KEY)["DMARC"].state is State.WRONG


def test_a_name_where_everybody_has_a_mailbox_will_not_do() -> None:
    (only,) = authentication.examine("gmail.com", [MINE], None, "x@gmail.com")
    assert only.state is State.WRONG


def test_where_nobody_answers_nothing_is_called_missing(names: NameServer) -> None:
    names.fails = True
    found = examine(MINE, own=KEY)
    assert {it.state for it in found.values()} == {State.UNKNOWN}


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        ("v=spf1 -all", Verdict.FAIL),
        ("v=spf1 ~all", Verdict.SOFTFAIL),
        ("v=spf1 ?all", Verdict.NEUTRAL),
        ("v=spf1", Verdict.NEUTRAL),
        ("v=spf1 ip4:198.51.100.0/24 -all", Verdict.PASS),
        ("v=spf1 -ip4:198.51.100.7 +all", Verdict.FAIL),
        ("v=spf1 ip6:2001:db8::/32 -all", Verdict.FAIL),
        ("v=spf1 a:mail.ridge.example -all", Verdict.PASS),
        ("v=spf1 a:other.ridge.example/24 -all", Verdict.PASS),
        ("v=spf1 a:other.ridge.example -all", Verdict.FAIL),
        ("v=spf1 mx -all", Verdict.PASS),
        ("v=spf1 include:allows.example -all", Verdict.PASS),
        ("v=spf1 include:forbids.example ~all", Verdict.SOFTFAIL),
        ("v=spf1 redirect=allows.example", Verdict.PASS),
        ("v=spf1 redirect=nothing.example", Verdict.BROKEN),
        ("v=spf1 exp=why.example exists:%{i}.example -all", Verdict.FAIL),
    ],
)
def test_a_record_says(names: NameServer, record: str, verdict: Verdict) -> None:
    complete(names)
    names.txt(DOMAIN, record)
    names.txt("allows.example", f"v=spf1 ip4:{IP} -all")
    names.txt("forbids.example", "v=spf1 -all")
    names.zone["other.ridge.example", "A"] = ["198.51.100.99"]
    assert spf.check(DOMAIN, IP) is verdict


@pytest.mark.parametrize(
    "record",
    ["v=spf1 include:loop.example -all", "v=spf1 ip4:nowhere -all", "v=spf1 everybody -all"],
)
def test_a_record_that_nobody_can_follow_is_broken(names: NameServer, record: str) -> None:
    names.txt(DOMAIN, record)
    names.txt("loop.example", "v=spf1 include:loop.example -all")
    with pytest.raises(Broken):
        spf.check(DOMAIN, IP)


def test_a_long_record_comes_in_pieces_and_is_put_together(names: NameServer) -> None:
    names.txt("long.example", "v=DKIM1; p=" + "x" * 400)
    assert dns.texts("long.example") == ["v=DKIM1; p=" + "x" * 400]
    assert dns.texts("nobody.example") == []
    assert dns.texts("no name..") == []


def examine(hand: Hand, own: OwnKey | None = None) -> dict[str, Finding]:
    found = authentication.examine(DOMAIN, [hand], own, "hello@ridge.example")
    assert [Finding.of(it.data()) for it in found] == found
    return {it.what: it for it in found}


def complete(names: NameServer) -> None:
    names.zone["mail.ridge.example", "A"] = [IP]
    names.zone[DOMAIN, "MX"] = ["10 mail.ridge.example."]
    names.txt(DOMAIN, "v=spf1 mx -all")
    names.txt(f"doorstep1._domainkey.{DOMAIN}", KEY.record)
    names.txt(f"_dmarc.{DOMAIN}", "v=DMARC1; p=none")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    with serving() as server:
        known = settings().model_copy(update={"dns_servers": server.address})
        monkeypatch.setattr(dns, "settings", lambda: known)
        yield server
