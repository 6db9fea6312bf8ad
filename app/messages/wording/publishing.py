"""How a shop's own messages come to be sent: drafts, versions, and the way back; no error is published."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.lib import clock, queue
from app.lib.told import tell
from app.messages.documents.document import Document, Misfit
from app.messages.documents.lint import Finding, lint
from app.messages.gate import offers
from app.messages.models import Message
from app.messages.wording import steps
from app.messages.wording.versions import Template, TemplateVersion
from app.shops import brand
from app.shops.models import Shop
from app.vocabulary import MessageState, Reason, Trigger

AGAIN_WITHIN = timedelta(hours=24)
"""Messages that could not be put together are tried again with a new version, unless they are older."""


class Faulty(Misfit):
    """The draft must not be sent as it is; `findings` say why, in the order of its texts."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        worst = next(finding for finding in findings if finding.is_error)
        super().__init__(worst.sentence, worst.block, worst.field)
        self.findings = tuple(findings)


class Overtaken(Exception):
    """The draft has changed since it was looked at."""


def save(session: Session, shop_id: int, trigger: Trigger, data: object, *, what: str = "") -> list[Finding]:
    """Keep a draft, and return what is wrong with it; raises Misfit where the data is no message.

    `what`: which part of it was changed; several changes of that within a minute are one step to undo.
    """
    document = Document.of(data)
    steps.take(session, open_for(session, shop_id, trigger), document.data(), what)
    return _looked_at(session, shop_id, trigger, document)


def open_for(session: Session, shop_id: int, trigger: Trigger) -> Template:
    """Return the row of a message, made where there was none, and locked until this transaction ends."""
    made = insert(Template).values(shop_id=shop_id, trigger=trigger)
    session.execute(made.on_conflict_do_nothing(index_elements=("shop_id", "trigger")))
    row = _locked(session, shop_id, trigger)
    assert row is not None
    return row


def publish(session: Session, shop_id: int, trigger: Trigger, *, seen: str | None = None) -> TemplateVersion:
    """Make a new version of the draft and send it from now on.

    `seen`: the digest of the draft that was looked at; None: whatever it says now. Raises Faulty where the
    lint finds an error, Misfit where there is no draft, and Overtaken where it is another than was seen.
    """
    row = _locked(session, shop_id, trigger)
    if row is None or row.draft is None:
        raise Misfit(tell("There is no draft to publish."))
    document = Document.of(row.draft)
    findings = _looked_at(session, shop_id, trigger, document)
    if any(finding.is_error for finding in findings):
        raise Faulty(findings)
    if seen not in (None, document.digest):
        raise Overtaken
    last = select(func.max(TemplateVersion.number)).filter_by(shop_id=shop_id, trigger=trigger)
    version = TemplateVersion(
        shop_id=shop_id,
        trigger=trigger,
        number=(session.scalar(last) or 0) + 1,
        document=row.draft,
        published_at=clock.now(),
    )
    session.add(version)
    session.flush()  # the template names the version by its id
    row.version_id, row.draft, row.drafted_at = version.id, None, None
    steps.forget(session, row)
    _try_again(session, shop_id, trigger)
    return version


def revert(session: Session, shop_id: int, trigger: Trigger, number: int | None) -> None:
    """Send an earlier version again, or what we say (None); the draft stays. Raises LookupError."""
    row = _locked(session, shop_id, trigger)
    if row is None:
        raise LookupError("This message was never changed.")
    if number is None:
        row.version_id = None
    else:
        wanted = select(TemplateVersion.id).filter_by(shop_id=shop_id, trigger=trigger, number=number)
        row.version_id = session.scalar(wanted)
        if row.version_id is None:
            raise LookupError(f"There is no version {number}.")
    _try_again(session, shop_id, trigger)


def _looked_at(session: Session, shop_id: int, trigger: Trigger, document: Document) -> list[Finding]:
    return lint(document, trigger, offers.category(trigger), brand.of(session.get_one(Shop, shop_id)))


def _locked(session: Session, shop_id: int, trigger: Trigger) -> Template | None:
    """Return the row as it is now: a draft is saved past whatever the session knows of it."""
    row = select(Template).filter_by(shop_id=shop_id, trigger=trigger).with_for_update()
    return session.scalar(row.execution_options(populate_existing=True))


def _try_again(session: Session, shop_id: int, trigger: Trigger) -> None:
    """Ask for the messages anew that could not be put together; the gate decides about each again."""
    now = clock.now()
    parked = update(Message).where(
        Message.shop_id == shop_id,
        Message.trigger == trigger,
        Message.state == MessageState.FAILED,
        Message.reason.in_((Reason.UNRENDERABLE, Reason.CUT_OFF)),
        Message.created_at > now - AGAIN_WITHIN,
    )
    anew = parked.values(
        state=MessageState.QUEUED, reason=None, failure=None, due_at=now, attempts=0, deaths=0
    )
    if session.execute(anew.returning(Message.id)).first() is not None:
        queue.wake(session, "jobs.messages.send")
