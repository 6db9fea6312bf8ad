"""Every table is found by its shop, and messages by what they point at: whoever is deleted is looked for there."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

TABLES = (
    *("access_record", "api_key", "bulletin", "case", "case_entry", "click", "connect_state", "drawn_page"),
    *(
        "held_back",
        "hook",
        "hook_pending",
        "import_part",
        "line_item",
        "note",
        "own_carrier",
        "own_orders_link",
    ),
    *("parcel_exception", "prediction", "push_subscription", "receipt", "recipient", "review_photo"),
    *("status_override", "stock_level", "tracking_event", "update_wish", "way_in"),
)
POINTERS = ("recipient_id", "case_entry_id", "template_version_id")
"""Of messages."""


def upgrade() -> None:
    with op.get_context().autocommit_block():  # whoever writes meanwhile does not wait
        for table in TABLES:
            _index(f"ix_{table}_shop_id", table, ["shop_id"])
        for column in POINTERS:
            pointing = {"postgresql_where": sa.text(f"{column} IS NOT NULL")}
            _index(f"ix_message_{column}", "message", [column], **pointing)


def _index(name: str, table: str, columns: list[Any], **options: Any) -> None:  # noqa: ANN401 - Alembic's
    """Make an index while others write; what a migration that was cut off left of it could never be used."""
    op.drop_index(name, table, postgresql_concurrently=True, if_exists=True)
    op.create_index(name, table, columns, postgresql_concurrently=True, **options)


def downgrade() -> None:
    for column in POINTERS:
        op.drop_index(f"ix_message_{column}", "message")
    for table in TABLES:
        op.drop_index(f"ix_{table}_shop_id", table)
