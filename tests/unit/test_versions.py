import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.messages.documents import templates
from app.messages.documents.document import Misfit
from app.messages.documents.lint import Rule
from app.messages.wording import publishing, versions
from app.messages.wording.versions import TemplateVersion
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
    publishing.save(session, shop.id, SHIPPED, says("One"))
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    assert versions.draft(session, shop.id, SHIPPED).subject == "One"
    assert publishing.publish(session, shop.id, SHIPPED).number == 1
    assert versions.current(session, shop.id, SHIPPED).subject == "One"
    assert versions.current(session, shop.id, Trigger.DELIVERED) == templates.default(Trigger.DELIVERED)


def test_an_earlier_version_can_be_sent_again_and_ours_as_well(session: Session, shop: Shop) -> None:
    for subject in ("One", "Two"):
        publishing.save(session, shop.id, SHIPPED, says(subject))
        publishing.publish(session, shop.id, SHIPPED)
    publishing.revert(session, shop.id, SHIPPED, 1)
    assert versions.current(session, shop.id, SHIPPED).subject == "One"
    publishing.revert(session, shop.id, SHIPPED, None)
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    with pytest.raises(LookupError, match="no version 3"):
        publishing.revert(session, shop.id, SHIPPED, 3)
    subjects = select(TemplateVersion.document["subject"].astext).order_by(TemplateVersion.number)
    assert list(session.scalars(subjects)) == ["One", "Two"]
    kept = {row.trigger: row for row in versions.overview(session, shop.id)}
    assert (kept[SHIPPED].number, kept[SHIPPED].published, kept[SHIPPED].has_draft) == (None, 2, False)


def test_nothing_is_published_twice_or_without_being_written(session: Session, shop: Shop) -> None:
    with pytest.raises(Misfit):
        publishing.publish(session, shop.id, SHIPPED)
    with pytest.raises(Misfit):
        publishing.save(session, shop.id, SHIPPED, {"subject": "x"})
    with pytest.raises(LookupError):
        publishing.revert(session, shop.id, SHIPPED, None)
    publishing.save(session, shop.id, SHIPPED, says("One"))
    publishing.publish(session, shop.id, SHIPPED)
    with pytest.raises(Misfit):
        publishing.publish(session, shop.id, SHIPPED)


def test_what_the_lint_finds_is_told_on_save_and_an_error_is_never_published(
    session: Session, shop: Shop
) -> None:
    def draft(*blocks: dict[str, str]) -> list[tuple[Rule, int]]:
        found = publishing.save(session, shop.id, SHIPPED, {"subject": "Hi", "blocks": list(blocks)})
        return [(finding.rule, finding.line) for finding in found]

    text = {"kind": "text", "text": "Hello\n{{ order.nmae }}"}
    picture = {"kind": "image", "url": "https://ridge.example/a.png"}
    assert draft(text, picture) == [(Rule.UNKNOWN_NAME, 2), (Rule.MISSING_ALT, 1)]
    with pytest.raises(publishing.Faulty, match="nmae") as caught:
        publishing.publish(session, shop.id, SHIPPED)
    assert [finding.rule for finding in caught.value.findings] == [Rule.UNKNOWN_NAME, Rule.MISSING_ALT]
    assert versions.current(session, shop.id, SHIPPED) == templates.default(SHIPPED)
    assert draft(picture) == [(Rule.MISSING_ALT, 1)]
    assert publishing.publish(session, shop.id, SHIPPED).number == 1


def test_a_version_that_we_no_longer_understand_stops_only_itself(session: Session, shop: Shop) -> None:
    for trigger in (SHIPPED, Trigger.DELIVERED):
        publishing.save(session, shop.id, trigger, says("One"))
        publishing.publish(session, shop.id, trigger).document = (
            {"subject": "?"} if trigger is SHIPPED else says("!")
        )
    session.flush()
    found = versions.documents(session, [shop.id])
    assert isinstance(found[shop.id, SHIPPED].said, Misfit)
    assert versions.current(session, shop.id, Trigger.DELIVERED).subject == "!"
    with pytest.raises(Misfit):
        versions.current(session, shop.id, SHIPPED)
