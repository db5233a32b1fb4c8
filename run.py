"""The WSGI entry: `run:app` for waitress, gunicorn or any other server. DATABASE_URL must be set."""

from __future__ import annotations

from app.core.db import Database
from app.factory import create_app
from config import BadSetting, Settings

settings = Settings.from_env()
if settings.database_url is None:
    raise BadSetting("run.py needs DATABASE_URL; `xuebao serve` and `xuebao web` set it for the embedded database")
app = create_app(settings, Database(settings.database_url, pool_size=settings.web_threads + 2))
