"""The further columns of the student list, beside those that tell who a student is. Pure.

An extra file of `sheet.py`. Wordings are those of the 学籍 forms and of schools' own lists; none of these columns is
needed, and none of them stops a student.
"""

from __future__ import annotations

from app.people.detail_words import HEALTH_NAMES, HOUSEHOLD_NAMES, OVERSEAS_NAMES, POLITICAL_NAMES
from app.sheets.columns import CellKind, Column
from app.students.words import ENTRY_MODE_NAMES, LEFT_BEHIND_NAMES

FURTHER_COLUMNS = (
    Column(
        "status_number",
        "学籍号",
        "Status number",
        CellKind.TEXT,
        also=("全国学籍号", "学籍号码", "国网学籍号", "全国统一学籍号", "全国学籍号码", "学籍编号", "国家学籍号"),
        hint_zh="G加18位身份证号；无身份证号的为J或L加18位",
        hint_en="G and the ID number; J or L and 18 characters where there is none",
    ),
    Column(
        "secondary_status_number",
        "学籍辅号",
        "Secondary status number",
        CellKind.TEXT,
        also=("省学籍号", "学籍副号", "省级学籍号", "学籍辅助号"),
    ),
    Column(
        "entry_mode",
        "入学方式",
        "Way of entry",
        CellKind.TEXT,
        also=("入学途径", "录取方式"),
        choices=tuple(ENTRY_MODE_NAMES.values()),
    ),
    Column(
        "overseas_status",
        "港澳台侨外",
        "Hong Kong, Macao, Taiwan or overseas status",
        CellKind.TEXT,
        also=("是否港澳台侨外", "港澳台侨", "港澳台侨外身份", "港澳台侨外标志", "是否港澳台侨"),
        choices=tuple(OVERSEAS_NAMES.values()),
    ),
    Column(
        "household_type",
        "户口性质",
        "Type of household",
        CellKind.TEXT,
        also=("户口类型", "户籍性质", "户口类别", "户籍类型", "户别", "户籍类别"),
        choices=tuple(HOUSEHOLD_NAMES.values()),
        hint_zh="请写文字；各表的代码1、2含义不同，不读",
        hint_en="In words: the codes 1 and 2 mean different things on different forms",
    ),
    Column(
        "political_status",
        "政治面貌",
        "Political status",
        CellKind.TEXT,
        also=("政治身份", "政治面目"),
        choices=tuple(POLITICAL_NAMES.values()),
    ),
    Column(
        "health",
        "健康状况",
        "Health",
        CellKind.TEXT,
        also=("健康情况", "身体状况", "健康状态"),
        choices=tuple(HEALTH_NAMES.values()),
    ),
    Column(
        "left_behind",
        "留守儿童",
        "Left-behind child",
        CellKind.TEXT,
        also=("是否留守儿童", "留守情况", "留守儿童情况", "是否留守", "留守类型"),
        choices=tuple(LEFT_BEHIND_NAMES.values()),
    ),
    Column(
        "social_card_number",
        "社会保障卡号",
        "Social security card number",
        CellKind.TEXT,
        also=("社保卡号", "社会保障卡号码", "社保卡卡号", "社会保障卡卡号", "医保卡号", "社保卡号码"),
    ),
)
