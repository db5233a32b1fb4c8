"""The life of an import: a file is read, judged, looked at by a person, applied, and perhaps undone. Pure."""

from __future__ import annotations

from enum import StrEnum

from app.core.workflow import Move, Workflow

NEEDS = "the permission of the kind of list"
"""Every move needs what the kind of list needs (`student:import` for students), at the place of the batch."""

NIGHT = "the system, when nobody has applied it for some weeks"


class BatchState(StrEnum):
    """导入状态: where a batch stands; the comments give the Chinese word."""

    UPLOADED = "uploaded"  # 已上传
    READING = "reading"  # 读取中
    PREVIEWED = "previewed"  # 待确认
    APPLYING = "applying"  # 导入中
    APPLIED = "applied"  # 已导入
    UNDONE = "undone"  # 已撤销
    REFUSED = "refused"  # 无法读取
    CANCELLED = "cancelled"  # 已取消
    EXPIRED = "expired"  # 已过期


class BatchEvent(StrEnum):
    """What can happen to a batch."""

    READ = "read"
    JUDGE = "judge"
    REFUSE = "refuse"
    RECHECK = "recheck"
    CONFIRM = "confirm"
    GIVE_BACK = "give_back"
    APPLY = "apply"
    UNDO = "undo"
    CANCEL = "cancel"
    EXPIRE = "expire"


IMPORT = Workflow(
    BatchState,
    BatchState.UPLOADED,
    (
        Move(BatchEvent.READ, BatchState.UPLOADED, BatchState.READING, NEEDS),
        Move(BatchEvent.READ, BatchState.READING, BatchState.READING, NEEDS),  # the worker died; another begins anew
        Move(BatchEvent.JUDGE, BatchState.READING, BatchState.PREVIEWED, NEEDS),
        Move(BatchEvent.REFUSE, BatchState.READING, BatchState.REFUSED, NEEDS),
        Move(BatchEvent.RECHECK, BatchState.UPLOADED, BatchState.UPLOADED, NEEDS),
        Move(BatchEvent.RECHECK, BatchState.READING, BatchState.UPLOADED, NEEDS),
        Move(BatchEvent.RECHECK, BatchState.PREVIEWED, BatchState.UPLOADED, NEEDS),
        Move(BatchEvent.RECHECK, BatchState.REFUSED, BatchState.UPLOADED, NEEDS),
        Move(
            BatchEvent.RECHECK, BatchState.APPLYING, BatchState.UPLOADED, NEEDS
        ),  # the worker gave it up; nothing is written
        Move(BatchEvent.CONFIRM, BatchState.PREVIEWED, BatchState.APPLYING, NEEDS),
        Move(BatchEvent.GIVE_BACK, BatchState.APPLYING, BatchState.PREVIEWED, NEEDS),
        Move(BatchEvent.APPLY, BatchState.APPLYING, BatchState.APPLIED, NEEDS),
        Move(BatchEvent.UNDO, BatchState.APPLIED, BatchState.UNDONE, NEEDS),
        Move(BatchEvent.CANCEL, BatchState.UPLOADED, BatchState.CANCELLED, NEEDS),
        Move(BatchEvent.CANCEL, BatchState.READING, BatchState.CANCELLED, NEEDS),
        Move(BatchEvent.CANCEL, BatchState.PREVIEWED, BatchState.CANCELLED, NEEDS),
        Move(BatchEvent.CANCEL, BatchState.REFUSED, BatchState.CANCELLED, NEEDS),
        Move(BatchEvent.EXPIRE, BatchState.UPLOADED, BatchState.EXPIRED, NIGHT),
        Move(BatchEvent.EXPIRE, BatchState.READING, BatchState.EXPIRED, NIGHT),
        Move(BatchEvent.EXPIRE, BatchState.PREVIEWED, BatchState.EXPIRED, NIGHT),
        Move(BatchEvent.EXPIRE, BatchState.REFUSED, BatchState.EXPIRED, NIGHT),
    ),
)
