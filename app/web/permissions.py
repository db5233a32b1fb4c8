"""The one place that spells our permissions as Flask-AppBuilder must: `can_<verb>` on `<resource>`."""

from __future__ import annotations

from app.access.permissions import Permission

PREFIX = "can_"
_SPELLED: dict[tuple[str, str], Permission] = {}


def fab_names(permission: Permission) -> tuple[str, str]:
    """Spell a permission for Flask-AppBuilder's tables: (`can_<verb>`, `<resource>`)."""
    return f"{PREFIX}{permission.verb}", permission.resource


def from_fab(verb: str, resource: str) -> Permission | None:
    """Read Flask-AppBuilder's spelling back, or None when it is no permission of ours."""
    if not _SPELLED:
        _SPELLED.update({fab_names(permission): permission for permission in Permission})
    return _SPELLED.get((verb, resource))
