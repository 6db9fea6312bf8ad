"""Why shoppers stay away, as they answer it."""

import sqlalchemy as sa
from alembic import op

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("survey_answer", sa.Column("why", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("survey_answer", "why")
