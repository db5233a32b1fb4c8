"""学籍异动: the states of a student and what leads from one to the next. Pure.

Services guard with this table, the student's page takes its buttons from it, the CHECK constraints of `student` are
made of it. Source: spec/domain.md §2.3. Coming to a school and changing class are no moves of it: a student begins in
school, and a class transfer leaves the state alone.
"""

from __future__ import annotations

from enum import StrEnum

from app.access.permissions import Permission
from app.core.workflow import Move, Workflow


class StudentState(StrEnum):
    """学籍状态 (spec/domain.md §2.3)."""

    IN_SCHOOL = "in_school"
    ON_LEAVE = "on_leave"
    GRADUATED = "graduated"
    COMPLETED = "completed"
    INCOMPLETE = "incomplete"
    TRANSFERRED_OUT = "transferred_out"
    WITHDRAWN = "withdrawn"
    EXPELLED = "expelled"
    DROPPED_OUT = "dropped_out"
    DECEASED = "deceased"
    RETAINED = "retained"


class StudentEvent(StrEnum):
    """What happens to a student's status."""

    TAKE_LEAVE = "take_leave"  # 休学
    RETAIN = "retain"  # 保留学籍, such as for military service
    RESUME = "resume"  # 复学
    GRADUATE = "graduate"  # 毕业
    COMPLETE = "complete"  # 结业
    LEAVE_INCOMPLETE = "leave_incomplete"  # 肄业
    TRANSFER_OUT = "transfer_out"  # 转出
    WITHDRAW = "withdraw"  # 退学
    EXPEL = "expel"  # 开除
    DROP_OUT = "drop_out"  # 辍学
    DIE = "die"  # 死亡
    REOPEN = "reopen"  # 撤销离校: the leaving was entered by mistake


OPEN_STATES = frozenset({StudentState.IN_SCHOOL, StudentState.ON_LEAVE, StudentState.RETAINED})
"""The states of somebody whose time at the school goes on; all others close the row, with day and reason."""
PAUSED = OPEN_STATES - {StudentState.IN_SCHOOL}
"""On the roll but not in school: nobody asks them to enrol (DECISIONS)."""
DAY_AND_REASON, REASON = "day_and_reason", "reason"
"""What a move asks for: the day it holds from and why, or only why."""

_CLOSING = {
    StudentEvent.GRADUATE: StudentState.GRADUATED,
    StudentEvent.COMPLETE: StudentState.COMPLETED,
    StudentEvent.LEAVE_INCOMPLETE: StudentState.INCOMPLETE,
    StudentEvent.TRANSFER_OUT: StudentState.TRANSFERRED_OUT,
    StudentEvent.WITHDRAW: StudentState.WITHDRAWN,
    StudentEvent.EXPEL: StudentState.EXPELLED,
    StudentEvent.DROP_OUT: StudentState.DROPPED_OUT,
    StudentEvent.DIE: StudentState.DECEASED,
}
_FINISHING = {StudentEvent.GRADUATE, StudentEvent.COMPLETE}
"""Only who is in school finishes it: who is on leave resumes first."""


def _pausing(event: StudentEvent, source: StudentState, target: StudentState) -> Move[StudentState, StudentEvent]:
    return Move(event, source, target, needs=Permission.STUDENT_UPDATE, asks=DAY_AND_REASON)


def _closing(source: StudentState) -> tuple[Move[StudentState, StudentEvent], ...]:
    return tuple(
        Move(event, source, target, needs=Permission.STUDENT_CLOSE, asks=DAY_AND_REASON)
        for event, target in _CLOSING.items()
        if source == StudentState.IN_SCHOOL or event not in _FINISHING
    )


STATUS = Workflow(
    StudentState,
    StudentState.IN_SCHOOL,
    (
        _pausing(StudentEvent.TAKE_LEAVE, StudentState.IN_SCHOOL, StudentState.ON_LEAVE),
        _pausing(StudentEvent.RETAIN, StudentState.IN_SCHOOL, StudentState.RETAINED),
        _pausing(StudentEvent.RETAIN, StudentState.ON_LEAVE, StudentState.RETAINED),
        _pausing(StudentEvent.RESUME, StudentState.ON_LEAVE, StudentState.IN_SCHOOL),
        _pausing(StudentEvent.RESUME, StudentState.RETAINED, StudentState.IN_SCHOOL),
        *_closing(StudentState.IN_SCHOOL),
        *_closing(StudentState.ON_LEAVE),
        *_closing(StudentState.RETAINED),
        *(
            Move(StudentEvent.REOPEN, state, StudentState.IN_SCHOOL, needs=Permission.STUDENT_CLOSE, asks=REASON)
            for state in _CLOSING.values()
        ),
    ),
)
"""The life cycle of a student's time at one school."""


def leaving(state: StudentState) -> tuple[Move[StudentState, StudentEvent], ...]:
    """The moves by which somebody in a state leaves the school."""
    return tuple(move for move in STATUS.moves if move.source == state and move.event in _CLOSING)


def open_states_sql() -> str:
    """The CHECK of `student`: who has no day of leaving is in an open state, and the other way round."""
    names = ", ".join(repr(str(state)) for state in StudentState if state in OPEN_STATES)
    return f"(closed_on IS NULL) = (state IN ({names}))"


def paused_sql() -> str:
    """The CHECK of `student`: who is on leave or has the place kept says since when and why."""
    names = ", ".join(repr(str(state)) for state in StudentState if state in PAUSED)
    return f"state NOT IN ({names}) OR (state_on IS NOT NULL AND state_reason IS NOT NULL)"
