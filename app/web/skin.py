"""The look and the headers: strict content security policy, nothing inline, nothing cached, nothing framed."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app, request
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.wrappers import Response

from app.web.request import is_accident, reading, visitor

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none';"
    " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
A_YEAR = 31_536_000
FIRST_ERROR = 400


def init_app(app: Flask, folders: list[str]) -> None:
    """Take templates from the features' folders (ours win over Flask-AppBuilder's) and send the headers."""
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folders)])
    # A global, not a context processor: Flask-AppBuilder's widgets render without one. We use no nonce at all.
    app.jinja_env.globals["csp_nonce"] = lambda: ""
    app.context_processor(frame)
    app.after_request(protect)


def frame() -> dict[str, Any]:
    """What the frame of every page shows of the visitor: place and roles; nothing once there was an accident."""
    found = visitor()
    if found is None or is_accident():
        return {}
    describe = current_app.extensions["xuebao-frame"]
    shown: dict[str, Any] = describe(reading(), found.actor)
    return shown


def protect(response: Response) -> Response:
    """Add the security headers; pages are never cached, our own static files for a year."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint in {"static", "appbuilder.static"} and response.status_code < FIRST_ERROR:
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR if request.args.get('v') else 3600}"
    else:
        response.headers["Cache-Control"] = "no-store"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={A_YEAR}; includeSubDomains"
    return response
