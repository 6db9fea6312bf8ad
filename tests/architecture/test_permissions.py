"""Whoever adds a page of the admin says who may see it."""

from app.admin.doors import permissions
from app.main import create_app


def test_every_page_and_button_of_a_shop_names_its_role() -> None:
    rules = [it for it in create_app().url_map.iter_rules() if it.rule.startswith("/admin/<int")]
    lacking = {it.endpoint for it in rules} - set(permissions.NEEDED)
    assert lacking == set(), "say in app/admin/doors/permissions.py who may see or press them"
    assert set(permissions.NEEDED) == {it.endpoint for it in rules}, "these are no longer there"
