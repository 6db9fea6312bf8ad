"""What an operator does with flows: looks at a file, publishes it, and goes through the past with it."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import reactions
from app.flows import published
from app.flows.plan import reading, written
from app.flows.plan.faults import Fault, Unsound
from app.flows.rehearsal import run, told
from app.lib import clock
from app.lib.days import Calendar
from app.lib.db import apart, transaction
from app.shops import texting
from app.shops.models import Shop
from app.vocabulary import ShopState, Trigger

SPAN = re.compile(r"(\d{1,5})d")


@click.command()
@click.argument("flow")
@click.option("--since", default="90d", show_default=True, help="How far back to begin: days, as 90d.")
@click.option("--shop", "shop_id", type=int, help="Of one shop only; else of each.")
def simulate(flow: str, since: str, shop_id: int | None) -> None:
    """Say whom FLOW would have written to: the history of a shop goes through it, and nothing is written.

    FLOW is a file, or the name of a flow: its draft, else what is published.
    """
    days = SPAN.fullmatch(since)
    if days is None:
        raise click.BadParameter("write it like 90d", param_hint="--since")
    until = clock.now()
    begins = until - timedelta(days=int(days[1]))
    for shop in _shops(shop_id):
        trigger, file = _file(flow, shop.id)
        for line in _went(shop, trigger, file, begins, until):
            click.echo(line)
        click.echo("")


@click.group()
def flows() -> None:
    """Keep flows as files for git: looked at, tried, published."""


@flows.command("check")
@click.argument(
    "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True
)
def check(files: tuple[Path, ...]) -> None:
    """Say what is wrong with files, line by line, and try the sample histories in them."""
    is_wrong = False
    for file in files:
        trigger, faults = _faults(file.read_text())
        for fault in faults:
            click.echo(f"{file}: {fault}", err=True)
        is_wrong |= bool(faults)
        if not faults:
            tried = len(reading.read(file.read_text()).trials)
            click.echo(f"{file}: {trigger} is sound; tests: {tried}, and all went as written")
    raise SystemExit(is_wrong)


@flows.command("export")
@click.argument("shop_id", type=int)
@click.argument("flow", type=click.Choice([each.value for each in published.PRESETS]))
def export(shop_id: int, flow: str) -> None:
    """Print a flow: its draft, else what is published."""
    with transaction() as session:
        _named(session, shop_id)
        trigger = Trigger(flow)
        text = published.draft(session, shop_id, trigger) or published.file(session, shop_id, trigger)
    click.echo(text, nl=False)


@flows.command("publish")
@click.argument("shop_id", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish(shop_id: int, file: Path) -> None:
    """Let whoever comes from now on go through a file; prints what that changes."""
    text = file.read_text()
    trigger, faults = _faults(text)
    if faults or trigger is None:
        raise click.ClickException("\n".join(map(str, faults)))
    with transaction() as session:
        _named(session, shop_id)
        if published.draft(session, shop_id, trigger) not in (None, written.write(reading.read(text))):
            raise click.ClickException(
                "There is a draft of it in the admin: publish it, or throw it away, first."
            )
        for line in published.changes(session, shop_id, trigger, text):
            click.echo(line)
        number = published.publish(session, shop_id, trigger, text)
    click.echo(f"version {number} holds for whoever comes from now on")


def _went(shop: Shop, trigger: Trigger, file: str, since: datetime, until: datetime) -> Sequence[str]:
    plan = reading.read(file)
    calendar = Calendar.of(until, shop.timezone, None)
    with apart() as session:
        found = run.go(
            session, shop.id, trigger, file, since=since, until=until, reactions=reactions.of_flows()
        )
        report = told.report(plan, found)
    lines = told.table(plan, report, calendar.zone, since, until)
    return [f"{shop.name} (shop {shop.id})", *lines, *_cost(shop, report.texts)]


def _cost(shop: Shop, texts: int) -> Iterator[str]:
    """Say what texts come to if none is longer than a segment, where the merchant said what one costs."""
    chosen = texting.of(shop)
    if texts and chosen is not None and chosen.price is not None:
        cost = (Decimal(chosen.price * texts) / texting.MILLION).normalize()
        yield f"They cost {cost:f} {shop.currency} at least."


def _file(flow: str, shop_id: int) -> tuple[Trigger, str]:
    """Return which flow it is, and its file, which is sound."""
    path = Path(flow)
    if path.suffix in (".yaml", ".yml"):
        if not path.exists():
            raise click.ClickException(f"There is no file {flow}.")
        text = path.read_text()
    elif flow in published.PRESETS:
        trigger = Trigger(flow)
        with transaction() as session:
            text = published.draft(session, shop_id, trigger) or published.file(session, shop_id, trigger)
    else:
        raise click.ClickException(f"{flow} is none of {', '.join(published.PRESETS)}, and no .yaml file.")
    named, faults = _faults(text)
    if faults or named is None:
        raise click.ClickException("\n".join(map(str, faults)))
    return named, text


def _faults(text: str) -> tuple[Trigger | None, list[Fault]]:
    """Return which flow a file is, and all that is wrong with it or goes otherwise than it says."""
    try:
        flow = reading.read(text)
    except Unsound as unsound:
        return None, unsound.faults
    if flow.key not in published.PRESETS:
        return None, [Fault(flow.lines.get("flow", 0), "", f"There is no flow {flow.key!r}.")]
    trigger = Trigger(flow.key)
    return trigger, published.faults(trigger, text)


def _shops(shop_id: int | None) -> Sequence[Shop]:
    with transaction() as session:
        if shop_id is not None:
            return [_named(session, shop_id)]
        mine = select(Shop).filter_by(state=ShopState.INSTALLED).order_by(Shop.id)
        return session.scalars(mine).all()


def _named(session: Session, shop_id: int) -> Shop:
    shop = session.get(Shop, shop_id)
    if shop is None:
        raise click.ClickException(f"There is no shop {shop_id}; `python -m app.cli shops` lists them.")
    return shop
