"""The history of a store."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("counts", JSONB(), nullable=False),
        sa.Column("begins_at", MOMENT, nullable=True),
        sa.Column("failure", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_import_shop_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_import"),
    )
    op.create_index(
        "uq_import_history", "import", ["shop_id"], unique=True, postgresql_where=sa.text("kind = 'history'")
    )
    op.create_index("ix_import_recent", "import", ["shop_id", sa.text("id DESC")])
    op.add_column("order", sa.Column("imported_at", MOMENT, nullable=True))


def downgrade() -> None:
    op.drop_column("order", "imported_at")
    op.drop_table("import")
