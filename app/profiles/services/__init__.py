"""Every write to basic records and change requests: `keeping` what a student keeps alone, `asking` what is asked."""

from __future__ import annotations

from app.profiles.services.asking import ask, decide, note_evidence_opened, withdraw
from app.profiles.services.keeping import keep

__all__ = ["ask", "decide", "keep", "note_evidence_opened", "withdraw"]
