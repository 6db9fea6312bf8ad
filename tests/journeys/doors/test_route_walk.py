"""Every route, asked by everybody who might try: nothing of a shop is told or changed for who may not.

`make route-walk` prints the table. A new route is walked by itself;
it has to be in app/admin/doors/permissions.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.admin.doors import permissions
from app.lib import clock
from app.shops.install import uninstall
from app.shops.team import Member, Role
from tests.journeys.doors import walking
from tests.journeys.doors.conftest import Keys
from tests.journeys.doors.walking import HEAD, Ask, Route, Walk
from tests.planted import Planted, standing

KeyOf = Callable[[Planted, Role | None], Keys]
MONTHS = timedelta(days=40)
OTHERS_KEY = "another-master-key-of-32-characters-or-more"


@dataclass
class Scene:
    """Two shops, who may come into the first, and how far everybody came."""

    app: Flask
    session: Session
    mine: Planted
    theirs: Planted
    key_of: KeyOf
    table: list[Walk] = field(default_factory=list)

    def now(self, of: Planted, *but: str) -> dict[str, str]:
        """What stands in the tables of a shop."""
        return standing(self.session, of.shop.id, but=but)


@pytest.fixture
def scene(app: Flask, session: Session, mine: Planted, theirs: Planted, key_of: KeyOf) -> Iterator[Scene]:
    made = Scene(app, session, mine, theirs, key_of)
    yield made
    print("\n" + "\n".join([HEAD, *(walk.line for walk in made.table)]))


def test_nobody_comes_into_a_shop_who_may_not(scene: Scene) -> None:
    app, mine, theirs = scene.app, scene.mine, scene.theirs
    owner, neighbor = scene.key_of(mine, None), scene.key_of(theirs, None)
    before = scene.now(mine), scene.now(theirs)
    for who, ask, statuses in strangers(app, mine, theirs, owner, neighbor):
        walk = walk_in(app, mine, who, ask, form={"csrf": str(owner["csrf"])})
        scene.table.append(walk)
        assert (walk.leaks, set(walk.answers.values()) - statuses) == ([], set()), (who, walk.answers)
    assert (scene.now(mine), scene.now(theirs)) == before


def strangers(
    app: Flask, mine: Planted, theirs: Planted, owner: Keys, neighbor: Keys
) -> Iterator[tuple[str, Ask, set[int]]]:
    """Return everybody who may not come in, and what each may be answered."""
    good, home = walking.id_token(mine.shop.domain), theirs.shop.domain
    written = walking.written(app, owner)
    yield "nobody", walking.browser(app), {401}
    yield "a cookie that was changed", walking.with_cookie(app, walking.spoiled(written)), {401}
    yield (
        "a cookie of another key",
        walking.with_cookie(app, walking.written(app, owner, key=OTHERS_KEY)),
        {401},
    )
    yield "a cookie of months ago", walking.with_cookie(app, walking.written(app, owner, age=MONTHS)), {401}
    yield "the owner of another shop", walking.browser(app, **neighbor), {404}
    yield "staff of another store", walking.with_token(app, walking.id_token(home)), {404}
    for by in ("header", "address", "form"):
        for what, token in {
            "that is too old": walking.id_token(mine.shop.domain, exp=int(clock.now().timestamp()) - 60),
            "of another secret": walking.id_token(mine.shop.domain, secret="s" * 40),
            "for another app": walking.id_token(mine.shop.domain, aud="another"),
            "that was changed": walking.spoiled(good),
            "of two stores": walking.id_token(mine.shop.domain, iss=f"https://{home}/admin"),
            "of no kind": "x",
        }.items():
            yield f"a session token {what}, in its {by}", walking.with_token(app, token, by=by), {401}


def test_who_was_let_go_and_who_comes_into_a_shop_that_left(scene: Scene) -> None:
    app, mine, session = scene.app, scene.mine, scene.session
    member, owner = scene.key_of(mine, Role.OWNER), scene.key_of(mine, None)
    gone = update(Member).filter_by(id=mine.rows["member"]).values(removed_at=clock.now())
    session.execute(gone)
    session.commit()
    scene.table.append(walk_in(app, mine, "who was let go", walking.browser(app, **member), form_of(member)))
    uninstall(session, mine.shop)
    session.commit()
    asks = {"cookie": walking.browser(app, **owner)}
    asks["session token"] = walking.with_token(app, walking.id_token(mine.shop.domain))
    for what, ask in asks.items():
        scene.table.append(
            walk_in(app, mine, f"the owner of a shop that left, by {what}", ask, form_of(owner))
        )
    for walk in scene.table:
        assert (walk.leaks, set(walk.answers.values())) == ([], {404}), walk


@pytest.mark.parametrize("role", [*Role, None, "staff"])
def test_no_role_reaches_the_rows_of_another_shop(role: Role | str | None, scene: Scene) -> None:
    app, mine, theirs = scene.app, scene.mine, scene.theirs
    key = scene.key_of(mine, role if isinstance(role, Role) else None)
    token = walking.id_token(mine.shop.domain)
    ask = walking.with_token(app, token) if role == "staff" else walking.browser(app, **key)
    before = scene.now(theirs)
    walk = Walk(f"{role or 'an owner by a link'}, with another shop's numbers")
    for route in walking.of_a_shop(app):
        if route.rows:
            address = route.address(app, mine.shop.id, theirs)
            walk.note(route, ask(route.method, address, form_of(key)), theirs.word)
    scene.table.append(walk)
    assert (walk.leaks, walk.let_in) == ([], [])
    assert scene.now(theirs) == before


@pytest.mark.parametrize("role", list(Role))
def test_a_role_may_what_the_list_says_and_nothing_else(role: Role, scene: Scene) -> None:
    app, mine = scene.app, scene.mine
    ask = walking.browser(app, **scene.key_of(mine, role))
    before = scene.now(mine, "access_record")
    walk = walk_in(app, mine, f"{role}, and forms of another page", ask, {"csrf": "guessed"}, may=True)
    scene.table.append(walk)
    for route in walking.of_a_shop(app):
        status = walk.answers[f"{route.method} {route.rule.rule}"]
        if not role.covers(permissions.NEEDED[route.rule.endpoint]):
            assert status == 403, route
        elif route.method == "GET":
            assert status < 400, (route, status)
        else:
            assert status == 400, (route, status)
    assert scene.now(mine, "access_record") == before


def form_of(key: Keys) -> dict[str, str]:
    return {"csrf": str(key["csrf"])}


def walk_in(app: Flask, of: Planted, who: str, ask: Ask, form: dict[str, str], *, may: bool = False) -> Walk:
    """Ask for everything of a shop by its own numbers; `may`: what is told is for them."""
    walk = Walk(who)
    for route in walking.of_a_shop(app):
        answer = ask(route.method, route.address(app, of.shop.id, of), form)
        walk.note(route, answer, *(() if may else (of.word,)))
    return walk


def test_the_walk_knows_its_routes(app: Flask) -> None:
    routes: list[Route] = walking.of_a_shop(app)
    assert len(routes) > 100
    assert {route.rule.endpoint for route in routes} == set(permissions.NEEDED)
