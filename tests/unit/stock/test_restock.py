"""A cancelled or refunded order is no restock, whatever came in which order: every sequence."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.stock import restock
from app.stock.restock import BEFORE, SETTLE, Standing

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PAUSE = SETTLE + BEFORE + timedelta(minutes=1)


@dataclass
class Warehouse:
    """What truly happens in a store, and what is concluded from what it tells."""

    standing: Standing = field(default_factory=Standing)
    at: datetime = NOON
    delivered: int = 0
    """Pieces on the shelf that came from a supplier."""
    returned: int = 0
    told_returns: list[tuple[datetime, int]] = field(default_factory=list)
    restocks: int = 0

    @property
    def quantity(self) -> int:
        return self.delivered + self.returned

    def tell(self) -> None:
        self.standing = restock.see(
            self.standing, is_there=self.quantity > 0, quantity=self.quantity, at=self.at
        )

    def sell(self, count: int) -> None:
        """Shoppers buy; which of the pieces they get, nobody knows: first those that came back."""
        count = min(count, self.quantity)
        first = min(self.returned, count)
        self.returned -= first
        self.delivered -= count - first
        self.tell()

    def come_back(self, count: int, *, told_late: bool, is_shelved: bool) -> None:
        """Orders are cancelled or refunded; the stock may be told of first, and goods may be broken."""
        self.told_returns.append((self.at, count))
        if is_shelved:
            self.returned += count
        if told_late:
            self.at += SETTLE / 2
        self.tell()

    def deliver(self, count: int) -> None:
        self.delivered += count
        self.tell()

    def settle(self) -> bool:
        """Let a while pass, after which everything has been told; judge what has risen."""
        since = self.standing.returns_since
        self.at += SETTLE
        returned = sum(count for at, count in self.told_returns if since and at >= since)
        self.standing, is_back = restock.judge(
            self.standing, quantity=self.quantity, returned=returned, at=self.at
        )
        self.restocks += is_back
        self.at += PAUSE
        return is_back


def sold_out() -> Warehouse:
    store = Warehouse()
    store.tell()
    return store


some = st.integers(1, 9)
returns = st.tuples(st.just("come_back"), some, st.booleans(), st.booleans())
sales = st.tuples(st.just("sell"), some)
deliveries = st.tuples(st.just("deliver"), some)


@given(st.lists(st.one_of(returns, sales), max_size=20))
def test_nothing_that_orders_bring_back_is_ever_a_restock(steps: list[tuple[object, ...]]) -> None:
    store = sold_out()
    for step in steps:
        act(store, step)
        assert not store.settle()


@given(
    st.lists(st.one_of(returns, sales), max_size=20), st.lists(st.one_of(returns, sales), max_size=20), some
)
def test_a_delivery_is_found_once_whatever_came_before_and_after(
    before: list[tuple[object, ...]], after: list[tuple[object, ...]], count: int
) -> None:
    store = sold_out()
    for step in before:
        act(store, step)
        store.settle()
    store.deliver(count)
    assert store.settle()
    for step in after:
        act(store, step)
        store.settle()
        if store.quantity == 0:
            break
    assert store.restocks == 1


@given(st.lists(st.one_of(returns, sales), min_size=1, max_size=6), some)
def test_a_delivery_amid_cancellations_is_found_by_what_they_do_not_explain(
    steps: list[tuple[object, ...]], count: int
) -> None:
    store = sold_out()
    for step in steps:
        act(store, step)
    told = sum(number for _, number in store.told_returns)
    store.deliver(told + count)
    assert store.settle()


@given(some)
def test_what_is_sold_out_again_is_waited_for_again(count: int) -> None:
    store = sold_out()
    for number in (1, 2, 3):
        store.deliver(count)
        assert store.settle()
        assert store.restocks == number
        store.sell(count)
        assert store.standing.short_since is not None


def test_what_was_never_sold_out_is_never_back() -> None:
    store = Warehouse(delivered=3)
    store.tell()
    store.deliver(40)
    assert not store.settle()


def test_where_nobody_counts_what_is_there_again_is_back() -> None:
    gone = restock.see(Standing(), is_there=False, quantity=None, at=NOON)
    there = restock.see(gone, is_there=True, quantity=None, at=NOON + SETTLE)
    assert restock.judge(there, quantity=None, returned=5, at=NOON + 2 * SETTLE)[1]


def test_what_is_gone_again_before_it_settled_was_no_restock() -> None:
    store = sold_out()
    store.deliver(2)
    store.sell(2)
    assert not store.settle()


def act(store: Warehouse, step: tuple[object, ...]) -> None:
    match step:
        case ("come_back", int(count), bool(late), bool(shelved)):
            store.come_back(count, told_late=late, is_shelved=shelved)
        case ("sell", int(count)):
            store.sell(count)
        case _:
            raise AssertionError(step)
