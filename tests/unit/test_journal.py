import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from app.messages.dispatch.journal import Dead, Fate, Journal


def test_a_journal_tells_the_fate_of_each_send() -> None:
    with Journal() as journal:
        journal.begin(1, 1)
        journal.taken(1, 1)
        journal.begin(2, 1)
        dead = Dead(journal.name)
        fates = [dead.fate(message, 1) for message in (1, 2, 3)]
    assert fates == [Fate.TAKEN, Fate.BEGUN, Fate.NOT_BEGUN]


def test_what_was_refused_for_sure_is_not_in_doubt() -> None:
    with Journal() as journal:
        journal.begin(1, 1)
        journal.refused(1, 1)
        journal.begin(1, 2)
        assert Dead(journal.name).fate(1, 1) is Fate.NOT_BEGUN
        assert Dead(journal.name).fate(1, 2) is Fate.BEGUN


def test_another_claim_of_the_same_message_is_another_line() -> None:
    with Journal() as journal:
        journal.taken(1, 1)
        assert Dead(journal.name).fate(1, 2) is Fate.NOT_BEGUN


def test_an_owner_that_lives_holds_its_lock() -> None:
    journal = Journal()
    name = journal.name
    assert Dead(name).owner_lives
    journal.__exit__()
    assert not Dead(name).owner_lives


def test_what_was_settled_is_forgotten() -> None:
    with Journal() as journal:
        journal.begin(1, 1)
        journal.settle()
        journal.begin(2, 1)
        assert Dead(journal.name).fate(1, 1) is Fate.NOT_BEGUN
        assert Dead(journal.name).fate(2, 1) is Fate.BEGUN


def test_a_journal_that_is_gone_knows_nothing() -> None:
    with Journal() as journal:
        host, boot, _ = journal.name.split(".")
    assert Dead(f"{host}.{boot}.nobody").fate(1, 1) is None


def test_after_a_reboot_silence_proves_nothing() -> None:
    with Journal() as journal:
        journal.begin(1, 1)
        host, _, ident = journal.name.split(".")
        path = Dead(journal.name)._path
        old = path.with_name(f"{host}.anotherb.{ident}")
        old.write_text(path.read_text())
        assert Dead(old.name).fate(1, 1) is Fate.BEGUN
        assert Dead(old.name).fate(2, 1) is None
        old.unlink()


def test_another_hosts_journal_is_not_ours() -> None:
    assert not Dead("elsewhere.boot.ident").is_ours


def test_on_a_full_disk_nothing_is_begun() -> None:
    with Journal() as journal, pytest.raises(OSError, match="File too large"), full_disk():
        journal.begin(1, 1)


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow, as on a disk without room: not pytest's own output either, so be brief."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
