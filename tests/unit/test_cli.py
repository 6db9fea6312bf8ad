"""What an operator types, and reads."""

import re
from collections.abc import Iterator
from pathlib import Path

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


def test_a_message_is_kept_in_git_and_brought_back(session: Session, tmp_path: Path) -> None:
    shop_id = sold.shop(session).id
    session.commit()
    run, file = CliRunner(), tmp_path / "shipped.yaml"
    file.write_text(run.invoke(main, ["template", "export", str(shop_id), "shipped"]).output)
    assert run.invoke(main, ["template", "lint", str(file)]).exit_code == 0
    seen = run.invoke(main, ["template", "preview", str(file), "--language", "de"])
    assert '<html lang="de"' in seen.output
    assert "Merino Overshirt" in seen.output
    file.write_text(file.read_text().replace("{{ message.subject }}", "Ours: {{ message.subject }}"))
    published = run.invoke(main, ["template", "import", str(shop_id), str(file), "--publish"])
    assert published.output == "shipped: version 1 is sent from now on\n"
    assert "shipped\tversion 1 of 1\n" in run.invoke(main, ["template", "list", str(shop_id)]).output
    file.write_text(file.read_text().replace("message.lead", "mesage.lead"))
    wrong = run.invoke(main, ["template", "lint", str(file)])
    assert wrong.exit_code == 1
    assert re.fullmatch(r"line \d+: error: Nothing is called 'mesage.lead'. Did you mean .*\n", wrong.output)
    kept = run.invoke(main, ["template", "import", str(shop_id), str(file), "--publish"])
    assert kept.exit_code == 1
    assert "kept as a draft" in kept.output
    assert run.invoke(main, ["template", "publish", str(shop_id), "shipped"]).exit_code == 1
    assert "version 1 of 1, and a draft" in run.invoke(main, ["template", "list", str(shop_id)]).output
    assert run.invoke(main, ["template", "revert", str(shop_id), "shipped"]).exit_code == 0
    assert "shipped\tDoorstep’s own of 1" in run.invoke(main, ["template", "list", str(shop_id)]).output
    assert "no version 7" in run.invoke(main, ["template", "revert", str(shop_id), "shipped", "7"]).output
    assert "no shop 999" in run.invoke(main, ["template", "list", "999"]).output
