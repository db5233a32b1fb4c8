"""What stands around a table: totals, signatures, notes, examples, and the class in a title. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from app.sheets.columns import normalise_heading
from app.sheets.workbook import Cell, Row

ALIKE = 0.6
"""So much of a row must be the heading again for it to be the heading of the next page."""

CLASS_LABELS = frozenset({"班级", "班级名称"})
LONGEST_LABEL = 20

_TOTAL = re.compile(
    r"(?:本[页表班校级]|全[班校年级]{1,2}|以上|[男女]生)?"
    r"(?:合计|总计|小计|共计|累计|总人数|合计人数|人数合计|总数|total|subtotal|sum)(?:[0-9人名:元(].*)?"
)
_FOOT = re.compile(
    r"(?:填表|制表|审核|负责|经办|复核|统计|校长|园长|单位|学校|主管|班主任|部门|联系|打印|制单|报送|上报)"
    r"[^ ]{0,6}(?:签字|签名|签章|盖章|公章|人|日期|时间|电话|领导)(?:[:()]|$)"
    r"|(?:签字|签名|签章|盖章|公章|日期|年月日)(?:[:()]|$)|注(?:[:.、0-9]|$)|(?:备注|说明|注意|填表说明|填报说明):"
    r"|第[0-9]+页|共[0-9]+[页人]|page[0-9]+|note:|remarks?:"
)
_NO_NAME = re.compile(r"[:：()（）0-9]")
_EXAMPLE = re.compile(r"[（(\[【<]?\s*(?:示例|样例|例如|例\s*[:：]|范例|example)", re.IGNORECASE)
_CLASS = re.compile(r"[^\s,，。:：;；]{0,30}?班(?!主任|级|长)")
_BEFORE_CLASS = re.compile(
    r"^.*(?:大学|学院|学校|小学|中学|幼儿园|职高|中专|名单|名册|花名册|登记表|信息表|汇总表|统计表)(?=.)"
)
_LABEL = re.compile(r"班级(?:名称)?[:：]\s*([^\s,，:：]{1,30})")
_NO_CLASS = re.compile(
    r"sheet|工作表|^表|名单|名册|汇总|统计|说明|填报|模板|登记|信息|学生|数据|导出|导入|export|data|学年|学期|季|年.*月"
    r"|^(?:19|20)\d\d(?:\D.*)?$",
    re.IGNORECASE,
)
_SHORT_CLASS = re.compile(r".*[0-9一二三四五六七八九十级班大中小]\W*")
_YEAR = re.compile(r"^[0-9]{4}(?:[-~—/][0-9]{2,4})?(?:学年度?|年度?)(?:第?[一二上下春秋]学?[期季]?)?")


def plain(text: str) -> str:
    """A text as marks of totals and notes are compared: half-width marks, lower case, no spaces."""
    return "".join(text.casefold().replace("：", ":").replace("（", "(").replace("）", ")").split())


def is_example(texts: Sequence[str]) -> bool:
    """Whether a row says of itself that it is an example."""
    return bool(texts and _EXAMPLE.match(texts[0]))


def is_total(texts: Sequence[str]) -> bool:
    """Whether a row of nobody begins with 合计, 总计 or the like."""
    return bool(texts and _TOTAL.fullmatch(plain(texts[0])))


def is_foot(texts: Sequence[str]) -> bool:
    """Whether a row of nobody holds a signature, a date of signing, a note or a page number."""
    return any(_FOOT.match(plain(text)) or _FOOT.search(plain(text), 1) for text in texts)


def is_foot_text(text: str) -> bool:
    """Whether a single text is of a signature, a date of signing or a note."""
    return is_foot([text])


def may_name_somebody(cell: Cell) -> bool:
    """Whether a cell of names holds what can be one: 张三, and not 班主任：张三."""
    return isinstance(cell, str) and bool(cell.strip()) and not is_foot_text(cell) and not _NO_NAME.search(cell)


def repeats(row: Row, header_rows: Sequence[Row]) -> bool:
    """Whether a row is a row of the heading again, as it stands on top of each printed page."""
    return any(_same_row(row.cells, original.cells) for original in header_rows)


def _same_row(cells: Sequence[Cell], original: Sequence[Cell]) -> bool:
    if not any(cell is not None and cell == first for cell, first in zip(cells, original, strict=False)):
        return False  # nearly every row of a list; quick, for there are many
    wanted = [(cell, first) for cell, first in itertools.zip_longest(cells, original) if isinstance(first, str)]
    alike = sum(
        isinstance(cell, str)
        and len(cell) <= 2 * len(first) + LONGEST_LABEL
        and normalise_heading(cell) == normalise_heading(first)
        for cell, first in wanted
    )
    return alike > 1 and alike >= ALIKE * len(wanted)


def class_in_title(rows: Sequence[Row]) -> str:
    """The class that a title tells: 七(1)班 of "东湖学校七(1)班学生名单", or what stands beside 班级."""
    for row in reversed(rows):
        texts = [cell.strip() for cell in row.cells if isinstance(cell, str) and cell.strip()]
        for place, text in enumerate(texts):
            if len(text) <= LONGEST_LABEL and normalise_heading(text) in CLASS_LABELS and place + 1 < len(texts):
                return texts[place + 1]
            if label := _LABEL.search(text):
                return label[1]
            if found := class_in_text(text):
                return found
    return ""


def class_in_text(text: str) -> str:
    """The class named in a text, without the year and the school before it; empty when there is none."""
    for found in _CLASS.finditer(text):
        word = _YEAR.sub("", _BEFORE_CLASS.sub("", found[0]).lstrip(" (（[【-—_"))
        if len(word) > 1 and _SHORT_CLASS.fullmatch(word[:-1]):
            return word
    return ""


def class_in_name(name: str) -> str:
    """The class that a sheet's name tells: 七(1)班, 701; empty for Sheet1 and 学生名单."""
    if found := class_in_text(name):
        return found
    word = name.strip()
    return word if word and not _NO_CLASS.search(word) and _SHORT_CLASS.fullmatch(word) else ""
