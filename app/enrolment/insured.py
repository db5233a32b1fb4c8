"""What a row of an insured list (参保名单) says, and how that stands to the application on file. Pure.

An extra file beside `rules.py`, for imports only. An empty cell says nothing; nothing is guessed: a word that is not
known, an amount that fits no months, a name that is another person's make the row wrong.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.core.errors import Refusal
from app.enrolment.rules import is_text
from app.enrolment.states import Choice, EnrolmentState, WaiverReason
from app.people.certificates import CertificateType, check, identity_key, normalise
from app.people.rules import check_name, normalise_name
from app.people.words import CERTIFICATE_WORDS, code_of
from app.sheets.rules import RowInHand, Verdict

S = EnrolmentState
INSURED, NOT_INSURED, STOPPED, WAIVED = "insured", "not_insured", "stopped", "waived"
FORMER_SCHOOL, HOMETOWN, EMPLOYEE, AID = "former_school", "hometown", "employee", "aid"
FORMER_SCHOOL_TEXT = "已在原校参保"
"""How an application says so: insured through the former school, one does not enrol here (spec/domain.md §3.2)."""
STATUS_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("已参保", "正常参保", "参保", "参保缴费", "已投保", "1", "是", "yes"), INSURED),
    **dict.fromkeys(("已缴费", "已缴", "已交费", "已交", "缴费成功", "insured", "paid"), INSURED),
    **dict.fromkeys(("未参保", "未投保", "未缴费", "未缴", "未交费", "0", "否", "no", "notinsured"), NOT_INSURED),
    **dict.fromkeys(("停保", "暂停参保", "终止参保", "暂停缴费", "终止缴费", "2", "4", "stopped"), STOPPED),
    **dict.fromkeys(("不参保", "弃保", "放弃参保", "自愿放弃", "waived"), WAIVED),
    **dict.fromkeys(("已在原校参保", "已在原学校参保", "原校参保", "原校已参保", "在原校参保"), FORMER_SCHOOL),
    **dict.fromkeys(("已在户籍地参保", "户籍地参保", "异地参保", "已在异地参保", "已在外地参保"), HOMETOWN),
    **dict.fromkeys(("职工医保", "已参加职工医保", "职工参保"), EMPLOYEE),
    **dict.fromkeys(("代参保", "民政代缴", "资助参保", "已代参保"), AID),
}
"""What lists of the bureau and of other systems call it; the digits are psn_insu_stas (spec/domain.md §3.2)."""
REASON_OF: Mapping[str, WaiverReason] = {
    FORMER_SCHOOL: WaiverReason.OTHER,
    HOMETOWN: WaiverReason.HOMETOWN_RESIDENT,
    EMPLOYEE: WaiverReason.EMPLOYEE,
    AID: WaiverReason.AID_REGISTERED,
}
REASON_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("已在户籍地参加居民医保", "已在户籍地参保", "户籍地参保"), WaiverReason.HOMETOWN_RESIDENT),
    **dict.fromkeys(("已参加职工医保", "职工医保"), WaiverReason.EMPLOYEE),
    **dict.fromkeys(("享受子女统筹或公费医疗", "子女统筹", "公费医疗"), WaiverReason.DEPENDENT_SCHEME),
    **dict.fromkeys(("民政、乡村振兴或残联已代为参保", "民政代参保"), WaiverReason.AID_REGISTERED),
    **dict.fromkeys(("参军入伍", "参军", "入伍"), WaiverReason.MILITARY),
    **dict.fromkeys(("休学、出国或即将毕业", "休学", "出国", "即将毕业", "毕业"), WaiverReason.LEAVING),
    **dict.fromkeys(("留学生另行参保", "留学生另保"), WaiverReason.FOREIGN),
    **dict.fromkeys(("本人不愿参保", "本人不愿", "不愿参保", "自愿放弃"), WaiverReason.REFUSE),
}
NATIONAL_CODES: Mapping[str, str] = {
    **dict.fromkeys(("0", "未参保"), "0"),
    **dict.fromkeys(("1", "正常参保"), "1"),
    **dict.fromkeys(("2", "暂停参保"), "2"),
    **dict.fromkeys(("4", "终止参保"), "4"),
}
"""psn_insu_stas (spec/domain.md §3.2); kept with what it means, for 2 and 4 are the same state here."""
UNDECIDED = frozenset({S.UNREGISTERED, S.DRAFT, S.REJECTED})
"""What staff may decide on behalf."""


@dataclass(frozen=True)
class Months:
    """A coverage option of the plan: id, what it is called, what the person pays in fen."""

    id: int
    label: str
    amount: int


@dataclass(slots=True)
class Entry(RowInHand):
    """A row being judged. `given` holds what the cells say, by column; only what is not empty."""

    given: dict[str, Any]
    has_status: bool = True
    key: str | None = None
    digest: bytes | None = None
    status: str = INSURED
    waiver_reason: str | None = None
    waiver_text: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class Standing:
    """The application on file that a row is about, as it was when the row was judged."""

    state: str
    option_id: int | None
    waiver_reason: str | None
    waiver_text: str | None
    on_paper: bool = False


@dataclass(frozen=True)
class Wanted:
    """What a row would make of its application."""

    state: str
    choice: str
    option_id: int | None = None
    waiver_reason: str | None = None
    waiver_text: str | None = None
    on_paper: bool = False
    participation_code: str | None = None


def judge_entry(entry: Entry, today: date) -> None:
    """Judge a row by itself: name, numbers, status and reason; whom it is about is judged later, set-wise."""
    name = entry.given["name"] = normalise_name(entry.given.get("name", ""))
    if (problem := check_name(name)) and not _has(entry, "name"):
        entry.wrong("name", str(problem))
    _identify(entry, today)
    _judge_status(entry)
    if (paid_on := entry.given.get("paid_on")) and paid_on > today:
        entry.odd("paid_on", "insured_day_ahead")


def _identify(entry: Entry, today: date) -> None:
    raw = entry.given.pop("certificate_number", "")
    kind = _kind(entry, raw)
    if kind is None:
        entry.wrong("certificate_type", "certificate_type")
    elif raw:
        number = normalise(kind, raw)
        if problem := check(kind, number, today):
            entry.wrong("certificate_number", str(problem))
        else:
            entry.key = identity_key(kind, number)
    elif not entry.given.get("student_number") and not _has(entry, "certificate_number"):
        entry.wrong("certificate_number", "insured_who")


def _kind(entry: Entry, raw: str) -> CertificateType | None:
    """The kind stated, else a resident ID, or a residence permit where the number begins as theirs."""
    text = entry.given.get("certificate_type")
    if text:
        code = code_of(CERTIFICATE_WORDS, text)
        return CertificateType(code) if code else None
    is_permit = raw.strip()[:6] in {"810000", "820000", "830000"}
    return CertificateType.HKMT_RESIDENCE if is_permit else CertificateType.RESIDENT_ID


def _judge_status(entry: Entry) -> None:
    """What the row says of the insurance; a list without such a column is one of who is insured."""
    text = entry.given.get("status")
    if not text:
        if entry.has_status and not _has(entry, "status"):
            entry.wrong("status", "insured_status_missing")
        return
    code = code_of(STATUS_WORDS, text)
    if code is None:
        entry.wrong("status", "insured_status_word", text=text)
        return
    entry.status = code
    entry.code = code_of(NATIONAL_CODES, text)
    if code in REASON_OF:
        entry.status, entry.waiver_reason = WAIVED, REASON_OF[code]
        entry.waiver_text = FORMER_SCHOOL_TEXT if code == FORMER_SCHOOL else None
    elif code == WAIVED:
        _judge_reason(entry)


def _judge_reason(entry: Entry) -> None:
    text = entry.given.get("reason") or entry.given.get("remark")
    if not text:
        entry.wrong("reason", "insured_reason_missing")
        return
    entry.waiver_reason = code_of(REASON_WORDS, text) or WaiverReason.OTHER
    if entry.waiver_reason == WaiverReason.OTHER:
        entry.waiver_text = text
        if not is_text(text):
            entry.wrong("reason", "waiver_text_length")


def _has(entry: Entry, column: str) -> bool:
    return any(problem.column == column for problem in entry.problems)


def settle(
    entry: Entry, here: Standing, months: Sequence[Months], meant: Mapping[str, str]
) -> tuple[Verdict, Wanted | None]:
    """What a good row would do to its application; notes on the row what cannot be, then the verdict is bad.

    `meant` says what people have explained words for months to be.
    """
    if entry.status == NOT_INSURED:
        return _settle_absence(entry, here), None
    if entry.status == STOPPED and here.state in {S.STOPPED, S.WAIVED}:
        return _settle_ended(entry, here), None
    if here.state in {S.SUBMITTED, S.STOPPED}:
        entry.wrong("status", f"insured_{here.state}")
        return Verdict.BAD, None
    wanted = _wanted(entry, here, months, meant)
    if wanted is None:
        return Verdict.BAD, None
    if here.state in UNDECIDED:
        return Verdict.NEW, wanted
    same = (here.state, here.option_id, here.waiver_reason, here.waiver_text) == (
        wanted.state,
        wanted.option_id,
        wanted.waiver_reason,
        wanted.waiver_text,
    ) and here.on_paper >= wanted.on_paper
    return (Verdict.UNCHANGED if same else Verdict.CHANGED), wanted


def _settle_absence(entry: Entry, here: Standing) -> Verdict:
    """Who is not insured: agrees with what is on file or not, but decides nothing by itself."""
    if here.state == S.INSURED:
        entry.wrong("status", "insured_not_there")
        return Verdict.BAD
    return Verdict.UNCHANGED


def _settle_ended(entry: Entry, here: Standing) -> Verdict:
    """Whose insurance has ended (national codes 2 and 4): known already, or there was none to end."""
    if here.state == S.WAIVED:
        entry.wrong("status", "insured_never")
        return Verdict.BAD
    return Verdict.UNCHANGED


def _wanted(entry: Entry, here: Standing, months: Sequence[Months], meant: Mapping[str, str]) -> Wanted | None:
    if entry.status == WAIVED:
        on_paper = bool(entry.given.get("declared"))
        if not (on_paper or here.state == S.WAIVED):
            entry.odd("declared", "insured_undeclared")
        return Wanted(S.WAIVED, Choice.WAIVE, None, entry.waiver_reason, entry.waiver_text, on_paper)
    chosen = _months(entry, here, months, meant)
    if chosen is None:
        return None
    state = S.STOPPED if entry.status == STOPPED else S.INSURED
    return Wanted(state, Choice.INSURE, chosen.id, participation_code=entry.code)


def _months(entry: Entry, here: Standing, months: Sequence[Months], meant: Mapping[str, str]) -> Months | None:
    """The months a row names, or its amount tells; else those on file, else the plan's first."""
    text, amount = entry.given.get("coverage"), entry.given.get("amount")
    label = _plain(meant.get(text, text)) if text else ""
    fitting = [each for each in months if not label or _plain(each.label) == label]
    if not fitting:
        entry.wrong("coverage", "insured_coverage", text=text)
        return None
    paid = [each for each in fitting if amount in {None, each.amount}]
    if not paid and amount is not None:
        expected = " / ".join(dict.fromkeys(yuan(each.amount) for each in fitting))
        entry.wrong("amount", "insured_amount", amount=yuan(amount), expected=expected)
        return None
    on_file = [each for each in paid if each.id == here.option_id]
    if len(paid) > 1 and not on_file and not label:
        entry.odd("coverage", "insured_coverage_first", label=paid[0].label)
    return (on_file or paid)[0]


def mark_doubles(groups: Mapping[int, Sequence[Entry]]) -> None:
    """Rows about one and the same application: each of them is bad and says where the others are."""
    for same in groups.values():
        for entry in same if len(same) > 1 else ():
            others = [f"{other.sheet} {other.number}".strip() for other in same if other is not entry]
            column = "certificate_number" if entry.key else "student_number"
            entry.wrong(column, "duplicate_in_file", rows=", ".join(others[:5]), count=len(others))


def wrong_for_all(entry: Entry, refusal: Refusal | None) -> None:
    """Nothing can be decided in the plan now: every row says why."""
    if refusal is not None:
        entry.wrong("status", refusal.code, **refusal.facts)


def yuan(fen: int) -> str:
    """An amount in yuan with two decimals, from integer fen: 40000 is 400.00."""
    return f"{fen // 100}.{fen % 100:02}"


def _plain(text: str | None) -> str:
    return "".join(unicodedata.normalize("NFKC", text or "").split()).casefold()
