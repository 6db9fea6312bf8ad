"""Who is in a flow is found among those who were; who was told long ago is let go of without their messages."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE message DROP CONSTRAINT IF EXISTS fk_message_enrollment_id")
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        inside = {"postgresql_where": sa.text("over IS NULL")}
        _index("ix_enrollment_inside", "enrollment", ["profile_id"], **inside)
        told = {"postgresql_where": sa.text("occasion_at IS NOT NULL AND over IS NOT NULL")}
        _index("ix_enrollment_told", "enrollment", ["ended_at"], **told)
        unforgotten = {"postgresql_where": sa.text("state = 'parked' AND kind = 'hook.forget'")}
        _index("ix_call_unforgotten", "call", ["shop_id", "line", "id"], **unforgotten)


def _index(name: str, table: str, columns: list[Any], **options: Any) -> None:  # noqa: ANN401 - Alembic's
    """Make an index while others write; what a migration that was cut off left of it could never be used."""
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def downgrade() -> None:
    op.drop_index("ix_call_unforgotten", "call")
    op.drop_index("ix_enrollment_told", "enrollment")
    op.drop_index("ix_enrollment_inside", "enrollment")
    op.execute(
        "UPDATE message SET enrollment_id = NULL WHERE enrollment_id IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM enrollment e WHERE e.id = message.enrollment_id)"
    )
    op.create_foreign_key(
        "fk_message_enrollment_id", "message", "enrollment", ["enrollment_id"], ["id"], ondelete="SET NULL"
    )
