"""Who is in which flow, and where: versions of flows that never change, and enrollments."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("flow", sa.Column("draft", sa.String(), nullable=True))
    op.create_table(
        "flow_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("is_preset", sa.Boolean(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_flow_version_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_flow_version"),
        sa.UniqueConstraint("shop_id", "trigger", "number", name="uq_flow_version_shop_id"),
    )
    op.create_table(
        "enrollment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("about_id", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("profile_id", sa.BigInteger(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("arrived_at", MOMENT, nullable=False),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("path", JSONB(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("over", sa.String(), nullable=True),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_enrollment_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["version_id"], ["flow_version.id"], name="fk_enrollment_version_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profile.id"], name="fk_enrollment_profile_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["order.id"], name="fk_enrollment_order_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrollment"),
        sa.UniqueConstraint("shop_id", "trigger", "about", "about_id", "entry", name="uq_enrollment_shop_id"),
    )
    op.execute("ALTER TABLE enrollment SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05)")
    op.create_index(
        "ix_enrollment_due",
        "enrollment",
        ["shop_id", "due_at", "id"],
        postgresql_where=sa.text("due_at IS NOT NULL"),
    )
    op.create_index("ix_enrollment_order_id", "enrollment", ["order_id"])
    op.create_index("ix_enrollment_profile_id", "enrollment", ["profile_id"])
    op.create_index("ix_enrollment_version_id", "enrollment", ["version_id"])
    op.add_column("message", sa.Column("enrollment_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        "fk_message_enrollment_id", "message", "enrollment", ["enrollment_id"], ["id"], ondelete="SET NULL"
    )
    op.create_index(
        "ix_message_enrollment_id",
        "message",
        ["enrollment_id"],
        postgresql_where=sa.text("enrollment_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_enrollment_id", "message")
    op.drop_constraint("fk_message_enrollment_id", "message", type_="foreignkey")
    op.drop_column("message", "enrollment_id")
    op.drop_table("enrollment")
    op.drop_table("flow_version")
    op.drop_column("flow", "draft")
