"""The screens of imports: `upload` the list of imports and a new one, `batch` one import and its steps, `rows`."""

from __future__ import annotations

from app.sheets.views.batch import BatchView
from app.sheets.views.rows import RowView
from app.sheets.views.upload import ImportView

SCREENS = (ImportView, BatchView, RowView)

__all__ = ["SCREENS", "BatchView", "ImportView", "RowView"]
