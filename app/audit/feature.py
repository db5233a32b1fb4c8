"""What the operation log plugs in beside its table: its seals, and their check."""

from __future__ import annotations

from app.audit.cli import audit_command
from app.audit.jobs import AFTER_MIDNIGHT, CHECK, EACH_SECOND
from app.core.feature import Feature
from app.web.language import lazy as _l

FEATURE = Feature(
    name="audit",
    jobs=(CHECK,),
    schedules=(AFTER_MIDNIGHT,),
    loops=(EACH_SECOND,),
    commands=(audit_command,),
    sentences={
        "audit_chain_broken": _l(
            "%(count)s places of the operation log are not what was sealed; the operator finds them with xuebao audit."
        ),
    },
)
