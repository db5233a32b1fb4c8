"""Where an act on many rows took place. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from os.path import commonprefix


def common_path(paths: Iterable[str]) -> str:
    """The path of the nearest node that all these paths lie at or below; `/` when they have none in common."""
    shared = commonprefix(list(paths))  # noqa: RUF071  cut back to a whole node below
    return shared[: shared.rfind("/") + 1] or "/"
