"""How the tracking page is designed: a draft and what undo goes back to, and versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("design", postgresql.JSONB(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_page_version_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_page_version"),
        sa.UniqueConstraint("shop_id", "number", name="uq_page_version_shop_id_number"),
    )
    op.create_table(
        "page_design",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("step", sa.BigInteger(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("theme", postgresql.JSONB(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_page_design_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_page_design"),
        sa.UniqueConstraint("shop_id", name="uq_page_design_shop_id"),
    )


def downgrade() -> None:
    op.drop_table("page_design")
    op.drop_table("page_version")
