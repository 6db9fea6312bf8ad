"""Files of merchants, looked at before they are brought in."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("import", sa.Column("name", sa.String(), nullable=True))
    op.add_column("import", sa.Column("layout", JSONB(), nullable=True))
    op.add_column("import", sa.Column("report", JSONB(), nullable=False, server_default="{}"))
    op.alter_column("import", "report", server_default=None)
    op.create_table(
        "import_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("shop_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["shop_id"], ["shop.id"], name="fk_import_part_shop_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import.id"], name="fk_import_part_import_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_part"),
        sa.UniqueConstraint("import_id", "begins", name="uq_import_part_import_id_begins"),
    )


def downgrade() -> None:
    op.drop_table("import_part")
    for name in ("report", "layout", "name"):
        op.drop_column("import", name)
