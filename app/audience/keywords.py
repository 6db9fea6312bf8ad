"""What a shopper texts back to end, resume or understand our texts, in the languages that we speak."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audience import profiles, suppression
from app.audience.consent import last_said
from app.audience.models import Profile
from app.lib import crypto
from app.lib.words import sentence
from app.platforms.base import Consent
from app.platforms.purchases import Person
from app.vocabulary import Category, ConsentSource, ConsentState, Medium


class Keyword(StrEnum):
    """What a text asks of us."""

    STOP = "stop"
    HELP = "help"
    START = "start"
    OFFERS = "offers"
    """On WhatsApp, where whoever writes reads first what it is about: where the merchant invites to it."""


def _phrases(*lists: str) -> frozenset[str]:
    return frozenset(_plain(phrase) for line in lists for phrase in line.split(","))


def _plain(text: str) -> str:
    """Return a text without case, accents, punctuation and needless space."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w\s]|_", "" if "'" in bare or "’" in bare else " ", bare).split())


STOP = _phrases(
    "stop,stopall,stop all,unsubscribe,cancel,end,quit,revoke,opt out,optout,remove,remove me,no more",
    "leave me alone,take me off,wrong number,do not text,dont text,do not text me,dont text me",
    "stopp,abmelden,abbestellen,aufhören,ende,schluss,austragen,keine sms,keine nachrichten",
    "arrêt,arrêter,arrête,arrêtez,désabonner,désinscrire,désinscription,annuler,fin",
    "alto,baja,darme de baja,parar,no más,basta,cancelar,detener,dejar",
    "ferma,fermare,basta così,cancella,cancellami,disiscrivi,disiscrivimi,annulla",
    "stoppen,afmelden,uitschrijven,einde,afzeggen",
    "pare,sair,remover,descadastrar,chega,cancelar inscrição",
    "rezygnuję,rezygnacja,wypisz,wypisz mnie,koniec,anuluj,wyłącz",
    "avsluta,avregistrera,avanmäl,sluta,avbryt",
    "停止,配信停止,解除,登録解除,ストップ,やめて,不要",
    "توقف,إيقاف,ايقاف,إلغاء,الغاء,إلغاء الاشتراك,الغاء الاشتراك,قف",
    "הסר,הסרה,הפסק,הפסיקו,עצור,די,בטל,ביטול",
)
HELP = _phrases(
    "help,info,help me,hilfe,aide,aidez moi,ayuda,información,aiuto,ajuda,hulp,pomoc,hjälp,ヘルプ,مساعدة,עזרה"
)
START = _phrases(
    "start,unstop,subscribe,resume,opt in,optin,begin",
    "starten,anmelden,weiter,commencer,reprendre,abonner,empezar,iniciar,alta,inizia,iniziare,riprendi",
    "começar,voltar,aanmelden,hervatten,zacznij,wznów,börja,starta,återuppta,開始,再開,ابدأ,اشترك,התחל,הצטרף",
)
OFFERS = _phrases(
    "offers,news and offers,angebote,offres,ofertas,offerte,aanbiedingen,oferty,erbjudanden",
    "お得情報,العروض,עדכוני מבצעים",
)
ASKING = frozenset(
    {"please", "pls", "bitte", "por", "favor", "per", "favore", "sil", "vous", "plait", "te", "s"}
)
OPENS_A_REFUSAL = ("stop", "stopp", "unsubscribe", "remove me", "take me off", "do not text", "dont text")
"""With one of these before it, a longer text says the same."""
MISTYPED = frozenset({"stpo", "sotp", "tsop", "sttop", "stoop", "sstop", "stop1", "satop", "stio", "stoip"})
LONG = 8
"""Words; beyond, somebody tells a story."""

ANSWERS: Mapping[Medium, Mapping[Keyword, str]] = {
    Medium.SMS: {
        Keyword.STOP: sentence("%(shop)s: no more texts come to this number. Reply START to get them again."),
        Keyword.HELP: sentence(
            "%(shop)s: texts about your orders. Help: %(contact)s. Reply STOP to end them."
        ),
        Keyword.START: sentence("%(shop)s: you get our texts again. Reply STOP to end them."),
    },
    Medium.WHATSAPP: {
        Keyword.STOP: sentence(
            "%(shop)s: we write to this number no more. Reply START to get our messages again."
        ),
        Keyword.HELP: sentence(
            "%(shop)s: messages about your orders. Help: %(contact)s. Reply STOP to end them."
        ),
        Keyword.START: sentence("%(shop)s: you get our messages again. Reply STOP to end them."),
        Keyword.OFFERS: sentence("%(shop)s: you get our news and offers here. Reply STOP to end them."),
    },
}
"""The one text that may answer."""


def keyword(text: str, medium: Medium = Medium.SMS) -> Keyword | None:
    """Return what a text asks of us; None: it is for a person to read. In doubt about an end, it is one."""
    plain = _plain(text)
    words = [word for word in plain.split() if word not in ASKING]
    bare = " ".join(words)
    if {plain, bare} & START:
        return Keyword.START
    if {plain, bare} & (STOP | MISTYPED):
        return Keyword.STOP
    if {plain, bare} & HELP:
        return Keyword.HELP
    if medium is Medium.WHATSAPP and {plain, bare} & OFFERS:
        return Keyword.OFFERS
    opens = any(bare == opening or bare.startswith(f"{opening} ") for opening in OPENS_A_REFUSAL)
    return Keyword.STOP if opens and len(words) <= LONG else None


def hear(  # noqa: PLR0913 - what was texted, from where, when
    session: Session, shop_id: int, medium: Medium, address: str, text: str, *, at: datetime
) -> Keyword | None:
    """Do what a text asks: STOP ends all on its medium, START brings back what was agreed to before.

    OFFERS is a yes to them, said from the number itself.
    """
    said = keyword(text, medium)
    subject = shop_id, None, crypto.fingerprint(address)
    offers = last_said(session, subject, medium, Category.MARKETING)
    agreed = offers is not None and offers.state is ConsentState.SUBSCRIBED
    ended = offers is not None and (offers.state, offers.source) == (
        ConsentState.UNSUBSCRIBED,
        ConsentSource.KEYWORD,
    )
    told = Consent(
        person=_whose(session, shop_id, address),
        medium=medium,
        category=Category.TRANSACTIONAL,
        state=ConsentState.SUBSCRIBED if said is Keyword.START else ConsentState.UNSUBSCRIBED,
        source=ConsentSource.KEYWORD,
        at=at,
        address=address,
        wording=_plain(text),
    )
    if said is Keyword.STOP:
        suppression.suppress(session, shop_id, medium, address, None, reason=suppression.UNSUBSCRIBED)
    elif said in (Keyword.START, Keyword.OFFERS):
        suppression.lift(session, shop_id, medium, address, None)
    if said is Keyword.OFFERS:
        yes = replace(told, category=Category.MARKETING, state=ConsentState.SUBSCRIBED)
        profiles.keep_consent(session, shop_id, yes, heard_at=at)
    elif said in (Keyword.STOP, Keyword.START):
        profiles.keep_consent(session, shop_id, told, heard_at=at)
        if agreed if said is Keyword.STOP else ended:
            profiles.keep_consent(session, shop_id, replace(told, category=Category.MARKETING), heard_at=at)
    return said


def prefer(  # noqa: PLR0913 - what was chosen, by which number, when
    session: Session, shop_id: int, medium: Medium, address: str, *, wants_offers: bool, at: datetime
) -> None:
    """Do what somebody chose in their own app: no more offers, or those that they had agreed to again."""
    subject = shop_id, None, crypto.fingerprint(address)
    before = last_said(session, subject, medium, Category.MARKETING)
    if wants_offers:
        suppression.lift(session, shop_id, medium, address, Category.MARKETING, before=at)
        ended = before is not None and before.state is ConsentState.UNSUBSCRIBED
        if not ended or before is None or before.source is not ConsentSource.KEYWORD or before.at > at:
            return
    else:
        suppression.suppress(
            session, shop_id, medium, address, Category.MARKETING, reason=suppression.UNSUBSCRIBED
        )
    chosen = Consent(
        person=_whose(session, shop_id, address),
        medium=medium,
        category=Category.MARKETING,
        state=ConsentState.SUBSCRIBED if wants_offers else ConsentState.UNSUBSCRIBED,
        source=ConsentSource.KEYWORD,
        at=at,
        address=address,
    )
    profiles.keep_consent(session, shop_id, chosen, heard_at=at)


def _whose(session: Session, shop_id: int, address: str) -> Person:
    """Return whose number it is in the store's records; nobody's, where none of them has it."""
    known = select(Profile).filter_by(shop_id=shop_id, phone=address, erased_at=None)
    row = session.scalar(known.where(Profile.external_id.is_not(None)).order_by(Profile.id.desc()).limit(1))
    return Person(external_id=row.external_id, email=row.email) if row else Person()
