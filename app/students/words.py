"""What people write in a cell for a code of the roll: 建档立卡, 特别困难, 单亲留守. Pure.

An extra file beside `labels.py`, which writes codes for the screen in two languages: here is what files of schools
hold, whatever the language of the screen. Sources: spec/domain.md §1.4 and §2.5.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

CATEGORY_NAMES: Mapping[str, str] = {
    "poverty": "脱贫家庭(原建档立卡)",
    "poverty_unstable": "脱贫不稳定",
    "marginal": "边缘易致贫",
    "sudden_difficulty": "突发严重困难",
    "low_income": "最低生活保障(低保)",
    "low_income_margin": "低保边缘",
    "extreme_poverty": "特困供养",
    "rigid_expenditure": "刚性支出困难",
    "other_low_income": "其他低收入",
    "orphan": "孤儿",
    "no_guardian": "事实无人抚养儿童",
    "disabled_student": "残疾学生",
    "disabled_parent": "残疾人子女",
    "martyr_child": "烈士子女",
    "preferential": "重点优抚对象",
    "hardship_worker": "特困职工子女",
    "serious_illness": "临时救助大重病",
    "relocation": "易地扶贫搬迁",
}
"""困难类别 as the template offers them."""
_CATEGORIES_OTHERWISE = {
    "poverty": (
        *("建档立卡", "原建档立卡", "建卡", "建档立卡户", "建档立卡贫困户", "建档立卡贫困", "国家建档立卡"),
        *("脱贫", "脱贫户", "脱贫家庭", "已脱贫", "已脱贫户", "脱贫享受政策户", "脱贫人口", "贫困户", "精准扶贫"),
    ),
    "poverty_unstable": ("脱贫不稳定户", "脱贫监测户", "返贫致贫", "返贫户"),
    "marginal": ("边缘易致贫户", "边缘户", "边缘易致贫人口"),
    "sudden_difficulty": ("突发严重困难户", "突发困难", "突发困难户", "突发事件困难"),
    "low_income": (
        *("低保", "低保户", "最低生活保障", "最低生活保障户", "低保对象", "享受低保", "低保家庭子女"),
        *("城乡低保", "城镇低保", "城市低保", "农村低保", "城乡最低生活保障", "农村最低生活保障", "城市最低生活保障"),
    ),
    "low_income_margin": ("低保边缘户", "低保边缘对象", "最低生活保障边缘", "低边户"),
    "extreme_poverty": ("特困", "特困供养户", "特困人员", "特困救助供养", "特困供养人员", "五保", "五保户"),
    "rigid_expenditure": ("刚性支出困难户", "支出型困难", "支出型贫困", "支出型困难户"),
    "other_low_income": ("其他低收入户", "其它低收入", "低收入", "低收入户"),
    "orphan": ("孤儿学生", "孤残", "孤残学生", "社会散居孤儿", "散居孤儿"),
    "no_guardian": ("事实无人抚养", "事实孤儿", "无人抚养"),
    "disabled_student": ("残疾", "本人残疾", "学生残疾", "残疾人", "残疾儿童", "重残", "残疾证"),
    "disabled_parent": ("残疾子女", "父母残疾", "家长残疾", "残疾人家庭子女"),
    "martyr_child": ("烈士", "烈属", "烈士遗孤", "革命烈士子女"),
    "preferential": ("优抚", "优抚对象", "优抚家庭", "优抚家庭子女", "重点优抚", "优抚子女"),
    "hardship_worker": ("特困职工", "困难职工", "困难职工子女", "困难职工家庭", "特困职工家庭"),
    "serious_illness": ("大病", "重病", "大重病", "重大疾病", "因病致贫", "家庭重病", "临时救助"),
    "relocation": ("易地搬迁", "易地扶贫搬迁户", "异地搬迁", "扶贫搬迁", "搬迁户", "易地搬迁户"),
}
CATEGORY_WORDS: Mapping[str, str] = {
    **{name: code for code, name in CATEGORY_NAMES.items()},
    **{code: code for code in CATEGORY_NAMES},
    **{word: code for code, words in _CATEGORIES_OTHERWISE.items() for word in words},
}
NO_HARDSHIP = frozenset(
    {"", "无", "否", "没有", "不是", "非困难", "不困难", "非贫困", "正常", "一般学生", "-", "/", "0"}
)
"""Words in a column of categories that say there is none."""
LEVEL_NAMES: Mapping[str, str] = {"special": "特别困难", "hard": "困难", "general": "一般困难"}
LEVEL_WORDS: Mapping[str, str] = {
    **{name: code for code, name in LEVEL_NAMES.items()},
    **{code: code for code in LEVEL_NAMES},
    **dict.fromkeys(("特困", "特殊困难", "特别", "特等", "一档", "一等", "一级", "1"), "special"),
    **dict.fromkeys(("比较困难", "较困难", "较为困难", "中等困难", "二档", "二等", "二级", "2"), "hard"),
    **dict.fromkeys(("一般", "一般性困难", "三档", "三等", "三级", "3"), "general"),
}
ENTRY_MODE_NAMES: Mapping[str, str] = {
    "11": "就近入学",
    "12": "其他(义务教育)",
    "21": "统一招生考试/普通入学",
    "22": "体育特招",
    "23": "艺术特招",
    "99": "其他",
}
ENTRY_MODE_WORDS: Mapping[str, str] = {
    **{name: code for code, name in ENTRY_MODE_NAMES.items()},
    **{code: code for code in ENTRY_MODE_NAMES},
    **dict.fromkeys(("就近", "免试就近入学", "划片入学", "免试入学"), "11"),
    **dict.fromkeys(("统一招生考试", "统一招生", "统招", "普通入学", "统考", "中考", "高考"), "21"),
    **dict.fromkeys(("体育特长", "体育特长生"), "22"),
    **dict.fromkeys(("艺术特长", "艺术特长生"), "23"),
    "其它": "99",
}
LEFT_BEHIND_NAMES: Mapping[str, str] = {"0": "非留守", "1": "单亲留守", "2": "双亲留守"}
LEFT_BEHIND_WORDS: Mapping[str, str] = {
    **{name: code for code, name in LEFT_BEHIND_NAMES.items()},
    **{code: code for code in LEFT_BEHIND_NAMES},
    **dict.fromkeys(("否", "不是", "非留守儿童", "无", "非留守学生"), "0"),
    **dict.fromkeys(("单亲留守儿童", "单亲外出", "父亲外出", "母亲外出"), "1"),
    **dict.fromkeys(("双亲留守儿童", "双亲外出", "父母外出", "父母均外出"), "2"),
}
_TAILS = re.compile(r"(?:家庭经济困难|家庭|学生|子女|人员|对象|儿童|户)$")
_BRACKETED = re.compile(r"\([^()]*\)")
_HEAD = re.compile(r"^(?:家庭)?(?:经济)?")
_SEVERAL = re.compile(r"[、,;/+&\n]|和|及")


def category_of(text: str) -> str | None:
    """The category a cell names, also with a tail or brackets (低保户学生, 残疾(二级)); None if unknown."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    for form in _forms(plain):
        if form in CATEGORY_WORDS:
            return CATEGORY_WORDS[form]
    return None


def level_of(text: str) -> str | None:
    """The level a cell names: 特别困难, 家庭经济比较困难学生, 二档; None if unknown."""
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    found = (LEVEL_WORDS.get(_HEAD.sub("", form)) for form in _forms(plain))
    return next((code for code in found if code), None)


def names_several(text: str) -> bool:
    """Whether a cell names more than one category: 低保、残疾."""
    parts = [part for part in _SEVERAL.split(unicodedata.normalize("NFKC", text)) if part.strip()]
    return len({code for part in parts if (code := category_of(part))}) > 1


def _forms(plain: str) -> list[str]:
    bare = _BRACKETED.sub("", plain)
    forms = [plain, bare]
    while (shorter := _TAILS.sub("", forms[-1])) != forms[-1] and shorter:
        forms.append(shorter)
    return forms
