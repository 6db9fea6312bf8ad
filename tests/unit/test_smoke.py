from sqlalchemy import text
from sqlalchemy.orm import Session


def test_the_schema_is_there(session: Session) -> None:
    assert session.execute(text('SELECT count(*) FROM "order"')).scalar() == 0
