"""The `doorstep` command: what the Procfile runs, and what an operator needs."""

from importlib import import_module
from pathlib import Path

import click
from alembic import command
from alembic.config import Config

from app.lib import logs, queue
from app.lib.config import settings

ROOT = Path(__file__).parent.parent


@click.group()
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
    from granian.server import Server  # noqa: PLC0415

    settings()
    Server(
        settings().wsgi,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=32,
        backlog=1024,
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


if __name__ == "__main__":
    main()
