"""What every command of the command line shares: one clear line on error, and an open database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError

from app.core.db import Database
from app.core.embedded import database_url
from app.core.embedded_place import EmbeddedUnusable
from app.core.errors import Refusal
from app.core.migrate import is_current, upgrade
from config import BadSetting, Settings

PATIENCE = 600_000
"""Milliseconds a statement of a command may take; an operator waits longer than a browser."""


@contextmanager
def answering() -> Iterator[None]:
    """Turn refusals and unusable settings into one line on standard error and a non-zero exit."""
    try:
        yield
    except Refusal as refusal:
        raise click.ClickException(plain(refusal)) from None
    except (BadSetting, EmbeddedUnusable) as error:
        raise click.ClickException(str(error)) from None
    except UnicodeEncodeError:
        raise click.ClickException("A word of this command is not text in UTF-8") from None
    except OperationalError as error:
        raise click.ClickException(f"The database cannot be reached: {str(error.orig).splitlines()[0]}") from None


def plain(refusal: Refusal) -> str:
    """One line for a refusal: its code in words, with its facts."""
    facts = ", ".join(f"{name}: {value}" for name, value in refusal.facts.items())
    words = refusal.code.replace("_", " ").capitalize()
    return f"{words} ({facts})" if facts else words


@contextmanager
def database(settings: Settings | None = None) -> Iterator[Database]:
    """The database of this installation: joined where it runs, started for the duration where not, schema current."""
    with database_url(settings or Settings.from_env()) as url:
        if not is_current(url):
            upgrade(url)
        opened = Database(url, statement_timeout=PATIENCE, pool_size=2)
        try:
            yield opened
        finally:
            opened.close()
