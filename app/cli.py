"""The `doorstep` command: what the Procfile runs, and what an operator needs."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import ParamSpec, TextIO, TypeVar

import click
from alembic import command
from alembic.config import Config
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import flow_commands
from app.commerce import inbox
from app.lib import certificate, crypto, logs, queue, serving, words
from app.lib.config import settings
from app.lib.db import transaction
from app.messages.documents import compose, files
from app.messages.documents.document import Document, Misfit
from app.messages.documents.lint import lint
from app.messages.gate import offers
from app.messages.models import Message
from app.messages.wording import publishing, sample, versions
from app.platforms.base import PrivacyKind
from app.privacy import tasks
from app.shops import brand
from app.shops.brand import Brand
from app.shops.models import Shop
from app.vocabulary import ShopState, Trigger

P = ParamSpec("P")
T = TypeVar("T")
NOBODY = Brand(name="Shop", url="https://shop.example", legal_name="Shop")
"""The look of a file that is of no shop yet."""
TRIGGERS = click.Choice([each.value for each in Trigger])
ROOT = Path(__file__).parent.parent


@click.group(commands=[flow_commands.simulate, flow_commands.flows])
def main() -> None:
    """Doorstep: post-purchase for Shopify and WooCommerce."""
    logs.configure()


@main.command()
def migrate() -> None:
    """Bring the database's tables up to date."""
    command.upgrade(Config(str(ROOT / "alembic.ini")), "head")


@main.command()
@click.option("--port", default=8000, envvar="PORT", show_default=True)
@click.option("--host", default="127.0.0.1", envvar="HOST", show_default=True)
@click.option("--workers", default=2, envvar="WEB_CONCURRENCY", show_default=True)
def web(port: int, host: str, workers: int) -> None:
    """Serve deliveries, tracking pages and the admin."""
    from granian.constants import Interfaces  # noqa: PLC0415 - only this process serves
    from granian.server import Server  # noqa: PLC0415 - as above

    serving.prepare()
    Server(
        settings().web,
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=workers,
        backlog=1024,
        backpressure=serving.CONNECTIONS,
        websockets=False,
        log_access=False,
        respawn_failed_workers=True,
    ).serve()


@main.command()
@click.argument("queue_name", type=click.Choice(sorted(set(queue.QUEUES.values()))))
def worker(queue_name: str) -> None:
    """Serve one queue of jobs."""
    for job, name in queue.QUEUES.items():
        if name == queue_name:
            import_module(job.rpartition(".")[0])
    queue.work(queue_name)


@main.command()
def tick() -> None:
    """Wake the workers every few seconds."""
    from jobs import schedule  # noqa: PLC0415 - the app names jobs by string elsewhere

    schedule.tick_forever()


@main.command()
@click.argument("shop_ids", metavar="[SHOP]...", type=int, nargs=-1)
def doctor(shop_ids: tuple[int, ...]) -> None:
    """Say what is wrong in this installation, or in the connection of shops, and what to do about it."""
    from app import doctor as checks  # noqa: PLC0415 - opens connections

    if not shop_ids:  # whose database may be what is missing
        raise SystemExit(not checks.say_installation(click.echo))
    with transaction() as session:
        named = [_shop(session, shop_id) for shop_id in shop_ids]
    raise SystemExit(not checks.say_connections(named, click.echo))


@main.command()
def shops() -> None:
    """List the shops of this installation."""
    with transaction() as session:
        for shop in session.scalars(select(Shop).order_by(Shop.id)):
            click.echo(f"{shop.id}\t{shop.platform}\t{shop.state}\t{shop.domain}\t{shop.broken_reason or ''}")


@main.command()
@click.argument("shop_id", type=int)
def signin(shop_id: int) -> None:
    """Print a link, good once for 10 minutes, that lets a browser into a shop's admin."""
    from app.admin.doors import session as doors  # noqa: PLC0415 - the admin's pages come with it

    with transaction() as session:
        shop = session.get(Shop, shop_id)
    if shop is None or shop.state is not ShopState.INSTALLED:
        raise click.ClickException(f"There is no shop {shop_id}; `python -m app.cli shops` lists them.")
    click.echo(doors.sign_in_link(shop_id))


@main.command()
@click.argument("shop_id", type=int)
@click.argument("email")
def export(shop_id: int, email: str) -> None:
    """Print everything that is held about a shopper, as JSON."""
    with transaction() as session:
        task = tasks.ask_now(session, _shop(session, shop_id), email, PrivacyKind.EXPORT)
    click.echo(crypto.unseal(task.export or b""))


@main.command()
@click.argument("shop_id", type=int)
@click.argument("email")
def erase(shop_id: int, email: str) -> None:
    """Erase a shopper, and print the certificate of what was erased."""
    with transaction() as session:
        task = tasks.ask_now(session, _shop(session, shop_id), email, PrivacyKind.ERASE_PERSON)
    click.echo(json.dumps(task.certificate, indent=1, ensure_ascii=False))


@main.command()
@click.argument("file", type=click.File())
def verify(file: TextIO) -> None:
    """Say whether a certificate is ours, word for word."""
    is_ours = certificate.is_genuine(json.load(file))
    click.echo("It is ours, unchanged." if is_ours else "It is not ours, or was changed.")
    raise SystemExit(not is_ours)


@main.command()
@click.argument("message_ids", type=int, nargs=-1)
@click.option("--last", type=int, default=0, help="So many of the newest messages instead.")
def why(message_ids: tuple[int, ...], last: int) -> None:
    """Say why messages went, wait, or did not go: each rule, and what it saw."""
    from app.admin.messages.why import lines  # noqa: PLC0415 - the admin's pages come with it

    with transaction() as session:
        newest = select(Message).order_by(Message.id.desc()).limit(last)
        named = [session.get(Message, message_id) for message_id in message_ids]
        for message in [*named, *(session.scalars(newest) if last else ())]:
            if message is None:
                raise click.ClickException("There is no such message; `--last 10` shows the newest.")
            click.echo("\n".join(lines(session, message)) + "\n")


@main.command()
@click.argument("shop_id", type=int)
def replay(shop_id: int) -> None:
    """Let every parked delivery of a shop be tried again."""
    with transaction() as session:
        click.echo(f"{inbox.replay(session, shop_id)} deliveries will be tried again")


@main.group()
def template() -> None:
    """Keep a shop's own messages: as files for git, with drafts, versions and a lint."""


@template.command("export")
@click.argument("shop_id", type=int)
@click.argument("trigger", type=TRIGGERS)
def export_template(shop_id: int, trigger: str) -> None:
    """Print a message as YAML: its draft, else what is sent."""
    with transaction() as session:
        _shop(session, shop_id)
        document = versions.draft(session, shop_id, Trigger(trigger))
    click.echo(files.write(Trigger(trigger), document), nl=False)


@template.command("import")
@click.argument("shop_id", type=int)
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--publish", is_flag=True, help="Send it from now on, unless the lint finds an error.")
def import_template(shop_id: int, file: TextIO, publish: bool) -> None:  # noqa: FBT001 - a flag of click's
    """Keep a file, YAML or JSON, as the draft of the message that it names."""
    text = file.read()
    with transaction() as session:
        trigger, errors = _linted(text, brand.of(_shop(session, shop_id)))
        publishing.save(session, shop_id, trigger, files.read(text)[1])
        if publish and not errors:
            number = publishing.publish(session, shop_id, trigger).number
            click.echo(f"{trigger}: version {number} is sent from now on")
        else:
            click.echo(f"{trigger}: kept as a draft")
    raise SystemExit(publish and errors)


@template.command("lint")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--shop", "shop_id", type=int, help="In this shop's look; else in none.")
def lint_template(file: TextIO, shop_id: int | None) -> None:
    """Say what is wrong with a file, line by line; fails where something must not be sent."""
    look = NOBODY
    if shop_id is not None:
        with transaction() as session:
            look = brand.of(_shop(session, shop_id))
    raise SystemExit(_linted(file.read(), look)[1])


@template.command("preview")
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--language", default="en", show_default=True)
def preview_template(file: TextIO, language: str) -> None:
    """Print the HTML of a file, filled with a sample order."""
    trigger, data = _said(files.read, file.read())
    told = sample.letter(trigger, _said(Document.of, data), NOBODY, locale=words.of(language).locale)
    click.echo(_said(compose.render, told).html)


@template.command("publish")
@click.argument("shop_id", type=int)
@click.argument("trigger", type=TRIGGERS)
def publish_template(shop_id: int, trigger: str) -> None:
    """Send a message's draft from now on, unless the lint finds an error."""
    with transaction() as session:
        look = brand.of(_shop(session, shop_id))
        text = files.write(Trigger(trigger), versions.draft(session, shop_id, Trigger(trigger)))
        if _linted(text, look)[1]:
            raise SystemExit(1)
        click.echo(f"version {_said(publishing.publish, session, shop_id, Trigger(trigger)).number}")


@template.command("revert")
@click.argument("shop_id", type=int)
@click.argument("trigger", type=TRIGGERS)
@click.argument("number", type=int, required=False)
def revert_template(shop_id: int, trigger: str, number: int | None) -> None:
    """Send an earlier version again; without a number, what Doorstep says by itself."""
    with transaction() as session:
        _shop(session, shop_id)
        _said(publishing.revert, session, shop_id, Trigger(trigger), number)


@template.command("list")
@click.argument("shop_id", type=int)
def list_templates(shop_id: int) -> None:
    """List a shop's messages: what is sent, its versions, and whether there is a draft."""
    with transaction() as session:
        _shop(session, shop_id)
        for row in versions.overview(session, shop_id):
            sent = f"version {row.number}" if row.number else "Doorstep’s own"
            click.echo(f"{row.trigger}\t{sent} of {row.published}{', and a draft' if row.has_draft else ''}")


def _shop(session: Session, shop_id: int) -> Shop:
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise click.ClickException(f"There is no shop {shop_id}; `python -m app.cli shops` lists them.")
    return shop


def _linted(text: str, look: Brand) -> tuple[Trigger, bool]:
    """Print what is wrong with a file, each with its line; returns which message it is, and whether badly."""
    trigger, data = _said(files.read, text)
    document = _said(Document.of, data)
    found = files.lines(text, document, lint(document, trigger, offers.category(trigger), look))
    for line, finding in found:
        grade = "error" if finding.is_error else "warning"
        click.echo(f"line {line}: {grade}: {finding.sentence} [{finding.rule}]", err=True)
    return trigger, any(finding.is_error for _, finding in found)


def _said(act: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Do something, and say in a sentence why it cannot be done."""
    try:
        return act(*arguments, **named)
    except (Misfit, LookupError, compose.Unrenderable) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
