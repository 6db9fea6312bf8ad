"""Ways into a shop's pages that its store asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "way_in",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_way_in_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_way_in"),
        sa.UniqueConstraint("token_hash", name="uq_way_in_token_hash"),
    )


def downgrade() -> None:
    op.drop_table("way_in")
