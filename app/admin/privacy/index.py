"""What shoppers asked for under privacy law, when it was answered, and the copies to hand on."""

import json

from flask import Blueprint, Response, abort
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.admin import paging, shell
from app.admin.doors.session import for_shop, saw
from app.admin.saying import retold, say
from app.admin.tables import Said
from app.hooks import accounts, forgetting
from app.lib import crypto
from app.lib.words import merchant_sentence, sentence
from app.platforms.base import PrivacyKind
from app.shops.models import PrivacyTask, Shop

blueprint = Blueprint("privacy", __name__)

KINDS = Said(
    {
        PrivacyKind.EXPORT: sentence("A copy of what we know of a shopper"),
        PrivacyKind.ERASE_PERSON: sentence("What we know of a shopper, erased"),
        PrivacyKind.ERASE_SHOP: sentence("Everything of this store, erased"),
    }
)


@blueprint.get("/privacy")
@for_shop
def index(session: Session, shop: Shop) -> str:
    """Show every request with its answer, newest first."""
    columns = (
        PrivacyTask.id,
        PrivacyTask.kind,
        PrivacyTask.asked_at,
        PrivacyTask.due_at,
        PrivacyTask.done_at,
        PrivacyTask.export.is_not(None).label("is_ready"),
        PrivacyTask.certificate.is_not(None).label("is_certified"),
    )
    page = paging.newest_first(
        session, select(*columns).where(PrivacyTask.shop_id == shop.id), PrivacyTask.id
    )
    return shell.page(
        session,
        shop,
        "privacy/index.html",
        "privacy",
        page=page,
        kinds=KINDS,
        erased=paging.asked("task", 0),
        refused=[
            (
                hook,
                retold(accounts.everyone()[hook.listener].label)
                if hook
                else say("A service that you removed"),
                said,
            )
            for hook, said in forgetting.refused(session, shop.id)
        ],
    )


@blueprint.get("/privacy/<int(max=9223372036854775807):task_id>/copy")
@for_shop
def copy(session: Session, shop: Shop, task_id: int) -> Response:
    """Hand the merchant the copy that a shopper asked for."""
    task = session.scalar(select(PrivacyTask).filter_by(id=task_id, shop_id=shop.id))
    if task is None or task.export is None:
        abort(404)
    saw(session, merchant_sentence("copy for privacy request %(request)s", request=task.id))
    name = f"shopper-data-{task.id}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(crypto.unseal(task.export), content_type="application/json", headers=headers)


@blueprint.get("/privacy/<int(max=9223372036854775807):task_id>/certificate")
@for_shop
def certificate(session: Session, shop: Shop, task_id: int) -> Response:
    """Hand the merchant the statement of what was erased; it names nobody."""
    task = session.scalar(select(PrivacyTask).filter_by(id=task_id, shop_id=shop.id))
    if task is None or task.certificate is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="erased-{task.id}.json"'}
    text = json.dumps(task.certificate, indent=1, ensure_ascii=False)
    return Response(text, content_type="application/json", headers=headers)
