"""How Alembic reaches the database."""

from typing import Any, Literal

from alembic import context

from app.lib.db import Word, engine
from app.schema import Base


def render(kind: str, item: Any, _: Any) -> str | Literal[False]:  # noqa: ANN401 - Alembic's
    """Write our enum columns as the plain strings that they are."""
    return "sa.String()" if kind == "type" and isinstance(item, Word) else False


with engine().connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_item=render,
        transaction_per_migration=True,  # a table that one of them locks is free while the next ones work
    )
    with context.begin_transaction():
        context.run_migrations()
