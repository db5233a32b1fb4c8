"""Put the application together: settings, database, Flask-AppBuilder, features. The composition root."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix

from app.access.actor import Actor
from app.accounts.actors import actor_for
from app.accounts.rules import PHONE_LONGEST
from app.accounts.security_manager import OurSecurityManager
from app.accounts.services import keep_language
from app.accounts.sign_in import account_of
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.feature import each_once
from app.core.files import FileStore
from app.features import FEATURES, SENTENCES
from app.home.views import HomeView, about_visitor
from app.home.views import connect as connect_home
from app.records.labels import WORDS
from app.web import errors, intake, mount, request, skin
from app.web.screens import everybody
from config import PROJECT_ROOT, Settings

STATIC = Path(__file__).resolve().parent / "web" / "static"
LANGUAGES = {"zh_Hans_CN": {"flag": "cn", "name": "简体中文"}, "en": {"flag": "gb", "name": "English"}}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
TWENTY_MB = 20 << 20


def create_app(settings: Settings, database: Database) -> Flask:
    """Make the WSGI application; it sends no statement before the first request."""
    app = Flask("xuebao", static_folder=str(STATIC), static_url_path="/static", root_path=str(PROJECT_ROOT / "app"))
    keyring = Keyring.at(settings.data)
    app.config.from_mapping(_config(settings, keyring))
    if settings.proxy_hops:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.proxy_hops,
            x_proto=settings.proxy_hops,
            x_host=settings.proxy_hops,
        )
    intake.init_app(app)
    request.init_app(app, request.Backstage(database, keyring, FileStore(settings.data), _actor_of, _keep_language))
    app.extensions["xuebao-menu"] = mount.MenuRights(FEATURES)
    app.extensions["xuebao-frame"] = about_visitor
    connect_home(app, FEATURES)
    skin.init_app(app, mount.template_folders(FEATURES))
    mount.build(app, FEATURES, home=HomeView, security_manager=OurSecurityManager)
    app.register_blueprint(_health(database))
    errors.init_app(app, SENTENCES)
    app.extensions[WORDS] = each_once(said for feature in FEATURES for said in feature.words.items())
    return app


def _actor_of(session: Session, token: str, is_attended: bool) -> Actor | None:  # noqa: FBT001  a callback's
    account_id = account_of(session, token, is_attended=is_attended)
    return actor_for(session, account_id) if account_id is not None else None


def _keep_language(session: Session, actor: Actor, locale: str) -> None:
    keep_language(session, actor, locale=locale)


def _config(settings: Settings, keyring: Keyring) -> dict[str, Any]:
    secure = settings.is_production
    return {
        "SECRET_KEY": keyring.cookie_key,
        "APP_NAME": "Xuebao",
        "TRUSTED_HOSTS": [*settings.trusted_hosts, *LOOPBACK],
        "MAX_CONTENT_LENGTH": TWENTY_MB,
        "MAX_FORM_MEMORY_SIZE": 1 << 20,
        "MAX_FORM_PARTS": 500,
        "SESSION_COOKIE_NAME": "__Host-sid" if secure else "sid",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": PHONE_LONGEST,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
        "BABEL_TRANSLATION_DIRECTORIES": str(PROJECT_ROOT / "translations"),
        "LANGUAGES": LANGUAGES,
        "AUTH_TYPE": 1,
        "AUTH_ROLE_ADMIN": "system_admin",
        "AUTH_USER_REGISTRATION": False,
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_VIEWS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_ADD_OPENAPI_VIEWS": False,
        "FAB_ADD_MENU_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_API_KEY_ENABLED": False,
        "FAB_ALLOW_GET_UNSAFE_MUTATIONS": False,
        "FAB_SAFE_REDIRECT_HOSTS": [*settings.trusted_hosts],
        "RATELIMIT_ENABLED": False,
    }


def _health(database: Database) -> Blueprint:
    """`/health`: 200 when the database answers; says nothing about the installation."""
    health = Blueprint("health", __name__)

    @health.get("/health")
    @everybody
    def answer() -> tuple[str, int, dict[str, str]]:
        """Ask the database for one; an unreachable database is an error like any other."""
        with database.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        return "ok\n", 200, {"Content-Type": "text/plain"}

    return health
