"""Messages of unknown fate are found without reading all."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        doubted = {"postgresql_where": sa.text("state IN ('unknown', 'held')")}
        _index("ix_message_doubted", "message", ["state", "reason"], **doubted)


def _index(name: str, table: str, columns: list[Any], **options: Any) -> None:  # noqa: ANN401 - Alembic's
    """Make an index while others write; what a migration that was cut off left of it could never be used."""
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def downgrade() -> None:
    op.drop_index("ix_message_doubted", "message")
