"""What undo goes back to while a message is written, and test mails of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "template_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("trigger", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("document", postgresql.JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["shop_id"], ["shop.id"], name="fk_template_step_shop_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_template_step"),
        sa.UniqueConstraint("shop_id", "trigger", "number", name="uq_template_step_shop_id_trigger_number"),
    )
    op.add_column("template", sa.Column("step", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("template", sa.Column("asked_to", sa.String(), nullable=True))
    op.add_column("template", sa.Column("asked_as", postgresql.JSONB(), nullable=True))
    op.add_column("template", sa.Column("tried", postgresql.JSONB(), nullable=True))
    op.execute(
        "INSERT INTO template_step (shop_id, trigger, number, what, document, at)"
        " SELECT shop_id, trigger, 1, '', draft, coalesce(drafted_at, now()) FROM template"
        " WHERE jsonb_typeof(draft) = 'object'"
    )
    op.execute("UPDATE template SET step = 1 WHERE jsonb_typeof(draft) = 'object'")


def downgrade() -> None:
    for name in ("tried", "asked_as", "asked_to", "step"):
        op.drop_column("template", name)
    op.drop_table("template_step")
