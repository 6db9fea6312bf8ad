"""The database: one engine, one declarative base, and the only commit in the house."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar

import psycopg
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    ForeignKey,
    Identity,
    MetaData,
    String,
    TypeDecorator,
    create_engine,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.lib.config import settings

type_map: dict[Any, Any] = {
    datetime: DateTime(timezone=True),
    int: BigInteger,
    dict[str, Any]: JSONB,
    list[dict[str, Any]]: JSONB,
}
key = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-2)]
"""A surrogate primary key."""


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


@cache
def engine() -> Engine:
    """Return this process's engine; sessions speak UTC."""
    return _engine(pool_size=10, max_overflow=30, pool_pre_ping=True)


def _engine(connect_options: str = "", **options: Any) -> Engine:  # noqa: ANN401 - what create_engine takes
    url = settings().database_url
    for scheme in ("postgres://", "postgresql://"):
        if url.startswith(scheme):
            url = "postgresql+psycopg://" + url.removeprefix(scheme)
    arguments = {"options": f"-c timezone=UTC {connect_options}", "connect_timeout": 5}
    return create_engine(url, connect_args=arguments, **options)


@cache
def _brief() -> Engine:
    """Return an engine whose connections never hold a transaction: nothing to begin, to end or to undo."""
    return _engine(
        "-c synchronous_commit=off",
        pool_size=8,
        max_overflow=0,
        pool_use_lifo=True,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
    )


def run_one(statement: str, *values: object) -> tuple[Any, ...] | None:
    """Run one prepared statement by itself and return its first row, for the few that must be cheapest.

    One round trip, and no wait for the disk: not for anything that must survive a power cut. A connection
    that the database has closed meanwhile is replaced, once; then psycopg's error stands.
    """
    try:
        return _run_one(statement, values)
    except psycopg.OperationalError:
        _brief().dispose()
        return _run_one(statement, values)


def _run_one(statement: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
    pooled = _brief().raw_connection()
    try:
        connection: psycopg.Connection[tuple[Any, ...]] = pooled.driver_connection  # type: ignore[assignment]
        return connection.cursor(binary=True).execute(statement, values, prepare=True).fetchone()
    except psycopg.OperationalError:
        pooled.invalidate()
        raise
    finally:
        pooled.close()


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the transaction of one edge: committed at the end of the block, rolled back on any exception."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session
        session.commit()
