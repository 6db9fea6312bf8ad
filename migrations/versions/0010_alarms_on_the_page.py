"""What is wrong with a parcel is told on its page: a change of it makes the page out of date."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

VERBS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def upgrade() -> None:
    for verb, rows in VERBS:
        op.execute(
            f"CREATE TRIGGER revision_{verb.lower()} AFTER {verb} ON parcel_exception"
            f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION count_order_revision()"
        )


def downgrade() -> None:
    for verb, _ in VERBS:
        op.execute(f"DROP TRIGGER revision_{verb.lower()} ON parcel_exception")
