import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages import templates, versions
from app.messages.document import Misfit
from app.messages.versions import TemplateVersion
from app.shops.models import Shop
from app.vocabulary import Trigger
from tests import sold

SHIPPED = Trigger.SHIPPED


def says(subject: str) -> dict[str, object]:
    return {"subject": subject, "blocks": [{"kind": "text", "text": "Hi"}]}


@pytest.fixture
def shop(session: Session) -> Shop:
    return sold.shop(session)


def test_a_draft_is_not_sent_until_it_is_published(session: Session, shop: Shop) -> None:
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    versions.save(session, shop.id, SHIPPED, says("One"))
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    assert versions.draft(session, shop.id, SHIPPED).subject == "One"
    assert versions.publish(session, shop.id, SHIPPED).number == 1
    assert versions.current(session, shop.id, SHIPPED).subject == "One"
    assert versions.current(session, shop.id, Trigger.DELIVERED) == templates.default(Trigger.DELIVERED)


def test_an_earlier_version_can_be_sent_again_and_ours_as_well(session: Session, shop: Shop) -> None:
    for subject in ("One", "Two"):
        versions.save(session, shop.id, SHIPPED, says(subject))
        versions.publish(session, shop.id, SHIPPED)
    versions.revert(session, shop.id, SHIPPED, 1)
    assert versions.current(session, shop.id, SHIPPED).subject == "One"
    versions.revert(session, shop.id, SHIPPED, None)
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    with pytest.raises(LookupError, match="no version 3"):
        versions.revert(session, shop.id, SHIPPED, 3)
    subjects = select(TemplateVersion.document["subject"].astext).order_by(TemplateVersion.number)
    assert list(session.scalars(subjects)) == ["One", "Two"]
    kept = {row.trigger: row for row in versions.overview(session, shop.id)}
    assert (kept[SHIPPED].number, kept[SHIPPED].published, kept[SHIPPED].has_draft) == (None, 2, False)


def test_nothing_is_published_twice_or_without_being_written(session: Session, shop: Shop) -> None:
    with pytest.raises(Misfit):
        versions.publish(session, shop.id, SHIPPED)
    with pytest.raises(Misfit):
        versions.save(session, shop.id, SHIPPED, {"subject": "x"})
    with pytest.raises(LookupError):
        versions.revert(session, shop.id, SHIPPED, None)
    versions.save(session, shop.id, SHIPPED, says("One"))
    versions.publish(session, shop.id, SHIPPED)
    with pytest.raises(Misfit):
        versions.publish(session, shop.id, SHIPPED)


def test_a_version_that_we_no_longer_understand_stops_only_itself(session: Session, shop: Shop) -> None:
    for trigger in (SHIPPED, Trigger.DELIVERED):
        versions.save(session, shop.id, trigger, says("One"))
        versions.publish(session, shop.id, trigger).document = (
            {"subject": "?"} if trigger is SHIPPED else says("!")
        )
    session.flush()
    found = versions.documents(session, [shop.id])
    assert isinstance(found[shop.id, SHIPPED], Misfit)
    assert versions.current(session, shop.id, Trigger.DELIVERED).subject == "!"
    with pytest.raises(Misfit):
        versions.current(session, shop.id, SHIPPED)
