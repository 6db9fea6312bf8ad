"""The DNS seam: every question to the domain name system leaves the house through here."""

from collections.abc import Iterable
from functools import lru_cache

from dns.exception import DNSException
from dns.nameserver import Do53Nameserver
from dns.rdata import Rdata
from dns.resolver import NXDOMAIN, LifetimeTimeout, NoAnswer, NoNameservers, Resolver

from app.lib.config import settings

PATIENCE = 5.0
"""Seconds for one question, with its repetitions."""
DNS_PORT = 53


class Away(Exception):
    """No server answered, or none knew: that a record is missing is not said by this."""


def texts(name: str) -> list[str]:
    """Return a name's TXT records, each put together of its strings; raises Away."""
    found = (getattr(row, "strings", ()) for row in _ask(name, "TXT"))
    return [b"".join(strings).decode(errors="replace") for strings in found]


def addresses(name: str) -> list[str]:
    """Return where a name leads, in both kinds of addresses; raises Away."""
    return [row.to_text() for kind in ("A", "AAAA") for row in _ask(name, kind)]


def exchanges(name: str) -> list[str]:
    """Return the hosts that take mail for a name; raises Away."""
    return [str(getattr(row, "exchange", "")).rstrip(".") for row in _ask(name, "MX")]


def _ask(name: str, kind: str) -> Iterable[Rdata]:
    try:
        return list(_resolver(settings().dns_servers).resolve(name, kind, lifetime=PATIENCE, search=False))
    except (NXDOMAIN, NoAnswer):
        return ()
    except (LifetimeTimeout, NoNameservers) as error:
        raise Away(f"nobody could say anything about {name}") from error
    except (DNSException, UnicodeError, ValueError):  # what is asked for is no name
        return ()


@lru_cache(maxsize=4)
def _resolver(servers: str) -> Resolver:
    """Return who asks the operator's servers; the system's where none are named."""
    resolver = Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [_server(one.strip()) for one in servers.split(",")]
    return resolver


def _server(written: str) -> Do53Nameserver:
    """Read "9.9.9.9" or "127.0.0.1:5353"."""
    host, colon, port = written.rpartition(":") if written.count(":") == 1 else (written, "", "")
    return Do53Nameserver(host, int(port) if colon else DNS_PORT)
