"""Whoever is told already hears of a flow's steps as well, for only a step that says so tells of them."""

from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

HEARS = {
    "flow.step": ("webhook",),
    "flow.alert": ("email", "slack"),
    "flow.ticket": ("gorgias", "zendesk"),
}


def upgrade() -> None:
    for topic, listeners in HEARS.items():
        named = ", ".join(f"'{listener}'" for listener in listeners)
        op.execute(f"UPDATE hook SET hears = hears || '[\"{topic}\"]' WHERE listener IN ({named})")  # noqa: S608 - constants of ours


def downgrade() -> None:
    for topic in HEARS:
        op.execute(f"UPDATE hook SET hears = hears - '{topic}'")  # noqa: S608 - a constant of ours
