"""A route of the interface: who may take it, what it takes, and what it answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Protocol

from flask import Blueprint, Response, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session

from app.api.shapes import Nothing, Problem
from app.lib import clock, limits
from app.lib.db import transaction
from app.lib.reading import without_nul
from app.shops import api_keys
from app.shops.api_keys import ApiKey, Scope
from app.shops.models import AccessRecord, Shop

PER_MINUTE = 120
"""Requests with one key."""
WRONG_PER_MINUTE = 30
"""Requests from one place with keys that are none."""
MINUTE = 60
REFUSALS = {
    HTTPStatus.BAD_REQUEST: "what was sent does not fit",
    HTTPStatus.UNAUTHORIZED: "no key, or none that is good",
    HTTPStatus.FORBIDDEN: "the key is not for this",
    HTTPStatus.NOT_FOUND: "there is no such thing in this shop",
    HTTPStatus.CONFLICT: "it cannot be done as things stand",
    HTTPStatus.TOO_MANY_REQUESTS: "too many requests in a minute",
}


class Refusal(Exception):
    """A request is not done; the caller is told why."""

    def __init__(self, status: HTTPStatus, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.message, self.headers = status, message, headers


class NotThere(Refusal):
    """What is named is not this shop's."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.NOT_FOUND, "There is no such thing in this shop.")


@dataclass(frozen=True, slots=True)
class Asking:
    """One request: by whom, in which transaction."""

    session: Session
    shop: Shop
    key: ApiKey

    @property
    def who(self) -> str:
        """How whoever asks stands in the records."""
        return f"key “{self.key.name}”"

    def saw(self, what: str) -> None:
        """Record that shoppers' data was handed out, or something changed."""
        self.session.add(AccessRecord(shop_id=self.shop.id, who=self.who, what=what, at=clock.now()))


Handler = Callable[..., BaseModel]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One thing that can be asked."""

    method: str
    path: str
    """As Flask writes it."""
    scope: Scope
    does: Handler
    answer: type[BaseModel]
    status: HTTPStatus = HTTPStatus.OK
    query: type[BaseModel] = Nothing
    body: type[BaseModel] = Nothing
    may_conflict: bool = False

    @property
    def name(self) -> str:
        """What it is called among all routes: "shipments_index"."""
        return f"{self.does.__module__.rpartition('.')[2]}_{self.does.__name__}"

    @property
    def button(self) -> str:
        """What it does, as the audit log calls the buttons of the admin: "exceptions: put off"."""
        room, _, does = self.name.partition("_")
        return f"{room}: {does.replace('_', ' ')}"

    @property
    def says(self) -> str:
        """What it does, in one sentence."""
        return (self.does.__doc__ or "").strip().partition("\n")[0]

    @property
    def refuses(self) -> tuple[HTTPStatus, ...]:
        """The ways in which it can be refused."""
        found = [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS]
        if self.query is not Nothing or self.body is not Nothing:
            found.append(HTTPStatus.BAD_REQUEST)
        if "<" in self.path:
            found.append(HTTPStatus.NOT_FOUND)
        if self.may_conflict:
            found.append(HTTPStatus.CONFLICT)
        return tuple(sorted(found))

    def join(self, blueprint: Blueprint) -> None:
        """Be reached at its address."""
        blueprint.add_url_rule(self.path, self.name, self.take, methods=[self.method])

    def take(self, **named: object) -> Response:
        """Answer a request, with JSON whatever comes of it."""
        try:
            with transaction() as session:
                asking = _let_in(session, self.scope)
                given: dict[str, object] = dict(named)
                if self.query is not Nothing:
                    given["asked"] = _fit(self.query, request.args.to_dict())
                if self.body is not Nothing:
                    given["sent"] = _fit(self.body, without_nul(request.get_json(silent=True)))
                answer = self.does(asking, **given)
                if self.method != "GET":
                    asking.saw(" ".join([self.button, *map(str, named.values())]))
                return _json(answer, self.status)
        except Refusal as refusal:
            return _problem(refusal)


@dataclass(frozen=True, slots=True)
class Book:
    """The routes of one module."""

    routes: list[Route] = field(default_factory=list)

    def route(  # noqa: PLR0913 - what a route is
        self,
        method: str,
        path: str,
        scope: Scope,
        answer: type[BaseModel],
        *,
        status: HTTPStatus = HTTPStatus.OK,
        query: type[BaseModel] = Nothing,
        body: type[BaseModel] = Nothing,
        may_conflict: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Let a function answer at an address."""

        def keep(does: Handler) -> Handler:
            route = Route(
                method=method,
                path=path,
                scope=scope,
                does=does,
                answer=answer,
                status=status,
                query=query,
                body=body,
                may_conflict=may_conflict,
            )
            self.routes.append(route)
            return does

        return keep


class Room(Protocol):
    """A module with routes."""

    routes: list[Route]


def as_problem(answer: Response) -> Response:
    """Return what was refused in front of the routes, told as they tell it."""
    status = HTTPStatus(answer.status_code)
    told = {name: answer.headers[name] for name in ("Allow",) if name in answer.headers}
    return _problem(Refusal(status, f"{status.description or status.phrase}.", **told))


def _let_in(session: Session, scope: Scope) -> Asking:
    """Return who asks; raises Refusal."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    found = api_keys.find(session, secret.strip()) if kind.lower() == "bearer" and secret else None
    if found is None:
        if not limits.allows(
            "api-stranger", request.remote_addr or "", times=WRONG_PER_MINUTE, seconds=MINUTE
        ):
            raise _too_many()
        message = "Send a key of this shop: Authorization: Bearer dsk_…"
        raise Refusal(HTTPStatus.UNAUTHORIZED, message, **{"WWW-Authenticate": "Bearer"})
    key, shop = found
    if not limits.allows("api", str(key.id), times=PER_MINUTE, seconds=MINUTE):
        raise _too_many()
    if not key.may(scope):
        raise Refusal(HTTPStatus.FORBIDDEN, f"This key is not for {scope}.")
    api_keys.note_use(session, key)
    return Asking(session, shop, key)


def _too_many() -> Refusal:
    message = f"At most {PER_MINUTE} requests a minute. Wait, and go on."
    return Refusal(HTTPStatus.TOO_MANY_REQUESTS, message, **{"Retry-After": str(MINUTE)})


def _fit(shape: type[BaseModel], given: object) -> BaseModel:
    """Return what was sent in its shape; raises Refusal with what does not fit."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, it['loc'])) or 'body'}: {it['msg']}"
            for it in error.errors(include_url=False)
        )
        raise Refusal(HTTPStatus.BAD_REQUEST, wrong[:500]) from error


def _problem(refusal: Refusal) -> Response:
    problem = Problem(status=int(refusal.status), code=refusal.status.phrase, message=refusal.message)
    return _json(problem, refusal.status, refusal.headers)


def _json(answer: BaseModel, status: HTTPStatus, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(answer.model_dump_json(), int(status), content_type="application/json")
    response.headers.update(
        {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", **(headers or {})}
    )
    return response
