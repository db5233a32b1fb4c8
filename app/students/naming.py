"""The columns by which any list names a student: name, certificate, student number, class. Pure.

An extra file: the student list, the list of recognitions and the insured list share them, so that a wording one of them
knows is known by all. Each says in `replace(…)` what is its own: a hint, an example, whether it can do without.
"""

from __future__ import annotations

from app.people.words import CERTIFICATE_NAMES
from app.sheets.columns import CellKind, Column
from app.sheets.recognise import Table
from app.sheets.values import rounded

NAME = Column(
    "name",
    "姓名",
    "Full name",
    CellKind.NAME,
    also=(
        *("学生姓名", "学员姓名", "名字", "学生名字", "人员姓名", "被保险人姓名", "参保人姓名", "参保人"),
        *("受助学生姓名", "困难学生姓名"),
    ),
    required=True,
    example="张三",
)
CERTIFICATE_TYPE = Column(
    "certificate_type",
    "证件类型",
    "Certificate type",
    CellKind.CHOICE,
    also=("身份证件类型", "证件种类", "身份证类型", "有效证件类型", "证件名称"),
    choices=tuple(CERTIFICATE_NAMES.values()),
    hint_zh="不填视为居民身份证",
    hint_en="Empty: resident ID card",
)
CERTIFICATE_NUMBER = Column(
    "certificate_number",
    "证件号码",
    "Certificate number",
    CellKind.IDENTITY,
    also=(
        *("身份证号", "身份证号码", "公民身份号码", "公民身份证号", "公民身份证号码", "身份证件号", "身份证件号码"),
        *("证件号", "证照号码", "身份证", "学生身份证号", "学生身份证号码", "社会保障号码", "有效证件号码"),
    ),
    hint_zh="请设为文本格式；与学号至少填一项",
    hint_en="As text; this or the student number",
    example="360101201509011015",
)
STUDENT_NUMBER = Column(
    "student_number", "学号", "Student number", CellKind.TEXT, also=("学生学号", "校内学号", "学生编号")
)
CLASS_NAME = Column(
    "class_name",
    "班级",
    "Class",
    CellKind.CLASS_NAME,
    also=("班级名称", "所在班级", "行政班", "班别", "班", "所属班级", "班级编号", "学生班级", "班号"),
)


def looks_rounded(table: Table) -> bool:
    """Whether the certificate numbers of a table look as if Excel had rounded them before they were saved as text."""
    index = table.mapping.get(CERTIFICATE_NUMBER.key)
    if index is None:
        return False
    return rounded(cell for row in table.body if isinstance(cell := row.cell(index), str))
