from app.platforms.findings import Grade
from app.platforms.shopify import doctor
from app.platforms.shopify.oauth import SCOPES

ALL = SCOPES.split(",")


def test_every_permission_says_what_it_is_for() -> None:
    assert set(doctor.WHAT_FOR) == set(ALL)
    found = doctor.scopes([])
    assert found.grade is Grade.BAD
    assert all(f"({scope})" in found.said for scope in ALL)


def test_permission_to_write_lets_us_read() -> None:
    assert doctor.scopes([it for it in ALL if it != "read_customers"]).grade is Grade.GOOD
    assert doctor.scopes([it for it in ALL if it != "read_inventory"]).grade is Grade.ODD
