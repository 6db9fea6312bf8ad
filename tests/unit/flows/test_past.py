"""What lies before the tables of a rehearsal names tables that there are."""

from app.flows.rehearsal import past, views
from app.schema import Base


def test_every_table_that_is_named_is_there() -> None:
    named = {*past.NEW, *past.AS_THEY_ARE, *views.AS_OF}
    assert named <= set(Base.metadata.tables)
    for name, as_of in views.AS_OF.items():
        assert set(as_of.columns) <= set(Base.metadata.tables[name].columns.keys())


def test_what_belongs_to_no_shop_is_not_copied() -> None:
    ours = {name for name, table in Base.metadata.tables.items() if "shop_id" not in table.columns}
    assert ours <= past.AS_THEY_ARE
