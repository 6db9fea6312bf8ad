"""Links that are mailed to let somebody in, and who is signed out everywhere."""

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("shop", sa.Column("signed_out_at", MOMENT, nullable=True))
    op.add_column("member", sa.Column("link_hash", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("link_until", MOMENT, nullable=True))
    op.add_column("member", sa.Column("signed_out_at", MOMENT, nullable=True))
    op.create_index("ix_member_link_hash", "member", ["link_hash"])
    op.create_index("ix_member_address", "member", ["address"])


def downgrade() -> None:
    op.drop_index("ix_member_address", "member")
    op.drop_index("ix_member_link_hash", "member")
    for column in ("signed_out_at", "link_until", "link_hash"):
        op.drop_column("member", column)
    op.drop_column("shop", "signed_out_at")
