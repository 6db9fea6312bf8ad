"""The database: one engine, one declarative base, and the only commit in the house."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

import orjson
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Identity,
    MetaData,
    NullPool,
    String,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    cast,
    column,
    create_engine,
    func,
    inspect,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.orm.util import identity_key

from app.lib.config import settings

type_map: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    int: BigInteger,
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
}
key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-2)]
"""A surrogate primary key."""


Row = dict[str, Any]


class Base(DeclarativeBase):
    """A table of ours; constraint names are fixed so that migrations can name them."""

    type_annotation_map: ClassVar[dict[Any, Any]] = type_map
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class OfShop:
    """A row that belongs to one shop: every table but `shop` itself has this column."""

    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id", ondelete="CASCADE"), sort_order=-1)


def word(kind: type[StrEnum], **options: Any) -> Any:  # noqa: ANN401 - what mapped_column returns
    """Return a column that stores an enum as the lower-case word it is."""
    return mapped_column(Word(kind), **options)


class Word(TypeDecorator[StrEnum]):
    """A VARCHAR that gives back members of its enum."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002 - theirs
        """Return the member that a stored word is."""
        return None if value is None else self.kind(value)


def among(column: Any, values: Iterable[Any]) -> Any:  # noqa: ANN401 - any column, and what it holds
    """Say that a column is one of these values: one parameter however many they are.

    `in_` writes a parameter for each, and a new statement for each length.
    """
    return column == any_(bindparam(None, list(values), type_=ARRAY(column.type)))


T = TypeVar("T", bound=Base)


def held(session: Session, table: type[T], ids: Iterable[int | None]) -> dict[int | None, T]:
    """Return rows by id; what the session already holds is not asked for again."""
    found: dict[int | None, T] = {}
    missing = []
    for i in filter(None, ids):
        row = session.identity_map.get(identity_key(table, i))
        if row is None:
            missing.append(i)
        else:
            found[i] = row
    if missing:
        identity: Any = inspect(table).primary_key[0]
        rows = session.scalars(select(table).where(among(identity, missing)))
        found |= {identity_key(instance=row)[1][0]: row for row in rows}
    return found


def add_new(session: Session, table: type[Base], rows: Sequence[Row]) -> int:
    """Add those of these rows that no unique constraint knows yet; returns how many.

    All name the same columns. One parameter however many they are: psycopg reads a statement anew for each
    length, which takes longer than its rows do.
    """
    if not rows:
        return 0
    statement = _newcomers(table, tuple(rows[0])).execution_options(preserve_rowcount=True)
    written = session.connection().execute(statement, {"rows": orjson.dumps(rows).decode()})
    return written.rowcount


@cache
def _newcomers(table: type[Base], names: tuple[str, ...]) -> Insert:
    columns = table.__table__.columns
    given = func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
    row = given.table_valued(*(column(name, columns[name].type) for name in names), name="row")
    chosen = select(*row.render_derived(with_types=True).columns)
    return insert(table).from_select(names, chosen).on_conflict_do_nothing()


OPTIONS = "-c timezone=UTC -c jit=off -c idle_in_transaction_session_timeout=30s"
"""A process that is frozen amid a transaction gives its locks back, and others go on with its work.

PostgreSQL would compile what it takes for long questions: that alone takes half a second, and ours are short.
"""


@cache
def engine() -> Engine:
    """Return this process's engine; sessions speak UTC."""
    url = settings().database_url
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    return create_engine(
        url,
        pool_size=10,
        max_overflow=30,
        pool_pre_ping=True,
        hide_parameters=True,  # an error's text ends in a log, and parameters are shoppers' data
        connect_args={"options": OPTIONS, "connect_timeout": 5},
    )


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the transaction of one edge: committed at the end of the block, rolled back on any exception."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()


@contextmanager
def asking() -> Iterator[Session]:
    """Keep a connection at hand for small questions: each is a transaction of its own, none stays open."""
    line = engine().connect().execution_options(isolation_level="AUTOCOMMIT")
    with line, Session(line) as session:
        yield session


@contextmanager
def apart() -> Iterator[Session]:
    """Open a transaction on a connection of its own, of which nothing stays: no row, no temporary table."""
    # A statement that was prepared keeps to the tables that it was prepared for, whatever hides them later.
    once = {"options": OPTIONS, "connect_timeout": 5, "prepare_threshold": None}
    alone = create_engine(engine().url, poolclass=NullPool, hide_parameters=True, connect_args=once)
    with alone.connect() as connection, Session(connection, expire_on_commit=False) as session:
        yield session
        session.rollback()


def memory(session: Session) -> dict[str, Any]:
    """Return what is remembered until the transaction at hand ends."""
    if not session.in_transaction():
        session.connection()  # begins it
    current, known = session.get_transaction(), session.info.get("memory")
    if known is None or known[0] is not current:
        known = session.info["memory"] = (current, {})
    remembered: dict[str, Any] = known[1]
    return remembered


Writer = Callable[[Session, list[Row]], None]


@contextmanager
def together(session: Session) -> Iterator[None]:
    """Let rows that are `put` in the block be written at its end, or at that of a block around it.

    Those of one writer are written at once; nobody reads them before.
    """
    is_within = "gathered" in memory(session)
    memory(session).setdefault("gathered", [])
    yield
    if not is_within:
        write_gathered(session)
        memory(session).pop("gathered")


def put(session: Session, write: Writer, row: Row) -> None:
    """Have a row written: now, or at the end of `together`."""
    gathered: list[tuple[Writer, Row]] | None = memory(session).get("gathered")
    if gathered is None:
        write(session, [row])
    else:
        gathered.append((write, row))


def write_gathered(session: Session) -> None:
    """Write what was gathered until now, as if it had not been."""
    gathered: list[tuple[Writer, Row]] = memory(session).get("gathered", [])
    by_writer: dict[Writer, list[Row]] = {}
    for write, row in gathered:
        by_writer.setdefault(write, []).append(row)
    gathered.clear()
    for write, rows in by_writer.items():
        write(session, rows)


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """Take back what happens in the block where it raises, and what was remembered of it."""
    known = memory(session)
    before = {name: copy(value) for name, value in known.items()}
    try:
        with session.begin_nested():
            yield
    except Exception:
        known.clear()
        known.update(before)
        raise
