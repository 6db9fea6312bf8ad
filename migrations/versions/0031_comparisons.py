"""Comparisons of a store's orders with ours, what they found missing, and looks at connections."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ASKED_FOR = """
INSERT INTO errand (shop_id, kind, subject, due_at, every, asks, attempts, fence)
SELECT id, replace(:kind, 'platform', platform), '', now() + random() * interval '1 day', :every, 1, 0, 0
FROM shop WHERE state = 'installed' AND (:only = '' OR platform = :only)
ON CONFLICT DO NOTHING
"""
"""What every shop that is connected gets from now on."""
ERRANDS = (
    ("platform.compare", 86400, ""),
    ("doctor.look", 86400, ""),
    ("woocommerce.nudge", 180, "woocommerce"),
)


def upgrade() -> None:
    op.create_table(
        "checkup",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_checkup_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkup")),
        sa.UniqueConstraint("shop_id", name=op.f("uq_checkup_shop_id")),
    )
    op.create_table(
        "comparison",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("compared", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_comparison_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison")),
    )
    op.create_index("ix_comparison_shop", "comparison", ["shop_id", sa.text("id DESC")])
    op.create_table(
        "missed_order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comparison_id", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["comparison_id"],
            ["comparison.id"],
            name=op.f("fk_missed_order_comparison_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name=op.f("fk_missed_order_shop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_missed_order")),
        sa.UniqueConstraint(
            "shop_id",
            "external_id",
            "changed_at",
            name=op.f("uq_missed_order_shop_id_external_id_changed_at"),
        ),
    )
    op.create_index("ix_missed_order_shop", "missed_order", ["shop_id", sa.text("id DESC")])
    op.create_index(
        "ix_missed_order_open", "missed_order", ["comparison_id"], postgresql_where=sa.text("outcome IS NULL")
    )
    for kind, every, only in ERRANDS:
        op.execute(sa.text(ASKED_FOR).bindparams(kind=kind, every=every, only=only))


def downgrade() -> None:
    op.execute(
        "DELETE FROM errand WHERE kind IN ('shopify.compare', 'woocommerce.compare', 'doctor.look', 'woocommerce.nudge', 'woocommerce.mail')"
    )
    op.drop_table("missed_order")
    op.drop_table("comparison")
    op.drop_table("checkup")
