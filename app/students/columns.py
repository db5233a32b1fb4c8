"""The further columns of the student list, beside those that tell who a student is. Pure.

An extra file of `sheet.py`. Wordings are those of the 学籍 forms and of schools' own lists; none of these columns is
needed, and none of them stops a student.
"""

from __future__ import annotations

from app.people.detail_words import HEALTH_NAMES, HOUSEHOLD_NAMES, OVERSEAS_NAMES, POLITICAL_NAMES
from app.sheets.columns import CellKind, Column
from app.students.kin import KIN_COLUMNS
from app.students.words import CATEGORY_NAMES, ENTRY_MODE_NAMES, LEFT_BEHIND_NAMES, LEVEL_NAMES

FURTHER_COLUMNS: tuple[Column, ...] = (
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
        "household_place",
        "户口所在地",
        "Place of household registration",
        CellKind.TEXT,
        also=(
            "户籍所在地",
            "户籍地",
            "户口地",
            "户籍地址",
            "户口地址",
            "户口所在地址",
            "户籍所在地址",
            "户口所在详细地址",
        ),
    ),
    Column(
        "nationality",
        "国籍/地区",
        "Nationality or region",
        CellKind.TEXT,
        also=("国籍", "国籍地区", "国家地区", "国家/地区", "国籍或地区", "国籍(地区)"),
        hint_zh="如 中国、CHN",
        hint_en="Such as 中国 or CHN",
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
HARDSHIP_COLUMNS: tuple[Column, ...] = (
    Column(
        "category",
        "困难类别",
        "Hardship category",
        CellKind.TEXT,
        also=(
            *("困难类型", "贫困类型", "贫困类别", "困难学生类别", "困难学生类型", "家庭困难类型", "家庭困难类别"),
            *("特殊困难类型", "困难户类型", "贫困户类型", "特殊群体类型", "特殊群体类别"),
        ),
        choices=tuple(CATEGORY_NAMES.values()),
        hint_zh="一个类别；几个类别请用困难学生认定名单导入",
        hint_en="One category; for several use the list of hardship recognitions",
    ),
    Column(
        "level",
        "困难等级",
        "Hardship level",
        CellKind.TEXT,
        also=(
            "困难程度",
            "困难级别",
            "贫困等级",
            "贫困程度",
            "困难档次",
            "家庭困难程度",
            "家庭困难等级",
            "困难认定等级",
        ),
        choices=tuple(LEVEL_NAMES.values()),
    ),
    Column(
        "academic_year",
        "困难认定学年",
        "Academic year of recognition",
        CellKind.TEXT,
        also=("认定学年",),
        hint_zh="如 2026-2027；也可填起止日期",
        hint_en="Such as 2026-2027, or the days",
    ),
    Column(
        "since_on",
        "困难认定开始日期",
        "Recognised from",
        CellKind.DATE,
        also=("困难认定日期", "困难认定时间", "困难认定起始日期", "建档立卡时间", "低保开始时间", "困难开始日期"),
    ),
    Column(
        "until_on",
        "困难认定结束日期",
        "Recognised until",
        CellKind.DATE,
        also=("困难认定截止日期", "困难认定有效期至", "低保截止时间", "困难结束日期"),
        hint_zh="最后一天，含当天",
        hint_en="The last day it covers",
    ),
    *(
        Column(key, zh, en, CellKind.YES_NO, also=also, in_template=False)
        for key, zh, en, also in (
            ("is_poverty", "是否建档立卡", "Registered poor", ("是否建档立卡户", "是否脱贫户", "是否建档立卡贫困户")),
            ("is_low_income", "是否低保", "Subsistence allowance", ("是否低保户", "是否享受低保", "是否城乡低保")),
            ("is_extreme_poverty", "是否特困供养", "Extreme poverty", ("是否特困", "是否特困救助供养")),
            ("is_orphan", "是否孤儿", "Orphan", ()),
            ("is_disabled", "是否残疾", "Disabled", ("是否残疾学生", "是否残疾人")),
            ("is_martyr_child", "是否烈士子女", "Child of a martyr", ()),
            ("is_hardship", "是否贫困生", "In hardship", ("是否困难学生", "是否家庭经济困难学生", "是否困难")),
        )
    ),
)
LENIENT = frozenset(column.key for column in (*FURTHER_COLUMNS, *KIN_COLUMNS, *HARDSHIP_COLUMNS))
"""Columns that stop no student: what cannot be read there is left out with a remark."""
