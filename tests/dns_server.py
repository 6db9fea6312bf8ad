"""A DNS server on a real socket that speaks the wire format and knows what a test has written for it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """Answers from `zone`: (name, type) → values; any other name does not exist."""

    def __init__(self) -> None:
        self.zone: dict[tuple[str, str], list[str]] = {}
        self.asked: list[tuple[str, str]] = []
        self.fails = False
        """Whether it can say nothing about anything."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = Thread(target=self._serve)
        self._thread.start()

    def txt(self, name: str, *values: str) -> None:
        """Let a name have these TXT records, each cut into strings of 255 characters as the wire wants it."""
        cut = [[value[i : i + 255] for i in range(0, len(value), 255)] for value in values]
        self.zone[name, "TXT"] = [" ".join(f'"{part}"' for part in parts) for parts in cut]

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            data, who = self._socket.recvfrom(4096)
            if not data:
                return
            self._socket.sendto(self._answer(data), who)

    def _answer(self, data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
        self.asked.append((name, kind))
        response = dns.message.make_response(query)
        values = self.zone.get((name, kind))
        if self.fails:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _ in self.zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=4096)


@contextmanager
def serving() -> Iterator[NameServer]:
    """Run a server for the length of a block."""
    server = NameServer()
    try:
        yield server
    finally:
        server.close()
