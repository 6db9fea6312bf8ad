"""What an operator types, and reads."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.channels import smtp
from app.cli import main
from app.lib.config import settings
from app.vocabulary import ShopState
from tests import sold
from tests.contracts.smtp_server import scripted


@pytest.mark.usefixtures("forgetful")
def test_doctor_names_what_is_missing_and_keeps_secrets_to_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("DOORSTEP_SECRET_KEYS", "much-too-short")
    settings.cache_clear()
    answer = CliRunner().invoke(main, ["doctor"])
    (line,) = answer.output.splitlines()
    assert line.startswith("FAIL environment: ")
    assert "REDIS_URL: field required" in line
    assert "DOORSTEP_SECRET_KEYS: string should have at least 32 characters" in line
    assert answer.exit_code == 1
    with pytest.raises(ValidationError) as caught:
        settings()
    assert "much-too-short" not in f"{answer.output} {caught.value}"


def test_doctor_enters_the_mail_server_as_the_sender_does(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted() as server:
        for url, verdict in (
            (f"smtp://127.0.0.1:{server.port}", "ok   mail server: 127.0.0.1 lets us in"),
            (f"smtp+starttls://127.0.0.1:{server.port}", "FAIL mail server: SendError: "),
            ("mail://127.0.0.1", "FAIL mail server: SendError: DOORSTEP_SMTP_URL is not smtp://"),
        ):
            said = settings().model_copy(update={"smtp_url": url})
            monkeypatch.setattr(smtp, "settings", lambda said=said: said)
            assert verdict in CliRunner().invoke(main, ["doctor"]).output


def test_a_sign_in_link_is_made_for_shops_that_are_there_only(session: Session) -> None:
    shop = sold.shop(session)
    assert "/admin/sign-in/" in CliRunner().invoke(main, ["signin", str(shop.id)]).output
    shop.state = ShopState.UNINSTALLED
    session.add(shop)
    session.commit()
    for nobody in (shop.id, shop.id + 1):
        answer = CliRunner().invoke(main, ["signin", str(nobody)])
        assert (answer.exit_code, "There is no shop" in answer.output) == (1, True)


@pytest.fixture
def forgetful() -> Iterator[None]:
    """Forget the settings of the test, too."""
    yield
    settings.cache_clear()
