"""Bring a database to the newest schema. Every start does it; two starts at once wait for each other."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from app.core.db import driver_url

SCRIPTS = Path(__file__).resolve().parent.parent / "migrations"


def config_for(url: str) -> Config:
    """The migration settings for a database; `pyproject.toml` is not needed at run time."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option(
        "file_template",
        "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(rev)s_%%(slug)s",
    )
    config.attributes["url"] = driver_url(url)
    return config


def upgrade(url: str) -> None:
    """Run every migration that is missing, then bring the built-in roles and permissions up to date."""
    config = config_for(url)
    config.attributes["seed"] = True
    command.upgrade(config, "head")


def is_current(url: str) -> bool:
    """Whether the schema is the newest one (a database without one is not)."""
    engine = create_engine(driver_url(url))
    try:
        with engine.connect() as connection:
            if not connection.scalar(text("SELECT to_regclass('alembic_version')")):
                return False
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return bool(version == ScriptDirectory.from_config(config_for(url)).get_current_head())
    finally:
        engine.dispose()
