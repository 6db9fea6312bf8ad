"""Events are reacted to a shop's turn after another's."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

WAITING = sa.text("reacted_at IS NULL")


def upgrade() -> None:
    op.drop_index("ix_event_unreacted", "event")
    op.create_index("ix_event_unreacted", "event", ["shop_id", "id"], postgresql_where=WAITING)


def downgrade() -> None:
    op.drop_index("ix_event_unreacted", "event")
    op.create_index("ix_event_unreacted", "event", ["id"], postgresql_where=WAITING)
